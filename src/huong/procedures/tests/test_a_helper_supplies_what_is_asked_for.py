"""Somebody may help with exactly what an office asks for: with a code of its own, seeing that only, and nothing afterwards."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huong.base import clock
from huong.base.errors import BadInput, Forbidden, NotFound, WrongState
from huong.journal.models import Entry
from huong.procedures.actions import bundling, citizen, helping, papers, save, submit, supply, withdraw
from huong.procedures.errors import NotAskedFor
from huong.procedures.models import Dossier, HelperPass
from huong.procedures.queries import answers_of, mine
from huong.procedures.queries.application import application
from huong.procedures.tests.conftest import ANSWERS, NAME, WITNESS, asked_about, at_desk
from huong.procedures.tests.test_citizens_fill_in_a_form import account, text_of
from huong.procedures.tests.test_only_what_is_asked_for_is_changed import NEW
from huong.procedures.tests.test_papers_come_as_they_are import picture

pytestmark = pytest.mark.django_db
HERS = citizen(None)


@pytest.fixture
def code(named, hers):
    """Return the code that she makes on her page."""
    page = text_of(hers.post(f"/procedures/dossiers/{named.uid}/helper", {"minutes": "60"}))
    return page.partition('class="code-big">')[2].partition("<")[0]


@pytest.fixture
def helper(named, code):
    """Return the browser of somebody who came with the code."""
    browser = account("tinhnguyen", level=1)
    assert browser.post("/procedures/help", {"code": code}).status_code == 302
    return browser


def url_of(dossier, rest=""):
    return f"/procedures/dossiers/{dossier.uid}/{rest}"


def test_her_page_offers_help_and_says_what_the_helper_will_see(named, hers):
    assert url_of(named, "helper") in text_of(hers.get(url_of(named, "child")))
    page = text_of(hers.get(url_of(named, "helper")))
    assert "chỉ thấy và chỉ điền phần cơ quan yêu cầu" in page
    assert "1440" not in page


def test_the_helper_supplies_what_is_asked_for_and_she_sends_it(named, helper, hers):
    assert helper.get(url_of(named))["Location"] == url_of(named, "child")
    assert helper.post(url_of(named, "child"), {NAME: NEW}).status_code == 302
    photo = SimpleUploadedFile("lam-chung.jpg", picture(), content_type="image/jpeg")
    helper.post(url_of(named, "papers"), {"paper": WITNESS, "files": [photo]})
    assert answers_of(named)[NAME] == NEW
    helper.post(url_of(named, "send"))
    assert Dossier.objects.get(pk=named.pk).state == "supplement_wanted"
    hers.post(url_of(named, "send"))
    assert Dossier.objects.get(pk=named.pk).state == "in_progress"


def test_the_helper_sees_what_is_asked_for_and_nothing_else(named, helper):
    for page in ("child", "papers", "preview"):
        shown = text_of(helper.get(url_of(named, page)))
        for secret in ("Thu Hà", ANSWERS["mother.national_id"], "20/11/2026", "2026-11-20", "requester"):
            assert secret not in shown, page
    assert ANSWERS[NAME] in text_of(helper.get(url_of(named, "child")))
    for step in ("requester", "mother", "father"):
        assert helper.get(url_of(named, step)).status_code == 404
    for page in (f"/my/dossiers/{named.uid}", url_of(named, "papers/birth_notice.pdf")):
        assert helper.get(page).status_code in {302, 403, 404}
    form = helper.get(f"/api/v1/dossiers/{named.uid}/form").json()
    assert [each["path"] for each in form["fields"]] == [NAME]
    assert [each["key"] for each in form["papers"]] == [WITNESS]


def test_the_helper_cannot_find_out_the_rest_by_guessing(named):
    by_helper = citizen(None, helper=True)
    for guess in (ANSWERS["child.birth_date"], "2026-11-19"):
        with pytest.raises(NotAskedFor):
            save(named.uid, {"child.birth_date": guess}, actor=by_helper)
    with pytest.raises(NotAskedFor):
        papers.add(named.uid, "birth_notice", io.BytesIO(picture()), name="a.jpg", actor=by_helper)


def test_the_helper_stands_in_the_history_by_name(named, helper, ward_officer):
    helped = named.actions.get(verb="help")
    assert (helped.helper, helped.by.username) == (True, "tinhnguyen")
    told = next(each for each in mine.story_of(named) if each.helper)
    assert (told.what, told.words) == ("Có người đến với mã của bạn để giúp", "tinhnguyen")
    desk = Client()
    at_desk(desk, ward_officer)
    assert "tinhnguyen" in text_of(desk.get(f"/desk/dossiers/{named.uid}/"))
    assert [each.data["what"] for each in Entry.objects.filter(name="procedures.helper_pass")] == ["given", "used"]


def test_it_ends_when_it_is_sent(named, helper, code):
    save(named.uid, {NAME: NEW}, actor=HERS)
    papers.add(named.uid, WITNESS, io.BytesIO(picture()), name="a.jpg", actor=HERS)
    supply(named.uid, actor=HERS)
    assert helper.get(url_of(named, "child")).status_code == 404
    assert helper.get(url_of(named, "preview")).status_code == 404
    assert helper.get(f"/api/v1/dossiers/{named.uid}/form").status_code == 404
    assert HelperPass.objects.get().ended_at is not None
    assert account("khac").post("/procedures/help", {"code": code}).status_code == 404


@pytest.mark.parametrize("end", ["time", "her word", "withdrawal"])
def test_it_ends_otherwise_too(named, helper, hers, end):
    later = clock.now() + timedelta(minutes=61 if end == "time" else 1)
    if end == "her word":
        hers.post(url_of(named, "helper"), {"end": "1"})
    elif end == "withdrawal":
        withdraw(named.uid, words="Thôi.", actor=HERS)
    with clock.freeze(later):
        assert helper.get(url_of(named, "child")).status_code == 404
        assert helper.post(url_of(named, "child"), {NAME: NEW}).status_code == 404
    assert answers_of(named)[NAME] == ANSWERS[NAME]


def test_the_code_of_a_draft_does_not_hold_for_the_supplement(draft, ward_officer):
    _given, code = helping.give_code(draft.uid, minutes=24 * 60, actor=HERS)
    browser = account("tinhnguyen")
    assert browser.post("/procedures/help", {"code": code}).status_code == 302
    submit(draft.uid, actor=HERS)
    from huong.procedures.actions import accept

    accept(draft.uid, by=ward_officer)
    asked_about(draft, ward_officer, NAME)
    assert browser.get(url_of(draft, "child")).status_code == 404
    assert browser.post("/procedures/help", {"code": code}).status_code == 404


def test_it_holds_for_the_one_dossier_that_is_asked_about(accepted, ward_officer, mother):
    from huong.procedures.actions import begin
    from huong.procedures.models import Bundle

    bundle = Bundle.objects.create(uid="b" * 32, event="child", party=mother, at=clock.now())
    Dossier.objects.filter(pk=accepted.pk).update(bundle=bundle)
    other = begin("1.004222", party=mother, actor=HERS, unit="An Cựu", bundle=bundle)
    save(other.uid, {"resident.name": "Bí Mật"}, actor=HERS)
    asked_about(accepted, ward_officer, NAME)
    _given, code = helping.give_code(accepted.uid, minutes=60, actor=HERS)
    browser = account("tinhnguyen")
    browser.post("/procedures/help", {"code": code})
    assert browser.get(url_of(accepted, "child")).status_code == 200
    assert "Bí Mật" not in text_of(browser.get(url_of(accepted, "preview")))
    assert browser.get(url_of(other, "resident")).status_code == 404
    assert browser.get(f"/api/v1/dossiers/{other.uid}/form").status_code == 404


def test_whatever_moves_a_dossier_is_hers_alone(named):
    by_helper = citizen(None, helper=True)
    for move in (supply, withdraw, bundling.send_all):
        with pytest.raises((Forbidden, TypeError)) as refused:
            move(named.uid, actor=by_helper)
        assert refused.type is Forbidden
    with pytest.raises(Forbidden):
        helping.give_code(named.uid, minutes=60, actor=by_helper)
    with pytest.raises(Forbidden):
        helping.end(named.uid, actor=by_helper)


def test_a_helper_cannot_let_in_another_one(named, helper):
    assert helper.get(url_of(named, "helper"))["Location"] == url_of(named)
    helper.post(url_of(named, "helper"), {"minutes": "60"})
    helper.post(url_of(named, "helper"), {"end": "1"})
    assert HelperPass.objects.get().ended_at is None


@pytest.mark.parametrize("minutes", [0, 14, 241, 1440])
def test_a_code_for_a_supplement_holds_for_a_short_time(named, minutes):
    with pytest.raises(BadInput, match="15 phút đến 4 giờ"):
        helping.give_code(named.uid, minutes=minutes, actor=HERS)


def test_there_is_no_code_for_what_lies_with_the_office(accepted):
    with pytest.raises(WrongState):
        helping.give_code(accepted.uid, minutes=60, actor=HERS)
    assert helping.standing(accepted) is None


def test_a_second_person_with_the_same_code_stays_outside(named, helper, code):
    with pytest.raises(NotFound):
        helping.enter(code, by=account_user("khac"))


def account_user(username):
    from huong.people.models import User

    return User.objects.create_user(username)


def test_her_own_view_is_whole_as_before(named):
    assert len(application(named).stages) > 1


def test_a_helper_moves_no_day(named):
    from huong.procedures.queries.clocks import reading_of

    _given, code = helping.give_code(named.uid, minutes=60, actor=HERS)
    start = clock.now()
    with clock.freeze(start + timedelta(minutes=50)):
        helping.enter(code, by=account_user("khac"))
    with clock.freeze(start + timedelta(days=2)):
        save(named.uid, {NAME: NEW}, actor=HERS)
        papers.add(named.uid, WITNESS, io.BytesIO(picture()), name="a.jpg", actor=HERS)
        sent = supply(named.uid, actor=HERS)
        actions = list(named.actions.all())
        without = reading_of(sent, [each for each in actions if each.verb != "help"])
        assert (sent.due_at, sent.runs) == (without.due_at, without.running)
        assert without.due_at > start + timedelta(days=2)
