"""A reporter proves a mail address or a mobile phone with a code, and then hears of the answer there."""

import pytest

from huong.base.errors import BadInput, NotFound, TooMany, Unavailable, WrongState
from huong.journal.readers import run_once
from huong.messages.models import Outgoing
from huong.messages.texts import Texter
from huong.reports import actions, queries
from huong.reports.actions import Draft
from huong.reports.models import Report, Reporter

pytestmark = pytest.mark.django_db
PHONE = Draft(text="Rác đổ trộm ở đầu kiệt", category="ve-sinh.do-trom", unit="An Cựu", phone="0914 123 456")
BOTH = Draft(**{**vars(PHONE), "mail": "an@hue.vn"})
CODE = "123456"


@pytest.fixture
def gateway(monkeypatch):
    """Let text messages go out, and make every code the same."""
    monkeypatch.setattr(Texter, "is_ready", lambda _self: True)
    monkeypatch.setattr("huong.reports.actions.proving.secrets.randbelow", lambda _most: int(CODE))


def sent_by(channel):
    return Outgoing.objects.filter(channel=channel).count()


def hear():
    while run_once():
        pass


def test_a_phone_is_proven_by_a_code_and_the_answer_comes_as_a_text(rules, gateway, dispatcher):
    report = actions.send(PHONE).report
    assert actions.send_code(report) == "phone"
    actions.confirm(report, CODE)
    assert Reporter.objects.get().phone_verified_at is not None
    report = actions.accept(report.number, by=dispatcher)
    hear()
    assert sent_by("sms") == 1, "the code alone: being accepted is not worth a text"
    actions.answer(report.number, text="Đã dọn.", by=dispatcher_of(report))
    hear()
    hear()
    assert list(Outgoing.objects.filter(channel="sms").values_list("template", flat=True).order_by("id")) == [
        "phone_code",
        "report_text",
    ]
    assert sent_by("mail") == 0


def dispatcher_of(report):
    from huong.reports.tests.conftest import officer_of

    return officer_of(report.agency, "tralo")


def test_an_unproven_phone_hears_nothing(rules, gateway, dispatcher):
    report = actions.accept(actions.send(PHONE).report.number, by=dispatcher)
    actions.answer(report.number, text="Đã dọn.", by=dispatcher_of(report))
    hear()
    assert sent_by("sms") == 0


def test_whoever_proved_both_gets_one_letter_and_no_text(rules, gateway, dispatcher):
    report = actions.send(BOTH).report
    for way in ("mail", "phone"):
        assert actions.send_code(report, way=way) == way
        actions.confirm(report, CODE)
    report = actions.accept(report.number, by=dispatcher)
    Outgoing.objects.all().delete()
    actions.answer(report.number, text="Đã dọn.", by=dispatcher_of(report))
    hear()
    assert (sent_by("mail") > 0, sent_by("sms")) == (True, 0)


def test_a_code_for_one_contact_does_not_prove_the_other(rules, gateway):
    report = actions.send(BOTH).report
    actions.send_code(report, way="phone")
    actions.confirm(report, CODE)
    reporter = Reporter.objects.get()
    assert (reporter.phone_verified_at is not None, reporter.verified_at) == (True, None)
    with pytest.raises(WrongState):
        actions.send_code(report, way="phone")


def test_codes_to_one_number_are_few_whatever_the_report(rules, gateway):
    for _report in range(2):
        report = actions.send(PHONE).report
        for _again in range(3):
            actions.send_code(report)
        with pytest.raises(TooMany):
            actions.send_code(report)
    with pytest.raises(TooMany):
        actions.send_code(actions.send(PHONE).report)
    assert sent_by("sms") == 6


def test_a_landline_a_missing_gateway_and_no_contact_are_said(rules, gateway, monkeypatch):
    landline = actions.send(Draft(**{**vars(PHONE), "phone": "0234 382 1111"})).report
    with pytest.raises(BadInput) as refused:
        actions.send_code(landline)
    assert refused.value.code == "not_mobile"
    with pytest.raises(NotFound):
        actions.send_code(actions.send(Draft(text="Rác đổ trộm", unit="An Cựu")).report)
    monkeypatch.setattr(Texter, "is_ready", lambda _self: False)
    with pytest.raises(Unavailable):
        actions.send_code(actions.send(PHONE).report, way="phone")


def test_the_page_sends_the_code_by_itself_and_takes_it(rules, gateway, client):
    form = {"key": "k" * 24, "text": PHONE.text, "category": PHONE.category, "unit": "An Cựu", "phone": PHONE.phone}
    place = client.post("/reports/new", {**form, "looked": "1"})["Location"]
    page = client.get(place).content.decode()
    assert "gửi tới điện thoại" in page
    assert "0914123456" not in page
    report = Report.objects.get()
    link = queries.link_of(report)
    assert client.post(f"/reports/{report.number}/confirm", {"link": link, "code": "000000"}).status_code == 400
    client.post(f"/reports/{report.number}/confirm", {"link": link, "code": CODE})
    assert Reporter.objects.get().phone_verified_at is not None
    assert 'id="code"' not in client.get(place).content.decode()


def test_the_api_sends_and_takes_the_code(rules, gateway, client):
    sent = actions.send(PHONE)
    headers = {"x-report-link": sent.link}
    base = f"/api/v1/reports/{sent.report.number}"
    assert client.post(f"{base}/code?way=phone", headers=headers).status_code == 204
    wrong = client.post(f"{base}/confirmation", {"code": "1"}, "application/json", headers=headers)
    assert wrong.status_code == 400
    right = client.post(f"{base}/confirmation", {"code": CODE}, "application/json", headers=headers)
    assert right.status_code == 204
    assert Reporter.objects.get().phone_verified_at is not None


def test_danger_to_life_is_never_asked_for_a_code(rules, gateway, client):
    actions.rescue(PHONE, facts={"people": 2})
    form = {"key": "k" * 24, "text": "Cháy nhà", "category": "khan-cap.chay-no", "unit": "An Cựu", "phone": PHONE.phone}
    client.post("/reports/new", {**form, "looked": "1"})
    assert sent_by("sms") == 0
