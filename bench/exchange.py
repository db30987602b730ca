"""`script/bench exchange [--database postgresql] [--seconds N]`: signed, granted, logged exchanges a second, provider's side and both sides.

Two homes on this machine, each a node of its own: `huong serve` answers (web workers, readers, jobs with their
seals), this program asks. First the provider's side: requests are signed beforehand, a plain generator sends them
and its own cost is shown apart. Then both sides: the platform's own consumer asks, believes and writes down.
SQLite, or two databases made for this on the PostgreSQL server that HUONG_DATABASE names (`script/bench` starts one).
"""

import argparse
import http.client
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[1]
PROVIDER, CONSUMER = "VN/GOV/H57.8/data", "VN/GOV/BENCH/app"
SERVICE = f"{PROVIDER}/bench-hydrants"
PURPOSE, ROWS = "flood.relief", 10_000
CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: bench_hydrants
name: Trụ nước
version: 1.0.0
status: active
domain: environment
description: {purpose: Đo tốc độ.}
team: {name: Đơn vị đo, customProperties: [{property: agencyCode, value: H57.8}]}
schema:
  - name: bench_hydrants
    logicalType: object
    properties:
      - {name: code, businessName: Mã, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: ward, businessName: Phường, logicalType: string}
      - {name: state, businessName: Tình trạng, logicalType: string}
customProperties: [{property: mode, value: upsert}, {property: classification, value: shared}]
"""


def child(home: Path, database: str, role: str, *options: str, port: int = 0) -> dict[str, Any]:
    """Run one part of this program in a home of its own, and return the JSON it prints last."""
    env = environment(home, database)
    command = [sys.executable, "-m", "bench.exchange", "--role", role, "--port", str(port), *options]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def environment(home: Path, database: str) -> dict[str, str]:
    """Return the environment of a node."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("HUONG_")}
    return {
        **plain,
        "HUONG_HOME": str(home),
        "HUONG_DATABASE": database,
        "HUONG_DEMO": "0",
        "HUONG_OUTGOING_HOSTS": "127.0.0.1",
        "HUONG_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "huong.settings",
    }


def start_django() -> None:
    """Load the platform, and bring the home up."""
    import django

    django.setup()
    from huong.main.prepare import prepare

    prepare()


def prepare_consumer(_options: argparse.Namespace) -> dict[str, Any]:
    """Let the consumer exist, and hand out its public key."""
    start_django()
    from huong.exchange import queries
    from huong.exchange.actions import members

    member = members.add(CONSUMER, name="Bench", own=True, agency="H57.1", by=None)
    members.signing_key(member)
    return queries.jwks_of(member)


def prepare_provider(options: argparse.Namespace) -> dict[str, Any]:
    """Fill a dataset, offer it, let the consumer join with its key, grant it two of three fields."""
    start_django()
    from huong.catalogue import actions as catalogue
    from huong.exchange import queries
    from huong.exchange.actions import grants, members, services
    from huong.store.serving.building import bring_up

    catalogue.add(CONTRACT, by=None)
    fill()
    bring_up("bench_hydrants")
    consumer = members.add(CONSUMER, name="Bench", address="http://127.0.0.1:9", by=None)
    take(consumer, json.loads(options.keys))
    member = queries.member(PROVIDER)
    members.signing_key(member)
    service = services.offer_dataset(member, "bench_hydrants", by=None)
    facts = {"fields": ["code", "state"], "purposes": [PURPOSE], "why": "Đo tốc độ trao đổi dữ liệu", "rate": 60_000}
    grants.grant(grants.ask(service, consumer=consumer, by=None, **facts).number, by=None)  # type: ignore[arg-type]
    return queries.jwks_of(member)


def take(member: Any, jwks: dict[str, Any]) -> None:
    """Take over the keys of the other node."""
    import base64

    from huong.exchange.actions import members

    for jwk in jwks["keys"]:
        members.add_public(member, base64.urlsafe_b64decode(jwk["x"] + "="), key_id=jwk["kid"], by=None)


def fill() -> None:
    """Commit the rows of the dataset."""
    import duckdb

    from huong.base import ids
    from huong.store import actions

    path = Path(tempfile.mkdtemp()) / "rows.parquet"
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT printf('HD-%06d', i) AS code, printf('W%02d', i % 40) AS ward, 'good' AS state"
            f" FROM range({ROWS}) t(i)) TO '{path}' (FORMAT parquet)"
        )
    with actions.locked("bench_hydrants"):
        commit = actions.begin("bench_hydrants", batch=ids.new_id(), mode="upsert")
        actions.write(commit, [path], key=["code"])
        actions.publish(commit)


def meet(options: argparse.Namespace) -> dict[str, Any]:
    """Tell the consumer where the provider answers, and its key."""
    start_django()
    from huong.exchange import queries
    from huong.exchange.actions import members
    from huong.exchange.models import MemberKey

    member = queries.member(PROVIDER)
    MemberKey.objects.filter(member=member).delete()
    members.add(PROVIDER, name="Provider", address=f"http://127.0.0.1:{options.port}", by=None)
    take(queries.member(PROVIDER), json.loads(options.keys))
    return {}


def signed_requests(count: int) -> list[tuple[str, dict[str, str]]]:
    """Return requests for one row each, signed now."""
    from huong.exchange import queries, signing
    from huong.exchange.actions import members
    from huong.exchange.rules import heads, identifiers

    key = members.signing_key(queries.member(CONSUMER)).key_id
    made = []
    for number in range(count):
        path = identifiers.path_of(SERVICE, f"/rows/HD-{number % ROWS:06d}")
        headers = {
            "accept": "application/json",
            "content-digest": heads.content_digest(b""),
            "x-road-client": CONSUMER,
            "x-road-id": str(uuid.uuid4()),
            "x-road-issue": f"{PURPOSE}/HS-{number}",
        }
        headers |= signing.signed(signing.request("GET", path, "", headers, b""), key)
        made.append((path, headers))
    return made


def generate(options: argparse.Namespace) -> dict[str, Any]:
    """Send requests signed beforehand over kept connections, and measure; the generator's own cost apart."""
    import django

    django.setup()
    begun = resource.getrusage(resource.RUSAGE_SELF)
    waiting = signed_requests(options.count)
    signing_cpu = cpu_since(begun)
    times: list[float] = []
    statuses: dict[int, int] = {}
    stop = time.monotonic() + options.seconds
    sent = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    run_threads(options.clients, lambda: sender(options.port, waiting, times, statuses, stop))
    spent = time.perf_counter() - began
    return {
        "rate": statuses.get(200, 0) / spent,
        "statuses": statuses,
        "p50_ms": statistics.median(times) * 1000,
        "p95_ms": sorted(times)[int(len(times) * 0.95)] * 1000,
        "own_cpu_ms": cpu_since(sent) / max(1, len(times)) * 1000,
        "signing_cpu_ms": signing_cpu / options.count * 1000,
    }


def cpu_since(begun: resource.struct_rusage) -> float:
    """Return the CPU seconds of this process since."""
    now = resource.getrusage(resource.RUSAGE_SELF)
    return now.ru_utime + now.ru_stime - begun.ru_utime - begun.ru_stime


def run_threads(count: int, work: Any) -> None:
    """Run the same work on several threads, and wait."""
    threads = [threading.Thread(target=work) for _each in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def sender(port: int, waiting: list[Any], times: list[float], statuses: dict[int, int], stop: float) -> None:
    """Send until there is nothing left or the time is over."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while time.monotonic() < stop:
        try:
            path, headers = waiting.pop()
        except IndexError:
            return
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        times.append(time.perf_counter() - began)
        statuses[response.status] = statuses.get(response.status, 0) + 1


def consume(options: argparse.Namespace) -> dict[str, Any]:
    """Ask with the platform's own consumer: sign, send, believe, write down."""
    import django

    django.setup()
    from huong.exchange import consumer, queries

    client = queries.member(CONSUMER)
    times: list[float] = []
    failed: list[str] = []
    stop = time.monotonic() + options.seconds

    def ask() -> None:
        number = 0
        while time.monotonic() < stop:
            number += 1
            began = time.perf_counter()
            try:
                consumer.call(consumer.Call(SERVICE, f"/rows/HD-{number % ROWS:06d}", client, f"{PURPOSE}/HS-{number}"))
            except Exception as error:  # noqa: BLE001 - counted and shown
                failed.append(repr(error)[:200])
                continue
            times.append(time.perf_counter() - began)

    began = time.perf_counter()
    run_threads(options.clients, ask)
    spent = time.perf_counter() - began
    return {
        "rate": len(times) / spent,
        "failed": failed[:3],
        "p50_ms": statistics.median(times) * 1000 if times else None,
    }


def sealed(_options: argparse.Namespace) -> dict[str, Any]:
    """Seal what was written, and prove it."""
    import django

    django.setup()
    from huong.journal import seals
    from huong.journal.models import Entry

    began = time.perf_counter()
    while seals.seal():
        pass
    return {"entries": Entry.objects.count(), "seconds": time.perf_counter() - began}


ROLES = {
    "consumer": prepare_consumer,
    "provider": prepare_provider,
    "meet": meet,
    "generate": generate,
    "consume": consume,
    "sealed": sealed,
}


def wait_for(port: int, *, seconds: float = 180) -> None:
    """Wait until the provider answers; on a machine that is busy its start takes a while."""
    stop = time.monotonic() + seconds
    while time.monotonic() < stop:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the provider does not answer")


def made_databases(server: str) -> tuple[str, str]:
    """Return the databases of provider and consumer: two new ones on a PostgreSQL server, or SQLite files."""
    if not server.startswith("postgresql"):
        return "", ""
    import psycopg

    names = (f"bench_provider_{os.getpid()}", f"bench_consumer_{os.getpid()}")
    with psycopg.connect(server, autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}".encode())
    found = tuple(urlunsplit(urlsplit(server)._replace(path=f"/{name}")) for name in names)
    return found[0], found[1]


def drop(databases: tuple[str, str]) -> None:
    """Drop the databases that were made for this run."""
    import psycopg

    for database in filter(None, databases):
        parts = urlsplit(database)
        with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {parts.path[1:]} WITH (FORCE)".encode())


def measured(options: argparse.Namespace, homes: Path) -> dict[str, Any]:
    """Run both parts and return the figures."""
    databases = made_databases(os.environ.get("HUONG_DATABASE", ""))
    a, b = homes / "provider", homes / "consumer"
    keys = child(b, databases[1], "consumer")
    own = child(a, databases[0], "provider", "--keys", json.dumps(keys))
    child(b, databases[1], "meet", "--keys", json.dumps(own), port=options.port)
    command = [sys.executable, "-m", "huong.main.cli", "serve", "--port", str(options.port)]
    server = subprocess.Popen(command, env=environment(a, databases[0]), cwd=ROOT)
    try:
        wait_for(options.port)
        common = ["--seconds", str(options.seconds), "--clients", str(options.clients)]
        child(b, databases[1], "generate", "--count", "400", *common, port=options.port)  # warm
        provider = child(b, databases[1], "generate", "--count", str(options.count), *common, port=options.port)
        both = child(b, databases[1], "consume", *common, port=options.port)
        seal = child(a, databases[0], "sealed")
    finally:
        server.terminate()
        server.wait(30)
        drop(databases)
    engine = urlsplit(databases[0]).scheme or "sqlite"
    return {"engine": engine, "provider": provider, "both": both, "sealed": seal}


def main() -> None:
    """Measure, or play one part of the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--role", default="", choices=["", *ROLES])
    parser.add_argument("--port", type=int, default=8180)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--count", type=int, default=8000)
    parser.add_argument("--keys", default="{}")
    parser.add_argument("--small", action="store_true", help="for continuous integration: two seconds, 400 messages")
    options = parser.parse_args()
    if options.small:
        options.seconds, options.count = 2, 400
    if options.role:
        print(json.dumps(ROLES[options.role](options)))
        return
    homes = Path(tempfile.mkdtemp(prefix="huong-bench-exchange-"))
    try:
        found = measured(options, homes)
    finally:
        shutil.rmtree(homes, ignore_errors=True)
    provider, both = found["provider"], found["both"]
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {found['engine']}")
    print(
        f"provider side   {provider['rate']:7.0f}/s   p50 {provider['p50_ms']:.1f} ms, p95 {provider['p95_ms']:.1f} ms  (bar 300/s)"
    )
    print(
        f"  generator     {provider['own_cpu_ms']:.2f} ms CPU a request, signing before {provider['signing_cpu_ms']:.2f} ms"
    )
    print(f"both sides      {both['rate']:7.0f}/s   p50 {both['p50_ms'] or 0:.1f} ms  (bar 150/s)")
    print(f"sealed          {found['sealed']['entries']} entries in {found['sealed']['seconds']:.1f} s after the run")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
