"""The city is a folder of data; each package loads its own part through this port."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from huong.base import plain_yaml
from huong.base.errors import BadInput
from huong.base.ports import Port

Loader = Callable[[Path], int]
loaders: Port[Loader] = Port("city loader")


@lru_cache(maxsize=1)
def facts() -> dict[str, Any]:
    """Return `city.yaml`: name, name_en, code, time_zone, languages, notices."""
    file = Path(settings.HUONG.city) / "city.yaml"
    return plain_yaml.facts_of(file)


def load(folder: Path) -> dict[str, int]:
    """Load a city from its folder, from the foot of the ladder up. Idempotent, by key; never deletes.

    Args:
        folder: such as `cities/hue`.

    Returns:
        How many rows each package now holds from the folder.

    Raises:
        BadInput: the folder has no `city.yaml`.
    """
    if not (folder / "city.yaml").exists():
        raise BadInput(_("%(folder)s has no city.yaml, so it does not describe a city.") % {"folder": folder.name})
    order = ["base", "places", "people", "messages", "catalogue", "exchange"]
    keys = sorted(dict(loaders.items()), key=lambda key: (order.index(key) if key in order else len(order), key))
    return {key: loaders.get(key)(folder) for key in keys}
