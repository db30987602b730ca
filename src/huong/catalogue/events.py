"""What the catalogue records."""

from huong.journal import events

REGISTERED = events.declare(
    "catalogue.registered",
    {"classification": "who may see it"},
    "A dataset was registered; the subject is its name.",
    unhandled=True,
)
CONTRACT_ADDED = events.declare(
    "catalogue.contract_added",
    {"version": "the version", "weight": "major, minor or patch", "digest": "SHA-256 of the document"},
    "A version of a contract was added; the subject is the dataset.",
    unhandled=True,
)
CONTRACT_ACTIVATED = events.declare(
    "catalogue.contract_activated",
    {"version": "the version", "replaces": "the version in force before, or empty"},
    "A version of a contract came into force; the subject is the dataset.",
    unhandled=True,
)
CODES_LOADED = events.declare(
    "catalogue.codes_loaded",
    {"version": "the list's version", "codes": "how many codes it has"},
    "A version of a code list was loaded; the subject is the list.",
    unhandled=True,
)
