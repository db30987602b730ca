"""Rescue: a tiny page for a slow line. Calls first, then a short form that nothing holds back."""

import secrets

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from huong.base.errors import NotFound
from huong.people.access import open_to_all
from huong.people.names import names
from huong.reports import actions, queries
from huong.reports.actions import Draft
from huong.reports.pages import citizen_words as words
from huong.reports.pages.citizen_links import citizen_of, keep_private, remember

FACTS = ("people", "children", "sick", "water_level")


def _point(request: HttpRequest) -> tuple[float, float] | None:
    try:
        lon, lat = float(request.POST["lon"]), float(request.POST["lat"])
    except (KeyError, ValueError):
        return None
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


@csrf_exempt
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def rescue(request: HttpRequest) -> HttpResponse:
    """Show the calls and the form, or send it: no account, no cookie, no limit, nothing compulsory."""
    if request.method != "POST":
        context = {
            "key": secrets.token_urlsafe(24),
            "calls": words.calls(),
            "units": [name for _code, name in names().units_to_choose()],
        }
        return render(request, "reports/citizen/rescue.html", context)
    post = request.POST
    draft = Draft(
        text=post.get("text", "")[:4000],
        point=_point(request),
        unit=post.get("unit", "")[:200],
        place=post.get("place", "")[:600],
        name=post.get("name", "")[:300],
        phone=post.get("phone", "")[:60],
        lang=(get_language() or "vi")[:2],
    )
    facts = {name: post.get(name, "")[:60] for name in FACTS if post.get(name, "").strip()}
    sent = actions.rescue(draft, facts=facts, key=post.get("key", "")[:200], user=citizen_of(request))
    url = f"/reports/rescue/sent?link={sent.link}"
    answer: HttpResponse = redirect(url)
    if "json" in request.headers.get("Accept", ""):
        answer = JsonResponse({"number": sent.report.number, "url": url}, status=201)
    remember(request, answer, sent.link)
    return keep_private(answer)


@require_safe
@open_to_all
def sent(request: HttpRequest) -> HttpResponse:
    """Acknowledge a request for rescue: its number, the time, who has it, how it stands."""
    report = queries.by_link(request.GET.get("link", "")[:80])
    if report.priority < 2:
        raise NotFound
    context = {
        "report": report,
        "calls": words.calls(),
        "agency": names({report.agency}).agency(report.agency),
        "state": queries.state_name(report.state),
        "answered": report.state not in {"received", "dispatched"},
        "link": request.GET["link"],
        "story": [
            (words.event_name(each.event), each.at, [said.text for said in each.words])
            for each in queries.story(report, "reporter")[1:]
        ],
    }
    return keep_private(render(request, "reports/citizen/rescue_sent.html", context))
