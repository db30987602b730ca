"""The shape of a semantic type, and the few engine functions that Ibis has no word for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
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
    identifying: bool = False
    exact: bool = False
    bound: bool = True
    examples: tuple[tuple[str, str], ...] = ()
    bad: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def functions() -> Any:
    """Return DuckDB's functions for which Ibis has no method."""
    import ibis
    import ibis.expr.datatypes as dt

    builtin = ibis.udf.scalar.builtin
    moment = dt.Timestamp(timezone="UTC")

    class Functions:
        """Built-in functions of the engine; another engine gives its own of the same names."""

        @builtin(name="nfc_normalize")
        def nfc(text: str) -> str:  # type: ignore[empty-body]
            """Compose letters and accents."""

        @builtin(name="strip_accents")
        def strip_accents(text: str) -> str:  # type: ignore[empty-body]
            """Take accents off."""

        @builtin(name="try_strptime", signature=((dt.string, dt.string), dt.Timestamp()))
        def strptime(text, form):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            """Read a time, or null."""

        @builtin(name="timezone", signature=((dt.string, dt.Timestamp()), moment))
        def in_zone(zone, at):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            """Say of a local time in which zone it is."""

        @builtin(name="make_date", signature=((dt.int64, dt.int64, dt.int64), dt.date))
        def make_date(year, month, day):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            """Make a date; the parts must be possible."""

    return Functions


def fold(text: Expr) -> Expr:
    """Return a text for looking up: lower case, without accents, single spaces; as `base.text.fold` does."""
    lowered = text.lower().re_replace("[đĐ]", "d")
    return functions().strip_accents(lowered).re_replace(r"\s+", " ").strip()


def digits(text: Expr) -> Expr:
    """Return a text without the separators people put between digits."""
    return text.re_replace(r"[\s.\-()]", "")
