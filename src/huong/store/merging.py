"""Upsert and replace: which rows are new, which differ, and which files must be written again.

An upsert finds the files that hold a matching key (key columns only), compares the rows of those
files, and rewrites only files in which a row really differs. Rows that are already there as they came
touch nothing, so a second load of the same data is no change.
"""

from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from huong.store.delta import DataFile
from huong.store.errors import WrongSchema
from huong.store.rules import quoted, text
from huong.store.writing import Bench, Plan, made_paths, require_keys, write, write_one

INCOMING, VERDICT = "huong_incoming", "huong_verdict"


def upsert(bench: Bench, keys: Sequence[str]) -> Plan:
    """Plan an upsert: of rows with one key the last one counts.

    Raises:
        WrongSchema: the contract names no key.
        KeyMissing: a row has no key.
    """
    if not keys:
        raise WrongSchema(_("Rows can only be updated by a key, and the contract names none."))
    _take_in(bench, keys)
    before = list(bench.before.files) if bench.before else []
    if not before:
        made = write(bench, f"SELECT * EXCLUDE (_n) FROM {INCOMING}")
        count = sum(file.rows for file in made)
        return Plan(list(made), bench.columns, bench.partition, made_paths(made), added=count, changed=count > 0)
    by_path = dict(zip(map(str, bench.paths(before)), before, strict=True))
    _judge(bench, keys, _candidates(bench, keys, list(by_path)))
    return _rewritten(bench, keys, by_path)


def _take_in(bench: Bench, keys: Sequence[str]) -> None:
    by = ", ".join(quoted(name) for name in keys)
    bench.con.execute(
        f"CREATE OR REPLACE TEMP TABLE {INCOMING} AS SELECT *, row_number() OVER () AS _n FROM ({bench.select})"
    )
    require_keys(bench, INCOMING, keys)
    twice = bench.con.execute(f"SELECT 1 FROM {INCOMING} GROUP BY {by} HAVING count(*) > 1 LIMIT 1").fetchone()
    if twice:
        bench.con.execute(f"DELETE FROM {INCOMING} WHERE _n NOT IN (SELECT max(_n) FROM {INCOMING} GROUP BY {by})")


def _candidates(bench: Bench, keys: Sequence[str], paths: list[str]) -> list[Path]:
    """Return the files that hold a key of the incoming rows; only key columns are read."""
    on = " AND ".join(f"o.{quoted(name)} = i.{quoted(name)}" for name in keys)
    old = bench.old([Path(path) for path in paths], "filename=true")
    found = bench.con.execute(f"SELECT DISTINCT o.filename FROM ({old}) o SEMI JOIN {INCOMING} i ON {on}").fetchall()
    return [Path(row[0]) for row in found]


def _judge(bench: Bench, keys: Sequence[str], candidates: list[Path]) -> None:
    """Say of every stored row with an incoming key whether it differs from what came."""
    shape = f"CREATE OR REPLACE TEMP TABLE {VERDICT} (_n BIGINT, filename VARCHAR, differs BOOLEAN)"
    bench.con.execute(shape)
    if not candidates:
        return
    on = " AND ".join(f"o.{quoted(name)} = i.{quoted(name)}" for name in keys)
    others = [name for name, _kind in bench.columns if name not in keys]
    differs = " OR ".join(f"o.{quoted(name)} IS DISTINCT FROM i.{quoted(name)}" for name in others) or "false"
    bench.con.execute(
        f"INSERT INTO {VERDICT} SELECT i._n, o.filename, {differs}"
        f" FROM ({bench.old(candidates, 'filename=true')}) o JOIN {INCOMING} i ON {on}"
    )


def _rewritten(bench: Bench, keys: Sequence[str], by_path: dict[str, DataFile]) -> Plan:
    changed = f"(SELECT _n FROM {VERDICT} WHERE differs)"
    updated = _count(bench, f"SELECT count(*) FROM {INCOMING} WHERE _n IN {changed}")
    new = f"_n NOT IN (SELECT _n FROM {VERDICT})"
    added = _count(bench, f"SELECT count(*) FROM {INCOMING} WHERE {new}")
    if not updated and not added:
        return Plan(list(by_path.values()), bench.columns, bench.partition, changed=False)
    bench.con.execute(
        f"CREATE OR REPLACE TEMP TABLE huong_home AS SELECT _n, min(filename) AS filename FROM {VERDICT}"
        f" WHERE _n IN {changed} GROUP BY _n"
    )
    touched = bench.con.execute(f"SELECT DISTINCT filename FROM {VERDICT} WHERE _n IN {changed} ORDER BY 1").fetchall()
    made: dict[DataFile, Path] = {}
    for (path,) in touched:
        made |= write_one(bench, _again(bench, keys, path, by_path[path]), by_path[path].partition)
    made |= write(bench, f"SELECT * EXCLUDE (_n) FROM {INCOMING} WHERE {new} OR _n IN ({_moved(bench, by_path)})")
    gone = {by_path[path].name for (path,) in touched}
    files = [file for file in by_path.values() if file.name not in gone]
    return Plan([*files, *made], bench.columns, bench.partition, made_paths(made), added=added, updated=updated)


def _again(bench: Bench, keys: Sequence[str], path: str, file: DataFile) -> str:
    """Return the rows of a file to be written again: its own without the changed ones, and these as they came."""
    on = " AND ".join(f"o.{quoted(name)} = i.{quoted(name)}" for name in keys)
    names = ", ".join(quoted(name) for name, _kind in bench.columns)
    return (
        f"SELECT {names} FROM ({bench.old([Path(path)])}) o ANTI JOIN"
        f" (SELECT * FROM {INCOMING} WHERE _n IN (SELECT _n FROM huong_home)) i ON {on}"
        f" UNION ALL SELECT {names} FROM {INCOMING} WHERE {_stays(file)}"
        f" AND _n IN (SELECT _n FROM huong_home WHERE filename = {text(path)})"
    )


def _moved(bench: Bench, by_path: dict[str, DataFile]) -> str:
    """Return a SELECT of the changed rows whose partition is no longer that of the file they stood in."""
    if not bench.partition:
        return f"SELECT _n FROM {INCOMING} WHERE false"
    parts = []
    for value in {file.partition for file in by_path.values()}:
        paths = ", ".join(text(path) for path, file in by_path.items() if file.partition == value)
        stays = _stays(DataFile("", 0, 0, value))
        parts.append(
            f"SELECT h._n FROM huong_home h JOIN {INCOMING} i USING (_n)"
            f" WHERE h.filename IN ({paths}) AND NOT ({stays})"
        )
    return " UNION ALL ".join(parts)


def _stays(file: DataFile) -> str:
    tests = [
        f"CAST({quoted(name)} AS VARCHAR) IS NOT DISTINCT FROM {'NULL' if value is None else text(value)}"
        for name, value in file.partition
    ]
    return " AND ".join(tests) or "true"


def replace(bench: Bench, keys: Sequence[str], *, ready: Path | None = None) -> Plan:
    """Plan a replacement of all rows; no change if the rows are the ones that are there.

    Args:
        ready: a file that has exactly these rows; taken as it is if its columns are the table's.
    """
    made = write(bench, bench.select, ready=ready)
    new = Plan(list(made), bench.columns, bench.partition, made_paths(made))
    if bench.before is None or not bench.before.files:
        new.added, new.changed = new.rows, new.rows > 0 or bench.before is None
        return new
    old = bench.old(bench.paths(bench.before.files))
    fresh = bench.old(list(made.values())) if made else f"SELECT * FROM ({bench.select}) WHERE false"
    if _print(bench, old) == _print(bench, fresh) and set(bench.columns) == set(bench.before.columns):
        return Plan(list(bench.before.files), bench.columns, bench.partition, changed=False)
    new.added, new.updated, new.deleted = new.rows, 0, bench.before.rows
    if keys and all(name in dict(bench.before.columns) for name in keys):
        _compare(bench, keys, old, fresh, new)
    return new


def _print(bench: Bench, select: str) -> tuple[object, ...]:
    """Return a print of rows that does not depend on their order."""
    found = bench.con.execute(
        "SELECT count(*), bit_xor(h), sum(CAST(h AS HUGEINT) % 4294967291)"
        f" FROM (SELECT hash(r) AS h FROM ({select}) r)"
    ).fetchone()
    return tuple(found or ())


def _compare(bench: Bench, keys: Sequence[str], old: str, fresh: str, new: Plan) -> None:
    """Count what a replacement adds, changes and removes, by key."""
    using = ", ".join(quoted(name) for name in keys)
    wanted = f"{using}, hash(r) AS h"
    found = bench.con.execute(
        f"SELECT count(*), count(*) FILTER (o.h <> n.h) FROM (SELECT {wanted} FROM ({old}) r) o"
        f" JOIN (SELECT {wanted} FROM ({fresh}) r) n USING ({using})"
    ).fetchone()
    both, differ = found or (0, 0)
    new.added, new.updated, new.deleted = new.rows - both, differ, (bench.before.rows if bench.before else 0) - both


def _count(bench: Bench, sql: str) -> int:
    found = bench.con.execute(sql).fetchone()
    return int(found[0]) if found else 0
