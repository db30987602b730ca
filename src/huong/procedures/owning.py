"""Whose dossier somebody asks for, at page and API alike: the applicant, whoever represents them, a helper with a code."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huong.base.errors import NotFound
from huong.people import acting as people_acting
from huong.people import assurance
from huong.people import queries as people
from huong.people.models import User
from huong.procedures.actions import helping
from huong.procedures.actions.acting import Actor, citizen
from huong.procedures.models import Dossier


def owned(request: HttpRequest, uid: str) -> tuple[Dossier, Actor]:
    """Return a dossier that is theirs to see, and as whom they act.

    Raises:
        NotFound: there is none, or it is somebody else's: the same words.
    """
    user = request.user
    found = Dossier.objects.select_related("applicant", "bundle").filter(uid=uid).first()
    if found is None or not isinstance(user, User):
        raise NotFound(_("There is no such dossier."))
    if _is_theirs(found, request, user):
        return found, citizen(user)
    if helping.may_help(found, user):
        return found, citizen(user, helper=True)
    raise NotFound(_("There is no such dossier."))


def _is_theirs(dossier: Dossier, request: HttpRequest, user: User) -> bool:
    if assurance.of(request) < assurance.HIGH:
        return False
    own = people.party_of_user(user)
    if own is not None and own.pk == dossier.applicant_id:
        return True
    return any(each.party.pk == dossier.applicant_id and "apply" in each.limits for each in people_acting.choices(user))
