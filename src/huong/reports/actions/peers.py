"""What other systems do here: bring updates of reports, each once; try things at the test endpoint."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huong.base import clock, limits
from huong.base.errors import BadInput, Forbidden
from huong.people import access
from huong.people.models import User
from huong.reports.actions import handling, moving
from huong.reports.models import PeerUpdate, Report, TrialRequest, TrialUpdate
from huong.reports.queries.book import book
from huong.reports.rules import geo_report

TRIALS_KEPT = timedelta(days=7)
TRIALS_PER_HOUR = 200
SENT_PER_HOUR = 2000
SOURCE = "open311"


def source_of(system: User) -> str:
    """Return what is kept of the system that sent a report, so that it alone may speak for the sender."""
    return f"{SOURCE}:{system.pk}"


def take_sending_limit(system: User) -> None:
    """Count one sending of a system.

    Raises:
        TooMany: more within an hour than the city allows a system.
    """
    rate = int(book().setting("limit_open311_hour", SENT_PER_HOUR))
    with transaction.atomic():
        limits.take(f"reports.open311:{system.pk}", rate=rate, per=timedelta(hours=1))


def take_update(
    number: str, *, system: User, remote_id: str, status: str, text: str, at: datetime | None = None
) -> tuple[PeerUpdate, bool]:
    """Take an update of another system in, once: words for everybody, and the move that its status means.

    A system with the power to work on the report moves it; the system that sent the report speaks for the citizen.
    An update older than what we hold adds its words and moves nothing.

    Args:
        number: the report.
        system: whose key was sent.
        remote_id: the update's id there.
        status: open, closed, or one of the finer words of the extension.
        text: what is said.
        at: when it happened there.

    Returns:
        What is kept of it, and whether it had come before.

    Raises:
        NotFound: no such report.
        BadInput: the status is not known; words are needed.
        Forbidden: the system may neither work on the report nor speak for its sender.
        WrongState: the report takes no such move.

    Records: what the move records.
    """
    if (before := _taken(system, remote_id)) is not None:
        return before, True
    meaning = geo_report.meaning_of(status) if status else geo_report.TOLD
    if meaning is None:
        raise BadInput(_("The status %(status)s is not known here.") % {"status": status[:40]})
    try:
        with transaction.atomic():
            report = moving.found(number)
            _move(report, meaning, system=system, text=text, late=bool(at and at < report.changed_at))
            entry = moving.last_entry(report)
            kept = PeerUpdate.objects.create(
                system=system, remote_id=remote_id, report=report, entry=entry, at=clock.now()
            )
    except IntegrityError:
        before = _taken(system, remote_id)  # the same update won the race in another request
        if before is None:
            raise
        return before, True
    return kept, False


def _taken(system: User, remote_id: str) -> PeerUpdate | None:
    return PeerUpdate.objects.filter(system=system, remote_id=remote_id).select_related("report").first()


def _move(report: Report, meaning: str, *, system: User, text: str, late: bool) -> None:
    if not access.has_power(system, "reports.handle", report.agency):
        if report.external_source != source_of(system):
            raise Forbidden(_("This key may not bring updates of this report."))
        handling.reply(report.number, text=text)
    else:
        carry_out(report, geo_report.TOLD if late else meaning, text=text, by=system)


def carry_out(report: Report, meaning: str, *, text: str, by: User | None) -> None:
    """Do what the update of another system means; the caller holds the transaction.

    Args:
        by: the system, if it came with a key; None if we asked it, and it answers for the report's agency.
    """
    if meaning == geo_report.TOLD:
        handling.tell(report.number, text=text, by=by)
    elif meaning == geo_report.BEGUN:
        _begin(report, text, by)
    elif meaning == geo_report.DONE:
        handling.answer(report.number, text=text, by=by)
    else:
        handling.close(report.number, text=text, by=by)


def _begin(report: Report, text: str, by: User | None) -> None:
    if report.state != "in_progress":
        handling.take(report.number, by=by)
    if text.strip():
        handling.tell(report.number, text=text, by=by)


@transaction.atomic
def try_out(
    service_code: str, *, description: str, address: str, point: tuple[float, float] | None, source: str
) -> TrialRequest:
    """Keep what a client sends to the test endpoint; it reaches no desk and no journal.

    Raises:
        TooMany: more within an hour from one place than anybody needs.
    """
    limits.take(f"reports.trial:{source}", rate=TRIALS_PER_HOUR, per=timedelta(hours=1))
    at = clock.now()
    lon, lat = point or (None, None)
    return TrialRequest.objects.create(
        service_code=service_code,
        description=description,
        address=address[:200],
        lon=lon,
        lat=lat,
        at=at,
        changed_at=at,
    )


@transaction.atomic
def try_update(trial: TrialRequest, *, status: str, text: str) -> TrialUpdate:
    """Keep an update that a client sends to the test endpoint.

    Raises:
        BadInput: the status is not known.
    """
    meaning = geo_report.meaning_of(status) if status else geo_report.TOLD
    if meaning is None:
        raise BadInput(_("The status %(status)s is not known here.") % {"status": status[:40]})
    at = clock.now()
    is_open = meaning not in {geo_report.DONE, geo_report.ENDED}
    TrialRequest.objects.filter(pk=trial.pk).update(is_open=is_open, changed_at=at)
    return TrialUpdate.objects.create(request=trial, status=(status or "OPEN").upper()[:40], description=text, at=at)


def sweep_trials() -> int:
    """Let what was sent to try things go after a week. Returns how many."""
    gone, _kinds = TrialRequest.objects.filter(at__lt=clock.now() - TRIALS_KEPT).delete()
    return gone
