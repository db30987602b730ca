"""Meta-tests over the whole house: routes, events, settings, commands."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver

from huong.config import Config

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "huong"
FOREIGN = ("allauth", "django.contrib", "django.views.static", "ninja")


def routes(resolver=None, prefix=""):
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.callback


def test_every_route_of_ours_says_who_may_open_it():
    without = []
    for path, view in routes():
        module = getattr(view, "__module__", "")
        if module.startswith("huong") and not getattr(view, "access", None):
            without.append(path)
    assert without == []


def test_every_api_route_asks_who_is_there():
    from huong.main.api import api

    assert api.auth
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                assert operation.auth_param is not None or operation.auth_callbacks, f"{prefix}{path}"


def test_every_setting_is_documented():
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    missing = [name for name in Config.model_fields if f"`HUONG_{name.upper()}`" not in text]
    assert missing == []


def test_every_command_of_ours_is_documented():
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    ours = [name for name, app in get_commands().items() if str(app).startswith("huong")]
    assert [name for name in ours if f"huong {name}" not in text] == []


def test_every_event_that_is_recorded_is_declared():
    from huong.journal.events import declared

    recorded = set()
    for file in SOURCE.rglob("*.py"):
        if "tests" in file.parts:
            continue
        recorded |= set(re.findall(r"journal\.record\(\s*\"([a-z_]+\.[a-z_]+)\"", file.read_text(encoding="utf-8")))
    assert recorded - set(dict(declared.items())) == set()


WRITES = {"create", "bulk_create", "update_or_create", "get_or_create", "bulk_update"}


def _models_of(package: str) -> set[str]:
    names = set()
    for file in [SOURCE / package / "models.py", *(SOURCE / package / "models").glob("*.py")]:
        if file.exists():
            names |= {node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.ClassDef)}
    return names


def test_no_package_writes_the_tables_of_another():
    packages = [folder.name for folder in SOURCE.iterdir() if (folder / "models.py").exists()]
    foreign = []
    for package in packages:
        others = {name for other in packages if other != package for name in _models_of(other)} - _models_of(package)
        for file in (SOURCE / package).rglob("*.py"):
            if {"tests", "migrations", "testing"} & set(file.parts):
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in WRITES and isinstance(node.value, ast.Attribute):
                    owner = node.value.value
                    if node.value.attr == "objects" and isinstance(owner, ast.Name) and owner.id in others:
                        foreign.append(f"{file.relative_to(SOURCE)}: {owner.id}.objects.{node.attr}")
    assert foreign == []


@pytest.mark.timeout(30)
def test_an_idle_web_worker_carries_no_heavy_library():
    code = "import huong.main.wsgi, sys; print([m for m in ('ibis', 'pandas', 'sklearn', 'duckdb', 'deltalake') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.strip() == "[]", done.stderr[-2000:]
