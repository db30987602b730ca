"""X-Road identifiers and addresses, parsed strictly: what is not plainly one thing is refused.

Source: X-Road "Message Protocol for REST" (PR-REST) sections 4.1 to 4.8; identifier alphabet of 4.8.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

LONGEST: Final = 2000
SAFE: Final = "'()+,-.="
_PART = re.compile(r"[A-Za-z0-9'()+,\-.=?]{1,80}")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\%]")
_USER = re.compile(r"[A-Z]{2}[A-Za-z0-9.\-]{1,40}")
_ISSUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-:_]{0,79}(?:/[A-Za-z0-9][A-Za-z0-9.\-:_]{0,79})?")
_UUID = re.compile(r"(?:[A-Za-z0-9.]{1,20}-)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


class Malformed(ValueError):
    """Something that is not an identifier or address of the protocol; the text says what is wrong."""


@dataclass(frozen=True)
class Address:
    """What a request path names: the provider's member, the service, and the path inside it."""

    member: str
    service: str
    rest: str

    @property
    def identifier(self) -> str:
        """Return member and service as one text."""
        return f"{self.member}/{self.service}"


def member_id(text: str, *, parts: tuple[int, ...] = (4,)) -> str:
    """Return a member's identifier in its one spelling.

    >>> member_id("VN/GOV/H57.8/data")
    'VN/GOV/H57.8/data'
    >>> member_id("VN/GOV/H57.8/../data")
    Traceback (most recent call last):
    ...
    huong.exchange.rules.identifiers.Malformed: an identifier has 4 parts with "/" between them
    """
    found = [_identifier(part) for part in text.split("/")]
    if len(found) not in parts:
        raise Malformed(f'an identifier has {" or ".join(map(str, parts))} parts with "/" between them')
    return "/".join(found)


def _identifier(part: str) -> str:
    if _ESCAPE.search(part):
        raise Malformed("a percent sign begins an escape of two hex digits")
    plain = unquote(part)
    if not _PART.fullmatch(plain) or set(plain) == {"."}:
        raise Malformed("a part of an identifier holds letters, digits and '()+,-.=? only")
    return plain


def address_of(raw_path: str) -> Address:
    """Return what a raw request path (percent-encoded, as it came) names.

    >>> address_of("/r1/VN/GOV/H57.8/data/hydrants/rows").rest
    '/rows'

    Raises:
        Malformed: too long, too short, dot segments, encoded slashes, empty segments, spaces.
    """
    if len(raw_path) > LONGEST:
        raise Malformed(f"an address has at most {LONGEST} characters")
    if not raw_path.startswith("/r1/"):
        raise Malformed("an address of the protocol begins with /r1/")
    segments = raw_path[4:].split("/")
    if len(segments) < 5:
        raise Malformed("an address names instance, class, member, subsystem and service")
    member = member_id("/".join(segments[:4]))
    rest = [_segment(part) for part in segments[5:]]
    return Address(member, _identifier(segments[4]), "".join(f"/{part}" for part in rest))


def _segment(part: str) -> str:
    if _ESCAPE.search(part):
        raise Malformed("a percent sign begins an escape of two hex digits")
    plain = unquote(part)
    if plain in {"", ".", ".."} or "/" in plain:
        raise Malformed("an address has no empty segments, dot segments or encoded slashes")
    if _FORBIDDEN.search(plain):
        raise Malformed("an address has no spaces, backslashes or escapes of escapes")
    return plain


def path_of(identifier: str, rest: str = "") -> str:
    """Return the request path of a service.

    >>> path_of("VN/GOV/G01/population/persons", "/search")
    '/r1/VN/GOV/G01/population/persons/search'
    """
    parts = [*identifier.split("/"), *[part for part in rest.split("/") if part]]
    return "/r1/" + "/".join(quote(part, safe=SAFE) for part in parts)


def message_id(text: str) -> str:
    """Return the id of a message: a UUID, with or without the instance before it."""
    if not _UUID.fullmatch(text):
        raise Malformed("X-Road-Id is a UUID")
    return text


def user_id(text: str) -> str:
    """Return the id of the person for whom is asked: a country and a number."""
    if text and not _USER.fullmatch(text):
        raise Malformed("X-Road-UserId is a country and a number, such as VN046...")
    return text


def issue(text: str) -> str:
    """Return the matter: a purpose, or a purpose and the number of the dossier, with "/" between them.

    >>> issue("1.001193/H57.21-261124-0042")
    '1.001193/H57.21-261124-0042'
    """
    if text and not _ISSUE.fullmatch(text):
        raise Malformed("X-Road-Issue is a purpose, or a purpose/dossier, without spaces")
    return text


def purpose_of(text: str) -> str:
    """Return the purpose that an issue names.

    >>> purpose_of("1.001193/H57.21-261124-0042"), purpose_of("")
    ('1.001193', '')
    """
    return text.partition("/")[0]


def matches(glob: str, path: str) -> bool:
    """Return whether a path lies under an endpoint: `*` is one segment, `**` the rest.

    >>> matches("/rows/*", "/rows/HD-01"), matches("/rows/*", "/rows"), matches("/**", "/a/b")
    (True, False, True)
    """
    pattern = re.escape(glob).replace(r"\*\*", ".*").replace(r"\*", "[^/]+")
    return re.fullmatch(pattern, path or "/") is not None or re.fullmatch(pattern, path) is not None
