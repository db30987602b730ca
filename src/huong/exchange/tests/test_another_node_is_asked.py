"""Asking another node: answers that fit are believed, all others are not; a service that fails is left alone."""

import json

import pytest

from huong.base import clock, net
from huong.exchange import consumer, queries
from huong.exchange.actions import members as verbs
from huong.exchange.errors import BadMessage, Refused, Resting, Unreached, Untrue
from huong.exchange.fakes import FakeProvider
from huong.exchange.models import AccessRecord, Exchange, Line
from huong.exchange.tests.conftest import PURPOSE, WARD, give
from huong.journal.models import Entry

PERSON = "046090001234"
PROVIDER = "VN/GOV/G01/population"
SERVICE = f"{PROVIDER}/persons"


@pytest.fixture
def register(db, agencies, tmp_path):
    """Return a provider elsewhere that tells names, and the ward as a member that may ask it."""
    from huong.base.testing.cast import HUE
    from huong.exchange import loading

    loading.load(HUE)
    fake = FakeProvider(say=lambda path, body: json.dumps({"id": PERSON, "name": "Hoa"}).encode())
    with fake.serving():
        member = verbs.add(PROVIDER, name="Cơ sở dữ liệu dân cư", address=fake.address, by=None)
        fake.key_id = verbs.add_key(member, fake.pem, by=None).key_id
        yield fake


@pytest.fixture(autouse=True)
def loopback_is_allowed(settings):
    settings.HUONG = settings.HUONG.model_copy(update={"outgoing_hosts": "127.0.0.1,localhost"})


def ask(**changes):
    patience = changes.pop("patience", 5.0)
    facts = {
        "path": "/search",
        "method": "POST",
        "body": b'{"id": "046090001234"}',
        "person": PERSON,
        "fields": ("name",),
    }
    asked = consumer.Call(SERVICE, client=queries.member(WARD), issue=f"{PURPOSE}/HS-1", **(facts | changes))
    return consumer.call(asked, patience=patience)


def reasons():
    return [entry.data["reason"] for entry in Entry.objects.filter(name="exchange.failed").order_by("id")]


def test_a_true_answer_is_believed_and_written_down(register):
    answer = ask()
    assert answer.value == {"id": PERSON, "name": "Hoa"}
    (exchange,) = Exchange.objects.all()
    assert (exchange.direction, exchange.status, exchange.message_id) == ("out", 200, answer.exchange)
    assert PERSON not in str([entry.facts() for entry in Entry.objects.all()])
    assert AccessRecord.objects.get().agency == "H57.21"
    assert register.seen[0]["x-road-client"] == WARD


def wrong_key(reply):
    reply.headers["signature"] = "sig1=:" + "A" * 86 + "==:"


def stale(reply):
    reply.created -= 600


def other_id(reply):
    reply.headers["x-road-id"] = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


def other_request(reply):
    reply.headers["x-road-request-hash"] = "AAAA"


def hidden_error(reply):
    reply.body = b'{"type": "Server.X", "message": "no", "detail": "1"}'


def changed_body(reply):
    reply.body = reply.body.replace(b"Hoa", b"Sen")


def not_json(reply):
    reply.body = b'{"name": "Ho'


def nested_too_deep(reply):
    reply.body = b"[" * 100_000


def unsigned(reply):
    del reply.headers["signature"], reply.headers["signature-input"]


@pytest.mark.parametrize(
    ("early", "late", "code"),
    [
        (None, wrong_key, "not_identified"),
        (stale, None, "signature_late"),
        (other_id, None, "other_request"),
        (other_request, None, "other_request"),
        (hidden_error, None, "hidden_error"),
        (None, changed_body, "body_changed"),
        (not_json, None, "not_json"),
        (nested_too_deep, None, "not_json"),
        (None, unsigned, "not_identified"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_an_answer_that_does_not_fit_is_not_used(register, early, late, code):
    register.early, register.late = early or register.early, late or register.late
    with pytest.raises(Untrue) as refused:
        ask()
    assert refused.value.fault == "Server.ClientProxy.InconsistentResponse"
    assert reasons() == [code]
    assert Exchange.objects.get().status == 502


def test_half_a_body_is_no_answer(register):
    register.late = lambda reply: setattr(reply, "cut", 5)
    with pytest.raises(Unreached):
        ask()


def test_an_answer_that_comes_too_late_is_not_used(register):
    register.late = lambda reply: setattr(reply, "wait", 0.5)
    with pytest.raises(Unreached) as refused:
        ask(patience=0.2)
    assert refused.value.fault == "Server.ClientProxy.NetworkError"


def test_a_refusal_of_the_provider_keeps_its_words_and_its_fault(register):
    def refuse(reply):
        reply.status = 403
        reply.headers["x-road-error"] = "server.serverproxy.access_denied"
        reply.body = b'{"type": "server.serverproxy.access_denied", "message": "No grant", "detail": "1"}'

    register.early = refuse
    with pytest.raises(Refused) as refused:
        ask()
    assert (refused.value.fault, refused.value.status) == ("server.serverproxy.access_denied", 403)
    assert "No grant" in refused.value.message
    assert Line.objects.count() == 0  # a refusal says nothing about the service's health


def test_after_five_failures_a_service_is_left_alone_for_a_while(register):
    register.late = wrong_key
    for _each in range(5):
        with pytest.raises(Untrue):
            ask()
    with pytest.raises(Resting):
        ask()
    assert len(register.seen) == 5
    register.late = lambda reply: None
    line = Line.objects.get()
    with clock.freeze(line.closed_until):
        wait = int((line.closed_until - clock.now()).total_seconds())
        assert wait == 0
    Line.objects.update(closed_until=clock.now())
    assert ask().status == 200
    assert Line.objects.get().failures == 0
    health = queries.health_of(SERVICE)
    assert (health.count, health.failed) == (1, 6)


def test_a_crooked_issue_never_leaves_the_house(register):
    with pytest.raises(BadMessage):
        consumer.call(consumer.Call(SERVICE, "/a", queries.member(WARD), "a b"))
    assert register.seen == []


@pytest.mark.today
@pytest.mark.django_db(transaction=True)
def test_two_nodes_of_ours_understand_each_other(live_server, offered, steward, settings):
    give(offered, WARD, ["code", "state"], steward)
    verbs.add(
        offered.member.identifier, name="Sở Thoát nước", agency="H57.8", address=live_server.url, own=True, by=None
    )
    asked = consumer.Call(str(offered), "/rows", queries.member(WARD), PURPOSE, query="size=2")
    with clock.freeze(_now()):
        answer = consumer.call(asked)
    net.close_connections()  # the other node's thread lets go of the database
    assert [set(row) for row in answer.value["rows"]] == [{"code", "state"}] * 2
    served, asked_row = Exchange.objects.order_by("direction")
    assert (served.direction, asked_row.direction) == ("in", "out")
    assert served.request_hash == asked_row.request_hash
    assert served.response_digest == asked_row.response_digest


def _now():
    from datetime import UTC, datetime

    return datetime.now(UTC)


def test_what_may_wait_leaves_by_the_outbox_and_is_tried_again(register):
    from huong.exchange import later
    from huong.messages import actions as messages
    from huong.messages.models import Outgoing

    ward = queries.member(WARD)
    facts = {"client": ward, "issue": PURPOSE, "body": b"{}", "key": "push-1"}
    first = later.send(SERVICE, "/push", **facts)
    assert later.send(SERVICE, "/push", **facts).pk == first.pk
    register.late = lambda reply: setattr(reply, "cut", 1)
    assert not messages.deliver_one(first.pk)
    assert Outgoing.objects.get().state == "failed"
    register.late = lambda reply: None
    Outgoing.objects.update(next_at=clock.now())
    assert messages.deliver_one(first.pk)
    assert [each.status for each in Exchange.objects.order_by("id")] == [503, 200]

    register.early = lambda reply: setattr(reply, "status", 403)
    refused = later.send(SERVICE, "/push", **(facts | {"key": "push-2"}))
    assert not messages.deliver_one(refused.pk)
    assert Outgoing.objects.get(pk=refused.pk).state == "dead"
