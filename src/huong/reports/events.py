"""What field reports record. Every entry's subject is the report's number; words stand in `Message`."""

from huong.journal.events import declare

MOVED = {
    "state": "the state after",
    "was_state": "the state before, empty for a new report",
    "category": "the category after",
    "was_category": "the category before",
    "was_agency": "the agency before",
    "was_unit": "the unit before",
    "priority": "0 normal, 1 urgent, 2 danger to life",
    "version": "the report's version after",
    "pin": "where the map of answered reports counts it now: unit, cell, main category, month of receipt; only where that changed",
    "was_pin": "where that map counted it before",
}


def _moved(name: str, description: str, **more: str) -> str:
    return declare(f"reports.{name}", MOVED | more, description)


RECEIVED = _moved("received", "Somebody sent a report.", channel="by which channel", cell="the cell of the point")
RESCUE = _moved("rescue_asked", "Somebody asked for rescue; it went to the duty agency at once.", cell="the cell")
ACCEPTED = _moved(
    "accepted",
    "Screening took a report in; its clock runs.",
    due="when it is due",
    cell="cell of the point",
    predicted="category before",
)
REFERRED = _moved(
    "referred", "The matter is no field report here; the citizen was told the right channel.", to="channel"
)
PETITION = _moved(
    "handed_to_petitions", "A complaint or denunciation was handed over to its own channel.", to="channel"
)
REJECTED = _moved("rejected", "Screening found abuse.")
MERGED = _moved("merged", "The report is the same matter as another, whose followers its sender joins.", into="number")
UNMERGED = _moved("unmerged", "The report is a matter of its own after all.", out_of="number")
DISPATCHED = _moved("dispatched", "A report was sent to the agency that must answer.", due="when that agency is due")
HANDED_OVER = _moved("handed_over", "An agency handed the report to another, with a reason.", due="when that is due")
TAKEN = _moved("taken", "Somebody took the report in hand.")
ASSIGNED = _moved("assigned", "The report was given to a person.", to="the person's id")
ASKED = _moved("asked", "The citizen was asked something; the clock stands.")
REPLIED = _moved("replied", "The citizen answered; the clock goes on.", due="when it is due now")
ADDED = _moved("added", "The citizen added words or photos.")
ANSWERED = _moved("answered", "The agency answered.")
CLOSED = _moved("closed", "The report was closed without a solution, with a reason.")
REOPENED = _moved("reopened", "The report was opened again.", due="when it is due now", round="how often by now")
RATED = _moved("rated", "The citizen rated the answer.", level="satisfied, accepted or not_satisfied")
NOTED = _moved("noted", "An internal note was added.")
TOLD = _moved("told", "News for everybody were added; the state stays.")
RECATEGORISED = _moved("recategorised", "The report is about something else than thought.", predicted="before")
RELOCATED = _moved("relocated", "The place of the report was put right.")
PRIORITISED = _moved("prioritised", "The urgency was changed.", due="when it is due now")
ESCALATED = _moved("escalated", "Nobody answered in time: the next rung was told.", rung="which", to="agency told")
SPLIT = _moved("split", "A part of the matter became a report of its own.", child="its number")
JOINED = _moved("joined", "The report became a part of another.", parent="its number")
PARTS_DONE = _moved("parts_done", "All parts of the report are answered; its agency may answer the whole.")
EDITED = _moved("edited", "Words were edited; what they said before is sealed.", message="id of the words")
HIDDEN = _moved("hidden", "The report or something in it is no longer shown to everybody.", what="report, words, photo")
SHOWN = _moved("shown", "The report or something in it is shown to everybody again.", what="report, words, photo")
BLURRED = _moved("blurred", "A part of a photo was made unreadable.", photo="its public id")
FOLLOWED = _moved("followed", "Somebody follows the report.", followers="how many by now")
UNFOLLOWED = _moved("unfollowed", "Somebody no longer follows the report.", followers="how many by now")
UNDONE = _moved("undone", "A move on many reports was undone for this one.", entry="the entry undone")
ERASED = _moved("reporter_erased", "Contact and words of the reporter were erased on request.")
FORGOTTEN = _moved("contact_forgotten", "The contact was erased: the report ended long ago.")
VERIFIED = _moved("contact_verified", "The reporter proved their contact with a code.", way="mail or phone")
IMPORTED = _moved("imported", "A report of another system, or of the past, was taken over.", source="which")

FORWARDED = _moved(
    "forwarded", "The report was sent to another city's system.", peer="its short name", remote="its id there"
)

PASSED_ON = _moved(
    "passed_on", "An officer had the report sent to another city's system by hand.", peer="its short name"
)

PEER_CHANGED = declare(
    "reports.peer_changed",
    {"pulls": "whether reports are fetched", "pushes": "whether reports are sent", "active": "paused or not"},
    "Another Open311 system was set up or changed; the subject is its short name.",
    unhandled=True,
)
PEER_SERVICES = declare(
    "reports.peer_services_read", {"count": "how many"}, "The services of another system were read.", unhandled=True
)
PEER_MAPPED = declare(
    "reports.peer_mapped", {"count": "how many changed"}, "Services were matched with categories.", unhandled=True
)
PEER_PULLED = declare(
    "reports.peer_pulled",
    {"new": "new reports", "changed": "changed there", "refused": "that could not be taken", "news": "updates"},
    "Reports and updates were fetched from another system.",
    unhandled=True,
)
PEER_TROUBLE = declare(
    "reports.peer_failed",
    {"error": "kind of error", "failures": "how many in a row"},
    "Another system did not answer or refused.",
    unhandled=True,
)
ERRAND_FAILED = declare(
    "reports.errand_failed",
    {"report": "number", "error": "kind of error", "attempts": "how many so far", "dead": "whether it was given up"},
    "A report or an update could not be sent to another system.",
    unhandled=True,
)
ERRAND_DONE = declare(
    "reports.errand_done", {"report": "number"}, "An update was sent to another system.", unhandled=True
)
ERRAND_RETRIED = declare("reports.errand_retried", {}, "An officer had it tried again.", unhandled=True)
ERRAND_GIVEN_UP = declare("reports.errand_given_up", {}, "An officer let it go, with a reason.", unhandled=True)

LINES_FOLDED = declare(
    "reports.lines_folded",
    {},
    "Several lines turned out to be one person's; the subject is the correspondent.",
    unhandled=True,
)
LINES_UNFOLDED = declare(
    "reports.lines_unfolded",
    {},
    "A line turned out to be another person's; the subject is the new correspondent.",
    unhandled=True,
)
MAILBOX_READ = declare(
    "reports.mailbox_read",
    {"new": "new reports", "added": "added to reports", "ignored": "left alone", "refused": "that could not be taken"},
    "Letters were fetched from the mailbox.",
    unhandled=True,
)
MESSENGER_CHANGED = declare(
    "reports.messenger_changed",
    {"active": "whether it is in use"},
    "A messenger was set up or changed; the subject is its short name.",
    unhandled=True,
)

TAKEN_ALONG = declare(
    "reports.taken_along",
    {"count": "how many reports", "until": "until when they can be read"},
    "An officer took the reports given to them along on a device; the subject is that copy.",
    unhandled=True,
)
TAKEN_ENDED = declare(
    "reports.taken_ended",
    {},
    "A copy taken along ended: its secret is destroyed; nobody named means that its day was over.",
    unhandled=True,
)
RULE_CHANGED = declare(
    "reports.rule_changed",
    {"kind": "kind of rule", "version": "the new version"},
    "The city changed one of its rules; the subject is kind and key.",
    unhandled=True,
)
RULES_LOADED = declare(
    "reports.rules_loaded",
    {"count": "how many rules changed"},
    "The rules of the city's folder were loaded.",
    unhandled=True,
)
MODEL_TRAINED = declare(
    "reports.model_trained",
    {
        "version": "the model's version",
        "learnt_from": "starter or decided",
        "texts": "how many texts it learnt from",
        "tested": "on how many texts kept aside it was tested",
        "right": "for how many of those it was right",
        "in_force": "whether it came into force",
        "digest": "SHA-256 of the model",
    },
    "A model was learnt from decided reports; the subject is its version.",
    unhandled=True,
)
BULK_UNDONE = declare(
    "reports.bulk_undone",
    {"count": "how many reports were put back", "kept": "how many had been changed since"},
    "A move on many reports was undone; the subject is its id.",
    unhandled=True,
)
