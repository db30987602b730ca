"""What an office does while it works on a dossier: start, give to a person, hand over, hold, go on, promise anew."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import calendar, clock
from huong.base.errors import BadInput
from huong.people import access
from huong.people import queries as people
from huong.people.models import User
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Actor, Deed, officer
from huong.procedures.actions.undoing import before
from huong.procedures.errors import AskedBefore
from huong.procedures.models import Dossier
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.clocks import reading_of
from huong.procedures.rules import clock as rule

MOST_DAYS = 60.0
A_YEAR = timedelta(days=366)


@transaction.atomic
def start(uid: str, *, by: User, step: str = "", version: int | None = None) -> Dossier:
    """Begin to work on an accepted dossier; whoever begins has it.

    Records: `procedures.started`.
    """
    dossier = acting.found(uid)
    step = step or dossier.step or next(iter(_steps(dossier)), "")
    columns = {"assignee": dossier.assignee or by, "step": step}
    acting.act(
        dossier, "start", officer(by), Deed(version=version, columns=columns, facts={"step": step} | before(dossier))
    )
    return dossier


def _steps(dossier: Dossier) -> list[str]:
    return [each.key for each in document_by_id(dossier.edition_id).steps] if dossier.edition_id else []


@transaction.atomic
def assign(uid: str, *, to: User, by: User, step: str = "", version: int | None = None) -> Dossier:
    """Give a dossier to a person of the agency that has it, perhaps for another step of the work.

    Args:
        step: the key of the step of the procedure; its clock begins. Empty: the step stays.

    Raises:
        BadInput: that person cannot work on dossiers there, or the procedure has no such step.

    Records: `procedures.assigned`.
    """
    dossier = acting.found(uid)
    if not access.has_power(to, "procedures.handle", dossier.agency):
        raise BadInput(_("%(name)s has no post there that works on dossiers.") % {"name": to}, code="cannot_handle")
    if step and step not in _steps(dossier):
        raise BadInput(_("This procedure has no such step."), code="no_such_step", field="step")
    columns = {"assignee": to, "step": step or dossier.step}
    facts = {"to": to.pk, "step": columns["step"]} | before(dossier)
    deed = Deed(version=version, facts=facts, columns=columns, public=False)
    acting.act(dossier, "assign", officer(by), deed)
    return dossier


@transaction.atomic
def hand_over(
    uid: str, *, to: str, words: str, by: User, returns: bool = False, days: float = 0, version: int | None = None
) -> Dossier:
    """Hand a dossier to another agency, of either tier; its clock goes on, the agency's own begins.

    Args:
        to: the code of the agency that takes it.
        returns: whether it comes back to the agency that hands it over (escalation: the higher tier decides, the
            lower one answers).
        days: how many working days that agency has; 0 for none of its own.

    Raises:
        NotFound: there is no such agency today.
        BadInput: it is with that agency already, or the days make no sense.

    Records: `procedures.handed_over`.
    """
    dossier = acting.found(uid)
    agency = people.agency(to)
    if agency.code == dossier.agency:
        raise BadInput(_("The dossier is with this agency already."), code="same_agency", field="to")
    if not 0 <= days <= MOST_DAYS:
        raise BadInput(_("Give the agency at most 60 working days, or none of its own."), code="bad_days", field="days")
    columns = {"agency": agency.code, "assignee": None, "returns_to": dossier.agency if returns else ""}
    facts = {"to": agency.code, "returns": returns, "days": days} | before(dossier)
    deed = Deed(words=words, version=version, facts=facts, columns=columns)
    acting.act(dossier, "hand_over", officer(by), deed)
    return dossier


@transaction.atomic
def give_back(uid: str, *, words: str, by: User, version: int | None = None) -> Dossier:
    """Give a dossier back to the agency that handed it over and waits for it.

    Raises:
        BadInput: nobody waits for it.

    Records: `procedures.handed_over`.
    """
    waiting = acting.found(uid).returns_to
    if not waiting:
        raise BadInput(_("No agency waits to get this dossier back."), code="nobody_waits")
    return hand_over(uid, to=waiting, words=words, by=by, version=version)


@transaction.atomic
def suspend(uid: str, *, words: str, by: User, version: int | None = None) -> Dossier:
    """Put a dossier on hold, with a reason; its clock stands, and its day moves.

    Records: `procedures.suspended`.
    """
    dossier = acting.found(uid)
    acting.act(dossier, "suspend", officer(by), Deed(words=words, version=version))
    return dossier


@transaction.atomic
def resume(uid: str, *, actor: Actor, words: str = "", version: int | None = None) -> Dossier:
    """Go on with a dossier that was on hold.

    Records: `procedures.resumed`.
    """
    dossier = acting.found(uid)
    acting.act(dossier, "resume", actor, Deed(words=words, version=version))
    return dossier


@transaction.atomic
def extend(uid: str, *, until: date, words: str, by: User, version: int | None = None) -> Dossier:
    """Promise a new day, once, with an apology that the applicant reads; also for a dossier that is late already.

    Raises:
        AskedBefore: a new day was promised before.
        BadInput: offices rest on that day, or it is no later than the one promised, or more than a year ahead.

    Records: `procedures.extended`.

    Source: Decree 61/2018 article 19 (one re-appointment; form 04).
    """
    dossier = acting.found(uid)
    deed = Deed(
        words=words, version=version, facts={"until": until.isoformat()}, columns={"extended": dossier.extended + 1}
    )
    acting.allowed(dossier, "extend", officer(by), deed)
    if until > clock.today() + A_YEAR:
        raise BadInput(
            _("The new day lies more than a year ahead. Please look at the year."), code="too_far", field="until"
        )
    refusal = rule.refusal_to_extend(reading_of(dossier), until, calendar.value())
    if refusal == "again":
        raise AskedBefore(_("A new day was promised once already; the law allows no second one."))
    if refusal:
        raise BadInput(_REFUSALS[refusal](), code=refusal, field="until")
    acting.act(dossier, "extend", officer(by), deed)
    return dossier


_REFUSALS = {
    "not_running": lambda: _("The clock of this dossier does not run."),
    "no_limit": lambda: _("This procedure has no time limit, so there is no day to move."),
    "rest": lambda: _("Offices rest on that day. Please choose a working day."),
    "not_later": lambda: _("The new day must be later than the one promised."),
}


@transaction.atomic
def note(uid: str, *, words: str, by: User) -> Dossier:
    """Add a note that only offices read.

    Records: `procedures.noted`.
    """
    dossier = acting.found(uid)
    acting.act(dossier, "note", officer(by), Deed(words=words, public=False))
    return dossier
