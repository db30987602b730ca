"""A point finds its unit where the outlines are real, and candidates where they are schematic."""

import json
from datetime import date
from io import StringIO

import pytest
import shapely
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huong.base.errors import BadInput, HuongError
from huong.base.testing.cast import HUE
from huong.journal.models import Entry
from huong.places import actions, cells, geometry, queries, whereabouts
from huong.places.models import Boundary, Unit

pytestmark = pytest.mark.django_db
CITADEL = (107.5796, 16.4691)
REAL = HUE.parents[2] / "shared" / "data" / "hue"


def _own_outlines() -> dict[str, object]:
    """Return outlines such as a city would import: here the schematic ones, which fit together."""
    document = whereabouts.boundaries_geojson(full=True)
    document.pop("schematic")
    return document


@pytest.fixture
def outlines(hue, tmp_path):
    file = tmp_path / "outlines.geojson"
    file.write_text(json.dumps(_own_outlines()))
    return file


def test_without_outlines_a_point_has_candidates_and_no_unit(hue):
    found = queries.unit_at(*CITADEL)
    assert found.schematic
    assert found.unit is None
    assert 1 <= len(found.candidates) <= 4
    assert "19753" in {candidate.unit.code for candidate in found.candidates}
    distances = [candidate.distance_m for candidate in found.candidates]
    assert distances == sorted(distances)


def test_the_schematic_partition_covers_all_40_units_without_gap_or_overlap(hue):
    shapes, units = whereabouts.outlines()
    assert len(shapes.ids) == len(units) == 40
    assert geometry.outline_faults(shapes.shapes) == []


def test_a_point_that_two_units_share_decides_nothing(hue):
    seeds = [
        geometry.Seed(1, 0.0, 0.0),
        geometry.Seed(2, 0.0, 0.0),
        geometry.Seed(1, 0.1, 0.0),
        geometry.Seed(2, -0.1, 0.0),
    ]
    shapes = geometry.schematic(seeds, {})
    assert shapes[1].area == pytest.approx(shapes[2].area, rel=0.01)


def test_imported_outlines_answer_with_one_unit(outlines):
    assert actions.load_boundaries(outlines) == 40
    found = queries.unit_at(*CITADEL)
    assert not found.schematic
    assert found.unit is not None
    assert len(found.candidates) == 1
    assert queries.unit_at(105.8, 21.0).candidates == ()
    assert Entry.objects.filter(name="places.boundaries_loaded").count() == 1


def test_a_day_before_the_reform_gets_candidates_among_the_units_of_then(outlines):
    actions.load_boundaries(outlines)
    found = queries.unit_at(*CITADEL, on=date(2025, 3, 1))
    assert found.schematic
    assert all(candidate.unit.valid_to == date(2025, 6, 30) for candidate in found.candidates)


@pytest.mark.parametrize("point", [(200.0, 16.0), (107.0, -91.0), (float("nan"), 16.0)])
def test_what_is_no_point_on_earth_is_refused(hue, point):
    with pytest.raises(BadInput):
        queries.unit_at(*point)


def _missing(document):
    document["features"].pop()


def _unknown(document):
    document["features"][0]["properties"]["code"] = "00001"


def _twice(document):
    document["features"].append(document["features"][0])


def _swapped(document):
    first, second = document["features"][0]["properties"], document["features"][1]["properties"]
    first["name"], second["name"] = second["name"], first["name"]


def _bow_tie(document):
    document["features"][0]["geometry"] = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}


def _metres(document):
    document["features"][0]["geometry"] = {
        "type": "Polygon",
        "coordinates": [[[560000, 1820000], [570000, 1820000], [570000, 1830000], [560000, 1820000]]],
    }


def _overlapping(document):
    shape = shapely.from_geojson(json.dumps(document["features"][0]["geometry"])).buffer(0.02)
    document["features"][0]["geometry"] = json.loads(shapely.to_geojson(shape))


def _gap(document):
    """Take one unit away from the middle and give its place to nobody."""
    shape = shapely.from_geojson(json.dumps(document["features"][0]["geometry"]))
    middle = shape.representative_point().buffer(0.002)
    document["features"][0]["geometry"] = json.loads(shapely.to_geojson(shape.difference(middle)))


def _nothing(document):
    document["features"][0]["geometry"] = None


@pytest.mark.parametrize(
    "harm",
    [_missing, _unknown, _twice, _swapped, _bow_tie, _metres, _overlapping, _gap, _nothing],
    ids=lambda f: f.__name__,
)
def test_one_fault_refuses_the_whole_file_and_names_it(outlines, harm):
    document = json.loads(outlines.read_text())
    harm(document)
    outlines.write_text(json.dumps(document))
    with pytest.raises(BadInput) as refusal:
        actions.load_boundaries(outlines)
    assert refusal.value.details["problems"]
    assert Boundary.objects.count() == 0
    assert queries.unit_at(*CITADEL).schematic


@pytest.mark.parametrize(
    "text", ["", "[]", '{"type": "FeatureCollection"}', "\x00\xff", '{"features": [1]}', "[" * 100_000]
)
def test_what_is_no_geojson_is_refused_with_a_sentence(hue, tmp_path, text):
    file = tmp_path / "photo.geojson"
    file.write_text(text)
    with pytest.raises(BadInput):
        actions.load_boundaries(file)


def test_names_may_differ_in_accents_and_tone_placement(outlines):
    document = json.loads(outlines.read_text())
    for feature in document["features"]:
        feature["properties"]["name"] = feature["properties"]["name"].replace("Thủy", "Thuỷ").upper()
    outlines.write_text(json.dumps(document))
    assert actions.load_boundaries(outlines) == 40


def test_the_command_says_what_happened_and_why_it_refuses(outlines):
    out = StringIO()
    call_command("places", "boundaries", str(outlines), "--json", stdout=out)
    assert json.loads(out.getvalue())["accepted"] == 40
    outlines.write_text("{}")
    out, err = StringIO(), StringIO()
    with pytest.raises(HuongError) as refused:
        call_command("places", "boundaries", str(outlines), "--json", stdout=out, stderr=err)
    assert json.loads(out.getvalue())["accepted"] == 0
    assert err.getvalue().startswith(refused.value.message)


def _pmtiles(size: int = 400, version: int = 3) -> bytes:
    numbers = b"".join(number.to_bytes(8, "little") for number in (127, 10, 137, 10, 147, 10, 157, 100))
    return (b"PMTiles" + bytes([version]) + numbers).ljust(127, b"\0").ljust(size, b"\0")


def test_a_base_map_is_kept_when_it_is_whole_pmtiles_of_version_3(hue, tmp_path, house):
    file = tmp_path / "hue.pmtiles"
    file.write_bytes(_pmtiles())
    assert actions.keep_basemap(file).read_bytes() == _pmtiles()
    for harmed in (_pmtiles(version=2), _pmtiles(size=200), b"", b"\xff\xd8\xff\xe0JFIF" * 50):
        file.write_bytes(harmed)
        with pytest.raises(BadInput):
            actions.keep_basemap(file)
    assert [found.read_bytes() for found in (house / "basemap").iterdir()] == [_pmtiles()]


def test_the_map_gets_the_outlines_with_the_word_schematic_and_a_tag(hue, client):
    answer = client.get("/places/boundaries.geojson")
    document = answer.json()
    assert (document["schematic"], len(document["features"])) == (True, 40)
    assert answer["Content-Type"] == "application/geo+json"
    again = client.get("/places/boundaries.geojson", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_a_thousand_points_cost_one_query_each_and_no_more(hue):
    queries.unit_at(*CITADEL)
    with CaptureQueriesContext(connection) as asked:
        queries.unit_at(*CITADEL)
    assert len(asked) == 1


def test_a_cell_holds_its_point_and_has_an_outline():
    cell = cells.cell_of(*CITADEL)
    ring = cells.outline_of(cell)["coordinates"][0]
    assert shapely.Polygon(ring).contains(shapely.Point(CITADEL))


def test_the_schematic_partition_agrees_with_the_real_outlines_as_the_docs_say(hue):
    file = REAL / "hue_wards_2025_small.geojson"
    if not file.exists():
        pytest.skip("The real outlines are not beside this checkout; docs/places.md holds the measured figure.")
    codes = dict(Unit.objects.filter(valid_to=None, tier="ward").values_list("code", "id"))
    real = {
        codes[feature["properties"]["code"]]: shapely.from_geojson(json.dumps(feature["geometry"]))
        for feature in json.loads(file.read_text())["features"]
    }
    shapes, _units = whereabouts.outlines()
    share = geometry.agreement(real, dict(zip(shapes.ids, shapes.shapes, strict=True)))
    assert share == pytest.approx(0.76, abs=0.01)


@pytest.mark.parametrize("name", ["hue_wards_2025.geojson", "hue_wards_2025_small.geojson"])
def test_the_real_outlines_are_accepted_and_each_unit_s_point_lies_in_it(hue, name):
    file = REAL / name
    if not file.exists():
        pytest.skip("The real outlines are not beside this checkout.")
    assert actions.load_boundaries(file) == 40
    for unit in queries.units(date(2026, 1, 1)):
        found = queries.unit_at(unit.lon, unit.lat)
        assert found.unit is not None
        assert found.unit.code == unit.code
