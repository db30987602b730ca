"""What surrounds every request: its id, its log line, its language, its security headers, its refusals."""

import ipaddress
import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _

from huong.base import ids, logs, navigation
from huong.base.errors import NotAllowed, TooLarge, TooMany
from huong.base.refusals import refusal_of
from huong.base.text import whole
from huong.main.answers import refusal

log = logging.getLogger("huong.request")
Handler = Callable[[HttpRequest], HttpResponseBase]
LANGUAGE_COOKIE = "huong_language"
PLACE = "HUONG_PLACE"
RETRY_SECONDS = 5
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; worker-src 'self' blob:;"
    " connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PERSONAL = frozenset({"text/html", "application/pdf", "application/json", "text/csv"})
_ID = re.compile(r"[0-9a-zA-Z_-]{8,64}")
_QUIET = ("/static/", "/healthz")
_SECRET = re.compile(r"^(/shared?/|/account/join/)[^/]+")  # whoever knows the rest of these addresses is let in


class RequestMiddleware:
    """Gives the request an id that the log, the journal and the answer share; believes only named proxies."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.proxies = [
            ipaddress.ip_network(entry.strip()) for entry in settings.HUONG.trusted_proxies.split(",") if entry.strip()
        ]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request, and write one line without its query string and without secret links."""
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _ID.fullmatch(given) else ids.new_id()
        logs.set_request_id(request_id)
        self._believe_proxy(request)
        begun = time.perf_counter()
        response = self.get_response(request)
        response.headers["X-Request-Id"] = request_id
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        if settings.SESSION_COOKIE_NAME in request.COOKIES and _is_for_one(response):
            response.headers.setdefault("Cache-Control", "private, no-store")  # the next person at this machine
        if not request.path.startswith(_QUIET):
            spent = (time.perf_counter() - begun) * 1000
            path = _SECRET.sub(r"\1***", request.path)
            log.info("%s %s %s %.1f ms", request.method, path, response.status_code, spent)
        return response

    def _believe_proxy(self, request: HttpRequest) -> None:
        peer = request.META.get("REMOTE_ADDR", "")
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        request.META["HUONG_PROXY"] = self._is_proxy(peer)
        request.META["HUONG_FORWARDED"] = bool(forwarded or request.META.get("HTTP_FORWARDED"))
        if not forwarded or not self._is_proxy(peer):
            return
        for address in reversed([part.strip() for part in forwarded.split(",")]):
            if not self._is_proxy(address):
                request.META["REMOTE_ADDR"] = address
                return

    def _is_proxy(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.proxies)


def _is_for_one(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").partition(";")[0] in PERSONAL


class BodyMiddleware:
    """Takes in a body only from whom one is expected, and only so many at once from one address.

    A form is read before its token is looked at, so without this a stranger could fill the disk; and each body that
    comes slowly holds a thread, so one address could hold them all.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.most = max(4, settings.HUONG.threads // 2)
        self.lock = threading.Lock()
        self.taken: Counter[str] = Counter()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request, and give its place back."""
        try:
            return self.get_response(request)
        finally:
            address = request.META.pop(PLACE, "")
            if address:
                self._give_back(address)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Refuse a body that is too large or one too many, before anything reads it."""
        told = str(request.META.get("CONTENT_LENGTH") or "0")
        size = whole(told)
        if size == 0:
            return None
        if size is None or size > _largest(request):
            return refusal(request, TooLarge(_("This is larger than can be taken in at once.")))
        if not self._take(request):
            return refusal(request, TooMany(retry_after=RETRY_SECONDS))
        return None

    def _take(self, request: HttpRequest) -> bool:
        address = str(request.META.get("REMOTE_ADDR", "")) or "?"
        with self.lock:
            if self.taken[address] >= self.most:
                return False
            self.taken[address] += 1
        request.META[PLACE] = address
        return True

    def _give_back(self, address: str) -> None:
        with self.lock:
            self.taken[address] -= 1
            if not self.taken[address]:
                del self.taken[address]


def _largest(request: HttpRequest) -> int:
    """Return how many bytes are taken: files from whom they may come, else no more than a form of texts."""
    known = request.path.startswith("/api/") or request.user.is_authenticated  # the API's door asks before it reads
    files = settings.HUONG.upload_mb * 1024 * 1024
    return (files if known else 0) + int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)


class FreshCountsMiddleware:
    """Lets the figures of the side list be counted anew for a person who just did something."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request."""
        response = self.get_response(request)
        if request.method not in {"GET", "HEAD", "OPTIONS"} and request.user.pk is not None:
            navigation.forget(request.user.pk)
        return response


class LocaleMiddleware:
    """Vietnamese, unless this browser chose another language."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.known = {code for code, _name in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request in the chosen language."""
        wanted = request.COOKIES.get(LANGUAGE_COOKIE, "")
        if request.path.startswith(("/api/", "/open311/")):
            wanted = request.headers.get("Accept-Language", "")[:2] or wanted
        language = wanted if wanted in self.known else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
        return response


class ErrorMiddleware:
    """Turns a refusal into a page or a problem body; what is unexpected stays an error and is logged."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request; what only forms are sent to is explained to who opens it like a page."""
        response = self.get_response(request)
        if response.status_code == NotAllowed.status and not getattr(response, "content", b""):
            told = refusal(request, NotAllowed())
            told.headers["Allow"] = response.headers.get("Allow", "")
            return told
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer refusals; leave everything else to Django."""
        if isinstance(exception, RequestDataTooBig):
            return refusal(request, TooLarge(_("This form is larger than can be taken in at once.")))
        found = refusal_of(exception)
        return refusal(request, found) if found else None
