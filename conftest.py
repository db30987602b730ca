"""What every test gets: an empty home of its own and clean caches."""

import pytest
from hypothesis import HealthCheck, settings

# a loaded machine is no failure: how long an example takes is measured by benches, not by tests
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

pytest_plugins = ["huong.base.testing.fixtures"]


def pytest_collection_modifyitems(items):
    """Begin with the files that hold slow tests, so that the other workers have enough left to do meanwhile."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True)
def house(settings, tmp_path):
    """Give the test an empty real (not demonstration) home."""
    from huong.base import calendar, home, keys, navigation

    settings.HOME = tmp_path / "home"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    home.prepare(demo=False)
    keys._secret_in.cache_clear()
    calendar.forget()
    navigation.forget()
    return settings.HOME


@pytest.fixture
def lasting_memory(monkeypatch):
    """Let what memory spares for some seconds be spared for a whole test, so that a slow machine asks no more often."""
    import sys
    from math import inf

    holding = [module for name, module in list(sys.modules.items()) if name.startswith("huong.")]
    for module in (each for each in holding if hasattr(each, "FRESH_SECONDS")):
        monkeypatch.setattr(module, "FRESH_SECONDS", inf)
        getattr(module, "forget", lambda: None)()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb, django_db_modify_db_settings):
    """Begin from the kept migrated database where tests run on SQLite."""
    from django.db import connection

    from huong.base.testing import template

    return django_db_keepdb or (
        connection.vendor == "sqlite" and template.lay(connection.settings_dict["TEST"]["NAME"])
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, django_db_use_migrations):
    """Keep the migrated database for the next run."""
    from django.db import connection

    from huong.base.testing import template

    if connection.vendor == "sqlite" and django_db_use_migrations:
        with django_db_blocker.unblock():
            connection.ensure_connection()
            template.keep(connection.connection)
