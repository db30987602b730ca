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
    "undo": _moved("undone", "An officer took back what was done last.", undone="what was done"),
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
    "discard": _moved("discarded", "A draft is not wanted any more."),
    "withdraw": _moved("withdrawn", "The applicant withdrew the dossier."),
    "correct": _moved("correcting", "A result is being corrected."),
    "keep": _moved("kept", "A result that was to be corrected stays as it is."),
    "help": _moved("helped", "Somebody whom the applicant gave a code fills the draft in for her."),
    "rate": _moved("rated", "The applicant rated how it went.", level="satisfied, accepted or not_satisfied"),
}
SAVED = declare(
    "procedures.saved",
    {"fields": "how many", "helper": "whether a helper typed"},
    "Answers of a draft, or what was asked for, were saved.",
    unhandled=True,
)
CHOSEN = declare(
    "procedures.chosen",
    {"part": "the path of the field", "use": "whether what the source says is taken"},
    "Where a source answered something else than she had written meanwhile, she took it or kept her word.",
    unhandled=True,
)
PREPARED = declare(
    "procedures.prepared",
    {"procedure": "the code of the procedure"},
    "A dossier was prepared from shared data for somebody who only has to confirm it; she was told.",
    unhandled=True,
)
IMPORTED = declare(
    "procedures.imported",
    {
        "state": "the state it is in",
        "procedure": "the code of the procedure",
        "channel": "by which channel it came",
        "actions": "how many were taken over",
    },
    "A dossier of the past was taken over with its story; nobody is told of what happened long ago.",
    unhandled=True,
)
PRESENTED = declare(
    "procedures.presented",
    {"results": "how many"},
    "A dossier that was taken over while it waited for a signature got the papers that are to be signed.",
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
RESULT_OPENED = declare(
    "procedures.result_opened",
    {"dossier": "the dossier's public id"},
    "A leader opened a proposed result beside its checklist; the subject is `result:<code>`.",
    unhandled=True,
)
RESULT_REVOKED = declare(
    "procedures.result_revoked",
    {"dossier": "the dossier's public id", "why": "the reason, a key of `rules.results.REVOKED`"},
    "A signed result was revoked: whoever checks it learns so; the subject is `result:<code>`.",
)
SHARED = declare(
    "procedures.shared",
    {"paper": "the paper's public id"},
    "Somebody lets others see a paper of theirs for an hour.",
    unhandled=True,
)
SHARE_OPENED = declare(
    "procedures.share_opened",
    {"paper": "the paper's public id", "times": "how often it was opened so far"},
    "A shared paper was opened by whoever has its code.",
    unhandled=True,
)
SHARE_ENDED = declare(
    "procedures.share_ended", {"paper": "the paper's public id"}, "A shared paper was taken back.", unhandled=True
)
CONTACT_KEPT = declare(
    "procedures.contact_kept",
    {"phone": "whether there is one", "mail": "whether there is one"},
    "Where an applicant is reached about a dossier was written down, sealed.",
    unhandled=True,
)
PAYMENT_MADE = declare(
    "procedures.payment_made",
    {"reference": "the reference at the provider"},
    "The payment provider has a page for a fee.",
    unhandled=True,
)
PAYMENT_STRANGE = declare(
    "procedures.payment_strange",
    {"reference": "the reference at the provider", "why": "late, amount or unknown"},
    "Money came that no open fee asked for: somebody has to look at it.",
    unhandled=True,
)
PORTAL_SENT = declare(
    "procedures.portal_sent",
    {"number": "number of the action", "service": "the portal's name of the call"},
    "The national portal took the state of a dossier.",
    unhandled=True,
)
PORTAL_FAILED = declare(
    "procedures.portal_failed",
    {"number": "number of the action", "tries": "how many tries so far", "given_up": "whether that was the last"},
    "The national portal did not take the state of a dossier.",
    unhandled=True,
)
PORTAL_RETRIED = declare(
    "procedures.portal_retried",
    {"number": "number of the action"},
    "Somebody lets the state of a dossier be sent to the national portal again.",
    unhandled=True,
)
PORTAL_SKIPPED = declare(
    "procedures.portal_skipped",
    {"number": "number of the action"},
    "Somebody let a message for the national portal be for good; the reason stands beside it.",
    unhandled=True,
)
BLANKS_PRINTED = declare(
    "procedures.blanks_printed",
    {"count": "how many", "procedure": "code of the procedure"},
    "Blank forms with numbers given ahead were printed; the subject is the agency's code.",
    unhandled=True,
)
BLANK_VOIDED = declare(
    "procedures.blank_voided",
    {"reason": "lost or spoilt"},
    "A blank form will not be used; the subject is its number.",
    unhandled=True,
)
DISRUPTION_DECLARED = declare(
    "procedures.disruption_declared",
    {"mode": "stop or move", "start": "from when", "end": "until when, empty if not known yet", "units": "how many"},
    "Somebody declared that offices could not work; the subject is the disruption's key.",
    unhandled=True,
)
DISRUPTION_ENDED = declare(
    "procedures.disruption_ended",
    {"end": "until when"},
    "A declared disruption has an end; the subject is its key.",
    unhandled=True,
)
APPLICANT_TOLD = declare(
    "procedures.disruption_told",
    {"disruption": "its key"},
    "An applicant was told once that a disruption touches the dossier; the subject is the dossier.",
    unhandled=True,
)
CLOCKS_REWRITTEN = declare(
    "procedures.clocks_rewritten",
    {"why": "disruption, calendar or check", "count": "dossiers whose stored day changed", "first": "first id of the batch", "last": "last id"},
    "Stored days of open dossiers were computed again from their actions, one entry per batch.",
    unhandled=True,
)  # fmt: skip
FIGURES_KEPT = declare(
    "procedures.figures_kept",
    {"first": "first day", "last": "last day", "agencies": "of how many agencies"},
    "What index 766 counted over a reporting month was kept: the month is over.",
    unhandled=True,
)
CLOCKS_CHECKED = declare(
    "procedures.clocks_checked",
    {"checked": "how many open dossiers", "different": "how many stored days differ from what the actions say"},
    "The clocks of all open dossiers were computed again and compared; nothing was changed.",
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
FORM_ISSUED = declare(
    "procedures.form_issued",
    {"form": "which of the official forms", "number": "its number of the year", "action": "number of the act it is of"},
    "An official form was put among the papers of a dossier.",
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
