"""The short way of rows that come as they should, and the long way of all rows, come to the same."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huong.catalogue.rules import ContractSpec, FieldSpec, RuleSpec
from huong.catalogue.rules.fields import Limits
from huong.catalogue.types import REGISTRY
from huong.quality import checking

SEMANTICS = [name for name in REGISTRY if name != "vn.unit"]


def spec_of(*fields, **more):
    return ContractSpec(dataset="things", version="1.0.0", title_vi="Vật", title_en="Things", fields=fields, **more)


def field_of(name, semantic, **more):
    return FieldSpec(name, name, name, REGISTRY[semantic].base, semantic=semantic, **more)


def changed(text):
    """Return texts that people write for a text."""
    return st.sampled_from(
        [
            text,
            text,
            f" {text}",
            f"{text} ",
            f"{text}\t",
            f"{text}\n",
            text.upper(),
            text.lower(),
            text.replace(" ", "  "),
            unicodedata.normalize("NFD", text),
            f"\u00a0{text}",
            f"{text}\u200b",
            f"{text}\v",
        ]
    )


def cells(semantic):
    """Return what may stand in a column of a type: good, bad, badly written, missing."""
    kind = REGISTRY[semantic]
    known = [raw for raw, _kept in kind.examples] + [kept for _raw, kept in kind.examples] + list(kind.bad)
    odd = st.sampled_from(["", " ", "N/A", "không rõ", "-", "NULL", "?", "0", "31/02/2026", "1,5", "1.204", "24:00"])
    written = st.sampled_from(known or ["x"]).flatmap(changed)
    form = [st.from_regex(kind.canonical.replace(r"\d", "[0-9]"))] if kind.canonical else []
    loose = st.text(alphabet="aAđĐ019 /.,:-+ếe\u0301", max_size=12)
    return st.one_of(st.none(), written, written, odd, loose, *form).map(lambda t: t and t.replace("\x00", ""))


def seen(spec, rows, con, folder, *, sifted, existing=()):
    """Return all that a check says of rows, in an order of its own."""
    names = list(dict.fromkeys(name for found in spec.fields for name in (found.source or (found.name,))))
    con.execute(f"CREATE OR REPLACE TEMP TABLE given (_row BIGINT, {', '.join(f'{name} VARCHAR' for name in names)})")
    marks = ", ".join("?" * (len(names) + 1))
    con.executemany(f"INSERT INTO given VALUES ({marks})", [(n + 1, *row) for n, row in enumerate(rows)])
    accepted, refused = folder / "a.parquet", folder / "r.parquet"
    found = checking.check(
        spec,
        "SELECT * FROM given",
        con,
        accepted=accepted,
        refused=refused,
        existing=existing,
        sifted=sifted,
    )
    kept = con.execute(f"SELECT * FROM read_parquet('{accepted}')").fetchall()
    left = con.execute(f"SELECT * FROM read_parquet('{refused}')").fetchall()
    shape = con.execute(f"DESCRIBE SELECT * FROM read_parquet('{accepted}')").fetchall()
    return sorted(map(repr, kept)), sorted(map(repr, left)), shape, replace(found, seconds=0.0)


@pytest.fixture
def con(db, house):
    with checking.connect() as connection:
        yield connection


def same_both_ways(spec, rows, con, folder, **more):
    long = seen(spec, rows, con, folder, sifted=False, **more)
    short = seen(spec, rows, con, folder, sifted=True, **more)
    assert short == long
    return short[3]


@pytest.mark.parametrize("semantic", SEMANTICS)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_semantic_type_is_read_the_same(con, house, semantic, data):
    spec = spec_of(field_of("value", semantic, expected=True, severities=(("required", "flag"), ("type", "flag"))))
    rows = data.draw(st.lists(st.tuples(cells(semantic)), min_size=1, max_size=25))
    same_both_ways(spec, rows, con, house / "tmp")


KEYED = spec_of(
    field_of("code", "text.identifier", limits=Limits(pattern=r"C-\d{1,2}"), required=True),
    field_of("kind", "text.free", values=("big", "small")),
    field_of("size", "number.decimal_vi", limits=Limits(minimum=0, maximum=50)),
    field_of("begun", "vn.date"),
    field_of("ended", "vn.datetime", zone="Asia/Ho_Chi_Minh"),
    field_of("at", "geo.point", source=("lat", "lon")),
    field_of("phone", "vn.phone", unique=True, severities=(("unique", "flag"),), limits=Limits(max_length=10)),
    key=("code",),
    rules=(RuleSpec("ends_late", "ended >= begun", severity="flag"),),
    event_field="ended",
    unit_field="kind",
)
CODES = st.sampled_from(["C-1", "C-2", "C-3", " C-1", "C-2 ", "C-12", "c-1", "", None, "N/A"])
ROWS = st.tuples(
    CODES,
    st.sampled_from(["big", "small", "big ", "huge", None]),
    st.sampled_from(["1", "2,5", "1.204", "90", "x", None]),
    st.sampled_from(["24/11/2026", "2026-11-24", "ngày 1 tháng 1 năm 2026", "31/02/2026", None]),
    st.sampled_from(["24/11/2026 14:30", "2026-11-25 10:00:00", "14h30 ngày 1/1/2026", "?", None]),
    st.sampled_from(["16.4637", "16.5 ", "95", "bắc", None]),
    st.sampled_from(["107.5909", "107.6", "đông", None]),
    st.sampled_from(["0912345678", "+84 912 345 678", "0912.345.679", "02343822724", "số riêng", None]),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(ROWS, min_size=1, max_size=12))
def test_keys_rules_points_and_units_come_to_the_same(con, house, rows):
    same_both_ways(KEYED, rows, con, house / "tmp")


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=st.lists(ROWS, min_size=1, max_size=6), rows=st.lists(ROWS, min_size=1, max_size=8))
def test_keys_that_stand_in_the_table_already_are_found_both_ways(con, house, before, rows):
    folder = house / "tmp"
    seen(KEYED, before, con, folder, sifted=False)
    table = folder / "table.parquet"
    (folder / "a.parquet").rename(table)
    same_both_ways(KEYED, rows, con, folder, existing=[table])


def test_a_key_written_badly_meets_the_same_key_written_well(con, house):
    good = ("C-1", "big", "1", None, None, None, None, "0912345678")
    found = same_both_ways(KEYED, [good, (" C-1", *good[1:]), ("C-2", *good[1:])], con, house / "tmp")
    assert (found.accepted, found.counts["key"]) == (2, 1)


def test_the_field_with_stray_spaces_is_named_with_its_count(con, house):
    spec = spec_of(field_of("street", "text.free"), field_of("name", "text.name"))
    rows = [("Lê Lợi ", "An"), (" Hùng Vương", "BÌNH AN"), ("Chi Lăng", "An")]
    facts = same_both_ways(spec, rows, con, house / "tmp").facts
    assert (facts.unclean, dict(facts.untidy)) == (2, {"street": 2, "name": 1})
