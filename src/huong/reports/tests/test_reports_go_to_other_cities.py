"""Our reports go to another Open311 city once and in order; how they go on is told both ways."""

from datetime import timedelta

import pytest

from huong.base import clock, net
from huong.base.testing import cast
from huong.journal.models import Entry
from huong.people import queries as people
from huong.reports import actions, handlers
from huong.reports.actions import Draft, peer_settings, pulling, pushing
from huong.reports.actions.peer_settings import Settings
from huong.reports.models import Message, Peer, PeerErrand, PeerRequest, Report
from huong.reports.tests import another_city
from huong.reports.tests.conftest import AN_CUU, CONSTRUCTION, WARD, officer_of
from huong.reports.undelivered import Peers

pytestmark = pytest.mark.django_db


@pytest.fixture
def neighbour_city(settings):
    settings.HUONG = settings.HUONG.model_copy(update={"outgoing_hosts": "127.0.0.1"})
    with another_city.running() as city:
        yield city
    net.close_connections()


@pytest.fixture
def office(rules):
    return cast.joined("van-phong", "Ngô Văn Phòng", data_office=people.agency("H57.51"))


def set_up(city, by, *, form="json", **more):
    wanted = {"pushes": True, "agency": CONSTRUCTION, "secret": another_city.KEY} | more
    held = peer_settings.save_peer(Settings("Công ty chiếu sáng", city.url, form=form, **wanted), by=by)
    peer_settings.read_services(held.key, by=by)
    peer_settings.map_services(held.key, {"01": ("", ("duong-pho.o-ga",)), "02": ("", ())}, by=by)
    return Peer.objects.get(pk=held.pk)


@pytest.fixture(params=["json", "xml"])
def company(request, morning, neighbour_city, office):
    """Return a system that speaks for the Department of Construction."""
    return set_up(neighbour_city, office, form=request.param)


@pytest.fixture
def plain(morning, neighbour_city, office):
    """Return the same in one form, where the form does not matter."""
    return set_up(neighbour_city, office)


@pytest.fixture
def builder(rules):
    return officer_of(CONSTRUCTION, "xaydung")


def run_readers():
    """Let the handler see every entry, twice, as a reader may."""
    entries = list(Entry.objects.filter(name__in=pushing.EVENTS).order_by("id"))
    handlers.tell_peers(entries)
    handlers.tell_peers(entries)


def hole(dispatcher, text="Ổ gà sâu trước cổng trường", **more):
    report = actions.send(
        Draft(text=text, category="duong-pho.o-ga", point=AN_CUU, place="12 Hùng Vương", **more)
    ).report
    actions.accept(report.number, by=dispatcher)
    report.refresh_from_db()
    if report.agency != CONSTRUCTION:
        if report.state == "accepted":
            actions.dispatch(report.number, to=CONSTRUCTION, by=dispatcher)
        else:
            actions.hand_over(report.number, to=CONSTRUCTION, text="Đường tỉnh", by=officer_of(report.agency, "chuyen"))
    report.refresh_from_db()
    return report


def go(later=timedelta()):
    """Send what is due some time later."""
    with clock.freeze(clock.now() + later):
        return pushing.send_due()


def hear(peer, later=timedelta(minutes=1)):
    with clock.freeze(clock.now() + later):
        Peer.objects.filter(pk=peer.pk).update(due_at=clock.now(), rests_until=None)
        return pulling.pull(peer.key)


def test_a_report_of_the_agency_goes_there_once_without_the_person(company, neighbour_city, dispatcher):
    report = hole(dispatcher, phone="0905123456", name="Lê Thị Hoa", text="Ổ gà, gọi tôi 0905123456")
    run_readers()
    assert (PeerErrand.objects.count(), go(), go()) == (1, 1, 0)
    (came,) = neighbour_city.came
    assert came["service_code"] == "01"
    assert came["description"].endswith(f"[{report.number}]")
    assert came["lat"].startswith("16.452")
    assert "0905123456" not in str(came)
    assert "Hoa" not in str(came)
    held = PeerRequest.objects.get()
    assert (held.direction, held.remote_id, held.report_id) == ("out", "R-0001", report.pk)
    assert Entry.objects.get(name="reports.forwarded").data["remote"] == "R-0001"


def test_reports_of_other_agencies_stay(plain, neighbour_city, dispatcher, dispatched):
    run_readers()
    assert (go(), neighbour_city.came) == (0, [])


@pytest.mark.parametrize("fault", ["500", "half", "lost"])
@pytest.mark.parametrize("knows_keys", [True, False])
def test_an_unclear_answer_never_makes_a_second_report(plain, neighbour_city, dispatcher, fault, knows_keys):
    neighbour_city.knows_keys = knows_keys
    hole(dispatcher)
    run_readers()
    neighbour_city.faults.append(fault)
    assert go() == 0
    errand = PeerErrand.objects.get()
    assert (errand.state, errand.attempts) == ("failed", 1)
    assert errand.error
    assert go(timedelta(seconds=30)) == 0
    assert go(timedelta(minutes=2)) == 1
    assert len(neighbour_city.came) == 1
    assert PeerRequest.objects.get().remote_id == "R-0001"


def test_a_process_that_was_killed_while_it_sent_makes_no_second_report(plain, neighbour_city, dispatcher, monkeypatch):
    hole(dispatcher)
    run_readers()

    def killed(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pushing, "_forwarded", killed)
        with pytest.raises(KeyboardInterrupt):
            go()
    assert len(neighbour_city.came) == 1
    assert go(timedelta(minutes=1)) == 0
    assert go(timedelta(minutes=6)) == 1
    assert (len(neighbour_city.came), PeerRequest.objects.get().remote_id) == (1, "R-0001")


def test_a_token_is_asked_for_its_number_until_there_is_one(company, neighbour_city, dispatcher):
    neighbour_city.tokens = True
    hole(dispatcher)
    run_readers()
    assert go() == 0
    assert PeerRequest.objects.get().token == "T-R-0001"
    number = neighbour_city.waiting_tokens.pop("T-R-0001")
    assert go(timedelta(minutes=2)) == 0
    assert PeerErrand.objects.get().state == "failed"
    neighbour_city.waiting_tokens["T-R-0001"] = number
    assert go(timedelta(minutes=10)) == 1
    held = PeerRequest.objects.get()
    assert (held.remote_id, held.token, len(neighbour_city.came)) == ("R-0001", "", 1)


def test_a_kind_without_a_service_waits_for_a_person_and_goes_after_it_is_named(
    plain, neighbour_city, dispatcher, office
):
    peer_settings.map_services(plain.key, {"01": ("", ())}, by=office)
    hole(dispatcher)
    run_readers()
    go()
    (thing,) = Peers().stuck(office, until=None, limit=9)
    assert "Công ty chiếu sáng" in thing.why
    assert thing.next_at is None
    peer_settings.map_services(plain.key, {"01": ("", ("duong-pho.o-ga",))}, by=office)
    Peers().retry(thing.id, by=office)
    assert go() == 1
    assert Peers().count(office) == 0


def test_a_refusal_is_shown_with_the_other_sides_words_and_can_be_let_go(plain, neighbour_city, dispatcher, office):
    report = hole(dispatcher)
    run_readers()
    neighbour_city.faults.append("refuse")
    go()
    (thing,) = Peers().stuck(office, until=None, limit=9)
    assert "lat was not provided" in thing.why
    Peers().give_up(thing.id, reason="Đã gọi điện cho công ty", by=office)
    assert (Peers().count(office), PeerRequest.objects.get().state) == (0, "dropped")
    actions.reply(report.number, text="Thêm chi tiết")
    run_readers()
    assert go(timedelta(days=1)) == 0
    assert neighbour_city.came == []


def test_updates_wait_for_their_report_and_go_in_order(plain, neighbour_city, dispatcher):
    report = hole(dispatcher)
    actions.reply(report.number, text="Tin thứ nhất")
    actions.reply(report.number, text="Tin thứ hai")
    run_readers()
    neighbour_city.faults.append("500")
    assert go() == 0
    last = PeerErrand.objects.order_by("-id")[0]
    with clock.freeze(clock.now() + timedelta(minutes=1)):
        assert not pushing.send_one(last.pk)
    assert neighbour_city.updates == []
    for minutes in (10, 20, 30):
        go(timedelta(minutes=minutes))
    assert [each["description"] for each in neighbour_city.updates] == ["Tin thứ nhất", "Tin thứ hai"]
    assert {each["service_request_id"] for each in neighbour_city.updates} == {"R-0001"}


def test_what_they_do_is_told_to_our_citizen_once_and_not_back_to_them(company, neighbour_city, dispatcher):
    report = hole(dispatcher)
    run_readers()
    go()
    neighbour_city.tell("u1", "R-0001", "IN_PROGRESS", "Đội sửa đường đã đến", at="2026-11-25T09:10:00+07:00")
    assert (hear(company).news, hear(company).news) == (1, 0)
    report.refresh_from_db()
    assert report.state == "in_progress"
    neighbour_city.tell("u2", "R-0001", "FIXED", "Đã vá xong", at="2026-11-25T09:20:00+07:00")
    hear(company)
    report.refresh_from_db()
    assert (report.state, report.is_open) == ("answered", False)
    said = Message.objects.get(text="Đã vá xong")
    assert (said.agency, said.is_public) == (CONSTRUCTION, True)
    sent = len(neighbour_city.updates)
    run_readers()
    go(timedelta(hours=1))
    assert len(neighbour_city.updates) == sent


def test_an_update_older_than_the_last_moves_nothing(plain, neighbour_city, dispatcher):
    report = hole(dispatcher)
    run_readers()
    go()
    neighbour_city.tell("u2", "R-0001", "IN_PROGRESS", "Đang làm", at="2026-11-25T09:20:00+07:00")
    hear(plain)
    neighbour_city.tell("u1", "R-0001", "CLOSED", "Chưa nhận được", at="2026-11-25T09:18:00+07:00")
    hear(plain)
    report.refresh_from_db()
    assert report.state == "in_progress"
    assert Message.objects.get(text="Chưa nhận được").kind == "update"


def test_a_system_without_updates_is_asked_how_its_reports_stand(morning, neighbour_city, office, dispatcher):
    peer = set_up(neighbour_city, office, updates=False)
    report = hole(dispatcher)
    run_readers()
    go()
    neighbour_city.requests["R-0001"] |= {
        "status": "closed", "status_notes": "Đã vá", "updated_datetime": "2026-11-25T09:20:00+07:00",
    }  # fmt: skip
    assert (hear(peer).news, hear(peer).news) == (1, 0)
    report.refresh_from_db()
    assert report.state == "answered"
    assert Message.objects.get(kind="answer").text == "Đã vá"


def test_a_report_that_came_from_there_hears_how_it_goes_on_here(morning, neighbour_city, office, dispatcher):
    peer = set_up(neighbour_city, office, pushes=False, pulls=True)
    peer_settings.map_services(peer.key, {"01": ("duong-pho.o-ga", ())}, by=office)
    neighbour_city.add("A-1")
    hear(peer, timedelta())
    report = Report.objects.get()
    actions.accept(report.number, by=dispatcher)
    report.refresh_from_db()
    worker = officer_of(report.agency, "lam")
    if report.state == "accepted":
        actions.dispatch(report.number, to=report.agency, by=dispatcher)
    actions.take(report.number, by=worker)
    actions.answer(report.number, text="Đã sửa xong", by=worker)
    run_readers()
    for hours in range(1, 5):
        go(timedelta(hours=hours))
    assert [each["status"] for each in neighbour_city.updates][-2:] == ["IN_PROGRESS", "FIXED"]
    assert neighbour_city.updates[-1]["description"] == "Đã sửa xong"
    neighbour_city.add("A-1", status="closed", status_notes="Đã sửa xong", updated_datetime="2026-11-25T09:40:00+07:00")
    done = hear(peer, timedelta(hours=6))
    assert (done.changed, done.news) == (0, 0)  # our own words that come back are not taken for the citizen's
    assert Message.objects.filter(report=report, kind="reply").count() == 0


def test_a_report_that_goes_on_to_another_agency_is_taken_back_there(plain, neighbour_city, dispatcher, builder):
    report = hole(dispatcher)
    run_readers()
    go()
    actions.hand_over(report.number, to=WARD, text="Thuộc phường", by=builder)
    run_readers()
    go(timedelta(minutes=1))
    assert [(each["status"], each["description"]) for each in neighbour_city.updates] == [
        ("INTERNAL_REFERRAL", "Thuộc phường")
    ]


def test_a_system_that_rests_is_not_sent_to_and_one_that_is_paused_neither(plain, neighbour_city, dispatcher, office):
    hole(dispatcher)
    run_readers()
    Peer.objects.update(rests_until=clock.now() + timedelta(minutes=5))
    assert go() == 0
    Peer.objects.update(rests_until=None)
    peer_settings.pause_peer(plain.key, active=False, by=office)
    assert go() == 0
    peer_settings.pause_peer(plain.key, active=True, by=office)
    assert go() == 1


def test_patience_ends_after_a_day_and_a_person_decides(plain, neighbour_city, dispatcher, office):
    hole(dispatcher)
    run_readers()
    neighbour_city.faults += ["500"] * 20
    hours = 0
    while PeerErrand.objects.get().state != "dead" and hours < 60:
        hours += 1
        Peer.objects.update(rests_until=None)
        go(timedelta(hours=hours))
    assert 10 < hours < 30
    assert {thing.id.partition("-")[0] for thing in Peers().stuck(office, until=None, limit=9)} == {"errand", "peer"}
