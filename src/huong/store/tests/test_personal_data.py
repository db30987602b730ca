"""Who a row is about is sealed under a key of that person's own; destroying it erases them everywhere."""

import base64

import duckdb
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huong.base import keys
from huong.base.errors import BadInput, NotFound, Unavailable
from huong.catalogue.queries import contract_of
from huong.journal.models import Entry
from huong.people.actions import parties
from huong.store import actions, personal, queries
from huong.store.queries import Filter

from .conftest import PERSONS

pytestmark = pytest.mark.django_db
HOA, BINH = PERSONS[0]["citizen_id"], PERSONS[1]["citizen_id"]


def test_no_identity_stands_readable_in_any_file(allowance, house):
    found = [path for path in house.rglob("*") if path.is_file()]
    assert found
    for path in found:
        content = path.read_bytes()
        for person in PERSONS:
            assert person["citizen_id"].encode() not in content, path
            assert person["name"].encode() not in content, path


def test_the_link_to_the_next_page_tells_nothing_of_the_row_it_begins_after(allowance, hydrants, use):
    for dataset, secret in (("allowance", "person"), ("hydrants", "H-1")):
        cursor = queries.rows(dataset, use=use(), size=1).next
        told = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        assert secret.encode() not in told
        assert b'"key"' not in told
        assert len(queries.rows(dataset, use=use(), size=1, after=cursor).rows) == 1
    with pytest.raises(BadInput):
        queries.rows("hydrants", use=use(), after=base64.urlsafe_b64encode(b'["key","H-1",1]').decode())
    assert not (keys.home.home() / "keys" / "field.23330").exists()  # the version that these bytes would name


def test_those_with_the_power_see_who_it_is_and_that_is_recorded_for_each_person(allowance, use):
    rows = queries.rows("allowance", use=use(), fields=["citizen_id", "name", "amount"]).rows
    assert sorted((row["citizen_id"], row["name"]) for row in rows) == [
        (person["citizen_id"], person["name"]) for person in PERSONS
    ]
    read = Entry.objects.get(name="store.read")
    assert (read.audience, read.data["identifying"]) == ("named", True)
    seen = Entry.objects.filter(name="people.accessed")
    assert seen.count() == 3
    assert all(entry.data["fields"] == "citizen_id,name" for entry in seen)
    assert not [entry for entry in seen if HOA in entry.subject]


def test_a_person_is_found_by_their_number_without_it_being_stored(allowance, use):
    row = queries.row("allowance", HOA, use(), fields=["citizen_id", "name", "ward"])
    assert row == {"citizen_id": HOA, "name": "Nguyễn Thị Hoa", "ward": "19815"}
    found = queries.rows("allowance", use=use(), filters=[Filter("citizen_id", "eq", BINH)], fields=["citizen_id"])
    assert [each["citizen_id"] for each in found.rows] == [BINH]
    with pytest.raises(BadInput):
        queries.rows("allowance", use=use(), filters=[Filter("name", "eq", "x")], fields=["name"])


def test_analysis_opens_identities_for_those_with_the_power(allowance, use):
    table = queries.read("allowance", use=use(), fields=["name", "amount"], where={"citizen_id": [HOA, BINH]})
    assert sorted(row["name"] for row in queries.run(table).to_pylist()) == ["Nguyễn Thị Hoa", "Trần Văn Bình"]
    plain = queries.run(queries.read("allowance", use=use()))
    assert set(plain.column_names) == {"ward", "amount"}


def test_the_same_rows_again_change_nothing_although_they_are_encrypted(allowance):
    assert allowance().state == "unchanged"


def test_an_upsert_finds_people_by_their_hash(allowance, use):
    commit = allowance([PERSONS[0] | {"amount": 900000}])
    assert (commit.updated, commit.added) == (1, 0)
    assert queries.row("allowance", HOA, use(), fields=["name", "amount"])["amount"] == 900000


def test_erasing_a_person_empties_every_version_and_copy(allowance, use):
    allowance([PERSONS[0] | {"amount": 900000}])
    subject = actions.erase_person("allowance", HOA, by=None)
    assert HOA not in subject
    row = queries.row("allowance", HOA, use(), fields=["citizen_id", "name", "amount"])
    assert (row["citizen_id"], row["name"], row["amount"]) == (None, None, 900000)
    for version in (1, 2):
        table = queries.read("allowance", use=use(), as_of=version, fields=["name", "amount"])
        assert sorted(str(row["name"]) for row in queries.run(table).to_pylist()) == [
            "Lê Đình Sơn",
            "None",
            "Trần Văn Bình",
        ]
    entry = Entry.objects.get(name="store.erased")
    assert HOA not in str(entry.data)
    with pytest.raises(NotFound):
        actions.erase_person("allowance", HOA)


def test_who_was_erased_stays_erased_when_the_file_comes_again(allowance, use):
    actions.erase_person("allowance", HOA)
    allowance()
    assert queries.row("allowance", HOA, use(), fields=["name"])["name"] is None


def test_another_home_s_keys_open_nothing(allowance, use, house):
    for file in (house / "keys").iterdir():
        file.write_bytes(b"x" * 32)
    keys._secret_in.cache_clear()
    with pytest.raises(Unavailable):
        queries.rows("allowance", use=use(), fields=["name"])


def test_erasing_from_a_dataset_without_persons_is_refused(hydrants):
    with pytest.raises(NotFound):
        actions.erase_person("hydrants", HOA)


def test_ten_thousand_people_are_sealed_with_few_statements(allowance, tmp_path):
    source, sealed = tmp_path / "many.parquet", tmp_path / "many-sealed.parquet"
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT printf('0460%08d', i) AS citizen_id, 'Người ' || i AS name, '19815' AS ward, i AS amount"
            f" FROM range(10000) t(i)) TO '{source}' (FORMAT parquet)"
        )
    with CaptureQueriesContext(connection) as made:
        assert personal.protect(source, sealed, contract_of("allowance")) == 10_000
    assert len(made) < 500, len(made)


def test_an_empty_file_is_sealed_to_an_empty_file(allowance, parquet, tmp_path):
    empty = parquet([], citizen_id="VARCHAR", name="VARCHAR", ward="VARCHAR", amount="BIGINT")
    assert personal.protect(empty, tmp_path / "out.parquet", contract_of("allowance")) == 0
    with duckdb.connect() as con:
        names = [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM '{tmp_path}/out.parquet'").fetchall()]
    assert names == ["ward", "amount", "_subject", "_sealed", "citizen_id__hash"]


def test_a_row_without_the_person_s_number_is_sealed_all_the_same(contract, load, parquet, tmp_path, use):
    fields = [
        {"name": "code", "key": True},
        {"name": "citizen_id", "semantic": "vn.citizen_id"},
        {"name": "name", "semantic": "vn.person_name", "identifying": True},
    ]
    contract("visits", fields, classification="personal")
    sealed = tmp_path / "sealed.parquet"
    rows = [{"code": "1", "citizen_id": None, "name": "Vô danh"}, {"code": "2", "citizen_id": HOA, "name": "Hoa"}]
    types = {"code": "VARCHAR", "citizen_id": "VARCHAR", "name": "VARCHAR"}
    personal.protect(parquet(rows, **types), sealed, contract_of("visits"))
    load("visits", sealed, mode="upsert", key=["code"])
    from huong.store.serving.building import bring_up

    bring_up("visits")
    assert queries.row("visits", "1", use(), fields=["name"]) == {"name": "Vô danh"}
    actions.erase_person("visits", HOA)
    assert queries.row("visits", "2", use(), fields=["name", "code"]) == {"code": "2", "name": None}


def test_who_is_erased_as_a_person_is_erased_from_every_personal_dataset_and_stays_so(allowance, use, data_officer):
    hoa = parties.register("person", name="Nguyễn Thị Hoa", national_id=HOA, by=None)
    stranger = parties.register("person", name="Người khác", national_id="046090000001", by=None)
    parties.erase(hoa, by=data_officer)
    assert Entry.objects.get(name="people.party_erased").data["things"] == 1
    names = [row["name"] for row in queries.rows("allowance", use=use(), fields=["name"]).rows]
    assert sorted(names, key=str) == ["Lê Đình Sơn", None, "Trần Văn Bình"]
    allowance([person | {"amount": 1} for person in PERSONS])
    assert "Nguyễn Thị Hoa" not in str(queries.rows("allowance", use=use(), fields=["name"]).rows)
    parties.erase(stranger, by=data_officer)
    assert Entry.objects.filter(name="store.erased").count() == 1
