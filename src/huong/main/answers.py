"""How refusals are answered: problem details for programs, a designed page for people."""

import sys

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from huong.base.errors import BadInput, Forbidden, HuongError, NotFound
from huong.base.refusals import refusal_of
from huong.web.context import Frame

PROGRAM_PATHS = ("/api/", "/ogc/", "/ngsi-ld/", "/r1", "/open311/")


def wants_json(request: HttpRequest) -> bool:
    """Return whether a program is asking."""
    return request.path.startswith(PROGRAM_PATHS) or "json" in request.headers.get("Accept", "")


def refusal(request: HttpRequest, error: HuongError) -> HttpResponse:
    """Return a refusal as `application/problem+json` (RFC 9457) or as a page."""
    if wants_json(request):
        body = orjson.dumps(error.problem(), default=str)
        response = HttpResponse(body, status=error.status, content_type="application/problem+json")
    else:
        # a failure may be the database's: then the frame that counts work for officers is left out
        layout = Frame(request).layout if error.status < 500 else "ui/citizen.html"
        context = {"error": error, "status": error.status, "layout": layout}
        response = render(request, "ui/error.html", context, status=error.status)
    if "retry_after" in error.details:
        response.headers["Retry-After"] = str(error.details["retry_after"])
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="huong"'
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that does not exist."""
    return refusal(request, NotFound(_("There is no page at this address.")))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that Django itself found malformed."""
    return refusal(request, BadInput(_("This request could not be read.")))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that Django itself refused, such as a form from another site."""
    return refusal(request, Forbidden())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose protection token is missing or old."""
    return refusal(request, Forbidden(_("This form was open for too long. Please go back, reload it and send again.")))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer something unexpected; its details are in the log under the request's id.

    What fails outside a view, such as keeping a session or an upload on a full disk, is said as what it is.
    """
    error = sys.exception()
    known = refusal_of(error) if error else None
    unknown = HuongError(_("Something unexpected happened. Nothing was half-saved. Please try again."))
    return refusal(request, known or unknown)
