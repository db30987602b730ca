"""An officer sends one report to another city's system by hand: with a reason, once, visibly until it arrived."""

# ruff: noqa: F811 - fixtures of another file

import pytest

from huong.base.errors import BadInput, Forbidden, NotFound, WrongState
from huong.journal.models import Entry
from huong.reports import actions
from huong.reports.actions import Draft, pushing
from huong.reports.models import Message, Peer, PeerErrand, PeerRequest
from huong.reports.tests.conftest import AN_CUU, WARD, officer_of
from huong.reports.tests.test_officers_work_at_their_desk import signed_in
from huong.reports.tests.test_reports_go_to_other_cities import (  # noqa: F401 - fixtures
    go,
    neighbour_city,
    office,
    run_readers,
    set_up,
)
from huong.reports.undelivered import Peers

pytestmark = pytest.mark.django_db
WHY = "Đường này do công ty của thành phố bên quản lý."


@pytest.fixture
def company(morning, neighbour_city, office):
    """Return a system to which no rule sends anything: it speaks for no agency."""
    return set_up(neighbour_city, office, pushes=False, agency="")


def at_a_ward(draft, dispatcher):
    """Return a report that the ward has."""
    report = actions.accept(actions.send(draft).report.number, by=dispatcher)
    if report.state == "accepted":
        return actions.dispatch(report.number, to=WARD, by=dispatcher)
    if report.agency == WARD:
        return report
    return actions.hand_over(report.number, to=WARD, text="Đúng chỗ.", by=officer_of(report.agency, f"o-{report.pk}"))


@pytest.fixture
def hole(rules, dispatcher):
    """Return a hole in the road that the ward has."""
    draft = Draft(text="Ổ gà sâu trước cổng trường", category="duong-pho.o-ga", point=AN_CUU, phone="0905123456")
    return at_a_ward(draft, dispatcher)


@pytest.fixture
def at_the_ward(client, ward_officer):
    return signed_in(client, ward_officer)


def url(report, end=""):
    return f"/desk/reports/{report.number}/{end}"


def test_it_goes_there_once_and_the_page_says_under_which_number(company, neighbour_city, hole, at_the_ward):
    assert "Chuyển sang hệ thống khác" in at_the_ward.get(url(hole)).content.decode()
    data = {"version": hole.version, "peer": company.key, "text": WHY}
    assert at_the_ward.post(url(hole, "move/forward"), data).status_code == 302
    page = at_the_ward.get(url(hole)).content.decode()
    assert "đang chuyển" in page
    assert 'id="move-forward"' not in page  # no other system takes it
    run_readers()
    assert (PeerErrand.objects.count(), go(), go()) == (1, 1, 0)
    (came,) = neighbour_city.came
    assert came["service_code"] == "01"
    assert WHY not in str(came)
    assert "0905123456" not in str(came)
    page = at_the_ward.get(url(hole)).content.decode()
    assert "R-0001" in page
    assert WHY in page
    entry = Entry.objects.get(name="reports.passed_on")
    assert (entry.subject, entry.data["peer"], entry.audience) == (hole.number, company.key, "staff")
    hole.refresh_from_db()
    assert (hole.agency, hole.state) == (WARD, "dispatched")


def test_the_reason_is_for_officers_alone(company, hole, ward_officer):
    actions.forward(hole.number, to=company.key, text=WHY, by=ward_officer)
    said = Message.objects.get(text=WHY)
    assert (said.is_public, said.for_reporter) == (False, False)


def test_what_fails_for_good_stands_among_what_did_not_go_out(
    company, neighbour_city, hole, at_the_ward, ward_officer, office
):
    actions.forward(hole.number, to=company.key, text=WHY, by=ward_officer)
    neighbour_city.faults.append("refuse")
    go()
    assert PeerErrand.objects.get().state == "dead"
    stuck = Peers().stuck(office, until=None, limit=10)
    assert [hole.number in str(vars(each)) for each in stuck] == [True]
    page = at_the_ward.get(url(hole)).content.decode()
    assert "chưa chuyển đi được" in page
    assert 'href="/desk/outbox/"' not in page.split("Ở hệ thống khác")[1].split("</section>")[0]  # not this officer's


def test_a_second_time_a_wrong_kind_a_paused_and_an_unknown_system_are_refused(
    company, hole, ward_officer, office, dispatcher
):
    with pytest.raises(BadInput):
        actions.forward(hole.number, to=company.key, text="  ", by=ward_officer)
    with pytest.raises(NotFound):
        actions.forward(hole.number, to="khong-co", text=WHY, by=ward_officer)
    other = at_a_ward(Draft(text="Rác", category="duong-pho.do-xe", unit="An Cựu"), dispatcher)
    with pytest.raises(WrongState, match="chưa có dịch vụ"):
        actions.forward(other.number, to=company.key, text=WHY, by=ward_officer)
    actions.forward(hole.number, to=company.key, text=WHY, by=ward_officer)
    with pytest.raises(WrongState):
        actions.forward(hole.number, to=company.key, text=WHY, by=ward_officer)
    Peer.objects.filter(pk=company.pk).update(is_active=False)
    with pytest.raises(NotFound):
        actions.forward(hole.number, to=company.key, text=WHY, by=ward_officer)
    assert PeerRequest.objects.count() == 1


def test_an_officer_of_another_ward_may_not(company, hole, neighbour):
    with pytest.raises(Forbidden):
        actions.forward(hole.number, to=company.key, text=WHY, by=neighbour)
    assert not PeerRequest.objects.exists()


def test_somebody_who_was_quicker_is_named_and_the_reason_is_kept(company, hole, at_the_ward, ward_officer):
    actions.take(hole.number, by=officer_of(WARD, "nhanh-tay"))
    data = {"version": hole.version, "peer": company.key, "text": WHY}
    answer = at_the_ward.post(url(hole, "move/forward"), data)
    assert answer.status_code == 409
    assert WHY in answer.content.decode()
    assert not PeerErrand.objects.exists()


def test_without_other_systems_the_move_is_not_offered(hole, at_the_ward):
    assert "move-forward" not in at_the_ward.get(url(hole)).content.decode()


def test_a_rule_that_sends_it_as_well_makes_no_second_report(company, neighbour_city, hole, ward_officer, office):
    actions.forward(hole.number, to=company.key, text=WHY, by=ward_officer)
    Peer.objects.filter(pk=company.pk).update(pushes=True, agency=WARD)
    run_readers()
    go()
    assert len(neighbour_city.came) == 1
    assert pushing.send_due() == 0
