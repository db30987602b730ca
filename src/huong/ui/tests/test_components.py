"""Every component renders over plain values, in both languages, without inline style or script."""

import json
import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from huong.ui import pieces, vendor
from huong.ui.icons import ICONS
from huong.ui.templatetags import ui
from huong.ui.tests import specimen

SOURCES = Path(__file__).parents[2]


@pytest.fixture(params=["vi", "en"])
def page(request):
    with translation.override(request.param):
        yield render_to_string("ui/specimen.html", {**specimen.values(), "request": RequestFactory().get("/specimen")})


def test_the_specimen_shows_every_component(page):
    components = {path.stem for path in (SOURCES / "ui" / "templates" / "ui" / "components").glob("*.html")}
    tags = set(re.findall(r"@register.inclusion_tag\(\"ui/components/(\w+).html\"", Path(ui.__file__).read_text()))
    assert components == tags
    for sign in ("criterion", "chart-plot", "unit-5", "field-error", "box-bad", "steps", "progress", "badge-bad"):
        assert sign in page, sign


def test_nothing_is_styled_or_scripted_inline(page):
    assert " style=" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)
    assert not re.search(r"\son\w+=", page)


def test_errors_of_a_field_are_tied_to_its_control(page):
    assert re.search(r'name="name"[^>]*aria-invalid="true"', page)
    assert 'id="id_name_error"' in page
    described = re.search(r'<input[^>]*name="name"[^>]*aria-describedby="([^"]+)"', page)
    assert described
    assert set(described.group(1).split()) >= {"id_name_helptext", "id_name_error"}


def test_every_icon_that_pages_name_is_in_the_sprite():
    named = set()
    for path in SOURCES.rglob("templates/**/*.html"):
        named |= set(re.findall(r"{% icon \"([\w-]+)\"", path.read_text(encoding="utf-8")))
    assert named <= ICONS, named - ICONS


def test_an_unknown_icon_fails_loudly():
    with pytest.raises(KeyError):
        pieces.icon("no-such-icon")


def test_what_comes_from_npm_is_collected_with_its_licences(tmp_path):
    modules = tmp_path / "node_modules"
    icons, fonts = modules / "lucide-static" / "icons", modules / "@fontsource" / "be-vietnam-pro" / "files"
    icons.mkdir(parents=True)
    fonts.mkdir(parents=True)
    for name in ICONS:
        (icons / f"{name}.svg").write_text('<svg\n  width="24"\n>\n  <path d="M0 0" />\n</svg>')
    for weight in vendor.WEIGHTS:
        for subset in vendor.SUBSETS:
            (fonts / f"be-vietnam-pro-{subset}-{weight}-normal.woff2").write_bytes(b"font")
    for source in vendor.MAP_FILES:
        (modules / source).parent.mkdir(parents=True, exist_ok=True)
        (modules / source).write_text("let map = 1;\n//# sourceMappingURL=map.js.map\n")
    names = {"lucide-static": "^1", "@fontsource/be-vietnam-pro": "^5"}
    (tmp_path / "package.json").write_text(json.dumps({"dependencies": names}))
    for name in names:
        (modules / name / "package.json").write_text(json.dumps({"version": "1.0.0", "license": "ISC"}))
        (modules / name / "LICENSE").write_text("the text")

    vendor.collect(modules, tmp_path / "out")

    sprite = (tmp_path / "out" / "icons" / "lucide.svg").read_text()
    assert sprite.count("<symbol") == len(ICONS)
    assert {file.name: file.read_text() for file in (tmp_path / "out" / "maps").iterdir()} == dict.fromkeys(
        vendor.MAP_FILES.values(), "let map = 1;\n"
    )
    listed = json.loads((tmp_path / "out" / "licences.json").read_text())
    assert [(entry["name"], entry["text"]) for entry in listed] == [(name, "the text") for name in sorted(names)]
