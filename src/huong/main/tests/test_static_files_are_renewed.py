import re
from pathlib import Path

from django.conf import settings

import huong
from huong.main.prepare import _print_of


def test_a_changed_file_of_a_vendor_folder_is_noticed(tmp_path):
    (tmp_path / "icons").mkdir()
    (tmp_path / "icons" / "lucide.svg").write_text("one")
    before = _print_of(tmp_path)
    (tmp_path / "icons" / "lucide.svg").write_text("another")
    assert _print_of(tmp_path) != before


def test_only_static_folders_count_among_the_packages(tmp_path):
    (tmp_path / "ui" / "static").mkdir(parents=True)
    before = _print_of(tmp_path, within="static")
    (tmp_path / "ui" / "code.py").write_text("x = 1")
    assert _print_of(tmp_path, within="static") == before
    (tmp_path / "ui" / "static" / "a.css").write_text("b {}")
    assert _print_of(tmp_path, within="static") != before


def test_what_modules_import_by_its_plain_name_is_asked_for_again_soon():
    imports = re.compile(r"""(?:from|import\()\s*["'](\.[^"']+)["']""")
    plain = [
        name
        for file in Path(huong.__file__).parent.rglob("static/**/*.js")
        for name in imports.findall(file.read_text(encoding="utf-8"))
    ]
    assert "./drafts.js" in plain
    assert (
        settings.WHITENOISE_MAX_AGE <= 600
    )  # else a browser would run modules of before an upgrade with pages of after
