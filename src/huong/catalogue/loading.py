"""The catalogue's part of a city: code lists first, then the contracts that name them."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from huong.base import plain_yaml
from huong.base.errors import BadInput, HuongError
from huong.catalogue import actions, ports
from huong.catalogue.models import CodeList, Contract


def load(folder: Path) -> int:
    """Load `codelists/*.yaml` and `contracts/*.yaml` of a city. Idempotent; never deletes.

    Between them the packages above publish the code lists that they keep as rules of their own.

    Returns:
        How many code lists and contracts there are now.

    Raises:
        BadInput: a file cannot be used; the message names it.
    """
    for file in sorted((folder / "codelists").glob("*.yaml")):
        load_code_list(file)
    for publish in ports.code_lists.values():
        publish(folder)
    for file in sorted((folder / "contracts").glob("*.yaml")):
        try:
            actions.add(file.read_text(encoding="utf-8"), by=None)
        except HuongError as error:
            raise BadInput(f"{file.name}: {error.message}", code=error.code, **error.details) from error
    return CodeList.objects.count() + Contract.objects.count()


def load_code_list(file: Path) -> CodeList:
    """Load a code list from a file: name, title, title_en, version, valid_from, valid_to, source, codes.

    Raises:
        BadInput: the file is not such a list.
    """
    try:
        found: dict[str, Any] = plain_yaml.of_file(file)
        return actions.load_codes(
            str(found["name"]),
            version=str(found["version"]),
            title=str(found["title"]),
            title_en=str(found.get("title_en") or found["title"]),
            valid_from=_day(found["valid_from"]),
            valid_to=_day(found["valid_to"]) if found.get("valid_to") else None,
            source=str(found.get("source") or ""),
            codes=list(found["codes"]),
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise BadInput(
            _("%(file)s is not a code list: name, version, title, valid_from and codes are needed (%(reason)s).")
            % {"file": file.name, "reason": error}
        ) from error


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
