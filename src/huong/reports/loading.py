"""Loading the city's rules for field reports from its folder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, plain_yaml
from huong.base.errors import BadInput
from huong.base.ids import digest, new_id
from huong.journal import actions as journal
from huong.reports import events
from huong.reports.models import CityRule, RuleEdition
from huong.reports.queries.book import forget
from huong.reports.rules import nouns

FOLDER = "reports"


def load(folder: Path) -> int:
    """Load `reports/*.yaml` of a city: each maps kinds of rules to keys and contents. Idempotent; never deletes.

    A rule becomes a new version only where the folder's own row changed: what the city edited since stays.

    Returns:
        How many rules the folder names.

    Raises:
        BadInput: a file cannot be read, or a rule does not say what it must.

    Records: `reports.rules_loaded`, when something changed.
    """
    found = rows(folder)
    with transaction.atomic():
        changed = _keep(found)
        if changed:
            renew()
            journal.record(events.RULES_LOADED, folder.name, count=changed)
    return len(found)


def rows(folder: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the rules that a city's folder names, as (kind, key, content).

    Raises:
        BadInput: a file cannot be read, or a rule does not say what it must.
    """
    return [row for file in sorted((folder / FOLDER).glob("*.yaml")) for row in _rows(file)]


def renew() -> None:
    """Give the rules a new edition, so that every process notices; the caller holds the transaction."""
    RuleEdition.objects.update_or_create(pk=1, defaults={"stamp": new_id()})
    forget()


def _rows(file: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    try:
        found: dict[str, dict[str, Any]] = plain_yaml.of_file(file) or {}
        for kind, rules in found.items():
            for key, content in rules.items():
                body = _plain(content if isinstance(content, dict) else {"value": content})
                nouns.made(kind, str(key), body)
                yield kind, str(key), body
    except (yaml.YAMLError, ValueError, AttributeError) as error:
        raise BadInput(
            _("%(file)s cannot be used: %(reason)s.") % {"file": file.name, "reason": error}, code="bad_rules"
        ) from error


def _plain(content: dict[str, Any]) -> dict[str, Any]:
    """Return a row as JSON would give it back, so that days become texts."""
    plain: dict[str, Any] = json.loads(json.dumps(content, default=str))
    return plain


def _keep(rows: list[tuple[str, str, dict[str, Any]]]) -> int:
    held: dict[tuple[str, str], list[CityRule]] = {}
    for rule in CityRule.objects.order_by("version"):
        held.setdefault((rule.kind, rule.key), []).append(rule)
    changed = [row for row in rows if _differs(held.get(row[:2], []), row[2])]
    at = clock.now()
    ended = [rule.pk for kind, key, _body in changed for rule in held.get((kind, key), []) if rule.valid_to is None]
    CityRule.objects.filter(pk__in=ended).update(valid_to=at)
    CityRule.objects.bulk_create(
        [
            CityRule(
                kind=kind,
                key=key,
                version=len(held.get((kind, key), [])) + 1,
                body=body,
                valid_from=at,
                digest=seal(body),
            )
            for kind, key, body in changed
        ]
    )
    return len(changed)


def _differs(versions: list[CityRule], body: dict[str, Any]) -> bool:
    from_folder = [rule.digest for rule in versions if rule.digest]
    return not from_folder or from_folder[-1] != seal(body)


def seal(body: dict[str, Any]) -> str:
    """Return the digest of a rule's content."""
    return digest(json.dumps(body, sort_keys=True, ensure_ascii=False))
