"""The entries of procedures in the officers' side list that have a count: what waits for a signature, for a correction."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from huong.base import navigation
from huong.base.navigation import NavItem
from huong.people import access
from huong.procedures.queries.corrections import corrections_for
from huong.procedures.queries.results import to_sign


def register() -> None:
    """Add the entries."""
    signing = NavItem("signing", _("To sign"), "badge-check", "/desk/dossiers/signing/", 26, _may_sign, _to_sign)
    wrong = NavItem(
        "corrections", _("Said to be wrong"), "wrench", "/desk/dossiers/corrections/", 27, _may_correct, _to_correct
    )
    navigation.add(signing)
    navigation.add(wrong)


def _may_sign(user: Any) -> bool:
    return access.has_power(user, "procedures.sign")


def _to_sign(user: Any) -> int | None:
    return to_sign(user).count() or None


def _may_correct(user: Any) -> bool:
    return access.has_power(user, "procedures.handle")


def _to_correct(user: Any) -> int | None:
    return corrections_for(user).filter(state="open").count() or None
