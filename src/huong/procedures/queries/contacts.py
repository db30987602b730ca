"""How an applicant is reached, and finding a dossier again by its code and what only its applicant knows."""

import hmac
import re
from datetime import date

from huong.base import keys
from huong.base.errors import KeyDestroyed
from huong.people import rules as spellings
from huong.procedures.models import Dossier
from huong.procedures.queries.values import opened, scope_of

CONTEXT = "contact"
_DAY = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4})")


def phone_hash_of(phone: str) -> str:
    """Return the keyed hash of a phone number in any spelling; empty for what is none."""
    spelt = spellings.phone(phone)
    return keys.keyed_hash(spelt, context="procedures.phone") if spelt else ""


def birth_hash_of(born: str) -> str:
    """Return the keyed hash of a birth date, as 1995-03-02 or 2/3/1995; empty for what is none."""
    day = _day(born.strip())
    return keys.keyed_hash(day.isoformat(), context="procedures.birth") if day else ""


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        return None


def contact_of(dossier: Dossier) -> dict[str, str]:
    """Return phone and mail of a dossier; empty where there is none, or it was erased."""
    try:
        found = opened(scope_of(dossier), dossier.sealed_contact, CONTEXT) or {}
    except KeyDestroyed:
        found = {}
    return {"phone": str(found.get("phone", "")), "mail": str(found.get("mail", ""))}


def looked_up(code: str, known: str) -> Dossier | None:
    """Return the dossier with a code, if somebody knows its phone number or birth date; None for anything else.

    The same work is done for a wrong code as for a wrong number, so that neither is told from the other.
    """
    dossier = Dossier.objects.filter(code=code.strip().upper()[:60]).exclude(code="").first()
    phone, born = phone_hash_of(known), birth_hash_of(known)
    held = (dossier.phone_hash, dossier.birth_hash) if dossier else ("", "")
    matches = [
        bool(given) and hmac.compare_digest(given, kept) for given, kept in zip((phone, born), held, strict=True)
    ]
    return dossier if any(matches) else None
