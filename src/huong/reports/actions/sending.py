"""Somebody sends a report, or asks for rescue. The same sending is one report, however often and late it comes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids, keys, limits
from huong.base.errors import BadInput
from huong.base.text import fold
from huong.people import access
from huong.people import queries as people
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import hops, moving, photos, questions, reporters, words
from huong.reports.actions.placing import Place, locate
from huong.reports.errors import CategoryEnded
from huong.reports.models import Report, ReportWords, Sending
from huong.reports.queries.book import book
from huong.reports.queries.learning import sure_category
from huong.reports.queries.links import link_of
from huong.reports.rules import masking
from huong.reports.rules.book import UNSORTED
from huong.reports.rules.nouns import DANGER, NORMAL, Category

SHORTEST = 3


@dataclass(frozen=True)
class Draft:
    """What somebody wants to send.

    Attributes:
        text: what is the matter.
        category: a key; empty if the sender named none: then what the learnt model is sure of, else the desk decides.
        point: longitude and latitude.
        unit: ward or commune, by today's code or any name.
        place: landmark or address in words.
        photos: public ids of photos taken in before.
        name, phone, mail: contact, all optional.
        asks: answers to the category's questions, by code.
        channel: one of `models.report.CHANNELS`.
    """

    text: str = ""
    category: str = ""
    point: tuple[float, float] | None = None
    unit: str = ""
    place: str = ""
    photos: tuple[str, ...] = ()
    name: str = ""
    phone: str = ""
    mail: str = ""
    lang: str = "vi"
    channel: str = "web"
    asks: Mapping[str, str] = field(default_factory=dict)
    external_source: str = ""
    external_id: str = ""


@dataclass(frozen=True)
class Sent:
    """What became of a sending: the report, its private link, and whether it had come before."""

    report: Report
    link: str
    repeated: bool


def send(
    draft: Draft,
    *,
    key: str = "",
    by: User | None = None,
    device: str = "",
    address: str = "",
    user: User | None = None,
    asked: bool = True,
) -> Sent:
    """Take a report in: it has a number at once, and waits for screening; danger to life goes straight on.

    Args:
        draft: what is sent.
        key: the client's own random key; the same key is the same report for ever.
        by: the officer who types it in for somebody; None for the citizen.
        device: what the client calls itself, for the limits.
        address: where the request came from, for the limits.
        user: the citizen, if signed in.
        asked: whether the sender could see the category's questions; other systems and letters could not.

    Raises:
        BadInput: nothing is said, or too much; a photo is not known.
        CategoryEnded: the category is not taken any more; `details["choices"]` names others.
        OutsideTheCity, PlaceUnclear: the place cannot be used.
        TooMany: too many reports from one device or address; a danger to life is never refused for that.
        Forbidden: `by` screens nowhere, so takes nothing down for others.

    Records: `reports.received`, or `reports.rescue_asked` for danger to life.
    """
    if (before := _before(key)) is not None:
        return before
    if by is not None:
        access.require_power(by, "reports.screen")
    text = words.cleaned(draft.text)
    if len(text) < SHORTEST and not draft.photos:
        raise BadInput(_("Please write in a few words what is the matter."), code="text_needed", field="text")
    category = _category(draft.category or sure_category(text))
    danger = bool(category and category.danger)
    if not danger:
        photos.require_number(draft.photos)
    place = locate(point=draft.point, unit=draft.unit, text=draft.place, lenient=danger)
    if category is not None and draft.category and asked and not danger:
        questions.require_answers(category, draft.asks)
    limited = () if by is not None or danger else (device, address)
    return _once(draft, text, place, category, key=key, by=by, user=user, limited=limited)


def rescue(
    draft: Draft, *, facts: Mapping[str, str | int], key: str = "", by: User | None = None, user: User | None = None
) -> Sent:
    """Ask for rescue: no account, no limit, no screening; the duty agency has it at once, for five minutes.

    Args:
        draft: what is known; nothing is compulsory.
        facts: people, children, sick, water_level ... as typed.
        key: the client's own random key.
        by: the call-taker, if one types it in.
        user: the citizen, if signed in.

    Records: `reports.rescue_asked`.
    """
    if (before := _before(key)) is not None:
        return before
    held = book()
    category = held.categories.get(str(held.setting("rescue_category", "")))
    text = masking.clean(draft.text, longest=words.LONGEST) or _("Rescue is asked for.")
    place = locate(point=draft.point, unit=draft.unit, text=draft.place, lenient=True)
    asks = {str(name)[:40]: str(value)[:200] for name, value in facts.items() if str(value).strip()}
    full = Draft(**{**draft.__dict__, "asks": {**draft.asks, **asks}})
    return _once(full, text, place, category, key=key, by=by, user=user, danger=True)


def _hash(key: str) -> str:
    return keys.keyed_hash(key[:200], context="reports.sending")


def _before(key: str) -> Sent | None:
    if not key:
        return None
    held = Sending.objects.filter(key=_hash(key)).select_related("report").first()
    return Sent(held.report, link_of(held.report), repeated=True) if held and held.report else None


def _take_limits(device: str, address: str) -> None:
    held = book()
    for name, value, usual in (("device", device, 20), ("address", address, 60)):
        if value:
            rate = int(held.setting(f"limit_per_{name}_hour", usual))
            limits.take(f"reports.{name}:{hashed_source(value)}", rate=rate, per=timedelta(hours=1))


def hashed_source(value: str) -> str:
    """Return a device or an address as limits keep it: not to be read back."""
    return keys.keyed_hash(value, context="reports.limit")[:40]


def _category(key: str) -> Category | None:
    """Return the category that was chosen; a removed one is said, with those that took its place."""
    if not key:
        return None
    held, today = book(), clock.today()
    found = held.categories.get(key)
    if found is not None and found.parent and found.is_active(today):
        return found
    main = held.categories.get(found.parent or found.key) if found else None
    choices = held.categories_under(main.key, today) if main else held.main_categories(today)
    raise CategoryEnded(
        _("This kind of report is no longer taken. Please choose another; what you wrote was kept."),
        field="category",
        choices=[{"key": each.key, "name": each.name, "name_en": each.name_en} for each in choices],
    )


def _once(
    draft: Draft,
    text: str,
    place: Place,
    category: Category | None,
    *,
    key: str,
    by: User | None,
    user: User | None,
    danger: bool = False,
    limited: tuple[str, ...] = (),
) -> Sent:
    try:
        with transaction.atomic():  # the limits count in the same transaction: one commit for one report
            if limited:
                _take_limits(*limited)
            report = _received(draft, text, place, category, by=by, user=user, danger=danger)
            if key:
                Sending.objects.create(key=_hash(key), at=clock.now(), report=report)
    except IntegrityError:
        before = _before(key)  # the same sending won the race in another request
        if before is None:
            raise
        return before
    return Sent(report, link_of(report), repeated=False)


def _received(
    draft: Draft,
    text: str,
    place: Place,
    category: Category | None,
    *,
    by: User | None,
    user: User | None,
    danger: bool,
) -> Report:
    danger = danger or bool(category and category.danger)
    plain = masking.masked(text).text
    title = masking.title_of(plain)
    at = clock.now()
    report = Report(
        uid=ids.new_id(),
        category=category.key if category else UNSORTED,
        main=category.parent if category else UNSORTED.split(".", maxsplit=1)[0],
        category_version=category.version if category else 0,
        priority=DANGER if danger else NORMAL,
        channel=draft.channel,
        lang=draft.lang[:8],
        title=title,
        asks={str(name)[:40]: masking.clean(str(value), longest=200) for name, value in list(draft.asks.items())[:20]},
        external_source=draft.external_source,
        external_id=draft.external_id,
        received_at=at,
        changed_at=at,
        **place.columns(),
    )
    _place_it(report, danger=danger, by=by)
    report.queue_at = report.due_at or at
    report.save(force_insert=True)
    ReportWords.objects.create(report=report, folded=fold(f"{plain} {place.text}"), marks=moving.marks(report))
    if danger:
        hops.begin(report, report.agency, by=by)
    entry = moving.record(
        report,
        events.RESCUE if danger else events.RECEIVED,
        by=by,
        was_state="",
        was_category="",
        was_agency="",
        was_unit="",
        channel=report.channel,
        cell=report.cell,
    )
    moving.say(report, entry, "description", text, by=None, public=True)
    photos.attach(report, draft.photos, by=by, lenient=danger)
    reporters.keep(report, name=draft.name, phone=draft.phone, mail=draft.mail, user=user)
    return report


def _place_it(report: Report, *, danger: bool, by: User | None) -> None:
    """Say in which state and with which agency a new report begins."""
    held = book()
    if danger:
        report.state = "dispatched"
        report.agency = _duty(report.unit)
        report.accepted_at = report.received_at
        for name, value in hops.promise(report).items():
            setattr(report, name, value)
        report.hop_due_at = report.due_at
        return
    own = access.main_agency(by) if by is not None else None
    report.state = "received"
    for name, value in hops.screening(report.received_at).items():
        setattr(report, name, value)
    report.agency = own.code if own else str(held.setting("screening_agency", ""))


def _duty(unit: str) -> str:
    """Return the agency on duty for a unit; that of the city where the unit is not known."""
    held = book()
    duty = held.duty_of(unit)
    if duty.agency != "unit":
        return duty.agency
    found = people.agency_of_unit(unit) if unit else None
    return found.code if found else str(held.setting("screening_agency", ""))
