"""Index 766 attacked: nothing counts twice, nothing unknown as zero, whatever happened to a dossier on its way."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.test import Client

from huong.base import clock, ids
from huong.people import queries as people
from huong.procedures.actions import (
    correct,
    deliver,
    hand_over,
    officer,
    open_result,
    past,
    propose,
    request_supplement,
    revoke,
    sign,
    start,
)
from huong.procedures.models import Component, Dossier, Payment, PortalUpdate, ProcedureVersion, Result
from huong.procedures.queries import figures
from huong.procedures.queries.figures import Period
from huong.procedures.rules import feed
from huong.procedures.rules.index766 import index
from huong.procedures.rules.past import PastDossier, PastPart, PastStep
from huong.procedures.tests.conftest import BIRTH, CONSTRUCTION, MORNING, OTHER_WARD, WARD, at_desk, officer_of

pytestmark = pytest.mark.django_db
REASONS = [{"part": "child.name", "why": "wrong", "text": "Xin xem lại."}]
CHECKS = {"names": "yes", "parents": "yes"}


def counted(agency=WARD, period=None):
    return figures.counts_of(period or figures.last_year(), by="agency").get(agency, {})


def share(counts, number, tier="ward"):
    return next(each for each in index(counts, tier).indicators if each.indicator.number == number)


def test_a_signed_dossier_is_done_and_no_longer_open(signed):
    counts = counted()
    assert (counts["dossiers_done"], counts["dossiers_done_on_time"], counts["dossiers_open"]) == (1, 1, 0)
    assert (share(counts, 11).part, share(counts, 11).whole) == (1, 1)
    with clock.freeze(MORNING + timedelta(days=9)):  # its day is long over; it was signed before
        assert share(counted(), 5).value == 1


def test_what_is_handed_over_later_is_done_once_and_when_it_was_decided(signed, ward_officer):
    with clock.freeze(MORNING + timedelta(days=30)):
        deliver(signed.uid, actor=officer(ward_officer))
    on_the_day = Period(date(2026, 11, 25), date(2026, 11, 25))
    later = Period(date(2026, 12, 1), date(2026, 12, 31))
    with clock.freeze(MORNING + timedelta(days=40)):
        assert counted(period=on_the_day)["dossiers_done"] == 1
        assert counted(period=later).get("dossiers_done", 0) == 0


def test_a_correction_moves_no_figure_of_the_past(signed, ward_officer, ward_leader):
    decided = Dossier.objects.get(pk=signed.pk).decided_at
    with clock.freeze(MORNING + timedelta(days=20)):
        correct(signed.uid, words="Sai tên.", by=ward_officer)
        propose(signed.uid, checks=CHECKS, corrected={"child.name": "Tên Khác"}, by=ward_officer)
        proposed = Result.objects.get(dossier=signed, state="proposed")
        open_result(proposed.verify_code, by=ward_leader)
        sign(signed.uid, by=ward_leader)
        assert Dossier.objects.get(pk=signed.pk).decided_at == decided
        counts = counted()
    assert (counts["dossiers_done"], counts["dossiers_done_on_time"], counts["dossiers_open"]) == (1, 1, 0)
    assert (share(counts, 11).part, share(counts, 11).whole) == (1, 1)


def test_a_revoked_result_is_no_result(signed, ward_leader):
    revoke(signed.results.get().verify_code, why="wrong_facts", by=ward_leader)
    assert (share(counted(), 11).part, share(counted(), 11).whole) == (0, 1)


def test_two_payments_make_no_second_dossier(accepted):
    Dossier.objects.filter(pk=accepted.pk).update(fee=8000)
    for number, (state, way) in enumerate([("cancelled", ""), ("paid", "online"), ("paid", "online")]):
        Payment.objects.create(
            dossier=accepted, reference=f"P{number}", amount=8000, state=state, way=way, asked_at=clock.now()
        )
    for counts in (counted(), figures.counts_of(figures.last_year())[""]):
        assert (counts["dossiers_received"], counts["received_online"]) == (1, 1)
        assert (counts["dossiers_paid_online"], counts["dossiers_with_fee"]) == (1, 1)


def test_whoever_waits_for_the_applicant_is_not_late(accepted, ward_officer):
    request_supplement(accepted.uid, words="Xin xem lại.", reasons=REASONS, by=ward_officer)
    with clock.freeze(MORNING + timedelta(days=9)):
        assert (counted()["dossiers_open"], counted()["dossiers_open_in_time"]) == (1, 1)


def test_whoever_was_late_before_waiting_is_late(accepted, ward_officer):
    with clock.freeze(MORNING + timedelta(days=5)):
        request_supplement(accepted.uid, words="Xin xem lại.", reasons=REASONS, by=ward_officer)
    with clock.freeze(MORNING + timedelta(days=9)):
        assert (counted()["dossiers_open"], counted()["dossiers_open_in_time"]) == (1, 0)


def test_a_past_month_tells_what_was_open_at_its_end(accepted, ward_officer, ward_leader):
    with clock.freeze(MORNING + timedelta(days=30)):
        start(accepted.uid, by=ward_officer)
        propose(accepted.uid, checks=CHECKS, by=ward_officer)
        open_result(accepted.results.get().verify_code, by=ward_leader)
        sign(accepted.uid, by=ward_leader)
        november = Period(date(2026, 11, 15), date(2026, 11, 30))
        assert (counted(period=november)["dossiers_open"], counted(period=november)["dossiers_done"]) == (1, 0)
        whole = Period(date(2026, 11, 15), date(2026, 12, 31))
        assert (counted(period=whole)["dossiers_open"], counted(period=whole)["dossiers_done"]) == (0, 1)


@pytest.mark.parametrize("to", [OTHER_WARD, CONSTRUCTION])
@pytest.mark.parametrize("returns", [True, False])
def test_a_dossier_handed_over_counts_once_where_it_was_taken_in(accepted, ward_officer, to, returns):
    hand_over(accepted.uid, to=to, words="Theo thẩm quyền.", by=ward_officer, returns=returns)
    every = figures.counts_of(figures.last_year(), by="agency")
    assert sum(each["dossiers_received"] for each in every.values() if "dossiers_received" in each) == 1
    assert sum(each["dossiers_open"] for each in every.values()) == 1
    assert every[WARD]["dossiers_received"] == every[WARD]["dossiers_open"] == 1


@pytest.mark.parametrize(
    ("utc", "inside"),
    [
        (datetime(2026, 10, 14, 16, 59, tzinfo=UTC), False),  # 23:59 on the 14th in Huế
        (datetime(2026, 10, 14, 17, 0, tzinfo=UTC), True),  # midnight
        (datetime(2026, 11, 14, 16, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 14, 17, 0, tzinfo=UTC), False),
    ],
)
def test_months_end_at_midnight_in_hue(accepted, utc, inside):
    Dossier.objects.filter(pk=accepted.pk).update(submitted_at=utc)
    found = counted(period=figures.month(2026, 11))
    assert found.get("dossiers_received", 0) == int(inside)


def test_the_month_of_the_once_only_rate_is_that_of_hue(accepted):
    Dossier.objects.filter(pk=accepted.pk).update(submitted_at=datetime(2026, 10, 31, 17, 30, tzinfo=UTC))
    (row,) = figures.once_only(figures.last_year(), by="month")
    assert (row["key"].year, row["key"].month, row["dossiers"]) == (2026, 11, 1)


def test_a_register_that_was_down_is_no_use_of_population_data(accepted):
    part = {"dossier": accepted, "kind": "field", "source": "register:person:address", "changed_at": clock.now()}
    row = Component.objects.create(key="x.address", state="later", why="source_down", **part)
    assert counted()["dossiers_with_population_data"] == 0
    Component.objects.filter(pk=row.pk).update(state="verified")
    assert counted()["dossiers_with_population_data"] == 1
    Component.objects.filter(pk=row.pk).update(state="held", origin="fetched", locked=True)
    assert counted()["dossiers_with_population_data"] == 1


def test_a_message_that_just_left_for_the_portal_is_not_late_yet(accepted):
    PortalUpdate.objects.all().delete()
    now = clock.now()
    update = PortalUpdate.objects.create(dossier=accepted, number=1, service="DongBoHoSoMC", next_at=now, at=now)
    assert share(counted(), 4).value == 1
    with clock.freeze(now + figures.SYNC + timedelta(seconds=1)):
        assert share(counted(), 4).value == 0
        PortalUpdate.objects.filter(pk=update.pk).update(state="skipped")
        assert share(counted(), 4).value is None


def imported(version=None, parts=(), person="046195999002"):
    at = MORNING - timedelta(days=10)
    steps = tuple(
        PastStep(verb, at + timedelta(hours=hours), state)
        for hours, (verb, state) in enumerate(
            [("submit", "submitted"), ("accept", "accepted"), ("decide", "decided"), ("deliver", "delivered")]
        )
    )
    return PastDossier(BIRTH, version, person, "counter", "19804", WARD, steps, parts)


def test_of_what_was_taken_over_from_elsewhere_papers_and_results_are_unknown_not_zero(procedures, mother, morning):
    version = ProcedureVersion.objects.get(procedure__code=BIRTH).pk
    past.take_over([imported(version)], {"046195999002": mother})
    counts = counted()
    assert (counts["dossiers_received"], counts["dossiers_done"]) == (1, 1)
    assert share(counts, 11).value is None
    assert share(counts, 12).value is None
    shown = (PastPart("paper", "birth_notice", "x", "shown"),)
    past.take_over([imported(version, shown)], {"046195999002": mother})
    assert (share(counted(), 12).part, share(counted(), 12).whole) == (0, 1)


def test_what_is_counted_of_the_wards_adds_up_to_the_city(procedures, mother, morning):
    random = Random(766)
    wards = [each.code for each in people.agencies()][:6]
    states = ["submitted", "accepted", "in_progress", "on_hold", "decided", "delivered", "refused", "withdrawn"]
    for _number in range(120):
        at = MORNING - timedelta(hours=random.randrange(24 * 60))
        state = random.choice(states)
        accepted = None if state == "submitted" else at + timedelta(hours=1)
        settled = at + timedelta(hours=random.randrange(2, 200))
        Dossier.objects.create(
            uid=ids.new_id(), procedure=random.choice([BIRTH, "1.004222", "9.999999"]), state=state,
            channel=random.choice(["online", "counter", "post", "paper", "proactive", "portal", ""]),
            applicant=mother, unit_on=at.date(), agency=random.choice(wards), lead_agency=random.choice(wards),
            created_at=at, submitted_at=at, accepted_at=accepted, queue_at=at, changed_at=at,
            is_open=state not in {"delivered", "refused", "withdrawn"}, runs=state in {"accepted", "in_progress"},
            due_at=random.choice([None, at + timedelta(hours=random.randrange(300))]),
            decided_at=settled if state in {"decided", "delivered"} else None,
            closed_at=settled if state in {"delivered", "refused", "withdrawn"} else None,
            fee=random.choice([0, 8000]), rating=random.choice(["", "satisfied", "not_satisfied"]),
            papers_asked=(papers := random.randrange(4)), papers_spared=random.randrange(papers + 1),
            fields_asked=5, fields_spared=random.randrange(6),
        )  # fmt: skip
    dossiers = list(Dossier.objects.all())
    for dossier in random.sample(dossiers, 60):
        Component.objects.create(
            dossier=dossier, kind="paper", key="p", origin=random.choice(["shown", "uploaded"]), changed_at=MORNING
        )
    for number, dossier in enumerate(random.choices(dossiers, k=80)):
        Payment.objects.create(
            dossier=dossier, reference=f"R{number}", amount=1, state=random.choice(["paid", "cancelled"]),
            way=random.choice(["online", "counter"]), asked_at=MORNING,
        )  # fmt: skip
        PortalUpdate.objects.create(
            dossier=dossier, number=1000 + number, service="X", next_at=MORNING,
            at=MORNING - timedelta(hours=random.randrange(99)), sent_at=random.choice([None, MORNING]),
        )  # fmt: skip
    for period in (figures.last_year(), figures.month(2026, 11), Period(date(2026, 11, 20), date(2026, 11, 20))):
        city, every = figures.counts_of(period)[""], figures.counts_of(period, by="agency")
        for name in (name for name in city if name.startswith(("dossiers_", "received_"))):
            assert sum(each.get(name) or 0 for each in every.values()) == city[name], name
        channels = ("online", "at_counter", "by_post", "channel_unknown")
        assert sum(city[f"received_{each}"] for each in channels) == city["dossiers_received"]
        assert index(city, "city").total.points is not None
        assert all(index(each, "ward").total for each in every.values())  # no part is larger than its whole
        assert city["dossiers_received"] == Dossier.objects.filter(
            submitted_at__gte=period.begin, submitted_at__lt=period.end
        ).count()  # fmt: skip


def test_what_nobody_listed_is_unknown_and_what_is_counted_is_no_share_of_itself(procedures, morning):
    counts = figures.counts_of(figures.last_year())[""]
    assert share(counts, 8, "city").value is None
    assert counts["procedures_with_population_data"] <= counts["procedures_needing_population_data"]
    assert counts["procedures_with_online_payment_used"] == 0


def test_a_day_that_was_moved_by_a_disruption_is_kept(signed):
    Dossier.objects.filter(pk=signed.pk).update(plain_due_at=MORNING - timedelta(days=1))
    assert counted()["dossiers_done_on_time"] == 1


def test_the_daily_rows_call_late_only_what_was_late_when_its_clock_stood():
    facts = {"uid": "a", "procedure": BIRTH, "unit": "", "submitted_at": MORNING}
    due, day = MORNING + timedelta(hours=8), (MORNING + timedelta(days=5)).date()
    midnight = MORNING + timedelta(days=5)

    def late(at, *, runs):
        return feed.daily_row(facts, feed.Moved(at, "x", WARD, due, runs), day=day, midnight=midnight)["is_late"]

    assert late(MORNING, runs=True) is True
    assert late(MORNING, runs=False) is False
    assert late(due + timedelta(hours=1), runs=False) is True


@pytest.mark.parametrize("month", ["0001-01", "9999-12", "2026-13", "١٢٣٤-01", "x" * 500, "2026-11\x00"])
def test_months_that_cannot_be_are_the_last_year(accepted, client: Client, month):
    at_desk(client, officer_of(WARD, "baocao", "leader"))
    for page in ("index766", "once-only"):
        assert client.get(f"/desk/procedures/{page}", {"month": month}).status_code == 200
