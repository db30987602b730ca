"""The citizens' pages without scripts: what is sent, what is shown to whom, what is refused and not lost."""

import io
import re

import pytest
from PIL import Image

from huong.reports import actions, queries
from huong.reports.actions import Draft
from huong.reports.models import Report, ReportPhoto
from huong.reports.queries.remembered import COOKIE

KEY = "k" * 32
SCRIPT = "<script>alert(1)</script>"
NEW = "/reports/new"


def typed(**changes):
    return {"key": KEY, "text": "Cống nghẹt trước nhà, nước tràn ra đường.", "unit": "An Cựu", **changes}


def picture():
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(held, "JPEG")
    held.seek(0)
    held.name = "anh.jpg"
    return held


@pytest.fixture
def public(dispatched):
    """Return a report that everybody may see."""
    return queries.public_report(dispatched.number)


@pytest.fixture
def own(dispatched):
    """Return the private link of a report."""
    return queries.link_of(dispatched)


def test_a_plain_form_without_any_cookie_is_a_report_with_its_photo_and_private_page(rules, client):
    answer = client.post(NEW, typed(photos=[picture()]))
    report = Report.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/reports/{report.number}?link={queries.link_of(report)}&sent=1"
    assert answer.cookies[COOKIE]["httponly"]
    page = client.get(answer["Location"])
    assert report.number in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["X-Robots-Tag"] == "noindex"
    assert report.photos_count == 1


def test_the_same_form_pressed_twice_is_one_report_and_other_words_are_another(rules, client):
    first = client.post(NEW, typed())
    again = client.post(NEW, typed())
    assert first["Location"] == again["Location"]
    client.post(NEW, typed(text="Đèn đường tắt ba đêm nay rồi.", looked="1"))
    assert Report.objects.count() == 2


def test_an_unclear_place_offers_choices_and_keeps_what_was_typed(rules, client):
    page = client.post(NEW, typed(unit="Thành phố Nào Đó", photos=[picture()]))
    body = page.content.decode()
    assert page.status_code == 400
    assert "Cống nghẹt trước nhà" in body
    photo = ReportPhoto.objects.get()
    assert f'name="photo" value="{photo.uid}"' in body
    client.post(NEW, typed(photo=photo.uid))
    assert Report.objects.get().photos_count == 1


def test_a_file_that_is_no_photo_is_refused_and_the_words_stay(rules, client):
    fake = io.BytesIO(b"%PDF-1.7 not a photo")
    fake.name = "anh.jpg"
    page = client.post(NEW, typed(photos=[fake]))
    assert page.status_code in {400, 415}
    assert "Cống nghẹt trước nhà" in page.content.decode()
    assert Report.objects.count() == 0


def test_more_photos_than_a_report_takes_are_refused_before_one_is_read(rules, client):
    page = client.post(NEW, typed(photos=[picture() for _each in range(30)]))
    assert page.status_code == 400
    assert ReportPhoto.objects.count() == 0


def test_the_same_matter_nearby_is_shown_before_sending_and_once_more_pressed_it_goes(public, client):
    held = typed(text="Cống nghẹt trước nhà, nước tràn ra đường", category=public.category, unit=public.unit)
    page = client.post(NEW, held)
    if page.status_code == 200:  # shown as similar
        assert public.number in page.content.decode()
        page = client.post(NEW, held | {"looked": "1"})
    assert page.status_code == 302


def test_scripts_in_every_field_are_words(rules, client):
    fields = dict.fromkeys(("text", "place", "name"), SCRIPT)
    answer = client.post(NEW, typed(**fields, mail="an@hue.vn", phone="0914123456"))
    page = client.get(answer["Location"]).content.decode()
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page


def test_a_program_gets_the_receipt_and_a_refusal_it_can_read(rules, client):
    answer = client.post(NEW, typed(), headers={"accept": "application/json"})
    assert answer.status_code == 201
    assert re.fullmatch(r"PA-\d{6}", answer.json()["number"])
    again = client.post(NEW, typed(), headers={"accept": "application/json"})
    assert (again.status_code, again.json()["link"]) == (200, answer.json()["link"])
    refused = client.post(NEW, typed(key="x" * 20, text=""), headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["field"]) == (400, "text")
    assert client.post(NEW, typed(key="short"), headers={"accept": "application/json"}).status_code == 400


def test_everybody_sees_the_story_but_never_the_contact(rules, dispatcher, client):
    sent = actions.send(
        Draft(text="Đèn đường tắt.", unit="An Cựu", category="chieu-sang.den-hong", name="Lê An", phone="0914123456")
    )
    actions.accept(sent.report.number, by=dispatcher)
    body = client.get(f"/reports/{sent.report.number}").content.decode()
    assert "Đèn đường tắt." in body
    assert "0914" not in body
    assert "•••456" not in body
    assert "Lê An" not in body
    assert "•••456" in client.get(f"/reports/{sent.report.number}?link={sent.link}").content.decode()


def test_a_report_that_was_not_screened_is_nobodys_to_read_but_its_senders(received, client):
    assert client.get(f"/reports/{received.number}").status_code == 404
    assert client.get(f"/reports/{received.number}?link={received.number}.{'0' * 40}").status_code == 404
    assert client.get(f"/reports/{received.number}?link={queries.link_of(received)}").status_code == 200
    assert client.get(f"/reports/{received.number}").status_code == 200  # this browser remembers the link now
    assert (
        received.number in client.get("/my/").content.decode() or received.title in client.get("/my/").content.decode()
    )


def test_a_link_opens_its_own_report_only(received, dispatched, client, rules):
    other = actions.send(Draft(text="Rác dồn đống cạnh chợ.", unit="An Cựu"))
    assert client.get(f"/reports/{other.report.number}?link={queries.link_of(received)}").status_code == 404


def test_not_satisfied_opens_it_again_with_the_reasons(dispatched, ward_officer, own, client):
    actions.answer(dispatched.number, text="Đã khơi thông.", by=ward_officer)
    answer = client.post(
        f"/reports/{dispatched.number}/rate",
        {"link": own, "level": "not_satisfied", "answers_not_satisfied": ["tai-dien"], "reopen": "1"},
    )
    assert answer.status_code == 302
    assert Report.objects.get(pk=dispatched.pk).state == "reopened"


def test_a_question_is_answered_with_words_and_a_photo(dispatched, ward_officer, own, client):
    actions.ask(dispatched.number, text="Nhà số mấy?", by=ward_officer)
    page = client.get(f"/reports/{dispatched.number}?link={own}").content.decode()
    assert "Nhà số mấy?" in page
    client.post(f"/reports/{dispatched.number}/reply", {"link": own, "text": "Số 12.", "photos": [picture()]})
    held = Report.objects.get(pk=dispatched.pk)
    assert (held.state, held.photos_count) == ("in_progress", 1)


def test_nobody_moves_a_report_without_its_link(dispatched, client):
    for verb in ("reply", "rate", "reopen", "erase", "code", "confirm", "nonsense"):
        assert client.post(f"/reports/{dispatched.number}/{verb}", {"text": "x", "sure": "1"}).status_code == 404


def test_erasing_ends_the_link_and_takes_words_away_after_one_more_question(dispatched, own, client):
    unsure = client.post(f"/reports/{dispatched.number}/erase", {"link": own})
    assert unsure.status_code == 400
    client.post(f"/reports/{dispatched.number}/erase", {"link": own, "sure": "1"})
    assert client.get(f"/reports/{dispatched.number}?link={own}").status_code == 404
    assert client.get(f"/reports/{dispatched.number}").status_code == 404


def test_a_wrong_code_is_said_and_the_right_one_confirms(rules, client, monkeypatch):
    monkeypatch.setattr("huong.reports.actions.proving.secrets.randbelow", lambda _most: 123456)
    answer = client.post(NEW, typed(mail="an@hue.vn"))
    report = Report.objects.get()
    link = queries.link_of(report)
    assert "a•••@hue.vn" in client.get(answer["Location"]).content.decode()
    wrong = client.post(f"/reports/{report.number}/confirm", {"link": link, "code": "000000"})
    assert wrong.status_code == 400
    client.post(f"/reports/{report.number}/confirm", {"link": link, "code": "123456"})
    assert Report.objects.get().reporter.verified_at is not None


def test_a_photo_is_shown_to_whoever_may_see_its_report(rules, dispatcher, client):
    photo = actions.take_photo(picture(), name="anh.jpg")
    sent = actions.send(Draft(text="Nắp cống vỡ.", unit="An Cựu", category="thoat-nuoc.nap-cong", photos=(photo.uid,)))
    address = f"/reports/{sent.report.number}/photos/{photo.uid}"
    assert client.get(address).status_code == 404
    assert client.get(f"{address}?link={sent.link}&small=1")["Content-Type"] == "image/jpeg"
    actions.accept(sent.report.number, by=dispatcher)
    assert client.get(address).status_code == 200


@pytest.mark.usefixtures("lasting_memory")
def test_the_list_filters_pages_and_counts_its_queries(rules, dispatcher, client, django_assert_max_num_queries):
    for place in range(25):
        sent = actions.send(
            Draft(
                text=f"Ổ gà số {place} trên đường.", unit="An Cựu", category="duong-pho.o-ga", point=(107.6045, 16.452)
            )
        )
        actions.accept(sent.report.number, by=dispatcher)
    unit = Report.objects.first().unit
    client.get("/reports/")
    with django_assert_max_num_queries(8):
        page = client.get(f"/reports/?unit={unit}&category=duong-pho&state=open&since=week")
    body = page.content.decode()
    assert body.count("report-card") == 20
    assert "cluster" in body
    following = re.search(r'href="(\?[^"]*after=[^"]+)"', body).group(1).replace("&amp;", "&")
    assert client.get(f"/reports/{following}").content.decode().count("report-card") == 5
    assert client.get("/reports/?state=done").content.decode().count("report-card") == 0
    assert client.get("/reports/?after=damaged").status_code == 400


def test_feeds_are_atom_and_hold_public_words_only(public, client):
    for address in ("/reports/feed.atom", f"/reports/{public.number}/feed.atom"):
        answer = client.get(address)
        assert answer["Content-Type"].startswith("application/atom+xml")
        assert b"<entry>" in answer.content
        assert answer.content.lstrip().startswith(b"<?xml")


def test_following_by_mail_needs_the_link_that_was_sent_and_its_button(public, client):
    answer = client.post(f"/reports/follow/{public.number}", {"mail": "binh@hue.vn"})
    assert answer.status_code == 302
    from huong.reports.actions.following import token_of
    from huong.reports.models import Follow

    token = token_of(Follow.objects.get())
    assert token in client.get(f"/reports/follow/{public.number}", {"token": token}).content.decode()
    assert client.get(f"/reports/follow/{public.number}", {"token": f"{token}x"}).status_code == 404
    assert Report.objects.get(pk=public.pk).followers == 0  # programs that look through mails open every link
    client.post(f"/reports/follow/{public.number}", {"token": token})
    assert Report.objects.get(pk=public.pk).followers == 1
    client.get(f"/reports/unfollow/{public.number}", {"token": token})
    assert Report.objects.get(pk=public.pk).followers == 1
    client.post(f"/reports/unfollow/{public.number}", {"token": token})
    assert Report.objects.get(pk=public.pk).followers == 0


def test_rescue_needs_nothing_is_never_limited_and_is_acknowledged(rules, client):
    for place in range(25):
        answer = client.post("/reports/rescue", {"key": f"{place:040}", "people": "4", "water_level": "đến ngực"})
    assert answer.status_code == 302
    assert Report.objects.filter(priority=2).count() == 25
    page = client.get(answer["Location"]).content.decode()
    assert Report.objects.order_by("-id").first().number in page
    assert "tel:112" in page


def test_rescue_pressed_again_is_one_and_a_point_far_away_does_not_hold_it_back(rules, client):
    body = {"key": KEY, "lon": "105.8", "lat": "21.0", "phone": "không nhớ"}
    assert client.post("/reports/rescue", body)["Location"] == client.post("/reports/rescue", body)["Location"]
    assert Report.objects.count() == 1


def test_a_position_is_answered_with_wards_and_nonsense_is_refused(rules, client):
    answer = client.post("/reports/where", b'{"lon": 107.6045, "lat": 16.4520}', content_type="application/json")
    assert answer.json()["units"]
    assert client.post("/reports/where", b"nonsense", content_type="application/json").status_code == 400


def test_the_worker_keeps_the_form_and_may_serve_the_whole_site(rules, client):
    answer = client.get("/reports/worker.js")
    assert answer["Service-Worker-Allowed"] == "/"
    assert b"reports/js/form" in answer.content


def test_a_form_of_another_site_is_nobodys(rules, ward_officer, client):
    client.force_login(ward_officer)
    client.post(NEW, typed(), headers={"origin": "https://elsewhere.example"})
    client.post(NEW, typed(key="m" * 32, text="Rác dồn đống cạnh chợ."), headers={"origin": "http://testserver"})
    first, second = Report.objects.order_by("id")
    assert not hasattr(first, "reporter")
    assert second.reporter.user == ward_officer
