"""Refusals of the catalogue."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from huong.base.errors import BadInput, Conflict


class ContractRefused(BadInput):
    """A contract has problems; `details["problems"]` lists them with line and column."""

    code = "contract_refused"
    title = _("The contract cannot be used as it is. Nothing was changed.")


class VersionTooSmall(BadInput):
    """The change needs a higher version; `details` says which, and whom it concerns."""

    code = "version_too_small"
    title = _("The change needs a higher version.")


class VersionStands(Conflict):
    """The version stands already, with another text; versions never change."""

    code = "version_stands"
    title = _("This version stands already and never changes. Please use the next version.")

    def __init__(self, message: object = "", **details: Any) -> None:
        super().__init__(message, **details)
