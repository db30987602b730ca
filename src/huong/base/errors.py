"""Refusals. A refusal is an exception with a stable code, an HTTP status and a sentence for a person.

Only doors (API, pages, commands) turn them into answers: RFC 9457 problem details, a page, an exit code.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _


class HuongError(Exception):
    """Something Hương refuses to do, said so that the person can go on."""

    code = "error"
    status = 500
    title = _("Something went wrong.")

    def __init__(self, message: object = "", *, code: str | None = None, **details: Any) -> None:
        self.message = str(message or self.title)
        self.details = details
        if code:
            self.code = code
        super().__init__(self.message)

    def problem(self) -> dict[str, Any]:
        """Return the refusal as an `application/problem+json` body (RFC 9457 section 3)."""
        return {
            "type": f"urn:huong:problem:{self.code}",
            "title": str(self.title),
            "status": self.status,
            "code": self.code,
            "detail": self.message,
            **self.details,
        }


class BadInput(HuongError):
    """What was sent cannot be used as it is."""

    code = "bad_input"
    status = 400
    title = _("This cannot be used as it is.")


class Unauthenticated(HuongError):
    """Nobody is signed in."""

    code = "unauthenticated"
    status = 401
    title = _("Please sign in first.")


class Forbidden(HuongError):
    """The person holds no power for this."""

    code = "forbidden"
    status = 403
    title = _("Your post does not include this.")


class NotFound(HuongError):
    """There is no such thing, or none that this person may see."""

    code = "not_found"
    status = 404
    title = _("There is nothing here.")


class NotAllowed(HuongError):
    """An address that takes forms was opened like a page, or the other way round."""

    code = "not_allowed"
    status = 405
    title = _("This address only takes what a form sends.")


class Conflict(HuongError):
    """Somebody else was quicker, or the same key names something else."""

    code = "conflict"
    status = 409
    title = _("Somebody else changed this a moment ago.")


class WrongState(HuongError):
    """The thing is not in a state that allows this."""

    code = "wrong_state"
    status = 409
    title = _("This is no longer possible.")


class KeyDestroyed(HuongError):
    """The data was erased by destroying its key."""

    code = "erased"
    status = 410
    title = _("This was erased.")


class TooLarge(HuongError):
    """More than one request may bring."""

    code = "too_large"
    status = 413
    title = _("This is too large.")


class TooMany(HuongError):
    """Too many requests from one place."""

    code = "too_many"
    status = 429
    title = _("Too many requests. Please wait a moment.")


class Unavailable(HuongError):
    """Something that Hương asks did not answer."""

    code = "unavailable"
    status = 503
    title = _("A source does not answer just now.")


class StorageFull(HuongError):
    """The disk has no room; nothing was written."""

    code = "storage_full"
    status = 507
    title = _("There is no room left on the disk. Nothing was lost; please tell the operator.")
