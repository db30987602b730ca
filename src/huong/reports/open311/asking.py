"""What an Open311 client asks for: parameters of address and form; an empty one is the same as none."""

from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from huong.base import city, clock
from huong.base.errors import BadInput, Forbidden, NotFound, Unauthenticated
from huong.people import auth
from huong.people.models import User
from huong.reports.rules import geo_report

M = TypeVar("M", bound=Model)
PAGE = 1000
DEEPEST = 50_000


class Asked:
    """The parameters of one request, wherever they stand."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        fields: dict[str, list[str]] = {}
        for source in (request.GET, request.POST):
            for name in source:
                fields[name] = [str(value).strip() for value in source.getlist(name)]
        self.fields = fields

    @property
    def base(self) -> str:
        """The address of the house as the client should use it."""
        return settings.PUBLIC_URL or self.request.build_absolute_uri("/").rstrip("/")

    def text(self, name: str, *, longest: int = 4000) -> str:
        """Return a text, empty if it was not given.

        Raises:
            BadInput: it is too long.
        """
        found = (self.fields.get(name) or [""])[0]
        if len(found) > longest:
            raise BadInput(_("%(name)s is too long.") % {"name": name})
        return found

    def needed(self, name: str) -> str:
        """Return a text that must be given.

        Raises:
            BadInput: it was not.
        """
        found = self.text(name)
        if not found:
            raise BadInput(_("%(name)s was not provided.") % {"name": name})
        return found

    def codes(self, name: str) -> list[str]:
        """Return the parts of a list with commas."""
        return [part.strip() for part in self.text(name, longest=40_000).split(",") if part.strip()]

    def instant(self, name: str) -> datetime | None:
        """Return an instant.

        Raises:
            BadInput: it is none.
        """
        text = self.text(name, longest=60)
        try:
            return geo_report.instant(text, clock.zone()) if text else None
        except ValueError as error:
            raise BadInput(
                _("%(name)s is not a date and time such as 2026-11-25T09:00:00+07:00.") % {"name": name}
            ) from error

    def whole(self, name: str, usual: int, *, most: int) -> int:
        """Return a whole number from 1, at most so large.

        Raises:
            BadInput: it is none.
        """
        text = self.text(name, longest=12)
        if text and (not text.isdecimal() or int(text) < 1):
            raise BadInput(_("%(name)s is not a whole number from 1.") % {"name": name})
        return min(int(text), most) if text else usual

    def point(self) -> tuple[float, float] | None:
        """Return longitude and latitude.

        Raises:
            BadInput: one without the other, or no numbers.
        """
        lat, lon = self.text("lat", longest=40), self.text("long", longest=40) or self.text("lon", longest=40)
        if not lat and not lon:
            return None
        try:
            return float(lon), float(lat)
        except ValueError as error:
            raise BadInput(_("lat and long are given together, in degrees.")) from error

    def page(self) -> tuple[int, int]:
        """Return the first row and the one after the last; how deep that may be is for `cut`."""
        size = self.whole("page_size", PAGE, most=PAGE)
        first = (self.whole("page", 1, most=1_000_000) - 1) * size
        return first, first + size

    def cut(self, rows: QuerySet[M]) -> list[M]:
        """Return the page of rows that is wanted; past the end it is empty.

        Raises:
            BadInput: it lies deeper than is counted through: a client goes on from the last time it has seen.
        """
        first, last = self.page()
        if first < DEEPEST:
            return list(rows[first : min(last, DEEPEST)])
        if rows[DEEPEST : DEEPEST + 1].exists():
            raise BadInput(
                _("At most %(most)d reports are paged through. Please go on with a later start_date or updated_after.")
                % {"most": DEEPEST}
            )
        return []

    def status(self) -> bool | None:
        """Return whether only open ones, only closed ones, or both (None) are wanted.

        Raises:
            BadInput: another status.
        """
        wanted = {each.lower() for each in self.codes("status")}
        if wanted - {geo_report.OPEN, geo_report.CLOSED}:
            raise BadInput(_("status is open or closed."))
        return None if len(wanted) != 1 else wanted == {geo_report.OPEN}

    def require_jurisdiction(self) -> None:
        """Refuse what is meant for another city.

        Raises:
            NotFound: the jurisdiction is not this city.
        """
        given = self.text("jurisdiction_id", longest=200)
        if given and given.lower() != str(city.facts().get("domain", given)).lower():
            raise NotFound(_("This jurisdiction_id is not known here."))

    def key(self) -> str:
        """Return the key that was sent, as a parameter or in the Authorization header."""
        scheme, _space, value = self.request.headers.get("Authorization", "").partition(" ")
        return self.text("api_key", longest=200) or (value.strip() if scheme.lower() == "bearer" else "")

    def system(self) -> User | None:
        """Return the system whose key was sent, None without a key.

        Raises:
            Forbidden: the key is not valid.
        """
        key = self.key()
        try:
            return auth.user_of_token(key) if key else None
        except Unauthenticated as error:
            raise Forbidden(_("This api_key is not valid.")) from error

    def require_system(self) -> User:
        """Return the system whose key was sent.

        Raises:
            Forbidden: no key, or one that is not valid.
        """
        found = self.system()
        if found is None:
            raise Forbidden(_("An api_key is needed."))
        return found

    def files(self) -> list[Any]:
        """Return the pictures sent along."""
        return [*self.request.FILES.getlist("media"), *self.request.FILES.getlist("media[]")]
