"""Reports and updates of another Open311 city come in: mapped, in order, each once, whatever fails on the way."""

from datetime import UTC, timedelta

import pytest

from huong.base import clock, net
from huong.base.errors import BadInput, Forbidden, WrongState
from huong.base.testing import cast
from huong.journal.models import Entry
from huong.people import queries as people
from huong.reports import peer_calls
from huong.reports.actions import peer_settings, pulling
from huong.reports.actions.peer_settings import Settings
from huong.reports.models import Message, Peer, PeerNews, PeerRequest, Report
from huong.reports.queries.book import book
from huong.reports.rules import foreign
from huong.reports.tests import another_city
from huong.reports.tests.conftest import CONSTRUCTION
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


@pytest.fixture(params=["json", "xml"])
def peer(request, morning, neighbour_city, office):
    return set_up(neighbour_city, office, form=request.param)


def set_up(city, by, *, form="json", **more):
    wanted = {"pulls": True, "agency": CONSTRUCTION, "secret": another_city.KEY} | more
    held = peer_settings.save_peer(Settings("Thành phố bạn", city.url, form=form, **wanted), by=by)
    peer_settings.read_services(held.key, by=by)
    peer_settings.map_services(held.key, {"01": ("duong-pho.o-ga", ()), "02": ("", ())}, by=by)
    return Peer.objects.get(pk=held.pk)


def pull(peer, *, later=timedelta()):
    with clock.freeze(clock.now() + later):
        Peer.objects.filter(pk=peer.pk).update(due_at=clock.now(), rests_until=None)
        return pulling.pull(peer.key)


def stuck(by):
    return [each.why for each in Peers().stuck(by, until=None, limit=20)]


def test_reports_come_in_mapped_to_our_categories_and_only_once(peer, neighbour_city):
    neighbour_city.add("A-1", description="Ổ gà lớn <b>trước chợ</b>")
    neighbour_city.add("A-2", service_code="02", service_name="Đèn đường")
    assert pull(peer).new == 2
    assert (pull(peer).new, Report.objects.count()) == (0, 2)
    first, second = Report.objects.order_by("id")
    assert (first.category, first.channel, first.external_source) == ("duong-pho.o-ga", "open311", f"peer:{peer.key}")
    assert (first.external_id, first.state) == ("A-1", "received")
    assert second.category == "khac.chua-ro"
    assert second.asks == {"kind": "Đèn đường"}
    assert PeerRequest.objects.filter(direction="in").count() == 2


def test_every_page_is_read_in_the_order_of_change(peer, neighbour_city, monkeypatch):
    monkeypatch.setattr(pulling, "SIZE", 3)
    for number in range(10):
        neighbour_city.add(f"A-{number:02d}", updated_datetime=f"2026-11-25T08:{number:02d}:00+07:00")
    assert pull(peer).new == 10
    assert list(Report.objects.order_by("id").values_list("external_id", flat=True)) == [
        f"A-{number:02d}" for number in range(10)
    ]
    peer.refresh_from_db()
    assert peer.requests_until.isoformat() == "2026-11-25T01:09:00+00:00"


def test_many_that_changed_in_the_same_second_all_come(peer, neighbour_city, monkeypatch):
    monkeypatch.setattr(pulling, "SIZE", 3)
    for number in range(10):
        neighbour_city.add(f"A-{number}")
    assert pull(peer).new == 10


def test_a_city_that_lists_newest_first_and_heeds_no_updated_after_is_read_too(peer, neighbour_city, monkeypatch):
    monkeypatch.setattr(pulling, "SIZE", 4)
    neighbour_city.newest_first, neighbour_city.heeds_after, neighbour_city.page_most = True, False, 3
    for number in range(10):
        neighbour_city.add(f"A-{number}", updated_datetime=f"2026-11-25T08:{number:02d}:00+07:00")
    assert pull(peer).new == 10
    assert [each.external_id for each in Report.objects.order_by("id")] == [f"A-{number}" for number in range(10)]
    assert pull(peer).new == 0


def test_a_city_that_gives_too_much_in_no_order_is_shown_with_the_reason(peer, neighbour_city, office, monkeypatch):
    monkeypatch.setattr(pulling, "SIZE", 1)
    monkeypatch.setattr(pulling, "MOST_PAGES", 3)
    neighbour_city.newest_first = True
    for number in range(9):
        neighbour_city.add(f"A-{number}", updated_datetime=f"2026-11-25T08:{number:02d}:00+07:00")
    assert pull(peer) is None
    assert ["updated_after" in why for why in stuck(office)] == [True]


def test_a_run_that_stops_at_its_bound_goes_on_at_once(peer, neighbour_city, monkeypatch):
    monkeypatch.setattr(pulling, "SIZE", 2)
    monkeypatch.setattr(pulling, "MOST_PAGES", 3)
    for number in range(12):
        neighbour_city.add(f"A-{number:02d}", updated_datetime=f"2026-11-25T08:{number:02d}:00+07:00")
    runs = 0
    while pull(peer).more:
        runs += 1
    assert Report.objects.count() == 12
    assert runs > 1


@pytest.mark.parametrize("fault", ["500", "half"])
def test_a_failure_is_written_down_and_nothing_is_lost_or_doubled(peer, neighbour_city, office, fault):
    neighbour_city.add("A-1")
    neighbour_city.faults.append(fault)
    assert pull(peer) is None
    peer.refresh_from_db()
    assert (peer.failures, Report.objects.count()) == (1, 0)
    assert peer.due_at > clock.now()
    assert len(stuck(office)) == 1
    assert pull(peer).new == 1
    peer.refresh_from_db()
    assert (peer.failures, peer.error, stuck(office)) == (0, "", [])


def test_a_slow_city_is_given_up_for_now(peer, neighbour_city, monkeypatch):
    monkeypatch.setattr(peer_calls, "TIMEOUT", 0.3)
    neighbour_city.faults.append("slow")
    assert pull(peer) is None
    assert pull(peer) is not None


def test_after_five_failures_in_a_row_it_rests(peer, neighbour_city):
    for _time in range(5):
        neighbour_city.faults.append("500")
        pull(peer)
    asked = len(neighbour_city.asked)
    Peer.objects.update(due_at=clock.now())
    assert pulling.pull(peer.key) is None
    assert pulling.pull_due() == 0
    assert len(neighbour_city.asked) == asked
    with clock.freeze(clock.now() + timedelta(minutes=3)):
        Peer.objects.update(due_at=clock.now())
        assert pulling.pull(peer.key) is not None


def test_a_stop_in_the_middle_of_a_page_takes_the_rest_next_time(peer, neighbour_city, monkeypatch):
    for number in range(4):
        neighbour_city.add(f"A-{number}", updated_datetime=f"2026-11-25T08:{number:02d}:00+07:00")
    take, taken = pulling.taking_in.take, []

    def killed(held, row):
        if len(taken) == 2:
            raise KeyboardInterrupt
        taken.append(row.id)
        return take(held, row)

    monkeypatch.setattr(pulling.taking_in, "take", killed)
    with pytest.raises(KeyboardInterrupt):
        pull(peer)
    monkeypatch.setattr(pulling.taking_in, "take", take)
    assert (Report.objects.count(), pull(peer).new, Report.objects.count()) == (2, 2, 4)


def test_what_lies_outside_the_city_waits_with_the_reason_and_can_be_let_go(peer, neighbour_city, office):
    neighbour_city.add("A-1", lat=21.03, long=105.85)
    neighbour_city.add("A-2")
    done = pull(peer)
    assert (done.new, done.refused) == (1, 1)
    thing = Peers().stuck(office, until=None, limit=5)[0]
    assert "ngoài" in thing.why
    held = PeerRequest.objects.get(state="refused")
    assert b"A-1" not in bytes(held.held)
    Peers().give_up(thing.id, reason="Không thuộc Huế", by=office)
    held.refresh_from_db()
    assert (held.state, held.held, held.reason) == ("dropped", None, "Không thuộc Huế")
    assert (pull(peer).refused, stuck(office)) == (0, [])


def test_what_could_not_be_taken_is_tried_again_by_hand(peer, neighbour_city, office):
    neighbour_city.add("A-1", lat=21.03, long=105.85)
    pull(peer)
    thing = Peers().stuck(office, until=None, limit=5)[0]
    with pytest.raises(WrongState):
        Peers().retry(thing.id, by=office)
    neighbour_city.add("A-1", updated_datetime="2026-11-25T08:30:00+07:00")
    assert pull(peer).new == 1
    assert stuck(office) == []


def test_one_that_was_closed_before_we_heard_of_it_comes_as_history(peer, neighbour_city):
    neighbour_city.add("A-1", status="closed", status_notes="Đã vá", updated_datetime="2026-11-25T08:40:00+07:00")
    pull(peer)
    report = Report.objects.get()
    assert (report.is_open, report.state, report.external_status) == (False, "answered", "closed")
    assert report.closed_at.isoformat() == "2026-11-25T01:40:00+00:00"
    assert Message.objects.get(kind="answer").text == "Đã vá"


def test_what_changes_there_is_added_once_and_the_desk_decides(peer, neighbour_city):
    neighbour_city.add("A-1")
    pull(peer)
    neighbour_city.add(
        "A-1", status="closed", status_notes="Người dân rút lại", updated_datetime="2026-11-25T08:50:00+07:00"
    )
    assert (pull(peer).changed, pull(peer).changed) == (1, 0)
    report = Report.objects.get()
    assert report.state == "received"
    assert "Người dân rút lại" in Message.objects.get(kind="reply").text


def test_a_picture_that_is_named_is_fetched_by_a_job_once(peer, neighbour_city, monkeypatch):
    from django_tasks_db.models import DBTaskResult

    neighbour_city.add("A-1", media_url="http://127.0.0.1:1/anh.jpg")
    pull(peer)
    assert "fetch_picture" in str([row.args_kwargs for row in DBTaskResult.objects.all()])


def test_a_danger_of_days_ago_is_looked_at_before_it_rings(peer, neighbour_city, office):
    danger = next(key for key, each in book().categories.items() if each.danger and each.parent)
    peer_settings.map_services(peer.key, {"01": (danger, ())}, by=office)
    neighbour_city.add("A-1", requested_datetime="2026-11-20T08:00:00+07:00")
    neighbour_city.add("A-2")
    pull(peer)
    assert {each.external_id: each.priority for each in Report.objects.all()} == {"A-1": 0, "A-2": 2}


def test_only_who_may_change_the_rules_sets_a_city_up(neighbour_city, dispatcher, office):
    with pytest.raises(Forbidden):
        set_up(neighbour_city, dispatcher)
    with pytest.raises(BadInput):
        peer_settings.save_peer(Settings("x", "ftp://x"), by=office)
    with pytest.raises(BadInput):
        peer_settings.save_peer(Settings("x", neighbour_city.url, pushes=True), by=office)


def test_an_address_that_is_no_open311_is_said_at_once(neighbour_city, office, morning):
    held = peer_settings.save_peer(Settings("Sai", neighbour_city.url.replace("v2", "v9")), by=office)
    with pytest.raises(Exception, match=r"cut off|không đọc|refuses|trả lời|bị ngắt|từ chối"):
        peer_settings.read_services(held.key, by=office)


def test_the_journal_tells_of_it_without_words(peer, neighbour_city):
    neighbour_city.add("A-1", description="Bà Lê Thị Hoa ngã trước cổng")
    pull(peer)
    said = Entry.objects.get(name="reports.peer_pulled")
    assert (said.data["new"], said.subject) == (1, f"peer:{peer.key}")
    assert "Hoa" not in str(list(Entry.objects.values_list("data", "subject")))


def test_updates_from_there_speak_for_the_citizen_once(peer, neighbour_city):
    neighbour_city.add("A-1")
    pull(peer)
    neighbour_city.tell("u1", "A-1", "OPEN", "Xin bổ sung: trước số nhà 12")
    assert (pull(peer).news, pull(peer).news, PeerNews.objects.count()) == (1, 0, 1)
    assert Message.objects.get(kind="reply").text.startswith("Xin bổ sung")


def test_half_letters_places_off_the_earth_and_times_in_no_year_stop_nothing():
    row = {"service_request_id": "7\ud800", "long": "nan", "lat": "nan", "description": "Ổ gà\x00\ud800"}
    found = foreign.request_of(row | {"requested_datetime": "9999-12-31T23:59:59-14:00"}, UTC)
    assert (found.id, found.description, found.point, found.requested_at) == ("7?", "Ổ gà?", None, None)
    for lon, lat in (("inf", "16"), ("107.6", "1e300"), ("181", "16")):
        assert foreign.request_of({"long": lon, "lat": lat}, UTC).point is None
    assert foreign.request_of({"updated_datetime": "0001-01-01T00:00:00+14:00"}, UTC).updated_at is None
