"""Collect what the pages take from npm into `build/vendor/`: fonts, one sprite of icons, the map, licences.

Run by `script/setup` as `python -m huong.ui.vendor NODE_MODULES TARGET`. Nothing here is committed;
the application itself needs neither npm nor node_modules.
"""

import json
import re
import shutil
import sys
from pathlib import Path

from huong.ui.icons import ICONS

WEIGHTS = (400, 500, 600, 700)
SUBSETS = ("latin", "vietnamese")
MAP_FILES = {
    "maplibre-gl/dist/maplibre-gl.mjs": "maplibre-gl.js",
    "maplibre-gl/dist/maplibre-gl-worker.mjs": "maplibre-gl-worker.js",
    "maplibre-gl/dist/maplibre-gl.css": "maplibre-gl.css",
    "pmtiles/dist/pmtiles.js": "pmtiles.js",
}
SOURCE_MAP = re.compile(r"\n//# sourceMappingURL=.*\s*$")
SHAPES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def sprite(folder: Path, names: frozenset[str] = ICONS) -> str:
    """Return one SVG with a symbol per icon.

    Args:
        folder: the `icons` folder of lucide-static.

    Raises:
        FileNotFoundError: Lucide has no icon of a name in `ICONS`.
    """
    symbols = []
    for name in sorted(names):
        found = SHAPES.search((folder / f"{name}.svg").read_text(encoding="utf-8"))
        shapes = re.sub(r"\s+", " ", found.group(1)).strip() if found else ""
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n"


def licences(modules: Path) -> list[dict[str, str]]:
    """Return name, version, licence and licence text of the packages whose files reach a browser."""
    manifest = json.loads((modules.parent / "package.json").read_text(encoding="utf-8"))
    found = []
    for name in sorted(manifest["dependencies"]):
        package = json.loads((modules / name / "package.json").read_text(encoding="utf-8"))
        texts = sorted((modules / name).glob("LICEN[CS]E*"))
        text = texts[0].read_text(encoding="utf-8") if texts else ""
        found.append({"name": name, "version": package["version"], "licence": package["license"], "text": text})
    return found


def collect_map(modules: Path, target: Path) -> None:
    """Write the map's scripts and style under `maps/`, without the pointers to source maps that are not served."""
    maps = target / "maps"
    maps.mkdir(parents=True, exist_ok=True)
    for source, name in MAP_FILES.items():
        text = (modules / source).read_text(encoding="utf-8")
        (maps / name).write_text(SOURCE_MAP.sub("\n", text), encoding="utf-8")


def collect(modules: Path, target: Path) -> None:
    """Write `fonts/`, `icons/lucide.svg`, `maps/` and `licences.json` under the target, new ones in place of old."""
    fonts = target / "fonts"
    (target / "icons").mkdir(parents=True, exist_ok=True)
    fonts.mkdir(parents=True, exist_ok=True)
    for weight in WEIGHTS:
        for subset in SUBSETS:
            name = f"be-vietnam-pro-{subset}-{weight}-normal.woff2"
            shutil.copyfile(modules / "@fontsource" / "be-vietnam-pro" / "files" / name, fonts / name)
    (target / "icons" / "lucide.svg").write_text(sprite(modules / "lucide-static" / "icons"), encoding="utf-8")
    collect_map(modules, target)
    text = json.dumps(licences(modules), ensure_ascii=False, indent=1)
    (target / "licences.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    collect(Path(sys.argv[1]), Path(sys.argv[2]))
