"""Inviting people, joining, profiles, and the demonstration accounts."""

from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, home, ids, text
from huong.base.errors import BadInput, Conflict, Forbidden, NotFound, WrongState
from huong.journal import actions as journal
from huong.people import access, events
from huong.people.auth import hashed
from huong.people.models import Invitation, User

LINK_WORKS = timedelta(days=3)
LONGEST_NAME = 150


@transaction.atomic
def invite(username: str, *, full_name: str = "", email: str = "", by: User | None) -> tuple[User, str]:
    """Invite somebody: an account without a password, and a one-time link by which they choose one.

    Inviting somebody again who has not joined yet replaces the link.

    Args:
        username: how they will sign in.
        by: who invites; None only at the machine itself.

    Returns:
        The user, and the secret of the link (path `/account/join/<secret>`), shown this once.

    Raises:
        Forbidden: `by` may not manage people.
        BadInput: the name is empty or holds other signs than letters, digits and `@.+-_`.
        Conflict: the name belongs to somebody who has joined.

    Records: `people.invited`.
    """
    if by is not None:
        access.require_power(by, "people.manage")
    username = text.nfc(username.strip())
    _require_name(username, email)
    user, fresh = User.objects.get_or_create(
        username=username,
        defaults={
            "full_name": text.nfc(full_name.strip()),
            "email": email,
            "is_active": False,
            "password": _no_password(),
        },
    )
    if not fresh and (user.is_active or user.has_usable_password() or user.kind == "system"):
        raise Conflict(_("The user name %(name)s is taken.") % {"name": username})
    now = clock.now()
    Invitation.objects.filter(user=user, used_at=None).update(expires_at=now)
    secret = ids.token()
    Invitation.objects.create(
        user=user, hashed=hashed(secret), created_by=by, created_at=now, expires_at=now + LINK_WORKS
    )
    journal.record(
        events.INVITED,
        f"user:{user.id}",
        by=by.id if by else None,
        expires=(now + LINK_WORKS).isoformat(),
    )
    return user, secret


def _no_password() -> str:
    return "!" + ids.token()


def _require_name(username: str, email: str) -> None:
    try:
        User.username_validator(username)
        if email:
            validate_email(email)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages)) from error
    if len(username) > LONGEST_NAME:
        raise BadInput(_("A user name has at most %(count)d characters.") % {"count": LONGEST_NAME})


def invited(secret: str) -> User:
    """Return whom a link invites.

    Raises:
        NotFound: the link is unknown, used or too old.
    """
    found = (
        Invitation.objects.filter(hashed=hashed(secret), used_at=None, expires_at__gt=clock.now())
        .select_related("user")
        .first()
    )
    if found is None:
        raise NotFound(_("This link was used already or is too old. Please ask for a new one."))
    return found.user


@transaction.atomic
def join(secret: str, *, password: str) -> User:
    """Let an invited person choose a password; the link works once.

    Raises:
        NotFound: the link is unknown, used or too old.
        BadInput: the password is too weak, with the reason.

    Records: `people.joined`.
    """
    user = invited(secret)
    _set_password(user, password)
    if not Invitation.objects.filter(hashed=hashed(secret), used_at=None).update(used_at=clock.now()):
        raise NotFound(_("This link was used already or is too old. Please ask for a new one."))
    User.objects.filter(id=user.id).update(is_active=True)
    journal.record(events.JOINED, f"user:{user.id}", by=user.id)
    user.refresh_from_db()
    return user


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages), code="weak_password") from error
    user.set_password(password)
    user.save(update_fields=["password"])


@transaction.atomic
def change_password(user: User, *, old: str, new: str) -> None:
    """Change one's own password.

    Raises:
        Forbidden: a demonstration account, or the old password is wrong.
        BadInput: the new one is too weak.

    Records: `people.password_changed`.
    """
    if user.is_demonstration:
        raise Forbidden(_("Demonstration accounts cannot be changed."))
    if not user.check_password(old):
        raise Forbidden(_("The present password is not right. Nothing was changed."), code="wrong_password")
    _set_password(user, new)
    journal.record(events.PASSWORD_CHANGED, f"user:{user.id}", by=user.id)


@transaction.atomic
def change_profile(user: User, *, full_name: str, language: str) -> User:
    """Change one's own name and language.

    Raises:
        Forbidden: a demonstration account keeps its name.
        BadInput: no name.

    Records: `people.profile_changed`.
    """
    full_name = text.nfc(full_name.strip())
    if not full_name:
        raise BadInput(_("Please give a name."))
    if user.is_demonstration and full_name != user.full_name:
        raise Forbidden(_("Demonstration accounts cannot be changed."))
    User.objects.filter(id=user.id).update(full_name=full_name, language=language)
    journal.record(events.PROFILE_CHANGED, f"user:{user.id}", by=user.id)
    user.refresh_from_db()
    return user


@transaction.atomic
def close(user: User, *, by: User | None) -> User:
    """Close an account: it signs in no more, and what it did stays in its name.

    Raises:
        Forbidden: `by` may not manage people.
        WrongState: closed already.

    Records: `people.closed`.
    """
    if by is not None:
        access.require_power(by, "people.manage")
    if not User.objects.filter(id=user.id, is_active=True).update(is_active=False):
        raise WrongState(_("This account is closed already."))
    journal.record(events.CLOSED, f"user:{user.id}", by=by.id if by else None)
    access.forget_holdings()
    user.refresh_from_db()
    return user


def demonstration_account(username: str, *, full_name: str) -> User:
    """Return a demonstration account, made on first use; it has no password and signs in by one click.

    Raises:
        Forbidden: this home is a real one.
    """
    if not home.is_demo():
        raise Forbidden(_("This is not a demonstration."))
    user, _fresh = User.objects.get_or_create(
        username=username,
        defaults={"full_name": full_name, "is_demonstration": True, "password": _no_password()},
    )
    return user
