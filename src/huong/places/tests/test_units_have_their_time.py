"""Units have a first and a last day; codes are used again; what became of each former unit is known."""

from datetime import date
from decimal import Decimal

import pytest

from huong.base.errors import BadInput, NotFound
from huong.base.testing.cast import HUE
from huong.journal.models import Entry
from huong.places import loading, queries
from huong.places.models import Succession, Unit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2019, 12, 31), 152),
        (date(2020, 2, 1), 145),
        (date(2021, 7, 1), 141),
        (date(2025, 1, 1), 133),
        (date(2025, 6, 30), 133),
        (date(2025, 7, 1), 40),
    ],
)
def test_every_time_has_its_number_of_units(hue, day, count):
    assert len(queries.units(day)) == count


def test_today_has_21_wards_and_19_communes_on_the_city_s_area(hue):
    found = queries.units(date(2026, 1, 1))
    assert sorted(unit.kind for unit in found).count("ward") == 21
    assert sorted(unit.kind for unit in found).count("commune") == 19
    assert abs(sum(unit.area_km2 for unit in found) - queries.unit("46", date(2026, 1, 1)).area_km2) < Decimal("0.1")


def test_all_40_codes_of_today_were_codes_before_and_30_named_something_else(hue):
    before = {unit.code: unit for unit in queries.units(date(2025, 6, 30))}
    now = queries.units(date(2025, 7, 1))
    assert all(unit.code in before for unit in now)
    assert sum(before[unit.code].name != unit.name for unit in now) == 30


def test_every_former_unit_went_over_into_exactly_one_unit_of_today(hue):
    for unit in queries.units(date(2025, 6, 30)):
        assert Succession.objects.filter(old=unit).count() == 1
        assert queries.current_code(unit.code, date(2025, 6, 30)) is not None


def test_an_old_code_and_its_day_give_today_s_code(hue):
    assert queries.current_code("19750", date(2025, 3, 1)) == "19753"
    assert queries.current_code("20176", date(2019, 3, 1)) == "20179"
    assert queries.current_code("20176", date(2026, 3, 1)) is None
    assert queries.current_code("00000", date(2026, 3, 1)) is None


def test_the_city_is_made_of_its_wards_and_a_ward_of_itself(hue):
    assert len(queries.units_under("46", date(2026, 1, 1))) == 40
    assert [unit.code for unit in queries.units_under("19815", date(2026, 1, 1))] == ["19815"]
    assert {unit.name for unit in queries.former_units_of("19815", date(2026, 1, 1))} == {"An Cựu", "An Đông", "An Tây"}
    with pytest.raises(NotFound):
        queries.units_under("00000")


def test_a_former_district_is_a_word_on_a_unit_and_never_a_unit(hue):
    assert Unit.objects.get(code="19750", valid_to=date(2025, 6, 30)).former_district == "Quận Phú Xuân"
    assert set(Unit.objects.values_list("tier", flat=True)) == {"city", "ward"}


def test_loading_again_changes_nothing_and_records_nothing(hue):
    before = (Unit.objects.count(), Succession.objects.count(), Entry.objects.count(), queries.edition())
    assert loading.load(HUE) == 327
    assert (Unit.objects.count(), Succession.objects.count(), Entry.objects.count(), queries.edition()) == before


def test_a_corrected_name_is_taken_over_and_seen_at_once(hue, tmp_path):
    assert queries.resolve("Phường An Cựu").code == "19815"
    for file in HUE.glob("*.csv"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8").replace(",An Cựu,An Cuu", ",An Cựa,An Cua"))
    loading.load(tmp_path)
    assert queries.resolve("Phường An Cựa").code == "19815"


def test_a_succession_that_names_an_unknown_unit_refuses_the_whole_folder(db, tmp_path):
    (tmp_path / "units.csv").write_text((HUE / "units.csv").read_text(encoding="utf-8"))
    (tmp_path / "succession.csv").write_text(
        "old_code,old_valid_from,new_code,new_valid_from,on\n11111,2025-01-01,19753,2025-07-01,2025-07-01\n"
    )
    with pytest.raises(BadInput):
        loading.load(tmp_path)
    assert Unit.objects.count() == 0


def test_the_unit_table_is_ready_for_a_bulk_join(hue):
    table = queries.unit_table(date(2026, 1, 1))
    assert len(table) == 40
    assert {"code": "19815", "name": "An Cựu", "kind": "ward", "folded": "an cuu"} in table


def test_the_page_tells_where_an_old_address_lies_and_what_a_unit_is_made_of(hue, client):
    page = client.get("/places/", {"q": "Xã Phú Mậu, H. Phú Vang"}).content.decode()
    assert "/places/19909/" in page
    assert "Phú Mậu" in page
    unsure = client.get("/places/", {"q": "19753"}).content.decode()
    assert "Thuận Lộc" in unsure
    assert client.get("/places/", {"q": "19753", "on": "yesterday"}).status_code == 400
    assert "An Đông" in client.get("/places/19815/").content.decode()


def test_the_search_box_finds_units_without_accents(hue):
    assert [hit.url for hit in queries.hits("phuong an cuu", None)] == ["/places/19815/"]
    assert queries.hits("zzz", None) == []
