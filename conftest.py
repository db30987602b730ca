"""What every test gets: an empty home of its own and clean caches."""

import pytest

pytest_plugins = ["huong.base.testing.fixtures"]


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
