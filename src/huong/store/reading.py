"""Reading for analysis through the door: fields and rows as decided, identities only where allowed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from huong.base.errors import BadInput, TooLarge
from huong.store import access, personal
from huong.store.analysis import run, table
from huong.store.rules import HASHED, SEALED, SUBJECT, Decision
from huong.store.source import AsOf, commit_at

if TYPE_CHECKING:
    import ibis

    from huong.catalogue.rules import ContractSpec
    from huong.store.models import Commit

MOST_IDENTITIES = 100_000


def read(
    dataset: str,
    *,
    use: access.Use,
    as_of: AsOf,
    fields: Sequence[str] | None,
    where: Mapping[str, Any] | None,
) -> "ibis.Table":
    """Return what may be read; see `queries.read`."""
    spec, decision = access.require(dataset, use, fields)
    commit = commit_at(dataset, as_of)
    layout = personal.layout_of(spec)
    rows = _narrowed(table(dataset, commit), spec, decision, {**(where or {}), **decision.where}, layout)
    looked_for = set(where or {}) & set(spec.identifying)
    if layout is not None and (decision.identifying or looked_for):
        return _identified(rows, commit, spec, use, decision)
    access.record_read(commit, spec, use, decision)
    return rows.select([name for name in decision.fields if name in rows.columns])


def _narrowed(
    rows: "ibis.Table",
    spec: "ContractSpec",
    decision: Decision,
    where: Mapping[str, Any],
    layout: personal.Layout | None,
) -> "ibis.Table":
    hashed = dict(layout.hashed) if layout else {}
    for name, value in where.items():
        if name not in decision.allowed and name not in decision.where:
            raise BadInput(_("The field “%(name)s” cannot be used to narrow this down.") % {"name": name})
        values = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
        if layout and name in hashed:
            rows = rows.filter(rows[f"{name}{HASHED}"].isin([layout.hash_of(name, each) for each in values]))
        elif name in rows.columns:
            rows = rows.filter(rows[name].isin(values))
        else:
            raise BadInput(_("The field “%(name)s” is encrypted and cannot be searched.") % {"name": name})
    return rows


def _identified(
    rows: "ibis.Table",
    commit: "Commit",
    spec: "ContractSpec",
    use: access.Use,
    decision: Decision,
) -> "ibis.Table":
    import ibis
    import pyarrow as pa

    open_fields = [name for name in decision.fields if name in rows.columns]
    wanted = rows.select([*open_fields, SUBJECT, SEALED]).limit(MOST_IDENTITIES + 1)
    found = run(wanted)
    if found.num_rows > MOST_IDENTITIES:
        raise TooLarge(_("These are too many persons at once. Please narrow it down."))
    subjects = found[SUBJECT].to_pylist()
    identities = personal.unseal(commit.dataset, list(zip(subjects, found[SEALED].to_pylist(), strict=True)))
    access.record_read(commit, spec, use, decision, rows=found.num_rows)
    limits = access.restrictions(spec, use, subjects)
    access.record_persons(commit, use, decision, [each for each in subjects if not limits.hides(each)])
    identities = [None if limits.hides(each) else identity for each, identity in zip(subjects, identities, strict=True)]
    columns = {name: found[name] for name in open_fields}
    for name in decision.identifying:
        columns[name] = pa.array(_values(identities, name), pa.string())
    return ibis.memtable(pa.table({name: columns[name] for name in decision.fields}))


def _values(identities: Iterable[dict[str, Any] | None], name: str) -> list[str | None]:
    found = [identity.get(name) if identity else None for identity in identities]
    return [None if value is None else str(value) for value in found]
