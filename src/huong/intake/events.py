"""What intake records in the journal."""

from huong.journal.events import declare

_COUNTS = {
    "load": "the load's id",
    "read": "rows read",
    "accepted": "rows accepted",
    "refused": "rows refused",
    "flagged": "rows accepted with a remark",
    "commit": "the commit's number, empty if nothing changed",
}
RECEIVED = declare(
    "intake.received",
    {"load": "the load's id", "digest": "SHA-256 of the raw file", "source": "the source's id, if any"},
    "Data arrived for a dataset and was kept as it came.",
    unhandled=True,
)
CONFIRMED = declare(
    "intake.confirmed",
    {"load": "the load's id", "problem": "what a person had to decide"},
    "A person confirmed columns, or a file that another agency has published too.",
    unhandled=True,
)
LOADED = declare("intake.loaded", _COUNTS, "A load is done; the subject is the dataset.", unhandled=True)
STOPPED = declare(
    "intake.stopped",
    {"load": "the load's id", "problem": "why"},
    "A load stopped and waits for a person; nothing of it was committed.",
    unhandled=True,
)
FAILED = declare(
    "intake.failed", {"load": "the load's id", "problem": "why"}, "A load was refused as a whole.", unhandled=True
)
REPAIRED = declare(
    "intake.repaired",
    {"load": "the load's id", "repair": "the repair's id", "kind": "what was done", "rule": "the rule", "rows": "rows"},
    "Refused rows were repaired; they are not committed before they are replayed.",
    unhandled=True,
)
UNDONE = declare(
    "intake.repair_undone",
    {"load": "the load's id", "repair": "the repair's id"},
    "A repair was taken back before its rows were replayed.",
    unhandled=True,
)
DROPPED = declare(
    "intake.dropped",
    {"load": "the load's id", "repair": "the repair's id", "kind": "drop", "rule": "the rule", "rows": "rows"},
    "Refused rows were dropped with a reason; they stay in the raw file.",
    unhandled=True,
)
ERASED = declare(
    "intake.erased",
    {"load": "the load's id"},
    "The raw file and the refused rows of a load were erased by destroying their key.",
    unhandled=True,
)
REMINDED = declare(
    "intake.reminded",
    {"told": "how many stewards were told"},
    "Somebody reminded the sender of a late dataset; the subject is the dataset.",
    unhandled=True,
)
SOURCE_SAVED = declare(
    "intake.source_saved",
    {"source": "the source's id", "kind": "its kind", "active": "whether it runs"},
    "A source was set up or changed.",
    unhandled=True,
)
PULLED = declare(
    "intake.pulled",
    {"source": "the source's id", "rows": "rows fetched"},
    "A source was asked for what is new.",
    unhandled=True,
)
SOURCE_FAILED = declare(
    "intake.source_failed",
    {"source": "the source's id", "failures": "failures in a row"},
    "A source did not answer or could not be read; it will be tried again.",
    unhandled=True,
)
