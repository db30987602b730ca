"""The forms of Open311 GeoReport v2: one tree of plain values, written as XML or as JSON with the same values. Pure.

Source: GeoReport v2 and Service Discovery of Open311 (open311.org); the updates extension of mySociety.
"""

import json
import re
from collections.abc import Mapping
from datetime import MAXYEAR, MINYEAR, datetime, tzinfo
from typing import Any
from xml.sax.saxutils import escape

FORMS = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
    "key_values": "key_value",
}
OPEN, CLOSED = "open", "closed"
DATATYPES = {"text": "string", "number": "number", "choice": "singlevaluelist", "yesno": "singlevaluelist"}
TOLD, BEGUN, DONE, ENDED = "tell", "take", "answer", "close"
MEANINGS = {
    "OPEN": TOLD,
    "CONFIRMED": TOLD,
    "INVESTIGATING": BEGUN,
    "IN_PROGRESS": BEGUN,
    "ACTION_SCHEDULED": BEGUN,
    "PLANNED": BEGUN,
    "FIXED": DONE,
    "CLOSED": DONE,
    "NO_FURTHER_ACTION": ENDED,
    "UNABLE_TO_FIX": ENDED,
    "NOT_COUNCILS_RESPONSIBILITY": ENDED,
    "NOT_RESPONSIBLE": ENDED,
    "DUPLICATE": ENDED,
    "INTERNAL_REFERRAL": ENDED,
}
STATUSES = {
    "received": "OPEN",
    "accepted": "CONFIRMED",
    "dispatched": "CONFIRMED",
    "reopened": "OPEN",
    "asked": "INVESTIGATING",
    "in_progress": "IN_PROGRESS",
    "answered": "FIXED",
    "closed": "NO_FURTHER_ACTION",
    "merged": "DUPLICATE",
    "referred": "NOT_RESPONSIBLE",
    "petition": "NOT_RESPONSIBLE",
    "rejected": "NO_FURTHER_ACTION",
}
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_SPECIAL = re.compile(f"[&<>]|{_UNFIT.pattern}")
_SHIFTED = re.compile(r"(?<=\d) (?=\d\d:?\d\d$)")


def written(form: str, root: str, value: Any) -> str:
    """Return a tree as a document of one form; in JSON the root is bare and nothing is null.

    >>> written("xml", "services", [{"service_code": "001", "keywords": None}])[38:]
    '<services><service><service_code>001</service_code><keywords/></service></services>'
    >>> written("json", "services", [{"service_code": "001", "keywords": None}])
    '[{"service_code": "001", "keywords": null}]'
    """
    if form == "json":
        return json.dumps(value, ensure_ascii=False)
    parts = ['<?xml version="1.0" encoding="utf-8"?>']
    _element(parts, root, value)
    return "".join(parts)


def _element(parts: list[str], name: str, value: Any) -> None:
    """Add an element; what stands within a record is written here, the rest by itself (a page has 17,000 values)."""
    if isinstance(value, dict) and value:
        parts.append(f"<{name}>")
        for key, each in value.items():
            if each is None or each == "":
                parts.append(f"<{key}/>")
            elif isinstance(each, dict | list):
                _element(parts, key, each)
            else:
                parts.append(f"<{key}>{_text(each)}</{key}>")
        parts.append(f"</{name}>")
    elif isinstance(value, list | dict):
        parts.append(f"<{name}>")
        for each in value:
            _element(parts, ITEMS[name], each)
        parts.append(f"</{name}>")
    else:
        parts.append(f"<{name}/>" if value is None or value == "" else f"<{name}>{_text(value)}</{name}>")


def _text(value: Any) -> str:
    """Return a value as it may stand in XML: letters that have no place there left out, the three of markup escaped."""
    text = value if isinstance(value, str) else json.dumps(value)
    return escape(_UNFIT.sub("", text)) if _SPECIAL.search(text) else text


def instant(text: str, zone: tzinfo) -> datetime:
    """Return the instant that a client means; a plus sign that became a space in the address is put back.

    Args:
        text: W3C date and time; without a zone it is taken as the city's.
        zone: the city's.

    Raises:
        ValueError: it is none.

    >>> from datetime import UTC
    >>> instant("2026-11-25T09:00:00 07:00", UTC).isoformat()
    '2026-11-25T09:00:00+07:00'
    """
    found = datetime.fromisoformat(_SHIFTED.sub("+", text.strip()))
    if not MINYEAR < found.year < MAXYEAR:  # in another zone it may lie in no year at all
        raise ValueError(text)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def answers_in(fields: Mapping[str, list[str]]) -> dict[str, str]:
    """Return the answers to a service's questions: `attribute[CODE]=v`, `attribute[CODE][]=v` for several.

    >>> answers_in({"attribute[lamps]": ["3"], "attribute[kind][]": ["a", "b"], "lat": ["1"]})
    {'lamps': '3', 'kind': 'a, b'}
    """
    found = {}
    for name, values in fields.items():
        if name.startswith("attribute[") and name.rstrip("[]"):
            code = name[len("attribute[") :].split("]")[0]
            found[code] = ", ".join(value for value in values if value)
    return {code: value for code, value in found.items() if code and value}


def meaning_of(status: str) -> str | None:
    """Return which move an outside status asks for, None if the status is not known.

    >>> meaning_of("fixed"), meaning_of("in progress"), meaning_of("vanished")
    ('answer', 'take', None)
    """
    return MEANINGS.get(status.strip().upper().replace(" ", "_").replace("-", "_"))
