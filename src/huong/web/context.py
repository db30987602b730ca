"""What surrounds every page: the person, the side list, the city, the look. Asked only when a template asks."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base import city, home, navigation
from huong.messages import queries as messages
from huong.people import access, acting

THEMES = ("light", "dark")
DENSITIES = ("comfortable", "compact")


class Frame:
    """The frame of one page; each part is worked out at most once, and only if the template shows it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user: Any = getattr(request, "user", None)

    @cached_property
    def demo(self) -> bool:
        """Whether this is a demonstration home: every page says so."""
        return home.is_demo()

    @cached_property
    def theme(self) -> str:
        """The look this browser chose, or nothing: then the machine's wish holds."""
        chosen = self.request.COOKIES.get("theme", "")
        return chosen if chosen in THEMES else ""

    @cached_property
    def dense(self) -> bool:
        """Whether this browser chose compact tables."""
        return bool(self.request.COOKIES.get("density") == "compact")

    @cached_property
    def city(self) -> str:
        """The city's name in the reader's language."""
        facts = city.facts()
        name = facts.get("full_name", facts.get("name", ""))
        return str(name if (get_language() or "vi").startswith("vi") else facts.get("full_name_en", name))

    @cached_property
    def staff(self) -> bool:
        """Whether the person holds a post."""
        return self.user is not None and access.is_staff(self.user)

    @cached_property
    def layout(self) -> str:
        """The frame of pages that both officers and citizens open."""
        return "ui/desk.html" if self.staff else "ui/citizen.html"

    @cached_property
    def person(self) -> dict[str, str] | None:
        """Name and agency of whoever is signed in."""
        if self.user is None or not self.user.is_authenticated:
            return None
        agency = access.main_agency(self.user)
        post = "" if agency is None else agency_name(agency)
        return {"name": str(self.user), "post": post}

    @cached_property
    def acting(self) -> acting.Acting | None:
        """Whom the person acts for in this session: every page says so."""
        return acting.current(self.request) if self.user is not None else None

    @cached_property
    def nav(self) -> list[dict[str, Any]]:
        """The side list; the entry with the longest address that begins the present one is current."""
        if self.user is None:
            return []
        found = navigation.visible_to(self.user)
        path = self.request.path
        begun = [(url, entry.key) for entry in found for url in (entry.url, *entry.also) if path.startswith(url)]
        here = max(begun, key=lambda each: len(each[0]), default=("", ""))[1]
        return [
            {
                "label": entry.label,
                "icon": entry.icon,
                "url": entry.url,
                "count": navigation.counted(entry.key, self.user, entry.count),
                "current": entry.key == here,
            }
            for entry in found
        ]

    @cached_property
    def bell(self) -> int:
        """How many messages the person has not read."""
        if self.user is None or not self.user.is_authenticated:
            return 0
        return navigation.counted("bell", self.user, messages.unread_count) or 0

    @property
    def bell_short(self) -> str:
        """The same as it fits on the bell."""
        return str(self.bell) if self.bell < 100 else "99+"

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """The citizens' tabs."""
        tabs = [
            ("/", "house", _("Home")),
            ("/reports/", "megaphone", _("Reports")),
            ("/procedures/", "file-text", _("Procedures")),
            ("/my/", "user", _("Mine")),
        ]
        here = self.request.path
        if here.startswith(("/my/", "/account/")):
            here = tabs[-1][0]
        return [
            {"url": url, "icon": icon, "label": label, "current": here == url if url == "/" else here.startswith(url)}
            for url, icon, label in tabs
        ]


def agency_name(agency: Any) -> str:
    """Return an agency's name in the reader's language."""
    vietnamese = (get_language() or "vi").startswith("vi")
    return str(agency.name if vietnamese or not agency.name_en else agency.name_en)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the context of every page."""
    return {"frame": Frame(request)}
