"""Personal datasets: raw file and refused rows are encrypted, identifying values are shown only to who may see them."""

import pytest

from huong.base.errors import KeyDestroyed
from huong.files import queries as files
from huong.intake import actions, quarantine, queries
from huong.intake.pipeline.quarantine import path_of
from huong.journal import queries as journal
from huong.store import queries as store

pytestmark = pytest.mark.django_db(transaction=True)

FIELDS = {
    "citizen_id": {"physicalName": "so_dinh_danh", "primaryKey": True, "required": True, "semantic": "vn.citizen_id"},
    "name": {"physicalName": "ho_ten", "required": True, "semantic": "vn.person_name", "identifying": True},
    "kind": {"physicalName": "doi_tuong", "required": True, "semantic": "text.identifier"},
}
ROWS = "so_dinh_danh,ho_ten,doi_tuong\n046200000123,Trần Thị Mai,A\n12,Lê Văn Bí Mật,A\n046200000124,,B\n"


@pytest.fixture
def load(make_dataset, steward, write):
    """Return a load with one right and two wrong rows about persons."""
    make_dataset("people_data", fields=FIELDS, classification="personal")
    return actions.load_file("people_data", write("ho.csv", ROWS), by=steward)


def test_neither_raw_file_nor_refused_rows_nor_the_store_hold_a_readable_name(load, house):
    assert (load.accepted, load.refused) == (1, 2)
    held = [file for file in house.rglob("*") if file.is_file() and "keys" not in file.parts]
    assert path_of("people_data", load.id) in held
    for file in held:
        content = file.read_bytes()
        for secret in ("Trần Thị Mai", "Bí Mật", "046200000123"):
            assert secret.encode() not in content, file
    assert files.open_blob(load.blob_id).read().decode() == ROWS
    assert store.current("people_data").rows == 1


def test_no_plain_copy_is_left_behind_in_the_temporary_folder(load, house):
    assert [file for file in (house / "tmp").rglob("*") if file.is_file()] == []


def test_a_steward_sees_names_and_that_is_written_down(load, steward):
    page = quarantine.page("people_data", user=steward)
    assert page.rows[0].cells["ho_ten"] == "Lê Văn Bí Mật"
    entry = journal.entries(names=("people.accessed",))[0]
    assert (entry.subject, entry.by) == (f"load:{load.id}", steward.pk)
    assert "Bí Mật" not in str(entry.data)


def test_who_may_not_read_personal_data_sees_dots(load, data_officer):
    page = quarantine.page("people_data", user=data_officer)
    assert page.rows[0].cells["ho_ten"] == quarantine.HIDDEN
    assert page.rows[0].cells["doi_tuong"] == "A"
    assert journal.entries(names=("people.accessed",)) == []


def test_rows_are_repaired_and_replayed_without_leaving_values_in_the_open(load, steward, house):
    repair = actions.repair_row(load.id, 3, {"so_dinh_danh": "046300000777"}, by=steward)
    assert b"046300000777" not in bytes(repair.sealed)
    again = actions.replay(load.id, by=steward, wait=True)
    assert (again.accepted, store.current("people_data").rows) == (1, 2)
    assert queries.waiting_of(["people_data"]) == {"people_data": 1}


def test_erasing_destroys_the_key_of_raw_file_and_refused_rows(load, steward):
    actions.erase(load.id, by=steward, reason="Người dân yêu cầu xóa.")
    with pytest.raises(KeyDestroyed):
        files.open_blob(load.blob_id)
    assert queries.waiting_of(["people_data"]) == {}
    assert quarantine.page("people_data", user=steward).rows == []
    assert journal.entries(names=("intake.erased",))[0].subject == "people_data"


def test_samples_of_personal_columns_are_not_kept_with_the_load(make_dataset, steward):
    import io

    make_dataset("people_data", fields=FIELDS, classification="personal")
    load = actions.receive("people_data", io.BytesIO(ROWS.encode()), name="x.csv", by=steward)
    assert "samples" not in load.detail
    assert "Mai" not in str(load.detail)
