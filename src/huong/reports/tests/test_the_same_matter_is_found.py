"""Before a citizen sends, and while an officer screens: what may be the same matter is shown, and nothing else."""

import re
from datetime import timedelta

import pytest

from huong.base import clock
from huong.reports.actions import Draft, accept, answer, erase_reporter, send, take
from huong.reports.models import Follow, Report
from huong.reports.queries import similar, similar_to
from huong.reports.tests.conftest import AN_CUU, MORNING, officer_of
from huong.reports.tests.test_citizen_pages import NEW, picture, typed

DRAIN = "thoat-nuoc.cong-nghet"
SAID = "Cống nghẹt trước số 12, nước tràn ra đường mấy hôm nay"
ASKED = "Đã có ai phản ánh chưa?"


@pytest.fixture
def known(rules, dispatcher):
    """Return a public report about a blocked drain in An Cựu, named by its ward and street only."""
    draft = Draft(text=SAID, category=DRAIN, unit="An Cựu", place="12 Hùng Vương")
    return accept(send(draft).report.number, by=dispatcher)


def told(page):
    """Return the numbers that a page offers to follow."""
    return set(re.findall(r"/reports/(PA-\d+)#follow", page.content.decode()))


def test_a_plain_form_with_a_ward_in_words_is_asked_before_it_goes(known, client):
    held = typed(text="cong nghet nuoc tran truoc nha so 12", category=DRAIN, unit="phường An Cựu", place="Hùng Vương")
    page = client.post(NEW, held)
    assert page.status_code == 200
    assert told(page) == {known.number}
    assert "cong nghet nuoc tran" in page.content.decode()
    assert 'name="looked" value="1"' in page.content.decode()
    assert Report.objects.count() == 1
    sent = client.post(NEW, held | {"looked": "1"})
    assert sent.status_code == 302
    assert Report.objects.count() == 2


def test_photos_and_answers_stay_while_it_is_asked(known, client):
    held = typed(text=SAID, category=DRAIN, unit="An Cựu", name="Lê An", photos=[picture()])
    body = client.post(NEW, held).content.decode()
    (photo,) = re.findall(r'name="photo" value="(\w+)"', body)
    assert "Lê An" in body
    client.post(NEW, typed(text=SAID, category=DRAIN, unit="An Cựu", photo=photo, looked="1"))
    assert Report.objects.order_by("-pk")[0].photos_count == 1


def test_whoever_gave_a_mail_address_follows_with_one_press(known, client):
    body = client.post(NEW, typed(text=SAID, category=DRAIN, unit="An Cựu", mail="an@example.vn")).content.decode()
    assert f'action="/reports/follow/{known.number}"' in body
    answer = client.post(f"/reports/follow/{known.number}", {"mail": "an@example.vn"})
    assert answer.status_code == 302
    assert Follow.objects.filter(report=known).count() == 1
    assert Report.objects.count() == 1


def test_without_a_category_the_words_say_which(known, client):
    assert told(client.post(NEW, typed(text=SAID, unit="An Cựu"))) == {known.number}


def test_another_matter_another_ward_or_another_time_goes_without_a_question(known, client):
    for number, other in enumerate(
        (
            {"text": "Đèn đường không sáng đã ba đêm", "category": "chieu-sang.den-hong"},
            {"text": "Cống ở chợ bốc mùi, ruồi nhặng đầy", "category": DRAIN},
            {"text": SAID, "category": DRAIN, "unit": "Phường Kim Long"},
        )
    ):
        assert client.post(NEW, typed(key=f"{number}" * 32, **other)).status_code == 302
    Report.objects.filter(pk=known.pk).update(received_at=clock.now() - timedelta(days=100))
    assert client.post(NEW, typed(key="t" * 32, text=SAID, category=DRAIN)).status_code == 302


def test_what_nobody_may_see_is_never_shown(rules, dispatcher, client):
    waiting = send(Draft(text=SAID, category=DRAIN, unit="An Cựu")).report
    assert client.post(NEW, typed(text=SAID, category=DRAIN)).status_code == 302
    Report.objects.filter(pk=waiting.pk).update(is_public=False, state="dispatched")
    assert client.post(NEW, typed(key="z" * 32, text=SAID, category=DRAIN)).status_code == 302


def test_a_point_finds_what_is_near_and_no_further(rules, dispatcher, client):
    lon, lat = AN_CUU
    near = accept(send(Draft(text=SAID, category=DRAIN, point=AN_CUU)).report.number, by=dispatcher)
    far = accept(send(Draft(text=SAID, category=DRAIN, point=(lon, lat + 0.002))).report.number, by=dispatcher)
    held = typed(text="Cống lại nghẹt", category=DRAIN, unit="", lon=str(lon), lat=str(lat + 0.0003))
    assert told(client.post(NEW, held)) == {near.number}
    found = similar(category=DRAIN, point=(lon, lat), text=SAID)
    assert [each.report.number for each in found] == [near.number]
    assert far.number not in {each.report.number for each in found}


def test_an_unclear_ward_is_asked_for_first_and_the_question_comes_after(known, client):
    page = client.post(NEW, typed(text=SAID, category=DRAIN, unit="Phường Không Có"))
    assert page.status_code == 400
    assert told(page) == set()
    assert told(client.post(NEW, typed(text=SAID, category=DRAIN, unit="An Cựu"))) == {known.number}


def test_officers_are_shown_what_waits_and_what_is_near_in_place_time_and_words(known, dispatcher):
    lon, lat = AN_CUU
    first = send(Draft(text=SAID, category=DRAIN, point=AN_CUU)).report
    again = send(
        Draft(text="Nuoc tran do cong nghet", category="thoat-nuoc.ngap-ung", point=(lon, lat + 0.0004))
    ).report
    other = send(Draft(text="Cây đổ chắn lối đi", category="cay-xanh.nga-do", point=(lon, lat + 0.001))).report
    found = similar_to(again)
    assert [each.report.number for each in found] == [first.number]
    assert 30 < found[0].metres < 60
    assert similar_to(other) == []
    Report.objects.filter(pk=first.pk).update(received_at=clock.now() - timedelta(days=100))
    assert similar_to(again) == []


def test_an_answered_report_nearby_is_still_offered_to_the_desk(rules, dispatcher):
    with clock.freeze(MORNING):
        sent = send(Draft(text=SAID, category=DRAIN, point=AN_CUU, unit="An Cựu")).report
        done = accept(sent.number, to="H57.21", by=dispatcher)
        officer = officer_of(done.agency, "nguoinhan")
        take(done.number, by=officer)
        answer(done.number, text="Đã khơi thông cống, nước thoát.", by=officer)
    with clock.freeze(MORNING + timedelta(days=3)):
        again = send(Draft(text=SAID, category=DRAIN, point=AN_CUU)).report
        assert [each.report.number for each in similar_to(again)] == [done.number]


def test_a_report_whose_words_were_erased_is_shown_to_the_desk_only_by_place_and_kind(rules, dispatcher):
    sent = send(Draft(text=SAID, category=DRAIN, point=AN_CUU, mail="an@example.vn"))
    accept(sent.report.number, by=dispatcher)
    erase_reporter(sent.report.number, link=sent.link)
    again = send(Draft(text=SAID, category=DRAIN, point=AN_CUU)).report
    assert [each.report.number for each in similar_to(again)] == [sent.report.number]
    assert similar(category=DRAIN, point=AN_CUU, text=SAID) == []
