"""Signing in: the password, the second factor, and the one click of a demonstration. Pages keep the session."""

from datetime import timedelta

from django.contrib.auth import authenticate
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import home, limits
from huong.base.errors import BadInput, Forbidden, NotFound, WrongState
from huong.journal import actions as journal
from huong.people import access, events, second_factor
from huong.people.models import User

WINDOW = timedelta(minutes=5)
PER_ADDRESS = 30
PER_NAME = 10
CODES = 6


def check_password(username: str, password: str, *, address: str) -> User:
    """Return who signs in with a name and a password.

    Args:
        address: where the request comes from; counted, so that nobody tries passwords by the thousand.

    Raises:
        TooMany: too many tries from this address or for this name.
        Forbidden: name and password do not fit; it is not said which of them is wrong.

    Records: `people.sign_in_refused`, for a refusal of a known name.
    """
    limits.take(f"sign-in:{address}"[:200], rate=PER_ADDRESS, per=WINDOW)
    limits.take(f"sign-in-as:{username}"[:200], rate=PER_NAME, per=WINDOW)
    found = authenticate(None, username=username, password=password)
    if isinstance(found, User) and found.kind == "person":
        return found
    known = User.objects.filter(username=username, kind="person").first()
    if known is not None:
        _refused(known, "password" if known.is_active else "inactive")
    raise Forbidden(
        _("Name and password do not fit together. Please check both; capitals count."), code="wrong_password"
    )


def _refused(user: User, reason: str) -> None:
    with transaction.atomic():
        journal.record(events.SIGN_IN_REFUSED, f"user:{user.id}", by=user.id, audience="named", reason=reason)


def check_code(user: User, code: str) -> None:
    """Let a second-factor code pass, once.

    Raises:
        TooMany: too many tries.
        Forbidden: the code is wrong, too old or used already.

    Records: `people.sign_in_refused`, for a refusal.
    """
    limits.take(f"second-factor:{user.id}", rate=CODES, per=WINDOW)
    with transaction.atomic():
        right = second_factor.use(user, code)
    if not right:
        _refused(user, "code")
        raise Forbidden(
            _("This code is wrong or was used already. Please wait for the next one and type it again."),
            code="wrong_code",
        )


@transaction.atomic
def note_sign_in(user: User, way: str) -> None:
    """Write down that somebody signed in: "password", "second factor" or "demonstration".

    Records: `people.signed_in`.
    """
    journal.record(events.SIGNED_IN, f"user:{user.id}", by=user.id, audience="named", way=way)


@transaction.atomic
def note_sign_out(user: User) -> None:
    """Write down that somebody signed out.

    Records: `people.signed_out`.
    """
    journal.record(events.SIGNED_OUT, f"user:{user.id}", by=user.id, audience="named")


def demonstration(username: str, *, nearby: bool) -> User:
    """Return a demonstration account for signing in by one click.

    Args:
        nearby: whether the request comes from this very machine, or the operator allows it from anywhere.

    Raises:
        Forbidden: a real home, or not from here.
        NotFound: there is no such demonstration account.
    """
    if not home.is_demo() or not nearby:
        raise Forbidden(_("Demonstration accounts work only on the machine of a demonstration."))
    found = User.objects.filter(username=username, is_demonstration=True, is_active=True).first()
    if found is None:
        raise NotFound(_("There is no such demonstration account."))
    return found


@transaction.atomic
def set_second_factor(user: User, *, secret: str, code: str) -> list[str]:
    """Keep an authenticator app that has shown one right code, and return new recovery codes.

    Raises:
        Forbidden: a demonstration account.
        BadInput: the code does not fit the secret.

    Records: `people.second_factor_set`.
    """
    if user.is_demonstration:
        raise Forbidden(_("Demonstration accounts cannot be changed."))
    counter = second_factor.matching_counter(secret, code)
    if counter is None:
        raise BadInput(_("This code does not fit. Please type the six digits that the app shows now."))
    second_factor.keep(user, secret, counter)
    journal.record(events.SECOND_FACTOR_SET, f"user:{user.id}", by=user.id, audience="named")
    return second_factor.new_recovery_codes(user)


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """Return new recovery codes in place of the old ones.

    Raises:
        WrongState: there is no second factor yet.

    Records: `people.recovery_codes_made`.
    """
    if not second_factor.is_set_up(user):
        raise WrongState(_("Please set up your second factor first."))
    journal.record(events.RECOVERY_CODES_MADE, f"user:{user.id}", by=user.id, audience="named")
    return second_factor.new_recovery_codes(user)


@transaction.atomic
def remove_second_factor(user: User, *, by: User | None) -> None:
    """Remove a second factor that was lost, so that the person sets up a new one at the next sign-in.

    Raises:
        Forbidden: `by` may not manage people, or removes their own.
        WrongState: there is none.

    Records: `people.second_factor_removed`.
    """
    if by is not None:
        access.require_power(by, "people.manage")
        if by.id == user.id:
            raise Forbidden(_("Please ask another administrator to remove your second factor."))
    if not second_factor.remove(user):
        raise WrongState(_("There is no second factor to remove."))
    journal.record(events.SECOND_FACTOR_REMOVED, f"user:{user.id}", by=by.id if by else None, audience="named")
