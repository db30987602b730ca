"""What files records in the journal."""

from huong.journal.events import declare

KEPT = declare(
    "files.kept",
    {"digest": "SHA-256 of the bytes", "size": "bytes", "kind": "what the content is", "owner": "who keeps it"},
    "A file was kept; the subject is the blob.",
    unhandled=True,
)
ERASED = declare(
    "files.erased",
    {"scope": "the data key that was destroyed", "files": "how many files it protected"},
    "Files were erased by destroying their key; their bytes are deleted.",
    unhandled=True,
)
RELEASED = declare(
    "files.released",
    {"digest": "SHA-256 of the bytes", "owner": "who kept it", "gone": "whether nobody keeps the bytes any more"},
    "An owner no longer keeps a file; bytes that nobody keeps are deleted.",
    unhandled=True,
)
