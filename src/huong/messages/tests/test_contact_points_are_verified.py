"""An address counts only after its owner typed the code that was sent there."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from huong.base import clock
from huong.base.errors import BadInput, NotFound, TooMany, WrongState
from huong.journal.models import Entry
from huong.messages import actions, queries
from huong.messages.models import ContactPoint


def code_sent(pigeon):
    actions.deliver_due()
    return re.search(r"\d{6}", pigeon.letters[-1].body).group()


def test_the_right_code_confirms_an_address(an, pigeon):
    contact = actions.add_contact(an.pk, "pigeon", "an@hue.gov.vn")
    assert queries.contact_points_of(an) == []
    actions.confirm(an.pk, contact.pk, f" {code_sent(pigeon)} ")
    assert queries.contact_points_of(an) == [contact]
    with pytest.raises(WrongState):
        actions.send_code(an.pk, contact.pk)


def test_the_code_comes_in_the_readers_language(an, pigeon):
    actions.add_contact(an.pk, "pigeon", "a", language="vi")
    actions.add_contact(an.pk, "pigeon", "b", language="en")
    actions.deliver_due()
    subjects = {letter.address: letter.subject for letter in pigeon.letters}
    assert "là mã của bạn" in subjects["a"]
    assert "is your code" in subjects["b"]


def test_a_wrong_code_is_refused_and_five_of_them_void_it(an, pigeon):
    contact = actions.add_contact(an.pk, "pigeon", "a")
    right = code_sent(pigeon)
    wrong = "000000" if right != "000000" else "111111"
    for _try in range(5):
        with pytest.raises(BadInput) as refusal:
            actions.confirm(an.pk, contact.pk, wrong)
        assert refusal.value.code == "code_wrong"
    with pytest.raises(BadInput) as refusal:
        actions.confirm(an.pk, contact.pk, right)
    assert refusal.value.code == "code_expired"


def test_an_old_code_is_refused(an, pigeon):
    contact = actions.add_contact(an.pk, "pigeon", "a")
    code = code_sent(pigeon)
    with clock.freeze(clock.now() + timedelta(minutes=16)), pytest.raises(BadInput):
        actions.confirm(an.pk, contact.pk, code)


def test_codes_are_not_sent_without_end(an, pigeon):
    contact = actions.add_contact(an.pk, "pigeon", "a")
    with clock.freeze(clock.now()):
        for _turn in range(4):
            actions.send_code(an.pk, contact.pk)
        with pytest.raises(TooMany):
            actions.send_code(an.pk, contact.pk)


def test_an_address_is_kept_once_masked_and_encrypted(an, pigeon):
    first = actions.add_contact(an.pk, "mail", "An.Nguyen@HUE.gov.vn")
    second = actions.add_contact(an.pk, "mail", " An.Nguyen@hue.gov.vn ")
    assert first == second
    assert str(first) == "An•••@hue.gov.vn"
    assert b"Nguyen" not in bytes(ContactPoint.objects.get().address)
    assert "Nguyen" not in str(list(Entry.objects.values_list("data", flat=True)))


@pytest.mark.parametrize("address", ["", "an", "an@hue", "a b@hue.gov.vn", "an@hue..vn", "x" * 70 + "@hue.gov.vn"])
def test_what_is_no_address_is_refused(an, address):
    with pytest.raises(BadInput) as refusal:
        actions.add_contact(an.pk, "mail", address)
    assert refusal.value.code == "bad_address"


def test_nobody_confirms_or_removes_the_address_of_another(an, pigeon):
    contact = actions.add_contact(an.pk, "pigeon", "a")
    stranger = get_user_model().objects.create(username="binh")
    with pytest.raises(NotFound):
        actions.confirm(stranger.pk, contact.pk, code_sent(pigeon))
    with pytest.raises(NotFound):
        actions.remove_contact(stranger.pk, contact.pk)
    actions.remove_contact(an.pk, contact.pk)
    assert ContactPoint.objects.count() == 0
