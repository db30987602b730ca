"""A real MariaDB, where its programs are installed: a table is fetched, then only what is new; failures are sentences."""

import getpass
import os
import shutil
import socket
import subprocess
import time

import pytest

from huong.base.errors import BadInput, Unavailable
from huong.intake import actions
from huong.intake.models import Load
from huong.store import queries as store

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
COUNT = 25


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Run a MariaDB of our own in a temporary folder; give its port and a function that runs SQL as its master."""
    if not (shutil.which("mariadbd") and shutil.which("mariadb-install-db")):
        pytest.skip("MariaDB is not installed here (Debian: mariadb-server)")
    import pymysql

    folder, port, user = tmp_path_factory.mktemp("mariadb"), free_port(), getpass.getuser()
    data, lock = folder / "data", folder / "socket"
    common = ["--no-defaults", f"--datadir={data}", f"--user={user}"]
    subprocess.run(
        ["mariadb-install-db", *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True,
        capture_output=True,
    )
    options = [f"--port={port}", f"--socket={lock}", "--bind-address=127.0.0.1", f"--pid-file={folder / 'pid'}"]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(["mariadbd", *common, *options, "--skip-log-bin"], stdout=log, stderr=log)

    def run(*statements):
        with pymysql.connect(unix_socket=str(lock), user="root", autocommit=True) as con, con.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    for _try in range(200):
        try:
            run("SELECT 1")
            break
        except pymysql.Error:
            time.sleep(0.05)
    yield port, run, running
    running.terminate()
    running.wait(60)


@pytest.fixture
def cong(server, settings):
    """Make a department's table with Vietnamese, numbers, dates and nothing at all, on a host the operator named."""
    settings.HUONG = settings.HUONG.model_copy(update={"outgoing_hosts": "127.0.0.1"})
    port, run, _running = server
    run(
        "DROP DATABASE IF EXISTS tnuoc",
        "CREATE DATABASE tnuoc CHARACTER SET utf8mb4",
        "CREATE TABLE tnuoc.cong (stt INT PRIMARY KEY, ma VARCHAR(20), duong VARCHAR(80), do_sau DECIMAL(5,2),"
        " ngay_dat DATE)",
        "INSERT INTO tnuoc.cong VALUES "
        + ", ".join(f"({n}, 'C-{n:03}', 'Đường Lê Lợi', 1.50, '2020-01-02')" for n in range(COUNT)),
        "CREATE OR REPLACE USER 'huong'@'127.0.0.1' IDENTIFIED BY 'mật khẩu'",
        "GRANT SELECT ON tnuoc.* TO 'huong'@'127.0.0.1'",
    )
    return {"engine": "mysql", "host": "127.0.0.1", "port": port, "database": "tnuoc", "user": "huong"}


@pytest.fixture
def source(drains_data, steward):
    """Return a function that sets up the source."""

    def make(settings, password="mật khẩu", **more):
        facts = {"table": "cong", "cursor_column": "stt", **settings, **more}
        secrets = {"password": password}
        return actions.save_source("drains", "mysql", kind="database", settings=facts, credentials=secrets, by=steward)

    return make


def test_a_table_is_fetched_in_batches_and_then_only_what_is_new(source, cong, server, monkeypatch):
    from huong.intake.kinds import database

    monkeypatch.setattr(database, "BATCH_ROWS", 10)
    found = source(cong)
    assert actions.pull(found.pk).accepted == COUNT
    assert actions.pull(found.pk) is None
    server[1]("INSERT INTO tnuoc.cong VALUES (100, 'C-100', 'Hùng Vương', NULL, NULL)")
    assert actions.pull(found.pk).accepted == 1
    rows = {row["code"]: row for row in store.run(store.table("drains")).to_pylist()}
    assert (len(rows), rows["C-000"]["street"], rows["C-000"]["depth"]) == (COUNT + 1, "Đường Lê Lợi", 1.5)
    assert rows["C-000"]["laid_on"].isoformat() == "2020-01-02"


def test_wrong_password_missing_table_and_a_silent_server_are_sentences(source, cong):
    for settings, code in (({"password": "sai"}, "source_refused"), ({"table": "khac"}, "source_changed")):
        with pytest.raises(BadInput) as refused:
            actions.pull(source(cong, **settings).pk)
        assert refused.value.code == code
    with pytest.raises(Unavailable):
        actions.pull(source(cong, port=free_port()).pk)
    assert Load.objects.count() == 0


def test_the_server_killed_in_the_middle_leaves_nothing_committed(source, cong, server, monkeypatch):
    from huong.intake.kinds import database

    monkeypatch.setattr(database, "BATCH_ROWS", 2000)
    _port, run, running = server
    run("USE tnuoc", "INSERT INTO cong SELECT seq, CONCAT('D-', seq), REPEAT('x', 60), 1, NULL FROM seq_1000_to_300000")
    found = source(cong)
    real = database._write_part

    def torn(parts, table, note):
        real(parts, table, note)
        if running.poll() is None:
            os.kill(running.pid, 9)
            running.wait()

    monkeypatch.setattr(database, "_write_part", torn)
    with pytest.raises(Unavailable):
        actions.pull(found.pk)
    found.refresh_from_db()
    assert (store.current("drains"), Load.objects.count(), found.failures) == (None, 0, 1)
