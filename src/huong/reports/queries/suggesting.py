"""Which category words mean. A port: the model learnt from decided reports fills it, the city's words are the start."""

from collections.abc import Callable

from huong.base import clock
from huong.base.ports import Port
from huong.reports.queries.book import book
from huong.reports.rules.book import UNSORTED

Suggester = Callable[[str], list[tuple[str, float]] | None]
suggesters: Port[Suggester] = Port("category suggester")
LEARNT = "learnt"
FAINT = 0.02


def suggest(text: str, *, limit: int = 3) -> list[tuple[str, float]]:
    """Return the keys of the categories that words probably mean, the best first, each with a share of 0 to 1.

    What fills the port under "learnt" is asked first; where it knows nothing (None), the city's own words decide.
    """
    held, today = book(), clock.today()
    learnt = suggesters.get(LEARNT)(text) if LEARNT in suggesters else None
    if learnt is None:
        return [(each.key, share) for each, share in held.suggest(text, today, limit=limit)]
    known = {key: each for key, each in held.categories.items() if key != UNSORTED and each.is_active(today)}
    return [(key, round(share, 3)) for key, share in learnt if key in known and share >= FAINT][:limit]
