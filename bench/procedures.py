"""`script/bench procedures [--rows N] [--seconds N]`: dossiers over the real server, four clients.

Fills a temporary home with N dossiers (5,000 stories from the demonstration, then copies of them by SQL, most of them
ended, as in a city), starts the server as in production, and measures the inbox at any depth, filtered, by code, and
one dossier's page. SQLite unless HUONG_DATABASE names a PostgreSQL database made for this. The last line is JSON.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import reports as house
from bench.reports import ROOT, Client, measure, ready

STORIES, SMALL = 5_000, 3_000


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
    return (time.perf_counter() - began) / max(rows - STORIES, 1) * 100_000


def scenes(key: str, seconds: float) -> dict[str, Any]:
    """Run every scene."""
    work = "/api/v1/dossiers/work?scope=agency&size=50"
    whole = "/api/v1/dossiers/work?scope=all&size=50"
    ended = "/api/v1/dossiers/work?scope=all&is_open=false&size=50"
    deep = {path: house.cursors(key, path, 40) for path in (work, whole, ended)}
    one = json.loads(Client(key).ask("GET", ended)[1])["dossiers"][0]
    filtered = f"{work}&procedure={one['procedure']}&bucket=late"

    def any_page(path: str) -> str:
        return f"{path}&after={random.choice(deep[path])}"

    return {
        "inbox_first": measure("inbox, first page", seconds, key, lambda c: c.ask("GET", work)),
        "inbox_deep": measure("inbox, any page", seconds, key, lambda c: c.ask("GET", any_page(work))),
        "inbox_filtered": measure("inbox, one procedure, late", seconds, key, lambda c: c.ask("GET", filtered)),
        "all_deep": measure("all open of an agency, any page", seconds, key, lambda c: c.ask("GET", any_page(whole))),
        "ended_deep": measure("ended, any page", seconds, key, lambda c: c.ask("GET", any_page(ended))),
        "by_code": measure("by code", seconds, key, lambda c: c.ask("GET", f"{ended}&code={one['code']}")),
    }


def main() -> None:
    """Fill, serve, measure, tidy up."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--seconds", type=float, default=8)
    asked.add_argument(
        "--small", action="store_true", help="for continuous integration: 3,000 dossiers, one second each"
    )
    options = asked.parse_args()
    if options.small:
        options.rows, options.seconds = SMALL, 1
    place = Path(tempfile.mkdtemp(prefix="huong-bench-"))
    os.environ |= {"HUONG_HOME": str(place), "HUONG_DEMO": "0", "HUONG_LOG_LEVEL": "ERROR", "PORT": str(house.PORT)}
    os.environ |= {"HUONG_TRUSTED_PROXIES": "127.0.0.1", "DJANGO_SETTINGS_MODULE": "huong.settings"}
    try:
        import django

        django.setup()
        from django.db.models import Count

        from huong.base.sql import is_postgresql
        from huong.main.prepare import prepare
        from huong.people import queries as people
        from huong.people.actions import tokens
        from huong.procedures import demonstration
        from huong.procedures.models import Dossier

        prepare()
        stories = min(STORIES, options.rows)
        began = time.perf_counter()
        demonstration.fill(stories)
        story = (time.perf_counter() - began) / stories * 100_000
        copied = copies(options.rows)
        house.pass_by()
        engine = "postgresql" if is_postgresql() else "sqlite"
        count = Dossier.objects.count()
        print(f"{engine}: {count:,} dossiers; per 100,000: {story:.0f} s told, {copied:.0f} s copied", flush=True)
        busiest = Dossier.objects.filter(is_open=True).values("agency").annotate(n=Count("pk")).order_by("-n")[0]
        print(f"the busiest agency, {busiest['agency']}, has {busiest['n']:,} open", flush=True)
        powers = ["procedures.read"]
        key = tokens.issue("bench", agency=people.agency(busiest["agency"]), powers=powers, by=None)[1]
        server = subprocess.Popen(
            [ROOT / ".venv" / "bin" / "huong", "serve"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
        )
        try:
            ready()
            found = scenes(key, options.seconds)
        finally:
            server.terminate()
            server.wait(20)
        print(json.dumps({"bench": "procedures", "engine": engine, "rows": count, "clients": house.CLIENTS, **found}))
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
