"""`huong city load DIR`: load a city from its folder."""

from pathlib import Path
from typing import Any

from huong.base import city
from huong.base.commands import HuongCommand


class Command(HuongCommand):
    """Load a city's units, calendar, agencies, code lists and contracts, from the foot of the ladder up."""

    help = "Load a city from its folder. Idempotent; never deletes."

    def add_arguments(self, parser: Any) -> None:
        """Take the folder."""
        parser.add_argument("verb", choices=["load"])
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load."""
        counts = city.load(options["folder"].resolve())
        sentence = ", ".join(f"{key}: {count}" for key, count in counts.items())
        self.answer(sentence, as_json=options["as_json"], loaded=counts)
