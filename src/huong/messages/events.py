"""What messages records in the journal: ids and channels, never words or addresses."""

from huong.journal.events import declare

CONTACT_ADDED = declare(
    "messages.contact_added", {"channel": "mail, webhook, …"}, "A person added a contact point.", unhandled=True
)
CONTACT_VERIFIED = declare(
    "messages.contact_verified", {"channel": "mail, webhook, …"}, "A contact point was verified.", unhandled=True
)
CONTACT_REMOVED = declare(
    "messages.contact_removed", {"channel": "mail, webhook, …"}, "A contact point was removed.", unhandled=True
)
QUEUED = declare(
    "messages.queued",
    {"channel": "mail, webhook, …", "template": "which text"},
    "A message was put into the outbox.",
    unhandled=True,
)
SENT = declare("messages.sent", {"attempts": "how many it took"}, "A message left the house.", unhandled=True)
FAILED = declare(
    "messages.failed",
    {"attempts": "how many so far", "error": "kind of error", "dead": "whether it was given up"},
    "A message could not be sent.",
    unhandled=True,
)
RETRIED = declare("messages.retried", {}, "An officer sent a given-up message again.", unhandled=True)
GIVEN_UP = declare("messages.given_up", {}, "An officer let a message go that could not be sent.", unhandled=True)
BELLED = declare("messages.belled", {"kind": "what it is about"}, "A person got a notification.", unhandled=True)
READ = declare("messages.read", {"count": "how many"}, "A person read notifications.", unhandled=True)
ERASED = declare(
    "messages.erased", {"things": "how many"}, "Contact points and bells of a person were erased.", unhandled=True
)
