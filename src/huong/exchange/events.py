"""What the exchange records: every use and every refusal, never what was said."""

from huong.journal.events import declare

MEMBER_ADDED = declare("exchange.member_added", {"own": "whether its key lies here"}, "A member joined the exchange.")
MEMBER_MOVED = declare(
    "exchange.member_moved", {}, "The node of a member answers at another address now.", unhandled=True
)
MEMBER_LEFT = declare("exchange.member_left", {}, "A member left the exchange.", unhandled=True)
KEY_ADDED = declare(
    "exchange.key_added",
    {"key": "its id", "use": "sign or tls", "until": "last day"},
    "A member got a key.",
    unhandled=True,
)
KEY_REVOKED = declare("exchange.key_revoked", {"key": "its id"}, "A member's key was revoked.", unhandled=True)
SERVICE_OFFERED = declare(
    "exchange.service_offered", {"kind": "dataset, http or usage", "fields": "how many"}, "A data service was offered."
)
SERVICE_STOPPED = declare(
    "exchange.service_stopped",
    {"since": "from when", "until": "to when, or empty"},
    "A service is or will be suspended.",
)
SERVICE_RESUMED = declare("exchange.service_resumed", {}, "A suspended service goes on.", unhandled=True)
GRANT_ASKED = declare(
    "exchange.grant_asked", {"service": "which", "consumer": "who", "due": "decision until"}, "A grant was asked for."
)
GRANT_DECIDED = declare(
    "exchange.grant_decided", {"service": "which", "consumer": "who", "granted": "yes or no"}, "A request was decided."
)
GRANT_NARROWED = declare("exchange.grant_narrowed", {"service": "which"}, "A grant was narrowed.", unhandled=True)
GRANT_SUSPENDED = declare(
    "exchange.grant_suspended", {"service": "which", "since": "from when"}, "A grant is or will be suspended."
)
GRANT_RESUMED = declare("exchange.grant_resumed", {"service": "which"}, "A suspended grant goes on.", unhandled=True)
GRANT_ENDED = declare("exchange.grant_ended", {"service": "which", "why": "expired or given back"}, "A grant ended.")
CONSENTED = declare(
    "exchange.consented", {"purpose": "for what", "service": "which"}, "A person agreed to one purpose."
)
CONSENT_REVOKED = declare("exchange.consent_revoked", {"purpose": "for what"}, "A person took an agreement back.")
SERVED = declare(
    "exchange.served",
    {
        "client": "who asked", "message": "its X-Road-Id", "purpose": "for what", "issue": "which matter",
        "grant": "under which", "fields": "which fields", "persons": "about how many", "status": "the answer's",
        "request": "digest of the request", "response": "digest of the answer",
    },
    "A service answered a consumer; the subject is the service.",
)  # fmt: skip
REFUSED = declare(
    "exchange.refused",
    {
        "client": "who asked", "message": "its X-Road-Id", "purpose": "for what", "reason": "code of the refusal",
        "fault": "as X-Road names it", "detail": "the id given to the consumer",
    },
    "A request was refused; the subject is the service.",
)  # fmt: skip
ASKED = declare(
    "exchange.asked",
    {
        "client": "as whom we asked", "message": "its X-Road-Id", "purpose": "for what", "issue": "which matter",
        "status": "the answer's", "request": "digest of the request", "response": "digest of the answer",
    },
    "We asked a service of another node and believe its answer.",
)  # fmt: skip
FAILED = declare(
    "exchange.failed",
    {
        "client": "as whom we asked",
        "message": "its X-Road-Id",
        "purpose": "for what",
        "reason": "code",
        "fault": "which hop",
    },
    "We asked another node in vain.",
)
QUESTIONED = declare(
    "exchange.questioned",
    {"due": "answer until"},
    "A person asks why their data were seen; the subject is the question.",
)
ANSWERED = declare(
    "exchange.answered", {"outcome": "done or refused, empty for words"}, "An agency answered a person's question."
)
ERASED = declare(
    "exchange.erased", {"things": "how many"}, "What the exchange kept about a person was erased.", unhandled=True
)
FACT_SHARED = declare(
    "exchange.fact_shared",
    {"fact": "which", "party": "whose", "until": "last instant"},
    "A person or firm lets a third party verify one fact; the subject is the share.",
)
FACT_SHARE_ENDED = declare("exchange.fact_share_ended", {}, "A shared fact was taken back.")
FACT_OPENED = declare(
    "exchange.fact_opened",
    {"fact": "which", "form": "page, json or jwt", "holds": "whether the source confirms it"},
    "A third party opened a shared fact.",
)
FACT_NOT_OPENED = declare(
    "exchange.fact_not_opened",
    {"fact": "which", "reason": "code of the refusal"},
    "A shared fact was not given: over, taken back, or its source does not answer.",
    unhandled=True,
)
REPRESENTATION_ASKED = declare(
    "exchange.representation_asked",
    {},
    "A person asks the registers to confirm whom they represent; the subject is the party.",
    unhandled=True,
)
RETENTION_ENDED = declare(
    "exchange.retention_ended",
    {
        "copies": "register copies", "accesses": "access records", "places": "places of persons",
        "shares": "shared facts", "exchanges": "exchanges that lost what they tell", "unproven": "exchanges without proof",
        "proofs": "exchanges whose proof's term is over",
    },
    "What was kept long enough is gone; entries of the journal and their seals stay.",
    unhandled=True,
)  # fmt: skip
