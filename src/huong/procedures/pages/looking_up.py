"""`/procedures/lookup`: a dossier found again without signing in, by its code and the phone number or birth date."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from huong.base import limits
from huong.base.errors import HuongError, NotFound
from huong.base.ids import digest
from huong.people import queries as people
from huong.people.access import open_to_all
from huong.procedures.pages.counting import count, source_of
from huong.procedures.queries import contacts, mine

A_MINUTE = 10
AN_HOUR_OF_ONE, AN_HOUR_OF_ALL = 10, 50
"""Wrong tries for one dossier: whoever guesses shuts himself out, not the applicant; many addresses together are slow."""


@open_to_all
@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """Find a dossier by its code and what only its applicant knows; a wrong code and a wrong phone answer the same."""
    code = (request.POST.get("code") or request.GET.get("code", "")).strip()[:60]
    context: dict[str, object] = {"code": code}
    if request.method == "POST":
        try:
            context |= _found(request, code)
        except HuongError as refused:
            context["error"] = refused
    error = context.get("error")
    status = error.status if isinstance(error, HuongError) else 200
    answer = render(request, "procedures/result/lookup.html", context, status=status)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _found(request: HttpRequest, code: str) -> dict[str, object]:
    count(request, "lookup", rate=A_MINUTE)
    asked, hour = f"procedures.lookup:{digest(code.upper())[:32]}", timedelta(hours=1)
    buckets = {f"{asked}:{source_of(request)[:32]}": AN_HOUR_OF_ONE, asked: AN_HOUR_OF_ALL}
    shut = any(limits.is_used_up(each, rate=rate, per=hour) for each, rate in buckets.items())
    dossier = None if shut else contacts.looked_up(code, request.POST.get("known", "")[:40])
    if dossier is None:
        for each, rate in buckets.items():
            limits.take(each, rate=rate, per=hour)
        raise NotFound(
            _(
                "No dossier has this code together with this phone number or birth date. Please compare both with your receipt."
            ),
            code="not_found_together",
        )
    return {
        "card": mine.card_of(dossier),
        "dossier": dossier,
        "agency": people.agency(dossier.agency),
        "story": [(each.what, each.at, each.agency) for each in mine.story_of(dossier)],
    }
