"""Loading a city's procedures: the list of all of them, the documents of those that are modelled, life events, English."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, plain_yaml
from huong.base.errors import BadInput
from huong.base.ids import digest
from huong.base.text import fold
from huong.journal import actions as journal
from huong.procedures import events
from huong.procedures.actions.catalogue import listed, renew
from huong.procedures.models import Gloss, LifeEvent, Procedure, ProcedureVersion
from huong.procedures.rules import checking, official
from huong.procedures.rules.nouns import Document, document

FOLDER = "procedures"
LIST = "list.csv"
EVENTS, ENGLISH = "life_events.yaml", "english.yaml"
BATCH = 500
LONGEST = 400  # letters of a gloss, as its columns hold them


def load(folder: Path) -> int:
    """Load `procedures/` of a city: `list.csv`, one document per modelled procedure, `life_events.yaml`, `english.yaml`.

    Idempotent, by code; never deletes. A procedure gets a new version, at once in force, only where the folder's own
    document changed: what the city published since stays.

    Returns:
        How many procedures the folder names.

    Raises:
        BadInput: a file cannot be read, or a document does not say what it must.

    Records: `procedures.catalogue_loaded`, when something changed.
    """
    _require_signs(folder)
    home = folder / FOLDER
    if not home.exists():
        return 0
    documents = [_document(file) for file in sorted(home.glob("*.yaml")) if file.name not in {EVENTS, ENGLISH}]
    rows = list(_listed(home / LIST))
    known = {row["code"] for row in rows} | {made.code for made, _body in documents}
    changed = _keep_list(rows)
    with transaction.atomic():
        changed += sum(_keep_version(made, body) for made, body in documents) + _keep_events(home / EVENTS, known)
        changed += _keep_glosses(home / ENGLISH)
        if changed:
            renew()
            journal.record(events.CATALOGUE_LOADED, folder.name, count=changed)
    return len(known)


def _named(file: Path) -> dict[str, Any]:
    try:
        return plain_yaml.facts_of(file)
    except (yaml.YAMLError, ValueError) as error:
        raise BadInput(
            _("%(file)s cannot be used: %(reason)s.") % {"file": file.name, "reason": error}, code="bad_file"
        ) from error


def _require_signs(folder: Path) -> None:
    file = folder / "city.yaml"
    try:
        official.signs_of(_named(file).get("official_forms"))
    except ValueError as error:
        raise BadInput(
            _("%(file)s cannot be used: %(reason)s.") % {"file": file.name, "reason": error}, code="bad_form_sign"
        ) from error


def _document(file: Path) -> tuple[Document, dict[str, Any]]:
    try:
        body = json.loads(json.dumps(plain_yaml.of_file(file), default=str))
        made = document(body)
        if wrong := checking.wrongs_of(made):
            raise ValueError("; ".join(wrong))
    except (OSError, yaml.YAMLError, ValueError, TypeError, AttributeError) as error:
        raise BadInput(
            _("%(file)s cannot be used: %(reason)s.") % {"file": file.name, "reason": error}, code="bad_procedure"
        ) from error
    return made, body


def _listed(file: Path) -> Iterator[dict[str, str]]:
    if not file.exists():
        return
    with file.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            if not row.get("code") or not row.get("name") or row.get("tier") not in {"ward", "city"}:
                raise BadInput(
                    _("%(file)s, line %(line)s: a procedure needs a code, a name and a tier (ward or city).")
                    % {"file": file.name, "line": number},
                    code="bad_procedure",
                )
            yield row


def _keep_list(rows: list[dict[str, str]]) -> int:
    held = dict(Procedure.objects.values_list("code", "digest"))
    changed = [row for row in rows if held.get(row["code"]) != _seal(row)]
    for start in range(0, len(changed), BATCH):
        with transaction.atomic():
            for row in changed[start : start + BATCH]:
                Procedure.objects.update_or_create(code=row["code"], defaults=_facts(row))
    return len(changed)


def _facts(row: dict[str, str]) -> dict[str, Any]:
    return {
        "name": row["name"],
        "name_en": row.get("name_en", ""),
        "folded": fold(row["name"])[:400],
        "domain": row.get("domain", ""),
        "tier": row["tier"],
        "agency": row.get("agency", ""),
        "level": row.get("level") or "information",
        "audience": row.get("audience", ""),
        "limit_amount": float(row.get("limit_amount") or 0),
        "limit_measure": row.get("limit_measure") or "working_days",
        "fee_text": row.get("fee", ""),
        "legal_basis": row.get("legal_basis", ""),
        "as_of": date.fromisoformat(row["as_of"]) if row.get("as_of") else None,
        "source": row.get("source", ""),
        "digest": _seal(row),
    }


def _keep_version(made: Document, body: dict[str, Any]) -> int:
    seal = _seal(body)
    procedure, _new = Procedure.objects.update_or_create(code=made.code, defaults=listed(made))
    from_folder = [version for version in procedure.versions.order_by("number") if version.digest]
    if from_folder and from_folder[-1].digest == seal:
        return 0
    now = clock.now()
    procedure.versions.filter(state="published").update(state="retired", valid_to=now, changed_at=now)
    ProcedureVersion.objects.create(
        procedure=procedure,
        number=procedure.versions.count() + 1,
        state="published",
        body=body,
        digest=seal,
        valid_from=now,
        changed_at=now,
    )
    return 1


def _keep_events(file: Path, known: set[str]) -> int:
    changed = 0
    for order, (key, facts) in enumerate(_named(file).items()):
        if strange := [code for code in facts.get("procedures", ()) if code not in known]:
            raise BadInput(
                _("%(file)s: the city's list has no procedure %(code)s.") % {"file": file.name, "code": strange[0]},
                code="bad_procedure",
            )
        wanted = {"order": order, **facts}
        held = LifeEvent.objects.filter(key=key).first()
        if held is None or any(getattr(held, name) != value for name, value in wanted.items()):
            LifeEvent.objects.update_or_create(key=key, defaults=wanted)
            changed += 1
    return changed


def _keep_glosses(file: Path) -> int:
    """Keep the English of the catalogue's short texts: one mapping, Vietnamese to English."""
    found = _named(file)
    if not all(isinstance(each, str) and 0 < len(each) <= LONGEST for pair in found.items() for each in pair):
        raise BadInput(
            _("%(file)s cannot be used: %(reason)s.")
            % {"file": file.name, "reason": _("each line is a Vietnamese text with its English")},
            code="bad_gloss",
        )
    held = dict(Gloss.objects.values_list("text", "english"))
    changed = {text: english for text, english in found.items() if held.get(text) != english}
    for text, english in changed.items():
        Gloss.objects.update_or_create(text=text, defaults={"english": english})
    return len(changed)


def _seal(body: Any) -> str:
    return digest(json.dumps(body, sort_keys=True, ensure_ascii=False))
