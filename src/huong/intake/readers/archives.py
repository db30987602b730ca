"""Zip and gzip: unpacked within bounds, without trusting what the archive says about itself."""

import errno
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from huong.base import home
from huong.files.kinds import HEAD_BYTES, Kind, sniff
from huong.intake.errors import Unreadable
from huong.intake.readers import limits

_ENDINGS = (".csv", ".tsv", ".xlsx", ".xls", ".json", ".ndjson", ".jsonl", ".geojson", ".parquet")
_DAMAGE = (zipfile.BadZipFile, gzip.BadGzipFile, NotImplementedError, EOFError, zlib.error, lzma.LZMAError)
CHUNK = 1024 * 1024
_TABLES = (Kind.CSV, Kind.XLSX, Kind.JSON, Kind.NDJSON, Kind.GEOJSON, Kind.PARQUET)


def unpack(path: Path, kind: Kind, *, name: str, work: Path, member: str = "") -> tuple[Path, str]:
    """Unpack the one table inside an archive.

    Args:
        path: the archive.
        kind: zip or gzip.
        name: its name, for messages.
        work: where the table is written to, under a name of ours.
        member: which file of a zip is meant, if there are several.

    Returns:
        The unpacked file and the name it had.

    Raises:
        Unreadable: damaged, locked, a bomb, nothing or several tables inside.
        StorageFull: no room for what is inside.
    """
    to = work / "unpacked"
    if kind == Kind.GZIP:
        inner = name[: -len(".gz")] if name.lower().endswith(".gz") else name
        with gzip.open(path, "rb") as source:
            _copy(source, to, packed=path.stat().st_size, name=name)
        return to, inner
    return to, _from_zip(path, to, name=name, member=member)


def _from_zip(path: Path, to: Path, *, name: str, member: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            found = _choose(archive, name, member)
            if found.flag_bits & 1:
                raise Unreadable(
                    _("“%(name)s” is locked with a password. Please send it without one.") % {"name": name},
                    code="locked_archive",
                )
            with archive.open(found) as source:
                _copy(source, to, packed=found.compress_size, name=name)
            return found.filename.rsplit("/", 1)[-1]
    except _DAMAGE as error:
        raise _damaged(name) from error
    except OSError as error:
        if error.errno not in (None, errno.EINVAL):  # bz2 says nothing, a place before the file's begin says EINVAL
            raise
        raise _damaged(name) from error


def _choose(archive: zipfile.ZipFile, name: str, member: str) -> zipfile.ZipInfo:
    """Return the member that holds the table."""
    if len(archive.infolist()) > limits.MAX_MEMBERS:
        raise Unreadable(
            _("“%(name)s” holds more than %(most)s files. Please pack only the table and send it again.")
            % {"name": name, "most": limits.MAX_MEMBERS},
            code="too_many_members",
        )
    files = [found for found in archive.infolist() if not found.is_dir() and not _is_litter(found.filename)]
    if member:
        files = [found for found in files if found.filename == member]
    named = [found for found in files if found.filename.lower().endswith(_ENDINGS)] or files
    tables = named if len(named) == 1 else [found for found in named if _is_table(archive, found)]
    if len(tables) == 1:
        return tables[0]
    if not tables:
        raise Unreadable(
            _("“%(name)s” holds no table. Please pack a CSV, XLSX, JSON or Parquet file and send it again.")
            % {"name": name},
            code="nothing_inside",
        )
    raise Unreadable(
        _("“%(name)s” holds several tables: %(files)s. Please say which one is meant, or send them one by one.")
        % {"name": name, "files": ", ".join(found.filename for found in tables[:10])},
        code="several_inside",
        members=[found.filename for found in tables[:50]],
    )


def _is_litter(name: str) -> bool:
    parts = name.split("/")
    return parts[0] == "__MACOSX" or parts[-1].startswith(".") or parts[-1].lower() in {"thumbs.db", "desktop.ini"}


def _is_table(archive: zipfile.ZipFile, found: zipfile.ZipInfo) -> bool:
    if found.flag_bits & 1:
        return True
    with archive.open(found) as source:
        return sniff(source.read(HEAD_BYTES), found.filename) in _TABLES


def _copy(source: IO[bytes] | gzip.GzipFile, to: Path, *, packed: int, name: str) -> None:
    """Copy what is unpacked, counting: the sizes an archive declares may be lies."""
    most = settings.HUONG.upload_mb * 4 * 1024 * 1024
    size = 0
    try:
        with to.open("wb") as out:
            for chunk in iter(_reader(source), b""):
                size += len(chunk)
                if size > most or (size > limits.RATIO_FROM and size > packed * limits.MAX_RATIO):
                    raise _bomb(name)
                if size % (64 * CHUNK) < len(chunk):
                    home.require_space(64 * CHUNK)
                out.write(chunk)
    except _DAMAGE as error:
        raise _damaged(name) from error


def _reader(source: IO[bytes] | gzip.GzipFile) -> Callable[[], bytes]:
    return lambda: source.read(CHUNK)


def _bomb(name: str) -> Unreadable:
    return Unreadable(
        _(
            "“%(name)s” unpacks to far more than it should (a “zip bomb”), so unpacking was stopped. Nothing was "
            "loaded; please send the table itself."
        )
        % {"name": name},
        code="zip_bomb",
    )


def _damaged(name: str) -> Unreadable:
    return Unreadable(
        _("“%(name)s” is damaged or was not sent to its end. Nothing was loaded; please send it again.")
        % {"name": name},
        code="damaged_archive",
    )
