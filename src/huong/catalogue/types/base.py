"""The shape of a semantic type, and the few engine functions that Ibis has no word for."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

Expr = Any  # an ibis.Expr; not named so that this module needs no engine


@dataclass(frozen=True)
class Context:
    """What a field says about its values, beyond its type.

    Attributes:
        zone: the zone of times that come without one.
        crs: the reference system of points.
        birth: a date column to compare a personal number with, if the contract has one.
    """

    zone: str = "Asia/Ho_Chi_Minh"
    crs: str = "EPSG:4326"
    birth: Expr = None


@dataclass(frozen=True)
class SemanticType:
    """Normaliser, validator, description and test cases of one meaning.

    Attributes:
        base: what is stored: string, integer, number, boolean, date, timestamp, point.
        normalise: from a trimmed text in NFC (placeholders are null already), or from a column that has
            the stored type already, to the stored value; null where it cannot be read.
        valid: whether a normalised value is possible; None if every value is.
        canonical: a pattern of texts that need no normaliser; `quick` reads them.
        quick: what a canonical text means; None if it is kept as it is written.
        surely: two ISO days; a day or time between them is valid, whatever the zone. Empty: there are none.
        exact: whether a value that is written in another form counts as untidy; otherwise only stray
            spaces and other than composed letters do.
        bound: whether a field of this type has a shared definition ("unified").
        examples: what may come in and what is kept; texts.
        bad: what must not pass.
    """

    name: str
    base: str
    normalise: Callable[[Expr, Context], Expr]
    describe_vi: str
    describe_en: str
    valid: Callable[[Expr, Context], Expr] | None = None
    canonical: str = ""
    quick: Callable[[Expr, Context], Expr] | None = None
    surely: tuple[str, ...] = ()
    identifying: bool = False
    exact: bool = False
    bound: bool = True
    examples: tuple[tuple[str, str], ...] = ()
    bad: tuple[str, ...] = ()

    def read(self, column: Expr, context: Context) -> Expr:
        """Return what `normalise` returns, by the short way where a text is canonical already."""
        if not self.canonical or not column.type().is_string():
            return self.normalise(column, context)
        import ibis

        short = column if self.quick is None else self.quick(column, context)
        return ibis.ifelse(column.re_search(self.canonical), short, self.normalise(column, context))


@lru_cache(maxsize=1)
def functions() -> Any:
    """Return the engine's functions for which Ibis has no method, typed; the names are DuckDB's."""
    import ibis
    import ibis.expr.datatypes as dt

    local, moment = dt.Timestamp(scale=6), dt.Timestamp(timezone="UTC", scale=6)

    def builtin(name: str, returns: Any, **takes: Any) -> Any:
        def empty() -> None: ...

        signature = (tuple(takes.values()), returns)
        empty.__name__ = name
        empty.__signature__ = _signature_of(tuple(takes))  # type: ignore[attr-defined]
        return ibis.udf.scalar.builtin(empty, name=name, signature=signature)

    return SimpleNamespace(
        nfc=builtin("nfc_normalize", dt.string, text=dt.string),
        strptime=builtin("try_strptime", local, text=dt.string, form=dt.string),
        in_zone=builtin("timezone", moment, zone=dt.string, at=local),
        at_zone=builtin("timezone", local, zone=dt.string, at=moment),
        to_microseconds=builtin("epoch_us", dt.int64, at=local),
        from_microseconds=builtin("make_timestamp", local, microseconds=dt.int64),
        from_microseconds_utc=builtin("make_timestamptz", moment, microseconds=dt.int64),
    )


def _signature_of(names: tuple[str, ...]) -> inspect.Signature:
    return inspect.Signature([inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names])


def digits(text: Expr) -> Expr:
    """Return a text without the separators people put between digits."""
    return text.re_replace(r"[\s.\-()]", "")
