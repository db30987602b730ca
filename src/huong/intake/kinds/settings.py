"""Checking what a person set for a source, with a sentence for what is missing or odd."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from huong.base.errors import BadInput


def require(settings: Mapping[str, Any], *, needed: Sequence[str], allowed: Sequence[str] = ()) -> None:
    """Refuse settings that lack something or hold something unknown.

    Raises:
        BadInput: with the names.
    """
    missing = [name for name in needed if not settings.get(name)]
    if missing:
        raise BadInput(
            _("Please fill in: %(names)s.") % {"names": ", ".join(missing)}, code="setting_missing", missing=missing
        )
    odd = sorted(set(settings) - set(needed) - set(allowed))
    if odd:
        raise BadInput(
            _("This kind of source has no setting %(names)s.") % {"names": ", ".join(odd)}, code="setting_unknown"
        )


def require_choice(settings: Mapping[str, Any], name: str, choices: Sequence[str]) -> None:
    """Refuse a setting that is none of the choices.

    Raises:
        BadInput: with the choices.
    """
    if settings.get(name) and settings[name] not in choices:
        raise BadInput(
            _("“%(name)s” must be one of: %(choices)s.") % {"name": name, "choices": ", ".join(choices)},
            code="setting_choice",
        )
