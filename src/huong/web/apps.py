"""The pages composed of several packages, as a Django application."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    """Home, desk, datasets, quarantine, search, bell; and their entries in the side list."""

    name = "huong.web"
    verbose_name = _("Pages")

    def ready(self) -> None:
        """Add the entries of the side list."""
        from huong.base import navigation, outbox
        from huong.base.navigation import NavItem
        from huong.people import access

        def staff(user: Any) -> bool:
            return access.is_staff(user)

        navigation.add(NavItem("work", _("Work to do"), "inbox", "/desk/", 10, staff))
        navigation.add(NavItem("datasets", _("Datasets"), "database", "/desk/datasets/", 40, staff))
        navigation.add(
            NavItem(
                "quarantine", _("Data waiting for repair"), "triangle-alert", "/desk/quarantine/", 50, staff, _waiting
            )
        )
        navigation.add(
            NavItem("outbox", _("Did not go out"), "send", "/desk/outbox/", 90, _decides_on_stuck, outbox.count_of)
        )


def _decides_on_stuck(user: Any) -> bool:
    from huong.base import outbox

    return bool(outbox.sources_of(user))


def _waiting(user: Any) -> int | None:
    """Return how many rows of a person's agencies wait for repair."""
    from django.db.models import Sum

    from huong.intake import queries

    waiting = queries.loads_visible_to(user).filter(state="done", open_rows__gt=0)
    found: int | None = waiting.aggregate(rows=Sum("open_rows"))["rows"]
    return found
