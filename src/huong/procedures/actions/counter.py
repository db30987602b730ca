"""Filing for somebody at the counter, from a letter, or from a blank form: one transaction, once per client's key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids, keys
from huong.base.errors import BadInput
from huong.people import queries as people
from huong.people import rules as spellings
from huong.people.actions import parties
from huong.people.models import Party, User
from huong.procedures.actions import acting, blanks, receiving
from huong.procedures.actions.acting import Deed, officer
from huong.procedures.actions.drafting import place_of
from huong.procedures.errors import FormFaults, NotOffered
from huong.procedures.models import Component, Dossier, Filing
from huong.procedures.queries import catalogue
from huong.procedures.queries.said import said
from huong.procedures.queries.values import scope_of, seal
from huong.procedures.rules import codes, fields, needs
from huong.procedures.rules.nouns import Document

CHANNELS = ("counter", "post", "paper")
MOST_PAPERS = 40


@dataclass(frozen=True)
class Applicant:
    """Who applies, as the officer types it.

    Attributes:
        national_id: of a person, or the tax code of an organisation; may be empty for somebody without one.
    """

    kind: str = "person"
    name: str = ""
    national_id: str = ""
    birth_date: date | None = None
    phone: str = ""
    mail: str = ""


@dataclass(frozen=True)
class Brought:
    """One paper that was brought.

    Attributes:
        key: of the requirement; "other-1" ... for a procedure without a form here.
        blob: the scan; None if only the original was shown or handed in.
        title: for a paper that no form names.
    """

    key: str
    blob: int | None = None
    title: str = ""


@dataclass(frozen=True)
class Intake:
    """Everything that is filed in one go.

    Attributes:
        uid: the public id the dossier gets, under whose key scans were kept; a new one if left out.
        key: the client's key: the same key is one dossier, however often it is sent.
        blank: the number of the blank form it was written on.
    """

    code: str
    applicant: Applicant
    key: str
    unit: str = ""
    channel: str = "counter"
    typed: Mapping[str, Any] = field(default_factory=dict)
    papers: Sequence[Brought] = ()
    uid: str = ""
    blank: str = ""
    lang: str = "vi"


def filed(key: str) -> Dossier | None:
    """Return the dossier that was filed under a client's key."""
    row = Filing.objects.filter(key=_hash(key)).select_related("dossier").first()
    return row.dossier if row else None


def _hash(key: str) -> str:
    return keys.keyed_hash(key, context="procedures.filing")


def file_at_counter(intake: Intake, *, by: User, at: datetime | None = None) -> Dossier:
    """File a dossier for somebody and accept it in one go: it has its code, the receipt can be printed.

    Args:
        at: the true time of receipt, for what is typed in later (a blank form, a letter); now if left out.

    Raises:
        FormFaults: fields are wrong or missing, or papers; nothing was filed.
        BadInput: the number of the person or firm cannot be right; the time lies ahead.
        NotOffered: not for this kind of applicant.
        Forbidden: the officer takes no dossiers in for that agency.
        DayIsFull: all codes of the day are given.
        NotFound, WrongState: there is no such blank form, it was used already, or is void.

    Records: `procedures.begun`, `.submitted`, `.accepted`; `people.party_registered` for somebody new.

    Source: Decree 61/2018 article 17.
    """
    if not intake.key:
        raise BadInput(_("The form carries no key. Please open it anew; nothing was filed."), code="no_key")
    try:
        with transaction.atomic():
            return filed(intake.key) or _filed(intake, by, at)
    except IntegrityError:
        done = filed(intake.key)
        if done is None:
            raise
        return done


def _filed(intake: Intake, by: User, at: datetime | None) -> Dossier:
    now = clock.now()
    true_time = at or now
    if true_time > now:
        raise BadInput(_("The time of receipt lies in the future."), code="in_the_future", field="at")
    dossier, made = _begun(intake, by, true_time, later=at is not None)
    intake = replace(intake, typed=_typed(intake, made))
    Filing.objects.create(key=_hash(intake.key), dossier=dossier, at=now)
    if intake.blank:
        blanks.use(intake.blank, dossier, at=true_time)
    parts = _parts(dossier, intake, made)
    columns = _counted(dossier, intake, made, parts) | {"submitted_at": true_time}
    acting.act(dossier, "submit", officer(by), Deed(at=true_time, columns=columns))
    return receiving.accept(dossier.uid, by=by, at=true_time)


def _typed(intake: Intake, made: Document | None) -> dict[str, Any]:
    """Return what was typed; where the form asks for the applicant again, what was said of them, so nobody retypes it."""
    told = {
        "name": intake.applicant.name.strip(),
        "national_id": "".join(intake.applicant.national_id.split()),
        "birth_date": intake.applicant.birth_date.isoformat() if intake.applicant.birth_date else "",
        "tax_code": "".join(intake.applicant.national_id.split()) if intake.applicant.kind == "organisation" else "",
        "phone": intake.applicant.phone.strip(),
        "mail": intake.applicant.mail.strip(),
        "kind": intake.applicant.kind,
    }
    found = dict(intake.typed)
    for each in fields.fields_of(made.form) if made else ():
        part = next((source.part for source in each.sources if source.kind == "applicant"), "")
        if not found.get(each.path) and told.get(part):
            found[each.path] = told[part]
    return found


def _begun(intake: Intake, by: User, at: datetime, *, later: bool) -> tuple[Dossier, Document | None]:
    if intake.channel not in CHANNELS:
        raise BadInput(_("Please choose how the dossier came in."), code="no_such_channel", field="channel")
    procedure, version = catalogue.procedure(intake.code), catalogue.in_force(intake.code)
    made = catalogue.document_by_id(version.pk) if version else None
    audience = made.audience if made else tuple(procedure.audience.split())
    if audience and intake.applicant.kind not in audience:
        raise NotOffered(_("This procedure is not for this kind of applicant."))
    place = place_of(made.agency if made else procedure.agency or "unit", intake.unit)
    party = registered(intake.applicant, by=by)
    uid, phone = intake.uid or ids.new_id(), spellings.phone(intake.applicant.phone)
    born = people.own_particulars(party).get("birth_date", "")
    dossier = Dossier(
        uid=uid,
        procedure=intake.code,
        edition=version,
        channel=intake.channel,
        lang=intake.lang,
        applicant=party,
        filed_by=by,
        unit=place.unit,
        unit_on=clock.local(at).date(),
        agency=place.agency,
        lead_agency=place.agency,
        created_at=at,
        queue_at=at,
        changed_at=at,
        entered_at=clock.now() if later else None,
        phone_hash=keys.keyed_hash(phone, context="procedures.phone") if phone else "",
        birth_hash=keys.keyed_hash(born, context="procedures.birth") if born else "",
    )
    contact = {"phone": phone or intake.applicant.phone.strip()[:40], "mail": intake.applicant.mail.strip()[:200]}
    dossier.sealed_contact = seal(scope_of(dossier), contact if any(contact.values()) else None, "contact")
    dossier.save(force_insert=True)
    acting.written(dossier, "begin", officer(by), Deed(at=at, public=False), "draft")
    return dossier, made


def registered(applicant: Applicant, *, by: User) -> Party:
    """Return the person or firm who applies, registered now if they are new; their number is checked first.

    Raises:
        BadInput: the number cannot be right (century, birth year, check digit), or there is no name.

    Records: `people.party_registered`, for a new party.
    """
    number = "".join(applicant.national_id.split())
    require_number(applicant.kind, number, applicant.birth_date)
    return parties.register(
        applicant.kind, name=applicant.name, national_id=number, birth_date=applicant.birth_date, by=by
    )


def require_number(kind: str, number: str, born: date | None = None) -> None:
    """Refuse a personal id or tax code that cannot be right, in a sentence for the clerk; an empty one may be.

    Raises:
        BadInput: it is wrong in itself, or contradicts the birth date.
    """
    if not number:
        return
    today = clock.today()
    faults = (
        codes.tax_code_faults(number, today=today)
        if kind == "organisation"
        else codes.citizen_id_faults(number, today=today, born=born)
    )
    if faults:
        raise BadInput(_(faults[0].sentence) % faults[0].values, code=faults[0].code, field="national_id")


def _parts(dossier: Dossier, intake: Intake, made: Document | None) -> list[Component]:
    """Write what was typed and brought as components."""
    now, scope = clock.now(), scope_of(dossier)
    cleaned = {
        each.path: fields.cleaned(each, intake.typed[each.path])
        for each in (fields.fields_of(made.form) if made else ())
        if each.path in intake.typed
    }
    rows = [
        Component(
            dossier=dossier, kind="field", key=path, origin="declared", state="held",
            sealed=seal(scope, value, path), changed_at=now,
        )
        for path, value in cleaned.items()
        if value is not None
    ]  # fmt: skip
    known = {need.key for need in made.requirements} if made else set()
    for brought in intake.papers[:MOST_PAPERS]:
        if made and brought.key not in known:
            continue
        rows.append(
            Component(
                dossier=dossier, kind="paper", key=brought.key, state="held", blob=brought.blob,
                origin="uploaded" if brought.blob else "shown", type=brought.title[:60], changed_at=now,
            )
        )  # fmt: skip
    Component.objects.bulk_create(rows)
    return rows


def _counted(dossier: Dossier, intake: Intake, made: Document | None, parts: list[Component]) -> dict[str, int]:
    """Refuse what is not whole, and return how much was asked and spared."""
    if made is None:
        return {"papers_asked": len(parts)}
    typed = {each.path: each for each in fields.fields_of(made.form)}
    answers = {path: fields.cleaned(typed[path], value) for path, value in intake.typed.items() if path in typed}
    answers = {path: value for path, value in answers.items() if value is not None}
    faults = fields.faults_of(made.form, answers, today=clock.today())
    lacking = needs.missing(made, answers, parts)
    if faults or lacking:
        raise FormFaults(
            _("Some fields or papers need another look."),
            faults=said(faults),
            papers=[need.key for need in lacking],
        )
    counted = needs.count(made, answers, parts)
    return {
        "fields_asked": counted.fields,
        "fields_spared": counted.fields_spared,
        "papers_asked": counted.papers,
        "papers_spared": counted.papers_spared,
    }
