"""`huong reports import DATASET`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from huong.base.commands import HuongCommand
from huong.base.errors import BadInput
from huong.people import queries as people
from huong.reports.actions.importing import Reading, import_dataset


class Command(HuongCommand):
    """Take the history of another system over."""

    help = "Field reports: import DATASET takes the rows of a dataset over as reports with their events."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do, the dataset and how its rows are read."""
        parser.add_argument("do", choices=["import"])
        parser.add_argument("dataset")
        parser.add_argument(
            "--mapping",
            type=Path,
            help="YAML: columns (ours: theirs) and categories (theirs: ours); guessed if left out.",
        )
        parser.add_argument("--agency", default="", help="Whose reports they are; the dataset's owner if left out.")
        parser.add_argument("--public", action="store_true", help="Show those of public categories to everybody.")
        parser.add_argument("--by", default="", help="The user name of the person importing.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and say in one line what came."""
        by = people.user(options["by"]) if options["by"] else None
        agency = people.agency(options["agency"]).code if options["agency"] else ""
        given = _yaml(options["mapping"]) if options["mapping"] else {}
        reading = Reading(given.get("columns", {}), given.get("categories", {}), agency, options["public"])
        done = import_dataset(options["dataset"], reading, by=by)
        sentence = _(
            "%(rows)s rows: %(new)s new reports, %(ended)s ended since; %(on_time)s on time, %(late)s late,"
            " %(contradictions)s against the label of the file."
        )
        self.answer(sentence % vars(done), as_json=options["as_json"], **vars(done))


def _yaml(file: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise BadInput(_("%(file)s cannot be read: %(reason)s.") % {"file": file.name, "reason": error}) from error
    if not isinstance(found, dict):
        raise BadInput(_("%(file)s must name columns and categories.") % {"file": file.name})
    return found
