"""`script/bench reports [--rows N] [--seconds N] [--home DIR]`: field reports over the real server, four clients.

Fills a temporary home with N reports (20,000 stories from the demonstration, then copies of them by SQL), starts the
server as in production, and measures creating, listing, filtering, looking at one, the pages, the map, and Open311.
SQLite unless HUONG_DATABASE names a PostgreSQL database made for this. A home that is named is kept, and measured again
as it is. The last line is JSON.
"""

import argparse
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
STORIES, CLIENTS, SMALL = 20_000, 4, 3_000
TICKS = os.sysconf("SC_CLK_TCK")
PORT = int(os.environ.get("PORT", "8171"))


def quantile(values: list[float], share: float) -> float:
    """Return the smallest measured value that at least this share of all does not exceed."""
    return sorted(values)[math.ceil(len(values) * share) - 1]


def copies(rows: int) -> float:
    """Copy the stories until there are so many reports. Returns the seconds per 100,000."""
    from django.db import connection, transaction

    from huong.base.sql import is_postgresql
    from huong.journal.models import Entry
    from huong.reports.models import Hop, Message, Report, ReportWords

    uid = "md5(random()::text || id::text)" if is_postgresql() else "lower(hex(randomblob(16)))"
    shifted = "'PA-' || lpad((substr(subject, 4)::bigint + {0})::text, 6, '0')"
    if not is_postgresql():
        shifted = "printf('PA-%%06d', CAST(substr(subject, 4) AS INTEGER) + {0})"
    subject = f"CASE WHEN subject LIKE 'PA-%%' THEN {shifted} ELSE subject END"  # some are about a rule, not a report
    tops = {
        model: model.objects.order_by("-pk").values_list("pk", flat=True)[0] for model in (Report, Entry, Message, Hop)
    }
    began = time.perf_counter()
    shifts = range(STORIES, rows, STORIES)
    for number, _first in enumerate(shifts, start=1):
        plus = {model: number * top for model, top in tops.items()}
        changed: dict[Any, dict[str, str]] = {
            Report: {"id": f"id + {plus[Report]}", "uid": uid},
            ReportWords: {"id": f"id + {plus[Report]}"},
            Entry: {"id": f"id + {plus[Entry]}", "subject": subject.format(plus[Report])},
            Message: {"id": f"id + {plus[Message]}", "report_id": f"report_id + {plus[Report]}", "entry": f"entry + {plus[Entry]}"},
            Hop: {"id": f"id + {plus[Hop]}", "report_id": f"report_id + {plus[Report]}", "reason_id": "NULL"},
        }  # fmt: skip
        with transaction.atomic(), connection.cursor() as cursor:
            for model, columns in changed.items():
                names = [field.column for field in model._meta.local_concrete_fields]
                wanted = ", ".join(columns.get(name, f'"{name}"') for name in names)
                listed = ", ".join(f'"{name}"' for name in names)
                limit = f"id <= {tops[Report if model is ReportWords else model]}"
                table = model._meta.db_table
                cursor.execute(f"INSERT INTO {table} ({listed}) SELECT {wanted} FROM {table} WHERE {limit}", [])
    with connection.cursor() as cursor:
        for model in tops if is_postgresql() else ():
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), (SELECT max(id) FROM {model._meta.db_table}))"
            )
        cursor.execute("ANALYZE")
    return (time.perf_counter() - began) / max(rows - STORIES, 1) * 100_000


def pass_by() -> None:
    """Let readers and feeds start behind the copies, and learning wait, so that none of them competes."""
    from datetime import timedelta

    from huong.base import clock
    from huong.base.models import Schedule
    from huong.intake.models import Source
    from huong.journal import queries, registry
    from huong.journal.models import Cursor

    xid, entry = queries.head()
    names = [each.name for each in registry.readers.values()] + [each.cursor for each in registry.tallies.values()]
    for name in names:
        Cursor.objects.update_or_create(name=name, defaults={"xid": xid, "entry": entry})
    feeds = Source.objects.filter(kind="reports")
    feeds.exclude(settings__what="daily").update(cursor={"xid": xid, "id": entry})
    feeds.filter(settings__what="daily").update(cursor={"day": clock.today().isoformat()})
    Schedule.objects.update_or_create(name="reports.learn", defaults={"due_at": clock.now() + timedelta(days=1)})


def keep_the_map() -> None:
    """Give the map of answered reports the figures that its tallies would have after reading all those entries."""
    from collections import Counter

    from huong.base import clock
    from huong.journal import queries
    from huong.journal.models import Count
    from huong.reports.models import Report

    found: dict[str, Counter[tuple[str, ...]]] = {
        "unit": Counter(),
        "cell": Counter(),
        "kind": Counter(),
        "month": Counter(),
    }
    rows = Report.objects.filter(is_public=True, is_open=False, merged_into=None)
    for unit, cell, main, at in rows.values_list("unit", "cell", "main", "received_at").iterator():
        found["unit"][unit, main] += 1
        found["cell"][cell,] += 1
        found["kind"][main, cell] += 1
        found["month"][f"{clock.local(at):%Y-%m}", unit, cell] += 1
    for by, figures in found.items():
        Count.objects.filter(tally=f"reports.answered.{by}").delete()
        Count.objects.bulk_create(
            Count(tally=f"reports.answered.{by}", key=queries.tally_key(codes), value=value)
            for codes, value in figures.items()
            if all(codes)
        )


class Client:
    """One connection that stays open."""

    def __init__(self, key: str, cookie: str = "") -> None:
        self.key, self.cookie, self.connection = key, cookie, HTTPConnection("127.0.0.1", PORT, timeout=180)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Ask once."""
        headers = {"X-Forwarded-For": ".".join(str(random.randrange(1, 250)) for _ in range(4))}
        if "/work" in path:
            headers["Authorization"] = f"Bearer {self.key}"
        if path.startswith("/desk/"):
            headers["Cookie"] = f"sessionid={self.cookie}"
        data = json.dumps(body) if body is not None else None
        self.connection.request(method, path, data, headers | ({"Content-Type": "application/json"} if data else {}))
        answer = self.connection.getresponse()
        return answer.status, answer.read()


def measure(
    name: str,
    seconds: float,
    key: str,
    one: Callable[[Client], tuple[int, bytes]],
    clients: int = CLIENTS,
    cookie: str = "",
) -> dict[str, float]:
    """Let clients ask for so long, and return calls a second and the quantiles in milliseconds."""
    spent: list[float] = []
    wrong: list[tuple[int, bytes]] = []
    end = time.perf_counter() + seconds

    def run() -> None:
        client = Client(key, cookie)
        while (began := time.perf_counter()) < end:
            status, body = one(client)
            spent.append(time.perf_counter() - began)
            if status not in {200, 201}:
                wrong.append((status, body[:200]))

    threads = [threading.Thread(target=run) for _each in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if wrong:
        sys.exit(f"{name}: {len(wrong)} wrong answers, such as {wrong[0]}")
    found = {
        "per_s": len(spent) / seconds,
        "p50_ms": quantile(spent, 0.5) * 1000,
        "p95_ms": quantile(spent, 0.95) * 1000,
        "p99_ms": quantile(spent, 0.99) * 1000,
        "most_ms": max(spent) * 1000,
    }
    figures = "  ".join(f"{each.partition('_')[0]} {found[each]:7.1f}" for each in list(found)[1:])
    print(f"{name:34} {found['per_s']:8.1f}/s  {figures} ms", flush=True)
    return {each: round(value, 1) for each, value in found.items()}


def cursors(key: str, path: str, pages: int) -> list[str]:
    """Return cursors of some depth, by following `next`."""
    client, found = Client(key), [""]
    for _page in range(pages):
        following = json.loads(client.ask("GET", f"{path}&after={found[-1]}")[1]).get("next")
        if not following:
            break
        found.append(following)
    return found


def scenes(key: str, cookie: str, seconds: float) -> dict[str, Any]:
    """Run every scene."""
    work = "/api/v1/reports/work?scope=agency&size=50"
    public = "/api/v1/reports?size=50"
    filtered = f"{work}&state=dispatched,in_progress&category=chieu-sang"
    deep = {path: cursors(key, path, 40) for path in (work, public)}
    numbers = [
        each["number"]
        for after in random.sample(deep[work], min(10, len(deep[work])))
        for each in json.loads(Client(key).ask("GET", f"{work}&after={after}")[1])["reports"]
    ]
    draft = {
        "text": "Cống nghẹt trước số 12 Hùng Vương, nước tràn ra đường",
        "category": "thoat-nuoc.cong-nghet",
        "unit": "An Cựu",
    }
    return {
        "list_first": measure("officers' list, first page", seconds, key, lambda c: c.ask("GET", work)),
        "list_deep": measure("officers' list, any page", seconds, key, lambda c: c.ask("GET", f"{work}&after={random.choice(deep[work])}")),
        "list_filtered": measure("officers' list, filtered", seconds, key, lambda c: c.ask("GET", filtered)),
        "list_searched": measure("officers' list, words", seconds, key, lambda c: c.ask("GET", f"{work}&text=cong%20nghet")),
        "public_deep": measure("public list, any page", seconds, key, lambda c: c.ask("GET", f"{public}&after={random.choice(deep[public])}")),
        "detail": measure("officers' detail", seconds, key, lambda c: c.ask("GET", f"/api/v1/reports/work/{random.choice(numbers)}")),
        "desk_page": measure("desk, page of 50", seconds, key, lambda c: c.ask("GET", "/desk/reports/"), cookie=cookie),
        "desk_filtered": measure("desk, filtered page", seconds, key, lambda c: c.ask("GET", "/desk/reports/?category=chieu-sang&open=all"), cookie=cookie),
        "desk_searched": measure("desk, searched page", seconds, key, lambda c: c.ask("GET", "/desk/reports/?q=cong+nghet"), cookie=cookie),
        "public_map": measure("public list with the city's map", seconds, key, lambda c: c.ask("GET", "/reports/")),
        "public_map_done": measure("the map of what is answered", seconds, key, lambda c: c.ask("GET", "/reports/?state=done"), clients=1),
        "map_done_groups": measure("its groups, for the map that moves", seconds, key, lambda c: c.ask("GET", "/reports/map.geojson?state=done"), clients=1),
        "map_ward_done": measure("one ward's answered, close", seconds, key, lambda c: c.ask("GET", "/reports/map.geojson?state=done&unit=19815"), clients=1),
        "home": measure("home", seconds, key, lambda c: c.ask("GET", "/")),
        "open311_1000": measure("Open311, 1000 requests as XML", seconds, key, lambda c: c.ask("GET", "/open311/v2/requests.xml?page_size=1000"), clients=1),
        "create": measure("create", seconds * 2, key, lambda c: c.ask("POST", "/api/v1/reports", draft | {"place": f"kiệt {random.randrange(999)}"})),
    }  # fmt: skip


def asked(what: str) -> tuple[argparse.Namespace, Path]:
    """Return what the command was asked for and the home to fill, and set this process up for it.

    Args:
        what: of which a million are measured unless the command says otherwise.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument(
        "--small", action="store_true", help=f"for continuous integration: {SMALL:,} {what}, one second each"
    )
    parser.add_argument("--home", help="fill this folder once, keep it, and measure it again and again")
    options = parser.parse_args()
    if options.small:
        options.rows, options.seconds = SMALL, 1
    place = Path(options.home) if options.home else Path(tempfile.mkdtemp(prefix="huong-bench-"))
    place.mkdir(parents=True, exist_ok=True)
    os.environ |= {"HUONG_HOME": str(place), "HUONG_DEMO": "0", "HUONG_LOG_LEVEL": "ERROR", "PORT": str(PORT)}
    os.environ |= {"HUONG_TRUSTED_PROXIES": "127.0.0.1", "DJANGO_SETTINGS_MODULE": "huong.settings"}
    return options, place


def main() -> None:
    """Fill, serve, measure, tidy up."""
    options, place = asked("reports")
    try:
        import django

        django.setup()
        from huong.base.sql import is_postgresql
        from huong.main.prepare import prepare
        from huong.people import queries as people
        from huong.people.actions import tokens

        prepare()
        engine = "postgresql" if is_postgresql() else "sqlite"
        print(f"{engine}: {options.rows:,} reports; {filled(options.rows)}", flush=True)
        powers = ["reports.read", "reports.screen", "reports.handle"]
        key = tokens.issue("bench", agency=people.agency("H57.84"), powers=powers, by=None)[1]
        cookie = signed_in(people.agency("H57.84"))
        server = subprocess.Popen(
            [ROOT / ".venv" / "bin" / "huong", "serve"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
        )
        try:
            ready()
            rested(server.pid)
            found = scenes(key, cookie, options.seconds)
        finally:
            server.terminate()
            server.wait(20)
        print(json.dumps({"bench": "reports", "engine": engine, "rows": options.rows, "clients": CLIENTS, **found}))
    finally:
        if not options.home:
            shutil.rmtree(place, ignore_errors=True)


def filled(rows: int) -> str:
    """Fill the home unless it is filled already, and return how long that took."""
    from huong.journal import seals
    from huong.reports import demonstration
    from huong.reports.models import Report

    if Report.objects.exists():
        return f"a home that holds {Report.objects.count():,} already"
    began, stories = time.perf_counter(), min(STORIES, rows)
    demonstration.fill(stories)
    story = (time.perf_counter() - began) / stories * 100_000
    copied = copies(rows)
    pass_by()
    keep_the_map()
    sealed = -time.perf_counter()
    seals.seal()  # as they would be, had they come one by one
    sealed += time.perf_counter()
    return f"per 100,000: {story:.0f} s told, {copied:.0f} s copied, {sealed / rows * 100_000:.0f} s sealed"


def signed_in(agency: Any) -> str:
    """Return the session of an officer of an agency, as a browser would hold it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from huong.base.testing import cast
    from huong.people.access import SECOND_FACTOR
    from huong.people.sessions import BACKEND

    officer = cast.joined(f"bench{int(time.time())}", "Cán bộ đo", officer=agency)
    session = SessionStore()
    session.update({SESSION_KEY: str(officer.pk), BACKEND_SESSION_KEY: BACKEND, SECOND_FACTOR: True})
    session[HASH_SESSION_KEY] = officer.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def cpu_seconds(root: int) -> float:
    """Return the CPU time that a process and everything below it has taken so far."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                facts = (place / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it ended meanwhile
                continue
            parents[int(place.name)] = int(facts[1])
            spent[int(place.name)] = sum(map(int, facts[11:15])) / TICKS
    below, found = {root}, True
    while found:
        fresh = {each for each, parent in parents.items() if parent in below} - below
        below, found = below | fresh, bool(fresh)
    return sum(spent.get(each, 0.0) for each in below)


def rested(root: int) -> None:
    """Wait until the processes of a server have done what they do after a start, at most two minutes.

    At rest they take less than a twentieth of a core over three seconds.
    """
    for _try in range(40):
        before = cpu_seconds(root)
        time.sleep(3)
        if cpu_seconds(root) - before < 0.15:
            return


def ready() -> None:
    """Wait until the server answers.

    Raises:
        SystemExit: it does not within a minute.
    """
    for _try in range(240):
        try:
            if Client("").ask("GET", "/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.25)
    sys.exit("The server did not start.")


if __name__ == "__main__":
    main()
