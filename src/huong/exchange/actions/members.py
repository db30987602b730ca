"""Joining the exchange, keys and their rotation."""

import base64
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, Conflict, WrongState
from huong.exchange import events, keyring, knowing
from huong.exchange.models import Member, MemberKey
from huong.exchange.rules import identifiers
from huong.journal import actions as journal
from huong.people import access
from huong.people.models import User

KEY_DAYS = 365
OVERLAP_DAYS = 30
SKEW = timedelta(minutes=1)  # clocks of other houses may be a little behind


@transaction.atomic
def add(
    identifier: str,
    *,
    name: str,
    name_en: str = "",
    agency: str = "",
    address: str = "",
    own: bool = False,
    by: User | None,
) -> Member:
    """Let an agency's subsystem join the exchange. Idempotent: the same again renews name and address.

    Args:
        identifier: "VN/GOV/H57.8/data".
        agency: the code of the agency behind it, if it is one of the city.
        address: where its node answers, for members of other nodes.
        own: whether its key lies in this home.
        by: who adds it; None at the machine itself.

    Raises:
        Forbidden: `by` may not manage the exchange.
        BadInput: not an identifier, or a member elsewhere without an address.
        Conflict: the name belongs to a member that left.

    Records: `exchange.member_added` the first time.
    """
    if by is not None:
        access.require_power(by, "exchange.manage", agency or None)
    try:
        identifier = identifiers.member_id(identifier)
    except identifiers.Malformed as error:
        raise BadInput(
            _("“%(name)s” is not an X-Road identifier: %(why)s.") % {"name": identifier, "why": error}
        ) from error
    if not name.strip():
        raise BadInput(_("A member needs a name."))
    facts = {
        "name": name.strip(),
        "name_en": name_en.strip(),
        "agency": agency,
        "address": address.rstrip("/"),
        "own": own,
    }
    member, made = Member.objects.get_or_create(identifier=identifier, defaults={**facts, "joined_at": clock.now()})
    if member.left_at is not None:
        raise Conflict(_("%(member)s has left the exchange. Its name is not given again.") % {"member": identifier})
    if not made:
        knowing.changed()
        Member.objects.filter(id=member.id).update(**facts)
        member.refresh_from_db()
        return member
    knowing.changed()
    journal.record(events.MEMBER_ADDED, identifier, by=by.id if by else None, agency=agency, own=own)
    return member


@transaction.atomic
def leave(member: Member, *, by: User | None) -> Member:
    """Let a member leave: its keys and grants work no more, what happened stays.

    Raises:
        Forbidden: `by` may not manage the exchange.
        WrongState: it has left already.

    Records: `exchange.member_left`.
    """
    if by is not None:
        access.require_power(by, "exchange.manage", member.agency or None)
    if not Member.objects.filter(id=member.id, left_at=None).update(left_at=clock.now()):
        raise WrongState(_("This member has left already."))
    MemberKey.objects.filter(member=member, revoked_at=None).update(revoked_at=clock.now())
    knowing.changed()
    journal.record(events.MEMBER_LEFT, member.identifier, by=by.id if by else None, agency=member.agency)
    member.refresh_from_db()
    return member


def make_key(member: Member, *, by: User | None, days: int = KEY_DAYS) -> MemberKey:
    """Make a new key for a member of this home; the one before it stays valid for thirty days.

    Raises:
        Forbidden: `by` may not manage the exchange.
        BadInput: the member's keys lie elsewhere.

    Records: `exchange.key_added`.
    """
    if not member.own:
        raise BadInput(_("The private keys of %(member)s lie in its own house.") % {"member": member})
    public = keyring.make_key()
    until = clock.now() + timedelta(days=days)
    certificate = keyring.certify(public, member=member.identifier, name=member.name, until=until)
    with transaction.atomic():
        edge = clock.now() + timedelta(days=OVERLAP_DAYS)
        MemberKey.objects.filter(member=member, use="sign", revoked_at=None, valid_to__gt=edge).update(valid_to=edge)
        return _kept(member, "sign", public, certificate, until, by)


@transaction.atomic
def add_key(member: Member, pem: bytes, *, use: str = "sign", days: int = KEY_DAYS, by: User | None) -> MemberKey:
    """Accept a key or a certificate of a member: for its messages, or for its connections.

    Args:
        pem: a public key or a certificate (PEM).
        use: "sign", or "tls" for a system that comes with a client certificate.

    Raises:
        Forbidden: `by` may not manage the exchange.
        BadInput: not a key we take, or a certificate of an authority that is not trusted.
        Conflict: the key is known already.

    Records: `exchange.key_added`.
    """
    if use == "tls":
        return _kept(member, "tls", b"", pem.decode(), clock.now() + timedelta(days=days), by)
    public, certificate = keyring.public_of(pem)
    ends = keyring.require_certified(certificate, member=member.identifier)
    until = clock.now() + timedelta(days=days)
    return _kept(member, "sign", public, certificate, min(until, ends) if ends else until, by)


@transaction.atomic
def add_public(member: Member, public: bytes, *, key_id: str, days: int = KEY_DAYS, by: User | None) -> MemberKey:
    """Accept a bare public key (32 bytes) of a member under the id its owner gave it.

    Raises:
        Forbidden: `by` may not manage the exchange.
        BadInput: an authority is set up, so a certificate is needed; or it is no key.
        Conflict: the key is known already.

    Records: `exchange.key_added`.
    """
    if len(public) != 32 or not 0 < len(key_id) <= 64 or '"' in key_id:
        raise BadInput(_("This is not an Ed25519 public key with an id."))
    keyring.require_certified("", member=member.identifier)
    return _kept(member, "sign", public, "", clock.now() + timedelta(days=days), by, key_id=key_id)


def _kept(
    member: Member,
    use: str,
    public: bytes,
    certificate: str,
    until: datetime,
    by: User | None,
    *,
    key_id: str = "",
) -> MemberKey:
    if by is not None:
        access.require_power(by, "exchange.manage", member.agency or None)
    fingerprint = keyring.fingerprint_of(certificate) if certificate else ""
    key_id = key_id or (keyring.key_id_of(public) if public else fingerprint)
    if MemberKey.objects.filter(member=member, key_id=key_id).exists():
        raise Conflict(_("This key is known already."))
    key = MemberKey.objects.create(
        member=member,
        key_id=key_id,
        use=use,
        public=base64.b64encode(public).decode(),
        certificate=certificate,
        fingerprint=fingerprint,
        valid_from=clock.now() - SKEW,
        valid_to=until,
    )
    knowing.changed()
    journal.record(
        events.KEY_ADDED,
        member.identifier,
        by=by.id if by else None,
        agency=member.agency,
        key=key_id,
        use=use,
        until=until.isoformat(),
    )
    return key


@transaction.atomic
def revoke_key(key: MemberKey, *, by: User | None) -> MemberKey:
    """Stop a key at once, because it was lost or stolen.

    Raises:
        Forbidden: `by` may not manage the exchange.
        WrongState: it was revoked already.

    Records: `exchange.key_revoked`.
    """
    if by is not None:
        access.require_power(by, "exchange.manage", key.member.agency or None)
    if not MemberKey.objects.filter(id=key.id, revoked_at=None).update(revoked_at=clock.now()):
        raise WrongState(_("This key was revoked already."))
    knowing.changed()
    journal.record(
        events.KEY_REVOKED, key.member.identifier, by=by.id if by else None, agency=key.member.agency, key=key.key_id
    )
    key.refresh_from_db()
    return key


def signing_key(member: Member) -> MemberKey:
    """Return the key with which one of our members signs now; the first is made when there is none."""
    now = clock.now()
    found = (key for key in knowing.keys_of(member) if key.use == "sign" and key.holds_at(now))
    return next(found, None) or make_key(member, by=None)
