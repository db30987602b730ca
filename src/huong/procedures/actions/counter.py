"""Filing for somebody at the counter, from a letter, or from a blank form: once per client's key, nothing asked twice."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huong.base import clock, keys
from huong.base.errors import BadInput, NotFound
from huong.people import access
from huong.people import queries as people
from huong.people import rules as spellings
from huong.people.actions import parties
from huong.people.models import Party, User
from huong.procedures.actions import blanks, corrections, drafting, receiving
from huong.procedures.actions.acting import PLATFORM_ITSELF, Actor, officer
from huong.procedures.actions.drafting import AT_COUNTER as CHANNELS
from huong.procedures.actions.drafting import CameIn, place_of
from huong.procedures.actions.resolving import Resolution, places_of, resolve, wish
from huong.procedures.models import Component, Dossier, Filing
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.situation import wishes_of
from huong.procedures.queries.values import scope_of, seal
from huong.procedures.rules import codes, fields

POWER = "procedures.receive"
MOST_PAPERS = 40
LEFT_AFTER = timedelta(days=1)
MOST_AT_ONCE = 200


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
    dossier = _going_on(intake, by, at) or _begun(intake, by, at)
    Filing.objects.create(key=_hash(intake.key), dossier=dossier, at=now)
    if intake.blank:
        blanks.use(intake.blank, dossier, at=true_time)
    _typed(dossier, intake, by)
    _papers(dossier, intake)
    drafting.submit(dossier.uid, actor=officer(by), at=true_time)
    return receiving.accept(dossier.uid, by=by, at=true_time)


def _begun(intake: Intake, by: User, at: datetime | None) -> Dossier:
    if intake.channel not in CHANNELS:
        raise BadInput(_("Please choose how the dossier came in."), code="no_such_channel", field="channel")
    who = intake.applicant
    drafting.offered(intake.code, who.kind, intake.channel)  # before anybody is registered
    dossier = drafting.begin(
        intake.code,
        party=registered(who, by=by),
        actor=officer(by),
        unit=intake.unit,
        channel=intake.channel,
        lang=intake.lang,
        came=CameIn(intake.uid, at, who.phone, who.mail),
    )
    access.require_power(by, POWER, dossier.agency)
    return dossier


def draft_of(uid: str, *, by: User) -> Dossier | None:
    """Return what an officer began at the counter and did not file yet.

    Raises:
        Forbidden: the officer takes no dossiers in for that agency.
    """
    found = Dossier.objects.select_related("applicant").filter(uid=uid, state="draft", channel__in=CHANNELS).first()
    if found is not None:
        access.require_power(by, POWER, found.agency)
    return found


def _going_on(intake: Intake, by: User, at: datetime | None) -> Dossier | None:
    """Return the draft that was begun for this, with how it came in; it must still be about the same person and place."""
    draft = draft_of(intake.uid, by=by) if intake.uid else None
    if draft is None:
        return None
    _require_same(draft, intake)
    who, phone = intake.applicant, spellings.phone(intake.applicant.phone)
    contact = {"phone": phone or who.phone.strip()[:40], "mail": who.mail.strip()[:200]}
    Dossier.objects.filter(pk=draft.pk).update(
        channel=intake.channel if intake.channel in CHANNELS else draft.channel,
        entered_at=clock.now() if at else None,
        phone_hash=keys.keyed_hash(phone, context="procedures.phone") if phone else "",
        sealed_contact=seal(scope_of(draft), contact if any(contact.values()) else None, "contact"),
    )
    return draft


def _require_same(draft: Dossier, intake: Intake) -> None:
    number, place = "".join(intake.applicant.national_id.split()), intake.unit
    same = number == people.own_particulars(draft.applicant).get("national_id", "")
    if not same or draft.procedure != intake.code or (place and place_of("unit", place).unit != draft.unit):
        raise BadInput(
            _("The person or the ward is not the one that was looked up. Please find the person again."),
            code="somebody_else",
            field="national_id",
        )


@transaction.atomic
def begin_at_counter(intake: Intake, *, by: User) -> Dossier:
    """Begin a draft for somebody who stands at the counter, with what they said of themselves and what was typed.

    Raises:
        BadInput, NotOffered, Forbidden: as `file_at_counter` says.

    Records: `procedures.begun`, `procedures.saved`; `people.party_registered` for somebody new.
    """
    dossier = _begun(intake, by, None)
    _typed(dossier, intake, by)
    return dossier


@transaction.atomic
def let_go(uid: str, *, actor: Actor) -> None:
    """Let a draft of the counter go that is not filed: what was fetched and typed is gone with it.

    Records: `procedures.discarded`.
    """
    dossier = drafting.discard(uid, actor=actor)
    dossier.parts.all().delete()


def let_go_left() -> int:
    """Let go what was begun at counters and not filed within a day. Returns how many there were."""
    left = Dossier.objects.filter(state="draft", channel__in=CHANNELS, changed_at__lt=clock.now() - LEFT_AFTER)
    uids = list(left.order_by("pk").values_list("uid", flat=True)[:MOST_AT_ONCE])
    for uid in uids:
        let_go(uid, actor=PLATFORM_ITSELF)
    return len(uids)


def look_up(intake: Intake, agreed: Collection[str], *, by: User) -> Resolution:
    """Fill a draft in with what vault, shared data and registers know, as far as the person at the counter agreed.

    Called outside any transaction. Each source is written down as asked for or not wanted, before anything is fetched;
    the person sees who asked, and for which dossier.

    Args:
        agreed: the places that may be asked: "register:person", "store:social_allowance", "vault".

    Raises:
        NotFound: nothing was begun.
        BadInput: it is about somebody else now.
        Forbidden: the officer takes no dossiers in for that agency.

    Records: `procedures.saved`, `.wished`, `.resolved`; `exchange.asked`, `store.read` with the officer.
    """
    draft = draft_of(intake.uid, by=by)
    if draft is None:
        raise NotFound(_("There is no such dossier."))
    _require_same(draft, intake)
    with transaction.atomic():
        _typed(draft, intake, by)
        for place in sorted(places_of(document_by_id(draft.edition_id))) if draft.edition_id else ():
            wish(draft.uid, place, use=place in agreed, actor=officer(by))
    return resolve(draft.uid, actor=officer(by))


def dispute(intake: Intake, key: str, right: str, *, proof: bytes = b"", proof_name: str = "", by: User) -> None:
    """Write down that the person at the counter says a value of a source is wrong, and what is right.

    The dossier goes on with their word; the owner of the source gets a case with a clock. Called outside any transaction.

    Args:
        key: the path of the field.
        right: what is right, as the officer types it for them.
        proof: a scan that shows it, if there is one.

    Raises:
        NotFound: nothing was begun, or the field was not fetched.
        BadInput: it is about somebody else now; or as `corrections.dispute` says.
        Forbidden: the officer takes no dossiers in for that agency.

    Records: `procedures.saved`, `.correction_asked`; then as `look_up` for what depends on the field.
    """
    draft = draft_of(intake.uid, by=by)
    if draft is None:
        raise NotFound(_("There is no such dossier."))
    _require_same(draft, intake)
    _typed(draft, intake, by)
    corrections.dispute(draft.uid, key, right, proof=proof, proof_name=proof_name, actor=officer(by))
    resolve(draft.uid, actor=officer(by))


def looks_further(intake: Intake, *, by: User) -> bool:
    """Look up what a draft's newly typed answers make possible, as far as the person agreed before.

    Returns:
        Whether something was found that the person has not seen yet.

    Raises, Records: as `look_up`.
    """
    draft = draft_of(intake.uid, by=by)
    agreed = wishes_of(draft)[0] if draft is not None else frozenset()
    if draft is None or not agreed:
        return False
    before = _locked(draft)
    look_up(intake, agreed, by=by)
    return bool(_locked(draft) - before)


def _locked(draft: Dossier) -> set[str]:
    return set(draft.parts.filter(locked=True).values_list("key", flat=True))


def is_used(uid: str) -> bool:
    """Return whether an id stands for a dossier already."""
    return Dossier.objects.filter(uid=uid).exists()


def _typed(dossier: Dossier, intake: Intake, by: User) -> None:
    """Save what was typed; where the form asks for the applicant again, what was said of them, so nobody retypes it."""
    if not dossier.edition_id:
        return
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
    for each in fields.fields_of(document_by_id(dossier.edition_id).form):
        own = (
            one for one in each.sources if one.kind == "applicant" and one.counts(found)
        )  # the mother is not the father
        part = next((one.part for one in own), "")
        if not found.get(each.path) and told.get(part):
            found[each.path] = told[part]
    drafting.save(dossier.uid, found, actor=officer(by))


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


def _papers(dossier: Dossier, intake: Intake) -> None:
    """Write what was brought as papers; what a source replaced already stays as it is."""
    made = document_by_id(dossier.edition_id) if dossier.edition_id else None
    known = {need.key for need in made.requirements} if made else set()
    rows = [
        Component(
            dossier=dossier, kind="paper", key=brought.key, state="held", blob=brought.blob,
            origin="uploaded" if brought.blob else "shown", type=brought.title[:60], changed_at=clock.now(),
        )
        for brought in intake.papers[:MOST_PAPERS]
        if made is None or brought.key in known
    ]  # fmt: skip
    Component.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["dossier", "kind", "key"],
        update_fields=["state", "blob", "origin", "type", "changed_at"],
    )
