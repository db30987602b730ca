"""What the store does on entries of the journal: every new commit gets its serving copy."""

from huong.journal.models import Entry
from huong.journal.readers import reader
from huong.store.serving.later import bring_up


@reader("store.serving", names=("store.committed", "store.rolled_back", "catalogue.contract_activated"))
def serve(entries: list[Entry]) -> None:
    """Enqueue the bringing up of serving copies, once per dataset of a batch of entries."""
    for dataset in dict.fromkeys(entry.subject for entry in entries):
        bring_up.later(dataset)
