"""Templates obey the ladder: they extend, include and load only what is their own package's or `ui`'s."""

import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[1] / "src" / "huong"
TEMPLATES = sorted(SOURCES.glob("*/templates/**/*.html"))
FRAMEWORK = {"i18n", "l10n", "static", "humanize", "tz", "cache"}


def owner(path):
    return path.relative_to(SOURCES).parts[0]


def test_there_are_templates():
    assert TEMPLATES


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCES)))
def test_a_template_names_only_its_own_package_and_ui(path):
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"{%\s*(?:extends|include)\s+[\"']([^\"']+)[\"']", text):
        assert name.split("/")[0] in {owner(path), "ui"}, name
    for names in re.findall(r"{%\s*load\s+([^%]+?)\s*%}", text):
        for name in names.split(" from ")[-1].split():
            assert name in FRAMEWORK or (SOURCES / owner(path) / "templatetags" / f"{name}.py").exists(), name


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCES)))
def test_a_template_lies_in_the_folder_of_its_package(path):
    assert path.relative_to(SOURCES / owner(path) / "templates").parts[0] in {owner(path), "account", "mfa"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCES)))
def test_a_template_has_no_inline_style_or_script(path):
    text = path.read_text(encoding="utf-8")
    assert " style=" not in text
    assert not re.search(r"<script(?![^>]*src=)", text)
    assert not re.search(r"\son(?:click|change|load|submit|error)=", text)
