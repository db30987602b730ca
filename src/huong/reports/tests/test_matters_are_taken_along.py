"""Officers take their matters along for a day: recorded, ended by them or an administrator, answers made once."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from huong.base import clock
from huong.base.errors import BadInput, Conflict, Forbidden, NotFound
from huong.base.models import DataKey
from huong.base.testing import cast
from huong.journal.models import Entry
from huong.people import queries as people
from huong.reports import actions, queries
from huong.reports.actions import Draft, taking
from huong.reports.errors import Overtaken, TakenEnded
from huong.reports.models import Message, Report, ReportPhoto, TakenAlong
from huong.reports.queries import taken as held
from huong.reports.tests.conftest import WARD, officer_of
from huong.web.tests.conftest import sign_in

pytestmark = pytest.mark.django_db
PAGE = "/desk/reports/taken"
KEY = "k" * 32


@pytest.fixture
def mine(dispatched, ward_officer) -> Report:
    """Return a report that the ward's officer took in hand."""
    return actions.take(dispatched.number, by=ward_officer)


@pytest.fixture
def taken(mine, ward_officer) -> taking.Taken:
    """Return what the officer took along."""
    return actions.take_along(by=ward_officer, device="Chrome, Android")


@pytest.fixture
def administrator(rules):
    """Return somebody who manages people."""
    return cast.joined("quantri", "Quản trị", admin=people.agency("H57.84"))


def answer(taken, by, *, key=KEY, version=None, **more):
    return actions.carry_out(
        taken.row.uid, key=key, number=taken.reports[0].number, verb="answer", by=by, version=version, **more
    )


def test_what_is_given_to_an_officer_comes_along_and_each_report_is_written_down(taken, mine, ward_officer):
    assert taken.reports == [mine]
    assert taken.row.until - taken.row.at == timedelta(hours=24)
    seen = Entry.objects.get(name="people.accessed")
    assert (seen.subject, seen.by, seen.audience) == (f"report:{mine.number}", ward_officer.pk, "named")
    assert Entry.objects.get(name="reports.taken_along").data["count"] == 1
    assert taken.secret not in str(TakenAlong.objects.values().get())


def test_who_has_nothing_or_may_not_work_takes_nothing_along(rules, ward_officer, stranger):
    with pytest.raises(BadInput) as refused:
        actions.take_along(by=ward_officer, device="")
    assert refused.value.code == "no_matters"
    with pytest.raises(Forbidden):
        actions.take_along(by=stranger, device="")
    assert not TakenAlong.objects.exists()


def test_the_secret_is_for_its_officer_alone_and_dies_after_a_day(taken, ward_officer, neighbour):
    assert taking.secret_of(taken.row.uid, by=ward_officer) == taken.secret
    with pytest.raises(NotFound):
        taking.secret_of(taken.row.uid, by=neighbour)
    with clock.freeze(taken.row.until):
        with pytest.raises(TakenEnded):
            taking.secret_of(taken.row.uid, by=ward_officer)
        assert taking.end_expired() == 1
        assert taking.end_expired() == 0
    assert DataKey.objects.get(scope__startswith="taken:").wrapped is None


@pytest.mark.parametrize("who", ["ward_officer", "administrator"])
def test_the_officer_or_an_administrator_ends_it_and_the_secret_is_destroyed(request, taken, who, ward_officer):
    actions.end_taken(taken.row.uid, by=request.getfixturevalue(who))
    assert DataKey.objects.get(scope__startswith="taken:").wrapped is None
    for look in (held.require_running, held.require_unrevoked):
        with pytest.raises(TakenEnded):
            look(taken.row.uid)
    with pytest.raises(TakenEnded):
        answer(taken, ward_officer, text="Đã xong")
    assert Report.objects.get().state == "in_progress"
    assert Entry.objects.filter(name="reports.taken_ended").count() == 1


def test_a_colleague_ends_nothing(taken, rules):
    with pytest.raises(NotFound):
        actions.end_taken(taken.row.uid, by=officer_of(WARD, "dongnghiep"))


def test_an_officer_whose_post_ended_keeps_nothing(taken, ward_officer):
    with clock.freeze(clock.now() + timedelta(hours=1)):
        ward_officer.posts.update(valid_to=clock.today() - timedelta(days=1))
        with pytest.raises(TakenEnded):
            held.require_running(taken.row.uid)


def test_an_answer_is_made_once_however_often_it_is_sent(taken, mine, ward_officer):
    first = answer(taken, ward_officer, version=mine.version, text="Đã nạo vét cống.")
    again = answer(taken, ward_officer, version=mine.version, text="Đã nạo vét cống.")
    assert (first.repeated, again.repeated, again.version) == (False, True, first.version)
    assert Message.objects.filter(kind="answer").count() == 1


def test_a_key_of_one_answer_never_stands_for_another(taken, mine, ward_officer):
    answer(taken, ward_officer, version=mine.version, text="Đã nạo vét cống.")
    with pytest.raises(Conflict) as told:
        actions.carry_out(
            taken.row.uid, key=KEY, number=mine.number, verb="note", by=ward_officer, text="Ghi chú", version=None
        )
    assert "viết lại" in told.value.message
    assert not Message.objects.filter(kind="note").exists()


def test_an_answer_that_does_not_say_what_it_answers_is_refused(taken, ward_officer):
    with pytest.raises(BadInput) as told:
        answer(taken, ward_officer, version=None, text="Đã nạo vét cống.")
    assert told.value.code == "version_needed"


def test_what_was_ended_stays_ended_when_the_account_that_ended_it_is_gone(taken, mine, ward_officer, administrator):
    actions.end_taken(taken.row.uid, by=administrator)
    TakenAlong.objects.update(ended_by=None)
    with pytest.raises(TakenEnded):
        answer(taken, ward_officer, version=mine.version, text="Đã nạo vét cống.")


def test_an_answer_still_counts_when_the_day_is_over(taken, mine, ward_officer):
    with clock.freeze(taken.row.until + timedelta(hours=5)):
        taking.end_expired()
        answer(taken, ward_officer, version=mine.version, text="Đã nạo vét cống.")
    assert Report.objects.get().state == "answered"


def test_an_answer_to_what_somebody_changed_meanwhile_is_refused_and_can_be_sent_after_all(taken, mine, ward_officer):
    colleague = officer_of(WARD, "dongnghiep")
    changed = actions.tell(mine.number, text="Đang chờ xe.", by=colleague)
    with pytest.raises(Overtaken) as told:
        answer(taken, ward_officer, version=mine.version, text="Đã xong.")
    assert str(colleague) in told.value.message
    assert answer(taken, ward_officer, version=changed.version, text="Đã xong.").repeated is False


def test_what_left_the_officer_and_who_was_erased_is_dropped_by_the_device(rules, dispatcher, ward_officer, blocked):
    sent = [actions.send(Draft(**{**vars(blocked), "name": "An"})) for _each in range(3)]
    for each in sent:
        actions.accept(each.report.number, by=dispatcher)
        actions.take(each.report.number, by=ward_officer)
    row = actions.take_along(by=ward_officer, device="máy").row
    assert held.no_longer_theirs(row) == []
    actions.assign(sent[0].report.number, to=None, by=ward_officer)
    actions.erase_reporter(sent[1].report.number, link=sent[1].link)
    assert held.no_longer_theirs(row) == [sent[0].report.number, sent[1].report.number]


def test_the_pages_give_the_copy_without_a_contact_and_tell_when_it_ended(client, dispatcher, ward_officer, blocked):
    sent = actions.send(Draft(**{**vars(blocked), "name": "Nguyễn Thị Hoa", "phone": "0912345678"}))
    actions.accept(sent.report.number, by=dispatcher)
    actions.take(sent.report.number, by=ward_officer)
    sign_in(client, ward_officer)
    given = client.post(PAGE, {"device": "Chrome, Android"}, "application/json")
    assert given.status_code == 201
    assert "0912345678" not in given.content.decode()
    assert "Hoa" not in given.content.decode()
    told = given.json()
    (report,) = told["reports"]
    assert {move["key"] for move in report["moves"]} >= {"answer", "tell", "note", "ask"}
    assert client.get(f"{PAGE}/{told['uid']}").json()["drop"] == []
    assert client.post(f"{PAGE}/{told['uid']}/key").json()["secret"] == told["secret"]
    assert "Chrome, Android" in client.get(PAGE).content.decode()
    move = {"key": KEY, "number": report["number"], "verb": "answer", "text": "Xong.", "version": report["version"]}
    done = client.post(f"{PAGE}/{told['uid']}/moves", move, "application/json").json()
    assert (done["report"], done["repeated"]) == (None, False)
    client.post(f"{PAGE}/{told['uid']}/end", headers={"accept": "application/json"})
    client.logout()
    assert client.get(f"{PAGE}/{told['uid']}", headers={"accept": "application/json"}).status_code == 410


def test_the_page_that_opens_without_a_line_holds_nothing_of_anybody(client, taken, ward_officer):
    sign_in(client, ward_officer)
    page = client.get("/desk/reports/mine-offline").content.decode()
    assert str(ward_officer) not in page
    assert taken.reports[0].number not in page


def test_an_administrator_sees_the_devices_of_all_and_an_officer_only_their_own(
    client, taken, administrator, neighbour
):
    sign_in(client, neighbour)
    assert "Chrome, Android" not in client.get(PAGE).content.decode()
    assert client.get(f"{PAGE}/all").status_code == 403
    sign_in(client, administrator)
    assert "Chrome, Android" in client.get(f"{PAGE}/all").content.decode()
    client.post(f"{PAGE}/{taken.row.uid}/end", {"all": "1"})
    assert TakenAlong.objects.get().ended_by == administrator


@pytest.fixture
def picture() -> bytes:
    """Return a photo as a phone takes it."""
    data = io.BytesIO()
    Image.effect_noise((640, 480), 40).convert("RGB").save(data, "JPEG")
    return data.getvalue()


def test_photos_taken_without_a_line_go_with_the_answer_once(client, taken, mine, ward_officer, picture):
    sign_in(client, ward_officer)
    url = f"{PAGE}/{taken.row.uid}"
    ids = [client.post(f"{url}/photos", {"file": SimpleUploadedFile("a.jpg", picture)}).json()["id"] for _each in "ab"]
    move = {
        "key": KEY,
        "number": mine.number,
        "verb": "answer",
        "text": "Xong.",
        "version": mine.version,
        "photos": ids,
    }
    first = client.post(f"{url}/moves", move, "application/json").json()
    again = client.post(f"{url}/moves", move, "application/json").json()
    assert (first["repeated"], again["repeated"]) == (False, True)
    held = ReportPhoto.objects.filter(report=mine)
    assert {each.uid for each in held} == set(ids)
    assert {each.message.kind for each in held} == {"answer"}
    assert Report.objects.get().photos_count == 2
    assert Message.objects.filter(kind="answer").count() == 1


def test_photos_of_an_internal_note_are_for_officers_alone(taken, mine, ward_officer, picture):
    photo = taking.take_photo_in(taken.row.uid, io.BytesIO(picture), name="a.jpg", by=ward_officer)
    actions.carry_out(
        taken.row.uid, key=KEY, number=mine.number, verb="note", by=ward_officer, text="Nắp vỡ", photos=(photo.uid,),
        version=None,
    )  # fmt: skip
    assert not ReportPhoto.objects.get().is_public
    assert queries.photos_of(Report.objects.get(), "public") == []


def test_a_photo_that_is_gone_refuses_the_answer_and_loses_nothing(client, taken, mine, ward_officer):
    sign_in(client, ward_officer)
    move = {"key": KEY, "number": mine.number, "verb": "answer", "text": "Xong.", "version": mine.version}
    for photos, code in ((["khong-con"], "no_such_photo"), ("x", "bad_photos"), ([1], "bad_photos")):
        told = client.post(
            f"{PAGE}/{taken.row.uid}/moves",
            move | {"photos": photos},
            "application/json",
            headers={"accept": "application/json"},
        )
        assert (told.status_code, told.json()["code"]) == (400, code)
    assert Report.objects.get().state == "in_progress"
    done = client.post(f"{PAGE}/{taken.row.uid}/moves", move, "application/json").json()
    assert done["repeated"] is False


def test_a_stranger_and_what_is_no_photo_are_refused(client, taken, ward_officer, neighbour, picture):
    url = f"{PAGE}/{taken.row.uid}/photos"
    sign_in(client, neighbour)
    assert client.post(url, {"file": SimpleUploadedFile("a.jpg", picture)}).status_code == 404
    sign_in(client, ward_officer)
    assert client.post(url, {"file": SimpleUploadedFile("a.jpg", b"%PDF-1.7")}).status_code == 400
    assert client.post(url).status_code == 400
    actions.end_taken(taken.row.uid, by=ward_officer)
    assert client.post(url, {"file": SimpleUploadedFile("a.jpg", picture)}).status_code == 410
    assert not ReportPhoto.objects.exists()


@pytest.mark.parametrize("body", [b"[1]", b"{", b"\xff", b'{"key": "short"}'])
def test_a_broken_body_is_refused_and_harms_nothing(client, taken, ward_officer, body):
    sign_in(client, ward_officer)
    answer = client.post(f"{PAGE}/{taken.row.uid}/moves", body, "application/json")
    assert answer.status_code == 400
