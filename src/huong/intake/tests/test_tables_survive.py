"""Whatever is written into a table comes out of it again, and nothing is judged by its looks."""

import csv
import io
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from huong.intake.readers.delimited import stage
from huong.intake.rules.cells import neutral
from huong.intake.rules.differences import between
from huong.intake.types import Recipe

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=12)
NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=6)


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8), mark=st.sampled_from(",;\t|"))
def test_every_cell_of_a_csv_file_comes_out_as_it_went_in(rows, mark):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("ma", "ten", "ghi chú"), ("x", "y", "z"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(out.getvalue().encode())
        recipe = Recipe(encoding="utf-8", delimiter=mark, header_row=1, first_row=2)
        staged = stage(path, name="t.csv", work=Path(folder), recipe=recipe, known=frozenset(), tick=lambda _rows: None)
        read = [row for file in staged.files for row in pq.read_table(file).to_pylist()]
    found = [tuple(row[name] for name in ("ma", "ten", "ghi chú")) for row in read]
    filled = [tuple(cell or None for cell in row) for row in rows]
    assert found == [("x", "y", "z"), *(row for row in filled if any(row))]


@given(before=NAMES, now=NAMES)
def test_differences_name_every_column_that_came_or_went_once(before, now):
    found = between(before, now)
    gone = [*found.missing, *(old for old, _new in found.renamed)]
    fresh = [*found.new, *(new for _old, new in found.renamed)]
    assert sorted(gone) == sorted(set(before) - set(now))
    assert sorted(fresh) == sorted(set(now) - set(before))
    assert bool(found) == (set(before) != set(now))


@given(st.text(max_size=20))
def test_no_exported_cell_begins_like_a_formula(cell):
    assert not neutral(cell).startswith(("=", "@", "\t", "\r"))
    assert (
        neutral(cell)[:1] not in "+-"
        or neutral(cell) == ""
        or neutral(cell)[1:].replace(".", "").replace(",", "").isdecimal()
    )


@given(
    st.integers() | st.floats(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000).map("{:f}".format)
)
def test_an_exported_number_stays_a_number(number):
    assert neutral(number) == str(number)
