"""`huong load DATASET FILE`."""

import sys
from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from huong.base.commands import HuongCommand
from huong.intake import actions
from huong.intake.models import Load, plain_of
from huong.people import queries as people


class Command(HuongCommand):
    """Load a file into a dataset, here and now."""

    help = "Load a file into a dataset under its contract: huong load DATASET FILE"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the arguments."""
        parser.add_argument("dataset")
        parser.add_argument("file")
        parser.add_argument("--mapping", default="", help='JSON: {"expected column": "column of the file"}')
        parser.add_argument(
            "--recipe", default="", help='JSON: {"encoding": "tcvn3", "sheet": "...", "delimiter": ";"}'
        )
        parser.add_argument("--expected", type=int, default=None, help="How many rows there should be.")
        parser.add_argument("--accept-header", action="store_true", help="Go on though the columns have changed.")
        parser.add_argument("--by", default="", help="The user name of the person loading.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say in one line what became of it."""
        by = people.user(options["by"]) if options["by"] else None
        load = actions.load_file(
            options["dataset"],
            options["file"],
            by=by,
            mapping=_json(options["mapping"], "--mapping"),
            recipe=_json(options["recipe"], "--recipe"),
            expected_rows=options["expected"],
            accept_header=options["accept_header"],
            line=None if options["as_json"] else self._line,
        )
        self.answer(sentence(load), as_json=options["as_json"], **plain_of(load))

    def _line(self, load: Load) -> None:
        left = f", {load.seconds_left:.0f} s left" if load.seconds_left else ""
        speed = f" · {load.rows_per_second:,.0f} rows/s" if load.rows_per_second else ""
        print(f"{load.get_state_display()}: {load.rows_done:,}{speed}{left}", file=sys.stderr)


def sentence(load: Load) -> str:
    """Return in one line what a load brought."""
    if load.repeated:
        return load.message
    facts = {"read": load.read, "accepted": load.accepted, "refused": load.refused, "commit": load.commit_after or "–"}
    return _("%(read)s rows read, %(accepted)s accepted, %(refused)s refused; commit %(commit)s.") % facts


def _json(text: str, option: str) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise CommandError(_("%(option)s is not JSON.") % {"option": option}, returncode=2) from error
    if not isinstance(found, dict):
        raise CommandError(_("%(option)s must be a JSON object.") % {"option": option}, returncode=2)
    return found
