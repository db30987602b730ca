"""`huong dossiers recompute`."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from huong.base.commands import HuongCommand
from huong.people import queries as people
from huong.procedures.actions import recomputing


class Command(HuongCommand):
    """Compare the clocks of open dossiers with their actions, or write them anew."""

    help = "Dossiers: recompute compares every open clock with what was done; --write rewrites those that differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do, and whether to write."""
        parser.add_argument("do", choices=["recompute"])
        parser.add_argument("--write", action="store_true", help="Write the days that differ, as after a decree.")
        parser.add_argument("--why", choices=["calendar", "disruption", "check"], default="calendar")
        parser.add_argument("--by", default="", help="The user name of the person who orders it.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute and say in one line what differs."""
        by = people.user(options["by"]) if options["by"] else None
        found = recomputing.rewrite(options["why"], by=by) if options["write"] else recomputing.check()
        sentence = _("%(checked)s open dossiers checked, %(count)s differ, %(rewritten)s rewritten.")
        self.answer(
            sentence % vars(found),
            as_json=options["as_json"],
            checked=found.checked,
            different=found.count,
            rewritten=found.rewritten,
            first=found.different,
        )
