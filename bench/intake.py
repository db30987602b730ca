"""`script/bench intake [--rows N]`: a contract of 13 rules over N rows of Parquet, beside the peers, in one run.

Every contender gets the same file and must find the same counts before times are compared. Each runs in a
process of its own; CPU is user + system time of that process from the first look at the file on; loading of libraries is left out for all.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import _rows

ROOT = Path(__file__).resolve().parents[1]
DATABASE = "postgresql" if os.environ.get("HUONG_DATABASE") else "sqlite"
PEERS = ("great_expectations", "pandera")
CONTRACT = ROOT / "bench" / "field_reports.yaml"


def child(*command: str, home: str) -> dict[str, Any]:
    """Run one contender and return what it printed last, or why it could not run."""
    environment = os.environ | {"HUONG_HOME": home, "HUONG_DEMO": "0", "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["?"])[-1][:200]}
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def own_check(file: str) -> dict[str, Any]:
    """Check and quarantine; nothing else."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huong.settings")
    django.setup()
    from huong.base import home
    from huong.catalogue import actions as catalogue
    from huong.main.prepare import prepare
    from huong.quality import checking

    prepare()
    spec = catalogue.check(CONTRACT.read_text(encoding="utf-8")).spec
    assert spec is not None
    target = home.path("tmp", "x").parent
    begun, used = time.perf_counter(), time.process_time()
    with checking.connect() as con:
        found = checking.check(
            spec,
            f"SELECT file_row_number AS _row, * EXCLUDE (file_row_number) FROM read_parquet('{file}', file_row_number = true)",
            con,
            accepted=target / "accepted.parquet",
            refused=target / "refused.parquet",
        )
    return {
        "counts": {name: found.counts[name] for name in _rows.RULES},
        "wall": time.perf_counter() - begun,
        "cpu": time.process_time() - used,
    }


def own_load(file: str) -> dict[str, Any]:
    """Load whole: raw bytes kept, checked, committed, scored, published."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huong.settings")
    django.setup()
    from huong.catalogue import actions as catalogue
    from huong.intake import actions as intake
    from huong.main.prepare import prepare

    prepare()
    catalogue.add(CONTRACT.read_text(encoding="utf-8"), by=None)
    begun, used = time.perf_counter(), time.process_time()
    load = intake.load_file("bench_field_reports", Path(file), by=None, name="reports.parquet")
    wall, cpu = time.perf_counter() - begun, time.process_time() - used
    if load.state != "done":
        raise SystemExit(f"{load.state}: {load.message}")
    return {"accepted": load.accepted, "refused": load.refused, "wall": wall, "cpu": cpu}


def run_own(kind: str, file: str) -> None:
    """Run one of our two sides in this process and print what it cost."""
    found = {"check": own_check, "load": own_load}[kind](file)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps(found | {"rss_mb": used.ru_maxrss / 1024}))


def main() -> None:
    """Make the rows, run everybody, compare counts, print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--own", nargs=2, metavar=("KIND", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--small", action="store_true", help="for continuous integration: 200,000 rows")
    options = parser.parse_args()
    rows = 200_000 if options.small else options.rows
    if options.own:
        run_own(*options.own)
        return
    with tempfile.TemporaryDirectory(prefix="huong-bench-") as folder:
        file = f"{folder}/rows.parquet"
        _rows.make(Path(file), rows)
        results = {
            f"huong {kind}": child(sys.executable, "-m", "bench.intake", "--own", kind, file, home=f"{folder}/{kind}")
            for kind in ("check", "load")
        }
        peer_python = ROOT / ".venv-bench" / "bin" / "python"
        for peer in PEERS if peer_python.exists() else ():
            results[peer] = child(str(peer_python), "bench/_peers.py", peer, file, home=f"{folder}/{peer}")
    report(rows, results)


def report(rows: int, results: dict[str, dict[str, Any]]) -> None:
    """Print the table, refuse to compare unequal counts, end with one JSON line."""
    print(f"intake: {rows:,} rows, 13 rules; Python {platform.python_version()}, {os.cpu_count()} cores, {DATABASE}")
    own = results["huong check"]
    for name, found in results.items():
        if "error" in found:
            print(f"{name:20} could not run: {found['error']}")
            continue
        rate = rows / found["wall"]
        print(
            f"{name:20} {found['wall']:7.2f} s  {rate:12,.0f} rows/s  CPU {found['cpu']:7.2f} s  RSS {found['rss_mb']:6.0f} MB"
        )
        if "counts" in found and "counts" in own and found["counts"] != own["counts"]:
            differing = {
                rule: (own["counts"][rule], found["counts"].get(rule))
                for rule in own["counts"]
                if own["counts"][rule] != found["counts"].get(rule)
            }
            raise SystemExit(f"{name} found other counts: {differing}")
    for peer in PEERS:
        if "cpu" in results.get(peer, {}) and "cpu" in own:
            print(f"CPU of {peer} / huong check: {results[peer]['cpu'] / own['cpu']:.1f}")
    print(json.dumps({"bench": "intake", "rows": rows, "database": DATABASE, "results": results}))
    if any("error" in results[name] for name in ("huong check", "huong load")):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
