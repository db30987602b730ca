"""One verb on many dossiers, from the list; what was a mistake is taken back there."""

from dataclasses import asdict
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from huong.base.errors import HuongError
from huong.base.text import whole
from huong.people.access import needs
from huong.people.models import User
from huong.procedures import queries
from huong.procedures.actions import bulk
from huong.procedures.actions.undoing import UNDOABLE
from huong.procedures.pages.desk.asking import LIST


@needs("procedures.handle")
@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """Do one thing with the chosen dossiers, go back to the list, and say there what became of each."""
    person, data = cast("User", request.user), request.POST
    try:
        outcome = bulk.many(
            _visible(person, data.getlist("chosen")),
            verb=data.get("verb", ""),
            by=person,
            person=User.objects.filter(pk=whole(data.get("person", "")) or 0).first(),
            to=data.get("agency", ""),
            words=data.get("words", ""),
        )
        show(request, outcome, undoable=data.get("verb") in UNDOABLE)
    except HuongError as error:
        messages.error(request, error.message)
    return _back(request)


@needs("procedures.handle")
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was done with many dossiers just now; say of each that it is back, or why not."""
    try:
        show(request, bulk.undo_many(request.POST.getlist("uid"), by=cast("User", request.user)))
    except HuongError as error:
        messages.error(request, error.message)
    return _back(request)


def show(request: HttpRequest, outcome: bulk.Outcome, *, undoable: bool = False) -> None:
    """Keep for the list what became of dossiers, and whether it can be taken back there."""
    request.session["dossiers_outcome"] = {**asdict(outcome), "undoable": undoable and bool(outcome.done)}


def _back(request: HttpRequest) -> HttpResponse:
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}) else LIST)


def _visible(person: User, chosen: list[str]) -> list[tuple[str, int]]:
    """Return the chosen dossiers that the person may see at all, with the version looked at."""
    parted = [(uid, whole(version)) for uid, _dot, version in (each.partition(".") for each in chosen)]
    given = {uid: version for uid, version in parted if version is not None}
    seen = queries.visible_to(person).filter(uid__in=list(given)[: bulk.MOST + 1]).values_list("uid", flat=True)
    known = set(seen)
    return [(uid, version) for uid, version in given.items() if uid in known]
