"""Asking other agencies for their opinion (lấy ý kiến): each with a clock of its own; when all answered, work goes on."""

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, NotFound, WrongState
from huong.people import queries as people
from huong.people.models import User
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Deed, officer
from huong.procedures.models import Consultation, Dossier
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.clocks import due_in_days
from huong.procedures.queries.values import scope_of, seal

USUAL_DAYS = 5.0
MOST_DAYS = 60.0


def usual_days(dossier: Dossier, agency: str) -> float:
    """Return how many working days an agency usually has for a procedure's question."""
    named = document_by_id(dossier.edition_id).consults if dossier.edition_id else ()
    return next((each.days for each in named if each.agency == agency), USUAL_DAYS)


@transaction.atomic
def consult(
    uid: str, *, to: str, words: str, by: User, days: float | None = None, version: int | None = None
) -> Consultation:
    """Ask another agency; several may be asked, one after the other, about the same dossier.

    Whether the dossier's own clock stands meanwhile, its procedure says.

    Args:
        to: the code of the agency that is asked.
        words: the question.
        days: working days it has; as the procedure says if left out.

    Raises:
        NotFound: no such agency.
        BadInput: it is the agency that asks, or the days make no sense.
        WrongState: it was asked already and has not answered.

    Records: `procedures.consulted`.

    Source: Decree 61/2018 article 19 (consulting other agencies, silence counts as agreement after the day).
    """
    dossier = acting.found(uid)
    agency = people.agency(to)
    if agency.code == dossier.agency:
        raise BadInput(_("The dossier is with this agency already."), code="same_agency", field="to")
    days = usual_days(dossier, agency.code) if days is None else days
    if not 0 < days <= MOST_DAYS:
        raise BadInput(_("Give the agency from half a day to 60 working days."), code="bad_days", field="days")
    if dossier.consultations.filter(agency=agency.code, answered_at=None).exists():
        raise WrongState(_("%(agency)s was asked already and has not answered yet.") % {"agency": agency})
    now = clock.now()
    due = due_in_days(days, now, dossier)
    facts = {"to": agency.code, "due": due.isoformat(), "days": days}
    acting.act(dossier, "consult", officer(by), Deed(words=words, version=version, facts=facts))
    return Consultation.objects.create(
        dossier=dossier,
        agency=agency.code,
        asked_by_agency=dossier.agency,
        asked_by=by,
        asked_at=now,
        due_at=due,
        days=days,
        sealed_question=seal(scope_of(dossier), words.strip(), "question"),
    )


@transaction.atomic
def answer(uid: str, *, agency: str, agrees: bool, words: str, by: User, version: int | None = None) -> Consultation:
    """Answer for an agency that was asked; when it was the last one, the dossier goes back to whoever asked.

    Raises:
        NotFound: the agency was not asked, or has answered.
        Forbidden: the person does not work on dossiers there.

    Records: `procedures.consultation_answered`.
    """
    dossier = acting.found(uid)
    deed = Deed(
        words=words, version=version, agency=agency, facts={"to": agency, "agrees": agrees}, public=False
    )  # fmt: skip
    acting.allowed(dossier, "answer_consultation", officer(by), deed)
    asked = _open(dossier, agency)
    return _answered(dossier, asked, deed, by, agrees=agrees)


@transaction.atomic
def go_on_without(uid: str, *, agency: str, words: str, by: User, version: int | None = None) -> Consultation:
    """Go on without the opinion of an agency whose day has passed: silence counts as agreement, and is written down.

    Raises:
        NotFound: the agency was not asked, or has answered.
        WrongState: it still has time.

    Records: `procedures.consultation_answered`.
    """
    dossier = acting.found(uid)
    facts = {"to": agency, "silent": True}
    deed = Deed(words=words, version=version, facts=facts, public=False)
    acting.allowed(dossier, "answer_consultation", officer(by), deed)
    asked = _open(dossier, agency)
    if asked.due_at > clock.now():
        raise WrongState(_("The agency that was asked still has time to answer."), code="still_time")
    return _answered(dossier, asked, deed, by, agrees=None)


def _open(dossier: Dossier, agency: str) -> Consultation:
    asked = dossier.consultations.select_for_update().filter(agency=agency, answered_at=None).first()
    if asked is None:
        raise NotFound(_("This agency was not asked, or has answered already."))
    return asked


def _answered(dossier: Dossier, asked: Consultation, deed: Deed, by: User, *, agrees: bool | None) -> Consultation:
    others = dossier.consultations.filter(answered_at=None).exclude(pk=asked.pk).exists()
    acting.act(dossier, "answer_consultation", officer(by), deed, to="consulting" if others else "")
    asked.agrees, asked.answered_at, asked.answered_by = agrees, clock.now(), by
    asked.sealed_answer = seal(scope_of(dossier), deed.words.strip(), "answer")
    asked.save(update_fields=["agrees", "answered_at", "answered_by", "sealed_answer"])
    return asked
