"""One move on many reports, from the list or from a rush, with the way back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from huong.base import ids
from huong.base.errors import BadInput, HuongError
from huong.people.access import needs
from huong.people.models import User
from huong.people.names import names
from huong.places import queries as places
from huong.reports import actions, queries
from huong.reports.pages.desk import asking, rows
from huong.reports.queries import bulks, rush
from huong.reports.rules import numbers

HOURS = 6


@needs("reports.handle")
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Make one move on the chosen reports and go back to the list, with the way to undo it."""
    person: Any = request.user
    verb = request.POST.get("verb", "")
    try:
        options = _options(verb, request.POST.dict(), person)
        outcome = actions.bulk(_visible(person, request.POST.getlist("numbers")), verb=verb, by=person, **options)
    except HuongError as error:
        messages.error(request, error.message)
        return redirect(_back(request))
    _say(request, outcome)
    back = _back(request)
    return redirect(f"{back}{'&' if '?' in back else '?'}bulk={outcome.uid}" if outcome.done else back)


def _visible(person: User, chosen: list[str]) -> list[str]:
    """Return the chosen numbers that the person may see at all."""
    ids = [found for number in chosen[:500] if (found := numbers.id_of(number)) is not None]
    return [report.number for report in queries.visible_to(person).filter(pk__in=ids)]


def _options(verb: str, data: dict[str, str], person: User) -> dict[str, Any]:
    """Return what a move on many takes.

    Raises:
        BadInput: something that it needs is missing.
    """
    text = data.get("text", "").strip()
    if verb in {"hand_over", "dispatch"}:
        if not data.get("agency"):
            raise BadInput(_("Please choose the agency that shall have them."), field="agency")
        return {"to": data["agency"], "text": text}
    if verb in {"answer", "close", "tell"}:
        return {"text": text or _stock(data.get("stock", ""))}
    if verb == "assign":
        return {"to": person.pk}
    return {}


def _stock(key: str) -> str:
    held = queries.book().answers.get(key)
    return held.text if held else ""


def _say(request: HttpRequest, outcome: actions.Outcome) -> None:
    """Tell how many were moved, and of each that was not, why."""
    done, refused = len(outcome.done), outcome.refused
    if done:
        text = ngettext("%(count)d report moved.", "%(count)d reports moved.", done) % {"count": done}
        messages.success(request, text)
    for number, why in refused[:5]:
        messages.error(request, f"{number}: {why}")
    if len(refused) > 5:
        messages.error(request, _("%(count)d more were not moved.") % {"count": len(refused) - 5})


@needs("reports.handle")
@require_POST
def undo(request: HttpRequest, uid: str) -> HttpResponse:
    """Put the reports of a move on many back as they were."""
    person: Any = request.user
    try:
        outcome = actions.undo(uid, by=person)
        text = ngettext("%(count)d report put back.", "%(count)d reports put back.", len(outcome.done))
        messages.success(request, text % {"count": len(outcome.done)})
        for number, why in outcome.refused[:5]:
            messages.error(request, f"{number}: {why}")
    except HuongError as error:
        messages.error(request, error.message)
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """Return where the person was, without the mark of an earlier move on many."""
    back = request.POST.get("next", "")
    path, _mark, query = back.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith(("bulk=", "after=")))
    whole = f"{path}?{kept}" if kept else path
    return whole if url_has_allowed_host_and_scheme(whole, allowed_hosts={request.get_host()}) else "/desk/reports/"


@needs("reports.read")
def surge(request: HttpRequest) -> HttpResponse:
    """Show what came in the last hours by place and kind, so that one answer can serve many; nothing closes by itself."""
    person: Any = request.user
    last_hour = rush.arrived(person).count()
    found = rush.heaps(person, hours=HOURS)
    named = names((), {heap.unit for heap in found})
    context = {
        "heaps": [
            {
                "unit": heap.unit,
                "category": heap.category,
                "place": named.unit(heap.unit) if heap.unit else _("place not known"),
                "kind": queries.category_name(heap.category),
                "count": heap.count,
                "first": heap.first,
                "last": heap.last,
                "url": f"/desk/reports/?scope=all&unit={heap.unit}&category={heap.category}&order=oldest",
            }
            for heap in found
        ],
        "hours": HOURS,
        "last_hour": last_hour,
        "is_rush": rush.is_rush(last_hour),
        "limit": queries.book().setting("surge_per_hour", 200),
        "usual": _("Seen, not yet verified. We know of many reports from this place and are on our way."),
        "undo": bulks.last_bulk(request.GET.get("bulk", ""), person),
    }
    return render(request, "reports/desk/surge.html", context)


@needs("reports.handle")
@require_POST
def tell_heap(request: HttpRequest) -> HttpResponse:
    """Tell everybody of one heap how it stands; the reports stay open."""
    person: Any = request.user
    unit, category = request.POST.get("unit", ""), request.POST.get("category", "")
    try:
        heap = rush.numbers_in(person, unit=unit, category=category, hours=HOURS)
        outcome = actions.bulk(heap, verb="tell", by=person, text=request.POST.get("text", ""))
    except HuongError as error:
        messages.error(request, error.message)
        return redirect("/desk/reports/surge")
    _say(request, outcome)
    return redirect(f"/desk/reports/surge?bulk={outcome.uid}" if outcome.done else "/desk/reports/surge")


@needs("reports.handle")
def call(request: HttpRequest) -> HttpResponse:
    """Let a call-taker type a number, see the caller's open matters, and take a new one in with few keys."""
    person: Any = request.user
    phone = request.POST.get("phone", "").strip()
    context: dict[str, Any] = {
        "phone": phone,
        "typed": request.POST,
        "key": request.POST.get("key") or ids.new_id(),
        "categories": asking.categories(),
        "units": names().units_to_choose(),
        "city_map": places.map_facts(),
    }
    if request.method == "POST":
        seen = queries.visible_to(person).filter(
            pk__in=[report.pk for report in queries.reports_of_contact(phone)] if phone else []
        )
        context["before"] = rows.rows_of(seen.select_related("assignee").order_by("-is_open", "-id")[:20])
        if request.POST.get("do") == "send":
            try:
                context["sent"] = _taken(request, person)
            except HuongError as error:
                context["error"] = error
    return render(request, "reports/desk/call.html", context)


def _point(lon: str, lat: str) -> tuple[float, float] | None:
    """Return the point that was chosen on the map, if one was."""
    try:
        return float(lon), float(lat)
    except ValueError:
        return None


def _taken(request: HttpRequest, person: User) -> dict[str, Any]:
    """Take what the caller says in as a report, once, and return what is read back to them."""
    data = request.POST
    draft = actions.Draft(
        text=data.get("text", ""),
        point=_point(data.get("lon", ""), data.get("lat", "")),
        category=data.get("category", ""),
        unit=data.get("unit", ""),
        place=data.get("place", ""),
        name=data.get("name", ""),
        phone=data.get("phone", ""),
        channel="phone",
    )
    key = data.get("key", "")
    if data.get("rescue") == "1":
        sent = actions.rescue(draft, facts={"text": data.get("text", "")}, key=key, by=person)
    else:
        sent = actions.send(draft, key=key, by=person)
    recording = data.get("recording", "").strip()[:80]
    if recording and not sent.repeated:
        actions.note(sent.report.number, text=_("Recording: %(reference)s") % {"reference": recording}, by=person)
    spoken = " ".join(sent.report.number.removeprefix("PA-"))
    return {"number": sent.report.number, "url": rows.url_of(sent.report.number), "spoken": f"P A {spoken}"}
