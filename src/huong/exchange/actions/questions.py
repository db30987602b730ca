"""A person asks an agency about their data, and the agency answers in time."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import calendar, clock, ids
from huong.base.errors import BadInput, Conflict, NotFound, WrongState
from huong.exchange import events, queries
from huong.exchange.actions import notices
from huong.exchange.actions.grants import CLOSING
from huong.exchange.models import AccessRecord, Question
from huong.exchange.rules import grants as rules
from huong.journal import actions as journal
from huong.people import access
from huong.people import queries as people
from huong.people.actions import restrictions
from huong.people.models import Party, User
from huong.people.ports import Remedy, remedies

KINDS = ("why", "correct", "restrict", "erase")


def answer_due(at: datetime) -> datetime:
    """Return until when a question is answered: the end of the third working day after it came."""
    day = calendar.add_working_days(clock.local(at).date(), rules.ANSWER_DAYS)
    return datetime.combine(day, CLOSING, clock.zone())


def ask_why(access_id: int, *, party: Party, text: str = "") -> Question:
    """Ask the agency that saw one's data why.

    Raises:
        NotFound: there is no such access, or it is not about this person, or not to be shown yet.
        Conflict: it was asked already.

    Records: `exchange.questioned`.
    """
    person = people.joined_hash(party.public_id, context="store.vn.citizen_id")
    seen = queries.accesses_of(person).filter(id=access_id).first() if person else None
    if seen is None or seen.source.startswith("share:"):
        raise NotFound(_("There is no such access to your data."))
    return _ask("why", party, _answering(seen), f"access:{seen.id}", text, seen)


def _answering(seen: AccessRecord) -> str:
    """Return the agency of this city that answers: the one that looked, else the one whose service gave it."""
    if any(seen.agency == agency.code for agency in people.agencies()):
        return seen.agency
    provider = seen.source.split("/")
    return provider[2] if len(provider) > 2 else ""


def ask_about(key: str, *, kind: str, agency: str, party: Party, text: str) -> Question:
    """Ask an agency to correct, restrict or erase what it holds on oneself.

    Args:
        key: what it is about, as `people.ports` names it.

    Raises:
        BadInput: no such kind, or no words.
        Conflict: it was asked already.

    Records: `exchange.questioned`.

    Source: Law on personal data protection 91/2025/QH15 (see, correct, restrict, erase).
    """
    if kind not in KINDS[1:] or len(text.strip()) < 5:
        raise BadInput(_("Please say in a few words what should be done."))
    return _ask(kind, party, agency or people.answering_agency(), key[:250], text, None)


@transaction.atomic
def _ask(kind: str, party: Party, agency: str, about: str, text: str, seen: AccessRecord | None) -> Question:
    asked = Question.objects.filter(party=party.public_id, kind=kind, about=about)
    if (asked.filter(answered_at=None) if kind != "why" else asked).exists():
        raise Conflict(_("You have asked this already. The answer will stand here."))
    now = clock.now()
    question = Question.objects.create(
        number=ids.new_id(),
        kind=kind,
        party=party.public_id,
        agency=agency,
        about=about,
        access=seen,
        text=text.strip()[:1000],
        asked_at=now,
        due_at=answer_due(now),
    )
    journal.record(
        events.QUESTIONED,
        f"question:{question.number}",
        agency=agency,
        audience="named",
        due=question.due_at.isoformat(),
    )
    notices.of_question(question, agency)
    return question


@transaction.atomic
def answer(number: str, *, text: str, by: User) -> Question:
    """Answer a person's question, in words they understand.

    Raises:
        NotFound: there is no such question.
        Forbidden: `by` holds no post in the agency that was asked.
        BadInput: too few words, or it is a request to be decided.
        WrongState: it is answered already.

    Records: `exchange.answered`.
    """
    question = _open_question(number, by)
    if question.kind != "why":
        raise BadInput(_("This is a request: carry it out, or refuse it with the ground."))
    _require_words(text)
    return _closed(question, "", text, by)


def _open_question(number: str, by: User) -> Question:
    question = Question.objects.filter(number=number).first()
    if question is None:
        raise NotFound(_("There is no such question."))
    access.require_power(by, "exchange.use" if question.kind == "why" else "people.correct", question.agency)
    if question.answered_at is not None:
        raise WrongState(_("This question is answered already."))
    return question


def _require_words(text: str) -> None:
    if len(text.strip()) < 10:
        raise BadInput(_("Please answer in a sentence the citizen understands."))


def _closed(question: Question, outcome: str, text: str, by: User) -> Question:
    changed = Question.objects.filter(id=question.id, answered_at=None).update(
        outcome=outcome, answer=text.strip()[:2000], answered_at=clock.now(), answered_by=by.id
    )
    if not changed:
        raise WrongState(_("This question is answered already."))
    journal.record(
        events.ANSWERED,
        f"question:{question.number}",
        by=by.id,
        agency=question.agency,
        audience="named",
        outcome=outcome,
    )
    question.refresh_from_db()
    notices.to_person(question)
    return question


@transaction.atomic
def refuse(number: str, *, ground: str, by: User) -> Question:
    """Refuse what a person asks, with the ground in law; they are told.

    Raises:
        NotFound, Forbidden, WrongState: as for `answer`; correcting needs the power `people.correct`.
        BadInput: no ground.

    Records: `exchange.answered`.
    """
    question = _open_question(number, by)
    _require_words(ground)
    return _closed(question, "refused", ground, by)


def carry_out(number: str, *, text: str, field: str = "", value: str = "", by: User) -> Question:
    """Carry out what a person asks: correct the field, restrict the use, or erase; they are told.

    Correcting and erasing may rewrite files, so each has transactions of its own; a repetition after an
    interruption is harmless, and the request stays open until it is done.

    Args:
        text: what was done, on which ground, as the person reads it.
        field: for a correction, what is wrong; empty where it was corrected at its source.
        value: for a correction, what is right.

    Raises:
        NotFound, Forbidden, WrongState: as for `refuse`.
        BadInput: too few words, or the thing cannot be changed so; the sentence says why.

    Records: `exchange.answered`, and the entries of the verb that did it.
    """
    question = _open_question(number, by)
    _require_words(text)
    party = people.party_by_public_id(question.party)
    if question.kind == "erase":
        return _erased(question, party, text, by)
    if question.kind == "correct" and field:
        _remedy(question).correct(party, question.about, field, value, ground=text, by=by)
    with transaction.atomic():
        if question.kind == "restrict":
            restrictions.restrict(party, question.about, agency=question.agency, ground=text, by=by)
        return _closed(question, "done", text, by)


def _erased(question: Question, party: Party, text: str, by: User) -> Question:
    """Erase, and tell: the letters are written before, since the addresses go with the person."""
    remedy = _remedy(question)
    access.require_power(by, "people.erase" if question.about.startswith("party:") else "people.correct")
    letters = notices.letters_of(party.public_id)
    remedy.erase(party, question.about, by=by)
    with transaction.atomic():
        done = _closed(question, "done", text, by)
        notices.send(letters, done)
    return done


def _remedy(question: Question) -> Remedy:
    name = question.about.partition(":")[0]
    if name not in remedies:
        raise BadInput(_("This is changed by the agency that keeps it. Answer the request when it is done."))
    return remedies.get(name)
