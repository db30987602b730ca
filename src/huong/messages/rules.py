"""Addresses, codes and patience of outgoing messages. Pure functions."""

import re
from datetime import timedelta

CODE_DIGITS = 6
CODE_TRIES = 5
CODE_LIFE = timedelta(minutes=15)
ATTEMPTS = 8
LEASE = timedelta(minutes=5)
SLOW = timedelta(minutes=15)
_MAIL = re.compile(r"[^@\s<>,;\"]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,}")
_PATIENCE = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))


def normal_mail(address: str) -> str | None:
    """Return a mail address in one spelling (domain in lower case), None if it is not one.

    >>> normal_mail(" An@Hue.GOV.vn "), normal_mail("an at hue")
    ('An@hue.gov.vn', None)
    """
    stripped = address.strip()
    if len(stripped) > 254 or not _MAIL.fullmatch(stripped) or ".." in stripped:
        return None
    local, _at, domain = stripped.rpartition("@")
    return f"{local}@{domain.lower()}"


def normal_web(address: str) -> str | None:
    """Return a web address in one spelling, None if it is not one.

    >>> normal_web("https://example.org/hook "), normal_web("ftp://x")
    ('https://example.org/hook', None)
    """
    stripped = address.strip()
    return stripped if re.fullmatch(r"https?://[^\s/@]+(/\S*)?", stripped) else None


def masked(address: str) -> str:
    """Return an address as others may see it: enough to recognise, not enough to use.

    >>> masked("nguyen.an@hue.gov.vn"), masked("https://example.org/hook?token=1")
    ('ng•••@hue.gov.vn', 'https://example.org/•••')
    """
    local, at, domain = address.rpartition("@")
    if at and "://" not in address:
        return f"{local[:2]}•••@{domain}"
    if "://" in address:
        return "/".join(address.split("/")[:3]) + "/•••"
    return f"•••{address[-3:]}"


def wait_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many failed attempts; None when it is given up (after about a day).

    >>> wait_after(1), wait_after(8)
    (datetime.timedelta(seconds=60), None)
    """
    return _PATIENCE[attempts - 1] if attempts < ATTEMPTS else None
