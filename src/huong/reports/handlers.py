"""What field reports do on entries of the journal: tell people, and keep what the learnt model guesses."""

from huong.journal.models import Entry
from huong.journal.readers import reader
from huong.reports.actions import learning, pushing, telling
from huong.reports.events import RECEIVED


@reader("reports.tell", names=tuple(dict.fromkeys((*telling.CITIZEN_EVENTS, *telling.AGENCY_EVENTS))))
def tell(entries: list[Entry]) -> None:
    """Tell the reporter, the followers and the agency what happened; nobody is told of history taken over."""
    telling.tell_entries([entry for entry in entries if not entry.data.get("past")])


@reader("reports.guess", names=(RECEIVED,), start="now")
def guess(entries: list[Entry]) -> None:
    """Keep what the model guesses of each new report, to be compared with what is decided."""
    learning.guess(entries)


@reader("reports.peers", names=pushing.EVENTS, start="now")
def tell_peers(entries: list[Entry]) -> None:
    """Write down what other cities' systems have to hear; it leaves the house afterwards."""
    pushing.tell_peers(entries)
