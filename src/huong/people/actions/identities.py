"""Signing in with an identity that somebody else vouches for: OpenID Connect, or a phone number."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids, keys
from huong.base.errors import Forbidden
from huong.journal import actions as journal
from huong.people import assurance, events, queries, rules
from huong.people.actions import parties, representations
from huong.people.errors import SignInRefused
from huong.people.models import Identity, Party, User
from huong.people.relying import Claims

PHONE = "phone"


def subject_hash(issuer: str, subject: str) -> str:
    """Return the keyed hash under which a subject of an issuer is kept."""
    return keys.keyed_hash(f"{issuer}\x00{subject}", context="people.identity")


def sign_in(claims: Claims) -> User:
    """Return the account of whom an issuer vouches for, made now if they come for the first time.

    Raises:
        Forbidden: the account is closed, the issuer names nobody, or it names another person than the last time.

    Records: `people.identity_linked` and `people.party_registered` the first time, `people.represents` and
    `people.representation_ended` where that changed, `people.signed_in`.
    """
    try:
        return _signed_in(claims)
    except IntegrityError:  # two windows came for the first time at once: the other one made the account
        return _signed_in(claims)


@transaction.atomic
def _signed_in(claims: Claims) -> User:
    found = Identity.objects.filter(issuer=claims.issuer, subject_hash=subject_hash(claims.issuer, claims.subject))
    identity = found.select_related("user", "party").first() or _first_time(claims)
    _require_same_person(identity, claims)
    if not identity.user.is_active:
        raise SignInRefused(_("This account is closed. Please ask at the service centre."), code="closed")
    if claims.level >= assurance.HIGH and identity.party is not None:
        representations.from_issuer(identity.party, claims, by=identity.user)
    journal.record(events.SIGNED_IN, f"user:{identity.user_id}", by=identity.user_id, audience="named", way="openid")
    return identity.user


def _require_same_person(identity: Identity, claims: Claims) -> None:
    party = identity.party
    if party is not None and claims.national_id and party.national_id_hash != queries.hash_of(claims.national_id):
        raise SignInRefused(
            _("The provider names another person than the last time. Please ask at the service centre."),
            code="openid_another_person",
        )


def _first_time(claims: Claims) -> Identity:
    party = _party(claims)
    known = Identity.objects.filter(party=party).select_related("user").order_by("id").first()
    user = known.user if known else _account(party.name)
    return _linked(user, claims.issuer, claims.subject, party, claims.level)


def _party(claims: Claims) -> Party:
    if not claims.national_id or not claims.name.strip():
        raise SignInRefused(_("The provider did not say who you are. Please sign in again."), code="openid_no_person")
    return parties.register(
        "person", name=claims.name, national_id=claims.national_id, birth_date=claims.birth_date, by=None
    )


def _account(name: str) -> User:
    user = User(username=f"citizen-{ids.new_id()}", full_name=name[:120])
    user.set_unusable_password()
    user.save()
    return user


def _linked(user: User, issuer: str, subject: str, party: Party | None, level: int) -> Identity:
    made = Identity.objects.create(
        user=user, party=party, issuer=issuer, subject_hash=subject_hash(issuer, subject), created_at=clock.now()
    )
    journal.record(
        events.IDENTITY_LINKED,
        f"user:{user.id}",
        by=user.id,
        audience="named",
        issuer=PHONE if issuer == PHONE else "openid",
        level=level,
    )
    return made


@transaction.atomic
def link(user: User, claims: Claims) -> Identity:
    """Join somebody's account to their identity at an issuer, so that they can sign in by it.

    Raises:
        Forbidden: a demonstration account, or a low level; the identity, or the person, belongs to another account
            already; or this account to another person.

    Records: `people.identity_linked`; `people.party_registered` if the person is new.
    """
    if user.is_demonstration:
        raise Forbidden(_("Demonstration accounts cannot be changed."))
    if claims.level < assurance.HIGH:
        raise SignInRefused(_("Please sign in there at level 2."), code="higher_assurance_needed")
    party = _party(claims)
    taken = Identity.objects.filter(party=party).exclude(user=user).exists()
    own = queries.party_of_user(user)
    if taken or (own is not None and own.id != party.id):
        raise SignInRefused(
            _("This identity belongs to another account. Sign out, and sign in with it instead."), code="identity_taken"
        )
    hashed = subject_hash(claims.issuer, claims.subject)
    found = Identity.objects.filter(issuer=claims.issuer, subject_hash=hashed, user=user).first()
    return found or _linked(user, claims.issuer, claims.subject, party, claims.level)


@transaction.atomic
def sign_in_by_phone(number: str) -> User:
    """Return the account of a phone number, made now if it comes for the first time.

    Args:
        number: ten digits, proven a moment ago.

    Raises:
        Forbidden: the account is closed.

    Records: `people.identity_linked` the first time, `people.signed_in`.
    """
    found = (
        Identity.objects.filter(issuer=PHONE, subject_hash=subject_hash(PHONE, number)).select_related("user").first()
    )
    identity = found or _linked(_account(rules.phone_shown(number)), PHONE, number, None, assurance.LOW)
    if not identity.user.is_active:
        raise SignInRefused(_("This account is closed. Please ask at the service centre."), code="closed")
    journal.record(events.SIGNED_IN, f"user:{identity.user_id}", by=identity.user_id, audience="named", way="phone")
    return identity.user


@transaction.atomic
def note_refusal(reason: str, *, by: User | None) -> None:
    """Write down that an OpenID answer was refused, and why.

    Records: `people.openid_refused`.
    """
    subject = f"user:{by.id}" if by else "openid"
    journal.record(events.OPENID_REFUSED, subject, by=by.id if by else None, audience="named", reason=reason)
