"""Taking back what one did just now: given, begun or handed over by mistake, one dossier or a morning's many."""

from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import WrongState
from huong.people.models import User
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Deed, officer
from huong.procedures.models import Action, Dossier

WINDOW: Final = timedelta(minutes=10)
UNDOABLE: Final = frozenset({"assign", "start", "hand_over"})
BEFORE: Final = ("assignee_id", "returns_to", "step")


def before(dossier: Dossier) -> dict[str, Any]:
    """Return what an action that can be taken back keeps among its facts: who had the dossier, and where it stood."""
    return {"was": {name: getattr(dossier, name) for name in BEFORE}}


def undoable(dossier: Dossier, by: User) -> Action | None:
    """Return the last action of a dossier, if this person did it, it can be taken back, and the ten minutes last.

    A dossier that anybody touched since has another last action.
    """
    if dossier.changed_by_id != by.pk:
        return None
    last = Action.objects.filter(dossier=dossier, number=dossier.version - 1).first()
    if last is None or last.by_id != by.pk or last.verb not in UNDOABLE or "was" not in last.facts:
        return None
    return last if clock.now() < last.written_at + WINDOW else None


@transaction.atomic
def undo(uid: str, *, by: User, version: int | None = None) -> Dossier:
    """Take back what one did last with a dossier: it is again with whom it was, in the state in which it was.

    What was done stays in the story, and that it was taken back stands beside it; whoever was told is told again.

    Raises:
        WrongState: somebody did something since, the ten minutes are over, or the last thing cannot be taken back.
        Forbidden: the person has lost the power by which it was done.

    Records: `procedures.undone`.
    """
    dossier = acting.found(uid)
    last = undoable(dossier, by)
    if last is None:
        raise WrongState(
            _("This can no longer be taken back: ten minutes are over, or somebody went on with it."),
            code="not_undoable",
        )
    columns = {"agency": last.agency} | last.facts["was"]
    deed = Deed(
        version=version,
        facts={"undone": last.verb, "step": columns["step"]},
        agency=last.agency,
        public=last.is_public,
        columns=columns,
    )
    acting.act(dossier, "undo", officer(by), deed, to=last.from_state)
    return dossier
