"""A parent, a firm's representative: confirmed by the registers; where one is silent it waits, and the page says so."""

from datetime import UTC, datetime, timedelta

import pytest

from huong.base import clock
from huong.exchange import representing
from huong.exchange.models import RegisterCheck, RegisterCopy
from huong.exchange.tests.conftest import FATHER
from huong.exchange.tests.test_a_person_shares_a_verified_fact import FIRM, LIEN, signed_in
from huong.journal.models import Entry
from huong.people import acting
from huong.people import queries as people
from huong.people.models import Representation, User

pytestmark = pytest.mark.django_db


def ask(browser):
    """Press the button; in tests the job runs when it is called for."""
    assert browser.post("/my/acting").status_code == 302
    party = RegisterCheck.objects.latest("id").party
    representing.confirm(party)
    return party


def user_of(browser):
    return User.objects.get(pk=browser.session["_auth_user_id"])


def test_a_father_is_confirmed_by_the_civil_status_register(met):
    browser = signed_in(FATHER, "Trần Minh Khôi")
    assert acting.choices(user_of(browser)) == []
    ask(browser)
    (row,) = Representation.objects.all()
    assert (row.kind, row.source, row.represented.name) == ("parent", "register:civil-status", "Trần Nguyễn Gia Hân")
    page = browser.get("/my/acting").content.decode()
    assert "Trần Nguyễn Gia Hân" in page
    assert "cơ sở dữ liệu hộ tịch" in page
    assert f"{row.valid_to:%d/%m/%Y}" in page
    assert "Trần Nguyễn Gia Hân" in browser.get("/my/").content.decode()
    assert f"{row.valid_to:%d/%m/%Y}" in browser.get("/account/acting").content.decode()


def test_a_firm_s_representative_is_confirmed_by_the_business_register(met):
    browser = signed_in(LIEN, "Võ Thị Kim Liên")
    ask(browser)
    (row,) = Representation.objects.all()
    assert (row.kind, row.source, row.represented.name) == ("owner", "register:business", FIRM["name"])
    assert people.party_of(FIRM["tax_code"]).kind == "organisation"


def test_what_the_register_no_longer_confirms_ends(met):
    browser = signed_in(LIEN, "Võ Thị Kim Liên")
    party = ask(browser)
    check = RegisterCheck.objects.get(source="business")
    representing._keep(check, [])
    assert Representation.objects.count() == 0
    assert Entry.objects.filter(name="people.representation_ended").count() == 1
    assert RegisterCheck.objects.filter(party=party, state="answered").count() == 2


def test_a_silent_register_leaves_it_waiting_and_says_so_and_is_asked_again(met, settings):
    allowed = settings.HUONG
    settings.HUONG = allowed.model_copy(update={"outgoing_hosts": ""})
    browser = signed_in(FATHER, "Trần Minh Khôi")
    ask(browser)
    assert {each.state for each in RegisterCheck.objects.all()} == {"waiting"}
    assert Representation.objects.count() == 0
    assert "chờ cơ sở dữ liệu trả lời" in browser.get("/my/acting").content.decode()
    settings.HUONG = allowed
    assert representing.ask_again() == 0  # not at once
    with clock.freeze(datetime.now(UTC)):
        RegisterCheck.objects.update(asked_at=clock.now() - timedelta(minutes=16))
        assert representing.ask_again() == 1
    assert {each.state for each in RegisterCheck.objects.all()} == {"answered"}
    assert Representation.objects.count() == 1


def test_an_answer_of_a_month_ago_is_asked_for_afresh(met):
    browser = signed_in(FATHER, "Trần Minh Khôi")
    ask(browser)
    assert representing.ask_afresh() == 0
    RegisterCopy.objects.all().delete()
    Representation.objects.update(confirmed_at=clock.now() - timedelta(days=31))
    assert representing.ask_afresh() == 1
    assert Representation.objects.get().confirmed_at > clock.now() - timedelta(minutes=1)


def test_nobody_asks_for_somebody_else(met, stranger):
    from django.test import Client

    assert Client().post("/my/acting").status_code == 302
    browser = Client()
    browser.force_login(stranger)
    session = browser.session
    session["huong_assurance"] = 2
    session.save()
    assert browser.post("/my/acting").status_code == 404
    assert RegisterCheck.objects.count() == 0
