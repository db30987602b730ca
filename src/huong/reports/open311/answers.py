"""How Open311 is answered: XML or JSON as the address ends, refusals as the list of errors of the protocol."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from huong.base.errors import BadInput, HuongError, TooLarge
from huong.reports.open311.asking import Asked
from huong.reports.rules import geo_report

STATUS = {401: 403, 409: 400}
View = Callable[..., tuple[str, Any]]


def endpoint(*methods: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """Make an endpoint of a function that returns the root's name and a tree of values; open to all, no cookie."""

    def made(view: View) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def served(request: HttpRequest, form: str = "xml", **parts: Any) -> HttpResponse:
            if request.method == "OPTIONS":
                return _open(HttpResponse(status=204, headers={"Allow": ", ".join((*methods, "OPTIONS"))}))
            try:
                if request.method not in methods:
                    return _method(form, methods)
                root, tree = view(_asked(request), **parts)
            except HuongError as error:
                return refused(form, error)
            return _open(HttpResponse(geo_report.written(form, root, tree), content_type=geo_report.FORMS[form]))

        served.access = "open"  # type: ignore[attr-defined]
        return served

    return made


def _asked(request: HttpRequest) -> Asked:
    try:
        asked = Asked(request)
    except RequestDataTooBig as error:
        raise TooLarge from error
    except (MultiPartParserError, SuspiciousOperation, UnicodeDecodeError) as error:
        raise BadInput(_("This request could not be read.")) from error
    asked.require_jurisdiction()
    return asked


def refused(form: str, error: HuongError) -> HttpResponse:
    """Answer a refusal as the protocol's list of errors."""
    status = STATUS.get(error.status, error.status)
    answer = _errors(form, status, error.message)
    if "retry_after" in error.details:
        answer["Retry-After"] = str(error.details["retry_after"])
    return answer


def _errors(form: str, status: int, sentence: str) -> HttpResponse:
    tree = [{"code": status, "description": sentence}]
    document = geo_report.written(form, "errors", tree)
    return _open(HttpResponse(document, status=status, content_type=geo_report.FORMS[form]))


def _method(form: str, methods: tuple[str, ...]) -> HttpResponse:
    answer = _errors(form, 405, _("This address takes %(methods)s.") % {"methods": ", ".join(methods)})
    answer["Allow"] = ", ".join(methods)
    return answer


def _open(answer: HttpResponse) -> HttpResponse:
    """Let pages of other sites read the answer: it holds only what everybody may see."""
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Vary"] = "Accept-Language"
    return answer
