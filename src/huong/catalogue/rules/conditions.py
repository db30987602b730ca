"""The small SQL in which a contract states rules over the fields of one row.

Only comparisons, logic, arithmetic and a few functions of the row itself: no sub-queries, no clock, no
files. The text is read by sqlglot and rebuilt from the parts allowed here, so nothing else gets through.
"""

from functools import lru_cache
from typing import Any, Final

import sqlglot
from sqlglot import expressions as sql

ALLOWED: Final[tuple[type[Any], ...]] = (
    sql.And, sql.Or, sql.Not, sql.Paren, sql.EQ, sql.NEQ, sql.GT, sql.GTE, sql.LT, sql.LTE, sql.Between, sql.In,
    sql.Is, sql.Null, sql.Boolean, sql.Literal, sql.Column, sql.Identifier, sql.Add, sql.Sub, sql.Mul, sql.Div,
    sql.Mod, sql.Neg, sql.Like, sql.ILike, sql.Coalesce, sql.Abs, sql.Round, sql.Floor, sql.Ceil, sql.Lower,
    sql.Upper, sql.Length, sql.Trim, sql.Case, sql.If, sql.Cast, sql.DataType, sql.DataTypeParam, sql.Nullif,
    sql.Greatest, sql.Least, sql.RegexpLike, sql.Year, sql.Month, sql.Day, sql.DateDiff, sql.Var, sql.Interval,
    sql.StartsWith, sql.Substring, sql.Tuple, sql.Extract,
)  # fmt: skip


DEEPEST: Final = 120  # each part is looked at by a function that calls itself


class NotACondition(ValueError):
    """The text is not a condition over one row; `args[0]` says which part is not."""


@lru_cache(maxsize=512)
def parse(condition: str) -> sql.Expression:
    """Read a condition.

    Raises:
        NotACondition: it cannot be read, or uses more than one row's values.

    >>> parse("closed_at >= opened_at OR closed_at IS NULL").sql("duckdb")
    'closed_at >= opened_at OR closed_at IS NULL'
    """
    try:
        found = sqlglot.parse_one(condition, dialect="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        raise NotACondition(condition[:80]) from error
    _require_shallow(found, condition)
    for part in found.walk():
        if not isinstance(part, ALLOWED) or (isinstance(part, sql.Column) and part.table):
            raise NotACondition(part.sql("duckdb")[:80])
    if not isinstance(found, sql.Predicate | sql.Connector | sql.Not | sql.Paren | sql.Boolean | sql.RegexpLike):
        raise NotACondition(condition[:80])
    return found


def _require_shallow(found: sql.Expression, condition: str) -> None:
    level: list[sql.Expression] = [found]
    for _depth in range(DEEPEST):
        level = [child for part in level for child in part.iter_expressions()]
        if not level:
            return
    raise NotACondition(condition[:80])


def fields_of(condition: str) -> tuple[str, ...]:
    """Return the fields that a condition names, in order, each once.

    >>> fields_of("b > a AND a > 0")
    ('b', 'a')
    """
    return tuple(dict.fromkeys(column.name for column in parse(condition).find_all(sql.Column, bfs=False)))


def condition_of_query(query: str) -> str:
    """Return the condition that a counting query of the standard asks to hold for every row.

    The standard lets a rule be `SELECT COUNT(*) FROM ${table} WHERE <what is wrong>` that must be 0.

    Raises:
        NotACondition: the query is anything else.

    >>> condition_of_query("SELECT COUNT(*) FROM ${table} WHERE closed_at < opened_at")
    'NOT (closed_at < opened_at)'
    """
    plain = query.replace("${table}", "t").replace("${object}", "t").replace("{table}", "t").replace("{object}", "t")
    try:
        found = sqlglot.parse_one(plain, dialect="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        raise NotACondition(query[:80]) from error
    where = found.args.get("where")
    used = {name for name, value in found.args.items() if value} - {"kind"}
    counts = isinstance(found, sql.Select) and [type(part) for part in found.expressions] == [sql.Count]
    if (
        not counts
        or where is None
        or used - {"expressions", "from", "from_", "where"}
        or len(list(found.find_all(sql.Select))) > 1
    ):
        raise NotACondition(query[:80])
    _require_shallow(found, query)
    condition = f"NOT ({where.this.sql('duckdb')})"
    parse(condition)
    return condition
