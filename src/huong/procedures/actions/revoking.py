"""Taking a signed result back, and handing one over."""

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, NotFound, WrongState
from huong.journal import actions as journal
from huong.people import access
from huong.people.models import User
from huong.procedures import events
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Actor, Deed
from huong.procedures.models import Dossier, Evidence, Result
from huong.procedures.rules.results import REVOKED


@transaction.atomic
def revoke(code: str, *, why: str, by: User) -> Result:
    """Revoke a signed result: whoever checks it, or shows its credential, learns so from now on.

    Args:
        why: a key of `rules.results.REVOKED`.

    Raises:
        NotFound: there is none.
        Forbidden: `by` does not sign for this agency.
        BadInput: no such reason.
        WrongState: it is not in force.

    Records: `procedures.result_revoked`.
    """
    result = Result.objects.select_for_update().filter(verify_code=code).first()
    if result is None:
        raise NotFound(_("There is no such result."))
    access.require_power(by, "procedures.sign", result.agency)
    if why not in REVOKED:
        raise BadInput(_("Please choose why it is revoked."), code="reason_needed", field="why")
    now = clock.now()
    changed = Result.objects.filter(pk=result.pk, state="signed").update(
        state="revoked", revoked_at=now, revoked_why=why
    )
    if not changed:
        raise WrongState(_("This result is not in force, so it cannot be revoked."))
    Evidence.objects.filter(pk=result.evidence_id or 0, revoked_at=None).update(revoked_at=now)
    journal.record(
        events.RESULT_REVOKED, f"result:{code}", by=by.pk, agency=result.agency, audience="named",
        dossier=result.dossier.uid, why=why,
    )  # fmt: skip
    result.refresh_from_db()
    return result


@transaction.atomic
def deliver(uid: str, *, actor: Actor, version: int | None = None) -> Dossier:
    """Hand a result over: at the counter, or when its holder opens it in her vault.

    Records: `procedures.delivered`.
    """
    dossier = acting.found(uid)
    acting.act(dossier, "deliver", actor, Deed(version=version))
    return dossier
