"""Parts of one matter: a report with children, one level deep, at most ten."""

from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base.errors import BadInput
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import moving
from huong.reports.actions.sending import Draft, Sent, send
from huong.reports.models import Report

MOST = 10


def split(number: str, *, draft: Draft, by: User, key: str = "") -> Sent:
    """Make a part of a report's matter a report of its own, with its own agency and clock.

    Args:
        draft: what the part is; the place is the parent's if it names none.
        key: the client's own key.

    Raises:
        BadInput: the report is a part itself, or has ten parts.

    Records: `reports.received` for the child, `reports.split` for the parent.
    """
    with transaction.atomic():
        parent = moving.found(number)
        moving.allowed(parent, "split", by=by)
        _require_room(parent)
        if draft.point is None and not draft.unit:
            draft = replace(draft, point=parent.point, unit=parent.unit, place=draft.place or parent.place)
        sent = send(replace(draft, channel="desk"), key=key, by=by)
        if not sent.repeated:
            Report.objects.filter(pk=sent.report.pk).update(parent=parent)
            moving.change(parent, events.SPLIT, by=by, facts={"child": sent.report.number})
    sent.report.parent = parent
    return sent


@transaction.atomic
def join(number: str, *, parent: str, by: User, version: int | None = None) -> Report:
    """Make a report a part of another.

    Raises:
        BadInput: the other is a part itself, has ten parts, or is this report; or this one has parts.

    Records: `reports.joined`.
    """
    report = moving.found(number)
    moving.allowed(report, "join", by=by, version=version)
    other = moving.found(parent)
    _require_room(other)
    if other.pk == report.pk or report.children.exists():
        raise BadInput(_("A report with parts cannot be a part itself."), code="one_level", field="parent")
    moving.change(report, events.JOINED, by=by, facts={"parent": other.number}, parent=other)
    return report


def _require_room(parent: Report) -> None:
    if parent.parent_id is not None:
        raise BadInput(
            _("%(number)s is a part itself. Please add to the whole.") % {"number": parent.number}, code="one_level"
        )
    if parent.children.count() >= MOST:
        raise BadInput(_("A report has at most %(most)d parts.") % {"most": MOST}, code="too_many_parts")


def parent_may_be_done(report: Report) -> None:
    """Write on the parent that all its parts are answered, so that its agency sees it; nothing closes by itself."""
    if report.parent_id is None:
        return
    parent = Report.objects.select_for_update().get(pk=report.parent_id)
    if parent.is_open and not parent.children.filter(is_open=True).exists():
        moving.change(parent, events.PARTS_DONE, by=None)
