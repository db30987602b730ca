"""The sources that bring the platform's own things into the store, as the city's `feeds.yaml` names them by kind."""

from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from huong.base import plain_yaml
from huong.base.errors import BadInput
from huong.catalogue import queries as datasets
from huong.intake.actions.sources import save_source
from huong.intake.queries import has_source

FILE = "feeds.yaml"


def set_up_feeds(folder: Path, kind: str) -> int:
    """Set up the sources of one kind that a city's folder names. Idempotent.

    A source that is there stays as it is: whoever works with it may have changed or stopped it.

    Args:
        folder: the city's.
        kind: the kind of source, and the part of the file: "reports", "dossiers".

    Returns:
        How many sources the folder names.

    Raises:
        BadInput: the file cannot be read, or says something that cannot work.

    Records: `intake.source_saved` for each new one.
    """
    wanted, known = _wanted(folder / FILE, kind), set(datasets.dataset_names())
    for row in wanted:
        dataset, name = str(row.pop("dataset")), str(row.pop("name"))
        every = int(row.pop("every_minutes"))
        if dataset in known and not has_source(dataset, name):
            save_source(dataset, name, kind=kind, settings=row, every_minutes=every, by=None)
    return len(wanted)


def _wanted(file: Path, kind: str) -> list[dict[str, Any]]:
    try:
        found = plain_yaml.facts_of(file).get(kind) or ()
        return [dict(row) for row in found if row["dataset"] and row["name"] and row["every_minutes"]]
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(
            _("%(file)s cannot be used: %(reason)s.") % {"file": file.name, "reason": error}, code="bad_feeds"
        ) from error
