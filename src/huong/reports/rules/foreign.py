"""What another Open311 system answers, read as plain values: XML or JSON, whatever it calls its form. Pure.

Source: GeoReport v2 of Open311; the updates extension of mySociety. Existing servers wrap lists in an object, leave
fields out, send numbers as ids and times without a zone: all of that is read, and nothing else is believed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from huong.base.text import storable
from huong.reports.rules import geo_report

Record = Mapping[str, Any]
WRAPPED = ("service_requests", "requests", "services", "service_request_updates", "request_updates", "errors")
DEEPEST = 6


@dataclass(frozen=True)
class Foreign:
    """A report of another system as it stands there; `token` instead of `id` until the id is known."""

    id: str
    token: str
    is_open: bool
    notes: str
    code: str
    name: str
    description: str
    address: str
    point: tuple[float, float] | None
    media_url: str
    requested_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True)
class News:
    """An update of a report in another system."""

    id: str
    request_id: str
    status: str
    text: str
    at: datetime | None


def records_of(document: bytes) -> list[dict[str, Any]]:
    """Return the records of an answer, whether it is XML or JSON, a list or a list in an object.

    Raises:
        ValueError: it is neither, or was cut off.

    >>> records_of(b'<services><service><service_code>01</service_code></service></services>')
    [{'service_code': '01'}]
    >>> records_of(b'{"service_requests": [{"service_request_id": 7}]}')
    [{'service_request_id': 7}]
    """
    text = document.strip()
    if text.startswith((b"<", b"\xef\xbb\xbf<")):
        return _of_xml(text)
    try:
        found = json.loads(text)
    except (UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if isinstance(found, dict):
        found = next((found[name] for name in WRAPPED if isinstance(found.get(name), list)), [found])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError("no list of records")
    return found


def _of_xml(text: bytes) -> list[dict[str, Any]]:
    try:
        root = fromstring(text)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(str(error)) from error
    return [value for each in root if isinstance(value := _plain(each, 0), dict)]


def _plain(element: Element, depth: int) -> Any:
    if len(element) == 0:
        return (element.text or "").strip()
    if depth > DEEPEST:
        raise ValueError("too deep")
    found: dict[str, Any] = {}
    for each in element:
        found.setdefault(each.tag, _plain(each, depth + 1))
    return found


def text_of(record: Record, name: str, longest: int) -> str:
    """Return a field as a text; a number as its digits, anything else that is no text as empty.

    >>> text_of({"service_request_id": 7, "zipcode": None}, "service_request_id", 10)
    '7'
    """
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return storable(str(value)).strip()[:longest]


def _instant(record: Record, name: str, zone: tzinfo) -> datetime | None:
    text = text_of(record, name, 60)
    try:
        return geo_report.instant(text, zone).astimezone(UTC) if text else None
    except (ValueError, OverflowError):  # no time, or one that lies before or after all calendars
        return None


def _point(record: Record) -> tuple[float, float] | None:
    lon, lat = text_of(record, "long", 40) or text_of(record, "lon", 40), text_of(record, "lat", 40)
    try:
        point = (float(lon), float(lat))
    except ValueError:
        return None
    on_earth = abs(point[0]) <= 180 and abs(point[1]) <= 90  # not a number is neither
    return point if on_earth and point != (0, 0) else None


def request_of(record: Record, zone: tzinfo) -> Foreign:
    """Return a record as a report of another system.

    Args:
        zone: what a time without one is taken to be in.
    """
    return Foreign(
        id=text_of(record, "service_request_id", 120),
        token=text_of(record, "token", 200),
        is_open=text_of(record, "status", 40).lower() != geo_report.CLOSED,
        notes=text_of(record, "status_notes", 4000),
        code=text_of(record, "service_code", 120),
        name=text_of(record, "service_name", 200),
        description=text_of(record, "description", 8000),
        address=text_of(record, "address", 400),
        point=_point(record),
        media_url=text_of(record, "media_url", 1000),
        requested_at=_instant(record, "requested_datetime", zone),
        updated_at=_instant(record, "updated_datetime", zone),
    )


def news_of(record: Record, zone: tzinfo) -> News:
    """Return a record as an update of another system."""
    return News(
        id=text_of(record, "update_id", 120),
        request_id=text_of(record, "service_request_id", 120),
        status=text_of(record, "status", 40),
        text=text_of(record, "description", 4000),
        at=_instant(record, "updated_datetime", zone),
    )


def refusal_in(document: bytes) -> str:
    """Return what a list of errors says, empty if the answer is none.

    >>> refusal_in(b'[{"code": 400, "description": "lat was not provided"}]')
    'lat was not provided'
    """
    try:
        found = records_of(document)
    except ValueError:
        return ""
    return "; ".join(filter(None, (text_of(each, "description", 200) for each in found[:3])))
