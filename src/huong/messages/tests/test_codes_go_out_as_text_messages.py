"""A code for signing in leaves through the outbox to the gateway; here the sandbox's, a real second process."""

import httpx
import pytest

from huong.messages.actions import outbox
from huong.messages.models import Outgoing
from huong.people.actions import phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway(settings, sandbox):
    settings.HUONG = settings.HUONG.model_copy(
        update={"sms_url": f"{sandbox.base}/sms/messages", "outgoing_hosts": sandbox.base.split("//")[1]}
    )
    return sandbox


def test_the_code_arrives_and_is_forgotten_here(gateway):
    phone.send_code("0905777001", address="::1")
    assert outbox.deliver_due() == 1
    shown = httpx.get(f"{gateway.base}/sms/").text
    assert "0905777001" in shown
    sent = Outgoing.objects.get()
    assert (sent.state, sent.payload, "0905777001" in sent.shown) == ("sent", None, False)


def test_a_gateway_that_is_down_is_tried_again(settings, gateway):
    settings.HUONG = settings.HUONG.model_copy(update={"sms_url": "http://127.0.0.1:9/", "outgoing_hosts": "127.0.0.1"})
    phone.send_code("0905777002", address="::1")
    assert outbox.deliver_due() == 0
    assert Outgoing.objects.get().state == "failed"
