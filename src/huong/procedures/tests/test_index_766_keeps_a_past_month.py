"""A past month of index 766 tells what was due and known at its end, whatever was declared, moved or rated since."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from huong.base import clock
from huong.journal.models import Entry
from huong.procedures.actions import citizen, keeping, past, recomputing
from huong.procedures.actions.disrupting import declare
from huong.procedures.actions.rating import rate
from huong.procedures.actions.working import extend
from huong.procedures.models import Dossier, KeptFigures, MovedDay
from huong.procedures.queries import figures, figures_kept
from huong.procedures.rules.past import PastDossier, PastStep
from huong.procedures.tests.conftest import BIRTH, MORNING, WARD

pytestmark = pytest.mark.django_db
DECEMBER = figures.month(2026, 12)  # from 15 November to 14 December
AFTER = datetime(2026, 12, 20, 2, tzinfo=UTC)
LATER = AFTER + timedelta(days=60)


def counted():
    return figures.counts_of(DECEMBER, by="agency").get(WARD, {})


def open_in_time():
    counts = counted()
    return counts["dossiers_open"], counts["dossiers_open_in_time"]


def handled():
    counts = counted()
    return counts["dossiers_done"], counts["dossiers_done_on_time"], counts["dossiers_satisfied"]


def test_a_new_day_promised_after_the_month_makes_no_late_dossier_timely(accepted, ward_officer):
    with clock.freeze(AFTER):
        assert open_in_time() == (1, 0)
        extend(accepted.uid, until=date(2027, 1, 20), words="Xin lỗi bạn.", by=ward_officer)
        assert Dossier.objects.get(pk=accepted.pk).due_at > AFTER
        assert open_in_time() == (1, 0)
        now = figures.counts_of(figures.month(2027, 1), by="agency")[WARD]
        assert (now["dossiers_open"], now["dossiers_open_in_time"]) == (1, 1)


def disrupted(leader, at):
    """Declare at an instant that the ward could not work from the morning of 25 November for a month."""
    with clock.freeze(at):
        declare(
            name="Ngập", mode="stop", starts_at=MORNING, ends_at=MORNING + timedelta(days=30), legal_text="TB 1",
            units=["19815"], by=leader,
        )  # fmt: skip
        recomputing.rewrite("disruption")


def test_a_disruption_declared_after_the_month_does_not_change_it(accepted, ward_leader):
    disrupted(ward_leader, AFTER)
    assert MovedDay.objects.filter(dossier=accepted).count() == 1
    with clock.freeze(LATER):
        assert open_in_time() == (1, 0)


def test_a_disruption_declared_within_the_month_counts(accepted, ward_leader):
    disrupted(ward_leader, MORNING + timedelta(days=2))
    with clock.freeze(LATER):
        assert open_in_time() == (1, 1)


def test_what_was_moved_before_the_last_action_is_told_by_the_action(accepted, ward_leader, ward_officer):
    disrupted(ward_leader, MORNING + timedelta(days=2))
    MovedDay.objects.update(due_at=MORNING)  # were it read, the dossier would be late
    with clock.freeze(MORNING + timedelta(days=3)):
        extend(accepted.uid, until=date(2027, 1, 20), words="Xin lỗi bạn.", by=ward_officer)
    with clock.freeze(LATER):
        assert open_in_time() == (1, 1)


def test_a_rating_given_after_the_month_does_not_change_it(signed):
    with clock.freeze(AFTER):
        assert handled() == (1, 1, 1)
        rate(signed.uid, level="not_satisfied", actor=citizen(None))
        assert handled() == (1, 1, 1)
    with clock.freeze(MORNING + timedelta(days=1)):
        Dossier.objects.get(pk=signed.pk).rated.delete()
        assert handled() == (1, 1, 0)  # what is rated counts at once while the month runs


def test_a_rating_given_within_the_month_counts(signed):
    with clock.freeze(MORNING + timedelta(days=5)):
        rate(signed.uid, level="not_satisfied", actor=citizen(None))
    with clock.freeze(AFTER):
        assert handled() == (1, 1, 0)


def test_what_was_typed_in_later_was_not_known(signed):
    Dossier.objects.filter(pk=signed.pk).update(entered_at=AFTER)
    with clock.freeze(LATER):
        assert counted().get("dossiers_done", 0) == 0


def test_a_month_is_kept_once_it_is_over_and_never_counted_again(accepted, ward_officer):
    assert keeping.keep_months() == 0  # it still runs
    with clock.freeze(AFTER):
        assert keeping.keep_months() == 1
        assert keeping.keep_months() == 0
    (entry,) = Entry.objects.filter(name="procedures.figures_kept")
    assert entry.data == {"first": "2026-11-15", "last": "2026-12-14", "agencies": 1}
    kept = KeptFigures.objects.get(agency=WARD).counts
    assert (kept["dossiers_open"], kept["dossiers_open_in_time"]) == (1, 0)
    Dossier.objects.filter(pk=accepted.pk).update(due_at=None)
    assert figures_kept.counted(DECEMBER)[WARD] == kept


def test_twelve_months_add_up_and_only_the_last_says_what_is_open(accepted, signed, ward_officer):
    with clock.freeze(AFTER):
        keeping.keep_months()
    with clock.freeze(LATER):
        keeping.keep_months()
        city, wards = figures_kept.indexed(figures_kept.twelve_months())
    place = next(each for each in wards if each.agency == WARD)
    on_time = next(each for each in place.index.indicators if each.indicator.number == 5)
    live = figures.counts_of(figures.Period(date(2026, 3, 15), date(2027, 2, 14)), by="agency")[WARD]
    assert (on_time.part, on_time.whole) == (
        live["dossiers_done_on_time"] + live["dossiers_open_in_time"],
        live["dossiers_done"] + live["dossiers_open"],
    )
    assert city.total.points is not None


def test_a_ward_of_which_nothing_was_kept_stays_unknown():
    assert figures_kept.added([{}, {}]) == {}
    held = figures_kept.added([{"a": {"dossiers_done": 2}}, {"b": {"dossiers_open": 1}}])
    assert held == {"a": {"dossiers_done": 2}, "b": {"dossiers_open": 1}}


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 14)),
        (date(2026, 1, 15), date(2026, 2, 14)),
        (date(2026, 12, 14), date(2026, 12, 14)),
        (date(2026, 12, 15), date(2027, 1, 14)),
    ],
)
def test_every_day_lies_in_one_reporting_month(day, last):
    assert figures_kept.month_of(day).last == last
    months = figures_kept.months(until=day)
    assert len(months) == 12
    assert months[-1] == figures_kept.month_of(day)
    assert all(one.last + timedelta(days=1) == other.first for one, other in pairwise(months))


def test_history_that_comes_in_later_lets_its_months_be_counted_again(accepted, mother):
    with clock.freeze(LATER):
        assert keeping.keep_months() == 3  # November to February, since the dossier came in
        steps = (PastStep("begin", AFTER, "draft", "citizen"), PastStep("submit", AFTER, "submitted", "citizen"))
        past.take_over(
            [PastDossier(BIRTH, None, "046195999002", "post", "19815", WARD, steps)], {"046195999002": mother}
        )
        assert set(KeptFigures.objects.values_list("last", flat=True)) == {DECEMBER.last}
        assert keeping.keep_months() == 2
    january = figures_kept.month_of(AFTER.date())
    assert figures_kept.kept(january)[WARD]["received_by_post"] == 1
