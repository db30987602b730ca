"""The officers' list of field reports: what waits, filtered, searched, kept, printed, sent out as CSV."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from huong.base import clock
from huong.base.errors import HuongError
from huong.base.text import whole
from huong.people import access
from huong.people.access import needs
from huong.people.models import User
from huong.people.names import names
from huong.reports import actions, queries
from huong.reports.models.report import CHANNELS
from huong.reports.pages.desk import asking, rows, table
from huong.reports.queries import bulks
from huong.reports.queries.book import book
from huong.reports.queries.rush import is_rush
from huong.ui import words

PAGE = 50
SIZES = (25, 50, 100)
CSV_MOST = 100_000


@needs("reports.read")
def listing(request: HttpRequest) -> HttpResponse:
    """List the reports a person asks for, most pressing first; danger to life stands above everything."""
    person: Any = request.user
    wanted, after = asking.wanted_of(request.GET), request.GET.get("after") or None
    work = queries.work_of(person, wanted.scope)
    page = queries.reports_for(person, wanted, after=after, size=PAGE, only=rows.FIELDS)
    pinned = queries.pinned(person) if after is None and work.danger else []
    above = {each.pk for each in pinned}
    found = [*pinned, *(each for each in page.items if each.pk not in above)]
    may_handle = access.has_power(person, "reports.handle")
    context = {
        "rows": table.markup_of(rows.rows_of(found, access.agencies_of(person)), choose=may_handle),
        "state_line": state_line(work),
        "chips": asking.chips(
            request.GET, work, in_ward=_in_ward(person), sees_all=access.sees_all(person, "reports.read")
        ),
        "kept": [(each.pk, each.name, asking.url_of(each.wanted)) for each in queries.filters_of(person)],
        "wanted": wanted,
        "chosen": _chosen(request),
        "filtered": bool(asking.kept(request.GET)),
        "narrowed": any(name != "scope" for name in asking.kept(request.GET)),
        "next": page.next,
        "first": after is None,
        "undo": bulks.last_bulk(request.GET.get("bulk", ""), person),
        "rush": is_rush(work.last_hour),
        "last_hour": work.last_hour,
        "may_handle": may_handle,
        "may_rule": access.has_power(person, "reports.rules"),
        **_choices(),
    }
    return render(request, "reports/desk/list.html", context)


def _choices() -> dict[str, Any]:
    held = names()
    return {
        "categories": asking.categories(),
        "units": held.units_to_choose(),
        "states": asking.states(),
        "buckets": asking.buckets(),
        "orders": asking.orders(),
        "channels": [(key, str(name)) for key, name in CHANNELS],
        "agencies": held.agencies_to_choose(),
        "stock": [(each.key, each.title, each.text) for each in book().answers.values() if each.verb == "answer"],
    }


def _chosen(request: HttpRequest) -> dict[str, str]:
    """Return the filters as typed, for the form."""
    return {name: request.GET.get(name, "") for name in asking.NAMES}


def _in_ward(person: User) -> bool:
    agency = access.main_agency(person)
    return agency is not None and agency.tier == "ward"


def state_line(work: Any) -> str:
    """Return the head of the list in one sentence: "38 việc · 2 quá hạn · 4 đến hạn trong một ngày"."""
    if not work.open:
        return _("Nothing waits here.")
    parts = [
        ngettext("%(count)s report", "%(count)s reports", work.open) % {"count": words.number(work.open)},
    ]
    if work.danger:
        parts.append(_("%(count)s danger to life") % {"count": words.number(work.danger)})
    if work.late:
        parts.append(_("%(count)s overdue") % {"count": words.number(work.late)})
    if work.soon:
        parts.append(_("%(count)s due within a day") % {"count": words.number(work.soon)})
    if work.screening:
        parts.append(_("%(count)s to be screened") % {"count": words.number(work.screening)})
    return " · ".join(parts)


@needs("reports.read")
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the present list under a name, or forget one."""
    person: Any = request.user
    forgotten = whole(request.POST.get("forget", ""))
    if forgotten is not None:
        actions.forget_filter(forgotten, by=person)
        return redirect("/desk/reports/")
    wanted = asking.kept(request.POST)
    try:
        actions.save_filter(request.POST.get("name", ""), wanted, by=person)
        messages.success(request, _("The list is kept."))
    except HuongError as error:
        messages.error(request, error.message)
    return redirect(asking.url_of(wanted))


COLUMNS = ("number", "title", "category", "state", "ward", "place", "agency", "received", "due", "closed", "channel")


@needs("reports.read")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Send the list as CSV for a spreadsheet; never a contact, formulas made harmless."""
    person: Any = request.user
    wanted = asking.wanted_of(request.GET)
    response = StreamingHttpResponse(_lines(person, wanted), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="phan-anh-{clock.today():%Y%m%d}.csv"'
    return response


def _lines(person: User, wanted: queries.Wanted) -> Iterator[str]:
    yield "\ufeff" + _line(COLUMNS)
    named, after, sent = names(), None, 0
    while sent < CSV_MOST:
        page = queries.reports_for(person, wanted, after=after, size=1000)
        for each in page.items:
            yield _line(
                (
                    each.number,
                    each.title,
                    queries.category_name(each.category),
                    queries.state_name(each.state),
                    named.unit(each.unit),
                    each.place,
                    named.agency(each.agency),
                    *(words.moment(at) if at else "" for at in (each.received_at, each.due_at, each.closed_at)),
                    each.channel,
                )
            )
        sent += len(page.items)
        after = page.next
        if after is None:
            return


def _line(values: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([f"'{value}" if value[:1] in "=+-@\t\r" and value else value for value in values])
    return out.getvalue()
