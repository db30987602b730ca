"""Refusals of the exchange, with the fault names that X-Road clients know and the hop at which they happened."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from huong.base.errors import HuongError

PROVIDER = "Server.ServerProxy."
CONSUMER = "Server.ClientProxy."


class Refused(HuongError):
    """An exchange that is refused or failed; `fault` is what `X-Road-Error` says."""

    code = "exchange_refused"
    status = 403
    title = _("The exchange was refused.")
    fault = PROVIDER + "AccessDenied"
    persons: Sequence[str] = ()  # keyed hashes of whom it was about, so that they can see the refusal


class BadMessage(Refused):
    """The request is not one of the protocol."""

    code, status, fault = "bad_message", 400, "Client.BadRequest"


class NotIdentified(Refused):
    """Nobody we know sent this, or the proof does not hold."""

    code, status, fault = "not_identified", 401, PROVIDER + "InvalidSignature"


class UnknownMember(Refused):
    """The consumer is not a member."""

    code, status, fault = "unknown_member", 401, PROVIDER + "UnknownMember"


class Repeated(Refused):
    """The same message came before."""

    code, status, fault = "repeated", 409, PROVIDER + "DuplicateMessage"


class UnknownService(Refused):
    """There is no such service here."""

    code, status, fault = "unknown_service", 404, PROVIDER + "UnknownService"


class NotGranted(Refused):
    """No grant covers this."""

    code, status, fault = "not_granted", 403, PROVIDER + "AccessDenied"


class NothingThere(Refused):
    """The service has no such thing."""

    code, status, fault = "nothing_there", 404, PROVIDER + "ServiceFailed.NotFound"


class TooOften(Refused):
    """The grant's rate is used up."""

    code, status, fault = "too_often", 429, PROVIDER + "TooManyRequests"


class Stopped(Refused):
    """The service is suspended."""

    code, status, fault = "service_stopped", 503, PROVIDER + "ServiceDisabled"


class ServiceFailed(Refused):
    """The service behind the edge failed."""

    code, status, fault = "service_failed", 502, PROVIDER + "ServiceFailed"


class Unreached(Refused):
    """The other node did not answer in time, or not whole."""

    code, status, fault = "unreached", 503, CONSUMER + "NetworkError"


class Resting(Refused):
    """The service failed again and again; it is left alone for a while."""

    code, status, fault = "resting", 503, CONSUMER + "CircuitOpen"


class Untrue(Refused):
    """The answer cannot be believed: signature, age, hash or person do not fit."""

    code, status, fault = "untrue", 502, CONSUMER + "InconsistentResponse"


class NoLongerShared(HuongError):
    """A link to a verified fact whose time is over, or that was taken back."""

    code, status = "no_longer_shared", 410
    title = _("This is no longer shared.")


class NotConfirmed(HuongError):
    """The source does not confirm a fact, or not any more."""

    code, status = "not_confirmed", 409
    title = _("The source does not confirm this.")
