"""Sources: folders, web addresses, databases and our own journal, fetched again and again without losing a row."""

import json
import os
import sqlite3
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection

from huong.base import clock, home
from huong.base.errors import BadInput, Forbidden, HuongError, Unavailable
from huong.intake import actions, queries
from huong.intake.actions.sources import secrets_of
from huong.intake.models import Load, Source
from huong.store import queries as store

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 25


def row(number, **more):
    """Return one row of the drains as a source gives it."""
    return {
        "ma": f"C-{number:03}",
        "duong": "Lê Lợi",
        "do_sau": 1.5,
        "ngay_dat": f"2020-01-{number % 28 + 1:02}",
        **more,
    }


class City(BaseHTTPRequestHandler):
    """A web service of a department, with every way of paging, a token, and bad days."""

    rows = [row(number) for number in range(COUNT)]
    fail = 0
    asked: list[str] = []
    csv = "ma,duong,do_sau,ngay_dat\nC-1,Lê Lợi,1.5,\n"

    def log_message(self, *args):
        pass

    def do_GET(self):
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        City.asked.append(self.path)
        if City.fail:
            City.fail -= 1
            self._answer(503, b"")
        else:
            getattr(self, "on_" + parts.path.strip("/").replace(".", "_"))(query)

    def on_pages(self, query):
        page, size = int(query.get("page", 1)), int(query.get("limit", 10))
        self._json({"items": self.rows[(page - 1) * size : page * size]})

    def on_next(self, query):
        start = int(query.get("from", 0))
        following = f"/next?from={start + 10}" if start + 10 < COUNT else None
        self._json({"data": self.rows[start : start + 10], "next": following})

    def on_link(self, query):
        start = int(query.get("from", 0))
        more = {"Link": f'</link?from={start + 10}>; rel="next"'} if start + 10 < COUNT else {}
        self._json(self.rows[start : start + 10], **more)

    def on_elsewhere(self, query):
        self._json({"data": self.rows[:1], "next": "http://example.org/steal"})

    def on_since(self, query):
        self._json([found for found in self.rows if found["ma"] > query.get("after", "")])

    def on_secret(self, query):
        if self.headers.get("Authorization") == "Bearer s3cret":
            self._json(self.rows)
        else:
            self._answer(401, b"")

    def on_cong_csv(self, query):
        if self.headers.get("If-None-Match") == '"v1"':
            self._answer(304, b"")
        else:
            self._answer(200, City.csv.encode(), ETag='"v1"')

    def on_features(self, query):
        features = [
            {"type": "Feature", "properties": found, "geometry": {"type": "Point", "coordinates": [107.6, 16.4]}}
            for found in self.rows
        ]
        self._json({"type": "FeatureCollection", "features": features})

    def on_page_html(self, query):
        self._answer(200, b"<html><body>Bao tri</body></html>")

    def _json(self, value, **headers):
        self._answer(200, json.dumps(value).encode(), **headers)

    def _answer(self, code, body, **headers):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def city(settings):
    """Run the department's web service, and return its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), City)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    City.rows, City.fail, City.asked = [row(number) for number in range(COUNT)], 0, []
    host = f"127.0.0.1:{server.server_port}"
    settings.HUONG = settings.HUONG.model_copy(update={"outgoing_hosts": host})
    yield f"http://{host}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def source(drains_data, steward):
    """Return a function that sets up a source of the drains."""

    def make(kind, credentials=None, **settings):
        return actions.save_source(
            "drains", "nguồn", kind=kind, settings=settings, credentials=credentials, every_minutes=10, by=steward
        )

    return make


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("pages", {"paging": "page", "page_param": "page", "size_param": "limit", "page_size": 10}),
        ("next", {"paging": "next", "next_path": "next"}),
        ("link", {"paging": "link"}),
        ("features", {"format": "geojson"}),
    ],
)
def test_every_page_of_a_web_service_is_fetched(source, city, path, asked):
    load = actions.pull(source("http", url=f"{city}/{path}", **asked).pk)
    assert (load.accepted, load.refused) == (COUNT, 0)


def test_only_what_is_new_is_asked_for_the_next_time(source, city):
    found = source("http", url=f"{city}/since", cursor_param="after", cursor_field="ma")
    assert actions.pull(found.pk).accepted == COUNT
    assert actions.pull(found.pk) is None
    City.rows.append(row(99))
    assert actions.pull(found.pk).accepted == 1
    assert "after=C-024" in City.asked[-1]
    assert store.current("drains").rows == COUNT + 1


def test_an_unchanged_file_is_not_fetched_again(source, city):
    found = source("http", url=f"{city}/cong.csv", format="csv")
    assert actions.pull(found.pk).accepted == 1
    assert actions.pull(found.pk) is None


def test_a_source_that_does_not_answer_is_a_sentence_and_is_tried_again_later(source, city):
    found = source("http", url=f"{city}/since")
    City.fail = 2
    waits = []
    for _attempt in range(2):
        with pytest.raises(Unavailable):
            actions.pull(found.pk)
        found.refresh_from_db()
        waits.append(found.due_at - found.ran_at)
    assert (found.failures, "503" in found.last_error, "Traceback" in found.last_error) == (2, True, False)
    assert waits[1] > waits[0]
    assert actions.pull(found.pk).accepted == COUNT
    found.refresh_from_db()
    assert (found.failures, found.last_error) == (0, "")


def test_secrets_are_sent_but_never_kept_in_clear(source, city):
    with pytest.raises(BadInput):
        actions.pull(source("http", url=f"{city}/secret").pk)
    found = source("http", {"token": "s3cret"}, url=f"{city}/secret")
    assert b"s3cret" not in bytes(found.credentials)
    assert secrets_of(found) == {"token": "s3cret"}
    assert actions.pull(found.pk).accepted == COUNT


def test_a_next_page_on_another_host_and_a_web_page_instead_of_data_are_refused(source, city):
    with pytest.raises(BadInput) as refused:
        actions.pull(source("http", url=f"{city}/elsewhere", paging="next").pk)
    assert refused.value.code == "source_redirects"
    with pytest.raises(BadInput):
        actions.pull(source("http", url=f"{city}/page.html").pk)
    with pytest.raises(BadInput):
        actions.pull(source("http", url=f"{city}/page.html", format="csv").pk)
    assert store.current("drains") is None


def test_an_inner_address_is_not_fetched(source):
    with pytest.raises(BadInput) as refused:
        actions.pull(source("http", url="http://127.0.0.1:9/x").pk)
    assert refused.value.code == "private_address"


def test_a_dropped_file_is_loaded_once_and_moved_away(source):
    found = source("folder", folder="cong", quiet_seconds=0)
    folder = home.path("drop", "cong", "x").parent
    folder.mkdir(exist_ok=True)
    (folder / "thang-7.csv").write_text("ma,duong,do_sau,ngay_dat\nC-1,Lê Lợi,1,\n")
    (folder / "dang-chep.csv.part").write_text("ma,du")
    assert actions.pull(found.pk).accepted == 1
    assert [file.name for file in folder.iterdir() if file.is_file()] == ["dang-chep.csv.part"]
    assert len(list((folder / "done").iterdir())) == 1
    assert actions.pull(found.pk) is None


def test_a_dropped_file_that_is_still_growing_waits(source):
    found = source("folder", folder="cong", quiet_seconds=60)
    folder = home.path("drop", "cong", "x").parent
    folder.mkdir(exist_ok=True)
    (folder / "a.csv").write_text("ma,duong\nC-1,Lê Lợi\n")
    assert actions.pull(found.pk) is None
    os.utime(folder / "a.csv", (0, 0))
    assert actions.pull(found.pk).accepted == 1


def test_a_dropped_file_that_is_refused_is_kept_and_moved_away_too(source):
    found = source("folder", folder="cong", quiet_seconds=0)
    folder = home.path("drop", "cong", "x").parent
    folder.mkdir(exist_ok=True)
    (folder / "anh.csv").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    with pytest.raises(HuongError):
        actions.pull(found.pk)
    assert queries.loads_of("drains").get().problem == "not_a_table"
    assert not (folder / "anh.csv").exists()


@pytest.fixture
def cong_db(house):
    """Make a department's own SQLite database in the drop folder."""
    path = home.path("drop", "cong.sqlite3")
    with sqlite3.connect(path) as con:
        con.execute("CREATE TABLE cong (stt INTEGER, ma TEXT, duong TEXT, do_sau REAL, ngay_dat TEXT)")
        rows = [(n, f"C-{n:03}", "Lê Lợi", 1.5, "2020-01-01") for n in range(COUNT)]
        con.executemany("INSERT INTO cong VALUES (?, ?, ?, ?, ?)", rows)
    con.close()
    return path


def test_a_table_is_fetched_and_then_only_what_is_new(source, cong_db):
    found = source("database", engine="sqlite", file=str(cong_db), table="cong", cursor_column="stt")
    assert actions.pull(found.pk).accepted == COUNT
    assert actions.pull(found.pk) is None
    with sqlite3.connect(cong_db) as con:
        con.execute("INSERT INTO cong VALUES (100, 'C-100', 'Hùng Vương', 2, NULL)")
    con.close()
    assert actions.pull(found.pk).accepted == 1
    assert store.current("drains").rows == COUNT + 1


def test_a_database_that_goes_away_in_the_middle_leaves_nothing_committed_and_goes_on(source, cong_db, monkeypatch):
    from huong.intake.kinds import database

    monkeypatch.setattr(database, "BATCH_ROWS", 5)
    found = source("database", engine="sqlite", file=str(cong_db), table="cong", cursor_column="stt")
    fetched = []
    real = database._write_part

    def torn(parts, table, note):
        if len(fetched) == 3:
            fetched.append(0)
            raise database._gone(found)
        fetched.append(table.num_rows)
        real(parts, table, note)

    monkeypatch.setattr(database, "_write_part", torn)
    with pytest.raises(Unavailable):
        actions.pull(found.pk)
    assert (store.current("drains"), Load.objects.count()) == (None, 0)
    load = actions.pull(found.pk)
    assert (load.read, load.accepted) == (COUNT, COUNT)
    assert sum(fetched) == COUNT + 1  # one row is fetched again, since more of its value might follow


def test_a_missing_table_and_a_missing_file_are_sentences(source, cong_db):
    with pytest.raises(BadInput) as refused:
        actions.pull(source("database", engine="sqlite", file=str(cong_db), table="khac").pk)
    assert refused.value.code == "source_changed"
    with pytest.raises(Unavailable):
        actions.pull(source("database", engine="sqlite", file="nowhere/x.db", table="cong").pk)


@pytest.mark.parametrize("file", ["{home}/huong.sqlite3", "../huong.sqlite3", "link.sqlite3", ".", "x.db?mode=rwc&y="])
def test_no_other_file_of_the_machine_is_a_source(source, house, file):
    own = home.path("huong.sqlite3")
    with sqlite3.connect(own) as con:
        con.execute("CREATE TABLE django_session (session_key TEXT)")
    con.close()
    home.path("drop", "link.sqlite3").symlink_to(own)

    def fetch():
        found = source("database", engine="sqlite", file=file.format(home=home.home()), table="django_session")
        actions.pull(found.pk)

    with pytest.raises((BadInput, Unavailable)):
        fetch()
    assert Load.objects.count() == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "/tmp"])
def test_a_database_inside_a_private_network_needs_the_operators_word(source, house, host):
    found = source("database", engine="postgresql", host=host, database="x", user="x", table="x")
    with pytest.raises((BadInput, Unavailable)) as refused:
        actions.pull(found.pk)
    assert refused.value.code == "private_address"


def test_names_that_would_be_sql_are_refused(source):
    with pytest.raises(BadInput):
        source("database", engine="sqlite", file="x", table='cong"; DROP TABLE y')


@pytest.fixture
def cong_table():
    """Make a department's table on the test's PostgreSQL server."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE cong (ma text, duong text, do_sau numeric, ngay_dat date, sua timestamptz)")
        cursor.execute(
            "INSERT INTO cong SELECT 'C-' || n, 'Lê Lợi', 1.5, '2020-01-01', now() + n * interval '1 s'"
            f" FROM generate_series(1, {COUNT}) n"
        )
    yield connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE cong")


def test_a_postgresql_table_is_fetched_in_batches(source, cong_table, monkeypatch, settings):
    from huong.intake.kinds import database

    monkeypatch.setattr(database, "BATCH_ROWS", 10)
    settings.HUONG = settings.HUONG.model_copy(update={"outgoing_hosts": cong_table["HOST"]})
    there = {"host": cong_table["HOST"], "database": cong_table["NAME"], "user": cong_table["USER"]}
    there |= {"port": cong_table["PORT"]} if cong_table["PORT"] else {}
    found = source(
        "database",
        {"password": cong_table["PASSWORD"]},
        engine="postgresql",
        table="cong",
        cursor_column="sua",
        **there,
    )
    assert actions.pull(found.pk).accepted == COUNT
    assert actions.pull(found.pk) is None
    with pytest.raises(Unavailable):
        actions.pull(source("database", engine="postgresql", table="cong", **{**there, "port": 9}).pk)


def test_our_own_journal_becomes_a_dataset_by_those_who_may_read_it(make_dataset, steward, data_officer):
    fields = {
        "id": {"primaryKey": True, "required": True, "semantic": "text.identifier"},
        "at": {"logicalType": "timestamp", "required": True, "zone": "Asia/Ho_Chi_Minh"},
        "name": {"required": True, "semantic": "text.identifier"},
        "agency": {"semantic": "text.identifier"},
    }
    make_dataset("activity", fields=fields)
    wanted = {"kind": "journal", "settings": {"names": ["people.*"]}}
    with pytest.raises(Forbidden):
        actions.save_source("activity", "nhật ký", **wanted, by=steward)
    found = actions.save_source("activity", "nhật ký", **wanted, by=data_officer)
    load = actions.pull(found.pk)
    assert load.accepted == load.read > 3
    assert actions.pull(found.pk) is None


def test_due_sources_are_queued_once_and_the_idle_are_left_alone(source, city):
    from django_tasks_db.models import DBTaskResult

    found = source("http", url=f"{city}/since")
    assert actions.pull_due() == 1
    assert actions.pull_due() == 0
    assert DBTaskResult.objects.filter(task_path__endswith="_perform").count() == 1
    Source.objects.update(is_active=False, due_at=clock.now() - timedelta(hours=1))
    assert actions.pull_due() == 0
    assert found.every_minutes == 10


def test_a_source_is_set_up_by_the_owner_with_settings_that_can_work(drains_data, roads_steward, steward):
    with pytest.raises(Forbidden):
        actions.save_source("drains", "x", kind="journal", settings={}, by=roads_steward)
    for kind, settings in (
        ("http", {}),
        ("http", {"url": "ftp://x"}),
        ("http", {"url": "https://x", "paging": "blau"}),
        ("http", {"url": "https://x", "format": "csv", "paging": "page"}),
        ("folder", {"folder": "../../etc"}),
        ("database", {"engine": "oracle", "table": "x"}),
        ("journal", {"colour": 1}),
    ):
        with pytest.raises(BadInput):
            actions.save_source("drains", "x", kind=kind, settings=settings, by=steward)
    assert Source.objects.count() == 0
