"""The base of every command: one line for people, or `--json` for programs.

Exit codes: 0 done, 1 refused (a `HuongError` reached the door), 2 wrong usage.
"""

import sys
from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import BaseCommand

from huong.base.refusals import refusal_of


class HuongCommand(BaseCommand):
    """A command whose refusals are sentences."""

    requires_system_checks: list[str] = []  # type: ignore[assignment]

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Build the parser with `--json`, so that every command has it."""
        parser: ArgumentParser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", dest="as_json", help="Answer as one line of JSON.")
        return parser

    def execute(self, *args: Any, **options: Any) -> Any:
        """Run the command; a refusal becomes its sentence and exit code 1."""
        try:
            return super().execute(*args, **options)
        except Exception as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            if options.get("as_json"):
                self.stdout.write(orjson.dumps({"accepted": 0, **refusal.problem()}, default=str).decode())
            listed = [problem for problem in refusal.details.get("problems", ()) if isinstance(problem, str)]
            self.stderr.write("\n- ".join([refusal.message, *listed]))
            if getattr(self, "_called_from_command_line", False):
                sys.exit(1)
            raise refusal from error

    def answer(self, sentence: str, *, as_json: bool, **facts: Any) -> None:
        """Print the sentence, or the facts as JSON."""
        self.stdout.write(orjson.dumps(facts, default=str).decode() if as_json else sentence)
