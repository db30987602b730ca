"""The map of answered reports is kept up to date by tallies: it says what a full count says, and counts no row."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huong.base import clock
from huong.base.errors import HuongError
from huong.base.sql import learn_sizes
from huong.journal import tallies
from huong.journal.readers import run_once
from huong.places.cells import middle_of
from huong.reports import actions, queries
from huong.reports.actions import Draft, past
from huong.reports.models import Report
from huong.reports.queries import mapping
from huong.reports.queries.mapping import answered_by_unit, answered_clusters, clusters, clusters_in, counts_by_unit
from huong.reports.rules.past import Past, Step
from huong.reports.tests.conftest import AN_CUU, MORNING, officer_of

pytestmark = pytest.mark.django_db
KINDS = ["duong-pho.do-xe", "ve-sinh.do-trom", "thoat-nuoc.cong-nghet"]
MOVES = {
    "answer": {"text": "Đã xong."},
    "close": {"text": "Không làm được."},
    "reopen": {"text": "Vẫn còn."},
    "hide": {},
    "show": {},
    "recategorise": {"category": "ve-sinh.do-trom"},
    "relocate": {"point": (107.57, 16.47)},
    "merge": {"into": ""},
    "unmerge": {},
}


@pytest.fixture
def operator(rules):
    return officer_of("H57.50", "vanhanh", "operator")


def answered(operator, place=0, category=KINDS[0]):
    """Return a report of its own kind and place that the city answered."""
    point = (AN_CUU[0] + place * 0.004, AN_CUU[1])
    number = actions.send(Draft(text=f"Việc {place}", category=category, point=point, unit="19815")).report.number
    actions.accept(number, by=operator)
    return actions.answer(number, text="Đã xong.", by=operator)


def read_on():
    while run_once():
        pass


def require_same(main=""):
    rows = queries.public().filter(is_open=False, **({"main": main} if main else {}))
    assert answered_by_unit(main) == counts_by_unit(rows)
    kept = {(each.lon, each.lat): each.count for each in answered_clusters(main)}
    cells = {}
    for cell in rows.exclude(cell="").values_list("cell", flat=True):
        cells[middle_of(cell)] = cells.get(middle_of(cell), 0) + 1
    assert kept == cells
    assert sorted(each.count for each in clusters(rows)) == sorted(cells.values())


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(list(MOVES))), min_size=2, max_size=12))
def test_whatever_happens_the_tallies_say_what_a_full_count_says(operator, pressed):
    numbers = [answered(operator, place, kind).number for place, kind in enumerate(KINDS)]
    for which, verb in pressed:
        options = MOVES[verb] | ({"into": numbers[which - 1]} if verb == "merge" else {})
        try:
            getattr(actions, verb)(numbers[which], by=operator, **options)
        except HuongError:
            continue
    read_on()
    require_same()
    for main in ("duong-pho", "ve-sinh", "thoat-nuoc"):
        require_same(main)
    assert tallies.compare("reports.answered.unit") == {}


def test_history_taken_over_and_ended_later_is_on_the_map_under_its_main_kind(operator):
    begun = Step("imported", MORNING, "accepted", "H57.21", "description")
    ended = Step("answered", MORNING, "answered", "H57.21", "answer", "Đã xong.")
    one = Past(
        received_at=MORNING, accepted_at=MORNING, closed_at=MORNING, state="answered", is_open=False, channel="import",
        category=KINDS[0], text="Cũ", lon=AN_CUU[0], lat=AN_CUU[1], cell="884160a091fffff", unit="19815",
        agency="H57.21", is_public=True, external_id="1", steps=(begun, ended),
    )  # fmt: skip
    still = replace(one, closed_at=None, state="accepted", is_open=True, external_id="2", steps=(begun,))
    _first, second = past.take_over([one, still], source="cu")
    read_on()
    assert answered_by_unit("duong-pho") == {"19815": 1}
    from huong.journal import actions as journal

    journal.record_many(past.end_since(second, replace(one, external_id="2"), ended))
    read_on()
    assert answered_by_unit("duong-pho") == {"19815": 2}
    require_same("duong-pho")


def test_a_move_on_many_that_is_undone_takes_them_off_the_map_again(operator):
    number = actions.send(Draft(text="Rác", category=KINDS[0], unit="19815")).report.number
    actions.accept(number, by=operator)
    done = actions.bulk([number], verb="answer", by=operator, text="Đã xong.")
    read_on()
    assert answered_by_unit() == {"19815": 1}
    actions.undo(done.uid, by=operator)
    read_on()
    assert answered_by_unit() == {}
    assert Report.objects.get().is_open


@pytest.mark.parametrize("asked", ["?state=done", "?state=done&category=duong-pho"])
@pytest.mark.parametrize("url", ["/reports/", "/reports/map.geojson"])
def test_the_page_and_the_map_that_moves_count_no_report(client, operator, asked, url):
    answered(operator)
    read_on()
    with CaptureQueriesContext(
        connection,
    ) as asked_for:
        page = client.get(url + asked)
    assert page.status_code == 200
    counting = [each["sql"] for each in asked_for if re.search(r"COUNT|AVG|GROUP BY", each["sql"])]
    assert [sql for sql in counting if "reports_report" in sql] == []
    if url == "/reports/":
        assert "1 phản ánh" in page.content.decode()
    else:
        assert [each["properties"]["total"] for each in page.json()["features"]] == [1]


def test_what_the_tally_does_not_know_is_counted(client, operator):
    report = answered(operator)
    read_on()
    for asked in ("&since=week", "&since=year", "&q=viec", "&category=duong-pho.do-xe", "&unit=19815",
                  "&since=year&category=duong-pho", "&since=month&category=duong-pho.do-xe&q=viec&unit=19815"):  # fmt: skip
        found = client.get(f"/reports/map.geojson?state=done{asked}").json()["features"]
        assert [each["properties"]["total"] for each in found] == [1], asked
    west, south = AN_CUU[0] - 0.01, AN_CUU[1] - 0.01
    near = client.get(f"/reports/map.geojson?state=done&box={west},{south},{west + 0.02},{south + 0.02}").json()
    assert near["close"]
    assert [each["properties"] for each in near["features"]] == [{"total": 1, "newest": report.number}]


def old(number, received_at, category=KINDS[0]):
    """Return a matter of the past that was answered."""
    step = Step("imported", received_at, "answered", "H57.21", "description")
    return Past(
        received_at=received_at, accepted_at=received_at, closed_at=received_at, state="answered", is_open=False,
        channel="import", category=category, text="Cũ", lon=AN_CUU[0], lat=AN_CUU[1], cell="884160a091fffff",
        unit="19815", agency="H57.21", is_public=True, external_id=str(number), steps=(step,),
    )  # fmt: skip


@pytest.mark.parametrize("days", [0, 1, 7, 28, 30, 31, 59, 365])
def test_what_was_answered_since_a_day_is_what_a_full_count_says(operator, days):
    now = clock.now()
    past.take_over([old(each, now - timedelta(days=each)) for each in range(0, 400, 3)], source="cu")
    read_on()
    since = now - timedelta(days=days)
    rows = queries.public().filter(is_open=False, received_at__gte=since)
    found = mapping.answered_since(rows, since)
    assert mapping.by_unit_of(found) == counts_by_unit(rows) == {"19815": 1 + days // 3}
    assert [each.count for each in mapping.clusters_of(found)] == [1 + days // 3]


@pytest.mark.parametrize(
    ("asked", "index"),
    [("&since=week", "since"), ("&category=duong-pho.do-xe", "by_kind"), ("&category=duong-pho&since=year", "by_kind")],
)
def test_what_is_counted_is_read_from_an_index_alone(client, operator, asked, index):
    kinds = [
        queries.book().categories_under(main.key, MORNING.date())[0].key
        for main in queries.book().main_categories(MORNING.date())
    ]
    olds = [old(each, clock.now() - timedelta(days=each), kinds[each % len(kinds)]) for each in range(300)]
    past.take_over(olds, source="cu")
    learn_sizes(["reports_report"])
    with CaptureQueriesContext(connection) as seen:
        client.get(f"/reports/map.geojson?state=done{asked}")
    (sql,) = (each["sql"] for each in seen if "COUNT" in each["sql"])
    assert '"reports_report"."id"' not in sql  # no index of the map holds it, and then PostgreSQL reads every row
    if connection.vendor == "sqlite":
        plan = connection.cursor().execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
        assert any(f"COVERING INDEX report_answered_{index}" in row[-1] for row in plan), plan


def test_postgresql_writes_down_early_what_it_may_answer_from_an_index(rules):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite needs no such note")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'reports_report'")
        assert "autovacuum_vacuum_insert_scale_factor=0.01" in cursor.fetchone()[0]


def test_the_map_of_one_ward_counts_what_the_ward_has(client, operator):
    for place in range(3):
        answered(operator, place)
    read_on()
    for asked in ("", "&category=duong-pho", "&category=duong-pho.do-xe", "&since=week", "&q=viec"):
        page = client.get(f"/reports/?state=done&unit=19815{asked}").content.decode()
        assert "3 phản ánh" in page, asked


def test_with_words_only_the_newest_that_hold_them_are_counted_and_the_page_says_so(client, operator, monkeypatch):
    monkeypatch.setattr(mapping, "MOST_FOUND", 2)
    for place in range(3):
        answered(operator, place)
    page = client.get("/reports/?state=done&q=viec").content.decode()
    assert "nhiều nhất 2 phản ánh mới nhất có các từ ấy" in page
    assert "2 phản ánh" in page
    assert "nhiều nhất" not in client.get("/reports/?state=done").content.decode()


def test_wards_and_clusters_that_one_question_gathers_are_those_of_two(operator):
    for place in range(4):
        answered(operator, place // 2)
    actions.send(Draft(text="Không rõ ở đâu", category=KINDS[0], unit="19815"))
    rows = Report.objects.all()
    by_unit, groups = mapping.gathered(rows)
    assert by_unit == counts_by_unit(rows) == {"19815": 5}
    assert sorted((round(each.lon, 9), round(each.lat, 9), each.count) for each in groups) == sorted(
        (round(each.lon, 9), round(each.lat, 9), each.count) for each in clusters(rows)
    )


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "108,16,107,17", "107,16,108,95", "nan,16,108,17", "1,2,3,4,5"])
def test_a_box_that_is_none_is_refused_with_a_sentence(client, rules, box):
    answer = client.get(f"/reports/map.geojson?box={box}", headers={"accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_one_wards_answered_reports_are_read_from_an_index_alone(operator):
    if connection.vendor != "sqlite":
        pytest.skip("how SQLite reads it")
    answered(operator)
    with CaptureQueriesContext(connection) as asked:
        assert clusters(queries.public().filter(is_open=False, unit="19815"), fine=True)
    plan = connection.cursor().execute(f"EXPLAIN QUERY PLAN {asked[-1]['sql']}").fetchall()
    assert any("COVERING INDEX report_answered_in_ward" in row[-1] for row in plan), plan


def test_a_close_look_asks_only_for_the_cells_in_its_window(operator):
    answered(operator)
    rows = queries.public().filter(is_open=False)
    assert clusters_in(rows, (106.0, 15.0, 109.0, 17.0)) is None
    assert [each.count for each in clusters_in(rows, (107.6, 16.45, 107.61, 16.46))] == [1]
    assert clusters_in(rows, (107.7, 16.45, 107.71, 16.46)) == []
