"""From staged columns to the columns a contract expects, as one SELECT for DuckDB."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from huong.catalogue.rules import ContractSpec, FieldSpec
from huong.intake.errors import HeaderChanged, MappingNeeded
from huong.intake.rules import differences as changes
from huong.intake.rules import mapping as rules
from huong.intake.rules.differences import Differences
from huong.intake.types import ROW, Proposal, Staged

SAMPLES = 20


def quoted(name: str) -> str:
    """Return a name as a quoted identifier of SQL.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as a literal of SQL.

    >>> literal("O'Hara")
    "'O''Hara'"
    """
    return "'" + text.replace("'", "''") + "'"


def files_sql(files: Sequence[Path], *, numbered: bool = False) -> str:
    """Return the FROM clause over Parquet parts, with the place of each row if asked for."""
    listed = ", ".join(literal(str(file)) for file in files)
    place = ", file_row_number = true" if numbered else ""
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false{place})"


def select_sql(staged: Staged, spec: ContractSpec, mapping: Mapping[str, str]) -> str:
    """Return the SELECT that gives the expected columns and `_row`.

    Args:
        mapping: expected column to column of the file; expected columns without one are left out.
    """
    expected = rules.expected_columns(spec)
    comma = staged.detected.get("decimal") == "," and staged.numbered
    columns = [
        f"{_value(column, expected[name], comma=comma)} AS {quoted(name)}"
        for name, column in mapping.items()
        if column and name in expected
    ]
    if not staged.numbered:
        columns.append(f"file_row_number + 1 AS {ROW}")
        return f"SELECT {', '.join(columns)} FROM {files_sql(staged.files, numbered=True)}"
    columns.append(ROW)
    return f"SELECT {', '.join(columns)} FROM {files_sql(staged.files)}"


def _value(column: str, found: FieldSpec, *, comma: bool) -> str:
    """Return a column; numbers of a file with decimal commas are rewritten with a point."""
    name = quoted(column)
    if not comma or found.logical_type not in ("number", "point") or found.semantic == "number.decimal_vi":
        return name
    return (
        rf"CASE WHEN regexp_full_match({name}, '\s*-?(\d+|\d{{1,3}}(\.\d{{3}})+),\d+\s*')"
        f" THEN replace(replace({name}, '.', ''), ',', '.') ELSE {name} END"
    )


def samples_of(staged: Staged) -> dict[str, list[str]]:
    """Return some values of each column, to propose a mapping and to show it."""
    import pyarrow.parquet as pq

    found: dict[str, list[str]] = {}
    for file in staged.files:
        for batch in itertools.islice(pq.ParquetFile(file).iter_batches(batch_size=200), 1):
            for name in batch.schema.names:
                values = (str(value) for value in batch.column(name).to_pylist() if value is not None)
                found.setdefault(name, []).extend(list(dict.fromkeys(values))[:SAMPLES])
    return {name: found.get(name, [])[:SAMPLES] for name in staged.columns}


def settle(spec: ContractSpec, given: Mapping[str, str] | None, proposals: Sequence[Proposal]) -> dict[str, str]:
    """Return the mapping to load with: a person's, or the sure part of the proposal.

    Raises:
        MappingNeeded: something required has no column.
    """
    odd = rules.unknown(spec, given or {})
    if odd:
        raise MappingNeeded(
            _("The mapping names %(names)s, which the contract does not expect.") % {"names": ", ".join(odd)},
            code="mapping_unknown",
        )
    mapping = {
        name: column for name, column in (rules.settled(proposals) if given is None else given).items() if column
    }
    missing = rules.lacking(spec, mapping)
    if missing:
        raise MappingNeeded(
            _(
                "Nothing was loaded yet: no column was found for %(names)s. Please say which column of the file "
                "belongs to it."
            )
            % {"names": ", ".join(f"“{name}”" for name in missing)},
            missing=missing,
        )
    return mapping


def require_unchanged(before: Sequence[str], now: Sequence[str], *, optional_keys: bool) -> None:
    """Refuse a file whose columns differ from those of the last load.

    Args:
        before: the columns of the last load, empty if there was none.
        optional_keys: whether the kind of file leaves out what is empty (JSON): then only nothing is compared.

    Raises:
        HeaderChanged: with the differences by name.
    """
    if not before or optional_keys:
        return
    found = changes.between(before, now)
    if found:
        raise HeaderChanged(sentence(found), differences=found.plain())


def require_mapped(mapping: Mapping[str, str], columns: Sequence[str]) -> None:
    """Refuse a file that lacks a column which the mapping names.

    Raises:
        HeaderChanged: with the missing names, and what they are probably called now.
    """
    missing = [column for column in mapping.values() if column not in columns]
    if missing:
        used = set(mapping.values())
        found = changes.between(missing, [column for column in columns if column not in used])
        raise HeaderChanged(sentence(Differences(found.missing, (), found.renamed)), differences=found.plain())


def sentence(found: Differences) -> str:
    """Return the differences as a sentence for a clerk."""
    parts = []
    if found.missing:
        parts.append(_("missing: %(names)s") % {"names": _listed(found.missing)})
    if found.new:
        parts.append(_("new: %(names)s") % {"names": _listed(found.new)})
    if found.renamed:
        pairs = ", ".join(f"“{old}” → “{new}”" for old, new in found.renamed)
        parts.append(_("probably renamed: %(names)s") % {"names": pairs})
    return _(
        "The columns are not those of the last load (%(what)s). Nothing was loaded; please check the columns and "
        "confirm them."
    ) % {"what": "; ".join(parts)}


def _listed(names: Sequence[Any]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:10])
    return shown + (f" … (+{len(names) - 10})" if len(names) > 10 else "")
