"""How sure we are that somebody is who they say: kept in the session, asked for by what needs more.

LOW: a phone code, a password alone, VNeID level 1. HIGH: VNeID level 2, a second factor, a demonstration account.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from huong.people import access
from huong.people.errors import NotYours

LOW: Final = 1
HIGH: Final = 2
KEY: Final = "huong_assurance"


def keep(request: HttpRequest, level: int) -> None:
    """Write the level into the session."""
    request.session[KEY] = level


def of(request: HttpRequest) -> int:
    """Return the level of this session; 0 for nobody."""
    return int(request.session.get(KEY, LOW)) if request.user.is_authenticated else 0


def require_high(request: HttpRequest) -> None:
    """Refuse a session of low assurance; the sentence says what to do.

    Raises:
        Forbidden: signed in with a phone code, a password alone, or level 1.
    """
    if of(request) < HIGH:
        raise NotYours(
            _("This needs a surer sign-in: VNeID at level 2, or the second factor of your account."),
            code="higher_assurance_needed",
        )


def needs_high(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Mark a page for people who signed in at the higher level; others are told how, and come back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if of(request) < HIGH:
            back = request.get_full_path() if request.method in {"GET", "HEAD"} else "/my/"
            return redirect(f"{reverse('people:higher')}?{urlencode({'next': back})}")
        return view(request, *args, **kwargs)

    found = access.signed_in(guarded)
    found.access = "signed in, high assurance"  # type: ignore[attr-defined]
    return found
