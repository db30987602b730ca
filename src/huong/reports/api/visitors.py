"""The door for everybody: citizens send without account and without cookie, officers and systems as themselves."""

from django.http import HttpRequest

from huong.base.errors import Forbidden, Unauthenticated
from huong.people.auth import Door
from huong.people.models import User

_DOOR = Door()


class Anybody:
    """Lets everybody in; who comes with a token or a session is known. For django-ninja's `auth=`.

    A session without its CSRF token counts as nobody, so that another site can use nobody's session.
    """

    def __call__(self, request: HttpRequest) -> object:
        """Return who asks, or "anybody".

        Raises:
            Unauthenticated: a token was sent that is not valid.
        """
        if request.headers.get("Authorization"):
            return _DOOR(request)
        try:
            return _DOOR(request)
        except (Forbidden, Unauthenticated):
            return "anybody"


def known(request: HttpRequest) -> User | None:
    """Return whom the door knew, None for anybody."""
    found = getattr(request, "person", None)
    return found if isinstance(found, User) else None


def device_of(request: HttpRequest) -> str:
    """Return what the client calls itself, for the limits; empty if it says nothing."""
    return request.headers.get("X-Device", "")[:80]


def link_in(request: HttpRequest) -> str:
    """Return the private link sent in the header, never in the address: addresses are logged."""
    return request.headers.get("X-Report-Link", "")[:80]
