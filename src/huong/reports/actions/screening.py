"""Screening: take a report in, or say where the matter belongs. Each way out names who goes on with it."""

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, NotFound, WrongState
from huong.people import queries as people
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import following, hops, moving
from huong.reports.models import Report
from huong.reports.queries.book import book, city_time
from huong.reports.rules.nouns import Channel


@transaction.atomic
def accept(
    number: str,
    *,
    by: User,
    category: str = "",
    to: str = "",
    priority: int | None = None,
    public: bool | None = None,
    version: int | None = None,
) -> Report:
    """Take a report in: its promise is given and its clock starts; where the route is known it goes on at once.

    Args:
        number: such as "PA-000123".
        by: who screens; needs the power of the move "accept" in the report's agency.
        category: the category it really has; the sender's if left out.
        to: the agency that must answer; the city's routes decide if left out.
        priority: 0 normal or 1 urgent; unchanged if left out.
        public: whether everybody sees it; the category decides if left out.
        version: the version looked at.

    Raises:
        Overtaken, WrongState, Forbidden: see `moving.allowed`.
        NotFound: no such report, category or agency.

    Records: `reports.accepted`.
    """
    report = moving.found(number)
    rule = moving.allowed(report, "accept", by=by, version=version)
    key = category or report.category
    held = book().categories.get(key)
    if held is None or (category and not held.parent):
        raise NotFound(_("There is no category “%(key)s”.") % {"key": key[:60]})
    agency = hops.agency_named(to).code if to else routed(key, report.unit)
    predicted, from_agency = report.category, report.agency
    report.category, report.priority = key, report.priority if priority is None else priority
    promise = hops.promise(report)
    report.category = predicted
    moving.change(
        report,
        events.ACCEPTED,
        by=by,
        facts={"due": promise["due_at"].isoformat(), "predicted": predicted, "cell": report.cell},
        state=rule.targets[1] if agency and len(rule.targets) > 1 else rule.targets[0],
        category=key,
        main=held.parent,
        priority=report.priority,
        is_public=held.public if public is None else public,
        accepted_at=clock.now(),
        agency=agency or report.agency,
        **promise,
    )
    if agency:
        hops.begin(report, agency, by=by, from_agency=from_agency)
    return report


def routed(category: str, unit: str) -> str:
    """Return the code of the agency that the city's routes name, empty if none does."""
    agency = book().route(category, unit, city_time(clock.now()))
    if agency != "unit":
        return agency
    found = people.agency_of_unit(unit)
    return found.code if found else ""


@transaction.atomic
def merge(number: str, *, into: str, by: User, version: int | None = None) -> Report:
    """Say that a report is the same matter as another: it ends here, and its sender follows the other.

    Raises:
        NotFound: one of the reports does not exist.
        BadInput: a report into itself, or into one that was merged itself.
        Overtaken, WrongState, Forbidden: see `moving.allowed`.

    Records: `reports.merged` and, for the other, `reports.followed`.
    """
    report = moving.found(number)
    rule = moving.allowed(report, "merge", by=by, version=version)
    other = moving.found(into)
    if other.pk == report.pk or other.merged_into_id or report.duplicates.exists():
        raise BadInput(
            _("%(into)s cannot take this report in: choose the first report of the matter.") % {"into": other.number},
            code="not_first",
            field="into",
        )
    moving.change(
        report,
        events.MERGED,
        by=by,
        facts={"into": other.number},
        state=rule.targets[0],
        merged_into=other,
        closed_at=clock.now(),
        **STOPPED,
    )
    hops.end(report)
    following.carry_over(report, other)
    return report


@transaction.atomic
def unmerge(number: str, *, by: User, version: int | None = None) -> Report:
    """Say that a report is a matter of its own after all; it waits for screening again.

    Raises:
        WrongState: it was not merged.

    Records: `reports.unmerged`.
    """
    report = moving.found(number)
    rule = moving.allowed(report, "unmerge", by=by, version=version)
    other = report.merged_into
    if other is None:
        raise WrongState(_("%(number)s was not merged.") % {"number": report.number})
    moving.change(
        report,
        events.UNMERGED,
        by=by,
        facts={"out_of": other.number},
        state=rule.targets[0],
        merged_into=None,
        closed_at=None,
        agency=str(book().setting("screening_agency", report.agency)),
        **hops.screening(clock.now()),
    )
    return report


STOPPED = {"due_at": None, "late3_at": None, "hop_due_at": None, "left_us": None, "left3_us": None, "escalate_at": None}


def refer(number: str, *, to: str, text: str, by: User, version: int | None = None) -> Report:
    """Tell the citizen the right channel for a matter that is no field report of the city.

    Args:
        to: the key of a channel of the city ("channel" rules) that is none for complaints.
        text: what the citizen is told.

    Raises:
        NotFound: there is no such channel.
        Overtaken, WrongState, Forbidden, BadInput: see `moving.allowed`.

    Records: `reports.referred` with the channel.
    """
    return _out(number, "refer", events.REFERRED, to=to, text=text, by=by, version=version)


def hand_to_petitions(number: str, *, to: str, text: str, by: User, version: int | None = None) -> Report:
    """Hand a complaint or denunciation over to its own channel; it is no field report any more and never public.

    Args:
        to: the key of a channel for complaints or denunciations.
        text: what the citizen is told.

    Raises:
        NotFound: there is no such channel.
        Overtaken, WrongState, Forbidden, BadInput: see `moving.allowed`.

    Records: `reports.handed_to_petitions` with the channel.

    Source: Decree 155/2026 (complaints), Decree 154/2026 (reception of citizens).
    """
    return _out(number, "petition", events.PETITION, to=to, text=text, by=by, version=version, petition=True)


def reject(number: str, *, text: str, by: User, version: int | None = None) -> Report:
    """End an abusive report, with a reason for the record.

    Records: `reports.rejected`.
    """
    return _out(number, "reject", events.REJECTED, to="", text=text, by=by, version=version)


@transaction.atomic
def _out(
    number: str, verb: str, event: str, *, to: str, text: str, by: User, version: int | None, petition: bool = False
) -> Report:
    report = moving.found(number)
    rule = moving.allowed(report, verb, by=by, version=version, text=text)
    if to or verb != "reject":
        _require_channel(to, petition=petition)
    entry = moving.change(
        report,
        event,
        by=by,
        facts={"to": to} if to else {},
        state=rule.targets[0],
        out_channel=to,
        closed_at=clock.now(),
        is_public=False,
        **STOPPED,
    )
    hops.end(report)
    moving.say(report, entry, "reason", text, by=by)
    return report


def _require_channel(key: str, *, petition: bool) -> Channel:
    found = book().channels.get(key)
    if found is None or found.petition != petition:
        raise NotFound(_("There is no channel “%(key)s” for this.") % {"key": key[:60]})
    return found
