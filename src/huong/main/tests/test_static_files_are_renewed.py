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
