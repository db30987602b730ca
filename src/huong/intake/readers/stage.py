"""The door to all readers: looks at what a file is and reads it."""

from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.files.kinds import HEAD_BYTES, Kind, sniff
from huong.intake.errors import Unreadable
from huong.intake.readers import archives, columnar, delimited, documents, limits, sheets
from huong.intake.readers.delimited import Tick
from huong.intake.types import Recipe, Staged

ARROW = ".arrows"
_NAMES = {
    Kind.JPEG: gettext_lazy("JPEG (a photograph)"),
    Kind.PNG: gettext_lazy("PNG (a picture)"),
    Kind.PDF: "PDF",
    Kind.HTML: gettext_lazy("HTML (a web page)"),
    Kind.XML: "XML",
}


def kind_of(path: Path, name: str) -> Kind:
    """Return what a file is, by what is in it."""
    with path.open("rb") as source:
        return sniff(source.read(HEAD_BYTES), name)


def stage(
    path: Path, *, name: str, work: Path, recipe: Recipe, known: frozenset[str] = frozenset(), tick: Tick | None = None
) -> Staged:
    """Turn a file of any kind into a table of texts.

    Args:
        path: the file; it is only read.
        name: the name it came with.
        work: an empty folder of our own.
        recipe: how to read it; what is left empty is detected.
        known: names that the contract expects, as `same_name` gives them.
        tick: told how many rows were read.

    Returns:
        The staged table; `detected` says what was found out, with the kind.

    Raises:
        Unreadable: with a sentence that says why and what to do.
        StorageFull: the disk has no room.
    """
    tick = tick or (lambda _rows: None)
    kind = kind_of(path, name)
    detected: dict[str, object] = {"kind": str(kind)}
    if kind in (Kind.ZIP, Kind.GZIP):
        path, name = archives.unpack(path, kind, name=name, work=work, member=recipe.member)
        kind = kind_of(path, name)
        detected |= {"packed": detected["kind"], "kind": str(kind), "member": name}
    if name.endswith(ARROW):
        path, kind = columnar.from_stream(path, work / "stream.parquet", name=name), Kind.PARQUET
    staged = _read(kind, path, name=name, work=work, recipe=recipe, known=known, tick=tick)
    staged.detected = {**detected, **staged.detected, **({"decimal": recipe.decimal} if recipe.decimal else {})}
    return staged


def _read(
    kind: Kind, path: Path, *, name: str, work: Path, recipe: Recipe, known: frozenset[str], tick: Tick
) -> Staged:
    if kind == Kind.EMPTY:
        raise limits.empty(name)
    if kind == Kind.CSV:
        return delimited.stage(path, name=name, work=work, recipe=recipe, known=known, tick=tick)
    if kind in (Kind.XLSX, Kind.XLS):
        return sheets.stage(path, name=name, work=work, recipe=recipe, known=known, tick=tick)
    if kind in (Kind.JSON, Kind.NDJSON, Kind.GEOJSON):
        return documents.stage(path, name=name, work=work, recipe=recipe, kind=kind, tick=tick)
    if kind == Kind.PARQUET:
        return columnar.stage(path, name=name, recipe=recipe)
    raise _no_table(kind, name)


def _no_table(kind: Kind, name: str) -> Unreadable:
    if kind in (Kind.ZIP, Kind.GZIP):
        return Unreadable(
            _("“%(name)s” is an archive inside an archive. Please pack the table only once.") % {"name": name},
            code="nested_archive",
        )
    if kind == Kind.UNKNOWN:
        return Unreadable(
            _("“%(name)s” is not a table that can be read. Please send CSV, XLSX, JSON, GeoJSON or Parquet.")
            % {"name": name},
            code="unknown_kind",
        )
    return Unreadable(
        _("“%(name)s” is not a table but %(kind)s, whatever its name says. Please send CSV, XLSX, JSON or Parquet.")
        % {"name": name, "kind": _NAMES.get(kind, str(kind).upper())},
        code="not_a_table",
        kind=str(kind),
    )
