"""What every message says to the database is planned once for each connection, and means the same as said plainly."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from huong.base import limits, sql
from huong.base.errors import TooMany
from huong.base.models import Bucket, CalendarDay
from huong.base.sql import is_postgresql

pytestmark = pytest.mark.django_db(transaction=True)
PLANNED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"


def day(number):
    return CalendarDay(day=date(2020, 1, 1) + timedelta(days=number), working=False, name=f"Day {number}")


def planned(part):
    """Return how many statements with these words the server keeps for this connection."""
    with connection.cursor() as cursor:
        cursor.execute(PLANNED, [f"%{part}%"])
        return cursor.fetchone()[0]


def test_the_server_plans_one_once_whatever_its_values():
    if not is_postgresql():
        pytest.skip("SQLite plans in no time")
    for number in (1, 2, 3):
        assert sql.one("SELECT %s::bigint AS said_thrice", [number]) == (number,)
    assert planned("said_thrice") == 1


def test_what_the_orm_says_is_not_kept():
    if not is_postgresql():
        pytest.skip("SQLite keeps nothing")
    for number in range(10):
        assert not Bucket.objects.filter(key=f"nobody-{number}").exists()
    assert not planned("nobody")
    assert connection.connection.prepare_threshold is None


def test_bulk_is_said_once_and_not_kept():
    sql.insert([day(number) for number in range(40)])
    assert CalendarDay.objects.filter(name__startswith="Day ").count() == 40
    if is_postgresql():
        assert not planned("base_calendarday")


def test_one_is_said_again_after_a_failure_and_a_rollback():
    sql.insert([day(1)])
    with pytest.raises(IntegrityError), transaction.atomic():
        sql.insert([day(1)])
    sql.insert([day(2)])
    with pytest.raises(DatabaseError), transaction.atomic():
        sql.one("SELECT no_such_column FROM base_calendarday WHERE name = %s", ["a"])
    assert sql.one("SELECT name FROM base_calendarday WHERE name = %s", ["Day 2"]) == ("Day 2",)


def test_who_looks_at_the_statements_sees_the_values():
    with CaptureQueriesContext(connection) as made:
        sql.one("SELECT id FROM base_calendarday WHERE name = %s", ["it's me"])
    assert [each["sql"] for each in made] == ["SELECT id FROM base_calendarday WHERE name = 'it''s me'"]


def test_a_change_goes_along_with_new_rows_and_says_how_many_it_changed():
    Bucket.objects.create(key="counted", window=1, taken=4)
    change = sql.Change(limits.COUNT, ["counted", 1, 5])
    rows = [day(1), day(2)]
    sql.insert(rows, change=change)
    assert change.rows == 1
    assert [CalendarDay.objects.get(pk=row.pk).name for row in rows] == ["Day 1", "Day 2"]
    full = sql.Change(limits.COUNT, ["counted", 1, 5])
    sql.insert([day(3)], change=full)
    assert full.rows == 0
    assert Bucket.objects.get(key="counted").taken == 5


def test_a_change_may_go_alone():
    Bucket.objects.create(key="counted", window=1)
    change = sql.Change(limits.COUNT, ["counted", 1, 5])
    sql.insert([], change=change)
    assert change.rows == 1


def test_counting_along_is_counting(frozen_clock):
    """Who counts in a statement of their own and who does not share one window."""
    hour = timedelta(hours=1)
    first = limits.counting("s", rate=2, per=hour)
    sql.insert([], change=first)
    assert first.rows == 0
    limits.take_slowly("s", rate=2, per=hour)
    second = limits.counting("s", rate=2, per=hour)
    sql.insert([], change=second)
    assert second.rows == 1
    with pytest.raises(TooMany):
        limits.take_slowly("s", rate=2, per=hour)
    with pytest.raises(TooMany):
        limits.take("s", rate=2, per=hour)
