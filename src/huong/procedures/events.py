"""What procedures record. The subject of an entry is "dossier:<uid>"; words and values stand sealed in the tables."""

from huong.journal.events import declare

MOVED = {
    "state": "the state after",
    "was_state": "the state before, empty for a new dossier",
    "procedure": "the code of the procedure",
    "was_agency": "the agency before",
    "channel": "by which channel it came",
    "version": "the dossier's version after",
    "number": "the number of the action in the dossier",
}


def _moved(name: str, description: str, **more: str) -> str:
    return declare(f"procedures.{name}", MOVED | more, description)


BY_VERB = {
    "begin": _moved("begun", "A draft was begun."),
    "submit": _moved("submitted", "A dossier was sent."),
    "request_supplement": _moved("supplement_requested", "One list of everything missing was sent.", parts="how many"),
    "supply": _moved("supplied", "The applicant sent what was missing."),
    "accept": _moved("accepted", "A dossier was accepted: it has a code, its clock runs.", due="when it is due"),
    "refuse": _moved("refused", "A dossier was refused with reasons.", parts="how many fields and papers are named"),
    "start": _moved("started", "The office began to work on a dossier."),
    "assign": _moved("assigned", "A dossier was given to a person.", to="the person's id"),
    "hand_over": _moved("handed_over", "A dossier was handed to another agency.", returns="whether it comes back"),
    "consult": _moved("consulted", "Another agency was asked.", to="agency asked", due="when its answer is due"),
    "answer_consultation": _moved("consultation_answered", "An agency that was asked answered.", to="agency asked"),
    "suspend": _moved("suspended", "A dossier was put on hold; its clock stands."),
    "resume": _moved("resumed", "Work on a dossier goes on; its clock runs.", due="when it is due now"),
    "extend": _moved("extended", "A new day was promised, with an apology.", due="when it is due now"),
    "require_fee": _moved("fee_required", "A fee is to be paid.", amount="in đồng"),
    "pay": _moved("paid", "The fee was paid.", amount="in đồng", way="online or counter"),
    "verify": _moved("verified", "A value was compared with its source, or a paper with its original.", part="which"),
    "note": _moved("noted", "An internal note was added."),
    "propose": _moved("proposed", "A result waits for signature.", results="how many"),
    "return_for_work": _moved("returned", "The leader gave a result back for work."),
    "decide": _moved("decided", "The result is signed.", results="how many"),
    "deliver": _moved("delivered", "The result was handed over."),
    "withdraw": _moved("withdrawn", "The applicant withdrew the dossier."),
    "correct": _moved("correcting", "A result is being corrected."),
    "help": _moved("helped", "Somebody whom the applicant gave a code fills the draft in for her."),
    "rate": _moved("rated", "The applicant rated how it went.", level="satisfied, accepted or not_satisfied"),
}
SAVED = declare(
    "procedures.saved",
    {"fields": "how many", "helper": "whether a helper typed"},
    "Answers of a draft, or what was asked for, were saved.",
    unhandled=True,
)
CATALOGUE_LOADED = declare(
    "procedures.catalogue_loaded",
    {"count": "how many procedures or versions changed"},
    "The procedures of the city's folder were loaded.",
    unhandled=True,
)
VERSION_CHANGED = declare(
    "procedures.version_changed",
    {"number": "number of the version", "state": "draft, published or retired"},
    "A version of a procedure was drafted, published or retired; the subject is the procedure's code.",
    unhandled=True,
)
RESOLVED = declare(
    "procedures.resolved",
    {
        "found": "how many fields and papers are there without the applicant",
        "later": "how many are declared now and verified later",
        "asked": "how many questions went to sources",
    },
    "What shared data know was looked up for a dossier.",
    unhandled=True,
)
WISHED = declare(
    "procedures.wished",
    {"source": "which source", "use": "whether it may be used"},
    "The applicant asked to use a source for a dossier, or said that it shall not be used.",
    unhandled=True,
)
PAPER_CHANGED = declare(
    "procedures.paper_changed",
    {"part": "key of the paper", "pages": "how many pages it has", "digest": "digest of the file as it came"},
    "A file was added to a paper of a dossier, or taken away.",
    unhandled=True,
)
CORRECTION_ASKED = declare(
    "procedures.correction_asked",
    {"part": "path of the field", "source": "which source", "owner": "agency that answers", "due": "by when"},
    "The applicant says that a value of a source is wrong; the subject is the correction's id.",
    unhandled=True,
)
CORRECTION_DECIDED = declare(
    "procedures.correction_decided",
    {"state": "corrected or kept", "source": "which source"},
    "The owner of a source decided on a correction; the applicant was told.",
    unhandled=True,
)
PASS_CHANGED = declare(
    "procedures.helper_pass",
    {"what": "given, used or ended", "minutes": "how long it holds"},
    "The applicant gave a helper a code for her draft, the helper came with it, or it ended.",
    unhandled=True,
)
BUNDLE_BEGUN = declare(
    "procedures.bundle_begun",
    {"event": "which life event", "dossiers": "how many dossiers"},
    "An application for a life event was begun; the subject is its id.",
    unhandled=True,
)
ERASED = declare(
    "procedures.erased",
    {"things": "how many dossiers and papers"},
    "What dossiers and vault say about a person was erased; the subject is the party.",
    unhandled=True,
)
