"""Rows come from a copy of one commit: filtered, ordered, paged; brought up by the difference."""

import pytest

from huong.base.errors import BadInput, NotFound
from huong.base.text import fold
from huong.store import actions, queries
from huong.store.errors import NotYetServed
from huong.store.models import ServingCopy
from huong.store.queries import Filter
from huong.store.serving.building import bring_up

pytestmark = pytest.mark.django_db


def _codes(use, *filters, **options):
    return [row["code"] for row in queries.rows("hydrants", use=use(), filters=filters, **options).rows]


def test_a_row_is_looked_up_by_its_key(hydrants, use):
    row = queries.row(hydrants, "HD-03", use())
    assert row["street"] == "Đường Nguyễn Huệ"
    assert row["pressure"] == 1.5
    assert row["spot"] == pytest.approx({"lon": 107.53, "lat": 16.43})
    assert row["checked_at"] == "2026-11-21T11:00:00.000000Z"
    with pytest.raises(NotFound):
        queries.row(hydrants, "HD-99", use())


def test_pages_follow_the_key_and_end(hydrants, use):
    seen, after = [], None
    for _page in range(10):
        page = queries.rows(hydrants, use=use(), after=after, size=5)
        assert page.commit == 1
        seen += [row["code"] for row in page.rows]
        after = page.next
        if after is None:
            break
    assert seen == [f"HD-{i:02d}" for i in range(12)]


@pytest.mark.parametrize("order", ["checked_at", "-checked_at", "state", "-state"])
def test_every_order_lists_every_row_once_with_empty_values_at_one_end(hydrants, use, order):
    rows, after = [], None
    while True:
        page = queries.rows(hydrants, use=use(), order=order, after=after, size=3)
        rows += page.rows
        after = page.next
        if after is None:
            break
    assert len({row["code"] for row in rows}) == len(rows) == 12
    values = [row[order.lstrip("-")] or "" for row in rows]
    assert values == sorted(values, reverse=order.startswith("-"))


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ([Filter("state", "eq", "broken")], 3),
        ([Filter("state", "in", ["broken", "good"])], 12),
        ([Filter("state", "in", [])], 0),
        ([Filter("pressure", "ge", "2"), Filter("pressure", "lt", 3)], 2),
        ([Filter("pressure", "gt", 2), Filter("pressure", "le", 3)], 2),
        ([Filter("code", "prefix", "HD-0")], 10),
        ([Filter("checked_at", "empty", True)], 2),
        ([Filter("checked_at", "empty", False)], 10),
        ([Filter("checked_at", "eq", "2026-11-21")], 4),
        ([Filter("checked_at", "ge", "2026-11-22")], 6),
        ([Filter("checked_at", "le", "2026-11-21")], 4),
        ([Filter("checked_at", "gt", "2026-11-21")], 6),
        ([Filter("checked_at", "ge", "2026-11-21T11:00:00+00:00")], 7),
        ([Filter("", "contains", "nguyen  HUE")], 4),
        ([Filter("", "contains", "Chi Lăng"), Filter("state", "eq", "broken")], 1),
        ([Filter("", "contains", "100%")], 0),
        ([Filter("", "bbox", [107.5, 16.4, 107.525, 16.5])], 3),
        ([Filter("spot", "bbox", ["107.5", "16.4", "107.6", "16.41"])], 2),
    ],
)
def test_filters_narrow_down(hydrants, use, filters, count):
    assert len(_codes(use, *filters)) == count


@pytest.mark.parametrize(
    "filters",
    [
        [Filter("nowhere", "eq", 1)],
        [Filter("_text", "eq", "x")],
        [Filter('code" OR 1=1 --', "eq", "x")],
        [Filter("pressure", "eq", "high")],
        [Filter("pressure", "like", "1")],  # type: ignore[arg-type]
        [Filter("checked_at", "ge", "yesterday")],
        [Filter("", "bbox", [1, 2, 3])],
        [Filter("street", "bbox", [1, 2, 3, 4])],
    ],
)
def test_a_filter_that_does_not_fit_is_refused_with_a_sentence(hydrants, use, filters):
    with pytest.raises(BadInput) as refused:
        _codes(use, *filters)
    assert len(refused.value.message) > 10


def test_ordering_without_an_index_is_refused(hydrants, use):
    with pytest.raises(BadInput):
        queries.rows(hydrants, use=use(), order="street")


def test_a_damaged_cursor_is_refused(hydrants, use):
    with pytest.raises(BadInput):
        queries.rows(hydrants, use=use(), after="abc")
    other = queries.rows(hydrants, use=use(), order="state", size=2).next
    with pytest.raises(BadInput):
        queries.rows(hydrants, use=use(), after=other)


def test_an_upsert_is_carried_over_by_its_difference(hydrants, load, parquet, use):
    rows = """SELECT 'HD-03' AS code, 'Lê Lợi' AS street, 'broken' AS state, 9.0::DOUBLE AS pressure,
        NULL::TIMESTAMPTZ AS checked_at, {lon: 108.0::DOUBLE, lat: 16.0::DOUBLE} AS spot
        UNION ALL SELECT 'HD-99', 'Lê Lợi', 'good', 1.0, NULL, NULL"""
    load("hydrants", parquet(rows), mode="upsert", key=["code"])
    assert bring_up("hydrants") == 2
    copy = ServingCopy.objects.get()
    assert (copy.rebuilt, copy.version, copy.rows) == (False, 2, 13)
    page = queries.rows("hydrants", use=use(), filters=[Filter("", "contains", "le loi")])
    assert ([row["code"] for row in page.rows], page.commit) == (["HD-03", "HD-99"], 2)
    assert _codes(use, Filter("", "bbox", [107.9, 15.9, 108.1, 16.1])) == ["HD-03"]
    assert len(_codes(use, Filter("", "bbox", [107.5, 16.4, 107.6, 16.5]))) == 10


def test_a_carried_copy_equals_one_made_anew(hydrants, load, parquet, use):
    rows = "SELECT 'HD-03' AS code, 'x' AS street, NULL::VARCHAR AS state, 9.0::DOUBLE AS pressure"
    load("hydrants", parquet(rows), mode="upsert", key=["code"])
    bring_up("hydrants")
    carried = queries.rows("hydrants", use=use(), size=100).rows
    ServingCopy.objects.all().delete()
    bring_up("hydrants")
    assert ServingCopy.objects.get().rebuilt
    assert queries.rows("hydrants", use=use(), size=100).rows == carried


def test_rows_that_go_are_carried_over_too(hydrants, load, parquet, use):
    load("hydrants", parquet("SELECT 'HD-03' AS code, 'good' AS state"), mode="replace", key=["code"])
    bring_up("hydrants")
    assert _codes(use) == ["HD-03"]
    actions.rollback("hydrants", 1)
    bring_up("hydrants")
    assert (len(_codes(use)), ServingCopy.objects.get().version) == (12, 3)


def test_a_copy_that_is_lost_is_made_again(hydrants, use):
    from django.db import connection

    from huong.base import home

    copy = ServingCopy.objects.get()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'DROP TABLE "serving"."{copy.name}"')
    else:
        (home.home() / "serving" / "hydrants" / copy.name).write_bytes(b"not a database")
    with pytest.raises(NotYetServed):
        _codes(use)
    bring_up("hydrants")
    assert len(_codes(use)) == 12


def test_bringing_up_again_changes_nothing(hydrants):
    name = ServingCopy.objects.get().name
    assert bring_up("hydrants") == 1
    assert ServingCopy.objects.get().name == name


def test_appends_without_a_key_are_carried_over_and_old_cursors_still_fit(contract, load, parquet, use):
    contract("rain", [{"name": "ward"}, {"name": "mm", "kind": "number"}], mode="append")
    load("rain", parquet("SELECT 'A' AS ward, i::DOUBLE AS mm FROM range(5) t(i)"))
    bring_up("rain")
    first = queries.rows("rain", use=use(), size=3)
    load("rain", parquet("SELECT 'B' AS ward, i::DOUBLE AS mm FROM range(2) t(i)"))
    bring_up("rain")
    assert not ServingCopy.objects.get().rebuilt
    second = queries.rows("rain", use=use(), after=first.next)
    assert [row["mm"] for row in second.rows] == [3, 4, 0, 1]
    ServingCopy.objects.all().delete()
    bring_up("rain")
    with pytest.raises(BadInput):
        queries.rows("rain", use=use(), after=first.next)


def test_an_append_that_brings_a_key_twice_makes_the_copy_anew_with_both_rows(hydrants, load, parquet, use):
    load("hydrants", parquet("SELECT 'HD-03' AS code, 'broken' AS state"), mode="append")
    bring_up("hydrants")
    assert ServingCopy.objects.get().rebuilt
    assert _codes(use, Filter("code", "eq", "HD-03")) == ["HD-03", "HD-03"]
    pages = [queries.rows("hydrants", use=use(), size=4)]
    while pages[-1].next:
        pages.append(queries.rows("hydrants", use=use(), size=4, after=pages[-1].next))
    assert sum(len(page.rows) for page in pages) == 13


def test_a_dataset_without_its_copy_says_that_it_is_being_prepared(contract, load, parquet, use):
    contract("rain", [{"name": "ward"}], mode="append")
    load("rain", parquet("SELECT 'A' AS ward"))
    with pytest.raises(NotYetServed):
        queries.rows("rain", use=use())


def test_a_commit_enqueues_the_bringing_up_of_its_copy(contract, load, parquet):
    from django_tasks_db.models import DBTaskResult

    from huong.journal.models import Entry
    from huong.store.handlers import serve

    contract("rain", [{"name": "ward"}], mode="append")
    load("rain", parquet("SELECT 'A' AS ward"))
    serve([*Entry.objects.filter(name="store.committed"), *Entry.objects.filter(name="store.committed")])
    assert DBTaskResult.objects.filter(args_kwargs__args__0="huong.store.serving.later.bring_up").count() == 1


def test_words_are_folded_as_everywhere_else(parquet):
    import duckdb

    from huong.store.serving.layout import _folded

    words = ["Đường  Nguyễn\tHuệ ", "PHÚ XUÂN", "Thuỷ Biều", "hòa", "hoà", "ǵ", " đĐ ", "Ừ ứ Ợ", "Kiệt 12/3", "a\u0301"]
    with duckdb.connect() as con:
        for word in words:
            folded = con.execute(f"SELECT {_folded(['w'])} FROM (SELECT ? AS w)", [word]).fetchone()[0]
            assert folded == fold(word), word
