"""From an ODCS document to a `ContractSpec`, with a problem for everything that cannot be used."""

import re
from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from huong.base.text import noop
from huong.catalogue.rules import holding
from huong.catalogue.rules.conformity import VERSIONS, conform
from huong.catalogue.rules.fields import MAX_BITS
from huong.catalogue.rules.parsed_fields import FieldReader, Semantic
from huong.catalogue.rules.parsed_rules import rules_of
from huong.catalogue.rules.parts import Extras, hours_of, items
from huong.catalogue.rules.problems import Document
from huong.catalogue.rules.reading import read
from huong.catalogue.rules.spec import CLASSIFICATIONS, DOMAINS, ContractSpec, Mode, Sharing

NAME: Final = re.compile(r"^[a-z][a-z0-9_]{1,62}$")
VERSION: Final = re.compile(r"^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$")
DAY: Final = re.compile(r"^\d{4}-\d{2}-\d{2}$")
MAX_FIELDS: Final = 400


class Parsed(NamedTuple):
    """What came of a text: a contract if nothing is worse than a warning, and the document with its problems."""

    spec: ContractSpec | None
    document: Document


def parse(
    text: str,
    semantics: Mapping[str, Semantic],
    code_lists: Container[str] | None = None,
    *,
    trusted: bool = False,
) -> Parsed:
    """Read a contract.

    Args:
        text: the YAML of the document.
        semantics: the semantic types that exist, without code lists.
        code_lists: the code lists that exist; None leaves them unchecked.
        trusted: whether the text was checked before, so that reading it is enough.
    """
    document = read(text)
    if not isinstance(document.value, dict):
        return Parsed(None, document)
    if not trusted:
        conform(document)
    _require_head(document)
    tables = list(items(document.value, "schema"))
    if len(tables) != 1:
        document.add(("schema",), noop("A contract describes one table: “schema:” should hold exactly one entry."))
    if document.refused and not tables:
        return Parsed(None, document)
    spec = _spec_of(document, tables[0][1], FieldReader(document, semantics, code_lists)) if tables else None
    if spec is not None and not document.refused and not trusted:
        holding.require_possible(document, spec)
    return Parsed(None if document.refused else spec, document)


def _require_head(document: Document) -> None:
    value = document.value
    version = value.get("version")
    if version is not None and not VERSION.match(str(version)):
        document.add(("version",), noop("The version should be three numbers with points, such as 1.0.0."))
    if "apiVersion" in value and value["apiVersion"] not in VERSIONS:
        document.add(("apiVersion",), noop("Hương reads the standard from v3.0.0 on. Please write apiVersion: v3.1.0."))
    if "id" in value and not NAME.match(str(value["id"])):
        document.add(
            ("id",),
            noop("“%(value)s” cannot name a dataset: small letters, digits and _ only, beginning with a letter."),
            value=value["id"],
        )


def _spec_of(document: Document, table: dict[str, Any], reader: FieldReader) -> ContractSpec:
    value, path = document.value, ("schema", 0)
    fields = reader.fields_of(table, path)
    if len(fields) > MAX_FIELDS:
        document.add((*path, "properties"), noop("A contract may have at most %(most)s fields."), most=MAX_FIELDS)
    extras = Extras(document, value, ())
    spec = ContractSpec(
        dataset=str(value.get("id", "")),
        version=str(value.get("version", "")),
        title_vi=str(value.get("name") or table.get("businessName") or value.get("id", "")),
        title_en=extras.text("titleEn") or str(value.get("name") or value.get("id", "")),
        fields=fields,
        key=reader.key(),
        rules=rules_of(document, table, fields),
        partition=reader.partition(),
        description=_description(value),
        unit_field=next((found.name for found in fields if found.semantic == "vn.unit"), ""),
        extra=(("slaDefaultElement", str(value.get("slaDefaultElement", ""))),),
    )
    spec = _with_promises(_with_facts(spec, document, extras), document, extras)
    if len(spec.checks) > MAX_BITS:
        document.add(
            (*path, "properties"),
            noop("The contract makes %(count)s checks on a row; at most %(most)s are possible. Leave some rules out."),
            count=len(spec.checks),
            most=MAX_BITS,
        )
    return spec


def _description(value: dict[str, Any]) -> str:
    found = value.get("description")
    return str(found.get("purpose") or found.get("usage") or "") if isinstance(found, dict) else ""


def _with_facts(spec: ContractSpec, document: Document, extras: Extras) -> ContractSpec:
    value = document.value
    team = value.get("team") if isinstance(value.get("team"), dict) else {}
    mode: Mode = extras.choice("mode", ("append", "upsert", "replace"), "append")  # type: ignore[assignment]
    if mode == "upsert" and not spec.key:
        document.add(
            extras.path("mode"), noop("To replace rows by their key, at least one field needs “primaryKey: true”.")
        )
    domain = str(value.get("domain") or "")
    if domain not in DOMAINS:
        document.add(
            ("domain",), noop("“domain” should be one of the city's six: %(allowed)s."), allowed=", ".join(DOMAINS)
        )
    owner = Extras(document, team, ("team",)).text("agencyCode") or extras.text("owner")
    if not owner:
        document.add(("team",), noop("Say which agency owns the data: “team:” with a custom property “agencyCode”."))
    sharing = extras.get("sharing") if isinstance(extras.get("sharing"), dict) else {}
    return replace(
        spec,
        mode=mode,
        domain=domain,
        owner=owner,
        steward=_steward(team),
        classification=extras.choice("classification", CLASSIFICATIONS, "shared"),
        expected_rows=extras.whole("expectedRows"),
        placeholders=extras.texts("placeholders"),
        publication=extras.text("publication"),
        licence=extras.text("licence"),
        sharing=Sharing(
            discoverable=sharing.get("discoverable", True) is not False,
            api=sharing.get("api", True) is not False,
            consumers=_codes(document, extras, sharing.get("consumers")),
        ),
    )


def _codes(document: Document, extras: Extras, listed: Any) -> tuple[str, ...]:
    if listed is not None and not isinstance(listed, list):
        document.add(extras.path("sharing"), noop("“consumers” should be a list of agency codes."))
        return ()
    return tuple(str(code) for code in listed or ())


def _steward(team: dict[str, Any]) -> str:
    return next(
        (str(member.get("username", "")) for _, member in items(team, "members") if member.get("role") == "steward"), ""
    )


def _with_promises(spec: ContractSpec, document: Document, extras: Extras) -> ContractSpec:
    """Read `slaProperties`: freshness (or latency), frequency, retention; and the review date of a static dataset."""
    for position, promise in items(document.value, "slaProperties"):
        path = ("slaProperties", position, "value")
        word, value, unit = promise.get("property"), promise.get("value"), promise.get("unit")
        if word in ("freshness", "latency"):
            hours = _hours(document, path, value, unit)
            spec = replace(spec, freshness_hours=hours, event_field=_element(document, spec, promise, position))
        elif word == "retention":
            hours = _hours(document, path, value, unit)
            spec = replace(spec, retention_days=round(hours / 24) if hours else None)
        elif word == "frequency":
            spec = replace(spec, frequency=f"{value} {unit or ''}".strip())
    review = extras.text("reviewDate")
    if review and not DAY.match(review):
        document.add(extras.path("reviewDate"), noop("A date is written as in 2026-12-31 here."))
    promised = {promise.get("property") for _, promise in items(document.value, "slaProperties")}
    if not promised & {"freshness", "latency"} and not review:
        document.add(
            ("slaProperties",),
            noop(
                "Nothing is promised on freshness, so “live” stays unknown. Add the property “freshness”, or “reviewDate”."
            ),
            warning=True,
        )
    return replace(spec, review_date=review)


def _hours(document: Document, path: tuple[str | int, ...], value: Any, unit: Any) -> float | None:
    hours = hours_of(value, unit)
    if hours is None:
        document.add(path, noop("Write a span of time as a number with a unit, such as value: 1, unit: d."))
    return hours


def _element(document: Document, spec: ContractSpec, promise: dict[str, Any], position: int) -> str:
    name = str(promise.get("element") or "").split(".")[-1]
    if not name or name in (spec.dataset, "schema"):
        return ""
    found = spec.by_name.get(name)
    if found is None or found.logical_type not in ("date", "timestamp"):
        document.add(
            ("slaProperties", position, "element"),
            noop("“%(label)s” is not a date or time field of this contract."),
            label=name,
        )
        return ""
    return name
