"""A page of Open311 is written quickly, and says byte for byte what writing it value by value says."""

import json
import random
import re
from xml.sax.saxutils import escape

import pytest
from defusedxml import ElementTree

from huong.reports.rules import geo_report

UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
PIECES = (
    "Cống nghẹt", "a < b", "R&D", "]]>", "<![CDATA[", "&amp;", "\x00", "\x0b", "\x1f", "\t", "\n", "\r", "\ufffe", "\uffff",
    "\ud83d", "🚰", "👩‍👩‍👧", "'\"", "e\u0302\u0301", "", " ", "\u2028", "<!--", "--&#0;", "\u200f", "\x7f",
)  # fmt: skip
NAMES = ("service_request_id", "status_notes", "description", "address", "lat", "long", "media_url")
KINDS = ("text", "text", "text", "none", "number", "count", "truth", "keys", "map")


def value_by_value(name, value):
    """Write an element as the standard says it, one value at a time."""
    if value is None or value == "":
        return f"<{name}/>"
    if isinstance(value, dict):
        return f"<{name}>{''.join(value_by_value(key, each) for key, each in value.items())}</{name}>"
    if isinstance(value, list):
        return f"<{name}>{''.join(value_by_value(geo_report.ITEMS[name], each) for each in value)}</{name}>"
    text = value if isinstance(value, str) else json.dumps(value)
    return f"<{name}>{escape(UNFIT.sub('', text))}</{name}>"


def odd(dice, kind):
    made = {
        "none": None,
        "number": dice.uniform(-180, 180),
        "count": dice.randrange(10**9),
        "truth": dice.random() < 0.5,
        "keys": {"values": [{"key": "a&b", "name": None}, {}]},
        "map": {},
    }
    return made[kind] if kind in made else "".join(dice.choices(PIECES, k=dice.randrange(6)))


def odd_records(count):
    dice = random.Random(311)
    return [{name: odd(dice, dice.choice(KINDS)) for name in NAMES} for _each in range(count)]


def test_it_is_the_same_for_hundreds_of_odd_records():
    records = odd_records(400)
    head = '<?xml version="1.0" encoding="utf-8"?>'
    assert geo_report.written("xml", "service_requests", records) == head + value_by_value("service_requests", records)
    assert geo_report.written("json", "service_requests", records) == json.dumps(records, ensure_ascii=False)


def test_a_client_reads_it_whatever_people_wrote():
    records = odd_records(400)
    root = ElementTree.fromstring(geo_report.written("xml", "service_requests", records).encode())
    assert len(root) == 400
    told = [(each.findtext("description") or "") for each in root]
    meant = [each["description"] for each in records]
    for found, said in zip(told, meant, strict=True):
        if isinstance(said, str):  # XML reads each end of a line as one
            assert found == UNFIT.sub("", said).replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("tree", [None, "", [], {}, "words & more", 3])
def test_a_tree_that_is_no_list_is_the_same_too(tree):
    assert geo_report.written("xml", "services", tree).endswith(value_by_value("services", tree))
