"""Every semantic type does on DuckDB what its own examples say, alone and on whatever else comes."""

import unicodedata

import duckdb
import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huong.base.text import tone_normal
from huong.catalogue.types import PLAIN, REGISTRY, Context, semantic_type
from huong.catalogue.types.geo import fitted
from huong.catalogue.types.identifiers import citizen_id_agrees, citizen_id_parts, tax_check_digit

COMPILED: dict[tuple[str, Context | None], str] = {}


@pytest.fixture(scope="module")
def con():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    yield connection
    connection.close()


def compiled(name, context=None):
    if (name, context) not in COMPILED:
        kind = REGISTRY[name]
        given_ = context or Context()
        raw = ibis.table({"raw": "string"}, name="raw_values")
        normal = raw.select(raw=raw.raw, normal=kind.normalise(raw.raw, given_))
        second = ibis.table(normal.schema(), name="normal_values")
        fine = second.normal.notnull()
        if kind.valid is not None:
            fine = fine & kind.valid(second.normal, given_)
        outer = second.select(raw=second.raw, normal=second.normal, fine=fine)
        COMPILED[name, context] = (
            f"WITH raw_values AS (SELECT unnest(?::VARCHAR[]) AS raw), normal_values AS ({ibis.to_sql(normal, dialect='duckdb')})"
            f" {ibis.to_sql(outer, dialect='duckdb')}"
        )
    return COMPILED[name, context]


def run(con, name, texts, context=None):
    rows = con.execute(compiled(name, context), [list(texts)]).fetchall()
    return {raw: (normal, bool(fine)) for raw, normal, fine in rows}


def shown(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def same(value, wanted):
    try:
        return float(shown(value)) == float(wanted)
    except ValueError:
        return shown(value) == wanted


@pytest.mark.parametrize("name", REGISTRY)
def test_examples_become_what_they_should(con, name):
    kind = REGISTRY[name]
    tidy = {raw: unicodedata.normalize("NFC", raw).strip() for raw, _ in kind.examples}
    found = run(con, name, tidy.values())
    for raw, wanted in kind.examples:
        value, fine = found[tidy[raw]]
        assert fine, f"{raw} should pass"
        assert value == wanted or same(value, wanted), f"{raw}: {value} instead of {wanted}"


@pytest.mark.parametrize("name", [name for name in REGISTRY if REGISTRY[name].bad])
def test_bad_values_do_not_pass(con, name):
    for raw, (value, fine) in run(con, name, REGISTRY[name].bad).items():
        assert not fine, f"{raw} passes as {value}"


@pytest.mark.parametrize("name", [name for name in REGISTRY if REGISTRY[name].base == "string"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=30), min_size=1, max_size=40))
def test_normalising_twice_is_normalising_once(con, name, texts):
    tidy = [unicodedata.normalize("NFC", text.replace("\x00", "")).strip() for text in texts]
    once = {value for value, fine in run(con, name, tidy).values() if fine}
    for raw, (value, fine) in run(con, name, once).items():
        assert (value, fine) == (raw, True)


@pytest.mark.parametrize("name", REGISTRY)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.one_of(st.text(max_size=40), st.from_regex(r"[0-9./: \-]{1,22}", fullmatch=True)), max_size=60)
)
def test_whatever_comes_in_is_an_answer_and_never_an_error(con, name, texts):
    run(con, name, [text.replace("\x00", "") for text in texts])


@pytest.mark.parametrize("name", [name for name in REGISTRY if REGISTRY[name].canonical])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_short_way_reads_a_canonical_text_as_the_long_way_does(con, name, data):
    kind = REGISTRY[name]
    pattern = st.from_regex(kind.canonical.replace(r"\d", "[0-9]"))
    texts = data.draw(st.lists(pattern.filter(lambda text: "\n" not in text), min_size=1))
    table = ibis.table({"raw": "string"}, name="raw_values")
    both = table.select(short=kind.read(table.raw, Context()), long=kind.normalise(table.raw, Context()))
    query = f"WITH raw_values AS (SELECT unnest(?::VARCHAR[]) AS raw) {ibis.to_sql(both, dialect='duckdb')}"
    for short, long in con.execute(query, [texts]).fetchall():
        assert short == long
        assert kind.base != "string" or short in texts


@given(serial=st.integers(0, 999_999_999))
def test_one_digit_in_eleven_tax_serials_is_never_issued(serial):
    digit = tax_check_digit(f"{serial:09d}")
    assert digit is None or 0 <= digit <= 9


def test_a_personal_id_tells_place_year_and_sex_and_is_compared_with_the_birth_date(con):
    assert citizen_id_parts("046203001234") == ("046", 2003, "male")
    table = ibis.table({"number": "string", "born": "date"}, name="t")
    query = ibis.to_sql(table.select(agrees=citizen_id_agrees(table.number, table.born)), dialect="duckdb")
    rows = con.execute(
        f"WITH t AS (SELECT '046203001234' AS number, unnest([DATE '2003-05-01', DATE '1903-05-01', NULL]) AS born) {query}"
    ).fetchall()
    assert rows == [(True,), (False,), (None,)]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(
        st.sampled_from(["Thuỷ", "Hoá", "quý", "Hoàng", "Uỷ", "khoẻ", "Thúy", "loè", "a"]), min_size=1, max_size=4
    )
)
def test_tone_marks_are_placed_as_the_search_places_them(con, words):
    text = " ".join(words)
    value, _fine = run(con, "text.name", [text])[text]
    assert value == tone_normal(text)


def test_a_local_time_is_read_in_its_zone(con):
    summer, winter = "2011-07-01 01:32:33", "2011-12-01 01:32:33"
    found = run(con, "vn.datetime", [summer, winter], Context(zone="America/New_York"))
    assert found[summer][0].isoformat() == "2011-07-01T05:32:33+00:00"
    assert found[winter][0].isoformat() == "2011-12-01T06:32:33+00:00"


def test_vn_2000_of_hue_is_turned_into_wgs_84_to_the_millimetre(con):
    from pyproj import Transformer

    there = Transformer.from_crs("EPSG:4326", "EPSG:9214", always_xy=True)
    back = Transformer.from_crs("EPSG:9214", "EPSG:4326", always_xy=True)
    table = ibis.table({"north": "float64", "east": "float64"}, name="t")
    point = REGISTRY["geo.point"].normalise((table.north, table.east), Context(crs="EPSG:9214"))
    query = ibis.to_sql(table.select(point=point), dialect="duckdb")
    for lon, lat in ((107.0, 15.98), (107.5909, 16.4637), (108.22, 16.76)):
        east, north = there.transform(lon, lat)
        ((found,),) = con.execute(f"WITH t AS (SELECT {north!r} AS north, {east!r} AS east) {query}").fetchall()
        true_lon, true_lat = back.transform(east, north)
        assert abs(found["lon"] - true_lon) < 2e-8
        assert abs(found["lat"] - true_lat) < 2e-8


def test_a_reference_system_without_an_area_or_plane_is_refused():
    for crs in ("EPSG:4326", "EPSG:999999"):
        with pytest.raises(ValueError, match="EPSG"):
            fitted(crs)


def test_every_type_is_described_in_both_languages_with_examples():
    for kind in REGISTRY.values():
        assert kind.describe_vi
        assert kind.describe_en
        assert kind.examples or kind.name == "vn.unit"
    assert semantic_type("code:anything").base == "string"
    assert PLAIN["point"].name == "geo.point"


def test_typed_columns_are_taken_as_they_are(con):
    table = ibis.table(
        {"at": "timestamp", "day": "date", "whole": "int32", "part": "float64", "yes": "boolean"}, name="t"
    )
    context = Context(zone="Asia/Ho_Chi_Minh")
    query = ibis.to_sql(
        table.select(
            at=REGISTRY["vn.datetime"].normalise(table.at, context),
            day=REGISTRY["vn.date"].normalise(table.day, context),
            from_at=REGISTRY["vn.date"].normalise(table.at, context),
            whole=REGISTRY["number.integer"].normalise(table.whole, context),
            part=REGISTRY["number.integer"].normalise(table.part, context),
            yes=REGISTRY["boolean.yes_no"].normalise(table.yes, context),
        ),
        dialect="duckdb",
    )
    row = con.execute(
        "WITH t AS (SELECT TIMESTAMP '2026-11-24 14:30' AS at, DATE '2026-11-24' AS day, 7::INTEGER AS whole,"
        f" 2.5::DOUBLE AS part, true AS yes) {query}"
    ).fetchone()
    assert [str(value) for value in row] == [
        "2026-11-24 07:30:00+00:00",
        "2026-11-24",
        "2026-11-24",
        "7",
        "None",
        "True",
    ]
