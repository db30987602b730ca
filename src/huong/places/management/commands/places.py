"""`huong places boundaries|basemap|gazetteer|subareas FILE`: what a city brings of its own."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from huong.base.commands import HuongCommand
from huong.places import actions, local_names


def _boundaries(file: Path) -> dict[str, object]:
    count = actions.load_boundaries(file)
    return {"accepted": count, "message": _("%(count)d units have their outline now.") % {"count": count}}


def _basemap(file: Path) -> dict[str, object]:
    target = actions.keep_basemap(file)
    return {"accepted": 1, "message": _("The base map is kept as %(file)s.") % {"file": target.name}}


def _gazetteer(file: Path) -> dict[str, object]:
    count = local_names.load_gazetteer(file)
    return {
        "accepted": count,
        "message": _("%(count)d places are in the gazetteer file and can be found now.") % {"count": count},
    }


def _sub_areas(file: Path) -> dict[str, object]:
    count = local_names.load_sub_areas(file)
    return {"accepted": count, "message": _("%(count)d neighbourhoods and villages are known now.") % {"count": count}}


IMPORTS: dict[str, Callable[[Path], dict[str, object]]] = {
    "boundaries": _boundaries,
    "basemap": _basemap,
    "gazetteer": _gazetteer,
    "subareas": _sub_areas,
}


class Command(HuongCommand):
    """Import the outlines of the city's units, its base map, its gazetteer, or what lies below its units."""

    help = "Import the city's outlines (GeoJSON), base map (PMTiles), gazetteer or neighbourhoods and villages (CSV)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name what is imported and from which file."""
        parser.add_argument("what", choices=sorted(IMPORTS))
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, and say what happened."""
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(_("There is no file %(file)s.") % {"file": file}, returncode=2)
        result = IMPORTS[options["what"]](file)
        self.answer(str(result["message"]), as_json=options["as_json"], **result)
