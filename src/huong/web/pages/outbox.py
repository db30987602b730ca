"""What did not leave the house, of all packages in one list: why, since when, tried again or let go."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from huong.base import outbox
from huong.base.errors import Forbidden, HuongError, NotFound
from huong.people.access import staff_only
from huong.ui import words
from huong.ui.pieces import Chip

MOST_AT_ONCE = 500


@staff_only
def listing(request: HttpRequest) -> HttpResponse:
    """Show what is stuck, newest first, as far as the person's powers go."""
    found = _sources(request)
    only = request.GET.get("from", "") if request.GET.get("from", "") in found else ""
    after = request.GET.get("after") or None
    rows, following = outbox.page_of(request.user, only=only, after=after)
    counts = {key: source.count(request.user) for key, source in found.items()}
    total = sum(counts.values())
    context = {
        "rows": [{"source": key, "from": str(found[key].title), "thing": thing} for key, thing in rows],
        "chips": [Chip(_("All"), "?", not only, total)]
        + [
            Chip(str(source.title), f"?{urlencode({'from': key})}", key == only, counts[key])
            for key, source in found.items()
        ],
        "only": only,
        "only_count": counts.get(only, 0),
        "state_line": _line(total),
        "next": following,
        "first": not after,
    }
    return render(request, "web/outbox.html", context)


def _sources(request: HttpRequest) -> dict[str, outbox.Source]:
    found = outbox.sources_of(request.user)
    if not found:
        raise Forbidden(_("Your post does not include this. Please ask a colleague who may, or the city data office."))
    return found


def _line(total: int) -> str:
    if not total:
        return _("Everything has gone out.")
    said = ngettext("%(count)s thing did not go out", "%(count)s things did not go out", total)
    return said % {"count": words.number(total)}


@staff_only
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Try one thing again, or let it go with a reason."""
    source = _chosen(request)
    person: Any = request.user
    thing, give_up = request.POST.get("thing", "")[:60], request.POST.get("do") == "give_up"
    try:
        if give_up:
            source.give_up(thing, reason=request.POST.get("reason", "")[:500], by=person)
        else:
            source.retry(thing, by=person)
    except HuongError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Let go. The reason is kept.") if give_up else _("It is tried again now."))
    return _back(request)


@staff_only
@require_POST
def retry_all(request: HttpRequest) -> HttpResponse:
    """Try everything of one source again, after whatever was in the way is put right."""
    source = _chosen(request)
    person: Any = request.user
    done = 0
    for thing in source.stuck(person, until=None, limit=MOST_AT_ONCE):
        try:
            source.retry(thing.id, by=person)
        except HuongError:  # somebody was quicker with this one
            continue
        done += 1
    said = ngettext("%(count)s thing is tried again now.", "%(count)s things are tried again now.", done)
    messages.success(request, said % {"count": words.number(done)})
    return _back(request)


def _chosen(request: HttpRequest) -> outbox.Source:
    source = _sources(request).get(request.POST.get("source", ""))
    if source is None:
        raise NotFound
    return source


def _back(request: HttpRequest) -> HttpResponse:
    only = request.POST.get("from", "")
    return redirect(f"/desk/outbox/?{urlencode({'from': only})}" if only in outbox.sources else "/desk/outbox/")
