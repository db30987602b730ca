"""`huong quarantine [DATASET]`."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from huong.base.commands import HuongCommand
from huong.catalogue import queries as catalogue
from huong.intake import actions, queries
from huong.intake.models import plain_of
from huong.people import queries as people


class Command(HuongCommand):
    """Say what waits to be repaired, or replay the repaired rows of a load."""

    help = "What waits in quarantine: huong quarantine [DATASET] [--replay LOAD --by USER]"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the arguments."""
        parser.add_argument("dataset", nargs="?", default="")
        parser.add_argument("--replay", default="", help="The id of a load whose repaired rows are checked again.")
        parser.add_argument("--by", default="", help="The user name of the person acting.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer in lines, or in JSON."""
        if options["replay"]:
            load = actions.replay(options["replay"], by=people.user(options["by"]), wait=True)
            self.answer(f"{load.accepted} / {load.read}", as_json=options["as_json"], **plain_of(load))
            return
        if options["dataset"]:
            self._one(catalogue.dataset(options["dataset"]).name, as_json=options["as_json"])
            return
        waiting = queries.waiting_of()
        lines = "\n".join(f"{rows:>10}  {name}" for name, rows in sorted(waiting.items(), key=lambda pair: -pair[1]))
        self.answer(
            lines or _("Nothing waits."), as_json=options["as_json"], refused=sum(waiting.values()), datasets=waiting
        )

    def _one(self, name: str, *, as_json: bool) -> None:
        by_rule = queries.waiting_by_rule(name)
        rows, _counts = queries.waiting_counts(name)
        lines = "\n".join(f"{count:>10}  {rule}: {said}" for rule, said, count in by_rule)
        facts = {"refused": rows, "rules": {rule: count for rule, _said, count in by_rule}}
        self.answer(lines or _("Nothing waits."), as_json=as_json, dataset=name, **facts)
