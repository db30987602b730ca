"""What a person asks about their data is carried out, or refused with the ground, by the agency that answers; in time."""

import io
from datetime import date

import pytest
from django.core.management import call_command
from django.test import Client

from huong.base import keys
from huong.base.errors import BadInput, Forbidden, NotFound, WrongState
from huong.catalogue import queries as catalogue
from huong.exchange.actions import questions
from huong.exchange.models import AccessRecord, Question
from huong.exchange.tests.conftest import DRAINS, HOA, ONE, PURPOSE, SEARCH, at_the_desk, give
from huong.journal.models import Entry
from huong.messages.models import Bell, ContactPoint, Outgoing
from huong.people import queries as people
from huong.people.actions import restrictions
from huong.people.errors import Restricted
from huong.people.models import Restriction
from huong.store import personal
from huong.store import queries as store
from huong.store.serving.building import bring_up

pytestmark = pytest.mark.django_db
SAID = "Đã đối chiếu với giấy khai sinh bản gốc."


def ask(browser, key, kind, text="Tên đệm bị ghi sai"):
    assert browser.post("/my/data/ask", {"key": key, "kind": kind, "text": text}).status_code == 302
    return Question.objects.latest("id")


def decide(user, question, verb="carry-out", **facts):
    answer = at_the_desk(user).post(
        "/desk/exchange/questions/", {"number": question.number, "verb": verb, "text": SAID, **facts}
    )
    assert answer.status_code == 302
    question.refresh_from_db()
    return question


def test_the_responsible_agency_gets_a_case_with_a_clock(hoa, browser, data_officer):
    question = ask(browser, f"party:{hoa.public_id}", "correct")
    assert question.agency == "H57.51"
    assert question.due_at > question.asked_at
    assert Bell.objects.filter(user_id=data_officer.pk, text__contains="corrected").count() == 1
    page = at_the_desk(data_officer).get("/desk/exchange/questions/").content.decode()
    assert "Tên đệm bị ghi sai" in page
    assert 'value="carry-out"' in page


def test_a_correction_really_corrects_and_she_is_told(hoa, browser, stranger, data_officer):
    question = ask(browser, f"party:{hoa.public_id}", "correct")
    done = decide(data_officer, question, field="name", value="  Nguyễn Thị  Hòa ")
    assert (done.outcome, done.answered_by) == ("done", data_officer.pk)
    hoa.refresh_from_db()
    assert hoa.name == "Nguyễn Thị Hòa"
    assert hoa.folded == "nguyen thi hoa"
    assert Bell.objects.filter(user_id=stranger.pk, text__contains="carried out").count() == 1
    page = browser.get("/my/data").content.decode()
    assert SAID in page
    assert "đã thực hiện" in page
    told = str(list(Entry.objects.values_list("data", flat=True)))
    assert "Hòa" not in told
    ask(browser, f"party:{hoa.public_id}", "correct", "Ngày sinh cũng sai")  # once decided, she may ask again


def test_a_birth_date_is_corrected_under_the_person_s_own_key(hoa, browser, data_officer, steward):
    question = ask(browser, f"party:{hoa.public_id}", "correct")
    decide(data_officer, question, field="birth_date", value="30/02/1990")
    assert question.outcome == ""  # no such day: the request stays open
    decide(data_officer, question, field="birth_date", value="08/03/1990")
    hoa.refresh_from_db()
    assert people.particulars_of(hoa, by=steward, purpose=PURPOSE)["birth_date"] == date(1990, 3, 8).isoformat()


def test_a_row_with_a_place_keeps_it_when_something_else_is_corrected_and_the_place_can_be_corrected_too(
    contract, load, parquet, tmp_path, members, hoa, browser, steward
):
    fields = [
        {"name": "citizen_id", "key": True, "semantic": "vn.citizen_id"},
        {"name": "amount", "kind": "integer"},
        {"name": "home", "kind": "object", "semantic": "geo.point"},
    ]
    contract("flooded", fields, classification="personal", retention=30)
    sealed = tmp_path / "sealed.parquet"
    types = {"citizen_id": "VARCHAR", "amount": "BIGINT", "home": "STRUCT(lon DOUBLE, lat DOUBLE)"}
    came = parquet([{"citizen_id": HOA, "amount": 1, "home": {"lon": 107.5871, "lat": 16.4637}}], **types)
    personal.protect(came, sealed, catalogue.contract_of("flooded"))
    load("flooded", sealed, mode="upsert", key=["citizen_id"])
    bring_up("flooded")

    def held():
        bring_up("flooded")
        use = store.Use("H57.8", "data.quality", person=steward)
        found = store.rows("flooded", use=use, fields=["citizen_id", "amount", "home"]).rows
        return [(row["amount"], row["home"]) for row in found]

    decide(steward, ask(browser, "dataset:flooded", "correct"), field="amount", value="2")
    assert held() == [(2, {"lon": 107.5871, "lat": 16.4637})]
    decide(steward, ask(browser, "dataset:flooded", "correct"), field="home", value="16.5, 107.6")
    assert held() == [(2, {"lon": 107.6, "lat": 16.5})]


def test_a_row_of_a_dataset_is_corrected_by_a_load_under_its_contract(personal, hoa, browser, steward):
    question = ask(browser, "dataset:allowance", "correct")
    assert question.agency == "H57.8"
    decide(steward, question, field="amount", value="không phải số")
    assert question.outcome == ""
    decide(steward, question, field="amount", value="900000")
    assert question.outcome == "done"
    bring_up("allowance")
    page = store.rows(
        "allowance",
        use=store.Use("H57.8", "data.quality", person=steward),
        filters=[store.Filter("citizen_id", "eq", HOA)],
        fields=["citizen_id", "amount"],
    )
    assert [row["amount"] for row in page.rows] == [900000]
    assert Entry.objects.filter(name="intake.loaded").count() >= 1


def test_a_refusal_carries_its_ground(hoa, browser, data_officer):
    question = ask(browser, f"party:{hoa.public_id}", "erase")
    with pytest.raises(BadInput):
        questions.refuse(question.number, ground="Không", by=data_officer)
    decide(data_officer, question, verb="refuse")
    assert question.outcome == "refused"
    assert SAID in browser.get("/my/data").content.decode()
    with pytest.raises(WrongState):
        questions.carry_out(question.number, text=SAID, by=data_officer)


def test_others_decide_nothing(hoa, personal, browser, officer, steward, roads_steward, stranger):
    question = ask(browser, "dataset:allowance", "correct")
    for other in (officer, roads_steward):
        with pytest.raises(Forbidden):
            questions.carry_out(question.number, text=SAID, by=other)
        with pytest.raises(Forbidden):
            questions.refuse(question.number, ground=SAID, by=other)
    assert at_the_desk(stranger).get("/desk/exchange/questions/").status_code == 403
    assert "Tên đệm" not in at_the_desk(roads_steward).get("/desk/exchange/questions/").content.decode()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(steward)
    assert strict.post("/desk/exchange/questions/", {"number": question.number, "verb": "refuse"}).status_code == 403


def test_what_is_restricted_is_kept_but_others_get_no_values(personal, hoa, browser, steward, outside):
    give(personal, outside.identifier, ["citizen_id", "name", "ward"], steward, legal_basis="Nghị định 20/2021/NĐ-CP")
    before = outside.call(SEARCH, method="POST", body=ONE).json()["rows"][0]
    assert before["name"]
    described = outside.call(f"/r1/{DRAINS}/getOpenAPI", query="serviceCode=allowance").json()
    assert "kept back" in described["components"]["schemas"]["Record"]["properties"]["_restricted"]["description"]
    decide(steward, ask(browser, "dataset:allowance", "restrict", "Đang khiếu nại về mức hưởng"))
    assert "hạn chế" in browser.get("/my/data").content.decode()
    seen = AccessRecord.objects.filter(refused=False).count()
    after = outside.call(SEARCH, method="POST", body=ONE).json()["rows"][0]
    assert after == {"citizen_id": None, "name": None, "ward": None, "_restricted": True}
    assert AccessRecord.objects.filter(refused=False).count() == seen
    page = browser.get("/my/access").content.decode()
    assert "bạn đã yêu cầu hạn chế sử dụng" in page  # she sees that somebody asked, and that nothing was given
    assert AccessRecord.objects.get(refused=True).exchange.persons == 0
    own = store.rows(
        "allowance",
        use=store.Use("H57.8", "data.quality", person=steward),
        filters=[store.Filter("citizen_id", "eq", HOA)],
        fields=["citizen_id", "name"],
    )
    assert own.rows[0]["_restricted"] is True  # the owner keeps it, marked
    assert own.rows[0]["name"]


def test_what_the_law_demands_is_given_all_the_same(personal, hoa, browser, steward, outside):
    give(personal, outside.identifier, ["name"], steward, purposes=["inspection"], legal_basis="Luật Thanh tra 2022")
    give(personal, outside.identifier, ["citizen_id", "name"], steward, purposes=["inspection"], legal_basis="Luật")
    decide(steward, ask(browser, "dataset:allowance", "restrict", "Đang khiếu nại"))
    found = outside.call(SEARCH, method="POST", body=ONE, issue="inspection").json()["rows"][0]
    assert found["name"]
    assert found["_restricted"] is True


def test_particulars_of_a_restricted_person_are_refused_and_she_lifts_it_herself(
    hoa,
    browser,
    data_officer,
    steward,
    stranger,
    members,
):
    key = f"party:{hoa.public_id}"
    decide(data_officer, ask(browser, key, "restrict", "Đang kiểm tra lại"))
    with pytest.raises(Restricted):
        people.particulars_of(hoa, by=steward, purpose="operations")
    assert people.particulars_of(hoa, by=steward, purpose="inspection/TT-1")
    with pytest.raises(NotFound):
        restrictions.lift(hoa, key, by=steward)
    browser.post("/my/data/lift", {"key": key})
    assert people.particulars_of(hoa, by=steward, purpose="operations")
    assert Restriction.objects.get().lifted_at is not None


def test_erasing_one_dataset_leaves_the_person_elsewhere(personal, hoa, browser, steward):
    decide(steward, ask(browser, "dataset:allowance", "erase", "Không còn hưởng trợ cấp"))
    assert Entry.objects.filter(name="store.erased").count() == 1
    hoa.refresh_from_db()
    assert hoa.erased_at is None
    assert "allowance" not in browser.get("/my/data").content.decode()


def test_erasing_the_person_is_the_data_office_s_and_is_told_by_letter(
    personal,
    hoa,
    browser,
    stranger,
    steward,
    data_officer,
):
    ContactPoint.objects.create(
        user=stranger,
        channel="mail",
        address=keys.encrypt(b"sen@example.vn", context="messages.address"),
        address_hash="a" * 64,
        shown="s***@example.vn",
        created_at=hoa.created_at,
        verified_at=hoa.created_at,
    )
    question = ask(browser, f"party:{hoa.public_id}", "erase", "Tôi không muốn được lưu nữa")
    done = decide(data_officer, question)
    assert done.outcome == "done"
    hoa.refresh_from_db()
    assert hoa.erased_at is not None
    assert Outgoing.objects.get(template="data_request_answered").channel == "mail"
    assert ContactPoint.objects.count() == 0
    assert Question.objects.get().text == ""


def test_the_list_of_accesses_is_kept_by_law(hoa, browser, data_officer):
    assert 'value="erase"' not in browser.get("/my/data/ask?key=accesses").content.decode()
    question = questions.ask_about("accesses", kind="erase", agency="", party=hoa, text="Xóa hết đi")
    with pytest.raises(BadInput, match=r"Decree 47/2020|Nghị định 47/2020"):
        questions.carry_out(question.number, text=SAID, by=data_officer)


def test_the_command_reads_the_id_from_standard_input(hoa, monkeypatch, agencies):
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{HOA}\n"))
    call_command("person", "held", stdout=out)
    assert f"party:{hoa.public_id}" in out.getvalue()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{HOA}\n"))
    call_command("person", "erase", stdout=out)
    hoa.refresh_from_db()
    assert hoa.erased_at is not None
    assert HOA not in out.getvalue()
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(BadInput):
        call_command("person", "erase", stdout=out, stderr=io.StringIO())
