"""Tries what a contract asks for in the engine itself, on a row without values, before it comes into force.

A rule that compares a text with a number, or a pattern the engine cannot read, would else end every load.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from huong.base.text import noop
from huong.catalogue.rules import conditions
from huong.catalogue.rules.problems import Document, Path
from huong.catalogue.rules.spec import ContractSpec

if TYPE_CHECKING:
    import duckdb


@lru_cache(maxsize=1)
def _engine() -> "duckdb.DuckDBPyConnection":
    import duckdb

    con = duckdb.connect(":memory:")
    con.execute("SET threads=1; SET memory_limit='64MB'; SET enable_external_access=false; SET lock_configuration=true")
    return con


def fits(pattern: str, value: str) -> bool:
    """Return whether a value has a form, in the engine's own dialect, whose time is bounded (RE2).

    >>> fits("[0-9]{3}", "113"), fits("(a+)+", "a" * 50 + "!")
    (True, False)
    """
    query = f"SELECT regexp_full_match({_literal(value)}, {_literal(pattern)})"
    with _engine().cursor() as con:
        return bool(con.execute(query).fetchone()[0])  # type: ignore[index]


def _literal(text: str) -> str:
    """Return a text for the engine's SQL; given apart from the SQL, the engine would load pandas to look at it."""
    return "'" + text.replace("\0", "\N{REPLACEMENT CHARACTER}").replace("'", "''") + "'"


def problem_of_pattern(pattern: str) -> str:
    """Return why the engine cannot read a pattern; empty if it can.

    >>> problem_of_pattern("x{1,3}"), bool(problem_of_pattern("x{1500}"))
    ('', True)
    """
    if not pattern:
        return ""
    import duckdb

    try:
        fits(pattern, "")
    except duckdb.Error as error:
        return str(error).split("\n")[0][:120]
    return ""


def require_runnable(document: Document, spec: ContractSpec, places: dict[str, Path]) -> None:
    """Add a problem for every rule that the engine cannot run over the contract's fields."""
    import duckdb

    columns = ", ".join(f'NULL::{found.stored_type} AS "{found.name}"' for found in spec.fields)
    with _engine().cursor() as con:
        for rule in spec.rules:
            condition = conditions.parse(rule.condition).sql("duckdb")
            query = f"SELECT coalesce(({condition}), true) FROM (SELECT {columns})"  # noqa: S608 - of allowed parts
            try:
                con.execute(query).fetchall()
            except duckdb.Error as error:
                document.add(
                    places.get(rule.name, ("schema", 0, "quality")),
                    noop("The rule “%(label)s” cannot be computed over these fields: %(reason)s."),
                    label=rule.name,
                    reason=str(error).split("\n")[0][:160].rstrip("."),
                )
