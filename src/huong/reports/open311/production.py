"""The real endpoint: reports are sent here, and everybody follows what became of the public ones."""

from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, NotFound
from huong.people.models import User
from huong.places import queries as places
from huong.reports import actions, queries
from huong.reports.actions import Draft, peers, photos
from huong.reports.actions.pictures import fetch_picture
from huong.reports.models import Report
from huong.reports.open311 import services
from huong.reports.open311.asking import PAGE, Asked
from huong.reports.open311.records import READ, records
from huong.reports.rules import geo_report, numbers

SPAN = timedelta(days=90)
LONGEST_KEY, SHORTEST_KEY = 200, 16


def send(asked: Asked) -> dict[str, Any]:
    """Take a report in and return its receipt; the same Idempotency-Key is the same report.

    Raises:
        Forbidden: no valid key.
        BadInput: a needed argument is missing or cannot be used.
        NotFound: there is no such service.
        TooMany: more than a system may send.
    """
    system = asked.require_system()
    category = services.category(asked.needed("service_code"))
    draft = _draft(asked, category.key, system)
    peers.take_sending_limit(system)
    pictures = _photos(asked, system)
    key, device = asked.request.headers.get("Idempotency-Key", ""), asked.text("device_id", longest=120)
    if key and not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise BadInput(
            _("An Idempotency-Key has %(least)d to %(most)d characters, made at random.")
            % {"least": SHORTEST_KEY, "most": LONGEST_KEY}
        )
    sent = actions.send(
        Draft(**{**draft.__dict__, "photos": pictures}),
        key=f"open311:{system.pk}:{key}" if key else "",
        device=f"open311:{system.pk}:{device}" if device else "",
    )
    if (url := asked.text("media_url", longest=1000)) and not sent.repeated:
        fetch_picture.later(sent.report.number, url)
    notice = queries.promise_of(sent.report) or _("Your report has the number %(number)s.") % {
        "number": sent.report.number
    }
    return {"service_request_id": sent.report.number, "service_notice": notice, "account_id": None}


def _draft(asked: Asked, category: str, system: User) -> Draft:
    point, address, unit = (
        asked.point(),
        asked.text("address_string", longest=600),
        asked.text("address_id", longest=200),
    )
    if point is None and not address and not unit:
        raise BadInput(_("Please give lat and long, address_string or address_id."))
    if point is None and not unit:
        found = places.resolve(address[:200])
        unit = found.units[0].code if found.kind == "one" else ""
    names = (asked.text("first_name", longest=120), asked.text("last_name", longest=120))
    return Draft(
        text=asked.text("description", longest=8000) or queries.category_name(category),
        category=category,
        point=point,
        unit=unit,
        place=address,
        name=" ".join(filter(None, names)),
        phone=asked.text("phone", longest=60),
        mail=asked.text("email", longest=300),
        asks=geo_report.answers_in(asked.fields),
        channel="open311",
        external_source=peers.source_of(system),
    )


def _photos(asked: Asked, system: User) -> tuple[str, ...]:
    files = asked.files()
    photos.require_number(tuple(str(place) for place, _file in enumerate(files)))
    taken = [
        actions.take_photo(cast("Any", each), name=each.name or "", device=f"open311:{system.pk}") for each in files
    ]
    return tuple(each.uid for each in taken)


def token(given: str) -> dict[str, Any]:
    """Return the id behind a token; an id is taken too, since sending answers with the id at once.

    Raises:
        NotFound: there is none.
    """
    report = Report.objects.filter(pk=numbers.id_of(given)).first() or Report.objects.filter(uid=given[:32]).first()
    if report is None:
        raise NotFound(_("token was not found."))
    return {"service_request_id": report.number, "token": given}


def one(number: str, asked: Asked) -> list[dict[str, Any]]:
    """Return one report as a list.

    Raises:
        NotFound: there is none with this id.
    """
    found = Report.objects.filter(pk=numbers.id_of(number)).first()
    if found is None:
        raise NotFound(_("service_request_id %(number)s was not found.") % {"number": number[:40]})
    return records([found], base=asked.base, own=_own([found], asked))


def _own(reports: list[Report], asked: Asked) -> list[int]:
    system = asked.system()
    return [each.pk for each in reports if system and each.external_source == peers.source_of(system)]


def listing(asked: Asked) -> list[dict[str, Any]]:
    """Return reports: those named by id, or the public ones that fit, newest first.

    Raises:
        BadInput: an argument cannot be used.
    """
    if named := asked.codes("service_request_id"):
        ids = [number for number in map(numbers.id_of, named[:PAGE]) if number]
        found = list(Report.objects.filter(pk__in=ids).order_by("-received_at", "-id"))
        return records(found, base=asked.base, own=_own(found, asked))
    return records(asked.cut(_rows(asked).only(*READ)), base=asked.base)


def _rows(asked: Asked) -> QuerySet[Report]:
    rows = queries.public()
    if codes := asked.codes("service_code"):
        rows = rows.filter(category__in=codes[:500])
    if (is_open := asked.status()) is not None:
        rows = rows.filter(is_open=is_open)
    since, until = asked.instant("updated_after"), asked.instant("updated_before")
    if since is not None or until is not None:
        return _received(_changed(rows, since, until), asked).order_by("changed_at", "id")
    begin, end = _window(asked)
    return rows.filter(received_at__gte=begin, received_at__lte=end).order_by("-received_at", "-id")


def _changed(rows: QuerySet[Report], since: datetime | None, until: datetime | None) -> QuerySet[Report]:
    """Keep what was updated within a time, by what `updated_datetime` says: of closed ones, when they were closed."""
    if since is not None:
        rows = rows.filter(Q(is_open=True) | Q(closed_at__gte=since), changed_at__gte=since)
    if until is not None:
        rows = rows.filter(Q(is_open=True, changed_at__lte=until) | Q(is_open=False, closed_at__lte=until))
    return rows


def _received(rows: QuerySet[Report], asked: Asked) -> QuerySet[Report]:
    begin, end = asked.instant("start_date"), asked.instant("end_date")
    if begin is not None:
        rows = rows.filter(received_at__gte=begin)
    return rows.filter(received_at__lte=end) if end is not None else rows


def _window(asked: Asked) -> tuple[datetime, datetime]:
    """Return when reports must have been received: 90 days at most, the last ones if nothing is said."""
    begin, end = asked.instant("start_date"), asked.instant("end_date")
    if begin is None:
        end = end or clock.now()
        return end - SPAN, end
    return begin, min(end or begin + SPAN, begin + SPAN)
