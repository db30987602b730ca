"""Kinds that wait until somebody brings data: upload, entry form, push API."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huong.intake.models import Source
from huong.intake.ports import Fetched

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass
class Waiting:
    """A source that is never fetched."""

    title: "StrOrPromise"

    def check(self, settings: Mapping[str, Any]) -> None:
        """Take any settings: there are none."""

    def fetch(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Return that there is nothing to fetch."""
        return Fetched(cursor=dict(source.cursor))

    def sample(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Return that there is nothing to look at."""
        return Fetched()

    def finished(self, source: Source, cursor: Mapping[str, Any]) -> None:
        """Do nothing: nobody waits for it."""
