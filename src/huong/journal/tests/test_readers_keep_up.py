"""However long the journal is, a reader near its end reads what is new and little else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huong.journal import actions, queries
from huong.journal.actions import EntryDraft

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries():
    """Return the positions of a hundred entries."""
    actions.record_many(
        EntryDraft("test.happened" if number % 2 else "test.else", str(number)) for number in range(100)
    )
    return [(each.xid, each.id) for each in queries.between((0, 0), queries.head())]


@pytest.mark.parametrize("names", [("*",), ("test.*",), ("test.happened",), ("test.happened", "test.else")])
def test_it_begins_where_it_stands(entries, names):
    with CaptureQueriesContext(connection) as asked:
        found = queries.between(entries[-11], entries[-1], names=names)
    assert [each.subject for each in found] == [
        str(each) for each in range(90, 100) if "*" in names[0] or len(names) > 1 or each % 2
    ]
    if connection.vendor == "sqlite":
        (plan,) = (plan_of(each["sql"]) for each in asked)
        assert "rowid>?" in plan or "id>?" in plan
        assert "TEMP B-TREE" not in plan


def test_entries_of_an_earlier_numbering_come_before_those_of_a_later_one(entries):
    first, last = entries[0], entries[-1]
    type(queries.between(first, last, limit=1)[0]).objects.filter(id__lte=first[1] + 9).update(xid=last[0] + 5)
    found = queries.between((0, 0), (last[0] + 5, last[1]))
    assert [each.subject for each in found] == [str(each) for each in [*range(10, 100), *range(10)]]


def plan_of(statement):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        return " ".join(row[-1] for row in cursor.fetchall())
