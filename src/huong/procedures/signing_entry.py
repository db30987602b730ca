"""The entry of the side list that leads a leader to what waits for a signature, with its count."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from huong.base import navigation
from huong.base.navigation import NavItem
from huong.people import access
from huong.procedures.queries.results import to_sign

POWER = "procedures.sign"


def register() -> None:
    """Add the entry."""
    navigation.add(NavItem("signing", _("To sign"), "badge-check", "/desk/dossiers/signing/", 26, _may_sign, _count))


def _may_sign(user: Any) -> bool:
    return access.has_power(user, POWER)


def _count(user: Any) -> int | None:
    return to_sign(user).count() or None
