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
from huong.people.models import Party, User

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
    return _ask(kind, party, agency, key[:250], text, None)


@transaction.atomic
def _ask(kind: str, party: Party, agency: str, about: str, text: str, seen: AccessRecord | None) -> Question:
    if Question.objects.filter(party=party.public_id, kind=kind, about=about).exists():
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
        BadInput: too few words.
        WrongState: it is answered already.

    Records: `exchange.answered`.
    """
    question = Question.objects.filter(number=number).first()
    if question is None:
        raise NotFound(_("There is no such question."))
    access.require_power(by, "exchange.use", question.agency)
    if len(text.strip()) < 10:
        raise BadInput(_("Please answer in a sentence the citizen understands."))
    changed = Question.objects.filter(id=question.id, answered_at=None).update(
        answer=text.strip()[:2000], answered_at=clock.now(), answered_by=by.id
    )
    if not changed:
        raise WrongState(_("This question is answered already."))
    journal.record(events.ANSWERED, f"question:{number}", by=by.id, agency=question.agency, audience="named")
    question.refresh_from_db()
    return question
