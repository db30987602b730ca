"""The door to where the shared tables lie: a folder, or object storage by URI. One class each, same calls.

Data files are written once under a name nobody used before and never changed, so a local copy of an
object is never stale, and queries always run on local paths with the network shut.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from huong.base import home, ids
from huong.base.errors import Unavailable


class Storage(Protocol):
    """What the rest of the store asks of a place for tables."""

    options: dict[str, str]

    def uri(self, dataset: str) -> str:
        """Return the address of a dataset's table, as deltalake takes it."""

    def put(self, dataset: str, name: str, local: Path, *, keep: bool) -> None:
        """Bring a finished file into a table's folder, durably. It becomes visible only by a Delta commit."""

    def fetch(self, dataset: str, names: Iterable[str]) -> list[Path]:
        """Return local paths of files of a table."""

    def forget(self, dataset: str, names: Iterable[str]) -> None:
        """Remove files that no commit names after all."""

    def settle(self, dataset: str) -> None:
        """Make the newest Delta commit survive a power cut."""

    def drop(self, dataset: str) -> None:
        """Remove a whole table."""


class Folder:
    """Tables in a folder of this machine (or of a file server)."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.options: dict[str, str] = {}

    def uri(self, dataset: str) -> str:
        """Return the table's folder, made if it is not there."""
        folder = self.root / dataset
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    def put(self, dataset: str, name: str, local: Path, *, keep: bool) -> None:
        """Link or move a file into the table's folder and write it through to the disk."""
        target = Path(self.uri(dataset)) / name
        target.unlink(missing_ok=True)
        try:
            os.link(local, target)
        except OSError:
            shutil.copyfile(local, target)
        if not keep:
            local.unlink(missing_ok=True)
        _sync(target)

    def fetch(self, dataset: str, names: Iterable[str]) -> list[Path]:
        """Return the paths."""
        folder = self.root / dataset
        return [folder / name for name in names]

    def forget(self, dataset: str, names: Iterable[str]) -> None:
        """Remove files."""
        for path in self.fetch(dataset, names):
            path.unlink(missing_ok=True)

    def settle(self, dataset: str) -> None:
        """Write the newest log file, the log's folder and the table's folder through to the disk."""
        log = self.root / dataset / "_delta_log"
        newest = max(log.glob("*.json"), default=None)
        for path in [newest, log, log.parent]:
            if path is not None:
                _sync(path)

    def drop(self, dataset: str) -> None:
        """Remove the table's folder."""
        shutil.rmtree(self.root / dataset, ignore_errors=True)


class Objects:
    """Tables in object storage (s3://bucket/prefix and whatever else pyarrow and deltalake both speak).

    Credentials come from the environment, as both libraries read them. Commits need a store that can
    refuse to overwrite (S3's conditional put), which is what makes two writers safe.
    """

    def __init__(self, root: str) -> None:
        from pyarrow import fs

        self.root = root.rstrip("/")
        try:
            self._files, self._prefix = fs.FileSystem.from_uri(self.root)
        except (OSError, ValueError, ImportError) as error:
            raise Unavailable(
                _("The object storage %(uri)s cannot be reached. Please check HUONG_STORE.") % {"uri": self.root}
            ) from error
        self.options = {"conditional_put": "etag", "timeout": "60s"} if root.startswith("s3") else {}

    def uri(self, dataset: str) -> str:
        """Return the table's URI."""
        if self.root.startswith("file:"):
            self._files.create_dir(f"{self._prefix}/{dataset}", recursive=True)
        return f"{self.root}/{dataset}"

    def put(self, dataset: str, name: str, local: Path, *, keep: bool) -> None:
        """Upload a file."""
        with local.open("rb") as source, self._files.open_output_stream(f"{self._prefix}/{dataset}/{name}") as out:
            while block := source.read(4 * 1024 * 1024):
                out.write(block)
        if not keep:
            local.unlink(missing_ok=True)

    def fetch(self, dataset: str, names: Iterable[str]) -> list[Path]:
        """Return local copies, downloading those that are not here yet."""
        return [self._local(dataset, name) for name in names]

    def _local(self, dataset: str, name: str) -> Path:
        kept = home.path("tmp", "objects", dataset, name)
        if kept.exists():
            os.utime(kept)
            return kept
        draft = kept.with_name(f"{name}.{ids.new_id()}.part")
        with self._files.open_input_stream(f"{self._prefix}/{dataset}/{name}") as source, draft.open("wb") as out:
            while block := source.read(4 * 1024 * 1024):
                out.write(block)
        os.replace(draft, kept)
        return kept

    def forget(self, dataset: str, names: Iterable[str]) -> None:
        """Remove objects."""
        for name in names:
            try:
                self._files.delete_file(f"{self._prefix}/{dataset}/{name}")
            except FileNotFoundError:
                continue

    def settle(self, dataset: str) -> None:
        """Do nothing: an object that was accepted is durable."""

    def drop(self, dataset: str) -> None:
        """Remove the table's objects."""
        self._files.delete_dir(f"{self._prefix}/{dataset}")


def storage() -> Storage:
    """Return the place that `HUONG_STORE` names; empty: the folder `store` of the home."""
    where = settings.HUONG.store
    if "://" in where:
        return Objects(where)
    return Folder(Path(where) if where else home.home() / "store")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
