"""Analysis written once as Ibis expressions, run by the engine over the files of commits."""

import threading
from typing import TYPE_CHECKING, Any

from huong.store import source
from huong.store.engine import Source, engine
from huong.store.source import AsOf, commit_at

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

_compiled: dict[tuple[str, Any], tuple[str, tuple[str, ...]]] = {}
_compiling = threading.Lock()
_KEPT = 500


def table(dataset: str, as_of: AsOf = None) -> "ibis.Table":
    """Return a dataset's rows as an expression, for the platform itself. Doors use `read`.

    The expression is bound to one commit: what is published later does not change its answer.

    Raises:
        NoCommit: there is none.
        Retired: it is no longer kept.
    """
    import ibis
    from ibis.backends.sql.datatypes import DuckDBType

    commit = commit_at(dataset, as_of)
    columns = source.state_of(commit).columns
    schema = {name: DuckDBType.from_string(kind) for name, kind in columns}
    return ibis.table(schema, name=f"{dataset}@{commit.version}")


def run(expression: "ibis.Expr") -> "pa.Table":
    """Run an expression over commits in the engine's sandbox.

    Args:
        expression: built from `table(...)` and in-memory tables only.

    Returns:
        An Arrow table.

    Raises:
        HostileQuery: it asks for something else.
        QueryTooLong, QueryTooLarge: it ran into a limit.
    """
    found = engine()
    sql, names = _sql_of(expression, found.name)
    return found.run(sql, {name: _named(name) for name in names}, _memory_of(expression))


def _sql_of(expression: "ibis.Expr", dialect: str) -> tuple[str, tuple[str, ...]]:
    """Return an expression's SQL and the tables it names, compiled once."""
    import ibis
    from ibis.expr import operations as ops

    op = expression.op()
    key = (dialect, op)
    with _compiling:
        if key not in _compiled:
            sql = str(ibis.to_sql(expression, dialect="pyspark" if dialect == "spark" else dialect))
            names = tuple(sorted({found.name for found in op.find(ops.UnboundTable)}))
            if len(_compiled) >= _KEPT:
                _compiled.clear()
            _compiled[key] = (sql, names)
        return _compiled[key]


def _named(name: str) -> Source:
    dataset, _at, version = name.rpartition("@")
    return source.source_of(commit_at(dataset, int(version)))


def _memory_of(expression: "ibis.Expr") -> dict[str, Any]:
    from ibis.expr import operations as ops

    return {found.name: found.data.to_pyarrow(found.schema) for found in expression.op().find(ops.InMemoryTable)}
