"""A watched folder of the home: whoever may write there drops files, each is loaded once and moved away."""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.base import clock, home
from huong.base.errors import BadInput
from huong.intake.kinds.settings import require
from huong.intake.models import Source
from huong.intake.ports import Fetched

QUIET_SECONDS = 3
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*(/[a-zA-Z0-9][a-zA-Z0-9._-]*)*")
_LITTER = (".part", ".tmp", ".crdownload", ".filepart", "~")


class Folder:
    """Settings: `folder`, a path below `drop` in the home; `quiet_seconds`, how long a file must lie still."""

    title = gettext_lazy("Folder")

    def check(self, settings: Mapping[str, Any]) -> None:
        """Refuse a folder outside the drop folder.

        Raises:
            BadInput: with the reason.
        """
        require(settings, needed=("folder",), allowed=("quiet_seconds",))
        if not _NAME.fullmatch(str(settings["folder"])):
            raise BadInput(
                _("The folder must be a plain name below the drop folder, such as “parks”."), code="setting_folder"
            )

    def fetch(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Return the oldest file that has lain still; a file that is still growing waits."""
        folder = folder_of(source)
        waiting = sorted(
            (file for file in folder.iterdir() if _is_ready(file, source)), key=lambda file: file.stat().st_mtime
        )
        if not waiting:
            return Fetched(cursor=dict(source.cursor))
        copy = work / "dropped"
        shutil.copyfile(waiting[0], copy)
        return Fetched(copy, waiting[0].name, {"file": waiting[0].name}, more=len(waiting) > 1)

    def sample(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Return the file that would be loaded next; it stays where it is."""
        return self.fetch(source, secrets, work)

    def finished(self, source: Source, cursor: Mapping[str, Any]) -> None:
        """Move the file into `done`; the raw bytes are kept by then."""
        file = folder_of(source) / Path(str(cursor.get("file", ""))).name
        if cursor.get("file") and file.is_file():
            done = file.parent / "done"
            done.mkdir(exist_ok=True)
            os.replace(file, done / f"{clock.now():%Y%m%dT%H%M%S%f}-{file.name}")


def folder_of(source: Source) -> Path:
    """Return the folder that a source watches."""
    folder = home.path("drop", str(source.settings["folder"]), "x").parent
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _is_ready(file: Path, source: Source) -> bool:
    if not file.is_file() or file.is_symlink() or file.name.startswith(".") or file.name.endswith(_LITTER):
        return False
    quiet = float(source.settings.get("quiet_seconds", QUIET_SECONDS))
    return clock.now().timestamp() - file.stat().st_mtime >= quiet
