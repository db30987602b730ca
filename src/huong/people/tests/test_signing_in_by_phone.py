"""A code on the phone signs in at the lower assurance, within narrow limits."""

from datetime import timedelta

import pytest

from huong.base import clock
from huong.base.errors import BadInput, TooMany
from huong.base.testing.cast import NOON
from huong.journal.models import Entry
from huong.people import assurance
from huong.people.actions import phone
from huong.people.models import PhoneCode, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def test_the_right_code_signs_in_at_the_lower_assurance(client, texts):
    assert (
        client.post("/account/phone", {"number": "+84 905 123 456", "next": "/search"})["Location"]
        == "/account/phone/code"
    )
    number, code = texts[0]
    assert (number, len(code)) == ("0905123456", 6)
    assert "09•••456" in client.get("/account/phone/code").content.decode()
    assert client.post("/account/phone/code", {"code": code})["Location"] == "/search"
    assert client.session[assurance.KEY] == assurance.LOW
    assert [e.data["way"] for e in Entry.objects.filter(name="people.signed_in")] == ["phone"]


def test_neither_number_nor_code_is_kept_in_clear(client, texts):
    client.post("/account/phone", {"number": "0905123456"})
    told = str(PhoneCode.objects.values_list()) + str(list(Entry.objects.values_list("data", "subject")))
    assert texts[0][1] not in told
    assert "0905123456" not in told


def test_the_same_number_is_the_same_account(client, texts):
    for _again in range(2):
        client.logout()
        client.post("/account/phone", {"number": "0905123456"})
        client.post("/account/phone/code", {"code": texts[-1][1]})
    assert User.objects.count() == 1


def test_a_code_has_five_tries_and_then_not_even_the_right_one_helps(texts):
    row = phone.send_code("0905123456", address="::1")
    right = texts[0][1]
    wrong = "000000" if right != "000000" else "111111"
    for _try in range(5):
        with pytest.raises(BadInput, match=r".") as refusal:
            phone.check_code(row.public_id, wrong)
        assert refusal.value.code == "code_wrong"
    with pytest.raises(BadInput) as refusal:
        phone.check_code(row.public_id, right)
    assert refusal.value.code == "code_expired"


def test_a_code_works_once_and_for_ten_minutes(texts):
    row = phone.send_code("0905123456", address="::1")
    assert phone.check_code(row.public_id, texts[0][1]) == "0905123456"
    with pytest.raises(BadInput):
        phone.check_code(row.public_id, texts[0][1])
    other = phone.send_code("0905123456", address="::1")
    with clock.freeze(NOON + timedelta(minutes=10, seconds=1)), pytest.raises(BadInput):
        phone.check_code(other.public_id, texts[1][1])


def test_codes_are_limited_by_number_and_by_address(texts):
    for _code in range(3):
        phone.send_code("0905123456", address="::1")
    with pytest.raises(TooMany):
        phone.send_code("+84905123456", address="::2")
    for number in range(17):
        phone.send_code(f"09051230{number:02d}", address="::1")
    with pytest.raises(TooMany):
        phone.send_code("0905999999", address="::1")


@pytest.mark.parametrize("number", ["", "19001075", "0123456789", "090512345", "abc", "09051234567"])
def test_what_is_no_mobile_number_is_said_at_the_field(client, texts, number):
    answer = client.post("/account/phone", {"number": number})
    assert answer.status_code == 200
    assert answer.context["form"].errors["number"]
    assert texts == []


def test_without_a_gateway_no_button_is_shown(client):
    assert "/account/phone" not in client.get("/account/").content.decode()
    assert client.post("/account/phone", {"number": "0905123456"}).status_code == 503


def test_what_needs_more_says_so_and_leads_back(client, texts, rf):
    client.post("/account/phone", {"number": "0905123456"})
    client.post("/account/phone/code", {"code": texts[0][1]})
    page = client.get("/account/higher", {"next": "/my/"})
    assert page.status_code == 200
    assert "mức cao hơn" in page.content.decode() or "chắc chắn hơn" in page.content.decode()
