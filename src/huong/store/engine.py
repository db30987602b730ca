"""The door to the query engine: DuckDB in this process, or a Spark cluster. One class each, same calls.

A query sees the files of the commits it names and nothing else: DuckDB runs it with the network, the
file system and extensions shut, the settings locked, memory bounded and an alarm for the time.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from huong.base import home
from huong.base.errors import StorageFull
from huong.store.errors import HostileQuery, NoEngine, QueryTooLarge, QueryTooLong, UnsafeTable
from huong.store.rules import quoted, text

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

THREADS = 2


@dataclass(frozen=True)
class Source:
    """What a table name stands for in a query: files of one commit, with the types of its columns."""

    files: tuple[Path, ...]
    columns: tuple[tuple[str, str], ...]
    present: frozenset[str] = frozenset()
    mixed: bool = False

    def sql(self) -> str:
        """Return a SELECT of the rows, every column with its type whatever the file says."""
        if not self.files:
            nothing = ", ".join(f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in self.columns)
            return f"SELECT {nothing} WHERE false"
        wanted = ", ".join(self._column(name, kind) for name, kind in self.columns)
        return f"SELECT {wanted} FROM {scan(self.files, mixed=self.mixed)}"

    def _column(self, name: str, kind: str) -> str:
        if name in self.present:
            return quoted(name)
        return f"CAST(NULL AS {kind}) AS {quoted(name)}"


def scan(files: tuple[Path, ...] | list[Path], *, mixed: bool = False, extra: str = "") -> str:
    """Return DuckDB's table function over Parquet files.

    Args:
        mixed: the files do not all have the same columns.
        extra: further options, such as "filename=true".
    """
    names = ", ".join(text(str(file)) for file in files)
    options = f", union_by_name={str(mixed).lower()}, hive_partitioning=false" + (f", {extra}" if extra else "")
    return f"read_parquet([{names}]{options})"


class Engine(Protocol):
    """What the rest of the store asks of an engine."""

    name: str

    def run(self, sql: str, sources: Mapping[str, Source], tables: Mapping[str, Any]) -> "pa.Table":
        """Run one SELECT over named sources and in-memory tables."""


class DuckDB:
    """DuckDB in this process."""

    name = "duckdb"

    def run(self, sql: str, sources: Mapping[str, Source], tables: Mapping[str, Any]) -> "pa.Table":
        """Run one SELECT in the sandbox.

        Raises:
            HostileQuery: it asks for something beyond its sources.
            QueryTooLong: it ran into `HUONG_QUERY_SECONDS`.
            QueryTooLarge: it ran into `HUONG_QUERY_MEMORY_MB`.
        """
        with sandbox(sources, tables) as con:
            return execute(con, sql).to_arrow_table()


class Spark:
    """A Spark cluster (`HUONG_ENGINE=spark://host:port`). Its own package brings the driver."""

    name = "spark"

    def __init__(self, master: str) -> None:
        self.master = master

    def run(self, sql: str, sources: Mapping[str, Source], tables: Mapping[str, Any]) -> "pa.Table":
        """Refuse, naming what to install, until the driver is there.

        Raises:
            NoEngine: pyspark is not installed.
        """
        try:
            import pyspark  # noqa: F401
        except ImportError as error:
            raise NoEngine(
                _("HUONG_ENGINE names a Spark cluster, but pyspark is not installed. Please install huong[spark].")
            ) from error
        raise NoEngine(_("This version of Hương does not run queries on Spark yet. Please set HUONG_ENGINE=duckdb."))


def engine() -> Engine:
    """Return the engine that `HUONG_ENGINE` names.

    Raises:
        NoEngine: the setting names none that exists.
    """
    wanted = settings.HUONG.engine
    if wanted == "duckdb":
        return DuckDB()
    if wanted.startswith("spark://"):
        return Spark(wanted)
    raise NoEngine(_("HUONG_ENGINE must be duckdb or spark://host:port."))


@contextmanager
def workbench(folder: Path, *, memory_mb: int | None = None) -> Iterator["duckdb.DuckDBPyConnection"]:
    """Open DuckDB for the store's own writing: it may read and write files, but loads no extension.

    Args:
        folder: where it spills to when memory runs out.
    """
    import duckdb

    con = duckdb.connect(":memory:")
    try:
        limit = memory_mb or max(settings.HUONG.query_memory_mb, 512)
        con.execute(f"SET threads={THREADS}; SET memory_limit='{limit}MB'; SET temp_directory={text(str(folder))}")
        con.execute("SET TimeZone='UTC'; SET autoinstall_known_extensions=false; SET autoload_known_extensions=false")
        con.execute("SET enable_progress_bar=false")
        with full_disk_refused():
            yield con
    finally:
        con.close()


@contextmanager
def sandbox(
    sources: Mapping[str, Source], tables: Mapping[str, Any] | None = None, *, seconds: float | None = None
) -> Iterator["duckdb.DuckDBPyConnection"]:
    """Open DuckDB for a query: a view per source, and nothing else within reach.

    Args:
        sources: view name to commit.
        tables: further in-memory tables (Arrow), by name.
        seconds: the time limit; `HUONG_QUERY_SECONDS` if left out.
    """
    import duckdb

    con = duckdb.connect(":memory:")
    alarm = threading.Timer(seconds or settings.HUONG.query_seconds, con.interrupt)
    alarm.daemon = True
    try:
        _shut(con, [file for source in sources.values() for file in source.files])
        _name_sources(con, sources)
        for name, table in (tables or {}).items():
            con.register(name, table)
        con.execute("SET lock_configuration=true")
        alarm.start()
        with full_disk_refused(), _named_refusals():
            yield con
    finally:
        alarm.cancel()
        con.close()


def _name_sources(con: "duckdb.DuckDBPyConnection", sources: Mapping[str, Source]) -> None:
    import duckdb

    for name, source in sources.items():
        try:
            con.execute(f"CREATE TEMP VIEW {quoted(name)} AS {source.sql()}")
        except duckdb.Error as error:
            raise UnsafeTable(
                _("A file of “%(name)s” is missing or cannot be read. Please tell the operator.") % {"name": name}
            ) from error


def _shut(con: "duckdb.DuckDBPyConnection", files: list[Path]) -> None:
    spill = home.path("tmp", "query")
    spill.mkdir(parents=True, exist_ok=True)
    allowed = ", ".join(text(str(file)) for file in files)
    con.execute(
        f"SET threads={THREADS}; SET memory_limit='{settings.HUONG.query_memory_mb}MB'; SET TimeZone='UTC';"
        f"SET temp_directory={text(str(spill))}; SET max_temp_directory_size='4GB';"
        "SET autoinstall_known_extensions=false; SET autoload_known_extensions=false;"
        "SET allow_community_extensions=false; SET allow_unsigned_extensions=false;"
        "SET enable_progress_bar=false; SET python_enable_replacements=false;"
        f"SET allowed_paths=[{allowed}]; SET enable_external_access=false"
    )


def execute(con: "duckdb.DuckDBPyConnection", sql: str) -> "duckdb.DuckDBPyConnection":
    """Run one statement, and one only; it must be a SELECT.

    Raises:
        HostileQuery: several statements, or one that is no SELECT.
    """
    import duckdb

    try:
        statements = con.extract_statements(sql)
    except duckdb.ParserException as error:
        raise HostileQuery from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise HostileQuery
    return con.execute(statements[0])


@contextmanager
def _named_refusals() -> Iterator[None]:
    import duckdb

    try:
        yield
    except duckdb.InterruptException as error:
        raise QueryTooLong from error
    except duckdb.OutOfMemoryException as error:
        raise QueryTooLarge from error
    except (duckdb.PermissionException, duckdb.HTTPException) as error:
        raise HostileQuery from error


@contextmanager
def full_disk_refused() -> Iterator[None]:
    """Turn whatever a library says of a full disk into one refusal.

    Raises:
        StorageFull: the disk (or the quota) is full.
    """
    try:
        yield
    except OSError as error:
        if home.is_full(error):
            raise StorageFull from error
        raise
    except Exception as error:
        if _sounds_full(error):
            raise StorageFull from error
        raise


def _sounds_full(error: Exception) -> bool:
    if type(error).__module__.partition(".")[0] not in {"duckdb", "_duckdb", "deltalake", "_internal", "builtins"}:
        return False
    said = str(error).lower()
    return any(sign in said for sign in ("no space left", "file too large", "disk quota", "os error 28", "os error 27"))
