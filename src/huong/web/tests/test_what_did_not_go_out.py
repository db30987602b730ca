"""What did not leave the house stands on one page: why, since when, tried again or let go with a reason."""

from datetime import timedelta

import pytest
from django.utils import translation

from huong.base import clock, outbox
from huong.base.errors import Forbidden, Unavailable
from huong.base.testing import cast
from huong.journal.models import Entry
from huong.messages import actions
from huong.messages.actions import Address
from huong.messages.models import Outgoing
from huong.messages.ports import adapters
from huong.people import queries as people
from huong.web.tests.conftest import sign_in

pytestmark = pytest.mark.django_db
PAGE = "/desk/outbox/"
WORDS = {"subject": "Dữ liệu mới", "text": "Có dữ liệu mới.", "url": "/desk/"}


class Broken:
    """A channel that does not answer."""

    def normal(self, address):
        return address

    def send(self, letter):
        raise Unavailable("Máy chủ thư không trả lời.")


@pytest.fixture
def broken():
    held = dict(adapters.items())
    for channel in ("mail", "exchange"):
        adapters.add(channel, Broken())
    yield
    adapters._held.clear()
    adapters._held.update(held)


@pytest.fixture
def operator(agencies):
    return cast.joined("van-hanh", "Lê Vận Hành", operator=people.agency("H57.51"))


def fail(key="k", channel="mail"):
    found = actions.send(Address(channel, "an@hue.gov.vn"), "notice", WORDS, key)
    actions.deliver_one(found.pk)
    return Outgoing.objects.get(key=key)


def test_an_operator_sees_why_a_message_failed_and_when_it_is_tried_again(client, broken, operator):
    fail()
    sign_in(client, operator)
    page = client.get(PAGE).content.decode()
    assert "Máy chủ thư không trả lời." in page
    assert "an•••@hue.gov.vn" in page
    assert "an@hue.gov.vn" not in page


def test_it_is_tried_again_by_a_button(client, broken, operator):
    message = fail()
    sign_in(client, operator)
    client.post(f"{PAGE}decide", {"source": "messages", "thing": message.pk, "do": "retry"})
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 0)


def test_it_is_let_go_with_a_reason_and_what_it_said_is_emptied(client, broken, operator):
    message = fail()
    sign_in(client, operator)
    client.post(f"{PAGE}decide", {"source": "messages", "thing": message.pk, "do": "give_up", "reason": " "})
    assert Outgoing.objects.get().state == "failed"
    client.post(f"{PAGE}decide", {"source": "messages", "thing": message.pk, "do": "give_up", "reason": "Đã gọi điện"})
    message.refresh_from_db()
    assert (message.state, message.reason, message.payload) == ("dropped", "Đã gọi điện", None)
    last = Entry.objects.order_by("-id")[0]
    assert (last.name, last.by) == ("messages.given_up", operator.pk)
    assert "gọi" not in str(last.data)
    assert actions.deliver_due() == 0


def test_all_of_one_kind_are_tried_again_at_once(client, broken, operator):
    for number in range(3):
        fail(f"k{number}")
    sign_in(client, operator)
    client.post(f"{PAGE}retry", {"source": "messages"})
    assert set(Outgoing.objects.values_list("state", flat=True)) == {"waiting"}


def test_who_has_no_power_over_it_is_refused(client, broken, officer):
    message = fail()
    sign_in(client, officer)
    assert (
        "Máy chủ thư không trả lời." not in client.get(PAGE).content.decode()
    )  # what the portal did not take, at most
    assert client.post(f"{PAGE}decide", {"source": "messages", "thing": message.pk}).status_code == 404
    with pytest.raises(Forbidden):
        outbox.sources.get("messages").retry(str(message.pk), by=officer)


def test_each_sees_what_their_powers_cover(client, broken, data_officer, operator):
    request, mail = fail("request", channel="exchange"), fail("mail")
    assert [thing.id for _key, thing in outbox.page_of(data_officer)[0]] == [str(request.pk)]
    assert [thing.id for _key, thing in outbox.page_of(operator)[0]] == [str(mail.pk)]
    sign_in(client, data_officer)
    client.post(f"{PAGE}decide", {"source": "exchange", "thing": mail.pk, "do": "retry"})
    assert Outgoing.objects.get(pk=mail.pk).state == "failed"


def test_the_list_pages_through_everything_once(broken, operator):
    for number in range(7):
        fail(f"k{number}")
    seen, after = [], None
    while True:
        rows, after = outbox.page_of(operator, after=after, size=3)
        seen += [thing.id for _key, thing in rows]
        if after is None:
            break
    assert seen == [str(pk) for pk in Outgoing.objects.order_by("-created_at").values_list("pk", flat=True)]


def test_a_message_that_nobody_came_to_send_is_shown_too(operator):
    with clock.freeze(clock.now() - timedelta(hours=1)):
        actions.send(Address("mail", "an@hue.gov.vn"), "notice", WORDS, "k")
    with translation.override("en"):
        rows, _next = outbox.page_of(operator)
    assert ["job process" in thing.why for _key, thing in rows] == [True]


def test_nothing_failed_is_said_plainly(client, operator):
    sign_in(client, operator)
    assert "Mọi thứ đã được gửi đi" in client.get(PAGE).content.decode()
