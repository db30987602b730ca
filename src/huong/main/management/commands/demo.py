"""`huong demo`: fill a demonstration home."""

from typing import Any

from huong.base.commands import HuongCommand
from huong.main import filling
from huong.main.prepare import prepare


class Command(HuongCommand):
    """Fill the demonstration home now, in this process."""

    help = "Fill a demonstration home. Refuses in a real one."

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill."""
        prepare()
        filling.fill.now()
        self.answer("The demonstration city is ready.", as_json=options["as_json"], **filling.progress())
