"""What procedures do on entries of the journal: keep how an applicant is reached, tell people, tell the national portal."""

from huong.journal.models import Entry
from huong.journal.readers import reader
from huong.procedures import events
from huong.procedures.actions import contacting, issuing, syncing, telling
from huong.procedures.rules.official import BY_VERB as FORM_OF


@reader("procedures.contacts", names=(events.BY_VERB["submit"], events.BY_VERB["accept"], events.BY_VERB["supply"]))
def contacts(entries: list[Entry]) -> None:
    """Keep how an applicant is reached, and by what she looks her dossier up."""
    for entry in entries:
        if not entry.data.get("past"):
            contacting.keep_contact(entry.subject.removeprefix("dossier:"))


@reader("procedures.tell", names=telling.EVENTS, start="now")
def tell(entries: list[Entry]) -> None:
    """Tell the applicant and the office of every change of state."""
    telling.tell_entries(entries)


@reader("procedures.tell_revoked", names=(events.RESULT_REVOKED,), start="now")
def tell_revoked(entries: list[Entry]) -> None:
    """Tell the holder of a paper that it was revoked."""
    telling.tell_revoked(entries)


@reader("procedures.portal", names=tuple(events.BY_VERB.values()), start="now")
def portal(entries: list[Entry]) -> None:
    """Write down what the national portal is to hear."""
    for entry in entries:
        if not entry.data.get("past"):
            verb = str(entry.data.get("undone") or telling.VERBS[entry.name])  # it hears of both, or of neither
            syncing.note_for_portal(entry.subject.removeprefix("dossier:"), int(entry.data["number"]), verb)


@reader("procedures.forms", names=tuple(events.BY_VERB[verb] for verb in FORM_OF), start="now")
def official_forms(entries: list[Entry]) -> None:
    """Have the official form of each act made by a job; nothing is made for history taken over."""
    for entry in entries:
        if not entry.data.get("past"):
            issuing.issue_later.later(entry.subject.removeprefix("dossier:"), int(entry.data["number"]))
