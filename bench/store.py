"""`script/bench store [--rows N]`: the store's bars (docs/benchmarks.md), bare DuckDB beside it in the same run.

Everything goes through the verbs that a load uses: begin, write, publish, with journal entry and pointer.
The home is a temporary one; SQLite, or the PostgreSQL that `--database postgresql` starts or HUONG_DATABASE names.
"""

import argparse
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from huong.base.testing import house

ROOT = Path(__file__).resolve().parents[1]
MONTHS = 60
CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: bench_reports
name: Phản ánh hiện trường
version: 1.0.0
status: active
domain: environment
description: {purpose: Đo tốc độ.}
team:
  name: Đơn vị đo
  customProperties: [{property: agencyCode, value: H57.0}]
schema:
  - name: bench_reports
    logicalType: object
    properties:
      - {name: ref, businessName: Mã, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: opened_at, businessName: Lúc nhận, logicalType: timestamp, required: true,
         logicalTypeOptions: {defaultTimezone: Asia/Ho_Chi_Minh}}
      - {name: ward, businessName: Phường, logicalType: string}
      - {name: category, businessName: Loại, logicalType: string}
      - {name: channel, businessName: Kênh, logicalType: string}
      - {name: state, businessName: Trạng thái, logicalType: string, enum: [{value: open}, {value: closed}]}
      - {name: rating, businessName: Điểm, logicalType: integer}
      - {name: hours, businessName: Giờ, logicalType: number}
      - {name: words, businessName: Nội dung, logicalType: string}
customProperties:
  - {property: mode, value: upsert}
  - {property: classification, value: shared}
"""


def rows_sql(first: int, count: int, *, state: str = "open") -> str:
    """Return a SELECT of synthetic field reports: rows in time order over five years."""
    return f"""SELECT printf('PA-%09d', i) AS ref,
        TIMESTAMPTZ '2021-01-01 00:00:00+07' + to_microseconds(CAST(i * (157680000000000.0 / {TOTAL}) AS BIGINT)) AS opened_at,
        printf('W%02d', hash(i) % 40) AS ward, printf('C%02d', hash(i + 1) % 60) AS category,
        (ARRAY['app','phone','web','mail'])[CAST(1 + hash(i + 2) % 4 AS BIGINT)] AS channel, '{state}' AS state,
        CAST(1 + hash(i + 3) % 5 AS BIGINT) AS rating, CAST(hash(i + 4) % 900 AS DOUBLE) / 10 AS hours,
        'Nắp cống vỡ trước số ' || (hash(i + 5) % 40000) || ' đường ' || md5(CAST(hash(i + 6) % 300 AS VARCHAR))[:8] AS words
        FROM range({first}, {first + count}) t(i)"""


TOTAL = 1_000_000


def write(sql: str, path: Path) -> Path:
    """Write rows to a Parquet file, as the intake leaves them."""
    import duckdb

    with duckdb.connect() as con:
        con.execute("SET threads=2; SET TimeZone='UTC'; SET memory_limit='1GB'")
        con.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    return path


def seconds(work: Callable[[], object]) -> float:
    """Return how long work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def quantile(values: list[float], share: float) -> float:
    """Return the smallest measured value that at least this share of all does not exceed."""
    return sorted(values)[math.ceil(len(values) * share) - 1]


class Memory:
    """The largest resident size of this process while work runs."""

    def __init__(self) -> None:
        self.largest = 0.0
        self._stop = threading.Event()

    def __enter__(self) -> "Memory":
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            self.largest = max(self.largest, pages * os.sysconf("SC_PAGE_SIZE") / 2**20)

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()


def commit(dataset: str, path: Path, mode: str, **options: Any) -> Any:
    """Bring a file in as the intake does."""
    from huong.base import ids
    from huong.store import actions

    with actions.locked(dataset):
        found = actions.begin(dataset, batch=ids.new_id(), mode=mode)
        actions.write(found, [path], key=["ref"], **options)
        return actions.publish(found)


def fill(folder: Path, dataset: str, partition: str) -> dict[str, Any]:
    """Fill a dataset with all rows in loads of a million, and say how long it took."""
    took = 0.0
    for first in range(0, TOTAL, 1_000_000):
        path = write(rows_sql(first, min(1_000_000, TOTAL - first)), folder / "fill.parquet")
        took += seconds(partial(commit, dataset, path, "append", partition=partition, event="opened_at"))
        path.unlink()
    return {"fill_s": took, "fill_rows_per_s": TOTAL / took}


GROUP = (
    "SELECT ward, category, channel, count(*) AS n, avg(rating) AS r, sum(hours) AS h FROM {} GROUP BY ALL ORDER BY ALL"
)


def group_by(dataset: str) -> dict[str, Any]:
    """Group all rows by three keys: through the door, and bare DuckDB over the same files; interleaved."""
    import duckdb

    from huong.store import queries

    table = queries.table(dataset)
    grouped = table.group_by("ward", "category", "channel").agg(
        n=table.count(), r=table.rating.mean().cast("float64"), h=table.hours.sum().cast("float64")
    )
    expression = grouped.order_by("ward", "category", "channel")
    files = [str(path) for path in queries.files_of(dataset)]

    def bare() -> list[Any]:
        with duckdb.connect() as con:
            con.execute("SET threads=2")
            return list(con.execute(GROUP.format(f"read_parquet({files})")).fetchall())

    ours = queries.run(expression)
    assert [tuple(row.values())[:4] for row in ours.to_pylist()] == [row[:4] for row in bare()]
    pairs = [(seconds(lambda: queries.run(expression)), seconds(bare)) for _round in range(7)]
    own, other = (statistics.median(values) for values in zip(*pairs, strict=True))
    return {"group_by_s": own, "group_by_bare_s": other, "group_by_ratio": own / other}


def appends(folder: Path, count: int = 60) -> dict[str, Any]:
    """Append 1,000 rows again and again: the table write alone, and the whole of begin, write, publish."""
    from huong.base import ids
    from huong.store import actions

    writes, wholes = [], []
    for number in range(count):
        path = write(rows_sql(TOTAL + number * 1000, 1000), folder / "small.parquet")
        began = time.perf_counter()
        with actions.locked("bench_appends"):
            found = actions.begin("bench_appends", batch=ids.new_id(), mode="append")
            middle = time.perf_counter()
            actions.write(found, [path], key=["ref"], event="opened_at")
            writes.append(time.perf_counter() - middle)
            actions.publish(found)
        wholes.append(time.perf_counter() - began)
    return {
        "append_1000_p50_ms": quantile(writes, 0.5) * 1000,
        "append_1000_p95_ms": quantile(writes, 0.95) * 1000,
        "commit_1000_p50_ms": quantile(wholes, 0.5) * 1000,
        "commit_1000_p95_ms": quantile(wholes, 0.95) * 1000,
    }


def upserts(folder: Path, dataset: str) -> dict[str, Any]:
    """Upsert 100,000 rows: 90,000 of the last three months changed, 10,000 new; then the same again; then scattered."""
    size = min(100_000, TOTAL // 10)
    changed = int(size * 0.9)
    recent = write(rows_sql(TOTAL - changed, size, state="closed"), folder / "recent.parquet")
    step = TOTAL // changed
    every = rows_sql(0, TOTAL, state="closed")
    scattered = write(f"SELECT * FROM ({every}) WHERE CAST(ref[4:] AS BIGINT) % {step} = 1", folder / "all.parquet")
    found: dict[str, Any] = {"upsert_rows": size}
    for name, path in (("upsert", recent), ("upsert_same", recent), ("upsert_scattered", scattered)):
        with Memory() as memory:
            began = time.perf_counter()
            done = commit(dataset, path, "upsert", event="opened_at")
            found[f"{name}_s"] = time.perf_counter() - began
        found[f"{name}_rss_mb"] = memory.largest
        found[f"{name}_counts"] = [done.state, done.added, done.updated]
    return found


def lookups(dataset: str) -> dict[str, Any]:
    """Make the serving copy, look rows up by key through the read door, read pages, and carry one difference over."""
    import random

    from huong.store.models import ServingCopy
    from huong.store.queries import Filter, Use, row, rows
    from huong.store.serving.building import bring_up

    use = Use("H57.0", "Đo tốc độ", person=somebody())
    built = seconds(lambda: bring_up(dataset))
    dice = random.Random(7)
    keys = [f"PA-{dice.randrange(TOTAL):09d}" for _each in range(300)]
    row(dataset, keys[0], use)
    looked, computed = [], []
    for key in keys:
        before = time.thread_time()
        looked.append(seconds(partial(row, dataset, key, use)))
        computed.append(time.thread_time() - before)
    closed = [Filter("state", "eq", "closed")]
    pages = [seconds(partial(rows, dataset, use=use, filters=closed, size=50)) for _page in range(50)]
    search = seconds(lambda: rows(dataset, use=use, filters=[Filter("", "contains", "so 39999 duong")], size=50))
    return {
        "serving_built_s": built,
        "serving_rows": ServingCopy.objects.get(dataset=dataset).rows,
        "lookup_p50_ms": quantile(looked, 0.5) * 1000,
        "lookup_p95_ms": quantile(looked, 0.95) * 1000,
        "lookup_cpu_p95_ms": quantile(computed, 0.95) * 1000,
        "page_50_p95_ms": quantile(pages, 0.95) * 1000,
        "words_ms": search * 1000,
    }


def carried(folder: Path, dataset: str) -> dict[str, Any]:
    """Bring the serving copy over an upsert of 1,000 rows."""
    from huong.store.models import ServingCopy
    from huong.store.serving.building import bring_up

    path = write(rows_sql(TOTAL // 2, 1000, state="closed"), folder / "few.parquet")
    commit(dataset, path, "upsert", event="opened_at")
    took = seconds(lambda: bring_up(dataset))
    return {"serving_carried_s": took, "serving_rebuilt": ServingCopy.objects.get(dataset=dataset).rebuilt}


def killed() -> dict[str, Any]:
    """Kill a writer at every step of a commit, 22 times, with a reader looking all the time."""
    home = tempfile.mkdtemp(prefix="huong-bench-kill-")
    script = ROOT / "src" / "huong" / "store" / "tests" / "pulling_the_plug.py"
    with house.database_apart() as database:
        environment = os.environ | {"HUONG_HOME": home, "HUONG_DATABASE": database, "PYTHONPATH": str(ROOT / "src")}
        done = subprocess.run(
            [sys.executable, str(script), "22"], env=environment, capture_output=True, text=True, check=False
        )
    shutil.rmtree(home, ignore_errors=True)
    if done.returncode:
        return {"kill_rounds": 0, "kill_problem": done.stderr.strip().splitlines()[-1][:200]}
    said = json.loads(done.stdout.strip().splitlines()[-1])
    return {"kill_rounds": said["killed"], "kill_torn": said["torn"] or "none"}


def somebody() -> Any:
    """Return an officer of the measuring agency."""
    from huong.people.models import User

    return User.objects.get(username="bench")


def prepare() -> None:
    """Make the home: tables, one agency, one person, one contract."""
    import django

    django.setup()
    from django.core.management import call_command

    from huong.base import clock, home
    from huong.catalogue import actions as catalogue
    from huong.people.models import Agency, Post, User

    home.prepare(demo=False)
    call_command("migrate", verbosity=0, interactive=False)
    agency = Agency.objects.create(code="H57.0", name="Đơn vị đo", tier="city", valid_from=clock.today())
    user = User.objects.create(username="bench", full_name="Người đo")
    Post.objects.create(user=user, agency=agency, role="steward", valid_from=clock.today())
    catalogue.add(CONTRACT, by=None)


BARS: list[tuple[str, str, str, float]] = [
    ("group-by, ratio to bare DuckDB", "group_by_ratio", "<=", 1.3),
    ("append of 1,000 rows, p50 ms", "append_1000_p50_ms", "<=", 60),
    ("begin + write + publish of 1,000 rows, p95 ms", "commit_1000_p95_ms", "<=", 400),
    ("look-up by key, p95 ms", "lookup_p95_ms", "<=", 5),
    ("upsert of 100,000 rows, s", "upsert_s", "<=", 10),
    ("the same, rows scattered over all partitions, s", "upsert_scattered_s", "<=", 10),
    ("the same, largest resident size, MB", "upsert_scattered_rss_mb", "<=", 2000),
    ("kill -9 rounds without a torn read", "kill_rounds", ">=", 20),
]


def show(found: dict[str, Any]) -> None:
    """Print the figures as a table, then one JSON line."""
    print(f"{'what':<52}{'measured':>12}  bar")
    for title, name, sign, bar in BARS:
        if name in found:
            good = found[name] <= bar if sign == "<=" else found[name] >= bar
            print(f"{title:<52}{found[name]:>12.2f}  {sign} {bar:g} {'yes' if good else 'NO'}")
    named = {name for _title, name, _sign, _bar in BARS}
    for name, value in found.items():
        if name not in named:
            print(f"{name:<52}{value if not isinstance(value, float) else round(value, 3)!s:>12}")
    print(json.dumps({name: round(value, 4) if isinstance(value, float) else value for name, value in found.items()}))


def main() -> None:
    """Measure."""
    global TOTAL  # noqa: PLW0603 - one size for the whole run
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--no-serving", action="store_true", help="leave the serving copy out")
    parser.add_argument("--no-kill", action="store_true", help="leave the kill -9 rounds out")
    parser.add_argument("--small", action="store_true", help="for continuous integration: 200,000 rows")
    asked = parser.parse_args()
    TOTAL = 200_000 if asked.small else asked.rows
    home = Path(tempfile.mkdtemp(prefix="huong-bench-store-"))
    os.environ |= {"HUONG_HOME": str(home / "home"), "HUONG_DEMO": "0"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huong.settings")
    sys.path.insert(0, str(ROOT / "src"))
    try:
        prepare()
        show(measured(home, with_serving=not asked.no_serving, with_kills=not asked.no_kill))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def measured(folder: Path, *, with_serving: bool, with_kills: bool) -> dict[str, Any]:
    """Run every measurement."""
    from django.db import connection

    found: dict[str, Any] = {"bench": "store", "rows": TOTAL, "database": connection.vendor}
    found |= {"cores": os.cpu_count(), "python": platform.python_version()}
    found |= fill(folder, "bench_reports", "opened_at")
    found |= group_by("bench_reports")
    found |= appends(folder)
    found |= upserts(folder, "bench_reports")
    if with_serving:
        found |= lookups("bench_reports") | carried(folder, "bench_reports")
    return found | (killed() if with_kills else {})


if __name__ == "__main__":
    main()
