from huong.catalogue.rules import ContractSpec, FieldSpec
from huong.quality import checking

SPEC = ContractSpec(
    dataset="lamps",
    version="1.0.0",
    title_vi="Đèn",
    title_en="Lamps",
    key=("code",),
    fields=(
        FieldSpec("code", "Mã", "Code", "string", required=True),
        FieldSpec(
            "watts", "Công suất", "Power", "integer", expected=True, severities=(("required", "flag"),), unit="W"
        ),
    ),
)


def test_an_expected_cell_that_is_empty_lowers_complete_and_not_correct(db, house):
    rows = "SELECT * FROM (VALUES (1, 'a', '90'), (2, 'b', NULL), (3, 'b', '70'), (4, 'c', 'x')) t(_row, code, watts)"
    folder = house / "tmp"
    with checking.connect() as con:
        found = checking.check(SPEC, rows, con, accepted=folder / "a.parquet", refused=folder / "r.parquet")
    assert (found.read, found.accepted, found.refused) == (4, 2, 2)
    assert found.facts.flagged == 0
    assert found.facts.filled["watts"] == 1
    assert found.counts["key"] == 1
    assert found.counts["watts.type"] == 1
