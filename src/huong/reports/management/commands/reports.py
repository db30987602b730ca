"""`huong reports import DATASET`, `huong reports train`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import yaml
from django.utils.translation import gettext as _

from huong.base import plain_yaml
from huong.base.commands import HuongCommand
from huong.base.errors import BadInput
from huong.people import queries as people
from huong.reports import jobs
from huong.reports.actions.importing import Reading, import_dataset

if TYPE_CHECKING:
    from huong.reports.models import TextModel


class Command(HuongCommand):
    """Take the history of another system over; learn from decided reports."""

    help = (
        "Field reports: import DATASET takes the rows of a dataset over as reports with their events; "
        "train learns from decided reports which category words mean."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do, the dataset and how its rows are read."""
        parser.add_argument("do", choices=["import", "train"])
        parser.add_argument("dataset", nargs="?", default="", help="For import: whose rows.")
        parser.add_argument(
            "--mapping",
            type=Path,
            help="YAML: columns (ours: theirs) and categories (theirs: ours); guessed if left out.",
        )
        parser.add_argument("--agency", default="", help="Whose reports they are; the dataset's owner if left out.")
        parser.add_argument("--public", action="store_true", help="Show those of public categories to everybody.")
        parser.add_argument("--by", default="", help="The user name of the person who does it.")
        parser.add_argument("--later", action="store_true", help="For train: let a job process do it.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say in one line what came of it."""
        if options["do"] == "train":
            self._train(options)
        elif options["dataset"]:
            self._import(options)
        else:
            raise BadInput(_("Please name the dataset whose rows are to be taken over."))

    def _train(self, options: dict[str, Any]) -> None:
        if options["later"]:
            jobs.train.later(options["by"])
            self.answer(
                _("A job process learns now; see /desk/reports/learning."), as_json=options["as_json"], later=True
            )
            return
        found = cast("TextModel", jobs.train.now(options["by"]))
        facts = {
            "version": found.version,
            "texts": found.texts,
            "tested": found.tested["texts"],
            "right": found.tested["right"],
        }
        if found.in_force:
            sentence = _(
                "Version %(version)s learnt from %(texts)s texts: right for %(right)s of %(tested)s. It is in force."
            )
        else:
            sentence = _(
                "Version %(version)s learnt from %(texts)s texts: right for %(right)s of %(tested)s, fewer than the one in force, which stays."
            )
        more = {"kind": found.kind, "in_force": found.in_force, "result": found.tested, "before": found.before}
        self.answer(sentence % facts, as_json=options["as_json"], **facts, **more)

    def _import(self, options: dict[str, Any]) -> None:
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
        found = plain_yaml.of_file(file)
    except (OSError, yaml.YAMLError) as error:
        raise BadInput(_("%(file)s cannot be read: %(reason)s.") % {"file": file.name, "reason": error}) from error
    if not isinstance(found, dict):
        raise BadInput(_("%(file)s must name columns and categories.") % {"file": file.name})
    return found
