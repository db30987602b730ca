"""One verb on many dossiers in the morning, and taking it back: each is its own transaction, each says what became of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from django.utils.translation import gettext as _

from huong.base.errors import BadInput, HuongError
from huong.people.models import User
from huong.procedures.actions import receiving, undoing, working
from huong.procedures.models import Action, Dossier

MOST = 200
VERBS = ("assign", "start", "accept", "hand_over")


@dataclass
class Outcome:
    """What became of a verb on many.

    Attributes:
        done: public ids of those moved.
        refused: of the others id, number and why not.
        undone: whether this took something back.
    """

    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    undone: bool = False


def many(
    chosen: Iterable[tuple[str, int]], *, verb: str, by: User, person: User | None = None, to: str = "", words: str = ""
) -> Outcome:
    """Do one thing with many dossiers; a refusal is named and stops none of the others.

    Args:
        chosen: public id and the version looked at, at most 200.
        verb: one of `VERBS`.
        person: to whom they are given; oneself if left out.
        to, words: for handing over: the agency's code, and why.

    Raises:
        BadInput: no such verb, none or too many dossiers, no agency.

    Records: the entry of the verb for each.
    """
    wanted = list(dict.fromkeys(chosen))
    if verb not in VERBS:
        raise BadInput(_("This cannot be done with many dossiers at once."), code="no_such_verb")
    if not 0 < len(wanted) <= MOST:
        raise BadInput(_("Choose from one to %(most)d dossiers at a time.") % {"most": MOST}, code="too_many")
    if verb == "hand_over" and not to:
        raise BadInput(_("Please choose the agency that shall have them."), code="agency_needed", field="agency")
    run: dict[str, Callable[[str, int], object]] = {
        "assign": lambda uid, version: working.assign(uid, to=person or by, by=by, version=version),
        "start": lambda uid, version: working.start(uid, by=by, version=version),
        "accept": lambda uid, version: receiving.accept(uid, by=by, version=version),
        "hand_over": lambda uid, version: working.hand_over(uid, to=to, words=words, by=by, version=version),
    }
    outcome = Outcome()
    for uid, version in wanted:
        _each(outcome, uid, partial(run[verb], uid, version))
    return outcome


def undo_many(uids: Iterable[str], *, by: User) -> Outcome:
    """Take back what one did with many dossiers; where somebody went on since, it stays and is named.

    Of dossiers with which the person never did anything nothing is said.

    Raises:
        BadInput: none, or more than 200.

    Records: `procedures.undone` for each.
    """
    wanted = list(dict.fromkeys(uids))
    if not 0 < len(wanted) <= MOST:
        raise BadInput(_("Choose from one to %(most)d dossiers at a time.") % {"most": MOST}, code="too_many")
    outcome = Outcome(undone=True)
    mine = set(Action.objects.filter(by=by, dossier__uid__in=wanted).values_list("dossier__uid", flat=True))
    for uid in filter(mine.__contains__, wanted):
        _each(outcome, uid, partial(undoing.undo, uid, by=by))
    return outcome


def _each(outcome: Outcome, uid: str, verb: Callable[[], object]) -> None:
    try:
        verb()
        outcome.done.append(uid)
    except HuongError as error:
        code = Dossier.objects.filter(uid=uid).values_list("code", flat=True).first()
        outcome.refused.append((uid, code or uid[-8:], str(error.message)))
