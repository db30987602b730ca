"""Who looks at a report: everybody, or whoever sent it and holds its private link."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from huong.base.errors import NotFound
from huong.people.models import User
from huong.reports import queries
from huong.reports.models import Report
from huong.reports.queries.remembered import COOKIE, links_in, with_link
from huong.reports.rules import numbers

YEAR = 365 * 24 * 3600
LONGEST = 80


@dataclass(frozen=True)
class Seen:
    """A report as somebody may see it; `link` is the private link of whoever sent it."""

    report: Report
    reader: queries.Reader
    link: str = ""

    @property
    def own(self) -> bool:
        """Whether the reader sent it."""
        return bool(self.link)


def citizen_of(request: HttpRequest) -> User | None:
    """Return the signed-in person whose own page sent this request; a form of another site counts as nobody's."""
    user: Any = getattr(request, "user", None)
    if not isinstance(user, User):
        return None
    origin = request.headers.get("Origin", "")
    here = f"{request.scheme}://{request.get_host()}"
    return user if request.method in {"GET", "HEAD"} or origin == here else None


def link_in(request: HttpRequest, number: str) -> str:
    """Return the private link of a report: from the form, the address, or what this browser remembers."""
    given = request.POST.get("link", "") or request.GET.get("link", "")
    if given:
        return given[:LONGEST]
    wanted = numbers.id_of(number)
    kept = links_in(request.COOKIES.get(COOKIE, ""))
    return next((link for link in kept if numbers.id_of(link.partition(".")[0]) == wanted), "")


def seen(request: HttpRequest, number: str) -> Seen:
    """Return a report as whoever asks may see it.

    Raises:
        NotFound: the link is not right, or there is no public report with this number.
    """
    link = link_in(request, number)
    given = bool(request.POST.get("link") or request.GET.get("link"))
    if link:
        found = _behind(link, strict=given)
        if found is not None and found.pk == numbers.id_of(number):
            return Seen(found, "reporter", link)
    if (own := _of_user(request, number)) is not None:
        return Seen(own, "reporter", queries.link_of(own))
    return Seen(queries.public_report(number), "public")


def _behind(link: str, *, strict: bool) -> Report | None:
    """Return the report behind a link; a remembered one that no longer holds is passed over."""
    try:
        return queries.by_link(link)
    except NotFound:
        if strict:
            raise
        return None


def _of_user(request: HttpRequest, number: str) -> Report | None:
    user = citizen_of(request)
    if user is None:
        return None
    return Report.objects.filter(pk=numbers.id_of(number), reporter__user=user).first()


def remember(request: HttpRequest, response: HttpResponse, link: str) -> None:
    """Let this browser remember a private link, so that its owner finds the report again."""
    response.set_cookie(
        COOKIE,
        with_link(request.COOKIES.get(COOKIE, ""), link),
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE,
    )


def keep_private(response: HttpResponse) -> HttpResponse:
    """Keep a page with a private link out of caches, search engines and the addresses told to others."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "private, no-store"
    return response
