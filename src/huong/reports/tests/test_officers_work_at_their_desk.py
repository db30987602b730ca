"""The officers' pages: one list, one report with its next step, many at once, the call, the rush, the city's rules."""

import re

import pytest
from django.urls import reverse

from huong.journal.models import Entry
from huong.reports import actions, queries
from huong.reports.actions import Draft
from huong.reports.models import CityRule, Report
from huong.reports.tests.conftest import CONSTRUCTION, WARD, officer_of

pytestmark = pytest.mark.django_db

LIST = "/desk/reports/"


def signed_in(client, person):
    client.force_login(person)
    session = client.session
    session["huong_second_factor"] = True
    session.save()
    return client


@pytest.fixture
def at_the_ward(client, ward_officer):
    return signed_in(client, ward_officer)


def url(report, end=""):
    return f"{LIST}{report.number}/{end}"


def test_a_stranger_is_asked_to_sign_in(client, dispatched):
    for path in ("", "surge", "call", "rules/", "export.csv", f"{dispatched.number}/", f"{dispatched.number}/print"):
        answer = client.get(LIST + path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/account/")


def test_the_list_shows_what_waits_for_the_ward_and_not_what_others_have(at_the_ward, dispatched, blocked):
    actions.send(Draft(text="Rác bên chợ Đông Ba", category=blocked.category, unit="Kim Long"))
    page = at_the_ward.get(LIST).content.decode()
    assert dispatched.number in page
    assert "Rác bên chợ" not in page
    assert "1 phản ánh" in page


def test_an_officer_of_another_ward_sees_neither_the_report_nor_its_photos(client, dispatched, neighbour):
    signed_in(client, neighbour)
    assert client.get(url(dispatched)).status_code == 403
    assert client.get(url(dispatched, "print")).status_code == 403
    assert client.get(url(dispatched, "photos/abc-large.jpg")).status_code == 403
    assert client.post(url(dispatched, "move/take"), {"version": dispatched.version}).status_code == 403
    assert Report.objects.get(pk=dispatched.pk).state == "dispatched"


def test_danger_to_life_stands_above_everything(at_the_ward, dispatched):
    actions.rescue(Draft(text="Nước ngập, có người già", unit="An Cựu"), facts={"people": 2})
    page = at_the_ward.get(LIST).content.decode()
    assert "row-danger" in page
    assert page.index("row-danger") < page.index(dispatched.number)


def test_words_without_accents_find_a_report_and_a_number_does(at_the_ward, dispatched):
    for words in ("cong nghet", "Cống nghẹt", dispatched.number):
        assert dispatched.number in at_the_ward.get(LIST, {"q": words}).content.decode()
    assert "Không có phản ánh nào khớp" in at_the_ward.get(LIST, {"q": "tranh chấp đất"}).content.decode()


def test_the_report_goes_its_way_by_forms_alone(at_the_ward, dispatched):
    taken = at_the_ward.post(url(dispatched, "move/take"), {"version": dispatched.version})
    assert taken.status_code == 302
    report = Report.objects.get(pk=dispatched.pk)
    assert report.state == "in_progress"
    answered = at_the_ward.post(
        url(dispatched, "move/answer"), {"version": report.version, "text": "Đã nạo vét cống.", "public": "1"}
    )
    assert answered.status_code == 302
    assert Report.objects.get(pk=dispatched.pk).state == "answered"
    assert "Đã nạo vét cống." in at_the_ward.get(url(dispatched)).content.decode()


def test_who_comes_second_reads_who_was_first_and_keeps_the_words(at_the_ward, dispatched):
    quicker = officer_of(WARD, "nhanhtay")
    actions.take(dispatched.number, by=quicker)
    late = at_the_ward.post(
        url(dispatched, "move/hand_over"),
        {"version": dispatched.version, "agency": CONSTRUCTION, "text": "Thuộc mạng thoát nước của thành phố."},
    )
    page = late.content.decode()
    assert late.status_code == 409
    assert str(quicker) in page
    assert "Thuộc mạng thoát nước của thành phố." in page
    assert Report.objects.get(pk=dispatched.pk).agency == WARD


def test_handing_over_without_a_reason_is_refused_in_words(at_the_ward, dispatched):
    answer = at_the_ward.post(
        url(dispatched, "move/hand_over"), {"version": dispatched.version, "agency": CONSTRUCTION, "text": " "}
    )
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


def test_a_contact_is_shown_only_for_a_purpose_and_the_look_is_recorded(at_the_ward, dispatcher, blocked):
    sent = actions.send(Draft(**{**vars(blocked), "name": "Nguyễn Thị Hoa", "phone": "0912345678"}))
    report = actions.accept(sent.report.number, by=dispatcher)
    page = at_the_ward.get(url(report)).content.decode()
    assert "0912345678" not in page
    assert "Nguyễn Thị Hoa" not in page
    assert at_the_ward.post(url(report, "contact"), {"purpose": ""}).status_code == 400
    assert not Entry.objects.filter(name="people.accessed").exists()
    shown = at_the_ward.post(url(report, "contact"), {"purpose": "gọi hỏi vị trí"}).content.decode()
    assert "0912345678" in shown
    assert Entry.objects.filter(name="people.accessed", subject=f"report:{report.number}").count() == 1


def test_many_reports_move_at_once_and_are_put_back(at_the_ward, dispatched, dispatcher, blocked):
    other = actions.accept(actions.send(blocked).report.number, by=dispatcher)
    numbers = [dispatched.number, other.number]
    answer = at_the_ward.post(f"{LIST}bulk", {"verb": "take", "numbers": numbers, "next": LIST})
    assert set(Report.objects.values_list("state", flat=True)) == {"in_progress"}
    page = at_the_ward.get(answer.headers["Location"]).content.decode()
    undo = re.search(r"/desk/reports/bulk/(\w+)/undo", page)
    assert undo
    at_the_ward.post(undo.group(0), {"next": LIST})
    assert set(Report.objects.values_list("state", flat=True)) == {"dispatched"}


def test_a_move_on_many_touches_only_what_the_officer_may_see(client, dispatched, neighbour):
    signed_in(client, neighbour)
    client.post(f"{LIST}bulk", {"verb": "take", "numbers": [dispatched.number], "next": LIST})
    assert Report.objects.get(pk=dispatched.pk).state == "dispatched"


def test_a_redirect_never_leads_out_of_the_house(at_the_ward, dispatched):
    answer = at_the_ward.post(
        f"{LIST}bulk", {"verb": "take", "numbers": [dispatched.number], "next": "https://example.org/"}
    )
    assert answer.headers["Location"].startswith(LIST)


def test_a_call_taker_sees_the_callers_matters_and_takes_one_in_once(client, dispatcher, blocked):
    signed_in(client, dispatcher)
    first = actions.send(Draft(**{**vars(blocked), "phone": "0912345678"})).report
    found = client.post(f"{LIST}call", {"phone": "0912 345 678", "do": "find"}).content.decode()
    assert first.number in found
    call = {
        "phone": "0912345678", "text": "Đèn đường tắt", "unit": "An Cựu", "recording": "REC-77", "do": "send", "key": "k1"
    }  # fmt: skip
    page = client.post(f"{LIST}call", call).content.decode()
    client.post(f"{LIST}call", call)
    assert Report.objects.count() == 2
    newest = Report.objects.latest("pk")
    assert newest.number in page
    assert newest.channel == "phone"
    assert "REC-77" in client.get(url(newest)).content.decode()


def test_a_rush_is_grouped_and_told_at_once_and_nothing_closes(at_the_ward, dispatcher, blocked):
    for _turn in range(3):
        actions.accept(actions.send(blocked).report.number, by=dispatcher)
    page = at_the_ward.get(f"{LIST}surge").content.decode()
    assert "3" in page
    at_the_ward.post(
        f"{LIST}surge/tell", {"unit": "19815", "category": blocked.category, "text": "Đã thấy, chưa xác minh."}
    )
    assert Report.objects.filter(is_open=True).count() == 3
    report = Report.objects.latest("pk")
    assert "Đã thấy, chưa xác minh." in at_the_ward.get(url(report)).content.decode()


def test_a_list_can_be_kept_and_forgotten(at_the_ward, dispatched, ward_officer):
    at_the_ward.post(f"{LIST}filters", {"name": "Quá hạn của tôi", "scope": "mine", "bucket": "late"})
    (kept,) = queries.filters_of(ward_officer)
    page = at_the_ward.get(LIST).content.decode()
    assert "Quá hạn của tôi" in page
    assert "scope=mine&amp;bucket=late" in page
    at_the_ward.post(f"{LIST}filters", {"forget": str(kept.pk)})
    assert queries.filters_of(ward_officer) == []


def test_csv_holds_no_contact_and_no_formula(at_the_ward, dispatcher, blocked):
    sent = actions.send(Draft(**{**vars(blocked), "text": "=HYPERLINK(1) cống nghẹt", "phone": "0912345678"}))
    actions.accept(sent.report.number, by=dispatcher)
    text = b"".join(at_the_ward.get(f"{LIST}export.csv").streaming_content).decode("utf-8-sig")
    assert sent.report.number in text
    assert "0912345678" not in text
    assert ",'=HYPERLINK" in text or ",\"'=HYPERLINK" in text


def test_the_city_sees_what_a_rule_would_change_before_it_does(client, rules, received):
    office = officer_of("H57.51", "dulieu", role="data_office")
    signed_in(client, office)
    at = f"{LIST}rules/setting/surge_per_hour"
    body = "value: 100\nnote: thử\n"
    seen = client.post(at, {"do": "preview", "body": body, "version": "1"})
    assert seen.status_code == 200
    assert queries.book().setting("surge_per_hour", 0) == 200
    assert client.post(at, {"do": "put", "body": body, "version": "1"}).status_code == 302
    assert CityRule.objects.filter(kind="setting", key="surge_per_hour").count() == 2
    assert client.post(at, {"do": "put", "body": body, "version": "1"}).status_code == 409
    broken = client.post(at, {"do": "put", "body": "value: [1", "version": "2"})
    assert broken.status_code == 400


def test_an_officer_may_not_change_the_rules(at_the_ward, rules):
    assert at_the_ward.get(f"{LIST}rules/").status_code == 200
    assert at_the_ward.post(f"{LIST}rules/setting/surge_per_hour", {"do": "put", "body": "value: 1"}).status_code == 403


def test_hostile_words_stay_words(at_the_ward, dispatcher, blocked):
    bad = "<script>alert(1)</script> cống nghẹt"
    sent = actions.send(Draft(**{**vars(blocked), "text": bad, "place": '"><img src=x onerror=alert(1)>'}))
    report = actions.accept(sent.report.number, by=dispatcher)
    for path in (LIST, url(report), url(report, "print"), f"{LIST}surge"):
        page = at_the_ward.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_every_address_of_the_desk_has_its_name():
    assert reverse("desk_reports:report", args=["PA-000001"]) == "/desk/reports/PA-000001/"


def test_an_answer_takes_photos_of_the_work_done_and_keeps_them_when_it_is_refused(at_the_ward, dispatched, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    file = tmp_path / "xong.jpg"
    Image.effect_noise((640, 480), 40).convert("RGB").save(file)
    upload = SimpleUploadedFile("xong.jpg", file.read_bytes())
    report = actions.take(dispatched.number, by=officer_of(WARD, "lam-truoc"))
    stale = {"version": report.version - 1, "text": "Đã xong.", "public": "1"}
    refused = at_the_ward.post(url(report, "move/answer"), stale | {"files": upload})
    assert refused.status_code == 409
    kept = re.search(r'name="photos" value="([^"]+)"', refused.content.decode())[1]
    again = stale | {"version": report.version, "photos": kept}
    assert at_the_ward.post(url(report, "move/answer"), again).status_code == 302
    assert [each.uid for each in queries.photos_of(Report.objects.get(), "public")] == [kept]
    wrong = at_the_ward.post(url(report, "move/note"), {"text": "x", "files": SimpleUploadedFile("a.jpg", b"%PDF")})
    assert wrong.status_code == 400
