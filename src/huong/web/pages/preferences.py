"""The reader's look, language and density of tables, kept in cookies of this browser."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from huong.people.access import open_to_all
from huong.web.context import DENSITIES, THEMES

YEAR = 365 * 24 * 3600
LANGUAGE_COOKIE = "huong_language"  # read by main's LocaleMiddleware


@open_to_all
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the chosen look, density or language and go back to where the person was."""
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = redirect(back if safe else "/")
    if request.POST.get("theme") in THEMES:
        _keep(response, "theme", request.POST["theme"])
    if request.POST.get("density") in DENSITIES:
        _keep(response, "density", request.POST["density"])
    if request.POST.get("language") in dict(settings.LANGUAGES):
        _keep(response, LANGUAGE_COOKIE, request.POST["language"])
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.SECURE)
