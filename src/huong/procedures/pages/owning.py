"""Whose dossier a page shows: the applicant's, whoever represents them, or a helper with her code while it is a draft."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from huong.base import keys
from huong.people import acting as people_acting
from huong.people.models import Party, User
from huong.procedures.owning import owned

__all__ = ["for_owner", "owned", "party_of", "typed_before", "way_of"]
KEPT = "huong_procedures_typed"
CONTEXT = "procedures.typed"
MOST_KEPT = 60_000


def party_of(request: HttpRequest) -> Party:
    """Return for whom somebody applies in this session.

    Raises:
        Unauthenticated, Forbidden: as `people.acting.require` says.
    """
    return people_acting.require(request, "apply")


def way_of(request: HttpRequest) -> str:
    """Return on whose behalf: "parent", "owner", "delegate"; empty for oneself."""
    found = people_acting.current(request)
    return found.way if found else ""


def for_owner(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Mark a page of one dossier: its applicant, who represents them, or a helper. What was typed survives signing in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not isinstance(request.user, User):
            keep_typed(request)
            back = request.get_full_path()
            return redirect(f"{reverse('people:account')}?{urlencode({'next': back})}")
        answer = view(request, *args, **kwargs)
        answer["Cache-Control"] = "private, no-store"
        answer["Referrer-Policy"] = "same-origin"
        return answer

    guarded.access = "the applicant, or a helper with a code"  # type: ignore[attr-defined]
    return guarded


def keep_typed(request: HttpRequest) -> None:
    """Keep what somebody sent whose session had ended, sealed, until they have signed in again."""
    if request.method != "POST":
        return
    typed = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    data = orjson.dumps({"path": request.path, "typed": typed})
    if len(data) <= MOST_KEPT:
        request.session[KEPT] = keys.encrypt(data, context=CONTEXT).hex()


def typed_before(request: HttpRequest) -> dict[str, str]:
    """Return what was typed on this page before somebody had to sign in again; it is handed out once."""
    sealed = request.session.get(KEPT)
    if not sealed:
        return {}
    found = orjson.loads(keys.decrypt(bytes.fromhex(sealed), context=CONTEXT))
    if found["path"] != request.path:
        return {}
    del request.session[KEPT]
    return dict(found["typed"])
