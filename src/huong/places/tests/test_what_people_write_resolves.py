"""Codes, names and old addresses come out as today's unit, or as "ambiguous", never as a wrong one."""

import unicodedata
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huong.base.text import fold
from huong.places import queries
from huong.places.models import Unit

pytestmark = pytest.mark.django_db
OLD_TONES = {"óa": "oá", "òa": "oà", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "úy": "uý", "ùy": "uỳ", "ủy": "uỷ", "ụy": "uỵ"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("P. Thuận Lộc, TP Huế", "19753"),
        ("phuong thuan loc", "19753"),
        ("Xã Phú Mậu, H. Phú Vang", "19909"),
        ("xa phu xuan huyen phu vang tinh thua thien hue", "19918"),
        ("Phu Xuan ward", "19753"),
        ("Phường Phú Xuân", "19753"),
        ("Phường Phường Đúc", "19789"),
        ("P. Đúc", "19789"),
        ("Phường Thuận Hoá", "19789"),
        ("Phường Thuận Hoà, TP. Huế", "19753"),
        ("Vĩ Dạ, Huế", "19777"),
        ("12 Đinh Tiên Hoàng, P. Thuận Lộc, TP Huế", "19753"),
        ("Tổ 5, phường An Đông, quận Thuận Hóa, thành phố Huế", "19815"),
        ("Hương Phong, TX Hương Trà", "20014"),
        ("xã Hương Phong, huyện A Lưới", "20101"),
        ("Thuận An, Phú Vang", "19900"),
        ("TT. Sịa", "19867"),
        ("Chan May-Lang Co", "20137"),
        ("a luoi 2", "20044"),
        ("Xã Phú Mậu (nay là phường Dương Nỗ)", "19909"),
        ("19753 - Phường Phú Xuân", "19753"),
        ("Hương Xuân, Nam Đông", "20179"),
        ("19774", "19774"),
        ("19750", "19753"),
        ("TP Huế", "46"),
        ("Thừa Thiên Huế", "46"),
        ("Hue city", "46"),
    ],
)
def test_what_people_write_means_one_unit_of_today(hue, text, code):
    found = queries.resolve(text)
    assert (found.kind, found.code) == ("one", code), found


@pytest.mark.parametrize(
    ("text", "among"),
    [
        ("Phú Xuân", {"19753", "19918"}),
        ("thuan hoa", {"19789", "19753"}),
        ("Hương Phong", {"20014", "20101"}),
        ("Huyện Phú Vang", {"19942", "19918"}),
        ("Phú Vang", {"19942", "19918"}),
        ("19753", {"19753"}),
        ("19815", {"19815"}),
        ("P. Thuận Lộc, H. Phú Vang", {"19753"}),
    ],
)
def test_what_may_mean_two_places_is_ambiguous_and_names_them(hue, text, among):
    found = queries.resolve(text)
    assert found.kind == "ambiguous"
    assert among <= {unit.code for unit in found.units}
    assert found.code is None
    assert found.note


def test_a_bare_code_without_a_day_names_the_units_it_was_and_is(hue):
    found = queries.resolve("19753")
    assert {(unit.name, unit.is_current) for unit in found.units} == {("Thuận Lộc", False), ("Phú Xuân", True)}


@pytest.mark.parametrize("text", ["", "  ", "???", "Quận 1, TP Hồ Chí Minh", "99999", "Phường Bến Nghé", "x" * 5000])
def test_what_is_no_unit_of_the_city_is_said_so(hue, text):
    found = queries.resolve(text)
    assert (found.kind, found.units) == ("none", ())
    assert found.note


@pytest.mark.parametrize(
    ("text", "as_of", "code"),
    [
        ("19753", date(2025, 6, 30), "19753"),
        ("19815", date(2024, 1, 1), "19815"),
        ("19909", date(2020, 1, 1), "19909"),
        ("19918", date(2025, 3, 1), "19918"),
        ("thuan hoa", date(2026, 1, 1), "19789"),
        ("Phú Vang", date(2026, 1, 1), "19942"),
        ("Phú Vinh", date(2025, 5, 5), "20071"),
        ("Phú Vinh", date(2025, 8, 1), "19945"),
        ("Xã Phú Xuân", date(2026, 1, 1), "19918"),
    ],
)
def test_a_day_decides_between_two_times(hue, text, as_of, code):
    assert queries.resolve(text, as_of=as_of).code == code


def test_the_note_tells_what_became_of_a_former_ward(hue):
    found = queries.resolve("P. Thuận Lộc")
    assert [unit.name for unit in found.meant][:1] == ["Thuận Lộc"]
    assert "Thuận Lộc" in found.note
    assert "Phú Xuân" in found.note


def test_a_day_in_the_past_as_today_gives_the_units_of_then(hue):
    found = queries.resolve("Xã Phú Mậu", today=date(2025, 3, 1))
    assert [(unit.name, unit.valid_to) for unit in found.units] == [("Dương Nỗ", date(2025, 6, 30))]


def _heirs(unit: Unit) -> set[str]:
    if unit.valid_to is None:
        return {unit.code}
    return {code for step in unit.became.select_related("new") for code in _heirs(step.new)}


def _old_tones(text: str) -> str:
    for new, old in OLD_TONES.items():
        text = text.replace(new, old)
    return text


KIND_WORDS = {
    "ward": ["Phường", "P.", "P", "phường", "PHƯỜNG", "ward"],
    "commune": ["Xã", "X.", "x", "xã", "XÃ", "commune"],
    "town": ["Thị trấn", "TT.", "tt", "town"],
}
SPELL = {
    "as it is": lambda text: text,
    "without accents": lambda text: fold(text),
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "old tones": _old_tones,
    "capitals": lambda text: text.upper(),
    "capitals without accents": lambda text: fold(text).upper(),
    "i for y": lambda text: text.replace("y", "i").replace("ỹ", "ĩ").replace("ỷ", "ỉ").replace("ủy", "ủi"),
}


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_spelling_of_any_unit_resolves_to_a_wrong_one(hue, data):
    every = list(Unit.objects.filter(tier="ward").order_by("id"))
    unit = every[data.draw(st.integers(0, len(every) - 1))]
    manner = data.draw(st.sampled_from(sorted(SPELL)))
    spell = SPELL[manner]
    word = data.draw(st.sampled_from(["", *KIND_WORDS[unit.kind]]))
    district = data.draw(st.sampled_from(["", unit.former_district]))
    city = data.draw(st.sampled_from(["", "TP Huế", "thành phố Huế", "Huế", "tỉnh Thừa Thiên Huế", "Việt Nam"]))
    comma = data.draw(st.sampled_from([", ", " ", " - ", ","]))
    name = f"{unit.name} {word}" if word.isascii() and len(word) > 3 else f"{word} {unit.name}".strip()
    text = comma.join(part for part in (name, district, city) if part)
    text = text.replace(unit.name, spell(unit.name)) if manner == "i for y" else spell(text)
    as_of = data.draw(st.sampled_from([None, unit.valid_from, unit.valid_to or date(2026, 5, 1)]))
    found = queries.resolve(text, as_of=as_of)
    assert found.kind in {"one", "ambiguous"}, (text, found)
    assert {one.code for one in found.units if one.is_current} & _heirs(unit), (text, as_of, found)
    if found.kind == "one":
        assert {found.code} == _heirs(unit), (text, as_of, found)


@pytest.mark.parametrize("spelling", ["{kind} {name}", "{kind} {name}, {district}"])
def test_every_former_name_with_its_kind_and_its_day_is_decided(hue, spelling):
    kinds = {"ward": "Phường", "commune": "Xã", "town": "Thị trấn"}
    undecided = []
    for unit in Unit.objects.filter(tier="ward", valid_to=date(2025, 6, 30)):
        text = spelling.format(kind=kinds[unit.kind], name=unit.name, district=unit.former_district)
        found = queries.resolve(text, as_of=date(2025, 6, 30))
        if {found.code} != _heirs(unit):
            undecided.append((text, found))
    if "district" in spelling:
        assert undecided == []
    else:
        assert {text for text, _found in undecided} <= {"Xã Hương Phong", "Phường Hương Phong"}


def test_the_alias_table_agrees_with_resolve_and_holds_nothing_ambiguous(hue):
    table = {row["text_folded"]: row["code"] for row in queries.alias_table()}
    assert table["p thuan loc tp hue"] == "19753"
    assert table["xa phu mau h phu vang"] == "19909"
    assert table["phường thuận hóa"] == "19789"
    assert "phu xuan" not in table
    assert "thuan hoa" not in table
    assert "19753" not in table
    assert table["19750"] == "19753"
    for key in sorted(table)[:: max(1, len(table) // 400)]:
        assert queries.resolve(key).code == table[key]


def test_the_alias_table_of_a_day_holds_the_codes_of_that_day(hue):
    then = {row["text_folded"]: row["code"] for row in queries.alias_table(date(2025, 6, 30))}
    now = {row["text_folded"]: row["code"] for row in queries.alias_table(date(2026, 1, 1))}
    assert then["19918"] == "19918"
    assert then["phu vinh"] == "20071"
    assert now["phu vinh"] == "19945"
    assert now["thuan hoa"] == "19789"
