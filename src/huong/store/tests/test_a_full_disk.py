"""A full disk refuses a write with a sentence and harms nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.django_db

SCRIPT = """
import json, os, resource, signal, sys
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
import duckdb
from pathlib import Path
from huong.base import home
from huong.base.errors import StorageFull
from huong.store import actions, queries, source
home.prepare(demo=False)

def made(rows, name):
    path = Path(os.environ["HUONG_HOME"]) / name
    duckdb.connect().execute(
        f"COPY (SELECT i AS id, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS words FROM range({rows}) t(i))"
        f" TO '{path}' (FORMAT parquet)")
    return path

def load(batch, *paths, mode="upsert"):
    with actions.locked("drains"):
        commit = actions.begin("drains", batch=batch, mode=mode)
        actions.write(commit, list(paths), key=["id"])
        return actions.publish(commit)

small, large = made(1000, "small.parquet"), made(400_000, "large.parquet")
load("a", small)
before = sorted(path.name for path in (home.home() / "store" / "drains").glob("*.parquet"))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
database = max(path.stat().st_size for path in home.home().glob("huong.sqlite3*"))
assert large.stat().st_size > database + 4_000_000
resource.setrlimit(resource.RLIMIT_FSIZE, (database + 1_000_000, resource.RLIM_INFINITY))
said = []
for mode, paths in (("upsert", [large]), ("replace", [large, small])):  # a single file is linked, not written
    try:
        load("b", *paths, mode=mode)
    except StorageFull as refused:
        said.append(refused.code)
after = sorted(path.name for path in (home.home() / "store" / "drains").glob("*.parquet"))
left = [path for path in (home.home() / "tmp" / "store").iterdir()]
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
current = queries.current("drains")
load("b", large)
print(json.dumps({"said": said, "same": before == after, "left": len(left), "rows": current.rows,
    "now": queries.current("drains").rows, "actions": [r for r in actions.recover()]}))
"""


@pytest.mark.slow
def test_a_disk_that_fills_up_in_the_middle_refuses_and_the_same_load_works_later(tmp_path):
    import json

    home = tmp_path / "full"
    home.mkdir()
    sources = str(Path(__file__).resolve().parents[3])
    environment = os.environ | {"HUONG_HOME": str(home), "HUONG_DATABASE": ""}
    environment["PYTHONPATH"] = os.pathsep.join([sources, os.environ.get("PYTHONPATH", "")])
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout.strip().splitlines()[-1])
    assert said == {
        "said": ["storage_full"] * 2,
        "same": True,
        "left": 0,
        "rows": 1000,
        "now": 400_000,
        "actions": [],
    }
