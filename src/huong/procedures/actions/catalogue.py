"""The city changes its procedures: a version is drafted, compared, tried out, published; running dossiers keep theirs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import calendar, clock
from huong.base.errors import BadInput, NotFound, WrongState
from huong.base.ids import new_id
from huong.base.text import fold
from huong.journal import actions as journal
from huong.people import access
from huong.people.models import User
from huong.procedures import events
from huong.procedures.errors import Overtaken
from huong.procedures.models import CatalogueEdition, Dossier, Procedure, ProcedureVersion
from huong.procedures.queries import catalogue
from huong.procedures.queries.clocks import watch_of
from huong.procedures.queries.said import said
from huong.procedures.rules import checking, fields, needs, nouns
from huong.procedures.rules import clock as rule
from huong.procedures.rules.nouns import Document


@dataclass(frozen=True)
class Trial:
    """What a version would do with some answers (chạy thử), without a dossier.

    Attributes:
        asked: fields that count for these answers.
        sourced: how many of them a source could fill.
        faults: path to sentence.
        papers: requirements that count, with how many of them a source could answer.
        due_at: when a dossier accepted now would be due; None without a limit.
        open_dossiers: how many running dossiers keep the version in force.
        drafts: how many drafts would be asked to look again.
    """

    asked: tuple[fields.FormField, ...]
    sourced: int
    faults: dict[str, str]
    papers: tuple[nouns.Requirement, ...]
    papers_sourced: int
    due_at: datetime | None
    open_dossiers: int
    drafts: int


def listed(made: Document) -> dict[str, Any]:
    """Return what the city's list says of a procedure, as its document has it."""
    return {
        "name": made.name,
        "name_en": made.name_en,
        "folded": fold(made.name)[:400],
        "domain": made.domain,
        "tier": made.tier,
        "agency": "" if made.agency == "unit" else made.agency,
        "level": made.level,
        "audience": " ".join(made.audience),
        "limit_amount": made.limit.amount,
        "limit_measure": made.limit.measure,
        "legal_basis": "; ".join(made.legal_basis)[:400],
        "events": list(made.events),
        "as_of": made.as_of,
    }


def renew() -> None:
    """Give the catalogue a new edition, so that every process notices; the caller holds the transaction."""
    CatalogueEdition.objects.update_or_create(pk=1, defaults={"stamp": new_id()})
    catalogue.forget()


def understood(body: Any) -> tuple[Document, dict[str, Any]]:
    """Return a document and its plain body, if it holds together.

    Raises:
        BadInput: it does not; the sentence says where.
    """
    try:
        plain: dict[str, Any] = json.loads(json.dumps(body, default=str))
        made = nouns.document(plain)
        if wrong := checking.wrongs_of(made):
            raise ValueError("; ".join(wrong))
    except (ValueError, TypeError, AttributeError) as error:
        raise BadInput(
            _("The document does not hold together: %(reason)s.") % {"reason": error},
            code="bad_procedure",
            field="body",
        ) from error
    return made, plain


@transaction.atomic
def draft(code: str, body: Mapping[str, Any], *, by: User, number: int | None = None) -> ProcedureVersion:
    """Keep a draft of a new version; a procedure has one draft at a time.

    Args:
        code: the procedure's code; a new one may be drafted too.
        body: the document.
        number: the draft somebody looked at; None if they looked at none.

    Raises:
        Forbidden: `by` may not change procedures.
        BadInput: the document does not hold together, or is about another procedure.
        Overtaken: somebody published or drafted meanwhile.

    Records: `procedures.version_changed`.
    """
    access.require_power(by, "procedures.catalogue")
    made, plain = understood(body)
    if made.code != code:
        raise BadInput(
            _("The document is about %(code)s.") % {"code": made.code}, code="another_procedure", field="body"
        )
    procedure, _new = Procedure.objects.get_or_create(
        code=code,
        defaults={"name": made.name, "name_en": made.name_en, "folded": fold(made.name)[:400], "tier": made.tier},
    )
    held = procedure.versions.select_for_update().filter(state="draft").first()
    if number is not None and (held is None or held.number != number):
        raise Overtaken(_("Somebody published or drafted another version meanwhile. Look at it first."))
    if held is None:
        held = ProcedureVersion(procedure=procedure, number=procedure.versions.count() + 1, made_by=by)
    held.body, held.changed_at = plain, clock.now()
    held.save()
    _note(procedure, held, by)
    return held


@transaction.atomic
def publish(code: str, number: int, *, by: User) -> ProcedureVersion:
    """Put a draft in force from now on: new dossiers get it, running ones keep theirs, drafts are asked to look again.

    Raises:
        Forbidden: `by` may not change procedures.
        NotFound: there is no such version.
        WrongState: it is no draft any more.

    Records: `procedures.version_changed` for each version that changes.
    """
    access.require_power(by, "procedures.catalogue")
    version = _found(code, number)
    if version.state != "draft":
        raise WrongState(_("Version %(number)s is no draft any more.") % {"number": number})
    made, _plain = understood(version.body)
    now = clock.now()
    for old in ProcedureVersion.objects.filter(procedure=version.procedure, state="published"):
        _retire(old, now, by)
    version.state, version.valid_from, version.published_by, version.changed_at = "published", now, by, now
    version.save(update_fields=["state", "valid_from", "published_by", "changed_at"])
    Procedure.objects.filter(pk=version.procedure_id).update(is_active=True, **listed(made))
    _note(version.procedure, version, by)
    return version


@transaction.atomic
def retire(code: str, number: int, *, by: User) -> ProcedureVersion:
    """Take a version out of force: no new dossier begins with it; running ones go on.

    Raises:
        Forbidden, NotFound: as `publish`.
        WrongState: it is not in force.

    Records: `procedures.version_changed`.
    """
    access.require_power(by, "procedures.catalogue")
    version = _found(code, number)
    if version.state != "published":
        raise WrongState(_("Version %(number)s is not in force.") % {"number": number})
    _retire(version, clock.now(), by)
    return version


def _found(code: str, number: int) -> ProcedureVersion:
    found = (
        ProcedureVersion.objects.select_for_update(of=("self",))
        .select_related("procedure")
        .filter(procedure__code=code, number=number)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such version."))
    return found


def _retire(version: ProcedureVersion, at: datetime, by: User) -> None:
    version.state, version.valid_to, version.changed_at = "retired", at, at
    version.save(update_fields=["state", "valid_to", "changed_at"])
    _note(version.procedure, version, by)


def _note(procedure: Procedure, version: ProcedureVersion, by: User) -> None:
    renew()
    journal.record(
        events.VERSION_CHANGED, f"procedure:{procedure.code}", by=by.pk, number=version.number, state=version.state
    )


def tried(code: str, body: Mapping[str, Any], answers: Mapping[str, Any]) -> Trial:
    """Run a document with some answers, without keeping anything.

    Raises:
        BadInput: the document does not hold together.
    """
    made, _plain = understood(body)
    asked = fields.asked_fields(made.form, answers)
    papers = needs.papers_needed(made, answers)
    now = clock.now()
    return Trial(
        asked,
        sum(bool(each.sources) for each in asked),
        said(fields.faults_of(made.form, answers, today=clock.today())),
        papers,
        sum(any(one.source for one in need.accepts) for need in papers),
        _due(made, now),
        Dossier.objects.filter(procedure=code, is_open=True).count(),
        Dossier.objects.filter(procedure=code, state="draft").count(),
    )


def _due(made: Document, now: datetime) -> datetime | None:
    limit = made.limit
    if limit.measure != "same_day" and limit.amount <= 0:
        return None
    moments = [rule.Moment("accept", now, "accepted")]
    wanted = rule.Limit(limit.amount, limit.measure)  # type: ignore[arg-type]
    return rule.read(moments, wanted, calendar.value(), now=now, watch=watch_of(made.flow)).due_at
