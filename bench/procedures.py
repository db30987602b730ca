"""`script/bench procedures [--rows N] [--seconds N] [--home DIR]`: dossiers over the real server, four clients; and asking once.

Fills a temporary home with N dossiers (5,000 stories from the demonstration, then copies of them by SQL, most of them
ended, as in a city), starts the server as in production, and measures the inbox at any depth, filtered, by code, and
the officers' pages. Beside them `resolve` of 20 fields, ten from the vault and ten from the store, in this process.
Each figure has the CPU time a request costs the whole server, since a shared machine makes the clock unfair. SQLite
unless HUONG_DATABASE names a PostgreSQL database made for this. A home that is named is kept, and measured again as it
is. The last line is JSON.
"""

import json
import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import reports as house
from bench.reports import ROOT, Client, cpu_seconds, measure, ready, rested

STORIES = 5_000
WARD, UNIT = "H57.21", "An Cựu"
SHARED, PEOPLE, HALF = "social_allowance", 20_000, 10
CODE = "1.001776"  # for which shared data may be granted
INBOX_MS, RESOLVE_MS = 60.0, 50.0


def copies(rows: int) -> float:
    """Copy the stories until there are so many dossiers; copies have rows of their own, actions stay with the stories.

    Returns:
        The seconds per 100,000.
    """
    from django.db import connection, transaction

    from huong.base.sql import is_postgresql
    from huong.procedures.models import Dossier

    top = Dossier.objects.order_by("-pk").values_list("pk", flat=True)[0]
    table, names = Dossier._meta.db_table, [field.column for field in Dossier._meta.local_concrete_fields]
    uid = "md5(random()::text || id::text)" if is_postgresql() else "lower(hex(randomblob(16)))"
    began = time.perf_counter()
    for number in range(1, -(-rows // STORIES)):
        changed = {
            "id": f"id + {number * top}",
            "uid": uid,
            "code": f"CASE WHEN code = '' THEN '' ELSE code || '-{number}' END",
        }
        wanted = ", ".join(changed.get(str(name), f'"{name}"') for name in names)
        listed = ", ".join(f'"{name}"' for name in names)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} ({listed}) SELECT {wanted} FROM {table} WHERE id <= {top}", [])
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        cursor.execute("ANALYZE")
    return (time.perf_counter() - began) / (rows - STORIES) * 100_000 if rows > STORIES else 0.0


def rest() -> None:
    """Let what a city does by night wait, and the feeds of dossiers rest, so that neither competes."""
    from datetime import timedelta

    from huong.base import clock
    from huong.base.models import Schedule
    from huong.intake.models import Source

    Source.objects.filter(kind="dossiers").update(is_active=False)
    for name in ("check_clocks", "prepare", "verify_later", "open_disruptions", "counter_drafts"):
        later = clock.now() + timedelta(days=1)
        Schedule.objects.update_or_create(name=f"procedures.{name}", defaults={"due_at": later})


def scenes(key: str, cookie: str, seconds: float, server: int) -> dict[str, Any]:
    """Run every scene."""
    work = "/api/v1/dossiers/work?scope=agency&size=50"
    whole = "/api/v1/dossiers/work?scope=all&size=50"
    ended = "/api/v1/dossiers/work?scope=all&is_open=false&size=50"
    desk = "/desk/dossiers/?scope=agency"
    deep = {path: house.cursors(key, path, 40) for path in (work, whole, ended)}
    one = json.loads(Client(key).ask("GET", ended)[1])["dossiers"][0]
    mine = [each["uid"] for each in json.loads(Client(key).ask("GET", work)[1])["dossiers"]]
    filtered = f"{work}&procedure={one['procedure']}&bucket=late"

    def any_page(path: str) -> str:
        return f"{path}&after={random.choice(deep[path])}"

    def any_dossier() -> str:
        return f"/desk/dossiers/{random.choice(mine)}/"

    def run(title: str, path: Callable[[], str]) -> dict[str, float]:
        before = cpu_seconds(server)
        found = measure(title, seconds, key, lambda client: client.ask("GET", path()), cookie=cookie)
        found["cpu_ms"] = round((cpu_seconds(server) - before) / max(found["per_s"] * seconds, 1) * 1000, 1)
        print(f"{'':34} {found['cpu_ms']:8.1f} ms of CPU a request", flush=True)
        return found

    return {
        "inbox_first": run("inbox, first page", lambda: work),
        "inbox_deep": run("inbox, any page", lambda: any_page(work)),
        "inbox_filtered": run("inbox, one procedure, late", lambda: filtered),
        "all_deep": run("all open of an agency, any page", lambda: any_page(whole)),
        "ended_deep": run("ended, any page", lambda: any_page(ended)),
        "by_code": run("by code", lambda: f"{ended}&code={one['code']}"),
        "desk_inbox": run("the officer's page of the inbox", lambda: desk),
        "desk_dossier": run("the officer's page of one dossier", any_dossier),
    }


def shared_data(agency: str) -> None:
    """Bring people into the city's shared data, with a serving copy, and let an agency read it for one procedure."""
    import duckdb

    from huong.base import ids
    from huong.catalogue.queries import contract_of
    from huong.exchange import queries as exchange
    from huong.exchange.actions import grants, services
    from huong.store import actions, personal
    from huong.store.serving.building import bring_up

    place = Path(os.environ["HUONG_HOME"])
    plain, sealed = place / "people.parquet", place / "sealed.parquet"
    person = "printf('046090%06d', range)"
    columns = (
        f"{person} AS citizen_id, 'Nguyễn Thị Hoa' AS name, DATE '1990-05-01' AS birth_date, '19815' AS ward, "
        "'0905123456' AS phone, 'elderly' AS kind, CAST(500000 AS BIGINT) AS amount, DATE '2024-01-01' AS since"
    )
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT {columns} FROM range({PEOPLE})) TO '{plain}'")
    personal.protect(plain, sealed, contract_of(SHARED))
    with actions.locked(SHARED):
        commit = actions.begin(SHARED, batch=ids.new_id(), mode="upsert")
        actions.write(commit, [sealed], key=["citizen_id"])
        actions.publish(commit)
    bring_up(SHARED)
    service = services.offer_dataset(exchange.member_of_agency(contract_of(SHARED).owner), SHARED, by=None)
    asked = grants.ask(
        service, consumer=exchange.member_of_agency(agency), fields=["citizen_id", "amount", "kind"], purposes=[CODE],
        why="Để không hỏi lại người nộp điều đã biết", legal_basis="Nghị định 20/2021/NĐ-CP", by=None,
    )  # fmt: skip
    grants.grant(asked.number, by=None)


def drafts(count: int, unit: str) -> list[str]:
    """Begin drafts of a procedure of 20 fields for people who have a paper in their vault. Returns their public ids."""
    from huong.base import clock, ids
    from huong.people.actions import parties
    from huong.procedures.actions import PLATFORM_ITSELF, begin
    from huong.procedures.actions.catalogue import renew
    from huong.procedures.models import Evidence, Procedure, ProcedureVersion
    from huong.procedures.queries.vault import sealed_for

    fields: dict[str, Any] = {}
    for number in range(HALF):
        fields[f"v{number}"] = {"type": "string", "title": "Mục", "x-source": [f"vault:decision:v{number}"]}
        fields[f"s{number}"] = {"type": "integer", "title": "Mức", "x-source": [f"store:{SHARED}@applicant:amount"]}
    body = {
        "code": CODE, "name": "Đo", "name_en": "Measured", "domain": "Đo", "tier": "ward", "agency": "unit",
        "limit": {"amount": 10, "measure": "working_days"},
        "form": {"type": "object", "properties": {"ask": {"title": "Đo", "properties": fields}}},
    }  # fmt: skip
    held, now = Procedure.objects.get(code=CODE), clock.now()
    held.versions.filter(state="published").update(state="retired")
    ProcedureVersion.objects.create(
        procedure=held, number=held.versions.count() + 1, state="published", body=body, valid_from=now, changed_at=now
    )
    renew()
    found = []
    for number in range(count):
        party = parties.register("person", name="Nguyễn Thị Hoa", national_id=f"046090{number:06d}", by=None)
        uid = ids.new_id()
        Evidence.objects.create(
            uid=uid, party=party, type="decision", name="Quyết định", origin="issued", issued_at=now,
            sealed=sealed_for(party, uid, {f"v{one}": f"giá trị {one}" for one in range(HALF)}),
        )  # fmt: skip
        found.append(begin(CODE, party=party, actor=PLATFORM_ITSELF, unit=unit, channel="proactive").uid)
    return found


def filled(rows: int) -> tuple[str, list[str]]:
    """Fill the home unless it is filled already. Returns how long that took, and the public ids of the drafts to resolve."""
    from huong.procedures import demonstration

    begun = Path(os.environ["HUONG_HOME"]) / "drafts.json"
    if begun.exists():
        return "a home that was filled before", json.loads(begun.read_text())
    stories, began = min(STORIES, rows), time.perf_counter()
    demonstration.fill(stories)
    story = (time.perf_counter() - began) / stories * 100_000
    copied = copies(rows)
    house.pass_by()
    rest()
    shared_data(WARD)
    uids = drafts(20, UNIT)
    begun.write_text(json.dumps(uids))
    return f"per 100,000: {story:.0f} s told, {copied:.0f} s copied", uids


def resolved(uids: list[str], seconds: float) -> dict[str, float]:
    """Resolve drafts anew, one after the other, and return the quantiles in milliseconds and what a call costs."""
    from huong.procedures.actions import PLATFORM_ITSELF
    from huong.procedures.actions.resolving import resolve

    for uid in uids:
        found = resolve(uid, actor=PLATFORM_ITSELF)
        lacking = [each.key for each in found.outcomes if each.outcome != "have"]
        if lacking:
            raise SystemExit(
                f"resolve: {len(lacking)} of {len(found.outcomes)} fields have no source, such as {lacking[0]}"
            )
    spent: list[float] = []
    cpu, end = time.process_time(), time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        resolve(random.choice(uids), actor=PLATFORM_ITSELF, anew=True)
        spent.append(time.perf_counter() - began)
    figures = {
        "per_s": round(len(spent) / seconds, 1),
        "p50_ms": round(house.quantile(spent, 0.5) * 1000, 1),
        "p95_ms": round(house.quantile(spent, 0.95) * 1000, 1),
        "cpu_ms": round((time.process_time() - cpu) / len(spent) * 1000, 1),
    }
    told = f"p50 {figures['p50_ms']:7.1f}  p95 {figures['p95_ms']:7.1f} ms, {figures['cpu_ms']:.1f} ms of CPU"
    print(f"{'resolve of 20 fields':34} {figures['per_s']:8.1f}/s  {told}", flush=True)
    return figures


def verdict(found: dict[str, Any]) -> None:
    """Print the figures that have a bar beside it."""
    pages = {name: each["p95_ms"] for name, each in found.items() if name not in {"resolve", "desk_dossier"}}
    worst = max(pages, key=lambda name: pages[name])
    for title, figure, bar in (
        (f"slowest list ({worst}), p95", pages[worst], INBOX_MS),
        ("resolve of 20 fields, p95", found["resolve"]["p95_ms"], RESOLVE_MS),
    ):
        print(f"{title:44} {figure:8.1f} ms  <= {bar:g} {'yes' if figure <= bar else 'NO'}", flush=True)


def main() -> None:
    """Fill, serve, measure, tidy up."""
    options, place = house.asked("dossiers")
    try:
        import django

        django.setup()
        from django.db.models import Count

        from huong.base.sql import is_postgresql
        from huong.main.prepare import prepare
        from huong.people import queries as people
        from huong.people.actions import tokens
        from huong.procedures.models import Dossier

        prepare()
        engine = "postgresql" if is_postgresql() else "sqlite"
        told, uids = filled(options.rows)
        count = Dossier.objects.count()
        print(f"{engine}: {count:,} dossiers; {told}", flush=True)
        busiest = Dossier.objects.filter(is_open=True).values("agency").annotate(n=Count("pk")).order_by("-n")[0]
        print(f"the busiest agency, {busiest['agency']}, has {busiest['n']:,} open", flush=True)
        agency = people.agency(busiest["agency"])
        asked_once = resolved(uids, options.seconds)
        cookie = house.signed_in(agency)
        powers = ["procedures.read"]
        key = tokens.issue("bench", agency=agency, powers=powers, by=None)[1]
        server = subprocess.Popen(
            [ROOT / ".venv" / "bin" / "huong", "serve"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
        )
        try:
            ready()
            rested(server.pid)
            found = scenes(key, cookie, options.seconds, server.pid) | {"resolve": asked_once}
        finally:
            server.terminate()
            server.wait(20)
        verdict(found)
        print(json.dumps({"bench": "procedures", "engine": engine, "rows": count, "clients": house.CLIENTS, **found}))
    finally:
        if not options.home:
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
