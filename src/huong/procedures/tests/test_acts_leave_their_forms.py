"""Each act leaves its official form among the dossier's papers, once, with its number; whoever it is meant for opens it."""

import io
import re
import unicodedata
from datetime import date, timedelta

import pypdf
import pytest

from huong.base import clock
from huong.base.errors import BadInput, NotFound
from huong.files import queries as files
from huong.journal.models import Entry
from huong.procedures.actions import extend, hand_over, issuing, refuse, request_supplement, start
from huong.procedures.handlers import official_forms
from huong.procedures.models import Component
from huong.procedures.tests.conftest import CONSTRUCTION, MORNING, at_desk
from huong.procedures.tests.test_officers_work_at_their_desk import at_the_ward, page_of, url  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
MISSING = [{"part": "birth_witness", "why": "unclear", "text": "Chữ ký người làm chứng bị mờ"}]


def said(pdf):
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).replace("\u200b", ""))


def last(dossier):
    return dossier.actions.order_by("-number").first().number


def text_of(part):
    with files.open_blob(part.blob) as found:
        return said(found.read())


def made(dossier):
    return issuing.issue(dossier.uid, last(dossier))


def test_an_accepted_dossier_has_its_receipt_with_number_and_appointment(accepted):
    form = made(accepted)
    assert (form.kind, form.key, form.type, form.origin) == ("form", f"01-{last(accepted)}", "01/TNHS", "issued")
    text = text_of(form)
    assert "Số: 01/TNHS" in text
    assert accepted.code in text
    assert "Cán bộ ancuu" in text


def test_a_form_is_made_once_however_often_its_act_is_handed_over(accepted):
    first = made(accepted)
    assert made(accepted).blob == first.blob
    assert Component.objects.filter(kind="form").count() == 1
    assert Entry.objects.filter(name="procedures.form_issued").count() == 1


def test_a_form_whose_making_broke_off_keeps_its_number(accepted):
    first = made(accepted)
    Component.objects.filter(pk=first.pk).update(blob=None, state="empty")
    again = made(accepted)
    assert (again.pk, again.type, again.state) == (first.pk, "01/TNHS", "held")
    assert again.blob


def test_the_request_names_everything_that_is_missing(accepted, ward_officer):
    request_supplement(accepted.uid, words="Xin gửi trong tuần này.", reasons=MISSING, by=ward_officer)
    form = made(accepted)
    assert form.type == "01/BSHS"
    text = text_of(form)
    assert "Chữ ký người làm chứng bị mờ" in text
    assert "Xin gửi trong tuần này." in text


def test_the_refusal_names_the_exact_paper_and_what_can_be_done(accepted, ward_officer):
    refuse(accepted.uid, words="Không đủ điều kiện.", reasons=MISSING, by=ward_officer)
    text = text_of(made(accepted))
    assert "Chữ ký người làm chứng bị mờ" in text
    assert "khiếu nại" in text


def test_the_apology_names_the_old_and_the_new_day(accepted, ward_officer):
    promised = clock.local(accepted.due_at).date()
    until = date(2026, 12, 1)
    extend(accepted.uid, until=until, words="Mất điện cả buổi sáng.", by=ward_officer)
    form = made(accepted)
    assert form.type == "01/XLHS"
    text = text_of(form)
    assert f"ngày {promised:%d} tháng {promised:%m} năm {promised:%Y}" in text
    assert "ngày 01 tháng 12 năm 2026" in text
    assert "Mất điện cả buổi sáng." in text


def test_the_control_sheet_follows_every_hand_over(accepted, ward_officer):
    hand_over(accepted.uid, to=CONSTRUCTION, words="Đúng thẩm quyền.", by=ward_officer)
    form = made(accepted)
    assert form.type == "01/KSHS"
    assert "Sở Xây dựng" in text_of(form)


def test_an_act_without_a_form_leaves_none(accepted, ward_officer):
    start(accepted.uid, by=ward_officer)
    assert made(accepted) is None
    with pytest.raises(NotFound):
        issuing.issue(accepted.uid, 99)


def test_numbers_run_within_the_year_and_apart_by_form(accepted, ward_officer):
    made(accepted)
    request_supplement(accepted.uid, words="Xin gửi.", reasons=MISSING, by=ward_officer)
    assert made(accepted).type == "01/BSHS"
    assert issuing.next_of_year(accepted.agency, "form-01", 2026) == 2
    assert issuing.next_of_year(accepted.agency, "form-01", 2027) == 1


def test_the_journal_s_reader_has_the_form_made_and_leaves_history_alone(accepted):
    entry = Entry.objects.get(name="procedures.accepted")
    official_forms([entry])
    from django_tasks_db.models import DBTaskResult

    def waiting():
        return sum("issue_later" in str(each.args_kwargs) for each in DBTaskResult.objects.all())

    assert waiting() == 1
    entry.data["past"] = True
    official_forms([entry])
    assert waiting() == 1


def test_the_desk_shows_and_opens_the_forms_of_a_dossier(at_the_ward, accepted, ward_officer):  # noqa: F811
    request_supplement(accepted.uid, words="Xin gửi.", reasons=MISSING, by=ward_officer)
    key = f"02-{last(accepted)}"
    page = page_of(at_the_ward, url(accepted))
    assert f"forms/{key}.pdf" in page
    assert "Phiếu yêu cầu bổ sung" in page
    answer = at_the_ward.get(url(accepted, f"forms/{key}.pdf"))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "bị mờ" in said(b"".join(answer.streaming_content))
    assert "01/BSHS" in page_of(at_the_ward, url(accepted))
    for wrong in ("02-999", "09-1", "02-x", "03-" + key[3:]):
        assert at_the_ward.get(url(accepted, f"forms/{wrong}.pdf")).status_code == 404


def test_another_ward_opens_no_form(client, accepted, stranger):
    at_desk(client, stranger)
    assert client.get(url(accepted, f"forms/01-{last(accepted)}.pdf")).status_code in {403, 404}
    assert not Component.objects.filter(kind="form").exists()


def test_the_applicant_opens_what_is_meant_for_her_and_nobody_else_does(accepted, ward_officer, mother):
    number = last(accepted)
    hand_over(accepted.uid, to=CONSTRUCTION, words="Đúng thẩm quyền.", by=ward_officer)
    assert issuing.form_of(accepted, f"01-{number}").blob
    with pytest.raises(NotFound):
        issuing.form_of(accepted, f"05-{last(accepted)}")


def test_her_page_lists_and_sends_her_forms(client, accepted, mother_user):
    from huong.people.assurance import KEY

    client.force_login(mother_user)
    session = client.session
    session[KEY] = 2
    session.save()
    key = f"01-{last(accepted)}"
    page = client.get(f"/my/dossiers/{accepted.uid}").content.decode()
    assert f"/my/dossiers/{accepted.uid}/forms/{key}.pdf" in page
    answer = client.get(f"/my/dossiers/{accepted.uid}/forms/{key}.pdf")
    assert accepted.code in said(b"".join(answer.streaming_content))


def test_the_register_lists_what_the_agency_took_in(at_the_ward, accepted):  # noqa: F811
    answer = at_the_ward.get("/desk/dossiers/book.pdf")
    text = said(answer.content)
    assert accepted.code in text
    assert "Sổ theo dõi hồ sơ".upper() in text
    assert at_the_ward.get("/desk/dossiers/book.pdf", {"first": "hôm qua"}).status_code == 400
    before = {"first": "2026-10-01", "last": "2026-10-31"}
    assert accepted.code not in said(at_the_ward.get("/desk/dossiers/book.pdf", before).content)


def test_the_register_of_too_many_days_or_of_another_agency_is_refused_in_words(accepted, ward_officer, stranger):
    today = clock.local(MORNING).date()
    with pytest.raises(BadInput):
        issuing.book(today, today - timedelta(days=1), by=ward_officer)
    with pytest.raises(BadInput):
        issuing.book(today - timedelta(days=100), today, by=ward_officer)
    assert accepted.code not in said(issuing.book(today, today, by=stranger))
