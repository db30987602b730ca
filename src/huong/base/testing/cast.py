"""Named people and agencies for tests, made through the verbs. `fixtures.py` offers them to pytest."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

from huong.config import ROOT
from huong.journal import actions as journal
from huong.people import queries as people
from huong.people.actions import agencies as agency_verbs
from huong.people.actions import posts, users
from huong.people.models import Agency, User
from huong.places import events, loading
from huong.places.models import Edition, Succession, Unit

HUE = ROOT / "cities" / "hue"
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # 12:00 in Huế, a Tuesday
SINCE = date(2026, 1, 2)
PASSWORD = "cơm hến buổi sáng"
HEADER = "code,name,name_en,tier,kind,unit,unit_valid_from,is_example,valid_from\n"
SMALL_CITY = HEADER + (
    "H57,Ủy ban nhân dân thành phố Huế,People's Committee of Hue City,city,committee,46,2025-01-01,0,2025-01-01\n"
    "H57.8,Sở Thoát nước,Department of Drains,city,department,46,2025-01-01,1,2025-01-01\n"
    "H57.9,Sở Đường bộ,Department of Roads,city,department,46,2025-01-01,1,2025-01-01\n"
    "H57.51,Cơ quan dữ liệu thành phố,City Data Office,city,centre,46,2025-01-01,1,2025-01-01\n"
    "H57.21,Ủy ban nhân dân phường An Cựu,People's Committee of An Cuu,ward,committee,19815,2025-07-01,1,2025-07-01\n"
)
DRAINS, ROADS, DATA_OFFICE, WARD_OFFICE, CITY = "H57.8", "H57.9", "H57.51", "H57.21", "H57"


def units() -> Path:
    """Load the units of Huế, all generations; return the city's folder.

    The first test of a process loads them through the verb. Later ones get the rows that it left, with the
    same numbers and the same edition, so that what is derived from an edition is derived once.
    """
    if Unit.objects.exists():
        loading.load(HUE)
    elif remembered("units", (Unit, Succession, Edition), lambda: loading.load(HUE)):
        journal.record(events.UNITS_LOADED, HUE.name, count=len(_kept["units"][0][1]))
    return HUE


def remembered(key: str, models: tuple[type[Model], ...], load: Callable[[], object]) -> bool:
    """Fill empty tables: the first time in a process through the verb, later with the rows it left.

    Returns:
        Whether they were filled with rows that were left.
    """
    if key not in _kept:
        load()
        _kept[key] = [(model, _held(model)) for model in models]
        return False
    for model, rows in _kept[key]:
        _put(model, rows)
    return True


_kept: dict[str, list[tuple[type[Model], list[tuple[Any, ...]]]]] = {}


def _columns(model: type[Model]) -> str:
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in model._meta.concrete_fields)


def _held(model: type[Model]) -> list[tuple[Any, ...]]:
    """Return a table's rows as the driver gives and takes them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_columns(model)} FROM {model._meta.db_table}")
        return list(cursor.fetchall())


@transaction.atomic
def _put(model: type[Model], rows: list[tuple[Any, ...]]) -> None:
    """Write rows as they were, and let the database number on behind them."""
    marks = ", ".join(["%s"] * len(model._meta.concrete_fields))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {model._meta.db_table} ({_columns(model)}) VALUES ({marks})", rows)
        for reset in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(reset)


def agencies(folder: Path) -> list[Agency]:
    """Load the cast's five agencies from a folder made for them."""
    folder.mkdir()
    (folder / agency_verbs.FILE).write_text(SMALL_CITY, encoding="utf-8")
    agency_verbs.load(folder)
    return people.agencies()


def joined(username: str, full_name: str, **posts_in: Agency) -> User:
    """Return somebody who was invited and joined, with the posts named: `steward=drains`."""
    _user, link = users.invite(username, full_name=full_name, by=None)
    user = users.join(link, password=PASSWORD)
    for role, agency in posts_in.items():
        posts.appoint(user, agency=agency, role=role, since=SINCE, by=None)
    return user
