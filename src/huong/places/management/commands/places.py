"""`huong places boundaries|basemap FILE`: the city's own outlines and base map."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from huong.base.commands import HuongCommand
from huong.places import actions


class Command(HuongCommand):
    """Import the outlines of the city's units, or its base map."""

    help = "Import the city's outlines (GeoJSON) or its base map (PMTiles)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name what is imported and from which file."""
        parser.add_argument("what", choices=["boundaries", "basemap"])
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, and say what happened."""
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(_("There is no file %(file)s.") % {"file": file}, returncode=2)
        result = _boundaries(file) if options["what"] == "boundaries" else _basemap(file)
        self.answer(str(result["message"]), as_json=options["as_json"], **result)


def _boundaries(file: Path) -> dict[str, object]:
    count = actions.load_boundaries(file)
    return {"accepted": count, "message": _("%(count)d units have their outline now.") % {"count": count}}


def _basemap(file: Path) -> dict[str, object]:
    target = actions.keep_basemap(file)
    return {"accepted": 1, "message": _("The base map is kept as %(file)s.") % {"file": target.name}}
