"""Row pages and look-ups, through the read door, from the serving copy. No DuckDB, no pandas, no ibis."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from django.db import ProgrammingError
from django.utils.translation import gettext as _

from huong.base import paging, sql
from huong.base.errors import BadInput, NotFound
from huong.catalogue import queries as catalogue
from huong.store import access, personal
from huong.store.errors import NotYetServed
from huong.store.models import Commit
from huong.store.rules import HASHED, RESTRICTED, SEALED, SUBJECT, Decision, quoted
from huong.store.serving import asking, later, postgresql, sqlite
from huong.store.serving.asking import Filter
from huong.store.serving.layout import Layout
from huong.store.source import commit_at

if TYPE_CHECKING:
    from huong.catalogue.rules import ContractSpec

MOST_ROWS = 1000
IN_USE = ("version", "name", "layout")
__all__ = ["Filter", "RowPage", "row", "rows"]


@dataclass(frozen=True)
class RowPage:
    """One page of rows, the cursor of the next one, and the commit they are from."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    next: str | None = None
    commit: int | None = None


class _Copy(NamedTuple):
    """Which copy is in use, and the commit it was brought to when it was opened."""

    dataset: str
    version: int
    name: str


@dataclass(frozen=True)
class _Opened:
    """A copy, opened for somebody."""

    engine: ModuleType
    copy: _Copy
    layout: Layout
    spec: "ContractSpec"
    decision: Decision
    protection: personal.Layout | None
    use: access.Use
    looks_for_persons: bool = False

    @property
    def hidden(self) -> tuple[str, ...]:
        """Return the columns needed to open identities, or to write down whose rows were looked for."""
        needed = self.decision.identifying or self.looks_for_persons
        return (SUBJECT, SEALED) if self.protection and needed else ()

    @property
    def wanted(self) -> list[str]:
        """Return the copy's columns to read: fields that may be given, what opens identities, the place."""
        points = {name for name in self.decision.fields if name in self.layout.points}
        allowed = set(self.decision.fields) | {f"{name}_{axis}" for name in points for axis in ("lon", "lat")}
        fields = [column.name for column in self.layout.columns if column.name in allowed]
        return [*dict.fromkeys([*fields, *self.hidden, *self.layout.tie])]


def rows(
    dataset: str,
    *,
    use: access.Use,
    filters: Iterable[Filter] = (),
    order: str = "",
    after: str | None = None,
    size: int = 50,
    fields: Sequence[str] | None = None,
) -> RowPage:
    """Return one page of rows that somebody may read.

    Args:
        filters: conditions; all must hold.
        order: a column with an index, "-" before it for descending.
        after: the cursor of the page before.
        size: rows of a page, at most 1,000.
        fields: the fields wanted; all that need no special power if left out.

    Raises:
        NotFound: no such dataset, or nobody is signed in.
        Forbidden: purpose, power or grant is missing.
        NotYetServed: the copy is being made.
        BadInput: a filter, an order or a cursor that does not fit.

    Records: `store.read`; refusals too; `people.accessed` for each person identified.
    """
    opened, allowed = _allowed(_open(dataset, use, fields), list(filters))
    size = max(1, min(size, MOST_ROWS))
    conditions, values = asking.where(opened.engine, opened.layout, allowed)
    name = order.lstrip("-")
    by = [name] if name and (name,) != opened.layout.key else []
    if by and by[0] not in opened.decision.allowed:
        raise BadInput(_("This dataset cannot be ordered by “%(name)s”.") % {"name": name}, field=name)
    columns = [*dict.fromkeys([*opened.wanted, *by])]
    found, commit = _collect(opened, columns, conditions, values, order, _place(opened, after, len(by)), size + 1)
    more, found = len(found) > size, found[:size]
    places = [columns.index(each) for each in (*by, *opened.layout.tie)]
    next_ = paging.cursor_of([_mark(opened), *(found[-1][place] for place in places)]) if more else None
    return RowPage(_given(opened, columns, found, commit), next_, commit)


def row(dataset: str, key: Any, use: access.Use, *, fields: Sequence[str] | None = None) -> dict[str, Any]:
    """Return one row by its key.

    Args:
        key: the value of the key field, or one per field of a key of several.

    Raises:
        NotFound: there is no such row, or no such dataset.
        Forbidden, NotYetServed: as for `rows`.

    Records: `store.read`; refusals too; `people.accessed` for a person identified.
    """
    opened = _open(dataset, use, fields)
    if not opened.spec.key or not opened.layout.key:
        raise BadInput(_("The rows of this dataset have no key, so they cannot be looked up one by one."))
    given = list(key) if isinstance(key, list | tuple) else [key]
    if len(given) != len(opened.spec.key):
        raise BadInput(_("The key of this dataset has %(count)s parts.") % {"count": len(opened.spec.key)})
    asked = [Filter(name, "eq", value) for name, value in zip(opened.spec.key, given, strict=True)]
    opened, filters = _allowed(opened, asked, also=opened.spec.key)
    conditions, values = asking.where(opened.engine, opened.layout, filters)
    found, commit = _collect(opened, opened.wanted, conditions, values, "", None, 1)
    given_rows = _given(opened, opened.wanted, found, commit)
    if not given_rows:
        raise NotFound(_("There is no such row."))
    return given_rows[0]


def _open(dataset: str, use: access.Use, fields: Sequence[str] | None) -> _Opened:
    spec, (version, name, layout) = catalogue.contract_and(dataset, IN_USE, "store_servingcopy")
    spec, decision = access.require(dataset, use, fields, spec=spec)
    if version is None:
        commit_at(dataset)  # NoCommit says it better
        raise NotYetServed
    engine = postgresql if sql.is_postgresql() else sqlite
    copy = _Copy(dataset, version, name)
    return _Opened(engine, copy, _layout(layout), spec, decision, personal.layout_of(spec), use)


@lru_cache(maxsize=512)
def _layout(text: str) -> Layout:
    held = orjson.loads(text)
    return Layout.from_json({name: value for name, value in held.items() if name != "print"})


def _allowed(opened: _Opened, filters: Sequence[Filter], *, also: Sequence[str] = ()) -> tuple[_Opened, list[Filter]]:
    """Return the filters with the grant's rows added; what may not be read cannot be filtered by.

    Args:
        also: the key's fields, by which a row may be looked up although they are not given; those that
            identify persons need the power all the same.
    """
    identifying, decision = set(opened.spec.identifying), opened.decision
    points = {f"{name}_{axis}" for name in opened.layout.points for axis in ("lon", "lat") if name in decision.allowed}
    may = decision.allowed | points | (set(also) - identifying)
    for asked in filters:
        if asked.field not in may and asked.operator not in {"contains", "bbox"}:
            raise BadInput(_("There is no field “%(name)s” to filter by.") % {"name": asked.field}, field=asked.field)
    _require_searchable(opened, filters)
    found = [_hashed(opened, asked) for asked in filters]
    found += [Filter(name, "eq", value) for name, value in decision.where.items()]
    persons = any(asked.field in identifying for asked in filters)
    return replace(opened, looks_for_persons=persons), found


def _require_searchable(opened: _Opened, filters: Iterable[Filter]) -> None:
    """Refuse to search in what may not be read: words of dropped fields, places of a dropped point."""
    seen = opened.decision.allowed
    for asked in filters:
        searched = opened.layout.searched if asked.operator == "contains" else ()
        searched = opened.layout.points if asked.operator == "bbox" else searched
        if not set(searched) <= seen:
            raise BadInput(_("Free search is not possible with the fields you may see."))


def _hashed(opened: _Opened, asked: Filter) -> Filter:
    """Turn a filter by an identifier of a person into one by its keyed hash."""
    protection = opened.protection
    if protection is None or asked.field not in protection.sealed:
        return asked
    if asked.field not in dict(protection.hashed) or asked.operator not in {"eq", "in"}:
        raise BadInput(_("The field “%(name)s” is encrypted and cannot be searched.") % {"name": asked.field})
    values = [asked.value] if asked.operator == "eq" else list(asked.value)
    hashes = [protection.hash_of(asked.field, value) for value in values]
    return replace(asked, field=asked.field + HASHED, operator="in", value=hashes)


def _mark(opened: _Opened) -> str:
    """Return what a cursor must agree with: rows without a key are numbered anew in every copy."""
    return "key" if opened.layout.key else opened.copy.name


def _place(opened: _Opened, after: str | None, ordered: int) -> list[Any] | None:
    if not after:
        return None
    mark, *values = paging.values_of(after) or [None]
    if mark != _mark(opened) or len(values) != ordered + len(opened.layout.tie):
        raise BadInput(_("The data was renewed meanwhile. Please start again from the first page."), code="renewed")
    return values


def _collect(
    opened: _Opened,
    columns: Sequence[str],
    conditions: Sequence[str],
    values: Sequence[Any],
    order: str,
    place: Sequence[Any] | None,
    size: int,
) -> tuple[list[tuple[Any, ...]], int]:
    engine, copy = opened.engine, opened.copy
    names = ", ".join(quoted(name) for name in columns)
    head = f"SELECT {engine.version_sql(copy.dataset)}, {names} FROM {engine.table_of(copy.name)}"
    found: list[tuple[Any, ...]] = []
    commit = copy.version
    for phase in asking.phases(engine, opened.layout, order, place):
        tests = [*conditions, *([phase.condition] if phase.condition else [])]
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        statement = f"{head}{where} ORDER BY {phase.order} LIMIT {size - len(found)}"
        for version, *held in _fetched(opened, statement, [*values, *phase.values], by_key=size == 1):
            commit = int(version)
            found.append(tuple(held))
        if len(found) >= size:
            break
    return found, commit


def _fetched(opened: _Opened, statement: str, values: Sequence[Any], *, by_key: bool) -> list[tuple[Any, ...]]:
    """Return rows of the copy; one that is gone or damaged is made again.

    Raises:
        NotYetServed: it is being made again.
    """
    copy = opened.copy
    try:
        found: list[tuple[Any, ...]] = opened.engine.fetch(copy.dataset, copy.name, statement, values, by_key=by_key)
    except (sqlite3.DatabaseError, ProgrammingError) as error:
        later.bring_up.later(opened.copy.dataset)
        raise NotYetServed from error
    return found


def _given(
    opened: _Opened, columns: Sequence[str], found: Sequence[tuple[Any, ...]], commit: int
) -> list[dict[str, Any]]:
    """Return rows as they may be given, identities opened, and write the read down."""
    held = [dict(zip(columns, values, strict=True)) for values in found]
    pairs = [(each.get(SUBJECT), each.get(SEALED)) for each in held]
    identities = personal.unseal(opened.spec.dataset, pairs) if opened.hidden else [None] * len(held)
    read_from = Commit(dataset=opened.spec.dataset, version=commit)
    access.record_read(read_from, opened.spec, opened.use, opened.decision, rows=len(held))
    subjects = [subject for subject, _sealed in pairs] if opened.hidden else [None] * len(held)
    limits = access.restrictions(opened.spec, opened.use, subjects)
    if opened.hidden:
        seen = [subject for subject in subjects if not limits.hides(subject)]
        access.record_persons(read_from, opened.use, opened.decision, seen)
        access.record_withheld(subject for subject in subjects if limits.hides(subject))
    kinds = {column.name: column.kind for column in opened.layout.columns}
    given = [
        {name: _value(opened, kinds, name, each, identity) for name in opened.decision.fields}
        for each, identity in zip(held, identities, strict=True)
    ]
    return [_limited(row, subject, limits) for row, subject in zip(given, subjects, strict=True)]


def _limited(row: dict[str, Any], subject: str | None, limits: access.Restrictions) -> dict[str, Any]:
    """Return a row, marked where the person had its use restricted; then others than the owner get no values."""
    if subject is None or subject not in limits:
        return row
    return {**(dict.fromkeys(row) if limits.hides(subject) else row), RESTRICTED: True}


def _value(
    opened: _Opened, kinds: Mapping[str, str], name: str, held: Mapping[str, Any], identity: Mapping[str, Any] | None
) -> Any:
    if opened.protection and name in opened.protection.sealed:
        return identity.get(name) if identity else None
    if f"{name}_lon" in held and name not in kinds:
        lon, lat = held[f"{name}_lon"], held[f"{name}_lat"]
        return None if lon is None else {"lon": lon, "lat": lat}
    value = held.get(name)
    return bool(value) if kinds.get(name) == "boolean" and value is not None else value
