"""Backup and restore: database, store, files and quarantine in one archive; keys apart, under a passphrase.

The database is copied first, then the files it points to. Files are written before the row that names
them and are never changed, so whatever the copied database names is in the archive; a commit that was
written meanwhile and is not named is finished or undone by `store.recover()` after the restore.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from huong import __version__
from huong.base import clock, home, keys, readiness
from huong.base.errors import BadInput, Unavailable, WrongState
from huong.base.sql import is_postgresql
from huong.journal import actions as journal
from huong.store import actions as store

FOLDERS = ("store", "files", "quarantine", "basemap")
DATABASE = "database"
MANIFEST = "manifest.json"
OLD = timedelta(days=7)


def readiness_of(marker: Path) -> readiness.Check:
    """Say how old the last tested backup is."""
    if not marker.exists():
        return readiness.Check(True, "no tested backup yet", warning=True)
    at = datetime.fromisoformat(json.loads(marker.read_text())["at"])
    age = clock.now() - at
    return readiness.Check(True, f"last tested {at.isoformat()}", warning=age > OLD)


def readiness_check() -> readiness.Check:
    """Say how old the last tested backup of this home is."""
    return readiness_of(home.path("backup.json"))


def backup(target: Path, *, passphrase: str | None = None) -> dict[str, object]:
    """Write an archive of this home, read it back, and only then call it a backup.

    Args:
        target: the archive to make (`.tar`); must not exist.
        passphrase: also write the keys to `<target>.keys`, encrypted under it.

    Returns:
        The counts: {"files": n, "bytes": n, "sha256": of the archive, "keys": bool}.

    Raises:
        WrongState: the target exists already.
        StorageFull: no room for it.
    """
    if target.exists():
        raise WrongState(_("%(file)s exists already. Choose another name.") % {"file": target.name})
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".part")
    try:
        names = _write(draft)
        count, size = _verify(draft)
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    if passphrase:
        _write_keys(Path(f"{target}.keys"), passphrase)
    home.path("backup.json").write_text(json.dumps({"at": clock.now().isoformat(), "files": names}))
    return {"files": count, "bytes": size, "sha256": _digest(target), "keys": bool(passphrase)}


def _write(draft: Path) -> int:
    digests: dict[str, str] = {}
    with tempfile.TemporaryDirectory(dir=home.path("tmp", "x").parent) as folder, tarfile.open(draft, "w") as archive:
        copy = Path(folder) / DATABASE
        _copy_database(copy)
        for name, file in [(DATABASE, copy), *_members()]:
            digests[name] = _add(archive, name, file)
        facts = {
            "format": 1,
            "version": __version__,
            "database": connection.vendor,
            "kind": "demonstration" if home.is_demo() else "real",
            "at": clock.now().isoformat(),
            "sha256": digests,
        }
        body = json.dumps(facts).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(body)
        archive.addfile(entry, io.BytesIO(body))
    return len(digests)


def _members() -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        root = home.home() / folder
        for file in sorted(root.rglob("*")):
            if file.is_file() and not file.name.endswith((".part", ".lock", ".tmp")):
                yield f"{folder}/{file.relative_to(root)}", file


def _add(archive: tarfile.TarFile, name: str, file: Path) -> str:
    with file.open("rb") as source:
        archive.addfile(archive.gettarinfo(arcname=name, fileobj=source), source)
    return _digest(file)


def _digest(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _verify(archive_file: Path) -> tuple[int, int]:
    """Read an archive back whole and compare every digest with its manifest."""
    found: dict[str, str] = {}
    facts: dict[str, object] = {}
    with tarfile.open(archive_file) as archive:
        for entry in archive:
            source = archive.extractfile(entry)
            if source is None:
                continue
            if entry.name == MANIFEST:
                facts = json.loads(source.read())
            else:
                found[entry.name] = hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type]
    if not facts or facts["sha256"] != found:
        raise BadInput(_("The archive is incomplete or was changed. Take the backup before it."))
    return len(found), archive_file.stat().st_size


def _copy_database(copy: Path) -> None:
    if is_postgresql():
        _run([*_tool("pg_dump"), "--format=custom", f"--file={copy}"])
        return
    source = sqlite3.connect(f"file:{settings.DATABASES['default']['NAME']}?mode=ro", uri=True)
    target = sqlite3.connect(copy)
    try:
        source.backup(target, pages=2048)
    finally:
        source.close()
        target.close()


def _tool(name: str) -> list[str]:
    found = shutil.which(name)
    if found is None:
        raise Unavailable(_("The program %(name)s is needed. Install PostgreSQL's client programs.") % {"name": name})
    return [found]


def _run(command: list[str]) -> None:
    database = settings.DATABASES["default"]
    environment = os.environ | {
        "PGHOST": str(database["HOST"]),
        "PGPORT": str(database["PORT"] or 5432),
        "PGUSER": str(database["USER"]),
        "PGPASSWORD": str(database["PASSWORD"]),
        "PGDATABASE": str(database["NAME"]),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Unavailable(done.stderr.strip()[-500:])


def _wrapping_key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())


def _write_keys(target: Path, passphrase: str) -> None:
    held = {file.name: file.read_bytes().hex() for file in (home.home() / "keys").rglob("*") if file.is_file()}
    salt = os.urandom(16)
    sealed = keys.seal_bytes(_wrapping_key(passphrase, salt), json.dumps(held).encode(), context="huong-keys")
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(salt + sealed)


def restore(archive_file: Path, *, keys_file: Path | None = None, passphrase: str | None = None) -> dict[str, object]:
    """Bring an archive back into an empty home (and an empty database).

    Args:
        archive_file: what `backup` wrote.
        keys_file: the keys written beside it; without them, what they protect stays unreadable.
        passphrase: opens the keys.

    Returns:
        {"files": n, "keys": bool, "unreadable": a sentence or ""}.

    Raises:
        WrongState: this home holds data already.
        BadInput: the archive is damaged, or comes from the other kind of database; the passphrase is missing
            or another one. Nothing was restored.
    """
    if _holds_data():
        raise WrongState(_("This home holds data already. Restore into an empty one."))
    count, _size = _verify(archive_file)
    held = _opened_keys(keys_file, passphrase) if keys_file else {}
    with tarfile.open(archive_file) as archive:
        facts = json.loads(archive.extractfile(MANIFEST).read())  # type: ignore[union-attr]
        if facts["database"] != connection.vendor:
            raise BadInput(
                _("The archive was made on %(there)s, this home uses %(here)s.")
                % {"there": facts["database"], "here": connection.vendor}
            )
        _put_keys(held)
        home.prepare(demo=facts["kind"] == "demonstration")
        archive.extractall(home.home(), filter="data")
    _bring_database(home.home() / DATABASE)
    store.recover()
    unreadable = (
        ""
        if keys_file
        else _(
            "The keys were not restored: national identity numbers, files and refused rows of personal datasets, "
            "and second factors stay unreadable until they are."
        )
    )
    return {"files": count, "keys": bool(keys_file), "unreadable": unreadable}


def _holds_data() -> bool:
    if any((home.home() / folder).exists() and any((home.home() / folder).iterdir()) for folder in FOLDERS):
        return True
    return bool(connection.introspection.table_names())


def _opened_keys(file: Path, passphrase: str | None) -> dict[str, str]:
    """Return the keys in a file, by name, as hex digits."""
    if not passphrase:
        raise BadInput(_("The keys are encrypted. Give their passphrase: --passphrase-file FILE"))
    sealed = file.read_bytes()
    try:
        opened = keys.open_bytes(_wrapping_key(passphrase, sealed[:16]), sealed[16:], context="huong-keys")
    except Unavailable as error:
        raise BadInput(_("This passphrase does not open the keys. Nothing was restored.")) from error
    held: dict[str, str] = json.loads(opened)
    return held


def _put_keys(held: dict[str, str]) -> None:
    for name, value in held.items():
        target = home.path("keys", Path(name).name)
        target.unlink(missing_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(bytes.fromhex(value))


def _bring_database(copy: Path) -> None:
    if is_postgresql():
        connection.close()
        _run([*_tool("pg_restore"), "--no-owner", f"--dbname={settings.DATABASES['default']['NAME']}", str(copy)])
        copy.unlink()
        journal.settle()
        return
    connection.close()
    for suffix in ("-wal", "-shm"):
        Path(f"{settings.DATABASES['default']['NAME']}{suffix}").unlink(missing_ok=True)
    os.replace(copy, str(settings.DATABASES["default"]["NAME"]))
