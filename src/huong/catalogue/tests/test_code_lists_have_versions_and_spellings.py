"""Code lists: versions with validity, aliases, and what the city loads."""

from datetime import date

import pytest

from huong.base.errors import BadInput, NotFound
from huong.catalogue import actions, loading, queries
from huong.catalogue.errors import VersionStands
from huong.catalogue.models import CodeList, Contract
from huong.config import ROOT

pytestmark = pytest.mark.django_db
CODES = [
    {"code": "ok", "label": "hoạt động", "label_en": "working", "aliases": ["tốt", "Đang dùng"]},
    {"code": "bad", "label": "hỏng", "label_en": "broken", "aliases": ["hư"]},
]


def load(version="1", start=date(2025, 7, 1), codes=CODES):
    return actions.load_codes(
        "asset_status", version=version, title="Tình trạng", title_en="Status", valid_from=start, codes=codes
    )


def test_every_spelling_leads_to_its_code():
    load()
    spellings = queries.code_spellings("asset_status")
    assert spellings["dang dung"] == "ok"
    assert spellings["hong"] == "bad"
    assert spellings["working"] == "ok"
    assert spellings["ok"] == "ok"


def test_a_spelling_that_could_mean_two_codes_is_left_out():
    load(codes=[*CODES, {"code": "old", "label": "cũ", "label_en": "old", "aliases": ["hư"]}])
    assert "hu" not in queries.code_spellings("asset_status")


def test_a_later_version_ends_the_one_before():
    load()
    load("2", date(2026, 1, 1), CODES[:1])
    assert queries.codes("asset_status", date(2025, 12, 31)) == [
        ("ok", "hoạt động", "working"),
        ("bad", "hỏng", "broken"),
    ]
    assert queries.codes("asset_status", date(2026, 1, 1)) == [("ok", "hoạt động", "working")]
    assert CodeList.objects.get(version="1").valid_to == date(2025, 12, 31)


def test_the_same_version_again_changes_nothing_and_other_codes_need_a_new_one():
    first = load()
    assert load().id == first.id
    with pytest.raises(VersionStands):
        load(codes=CODES[:1])


def test_a_code_that_stands_twice_is_refused():
    with pytest.raises(BadInput, match="ok"):
        load(codes=[*CODES, CODES[0]])


def test_an_unknown_list_is_told():
    with pytest.raises(NotFound):
        queries.codes("nothing")


def test_the_city_loads_twice_with_the_same_result(hue):
    from huong.people.actions import agencies

    agencies.load(ROOT / "cities" / "hue")
    first = loading.load(ROOT / "cities" / "hue")
    assert loading.load(ROOT / "cities" / "hue") == first
    assert {spec.domain for spec in queries.contracts_of(queries.dataset_names()).values()} == {
        "public_order", "traffic", "health", "environment", "public_services", "social_life",
    }  # fmt: skip
    assert Contract.objects.count() >= 8


def test_a_file_that_is_no_code_list_is_named(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text("name: x")
    with pytest.raises(BadInput, match=r"x\.yaml"):
        loading.load_code_list(file)
