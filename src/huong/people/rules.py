"""Roles and the powers they carry, as data; and how identifiers are shown. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

READING: Final = frozenset({"store.read", "journal.read", "reports.read", "exchange.watch", "procedures.read"})

POWERS: Final[dict[str, str]] = {
    "catalogue.edit": "write and change contracts",
    "catalogue.approve": "put contracts into force",
    "intake.load": "bring data in",
    "intake.repair": "repair, replay and drop refused rows",
    "store.read": "read shared data",
    "store.read_personal": "read columns that identify persons",
    "journal.read": "read the journal",
    "exchange.use": "ask other agencies for data, and use what was granted",
    "exchange.offer": "offer data services and decide who gets what",
    "exchange.watch": "see who uses which data, and unusual reading",
    "exchange.manage": "let members join the exchange, and manage their keys",
    "people.correct": "correct what is kept about a person, and restrict its use",
    "people.erase": "erase a person's data everywhere",
    "people.manage": "invite people, give posts and tokens",
    "system.operate": "operate the installation",
    "reports.send": "send field reports for others, as an app does",
    "reports.read": "see field reports",
    "reports.screen": "screen and dispatch field reports",
    "reports.handle": "work on field reports",
    "reports.contact": "read the contact of whoever sent a report",
    "reports.moderate": "hide and edit what everybody sees of reports",
    "reports.rules": "change categories, routes and clocks of reports",
    "procedures.read": "see dossiers",
    "procedures.receive": "take dossiers in",
    "procedures.handle": "work on dossiers",
    "procedures.sign": "sign results",
    "procedures.catalogue": "change procedures and publish their versions",
    "procedures.disrupt": "declare that offices could not work",
}


@dataclass(frozen=True)
class Role:
    """What a post with this role may do.

    `city_wide`: the powers hold in every agency, not only in the post's own.
    """

    powers: frozenset[str]
    city_wide: bool = False


REPORTS: Final = frozenset({"reports.send", "reports.read", "reports.screen", "reports.handle", "reports.contact"})

DOSSIERS: Final = frozenset({"procedures.read", "procedures.receive", "procedures.handle"})

ROLES: Final[dict[str, Role]] = {
    "officer": Role(frozenset({"store.read", "intake.load", "exchange.use"}) | REPORTS | DOSSIERS),
    "steward": Role(
        frozenset(
            {
                "store.read",
                "store.read_personal",
                "catalogue.edit",
                "intake.load",
                "intake.repair",
                "exchange.use",
                "exchange.offer",
                "exchange.watch",
                "people.correct",
                "reports.moderate",
            }
        )
        | REPORTS
        | DOSSIERS
    ),
    "leader": Role(
        frozenset(
            {"store.read", "reports.read", "exchange.watch", "procedures.read", "procedures.sign", "procedures.disrupt"}
        )
    ),
    "data_office": Role(
        frozenset(
            {
                "store.read",
                "catalogue.edit",
                "catalogue.approve",
                "intake.load",
                "intake.repair",
                "journal.read",
                "exchange.use",
                "exchange.offer",
                "exchange.watch",
                "exchange.manage",
                "people.correct",
                "people.erase",
                "reports.read",
                "reports.rules",
                "procedures.read",
                "procedures.catalogue",
                "procedures.disrupt",
            }
        ),
        city_wide=True,
    ),
    "operator": Role(
        frozenset({"store.read", "journal.read", "system.operate", "reports.moderate"}) | REPORTS, city_wide=True
    ),
    "admin": Role(frozenset({"people.manage", "system.operate", "journal.read", "exchange.manage"}), city_wide=True),
    "auditor": Role(
        frozenset({"store.read", "journal.read", "reports.read", "exchange.watch", "procedures.read"}), city_wide=True
    ),
}


def powers_of(role: str) -> frozenset[str]:
    """Return the powers of a role; an unknown role has none.

    >>> "catalogue.approve" in powers_of("data_office")
    True
    >>> powers_of("mayor")
    frozenset()
    """
    found = ROLES.get(role)
    return found.powers if found else frozenset()


def is_city_wide(role: str) -> bool:
    """Return whether the powers of a role hold in every agency."""
    found = ROLES.get(role)
    return bool(found and found.city_wide)


def needs_second_factor(powers: frozenset[str]) -> bool:
    """Return whether somebody with these powers must sign in with a second factor: all who do more than read.

    >>> needs_second_factor(frozenset({"store.read"}))
    False
    >>> needs_second_factor(frozenset({"store.read", "intake.load"}))
    True
    """
    return bool(powers - READING)


def masked(national_id: str) -> str:
    """Return a national id as it may be shown: the place of registration and nothing that tells persons apart.

    >>> masked("046090001234")
    '046***'
    """
    return national_id[:3] + "***" if national_id else ""


def roles_with(power: str) -> frozenset[str]:
    """Return the roles that carry a power."""
    return frozenset(name for name, role in ROLES.items() if power in role.powers)


def city_wide_roles_with(power: str) -> frozenset[str]:
    """Return the roles that carry a power in every agency."""
    return frozenset(name for name in roles_with(power) if ROLES[name].city_wide)


PHONE_DIGITS: Final = re.compile(r"0[35789]\d{8}")
CODE_DIGITS: Final = 6
CODE_TRIES: Final = 5


def phone(text: str) -> str:
    """Return a Vietnamese mobile number in one spelling; empty if it is none.

    >>> phone("+84 905.123.456"), phone("0905 123 456"), phone("19001075")
    ('0905123456', '0905123456', '')
    """
    bare = re.sub(r"[\s.()-]", "", text)
    bare = re.sub(r"^(\+84|0084)0?", "0", bare)
    return bare if PHONE_DIGITS.fullmatch(bare) else ""


def phone_shown(number: str) -> str:
    """Return a number as it may be shown.

    >>> phone_shown("0905123456")
    '09•••456'
    """
    return f"{number[:2]}•••{number[-3:]}"


DELEGABLE: Final[dict[str, str]] = {
    "apply": "apply for procedures",
    "pay": "pay fees",
    "read": "read dossiers and results",
    "share": "share verified facts with others",
}
NATIONAL_ID: Final = re.compile(r"\d{12}")
REPRESENTED_DAYS: Final = 365
DELEGATED_DAYS: Final = 366


def eighteenth_birthday(born: date) -> date:
    """Return the day on which somebody comes of age; who is born on 29 February does so on 1 March.

    >>> eighteenth_birthday(date(2008, 2, 29))
    datetime.date(2026, 3, 1)
    """
    try:
        return born.replace(year=born.year + 18)
    except ValueError:
        return date(born.year + 18, 3, 1)


def represented_until(kind: str, today: date, born: date | None) -> date:
    """Return the last day for which a representation counts: a year on, and for a child not beyond childhood.

    >>> represented_until("parent", date(2026, 11, 24), date(2009, 1, 5))
    datetime.date(2027, 1, 4)
    """
    latest = today + timedelta(days=REPRESENTED_DAYS)
    if kind != "parent":
        return latest
    return min(latest, eighteenth_birthday(born) - timedelta(days=1)) if born else today - timedelta(days=1)


def day(text: str) -> date | None:
    """Return a day as people write it, or as ISO 8601; None if it is none.

    >>> day("14/5/1992"), day("1992-05-14"), day("30/02/1992")
    (datetime.date(1992, 5, 14), datetime.date(1992, 5, 14), None)
    """
    for shape in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip(), shape).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
