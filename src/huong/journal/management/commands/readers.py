"""The process that runs the journal's readers and tallies."""

import signal
import threading
from typing import Any

from huong.base.commands import HuongCommand
from huong.journal import actions, readers


class Command(HuongCommand):
    """Runs every reader of the journal until it is told to stop."""

    help = "Run the journal's readers and tallies."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run until SIGTERM or Ctrl-C; the batch in hand is finished first."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: stop.set())
        actions.settle()
        readers.run_forever(stop)
