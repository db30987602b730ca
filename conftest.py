"""What every test gets: a home of its own and a clean slate of caches."""

import os
import tempfile

_home = tempfile.mkdtemp(prefix="huong-tests-")
os.environ["HUONG_HOME"] = _home
os.environ.setdefault("HUONG_SQLITE_SYNCHRONOUS", "NORMAL")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

import shutil  # noqa: E402

import pytest  # noqa: E402


pytest_plugins = ["huong.base.testing.fixtures"]


def pytest_unconfigure(config):
    shutil.rmtree(_home, ignore_errors=True)


@pytest.fixture(autouse=True)
def house(settings, tmp_path):
    """Give the test an empty real (not demonstration) home."""
    from huong.base import calendar, home, keys

    settings.HOME = tmp_path / "home"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    home.prepare(demo=False)
    keys._secret_in.cache_clear()
    calendar._table.cache_clear()
    return settings.HOME
