"""`script/bench start`: how soon `huong serve` is ready, and how much memory the whole process tree holds when idle.

Seconds run from the command to the first 200 of `/readyz`: once into an empty home (tables and city are made) and
once into the home that is there. Memory is the proportional set size (PSS) of the supervisor and all below it,
some seconds after the last request, so that what processes share counts once. Source: proc(5), smaps_rollup.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from huong.base.testing import house

ROOT = Path(__file__).resolve().parents[1]
BARS = [("first_start_s", 10.0), ("start_s", 10.0), ("idle_pss_mb", 600.0), ("worked_pss_mb", 600.0)]
PAGES = ("/", "/search?q=cau", "/account/", "/about/lotus", "/api/v1/openapi.json", "/places/boundaries.geojson")


def pss_mb(pid: int) -> float:
    """Return the proportional set size of a process in MiB; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def started(environment: dict[str, str], log: Path) -> tuple[subprocess.Popen[bytes], int, float]:
    """Start the house and wait until it is ready; return the supervisor, its port and how many seconds it took."""
    port = house.free_port()
    began = time.perf_counter()
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*house.COMMAND, "serve", "--port", str(port)], env=environment, stdout=out, stderr=out
        )
    url = f"http://127.0.0.1:{port}/readyz"
    house.until(lambda: process.poll() is not None or house.status_of(url) == 200, seconds=120, why="ready")
    if process.poll() is not None:
        raise SystemExit(log.read_text(errors="replace")[-2000:])
    return process, port, time.perf_counter() - began


def ended(process: subprocess.Popen[bytes]) -> float:
    """Ask the house to end; return how many seconds it took."""
    began = time.perf_counter()
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    return time.perf_counter() - began


def memory(process: subprocess.Popen[bytes]) -> dict[str, float]:
    """Return the PSS of each process of the tree by what it is."""
    found: dict[str, float] = {}
    for pid in [process.pid, *house.below(process.pid)]:
        words = house.words_of(pid)
        name = next((word for word in ("readers", "jobs", "granian", "serve") if word in words), "other")
        found[name] = found.get(name, 0.0) + pss_mb(pid)
    return found


def measured(folder: Path, database: str, settle: float) -> dict[str, Any]:
    """Start twice; the second time also ask for a few pages, and look at the memory before and after."""
    environment = os.environ | {"HUONG_HOME": str(folder / "home"), "HUONG_DATABASE": database, "HUONG_DEMO": "0"}
    environment["PYTHONPATH"] = str(ROOT / "src")
    process, _port, first = started(environment, folder / "log")
    found: dict[str, Any] = {"first_start_s": first, "end_s": ended(process)}
    process, port, again = started(environment, folder / "log")
    try:
        time.sleep(settle)
        idle = memory(process)
        found |= {"start_s": again, "idle_pss_mb": sum(idle.values()), "idle_by_process": rounded(idle)}
        statuses = [house.status_of(f"http://127.0.0.1:{port}{page}") for page in PAGES for _worker in range(4)]
        time.sleep(settle)
        worked = memory(process)
        found |= {"worked_pss_mb": sum(worked.values()), "worked_by_process": rounded(worked)}
        found["pages_not_200"] = sum(status != 200 for status in statuses)
    finally:
        ended(process)
    return found


def rounded(values: dict[str, float]) -> dict[str, float]:
    """Round for printing."""
    return {name: round(value, 1) for name, value in values.items()}


def main() -> None:
    """Measure, print the table, end with one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settle", type=float, default=5.0, help="seconds of rest before memory is looked at")
    parser.add_argument("--small", action="store_true", help="for continuous integration: one second of rest")
    asked = parser.parse_args()
    settle = 1.0 if asked.small else asked.settle
    with tempfile.TemporaryDirectory(prefix="huong-bench-start-") as folder, house.database_apart() as database:
        found = measured(Path(folder), database, settle)
    kind = "postgresql" if os.environ.get("HUONG_DATABASE") else "sqlite"
    about = {"bench": "start", "database": kind, "cores": os.cpu_count(), "python": platform.python_version()}
    print(f"start: {kind}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name, bar in BARS:
        print(f"{name:<20}{found[name]:>10.2f}  <= {bar:g} {'yes' if found[name] <= bar else 'NO'}")
    print(f"{'end_s':<20}{found['end_s']:>10.2f}")
    print("idle MB:", found["idle_by_process"], " after pages:", found["worked_by_process"])
    numbers = {name: round(value, 3) if isinstance(value, float) else value for name, value in found.items()}
    print(json.dumps(about | numbers))


if __name__ == "__main__":
    main()
