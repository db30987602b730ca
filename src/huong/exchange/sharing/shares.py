"""Letting a third party verify one fact: for a named purpose, a named recipient, some time; and taking it back."""

import base64
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import orjson
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from huong.base import city, clock, ids, keys, limits
from huong.base.errors import BadInput, HuongError, KeyDestroyed, NotFound, Unavailable, WrongState
from huong.exchange import events, keyring, queries
from huong.exchange.actions import members
from huong.exchange.errors import NoLongerShared, NotConfirmed
from huong.exchange.models import AccessRecord, FactShare, Member
from huong.exchange.registers import Asker
from huong.exchange.sharing import facts
from huong.exchange.sharing.facts import PURPOSE, Claims, Fact, Looked
from huong.journal import actions as journal
from huong.people import queries as people
from huong.people.models import Party, User
from huong.ui import words

LONGEST_DAYS: Final = 366
OPENINGS_AN_HOUR: Final = 60
GUESSES_A_MINUTE: Final = 20
PERSON: Final = "store.vn.citizen_id"


@dataclass(frozen=True)
class Opened:
    """A shared fact as the third party sees it: one fact, nothing else.

    Attributes:
        claims: empty where the source does not confirm it any more.
    """

    share: FactShare
    fact: Fact
    party: Party
    claims: Claims


def key_scope(party: str) -> str:
    """Return the name of the data key that protects what a party shares."""
    return f"shares:{party}"


def city_member() -> Member:
    """Return the member that asks the sources and signs: the city's own.

    Raises:
        NotFound: the city has not joined.
    """
    return queries.member(queries.own_identifier(str(city.facts().get("agency_code", ""))))


def look(party: Party, fact: Fact) -> Looked:
    """Ask the source of a fact about somebody, at their own wish. Opens no transaction: the wire is used.

    Raises:
        NotFound: the party's number is not known here.
        NotConfirmed: the source does not confirm it.
        Unavailable: the source refuses or is not to be had now.

    Records: `exchange.asked` or `exchange.failed`, or `store.read`.
    """
    found = _looked(party.public_id, fact)
    if not found.claims:
        raise NotConfirmed(_("The source does not confirm this about you, so there is nothing to share."))
    return found


def _looked(party: str, fact: Fact) -> Looked:
    number = people.number_of(party)
    if not number:
        raise NotFound(_("Your identity is not known here yet. Please sign in with VNeID."))
    try:
        return fact.look(number, Asker(city_member(), PURPOSE))
    except HuongError as error:  # which hop failed stands at the service's page and in the journal
        raise Unavailable(
            _("The source cannot be asked right now. Nothing was shared; please try again later."), code="source_silent"
        ) from error


@transaction.atomic
def share(
    party: Party, fact: Fact, looked: Looked, *, purpose: str, recipient: str, days: int, by: User
) -> tuple[FactShare, str]:
    """Let a recipient verify one fact for one purpose, for some days.

    Args:
        looked: what the source said just now, from `look`.
        by: who shares: the person, or who may act for the party.

    Returns:
        The share, and the code of its link.

    Raises:
        BadInput: no purpose, no recipient, or too long a time.

    Records: `exchange.fact_shared`.

    Source: Law on personal data protection 91/2025/QH15 (a named purpose, a named recipient, revocable).
    """
    purpose, recipient = " ".join(purpose.split()), " ".join(recipient.split())
    if len(purpose) < 5 or len(recipient) < 2:
        raise BadInput(_("Please say who may see it and what for."))
    if not 0 < days <= LONGEST_DAYS:
        raise BadInput(_("Please choose for how many days: 1 to %(days)d.") % {"days": LONGEST_DAYS})
    now, code = clock.now(), secrets.token_urlsafe(18)
    found = FactShare.objects.create(
        number=ids.new_id(),
        code_hash=_hashed(code),
        party=party.public_id,
        shared_by=by.id,
        fact=fact.code,
        purpose=purpose[:200],
        recipient=recipient[:160],
        sealed=_sealed(party.public_id, code, looked.claims),
        source=looked.source[:250],
        message_id=looked.exchange[:60],
        fetched_at=looked.fetched_at,
        fact_valid_until=looked.valid_until,
        shared_at=now,
        valid_to=now + timedelta(days=days),
    )
    journal.record(
        events.FACT_SHARED,
        f"share:{found.number}",
        by=by.id,
        audience="named",
        fact=fact.code,
        party=f"party:{party.public_id}",
        until=found.valid_to.isoformat(),
    )
    return found, code


def _hashed(code: str) -> str:
    return keys.keyed_hash(code, context="exchange.share")


def _sealed(party: str, code: str, claims: Claims) -> bytes:
    data = orjson.dumps({"code": code, "claims": dict(claims)})
    return keys.seal_bytes(keys.data_key(key_scope(party)), data, context="share")


def _unsealed(share: FactShare) -> dict[str, Any]:
    try:
        key = keys.data_key(key_scope(share.party))
    except KeyDestroyed as error:
        raise NoLongerShared(_("This is no longer shared.")) from error
    found: dict[str, Any] = orjson.loads(keys.open_bytes(key, bytes(share.sealed or b""), context="share"))
    return found


def code_of(share: FactShare) -> str:
    """Return the code of a share's link, for the page of whoever shares."""
    return str(_unsealed(share)["code"])


@transaction.atomic
def take_back(number: str, *, party: Party, by: User) -> FactShare:
    """Take a shared fact back; from this moment its link gives nothing.

    Raises:
        NotFound: the party shares nothing under this number.
        WrongState: it was taken back already.

    Records: `exchange.fact_share_ended`.
    """
    found = FactShare.objects.filter(number=number, party=party.public_id).first()
    if found is None:
        raise NotFound(_("You share nothing under this number."))
    if not FactShare.objects.filter(id=found.id, revoked_at=None).update(revoked_at=clock.now()):
        raise WrongState(_("You have taken this back already."))
    journal.record(events.FACT_SHARE_ENDED, f"share:{number}", by=by.id, audience="named")
    found.refresh_from_db()
    return found


@transaction.atomic
def forget(party: str) -> int:
    """Take back all that a party shares, and forget for whom and what for; that it was opened stays, without words.

    Returns:
        How many shares held words.
    """
    found = FactShare.objects.filter(party=party)
    sources = [f"share:{number}" for number in found.values_list("number", flat=True)]
    AccessRecord.objects.filter(source__in=sources).update(agency="", purpose="")
    found.filter(revoked_at=None).update(revoked_at=clock.now())
    count = found.exclude(sealed=None).update(sealed=None, recipient="", purpose="")
    keys.destroy(key_scope(party))
    return count


def open_(code: str, *, form: str, address: str) -> Opened:
    """Give a third party the one fact that a link stands for, confirmed by its source as of now.

    An answer of the source that is past its validity is not used: the source is asked again.

    Args:
        form: "page", "json" or "jwt".
        address: from where it is asked, so that codes cannot be guessed in numbers.

    Raises:
        NotFound: no such link.
        TooMany: too many wrong links from one address, or one link opened too often.
        NoLongerShared: its time is over, or it was taken back.
        Unavailable: the source does not answer now.

    Records: `exchange.fact_opened` or `exchange.fact_not_opened`.
    """
    found = FactShare.objects.filter(code_hash=_hashed(code)).first()
    if found is None:
        limits.take(f"share-guess:{address}", rate=GUESSES_A_MINUTE, per=timedelta(minutes=1))
        raise NotFound(_("There is no such link. Please ask the person for it again."))
    limits.take(f"share:{found.number}", rate=OPENINGS_AN_HOUR, per=timedelta(hours=1))
    try:
        return _opened(found, form)
    except HuongError as error:
        _not_opened(found, error)
        raise


def _opened(found: FactShare, form: str) -> Opened:
    _require_open(found)
    party = people.party_by_public_id(found.party)
    fact = facts.fact(found.fact, party.kind)
    looked = None
    if found.fact_valid_until <= clock.now():
        looked = _asked_again(found, fact)
    claims: Claims = looked.claims if looked else _unsealed(found)["claims"]
    return _noted(found, fact, party, looked, claims, form)


def _require_open(found: FactShare) -> None:
    if found.revoked_at is not None:
        raise NoLongerShared(_("This was taken back by whoever shared it. Nothing is shown any more."))
    if found.valid_to <= clock.now():
        until = words.moment(found.valid_to)
        raise NoLongerShared(_("This was shared until %(until)s. Please ask for a new link.") % {"until": until})


def _asked_again(found: FactShare, fact: Fact) -> Looked:
    try:
        return _looked(found.party, fact)
    except HuongError as error:
        at = words.moment(found.fetched_at)
        raise Unavailable(
            _("The source does not answer now; its last answer (%(at)s) is too old to be used. Try again later.")
            % {"at": at},
            code="source_silent",
        ) from error


@transaction.atomic
def _noted(found: FactShare, fact: Fact, party: Party, looked: Looked | None, claims: Claims, form: str) -> Opened:
    """Write the opening down, unless the share ended a moment ago."""
    now, changes = clock.now(), _renewed(found, looked)
    running = FactShare.objects.filter(id=found.id, revoked_at=None, valid_to__gt=now)
    if not running.update(openings=F("openings") + 1, opened_at=now, **changes):
        raise NoLongerShared(_("This was taken back by whoever shared it. Nothing is shown any more."))
    found.refresh_from_db()
    AccessRecord.objects.create(
        person=people.joined_hash(party.public_id, context=PERSON),
        at=now,
        agency=found.recipient,
        fields=found.fact,
        purpose=found.purpose,
        source=f"share:{found.number}",
        shown_from=now,
    )
    holds = "yes" if claims else "no"
    journal.record(
        events.FACT_OPENED, f"share:{found.number}", audience="named", fact=found.fact, form=form, holds=holds
    )
    return Opened(found, fact, party, claims)


def _renewed(found: FactShare, looked: Looked | None) -> dict[str, Any]:
    if looked is None:
        return {}
    return {
        "sealed": _sealed(found.party, code_of(found), looked.claims),
        "source": looked.source[:250],
        "message_id": looked.exchange[:60],
        "fetched_at": looked.fetched_at,
        "fact_valid_until": looked.valid_until,
    }


@transaction.atomic
def _not_opened(found: FactShare, error: HuongError) -> None:
    journal.record(
        events.FACT_NOT_OPENED, f"share:{found.number}", audience="named", fact=found.fact, reason=error.code
    )


def signed(opened: Opened, *, address: str, keys_at: str) -> str:
    """Return a shared fact as a signed token (JWS, compact, Ed25519), which proves itself without us.

    Args:
        address: of the link, where the fact can be verified anew.
        keys_at: where our public keys are.

    Source: RFC 7515, RFC 7519, RFC 8037. It expires with the source's answer: later one asks again.
    """
    share, member = opened.share, city_member()
    key_id = members.signing_key(member).key_id
    claims = {
        "iss": member.identifier,
        "aud": share.recipient,
        "jti": ids.new_id(),
        "iat": int(clock.now().timestamp()),
        "exp": int(min(share.fact_valid_until, share.valid_to).timestamp()),
        **described(opened),
        "verify_at": address,
        "jwks_uri": keys_at,
    }
    head = {"alg": "EdDSA", "typ": "JWT", "kid": key_id}
    body = f"{_b64(orjson.dumps(head))}.{_b64(orjson.dumps(claims))}"
    return f"{body}.{_b64(keyring.sign(key_id, body.encode()))}"


def described(opened: Opened) -> dict[str, Any]:
    """Return a shared fact as plain values: whose, what, from which source, when, what for, until when."""
    share = opened.share
    return {
        "subject": {"name": opened.party.name, "number": opened.party.national_id_shown},
        "fact": share.fact,
        "holds": bool(opened.claims),
        "claims": dict(opened.claims),
        "source": share.source,
        "exchange": share.message_id,
        "fetched_at": share.fetched_at.isoformat(),
        "valid_until": share.fact_valid_until.isoformat(),
        "purpose": share.purpose,
        "recipient": share.recipient,
        "shared_until": share.valid_to.isoformat(),
    }


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
