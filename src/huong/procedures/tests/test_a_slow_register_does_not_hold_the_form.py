"""A form opens with what is known; registers are asked behind it, once; what she typed meanwhile is never lost."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from huong.base import clock
from huong.base.errors import NotFound, WrongState
from huong.exchange.models import Exchange
from huong.journal.models import Entry
from huong.procedures.actions import asking, bundling, citizen, discard, save, submit
from huong.procedures.models import Component, Dossier, Question
from huong.procedures.queries import answers_of
from huong.procedures.tests.conftest import ANSWERS, WARD, resolve_all
from huong.procedures.tests.test_citizens_fill_in_a_form import account, text_of
from huong.procedures.tests.test_it_is_asked_once import (
    FATHER,
    HER_ANSWERS,
    HERS,
    MOTHER,
    SINGLE,
    draft_of,
    part,
)

pytestmark = pytest.mark.django_db
SLOW, FAILING = "046085999901", "046185999902"
ADDRESS, TRUE_ADDRESS = "requester.address", "27 đường Nguyễn Huệ"


def asked():
    """Return how many questions went to registers."""
    return Exchange.objects.filter(direction="out").count()


def waiting():
    """Return how many jobs wait that ask registers."""
    return sum("asking.answer" in str(row.args_kwargs) for row in DBTaskResult.objects.all())


@pytest.fixture
def opened(registers):
    """Return a mother's draft as it is opened: nothing was asked yet."""
    dossier = draft_of(MOTHER)
    bundling.resolve_all(dossier.uid, actor=HERS)
    return dossier


def page_of(dossier, step="requester"):
    browser = account("me", dossier.applicant)
    return browser, f"/procedures/dossiers/{dossier.uid}/{step}"


def test_opening_a_form_asks_no_register_and_says_that_one_is_asked(opened):
    assert asked() == 0
    assert (part(opened, ADDRESS).state, part(opened, ADDRESS).why) == ("asking", "asking")
    assert answers_of(opened)["requester.name"] == "Nguyễn Thị Thu Hà"  # signing in says so, meanwhile
    assert not part(opened, "requester.name").locked
    assert part(opened, "father.national_id").state == "asking"
    assert part(opened, "father.name").state == "asking"  # whom to ask about is being asked
    assert waiting() == 1


def test_what_registers_say_is_filled_in_behind_it_with_its_proof(opened):
    asking.answer.now(opened.uid)
    row = part(opened, ADDRESS)
    assert (row.state, row.locked, row.origin, row.source[:15]) == ("held", True, "fetched", "register:person")
    assert row.valid_until - row.fetched_at == timedelta(minutes=15)
    assert Exchange.objects.filter(message_id=row.exchange).count() == 1
    assert answers_of(opened)["father.name"] == "Trần Minh Khôi"
    assert part(opened, "requester.name").locked
    assert not Component.objects.filter(dossier=opened, state="asking").exists()


def test_however_often_it_is_opened_each_register_is_asked_once_about_each_person(opened):
    for _tab in range(3):
        bundling.resolve_all(opened.uid, actor=HERS)
    assert waiting() == 1
    for _job in range(3):
        asking.answer.now(opened.uid)
        bundling.resolve_all(opened.uid, actor=HERS)
    assert asked() == 3  # she, her marriage, the father
    assert Entry.objects.filter(name="exchange.asked").count() == 3
    assert Question.objects.filter(dossier=opened, answered_at__isnull=False).count() == 3
    assert waiting() == 1


def test_a_question_that_another_job_has_is_not_sent_twice(opened):
    Question.objects.filter(dossier=opened).update(taken_at=clock.now())
    asking.answer.now(opened.uid)
    assert asked() == 0
    assert part(opened, ADDRESS).state == "asking"


def test_whom_a_question_is_about_is_kept_as_a_hash(opened):
    assert MOTHER not in str(list(Question.objects.values()))


def test_a_register_that_fails_makes_its_fields_hers_to_declare(registers):
    dossier = draft_of(FAILING, "Đặng Thị Lỗi", {**HER_ANSWERS, "father.known": "no"})
    bundling.resolve_all(dossier.uid, actor=HERS)
    asking.answer.now(dossier.uid)
    row = part(dossier, ADDRESS)
    assert (row.state, row.why, row.locked) == ("later", "source_down", False)
    bundling.resolve_all(dossier.uid, actor=HERS)
    assert waiting() == 1  # not asked anew at once
    with clock.freeze(clock.now() + asking.AGAIN):
        bundling.resolve_all(dossier.uid, actor=HERS)
    assert waiting() == 2


def test_past_its_limit_a_question_is_waited_for_no_longer(opened):
    with clock.freeze(clock.now() + asking.LIMIT):
        browser, url = page_of(opened)
        page = text_of(browser.get(url))
    assert part(opened, ADDRESS).state == "later"
    assert "data-asking" not in page
    assert f'name="{ADDRESS}"' in page


def test_a_slow_register_holds_neither_the_page_nor_what_comes_after_it(registers, monkeypatch):
    monkeypatch.setattr(asking, "PATIENCE", 0.4)
    dossier = draft_of(SLOW, "Đặng Văn Chậm", {**HER_ANSWERS, "requester.relation": "father"})
    browser, url = page_of(dossier)
    bundling.resolve_all(dossier.uid, actor=HERS)
    assert "Đang hỏi: Dữ liệu dân cư" in text_of(browser.get(url))
    assert asked() == 0
    asking.answer.now(dossier.uid)
    assert part(dossier, ADDRESS).state == "later"


def test_a_register_that_does_not_know_leaves_the_field_to_her(registers):
    dossier = draft_of("046085999903", "Đặng Văn Lạ", {**HER_ANSWERS, "requester.relation": "father"})
    bundling.resolve_all(dossier.uid, actor=HERS)
    asking.answer.now(dossier.uid)
    bundling.resolve_all(dossier.uid, actor=HERS)
    assert part(dossier, ADDRESS).state in {"empty", "later"}
    assert waiting() == 1


def test_what_she_types_while_it_is_asked_stays_and_the_answer_stands_beside_it(opened):
    save(opened.uid, {ADDRESS: "29 đường Nguyễn Huệ"}, actor=HERS)
    assert part(opened, ADDRESS).state == "asking"
    asking.answer.now(opened.uid)
    row = part(opened, ADDRESS)
    assert (row.state, row.locked, row.why) == ("held", False, "said")
    assert answers_of(opened)[ADDRESS] == "29 đường Nguyễn Huệ"
    browser, url = page_of(opened)
    page = text_of(browser.get(url))
    assert "Dữ liệu dân cư ghi:" in page
    assert TRUE_ADDRESS in page
    browser.post(f"{url}/choose", {ADDRESS: "29 đường Nguyễn Huệ", "take": ADDRESS})
    assert answers_of(opened)[ADDRESS] == TRUE_ADDRESS
    assert (part(opened, ADDRESS).locked, part(opened, ADDRESS).origin) == (True, "fetched")


def test_she_keeps_hers_and_the_office_sees_that_they_differ(opened):
    save(opened.uid, {ADDRESS: "29 đường Nguyễn Huệ"}, actor=HERS)
    asking.answer.now(opened.uid)
    browser, url = page_of(opened)
    browser.post(f"{url}/choose", {ADDRESS: "29 đường Nguyễn Huệ", "keep": ADDRESS})
    for _open in range(2):
        bundling.resolve_all(opened.uid, actor=HERS)
        row = part(opened, ADDRESS)
        assert (row.why, row.locked, row.sealed_said) == ("differs", False, None)
    assert answers_of(opened)[ADDRESS] == "29 đường Nguyễn Huệ"
    assert browser.post(f"{url}/choose", {"take": ADDRESS}).status_code == 404
    save(opened.uid, {ADDRESS: ""}, actor=HERS)  # she thinks again and leaves it to the register
    bundling.resolve_all(opened.uid, actor=HERS)
    assert answers_of(opened)[ADDRESS] == TRUE_ADDRESS


def test_the_same_word_needs_no_choice(opened):
    save(opened.uid, {ADDRESS: TRUE_ADDRESS}, actor=HERS)
    asking.answer.now(opened.uid)
    assert part(opened, ADDRESS).locked


def test_a_page_sent_after_the_answer_came_keeps_what_stood_in_it(opened):
    browser, url = page_of(opened)
    page = text_of(browser.get(url))
    assert f'name="asking" value="{ADDRESS}"' in page
    asking.answer.now(opened.uid)
    typed = {"requester.relation": "mother", ADDRESS: "29 đường Nguyễn Huệ", "asking": ADDRESS}
    assert browser.post(url, typed)["Location"] == url  # there is something to choose
    assert answers_of(opened)[ADDRESS] == "29 đường Nguyễn Huệ"
    assert TRUE_ADDRESS in text_of(browser.get(url))


def test_a_value_that_a_source_holds_is_not_taken_from_a_page_that_never_asked(opened):
    asking.answer.now(opened.uid)
    save(opened.uid, {ADDRESS: "29 đường Nguyễn Huệ"}, actor=HERS)
    assert answers_of(opened)[ADDRESS] == TRUE_ADDRESS


def test_typing_while_the_job_writes_loses_nothing(opened, monkeypatch):
    real = asking.explored

    def slowly(*given):
        found = real(*given)
        monkeypatch.setattr(asking, "explored", real)
        save(opened.uid, {ADDRESS: "29 đường Nguyễn Huệ"}, actor=HERS)  # between the answer and its writing
        return found

    monkeypatch.setattr(asking, "explored", slowly)
    asking.answer.now(opened.uid)
    assert answers_of(opened)[ADDRESS] == "29 đường Nguyễn Huệ"
    assert part(opened, ADDRESS).why == "said"


def test_load_again_keeps_what_stands_on_the_page(opened):
    browser, url = page_of(opened)
    answer = browser.post(
        url, {"requester.relation": "mother", ADDRESS: "29 Nguyễn Huệ", "asking": ADDRESS, "again": "1"}
    )
    assert answer["Location"] == url
    assert answers_of(opened)[ADDRESS] == "29 Nguyễn Huệ"


def test_a_draft_that_is_let_go_while_a_register_is_asked_gets_nothing(opened):
    discard(opened.uid, actor=HERS)
    asking.answer.now(opened.uid)
    assert asked() == 0
    assert not Component.objects.filter(dossier=opened, locked=True, source__startswith="register").exists()


def test_what_is_sent_while_it_is_asked_is_verified_later(opened, ward_officer):
    save(opened.uid, {**ANSWERS, ADDRESS: "29 đường Nguyễn Huệ"}, actor=HERS)
    Component.objects.update_or_create(
        dossier=opened, kind="paper", key="birth_witness",
        defaults={"origin": "uploaded", "state": "held", "changed_at": clock.now()},
    )  # fmt: skip
    submit(opened.uid, actor=citizen(None))
    assert Dossier.objects.get(pk=opened.pk).state == "submitted"
    assert part(opened, ADDRESS).state == "later"
    assert not Component.objects.filter(dossier=opened, state="asking").exists()
    asking.answer.now(opened.uid)
    assert answers_of(opened)[ADDRESS] == "29 đường Nguyễn Huệ"
    with pytest.raises(WrongState):
        asking.choose(opened.uid, ADDRESS, use=True, actor=HERS)


def test_a_value_past_its_time_stands_until_it_is_fetched_anew(opened):
    from huong.exchange.models import RegisterCopy

    asking.answer.now(opened.uid)
    first = part(opened, ADDRESS)
    with clock.freeze(clock.now() + timedelta(minutes=16)):
        bundling.resolve_all(opened.uid, actor=HERS)
        assert answers_of(opened)[ADDRESS] == TRUE_ADDRESS
        assert answers_of(opened)["father.name"] == "Trần Minh Khôi"
        assert waiting() == 2
    RegisterCopy.objects.all().delete()
    Question.objects.update(taken_at=None, answered_at=None, asked_at=clock.now())
    Component.objects.filter(dossier=opened, locked=True).update(valid_until=clock.now())
    asking.answer.now(opened.uid)
    assert part(opened, ADDRESS).exchange != first.exchange


def test_another_person_is_asked_about_anew_and_the_former_value_goes(registers):
    dossier = draft_of(SINGLE, "Phạm Thị Ngọc Anh")
    resolve_all(dossier.uid, actor=HERS)
    save(dossier.uid, {"father.national_id": "046098999004"}, actor=HERS)
    resolve_all(dossier.uid, actor=HERS)
    first = answers_of(dossier)["father.name"]
    save(dossier.uid, {"father.national_id": FATHER}, actor=HERS)
    bundling.resolve_all(dossier.uid, actor=HERS)
    assert "father.name" not in answers_of(dossier)
    assert part(dossier, "father.name").state == "asking"
    asking.answer.now(dossier.uid)
    assert answers_of(dossier)["father.name"] == "Trần Minh Khôi" != first


def test_the_api_tells_what_is_asked_and_takes_a_choice(opened):
    browser, _url = page_of(opened)
    api = f"/api/v1/dossiers/{opened.uid}/form"

    def field(form):
        return next(each for each in form["fields"] if each["path"] == ADDRESS)

    form = browser.get(api).json()
    assert (field(form)["state"], form["asking"]) == ("asking", ["Dữ liệu dân cư", "Dữ liệu hộ tịch"])
    browser.patch(api, {"answers": {ADDRESS: "29 Nguyễn Huệ"}}, content_type="application/json")
    asking.answer.now(opened.uid)
    form = browser.post(f"{api}/look", content_type="application/json").json()
    assert (field(form)["said"], form["asking"]) == (TRUE_ADDRESS, [])
    form = browser.post(f"{api}/choose", {"path": ADDRESS, "use": True}, content_type="application/json").json()
    assert (field(form)["text"], field(form)["locked"], field(form)["value"]) == (TRUE_ADDRESS, True, None)
    assert field(form)["fetched_at"]
    assert field(form)["valid_until"]


def test_nothing_to_choose_is_said(opened):
    with pytest.raises(NotFound):
        asking.choose(opened.uid, ADDRESS, use=True, actor=HERS)


def test_an_agency_that_has_not_joined_the_exchange_lets_nobody_wait(procedures):
    dossier = draft_of(MOTHER)
    bundling.resolve_all(dossier.uid, actor=HERS)
    assert part(dossier, ADDRESS).state == "later"
    assert waiting() == 0
    assert dossier.agency == WARD


def test_looking_again_while_it_is_asked_costs_few_queries(opened, django_assert_max_num_queries):
    with django_assert_max_num_queries(24):
        bundling.resolve_all(opened.uid, actor=HERS)
