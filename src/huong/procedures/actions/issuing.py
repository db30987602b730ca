"""Official forms 01 to 06: made when the act is done, numbered within the year, and kept among the dossier's papers.

A form says what its act said on that day; it is made once, outside any transaction, and is the same paper ever after.
"""

import io
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from huong.base import city, clock
from huong.base.errors import BadInput, NotFound
from huong.base.jobs import job
from huong.files import actions as files
from huong.journal import actions as journal
from huong.people import access
from huong.people.models import User
from huong.people.names import Names, names
from huong.procedures import events, forms
from huong.procedures.actions.numbers import next_of_year
from huong.procedures.actions.papers import owner_of
from huong.procedures.forms import Applicant, Book, BookRow, Ground, Hop, Letterhead, Paper, Wanted
from huong.procedures.models import Action, Component, Dossier
from huong.procedures.queries import answers_of, parts_of, procedure, screen, visible_to, words_of
from huong.procedures.queries.clocks import limit_of
from huong.procedures.queries.official import sign_of
from huong.procedures.queries.values import opened, scope_of
from huong.procedures.rules.official import BY_VERB, FORMS, key_of, numbered
from huong.ui import words

MOST_ROWS, MOST_DAYS = 1_000, 92
REMEDY = "Ông/Bà có thể nộp lại hồ sơ sau khi bổ sung, hoặc khiếu nại quyết định này theo Luật Khiếu nại tại cơ quan nêu trên."
MEASURES = {
    "same_day": "trong ngày",
    "working_days": "{n} ngày làm việc",
    "working_hours": "{n} giờ làm việc",
    "half_days": "{n} buổi làm việc",
    "calendar_days": "{n} ngày",
}
"""Official papers are in Vietnamese whatever language a page is read in."""


def issue(uid: str, number: int) -> Component | None:
    """Make the form that an act calls for, and put it among the dossier's papers; harmless when repeated.

    Called outside any transaction: setting a page takes some tenths of a second.

    Args:
        number: of the action in its dossier.

    Returns:
        The paper with its number; None if the act calls for no form.

    Raises:
        NotFound: there is no such dossier or action.

    Records: `procedures.form_issued`, the first time; `files.kept`.
    """
    action = Action.objects.filter(dossier__uid=uid, number=number).select_related("dossier__applicant", "by").first()
    if action is None:
        raise NotFound(_("There is no such dossier."))
    form = BY_VERB.get(action.verb, "")
    if not form:
        return None
    held = _numbered(action, form)
    if held.blob is None:
        data = _made(action, form, held.type)
        name = f"{FORMS[form].name}-{action.dossier.code or uid[:8]}.pdf"
        kept = files.keep(io.BytesIO(data), name=name, owner=owner_of(uid), scope=scope_of(action.dossier))
        Component.objects.filter(pk=held.pk, blob=None).update(blob=kept.pk, state="held", changed_at=clock.now())
        held.refresh_from_db()
    return held


@job(queue="bulk")
def issue_later(uid: str, number: int) -> bool:
    """Make the form of an act in a process of its own."""
    return issue(uid, number) is not None


@transaction.atomic
def _numbered(action: Action, form: str) -> Component:
    """Return the paper of an act with its number; numbers are given once, in the order of the acts."""
    dossier, key = action.dossier, key_of(form, action.number)
    Dossier.objects.select_for_update().get(pk=dossier.pk)
    held = Component.objects.filter(dossier=dossier, kind="form", key=key).first()
    if held is not None:
        return held
    agency, year = action.agency or dossier.agency, clock.local(action.at).year
    number = numbered(next_of_year(agency, f"form-{form}", year), sign_of(form))
    journal.record(
        events.FORM_ISSUED, f"dossier:{dossier.uid}", agency=agency, unit=dossier.unit, audience="named",
        form=form, number=number, action=action.number,
    )  # fmt: skip
    return Component.objects.create(
        dossier=dossier, kind="form", key=key, origin="issued", state="empty", type=number, changed_at=clock.now()
    )


def form_of(dossier: Dossier, key: str, *, by: User | None = None) -> Component:
    """Return a form of a dossier, made now if its act was done a moment ago.

    Args:
        key: "02-5": which form, of which action.
        by: the officer who opens it; None for the applicant, who gets those meant for her.

    Raises:
        NotFound: there is no such form, or it is not for her.
    """
    form, _dash, number = key.partition("-")
    wanted = FORMS.get(form)
    if wanted is None or not number.isdigit() or (by is None and not wanted.for_applicant):
        raise NotFound(_("This dossier has no such form."))
    held = issue(dossier.uid, int(number[:6]))
    if held is None or held.key != key:
        raise NotFound(_("This dossier has no such form."))
    return held


def _made(action: Action, form: str, number: str) -> bytes:
    with translation.override("vi"):
        return MAKERS[form](action, _head(action, number))


def _head(action: Action, number: str) -> Letterhead:
    dossier, code = action.dossier, action.agency or action.dossier.agency
    named = names({code})
    place = named.unit(dossier.unit) if dossier.unit else str(city.facts().get("name", ""))
    return Letterhead(agency=named.agency(code), place=place, at=action.at, number=number)


def _applicant(dossier: Dossier) -> Applicant:
    contact = opened(scope_of(dossier), dossier.sealed_contact, "contact") or {}
    return Applicant(
        str(dossier.applicant), phone=str(contact.get("phone") or ""), email=str(contact.get("mail") or "")
    )


def _said(action: Action) -> str:
    return words_of([action], action.dossier).get(action.number, "")


def _parts(action: Action) -> list[tuple[str, str]]:
    """Return the fields and papers that an act named, each with its sentence, then what was said in general."""
    dossier, said = action.dossier, _said(action)
    parts = parts_of(dossier)
    answers = answers_of(dossier, parts)
    titles = {each.key: each.title for group in screen.groups_of(dossier, parts, answers) for each in group.fields}
    titles |= {each.key: each.title for each in screen.papers_of(dossier, parts, answers)}
    found = [(titles.get(one["part"], one["part"]), one.get("text", "") or said) for one in action.reasons]
    return [*found, ("Ý kiến chung", said)] if said else found


def lookup(dossier: Dossier, address: str = "") -> str:
    """Return the address that the QR opens; it names the code only."""
    return f"{address or settings.PUBLIC_URL + '/procedures/lookup'}?code={dossier.code}"


def limit_in_words(dossier: Dossier) -> str:
    """Return how long the office has, as official papers say it."""
    limit = limit_of(dossier)
    return "không quy định" if limit is None else MEASURES[limit.measure].format(n=words.number(limit.amount))


def papers_held(dossier: Dossier) -> list[screen.Shown]:
    """Return the papers of a dossier that are there, those that came from a source as well."""
    parts = parts_of(dossier)
    return [each for each in screen.papers_of(dossier, parts, answers_of(dossier, parts)) if each.held]


def _receipt(action: Action, head: Letterhead) -> bytes:
    dossier = action.dossier
    return forms.form_01(
        forms.Receipt(
            head=head,
            code=dossier.code,
            applicant=_applicant(dossier),
            procedure=procedure(dossier.procedure).name,
            papers=tuple(Paper(each.title, each.origin) for each in papers_held(dossier)),
            limit=limit_in_words(dossier),
            received_at=action.at,
            due_at=action.due_at,
            result_place=head.agency,
            officer=str(action.by or ""),
            address=lookup(dossier),
        )
    )


def _supplement(action: Action, head: Letterhead) -> bytes:
    dossier = action.dossier
    return forms.form_02(
        forms.SupplementRequest(
            head=head,
            code=dossier.code,
            applicant=_applicant(dossier),
            procedure=procedure(dossier.procedure).name,
            wanted=tuple(Wanted(what, todo) for what, todo in _parts(action)),
            officer=str(action.by or ""),
            address=f"{settings.PUBLIC_URL}/my/dossiers/{dossier.uid}",
        )
    )


def _refusal(action: Action, head: Letterhead) -> bytes:
    dossier = action.dossier
    return forms.form_03(
        forms.Refusal(
            head=head,
            code=dossier.code,
            applicant=_applicant(dossier),
            procedure=procedure(dossier.procedure).name,
            grounds=tuple(Ground(what, reason) for what, reason in _parts(action)),
            officer=str(action.by or ""),
            remedy=REMEDY,
        )
    )


def _apology(action: Action, head: Letterhead) -> bytes:
    dossier = action.dossier
    before = dossier.actions.filter(number__lt=action.number, due_at__isnull=False).order_by("-number").first()
    promised = before.due_at if before and before.due_at else action.at
    return forms.form_04(
        forms.Apology(
            head=head,
            code=dossier.code,
            applicant=_applicant(dossier),
            procedure=procedure(dossier.procedure).name,
            received_at=dossier.accepted_at or action.at,
            promised_at=promised,
            new_at=action.due_at or action.at,
            reason=_said(action),
            signer=str(action.by or ""),
        )
    )


def _control_sheet(action: Action, head: Letterhead) -> bytes:
    dossier = action.dossier
    done = list(dossier.actions.filter(number__lte=action.number).select_related("by"))
    named = names({each for one in done for each in (one.agency, one.to_agency) if each})
    passed = [one for one in done if one.verb in {"accept", "hand_over"}]
    return forms.form_05(
        forms.ControlSheet(
            head=head,
            code=dossier.code,
            procedure=procedure(dossier.procedure).name,
            lead=named.agency(dossier.lead_agency),
            partners=tuple(
                dict.fromkeys(named.agency(one.to_agency) for one in passed if one.to_agency != dossier.lead_agency)
            ),
            hops=tuple(_hop(one, named) for one in passed),
        )
    )


def _hop(action: Action, named: Names) -> Hop:
    giver = f"{named.agency(action.agency)}\n{action.by or ''}".strip()
    late = action.due_at is not None and action.at > action.due_at
    return Hop(
        giver=str(action.dossier.applicant) if action.verb == "accept" else giver,
        taker=named.agency(action.to_agency),
        at=action.at,
        due_at=action.due_at,
        outcome="" if action.verb == "accept" or action.due_at is None else "Quá hạn" if late else "Trong hạn",
    )


MAKERS: Final[dict[str, Callable[[Action, Letterhead], bytes]]] = {
    "01": _receipt,
    "02": _supplement,
    "03": _refusal,
    "04": _apology,
    "05": _control_sheet,
}


def book(first: date, last: date, *, by: User) -> bytes:
    """Return form 06, the register of what somebody's agency took in over some days, as PDF. Outside any transaction.

    Raises:
        Forbidden: the person reads no dossiers.
        BadInput: the days are in the wrong order or too many, or more dossiers came in than fit one book.

    Records: `people.accessed` for the agency's register, since it names people.
    """
    agency = access.main_agency(by)
    access.require_power(by, "procedures.read", agency.code if agency else "")
    if last < first or (last - first).days >= MOST_DAYS:
        raise BadInput(
            _("Please choose a first and a last day, at most three months apart."), code="days", field="last"
        )
    begin = datetime.combine(first, time.min, clock.zone())
    end = datetime.combine(last + timedelta(days=1), time.min, clock.zone())
    code = agency.code if agency else ""
    taken = visible_to(by).filter(lead_agency=code, accepted_at__gte=begin, accepted_at__lt=end)
    rows = list(taken.select_related("applicant").order_by("accepted_at", "id")[: MOST_ROWS + 1])
    if len(rows) > MOST_ROWS:
        raise BadInput(
            _("More than %(count)s dossiers came in over these days. Please choose fewer days.")
            % {"count": words.number(MOST_ROWS)},
            code="too_many",
            field="last",
        )
    access.record_access(by, f"agency:{code}", ["name"], f"book/{first.isoformat()}/{last.isoformat()}", agency=code)
    with translation.override("vi"):
        named = names({code})
        place = agency.unit.name if agency and agency.unit else str(city.facts().get("name", ""))
        head = Letterhead(agency=named.agency(code), place=place, at=clock.now())
        span = f"Từ ngày {words.day(first)} đến ngày {words.day(last)}"
        return forms.form_06(Book(head, span, tuple(_row(each, named) for each in rows)))


def _row(dossier: Dossier, named: Names) -> BookRow:
    channels: dict[str, Any] = {"counter": "Trực tiếp", "paper": "Trực tiếp", "post": "Bưu chính"}
    return BookRow(
        code=dossier.code,
        procedure=procedure(dossier.procedure).name,
        applicant=Applicant(str(dossier.applicant)),
        lead=named.agency(dossier.lead_agency),
        received_at=dossier.accepted_at or dossier.changed_at,
        due_at=dossier.due_at or dossier.promised_at,
        result_at=dossier.decided_at,
        returned_at=dossier.closed_at if dossier.state == "delivered" else None,
        channel=channels.get(dossier.channel, "Trực tuyến"),
    )
