"""No read without a purpose: one function decides fields and rows, and every read is in the journal."""

from dataclasses import dataclass, field

import pytest

from huong.base.errors import BadInput, Forbidden, NotFound
from huong.journal.models import Entry
from huong.store import queries
from huong.store.queries import Filter, Use
from huong.store.rules import Asker, Terms, decide

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class PaperGrant:
    """A grant as the exchange will bring it."""

    dataset: str = "allowance"
    consumer: str = "H57.21"
    fields: frozenset[str] = frozenset({"ward", "amount"})
    rows: dict[str, str] = field(default_factory=lambda: {"ward": "19815"})
    purpose: str = "Chi trả"
    id: str = "G-1"


def _reads(name="store.read"):
    return [(entry.subject, entry.agency, entry.by, entry.data) for entry in Entry.objects.filter(name=name)]


def test_a_read_names_agency_purpose_and_fields_in_the_journal(hydrants, use, steward):
    table = queries.read(hydrants, use=use(), fields=["code", "state"])
    assert queries.run(table).column_names == ["code", "state"]
    ((subject, agency, by, data),) = _reads()
    assert (subject, agency, by) == ("hydrants", "H57.8", steward.pk)
    assert data["purpose"] == "Kiểm tra trụ nước"
    assert (data["fields"], data["version"], data["identifying"]) == ("code,state", 1, False)


def test_without_a_purpose_nothing_is_given_and_the_refusal_is_recorded(hydrants, use):
    with pytest.raises(Forbidden) as refused:
        queries.rows(hydrants, use=use(purpose="  "))
    assert refused.value.code == "no_purpose"
    assert [data["reason"] for *_rest, data in _reads("store.read_refused")] == ["no_purpose"]
    assert _reads() == []


def test_nobody_signed_in_finds_nothing(hydrants):
    with pytest.raises(NotFound):
        queries.rows(hydrants, use=Use("", "Tò mò"))


def test_an_agency_one_does_not_act_for_cannot_be_named(hydrants, use, officer):
    with pytest.raises(Forbidden) as refused:
        queries.rows(hydrants, use=use(officer, agency="H57.8"))
    assert refused.value.code == "no_power"


def test_a_shared_dataset_is_read_by_another_agency(hydrants, use, officer):
    assert len(queries.rows(hydrants, use=use(officer, agency="H57.21")).rows) == 12
    assert [agency for _subject, agency, *_rest in _reads()] == ["H57.21"]


def test_a_personal_dataset_is_not_read_by_another_agency(allowance, use, officer):
    with pytest.raises(Forbidden) as refused:
        queries.rows("allowance", use=use(officer, agency="H57.21"))
    assert refused.value.code == "not_shared"


def test_the_city_data_office_reads_everywhere_but_identifies_nobody(allowance, use, data_officer):
    rows = queries.rows("allowance", use=use(data_officer, agency="H57.51")).rows
    assert [set(row) for row in rows] == [{"ward", "amount"}] * 3
    with pytest.raises(Forbidden) as refused:
        queries.rows("allowance", use=use(data_officer, agency="H57.51"), fields=["name"])
    assert refused.value.code == "identifying"


def test_a_grant_gives_its_fields_and_rows_and_no_others(allowance, use, officer):
    granted = use(officer, agency="H57.21", grant=PaperGrant())
    assert {tuple(row.items()) for row in queries.rows("allowance", use=granted).rows} == {
        (("ward", "19815"), ("amount", 500000)),
        (("ward", "19815"), ("amount", 700000)),
    }
    assert queries.run(queries.read("allowance", use=granted)).num_rows == 2
    with pytest.raises(BadInput):
        queries.row("allowance", "046090009999", granted)
    named = use(officer, agency="H57.21", grant=PaperGrant(fields=frozenset({"citizen_id", "ward"})))
    assert queries.row("allowance", "046090005678", named)["ward"] == "19815"
    with pytest.raises(NotFound):
        queries.row("allowance", "046090009999", named)
    with pytest.raises(Forbidden):
        queries.rows("allowance", use=granted, fields=["name"])
    with pytest.raises(Forbidden):
        queries.rows("allowance", use=use(officer, agency="H57.8", grant=PaperGrant()))


def test_looking_somebody_up_by_number_needs_the_power_although_nothing_identifying_is_given(
    allowance, use, data_officer
):
    with pytest.raises(BadInput):
        queries.row("allowance", "046090001234", use(data_officer, agency="H57.51"))
    assert queries.row("allowance", "046090001234", use()) == {"ward": "19815", "amount": 500000}
    assert Entry.objects.filter(name="people.accessed").count() == 1


def test_a_field_that_may_not_be_read_can_be_neither_filtered_nor_ordered_by(allowance, use, officer):
    granted = use(officer, agency="H57.21", grant=PaperGrant(fields=frozenset({"amount"})))
    for asked in [Filter("ward", "eq", "19815"), Filter("name", "eq", "x"), Filter("citizen_id", "eq", "x")]:
        with pytest.raises(BadInput):
            queries.rows("allowance", use=granted, filters=[asked])
    with pytest.raises(BadInput):
        queries.rows("allowance", use=granted, order="ward")
    with pytest.raises(BadInput):
        queries.read("allowance", use=granted, where={"citizen_id": "x"})


def test_free_search_does_not_look_through_dropped_fields(hydrants, use, officer):
    grant = PaperGrant(dataset="hydrants", fields=frozenset({"code", "state"}), rows={})
    granted = use(officer, agency="H57.21", grant=grant)
    with pytest.raises(BadInput):
        queries.rows("hydrants", use=granted, filters=[Filter("", "contains", "nguyen")])
    with pytest.raises(BadInput):
        queries.rows("hydrants", use=granted, filters=[Filter("", "bbox", [0, 0, 1, 1])])


def test_hidden_columns_are_given_to_nobody(allowance, use):
    for hidden in ["_sealed", "_subject", "citizen_id__hash", "_n", "_text"]:
        with pytest.raises((BadInput, Forbidden)):
            queries.rows("allowance", use=use(), filters=[Filter(hidden, "eq", "x")])
        assert hidden not in queries.rows("allowance", use=use(), fields=["ward", hidden]).rows[0]


TERMS = Terms("d", "A", "shared", ("x", "name"), frozenset({"name"}))


@pytest.mark.parametrize(
    ("asker", "classification", "wanted", "expected"),
    [
        (Asker(), "open", None, "anonymous"),
        (Asker(known=True), "open", None, "no_power"),
        (Asker(known=True, may_read=True), "open", None, ("x",)),
        (Asker(known=True, may_read=True), "restricted", None, "not_shared"),
        (Asker(known=True, may_read=True, reads_all=True), "restricted", None, ("x",)),
        (Asker(known=True, may_read=True, reads_all=True), "personal", ["name"], "identifying"),
        (Asker(known=True, may_read=True, may_identify=True), "shared", ["name"], ("name",)),
        (Asker(known=True, may_read=True, may_identify=True), "shared", None, ("x",)),
    ],
)
def test_the_decision(asker, classification, wanted, expected):
    terms = Terms("d", "A", classification, TERMS.fields, TERMS.identifying)
    found = decide(terms, asker, agency="B", purpose="p", grant=None, wanted=wanted)
    assert (found.refused or found.fields) == expected


def test_web_workers_load_neither_ibis_nor_duckdb_nor_pandas_for_rows(hydrants, use):
    import subprocess
    import sys

    code = (
        "import sys, django; django.setup();"
        "import huong.store.queries, huong.store.api, huong.store.actions;"
        "heavy = {'ibis','pandas','duckdb','pyarrow','deltalake','sklearn'} & set(sys.modules);"
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
