"""What the store records."""

from huong.journal import events

_COUNTS = {
    "version": "the commit's number in its dataset",
    "rows": "rows in the dataset from now on",
    "added": "rows added",
    "updated": "rows changed",
    "deleted": "rows removed",
}
COMMITTED = events.declare(
    "store.committed",
    {**_COUNTS, "load": "the load that brought it", "contract": "the contract's version", "mode": "how it was written"},
    "A load became a commit; the subject is the dataset.",
)
UNCHANGED = events.declare(
    "store.unchanged",
    {"load": "the load", "version": "the commit that stays the current one", "rows": "rows in the dataset"},
    "A load brought nothing that was not there already.",
    unhandled=True,
)
ROLLED_BACK = events.declare(
    "store.rolled_back",
    {**_COUNTS, "to": "the version whose content stands again"},
    "A dataset was taken back to an earlier version, as a new commit.",
)
ABANDONED = events.declare(
    "store.abandoned",
    {"load": "the load", "reason": "not_written, superseded or cannot_finish"},
    "A commit that was begun and not published was undone; readers never saw it.",
    unhandled=True,
)
MAINTAINED = events.declare(
    "store.maintained",
    {
        "version": "the commit, whose rows stay the same",
        "files_before": "files",
        "files_after": "files",
        "retired": "versions whose time travel ended",
    },
    "Small files were merged and versions past their retention removed.",
    unhandled=True,
)
READ = events.declare(
    "store.read",
    {
        "version": "the commit that was read",
        "purpose": "why",
        "fields": "the names of the fields given",
        "identifying": "whether fields that identify persons were given",
        "grant": "the grant used, if any",
        "owner": "the agency that owns the dataset",
        "rows": "how many rows were given, where known",
    },
    "An agency read a dataset.",
)
READ_REFUSED = events.declare(
    "store.read_refused",
    {"reason": "no_purpose, no_power, not_shared, not_granted or identifying", "purpose": "why", "owner": "the owner"},
    "A read was refused.",
    unhandled=True,
)
ERASED = events.declare(
    "store.erased",
    {"person": "the keyed hash of the person, which says nothing without the home's key"},
    "A person's data in a dataset was erased by destroying its key.",
)
