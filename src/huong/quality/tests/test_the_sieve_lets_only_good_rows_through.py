"""What the sieve relies on: patterns read as GLOB, repeats found by hashes, and no sieve where it does not pay."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huong.catalogue.rules import ContractSpec, FieldSpec
from huong.quality import checking, patterns, repeats, sieve

NOTHING = ("", "-", "n/a", "na")


@pytest.fixture
def con(db, house):
    with checking.connect() as connection:
        yield connection


@pytest.mark.parametrize("pattern", [r"PA-\d{3}", r"0[35789]\d{2}", r"[A-C][A-Z0-9]\.\d", r"\(\d\)", "ab"])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_glob_fits_the_same_texts_as_its_pattern(con, pattern, data):
    glob = patterns.glob_of(pattern)
    near = st.text(alphabet="PA-0359B.()*?[]ab1é", max_size=6)
    texts = data.draw(st.lists(st.one_of(near, st.from_regex(pattern.replace(r"\d", "[0-9]"), fullmatch=True))))
    query = "SELECT count(*) FROM (SELECT unnest(?::VARCHAR[]) AS t) WHERE (t GLOB ?) <> regexp_full_match(t, ?)"
    assert con.execute(query, [texts, glob, pattern]).fetchone() == (0,)


@pytest.mark.parametrize("pattern", [r".*", r"[^x]+", r"\w+", r"\D", "(?i)k", r"a b", r"\s+", r"[A-Z/]+", "-?", "[é]"])
def test_a_pattern_that_might_fit_something_untidy_is_not_relied_on(pattern):
    assert not patterns.is_tidy(pattern, NOTHING)


@pytest.mark.parametrize("pattern", [r"PA-\d{9}", r"[A-Z]{2}\d+", r"(?:A|B)\d", r"\d{4}/\d"])
def test_a_pattern_of_plain_letters_and_digits_is_relied_on(pattern):
    assert patterns.is_tidy(pattern, NOTHING)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(values=st.lists(st.integers(0, 30), min_size=1, max_size=40), chunk=st.integers(3, 50))
def test_repeats_are_the_same_whether_memory_takes_all_rows_or_a_portion(con, monkeypatch, values, chunk):
    monkeypatch.setattr(repeats, "CHUNK_ROWS", chunk)
    hashes = "CASE WHEN v < 30 THEN hash(v) END"
    kept = repeats.keep(con, "again", hashes, f"(SELECT unnest({values}) AS v)", rows=len(values))
    found = con.execute(f"SELECT v FROM (SELECT unnest(range(31)) AS v) WHERE {hashes} IN (SELECT h FROM again)")
    assert {row[0] for row in found.fetchall()} == {v for v in values if v < 30 and values.count(v) > 1}
    assert kept == len({v for v in values if v < 30 and values.count(v) > 1})


def lamps(con, house, texts):
    spec = ContractSpec(
        dataset="lamps",
        version="1.0.0",
        title_vi="Đèn",
        title_en="Lamps",
        fields=(FieldSpec("street", "Đường", "Street", "string", semantic="text.free", required=True),),
    )
    rows = f"SELECT unnest({texts}) AS street, unnest(range({len(texts)})) AS _row"
    found = checking.check(spec, rows, con, refused=house / "tmp" / "r.parquet")
    parted = con.execute("SELECT count(*) FROM duckdb_views() WHERE view_name = '_direct_rest'").fetchone() == (1,)
    return parted, found


def test_a_source_that_is_mostly_untidy_is_not_sifted(con, house, monkeypatch):
    monkeypatch.setattr(sieve, "FEW_ROWS", 0)
    parted, found = lamps(con, house, ["Lê Lợi", "Hùng Vương ", " Chi Lăng"])
    assert (parted, found.accepted, found.facts.unclean) == (False, 3, 2)


def test_a_source_that_turns_untidy_after_the_sample_is_not_sifted(con, house, monkeypatch):
    monkeypatch.setattr(sieve, "FEW_ROWS", 0)
    monkeypatch.setattr(sieve, "SAMPLE_ROWS", 1)
    parted, found = lamps(con, house, ["Lê Lợi", "Hùng Vương ", " Chi Lăng"])
    assert (parted, found.accepted, found.facts.unclean) == (False, 3, 2)


def test_a_source_that_is_mostly_tidy_is_sifted_and_its_empty_cells_found(con, house, monkeypatch):
    monkeypatch.setattr(sieve, "FEW_ROWS", 0)
    parted, found = lamps(con, house, ["Lê Lợi", "Hùng Vương", "", "Chi Lăng"])
    assert (parted, found.accepted, found.counts["street.required"]) == (True, 3, 1)
