"""How far a load has come: written down once a second, and the moment to notice that a person stopped it."""

import time
from collections.abc import Callable

from django.utils.translation import gettext as _

from huong.intake.errors import Stopped
from huong.intake.models import Load

EVERY_SECONDS = 1.0
Line = Callable[[Load], None]


class Progress:
    """Counts rows of one load; shows them in the database, and to whoever runs the load in a terminal."""

    def __init__(self, load: Load, line: Line | None = None) -> None:
        self.load, self.line = load, line
        self._begun = self._shown = time.monotonic()
        self._rows_before = 0

    def __call__(self, rows: int) -> None:
        """Say how many rows of the present step are done.

        Raises:
            Stopped: a person stopped the load.
        """
        now = time.monotonic()
        if now - self._shown < EVERY_SECONDS:
            return
        self._shown = now
        self.load.rows_done = rows
        self.load.rows_per_second = rows / max(0.001, now - self._begun)
        self._write()

    def step(self, state: str, *, total: int | None = None) -> None:
        """Begin a step.

        Raises:
            Stopped: a person stopped the load.
        """
        self._begun = self._shown = time.monotonic()
        self.load.state, self.load.rows_done, self.load.rows_total = state, 0, total
        self.load.rows_per_second = None
        self._write()

    def _write(self) -> None:
        load = self.load
        changed = (
            Load.objects.filter(pk=load.pk)
            .exclude(problem=Stopped.code)
            .update(
                state=load.state,
                rows_done=load.rows_done,
                rows_total=load.rows_total,
                rows_per_second=load.rows_per_second,
            )
        )
        if not changed:
            raise Stopped(_("The load was stopped. Nothing of it was committed; it can be started again."))
        if self.line:
            self.line(load)
