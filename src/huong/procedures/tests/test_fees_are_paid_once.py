"""Fees: asked once, paid online or at the counter; call-backs come twice, forged, wrong, late or never."""

import json
import time
from datetime import timedelta

import httpx
import pytest
from django.test import Client

from huong.base import clock
from huong.base.errors import BadInput, NotFound, Unavailable, WrongState
from huong.exchange.sandbox import signing
from huong.journal.models import Entry
from huong.procedures import provider
from huong.procedures.actions import citizen, officer, pay_at_counter, paying, require_fee, withdraw
from huong.procedures.models import Dossier, Payment
from huong.procedures.provider import Told
from huong.procedures.tests.conftest import at_desk

pytestmark = pytest.mark.django_db
PATH = "/pay/callback"


@pytest.fixture
def owed(priced, ward_officer):
    """Return the fee that is asked for."""
    return require_fee(priced.uid, actor=officer(ward_officer))


@pytest.fixture
def bank(settings, sandbox):
    """Let the sandbox be the payment provider; the clock goes on, since it signs by its own."""
    settings.HUONG = settings.HUONG.model_copy(
        update={
            "payment_url": f"{sandbox.base}/pay/payments", "payment_keys_url": f"{sandbox.base}/keys",
            "outgoing_hosts": sandbox.base.split("//")[1],
        }
    )  # fmt: skip
    provider._keys.clear()
    return sandbox


def sandbox_key(sandbox):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex((sandbox.home / "keys" / "signing").read_text()))


def called_back(sandbox, facts, *, key=None, age=0, change=None):
    """Send a call-back as the provider would; `change` spoils the body after it was signed."""
    body = json.dumps(facts).encode()
    values = {"@method": "POST", "@path": PATH, "@query": "?", "content-digest": signing.digest(body)}
    key_id = httpx.get(f"{sandbox.base}/keys").json()["keys"][0]["kid"]
    headers = {"Content-Digest": values["content-digest"]}
    made = signing.sign(
        values, ("@method", "@path", "@query", "content-digest"), key or sandbox_key(sandbox), key_id, age=age
    )
    with clock.freeze(clock.datetime.fromtimestamp(time.time(), clock.UTC)):
        return Client().post(PATH, change or body, content_type="application/json", headers=headers | made)


def facts(owed, **changed):
    return {
        "id": "abc",
        "reference": owed.reference,
        "amount": owed.amount,
        "currency": "VND",
        "state": "paid",
        **changed,
    }


def state(owed):
    return Dossier.objects.get(pk=owed.dossier_id).state


def test_the_fee_follows_the_channel_and_stops_the_clock(owed):
    assert owed.amount == 8_000
    dossier = Dossier.objects.get(pk=owed.dossier_id)
    assert (dossier.state, dossier.runs) == ("fee_due", False)


def test_a_fee_is_asked_for_once_and_not_for_what_costs_nothing(owed, ward_officer, accepted):
    with pytest.raises(WrongState):
        require_fee(owed.dossier.uid, actor=officer(ward_officer))


def test_what_costs_nothing_asks_for_nothing(accepted, ward_officer):
    with pytest.raises(BadInput):
        require_fee(accepted.uid, actor=officer(ward_officer))


def test_she_pays_at_the_provider_and_its_call_back_lets_the_dossier_go_on(owed, bank):
    url = paying.page_for_paying(owed.dossier.uid, back="http://127.0.0.1:1/my/dossiers/x")
    assert paying.page_for_paying(owed.dossier.uid, back="http://127.0.0.1:1/my/dossiers/x") == url
    assert httpx.get(url).status_code == 200
    assert called_back(bank, facts(owed)).status_code == 200
    assert state(owed) == "in_progress"
    assert Payment.objects.get(pk=owed.pk).way == "online"


def test_a_call_back_that_comes_twice_pays_once(owed, bank):
    assert [called_back(bank, facts(owed)).status_code for _time in range(2)] == [200, 200]
    assert Entry.objects.filter(name="procedures.paid").count() == 1


def test_a_forged_old_or_changed_call_back_changes_nothing(owed, bank):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    other = Ed25519PrivateKey.generate()
    assert called_back(bank, facts(owed), key=other).status_code == 401
    assert called_back(bank, facts(owed), age=900).status_code == 401
    assert called_back(bank, facts(owed), change=json.dumps(facts(owed, amount=1)).encode()).status_code == 401
    assert Client().post(PATH, b"{}", content_type="application/json").status_code == 401
    assert state(owed) == "fee_due"


def test_a_wrong_amount_does_not_count_and_somebody_has_to_look(owed, bank):
    assert called_back(bank, facts(owed, amount=1)).status_code == 400
    assert state(owed) == "fee_due"
    assert Entry.objects.get(name="procedures.payment_strange").data["why"] == "amount"


def test_money_for_nothing_we_know_is_written_down(bank, procedures):
    assert called_back(bank, {"id": "x", "reference": "none", "amount": 5, "state": "paid"}).status_code == 404
    assert Entry.objects.get(name="procedures.payment_strange").data["why"] == "unknown"


def test_paid_after_she_withdrew_it_is_written_down_and_the_dossier_stays_withdrawn(owed, bank):
    withdraw(owed.dossier.uid, actor=citizen(None))
    assert called_back(bank, facts(owed)).status_code == 200
    assert state(owed) == "withdrawn"
    assert Payment.objects.get(pk=owed.pk).state == "paid"
    assert Entry.objects.get(name="procedures.payment_strange").data["why"] == "late"


def test_broken_off_it_can_be_paid_again_under_a_new_reference(owed):
    paying.settle(Told("abc", owed.reference, owed.amount, "cancelled"))
    again = Payment.objects.get(state="asked")
    assert (again.amount, again.reference != owed.reference) == (owed.amount, True)
    paying.settle(Told("other", again.reference, again.amount, "paid"))
    assert state(owed) == "in_progress"


def test_a_lost_call_back_is_asked_for(owed, bank):
    url = paying.page_for_paying(owed.dossier.uid, back="http://127.0.0.1:1/my/dossiers/x")
    httpx.post(url, data={"do": "paid"})
    with clock.freeze(clock.now() + timedelta(minutes=4)):
        assert paying.ask_lost() == 1
        assert paying.ask_lost() == 0
    assert state(owed) == "in_progress"


def test_without_a_provider_she_is_led_to_the_counter(owed, settings):
    settings.HUONG = settings.HUONG.model_copy(update={"payment_url": "", "sandbox_url": ""})
    with pytest.raises(Unavailable):
        paying.page_for_paying(owed.dossier.uid, back="x")


def test_the_counter_takes_cash_and_prints_a_receipt(owed, ward_officer, client, procedures):
    pay_at_counter(owed.dossier.uid, by=ward_officer)
    assert state(owed) == "in_progress"
    at_desk(client, ward_officer)
    answer = client.get(f"/desk/dossiers/payments/{owed.reference}.pdf")
    assert answer.content.startswith(b"%PDF")
    with pytest.raises((NotFound, WrongState)):
        pay_at_counter(owed.dossier.uid, by=ward_officer)
