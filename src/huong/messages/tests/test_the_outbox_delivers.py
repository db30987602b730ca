"""Messages leave the house once, are tried again, and failures are seen."""

import smtplib
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import orjson
import pytest
from django.core import mail
from django.db import transaction

from huong.base import clock
from huong.base.errors import BadInput, NotFound, Unavailable, WrongState
from huong.journal.models import Entry
from huong.messages import actions, queries, rules
from huong.messages.actions import Address
from huong.messages.models import Outgoing

pytestmark = pytest.mark.django_db
WORDS = {"subject": "Dữ liệu mới", "text": "Bộ cây xanh có dữ liệu mới.", "url": "/desk/"}


def put(key="k", *, channel="pigeon", address="an@hue.gov.vn", language="vi"):
    return actions.send(Address(channel, address, language), "notice", WORDS, key)


def test_a_message_is_sent_once_in_the_readers_language(pigeon):
    put()
    assert actions.deliver_due() == 1
    assert actions.deliver_due() == 0
    letter = pigeon.letters[0]
    assert (letter.subject, letter.address) == ("Dữ liệu mới", "an@hue.gov.vn")
    assert "Bộ cây xanh" in letter.body
    assert Outgoing.objects.get().state == "sent"


def test_the_same_key_is_one_message(pigeon):
    assert put("k") == put("k")
    assert Outgoing.objects.count() == 1
    actions.deliver_due()
    put("k")
    actions.deliver_due()
    assert len(pigeon.letters) == 1


def test_a_message_of_a_verb_that_failed_is_never_sent(pigeon):
    with transaction.atomic():
        put()
        transaction.set_rollback(True)
    assert actions.deliver_due() == 0
    assert pigeon.letters == []


def test_what_it_says_is_encrypted_while_it_waits_and_emptied_when_sent(pigeon):
    outgoing = put()
    assert b"hue.gov.vn" not in bytes(outgoing.payload)
    assert "an@" not in outgoing.shown
    actions.deliver_due()
    outgoing.refresh_from_db()
    assert outgoing.payload is None


def test_the_journal_learns_of_it_without_words_or_addresses(pigeon):
    put()
    actions.deliver_due()
    names = list(Entry.objects.order_by("id").values_list("name", flat=True))
    assert names == ["messages.queued", "messages.sent"]
    assert "hue.gov.vn" not in str(list(Entry.objects.values_list("data", "subject")))


def test_a_channel_that_does_not_answer_is_tried_again_later_and_later(pigeon):
    put()
    pigeon.failure = Unavailable("no answer")
    start = clock.now() + timedelta(seconds=1)
    with clock.freeze(start):
        assert actions.deliver_due() == 0
    outgoing = Outgoing.objects.get()
    assert (outgoing.state, outgoing.attempts, outgoing.error) == ("failed", 1, "no answer")
    assert outgoing.next_at == start + timedelta(minutes=1)
    with clock.freeze(start + timedelta(seconds=30)):
        assert actions.deliver_due() == 0
    assert Outgoing.objects.get().attempts == 1
    pigeon.failure = None
    with clock.freeze(start + timedelta(minutes=2)):
        assert actions.deliver_due() == 1
    assert pigeon.letters[0].key == "k"


def test_after_a_day_of_failures_it_is_given_up_and_shown_and_an_officer_may_try_again(pigeon):
    put()
    pigeon.failure = Unavailable("no answer")
    at = clock.now()
    for _attempt in range(rules.ATTEMPTS + 2):
        at += timedelta(days=1)
        with clock.freeze(at):
            actions.deliver_due()
    outgoing = Outgoing.objects.get()
    assert (outgoing.state, outgoing.attempts, queries.failed_count()) == ("dead", rules.ATTEMPTS, 1)
    assert queries.outbox(state="dead").items == [outgoing]
    pigeon.failure = None
    actions.retry(outgoing.pk, by=1)
    assert actions.deliver_due() == 1
    with pytest.raises(WrongState):
        actions.retry(outgoing.pk, by=1)
    with pytest.raises(NotFound):
        actions.retry(10**6, by=1)


def test_a_refusal_for_good_is_not_tried_again(pigeon):
    put()
    pigeon.failure = BadInput("no such mailbox")
    actions.deliver_due()
    assert Outgoing.objects.get().state == "dead"
    assert Entry.objects.get(name="messages.failed").data == {"attempts": 1, "error": "bad_input", "dead": True}


def test_a_channel_that_breaks_holds_up_no_other_message(pigeon):
    put("first", channel="mail")
    put("second")
    pigeon.failure = ZeroDivisionError("an@hue.gov.vn")
    assert actions.deliver_due() == 1
    broken = Outgoing.objects.get(key="second")
    assert broken.state == "failed"
    assert "hue.gov.vn" not in broken.error


def test_a_process_killed_while_sending_sends_again_under_the_same_key(pigeon):
    put()
    pigeon.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        actions.deliver_due()
    pigeon.failure = None
    assert actions.deliver_due() == 0  # claimed: another process may be sending it
    with clock.freeze(clock.now() + rules.LEASE + timedelta(seconds=1)):
        assert actions.deliver_due() == 1


def test_an_unknown_channel_or_text_is_refused_before_anything_is_written(pigeon):
    with pytest.raises(NotFound):
        put(channel="smoke")
    with pytest.raises(NotFound):
        actions.send(Address("pigeon", "x"), "no-such-text", {}, "k")
    assert Outgoing.objects.count() == 0


def test_mail_goes_through_the_mail_server():
    put(channel="mail")
    actions.deliver_due()
    message = mail.outbox[0]
    assert (message.to, message.subject) == (["an@hue.gov.vn"], "Dữ liệu mới")
    assert message.extra_headers["Message-ID"].startswith("<")


def test_a_mail_server_that_is_down_is_waited_for(settings):
    settings.EMAIL_BACKEND = "huong.messages.tests.test_the_outbox_delivers.DeadServer"
    put(channel="mail")
    actions.deliver_due()
    assert Outgoing.objects.get().state == "failed"


class DeadServer:
    def __init__(self, **_options):
        pass

    def send_messages(self, _messages):
        raise smtplib.SMTPServerDisconnected


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_inside_a_transaction(pigeon):
    outgoing = put()
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.deliver_one(outgoing.pk)
    assert pigeon.letters == []


@pytest.fixture
def hook(settings):
    """A system of another house on a real socket: answers with what it is told, keeps what it got."""
    got, answers = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((dict(self.headers), orjson.loads(body)))
            self.send_response(answers.pop(0) if answers else 200)
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_port}"
    settings.HUONG = settings.HUONG.model_copy(update={"outgoing_hosts": address})
    yield f"http://{address}/hook", got, answers
    server.shutdown()
    server.server_close()


def test_a_webhook_gets_a_cloud_event_and_a_key_to_drop_repetitions_by(hook):
    url, got, answers = hook
    answers.append(503)
    put(channel="webhook", address=url)
    actions.deliver_due()
    assert Outgoing.objects.get().state == "failed"
    with clock.freeze(clock.now() + timedelta(minutes=2)):
        actions.deliver_due()
    assert Outgoing.objects.get().state == "sent"
    (headers, first), (_headers, second) = got
    assert first["id"] == second["id"]
    assert headers["Idempotency-Key"] == f'"{first["id"]}"'
    assert (first["specversion"], first["data"]["subject"]) == ("1.0", "Dữ liệu mới")


def test_a_webhook_that_refuses_is_given_up(hook):
    url, _got, answers = hook
    answers.append(410)
    put(channel="webhook", address=url)
    actions.deliver_due()
    assert Outgoing.objects.get().state == "dead"


def test_a_webhook_into_the_private_network_is_refused():
    put(channel="webhook", address="http://127.0.0.1:9/hook")
    actions.deliver_due()
    assert Outgoing.objects.get().state == "dead"
