"""The counter: an officer files for somebody in one go, from the counter, a letter, or a blank form; once per key."""

import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from PIL import Image

from huong.base import clock, paging
from huong.base.errors import BadInput, Forbidden, HuongError, NotFound, WrongState
from huong.journal.models import Entry
from huong.people import queries as people
from huong.people.models import Party
from huong.procedures.actions import blanks, scanning
from huong.procedures.actions.counter import Applicant, Brought, Intake, file_at_counter
from huong.procedures.errors import FormFaults, NotOffered
from huong.procedures.models import Dossier
from huong.procedures.queries import answers_of
from huong.procedures.tests.conftest import ANSWERS, BIRTH, MORNING, WARD
from huong.procedures.tests.test_officers_work_at_their_desk import at_the_ward, page_of, url  # noqa: F401

pytestmark = pytest.mark.django_db
SHOP, UNMODELLED = "1.001612", "1.004884"
HA = Applicant("person", "Nguyễn Thị Thu Hà", "046195999002", date(1995, 3, 2), "0905123456")
CAFE = {
    "owner.name": "Nguyễn Thị Thu Hà",
    "owner.national_id": "046195999002",
    "business.name": "Cà phê Vĩ Dạ",
    "business.address": "5 Nguyễn Sinh Cung",
    "business.trade": "Bán cà phê",
    "business.capital": "50000000",
}


def cafe(**more):
    return Intake(SHOP, **{"applicant": HA, "key": "k1", "unit": "An Cựu", "typed": CAFE, **more})


def test_everything_is_filed_and_accepted_in_one_go(ward_officer, morning):
    dossier = file_at_counter(cafe(), by=ward_officer)
    assert (dossier.state, dossier.channel, dossier.agency) == ("accepted", "counter", WARD)
    assert dossier.code == f"{WARD}-261125-0001"
    assert clock.local(dossier.due_at).isoformat() == "2026-11-30T17:30:00+07:00"
    assert answers_of(dossier)["business.capital"] == 50_000_000
    assert [each.verb for each in dossier.actions.all()] == ["begin", "submit", "accept"]
    assert dossier.entered_at is None
    assert dossier.phone_hash
    assert people.party_of("046195999002") == dossier.applicant


def test_what_was_said_of_the_applicant_is_not_typed_twice(ward_officer, morning):
    short = {path: value for path, value in CAFE.items() if path.startswith("business.")}
    answers = answers_of(file_at_counter(cafe(typed=short), by=ward_officer))
    assert (answers["owner.name"], answers["owner.national_id"]) == (HA.name, HA.national_id)
    assert answers["owner.birth_date"] == "1995-03-02"


def test_the_same_key_is_one_dossier_however_often_it_is_sent(ward_officer, morning):
    first = file_at_counter(cafe(), by=ward_officer)
    assert file_at_counter(cafe(), by=ward_officer) == first
    assert Dossier.objects.count() == 1


def test_what_is_not_whole_is_not_filed_and_nothing_stays_behind(ward_officer, morning):
    with pytest.raises(FormFaults) as told:
        file_at_counter(cafe(typed={**CAFE, "business.name": "", "business.family": "true"}), by=ward_officer)
    assert "business.name" in told.value.details["faults"]
    assert told.value.details["papers"] == ["family_minutes"]
    assert not Dossier.objects.exists()
    assert not Party.objects.exists()
    done = file_at_counter(
        cafe(typed={**CAFE, "business.family": "true"}, papers=[Brought("family_minutes")]), by=ward_officer
    )
    assert done.parts.get(key="family_minutes").origin == "shown"


@pytest.mark.parametrize(
    ("number", "born", "code"),
    [("046995999002", None, "century"), ("046195999002", date(1996, 1, 1), "birth_year"), ("12345", None, "length")],
)
def test_a_number_that_cannot_be_right_is_told_in_words(ward_officer, morning, number, born, code):
    with pytest.raises(BadInput) as told:
        file_at_counter(cafe(applicant=Applicant("person", "Ai đó", number, born)), by=ward_officer)
    assert told.value.code == code
    assert number not in str(told.value.message)


def test_a_tax_code_with_a_wrong_check_digit_is_told(ward_officer, morning):
    firm = Applicant("organisation", "Công ty", "0100233489")
    with pytest.raises(NotOffered):
        file_at_counter(cafe(applicant=firm), by=ward_officer)
    with pytest.raises(BadInput) as told:
        file_at_counter(Intake("1.013225", firm, "k2", unit="An Cựu"), by=ward_officer)
    assert told.value.code == "check_digit"


def test_an_officer_of_another_ward_cannot_file_here(stranger, morning):
    with pytest.raises(Forbidden):
        file_at_counter(cafe(), by=stranger)
    assert not Dossier.objects.exists()


def test_a_procedure_without_a_form_has_its_person_papers_and_clock(ward_officer, morning, at_the_ward):  # noqa: F811
    intake = Intake(UNMODELLED, HA, "k3", unit="An Cựu", papers=[Brought("other-1", title="Tờ khai")])
    dossier = file_at_counter(intake, by=ward_officer)
    assert dossier.edition is None
    assert clock.local(dossier.due_at).isoformat() == "2026-12-02T17:30:00+07:00"
    page = page_of(at_the_ward, url(dossier))
    assert "Tờ khai" in page
    assert "move/refuse" in page


def test_a_letter_is_filed_under_the_day_it_came(ward_officer, morning):
    came = MORNING - timedelta(days=2)
    dossier = file_at_counter(cafe(channel="post"), by=ward_officer, at=came)
    assert dossier.code == f"{WARD}-261123-0001"
    assert dossier.accepted_at == came
    assert dossier.entered_at == MORNING
    with pytest.raises(BadInput):
        file_at_counter(cafe(key="k9"), by=ward_officer, at=MORNING + timedelta(hours=1))


@pytest.fixture
def printed(ward_officer, morning):
    """Return two blank forms that were printed before the power went."""
    with clock.freeze(MORNING - timedelta(days=3)):
        return blanks.issue(SHOP, agency=WARD, count=2, by=ward_officer)


def test_blank_forms_have_numbers_of_their_own(printed):
    assert [each.number[:16] for each in printed] == ["H57.21-T26-00001", "H57.21-T26-00002"]
    assert Entry.objects.filter(name="procedures.blanks_printed").count() == 1


def test_a_blank_form_is_typed_in_later_under_its_true_time_and_only_once(ward_officer, printed):
    came = MORNING - timedelta(days=1)
    number = printed[0].number
    dossier = file_at_counter(cafe(channel="paper", blank=number.lower()), by=ward_officer, at=came)
    assert (dossier.accepted_at, dossier.channel) == (came, "paper")
    assert dossier.blank_form.number == number
    with pytest.raises(WrongState) as told:
        file_at_counter(cafe(key="k2", channel="paper", blank=number), by=ward_officer, at=came)
    assert dossier.code in str(told.value.message)
    assert Dossier.objects.count() == 1
    with pytest.raises(WrongState):
        blanks.void(number, by=ward_officer)


def test_a_void_a_misread_and_an_unknown_number_are_told_apart(ward_officer, printed):
    blanks.void(printed[1].number, by=ward_officer)
    wrong = printed[0].number[:-1] + str((int(printed[0].number[-1]) + 1) % 10)
    for number, kind in ((printed[1].number, WrongState), (wrong, BadInput), ("H57.32-T26-00042-4", NotFound)):
        with pytest.raises(kind):
            file_at_counter(cafe(channel="paper", blank=number), by=ward_officer)
    early = MORNING - timedelta(days=9)
    with pytest.raises(BadInput):
        file_at_counter(cafe(channel="paper", blank=printed[0].number), by=ward_officer, at=early)
    assert not Dossier.objects.exists()


def photo():
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize("data", [b"%PDF-1.7 /Encrypt 5 0 R", b"PK\x03\x04 nothing", b""])
def test_scans_that_cannot_be_taken_are_refused_in_words(ward_officer, data):
    with pytest.raises(HuongError) as told:
        scanning.keep(io.BytesIO(data), name="bản quét.pdf", uid="a" * 32, by=ward_officer)
    assert told.value.status in {400, 413, 415, 422}


def test_a_script_inside_a_scan_is_not_kept(ward_officer):
    import pikepdf

    from huong.files import queries as files

    out, made = io.BytesIO(), pikepdf.new()
    made.add_blank_page()
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    made.save(out)
    kept = scanning.keep(io.BytesIO(out.getvalue()), name="bản quét.pdf", uid="a" * 32, by=ward_officer)
    with files.open_blob(kept) as found:
        assert b"JavaScript" not in found.read()


def filled(**more):
    typed = {f"{name}": value for name, value in CAFE.items()}
    person = {"kind": "person", "national_id": HA.national_id, "name": HA.name, "birth_date": "1995-03-02"}
    return {"code": SHOP, "do": "file", "channel": "counter", "unit": "19815", **person, **typed, **more}


def test_the_form_files_keeps_a_scan_and_shows_the_receipt(at_the_ward, morning):  # noqa: F811
    page = page_of(at_the_ward, "/desk/dossiers/new", code=SHOP)
    token = page.split('name="token" value="')[1].split('"')[0]
    scan = io.BytesIO(photo())
    scan.name = "bien-ban.jpg"
    missing = at_the_ward.post(
        "/desk/dossiers/new",
        filled(token=token, **{"business.name": "", "business.family": "true", "file-family_minutes": scan}),
    )
    again = missing.content.decode()
    assert missing.status_code == 400
    assert "Cà phê Vĩ Dạ" not in again
    assert "5 Nguyễn Sinh Cung" in again
    kept = again.split('name="kept-family_minutes" value="')[1].split('"')[0]
    done = at_the_ward.post(
        "/desk/dossiers/new",
        filled(token=token, **{"business.family": "true", "kept-family_minutes": kept}),
        follow=True,
    )
    page = done.content.decode()
    assert done.redirect_chain, re.sub(r"<[^>]+>", " ", page.split('role="alert"')[1][:900])
    dossier = Dossier.objects.get()
    assert dossier.uid == paging.values_of(token)[0]
    assert dossier.code in page
    assert "data:image/svg+xml" in page
    assert dossier.parts.get(key="family_minutes").blob
    shown = at_the_ward.get(url(dossier, "papers/family_minutes"))
    assert shown.headers["Content-Type"] == "application/pdf"
    b"".join(shown.streaming_content)
    pdf = at_the_ward.get(url(dossier, "receipt"), {"pdf": "1"})
    assert pdf.getvalue()[:5] == b"%PDF-"


def test_the_person_is_found_and_their_data_need_no_typing(at_the_ward, mother, morning):  # noqa: F811
    answer = at_the_ward.post(
        "/desk/dossiers/new", {"code": SHOP, "do": "find", "national_id": "046195999002", "kind": "person"}
    )
    page = answer.content.decode()
    assert "đã có trong hệ thống" in page
    assert 'value="1995-03-02"' in page
    assert page.count('value="Nguyễn Thị Thu Hà"') == 2
    assert Entry.objects.filter(name="people.accessed", subject=f"party:{mother.public_id}").exists()


def test_blank_forms_are_printed_and_voided_on_their_page(at_the_ward, morning):  # noqa: F811
    page = at_the_ward.post("/desk/dossiers/blanks", {"procedure": BIRTH, "count": "2"}).content.decode()
    assert page.count("H57.21-T26-0000") == 2
    number = "H57.21-T26-00001" + page.split("H57.21-T26-00001")[1][:2]
    assert at_the_ward.post("/desk/dossiers/blanks", {"do": "void", "number": number}).status_code == 302
    assert number not in page_of(at_the_ward, "/desk/dossiers/blanks").split('class="list"')[1]
    assert at_the_ward.post("/desk/dossiers/blanks", {"procedure": BIRTH, "count": "900"}).status_code == 400


def test_time_before_the_cutoff_is_the_true_one(ward_officer, procedures):
    with clock.freeze(datetime(2026, 11, 25, 10, 0, tzinfo=UTC)):  # 17:00 in Huế
        came = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)  # 14:30
        answers = {**ANSWERS}
        intake = Intake(BIRTH, HA, "k7", unit="An Cựu", typed=answers, papers=[Brought("birth_witness")])
        dossier = file_at_counter(intake, by=ward_officer, at=came)
    assert clock.local(dossier.due_at).isoformat() == "2026-11-25T17:30:00+07:00"
