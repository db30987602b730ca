"""What is known of a dossier before it is resolved: answers, vault, life event, wishes, grants. A constant number of queries."""

from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Q

from huong.base import clock, keys
from huong.exchange import queries as exchange
from huong.people import queries as people
from huong.procedures.models import Bundle, Component, Dossier, Evidence, ExplicitRequest
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.values import answers_of, scope_of, vault_scope
from huong.procedures.rules.fields import fields_of
from huong.procedures.rules.nouns import Document
from huong.procedures.rules.planning import Paper, Situation
from huong.procedures.rules.resting import rests_on
from huong.procedures.rules.sources import Source, source

NOT_HER_WORD = frozenset({"proposed", "from_sign_in"})
CONTAINERS = {
    "unit_code": "residence",
    "unit_name": "residence",
    "address": "residence",
    "spouse_id": "marriage",
    "spouse_name": "marriage",
    "registration_number": "marriage",
    "registered_on": "marriage",
}


def situation_of(
    dossier: Dossier,
    parts: list[Component],
    *,
    anew: bool = False,
    behind: bool = False,
    only: Set[str] | None = None,
) -> Situation:
    """Return everything that planning a dossier needs.

    Args:
        anew: what was fetched before does not count: ask again.
        behind: whether sources are asked in the background, while she may type: then her own word stands beside what
            they say, and what they gave before stands until they answer anew.
        only: what may be looked for; everything else stands as it is. Everything if left out.
    """
    made = document_by_id(dossier.edition_id or 0)
    answers, now = answers_of(dossier, parts), clock.now()
    agreed, declined = wishes_of(dossier)
    places = _places(made)
    closed, granted = _rights(dossier, places)
    bundle, shared, results = told_in_application(dossier)
    return Situation(
        answers=answers,
        applicant=_applicant(dossier),
        vault=_vault(dossier, made, now),
        bundle=bundle,
        shared=shared,
        results=results,
        standing=_all_but(parts, only)
        if only is not None
        else frozenset(_standing(parts, declined, now))
        if not anew
        else _disputed(parts),
        rests=rests_on(made),
        typed=frozenset(part.key for part in parts if _typed(part)),
        agreed=agreed,
        declined=declined,
        closed=closed,
        granted=granted,
        hers=frozenset(part.key for part in parts if behind and _typed(part) and part.why not in NOT_HER_WORD),
        ageing=frozenset(part.key for part in parts if behind and part.locked and _of_same(part, declined, parts)),
    )


def _all_but(parts: Iterable[Component], only: Set[str]) -> frozenset[str]:
    return frozenset(part.key for part in parts) - only


def _typed(part: Component) -> bool:
    there = part.state in {"held", "later", "disputed"} or (part.state == "asking" and part.sealed is not None)
    return part.origin == "declared" and there


def _of_same(part: Component, declined: frozenset[str], parts: list[Component]) -> bool:
    """Return whether a source that may be used gave a value about the person that the form still names."""
    if not part.source:
        return False
    one = source(part.source)
    asked_about = next((each.changed_at for each in parts if each.key == one.whom), None)
    return one.place not in declined and (asked_about is None or asked_about <= part.changed_at)


def _applicant(dossier: Dossier) -> dict[str, str]:
    found = people.own_particulars(dossier.applicant)
    if found.get("kind") == "organisation" and "national_id" in found:
        found["tax_code"] = found.pop("national_id")
    return found


def wishes_of(dossier: Dossier) -> tuple[frozenset[str], frozenset[str]]:
    """Return the places that the applicant asked to use, and those that she does not want used.

    What she does not want used in one dossier is not used in the others of the same application either.
    """
    of_hers = (
        Q(dossier=dossier) | Q(dossier__bundle=dossier.bundle_id, use=False)
        if dossier.bundle_id
        else Q(dossier=dossier)
    )
    rows = list(ExplicitRequest.objects.filter(of_hers, revoked_at=None).values_list("source", "use"))
    return frozenset(place for place, use in rows if use), frozenset(place for place, use in rows if not use)


def _disputed(parts: Iterable[Component]) -> frozenset[str]:
    return frozenset(part.key for part in parts if part.state in {"disputed", "wanted"} or _hers(part))


def _hers(part: Component) -> bool:
    return part.kind == "paper" and part.origin in {"uploaded", "shown"} and part.state == "held"


def _standing(parts: list[Component], declined: frozenset[str], now: datetime) -> Iterable[str]:
    """Return what need not be looked for: papers of hers, what is disputed, what was fetched and still holds."""
    changed = {part.key: part.changed_at for part in parts}
    for part in parts:
        if (
            part.state in {"disputed", "wanted"}
            or _hers(part)
            or (part.why == "differs" and part.origin == "declared" and _of_same(part, declined, parts))
            or (part.locked and _fresh(part, declined, now, changed))
        ):
            yield part.key


def _fresh(part: Component, declined: frozenset[str], now: datetime, changed: Mapping[str, datetime]) -> bool:
    if part.valid_until is None or part.valid_until <= now or not part.source:
        return False
    one = source(part.source)
    asked_about = changed.get(one.whom)
    same_person = asked_about is None or part.fetched_at is None or asked_about <= part.changed_at
    return same_person and one.place not in declined


def _places(made: Document) -> dict[str, Source]:
    """Return the registers and datasets that a procedure may ask, by place."""
    named = [one for each in fields_of(made.form) for one in each.sources]
    named += [source(accepted.source) for need in made.requirements for accepted in need.accepts if accepted.source]
    return {one.place: one for one in named if one.kind in {"register", "store"}}


def _rights(dossier: Dossier, places: Mapping[str, Source]) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    """Return which places are closed, and why; and how far the others are granted."""
    closed: dict[str, str] = {}
    granted: dict[str, frozenset[str]] = {}
    services = {
        place: exchange.service_of_register(one.name) for place, one in places.items() if one.kind == "register"
    }
    rights = exchange.rights_of(dossier.agency, dossier.procedure, [name for name in services.values() if name])
    for place, name in services.items():
        if not name:
            closed[place] = "no_source"
        elif name in rights and rights[name] is None:
            closed[place] = "no_grant"
        elif fields := rights.get(name):
            granted[place] = fields | frozenset(part for part, whole in CONTAINERS.items() if whole in fields)
    for place, one in places.items():
        if one.kind == "store":
            held = exchange.grant_in_force(one.name, dossier.agency, dossier.procedure)
            closed |= {} if held else {place: "no_grant"}
            granted |= {place: held.fields} if held else {}
    return closed, granted


def _vault(dossier: Dossier, made: Document, now: datetime) -> dict[str, Paper]:
    types = {one.name for each in fields_of(made.form) for one in each.sources if one.kind == "vault"}
    types |= {accepted.type for need in made.requirements for accepted in need.accepts}
    if not types:
        return {}
    rows = Evidence.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=now), party=dossier.applicant, type__in=types, superseded_by=None,
        revoked_at=None,
    ).order_by("issued_at", "id")  # fmt: skip
    scope, found = vault_scope(dossier.applicant), list(rows)
    key = keys.data_keys([scope])[scope] if found else None
    if key is None:
        return {}
    return {row.type: Paper(row.pk, row.type, _opened(key, row), row.valid_until) for row in found}


def _opened(key: bytes, row: Evidence) -> dict[str, Any]:
    if row.sealed is None:
        return {}
    return dict(orjson.loads(keys.open_bytes(key, bytes(row.sealed), context=row.uid)))


def siblings_of(dossier: Dossier) -> list[Dossier]:
    """Return the other dossiers of the same application: of the life event, and for a twin those of the first child."""
    if dossier.bundle_id is None:
        return []
    first = Bundle.objects.filter(pk=dossier.bundle_id).values_list("twin_of", flat=True).first()
    bundles = [dossier.bundle_id, *([first] if first else [])]
    found = Dossier.objects.filter(bundle__in=bundles).exclude(pk=dossier.pk).exclude(state="withdrawn")
    return sorted(found.order_by("pk"), key=lambda each: each.bundle_id != dossier.bundle_id)


def told_in_application(
    dossier: Dossier,
) -> tuple[dict[str, dict[str, Any]], dict[str, Any], dict[str, frozenset[str]]]:
    """Return what other dossiers of the application were told, under both names, and what they will produce.

    A twin shares what is not each child's own with the dossiers of the first.
    """
    siblings = siblings_of(dossier)
    if not siblings:
        return {}, {}, {}
    told = _answers_of_all(siblings)
    bundle: dict[str, dict[str, Any]] = {}
    shared: dict[str, Any] = {}
    results: dict[str, frozenset[str]] = {}
    for sibling in siblings:
        made = document_by_id(sibling.edition_id or 0)
        twin = sibling.bundle_id != dossier.bundle_id
        known = fields_of(made.form)
        values = {
            each.path: value
            for each in known
            if (value := told[sibling.pk].get(each.path)) not in (None, "") and not (twin and each.own)
        }
        shared = {each.same: values[each.path] for each in known if each.path in values} | shared
        if not twin:
            bundle[sibling.procedure] = values
            results[sibling.procedure] = frozenset(kind.type for kind in made.results)
    return bundle, shared, results


def _answers_of_all(dossiers: list[Dossier]) -> dict[int, dict[str, Any]]:
    """Return the answers that stand of their own in several dossiers, with one look at rows and at keys.

    What a dossier itself has from another one of the application is left out, so that no answer feeds itself.
    """
    scopes = {dossier.pk: scope_of(dossier) for dossier in dossiers}
    opened = keys.data_keys(scopes.values())
    found: dict[int, dict[str, Any]] = {dossier.pk: {} for dossier in dossiers}
    rows = Component.objects.filter(dossier__in=dossiers, kind="field", sealed__isnull=False).exclude(origin="bundle")
    for part in rows.only("dossier_id", "key", "sealed"):
        key = opened[scopes[part.dossier_id]]
        if key is not None and part.sealed is not None:
            found[part.dossier_id][part.key] = orjson.loads(keys.open_bytes(key, bytes(part.sealed), context=part.key))
    return found
