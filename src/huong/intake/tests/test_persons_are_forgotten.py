"""A person is erased from raw files, refused rows and repairs; everybody else's rows stay; retention ends by itself."""

from datetime import timedelta

import pytest

from huong.base import clock
from huong.base.errors import KeyDestroyed
from huong.files import queries as files
from huong.intake import actions, quarantine, queries
from huong.intake.errors import Busy
from huong.intake.models import Load
from huong.intake.tests.test_personal_data import FIELDS
from huong.journal.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)
MAI, LE, HOA = "046200000123", "046200000555", "046200000777"
ROWS = (
    f"so_dinh_danh,ho_ten,doi_tuong\n{MAI},Trần Thị Mai,A\n046.200.000.555,,A\n{HOA},,B\n12,Lê Văn Khác,C\n"
    f"{LE},Lê Văn Bí Mật,A,thừa\n"
)


@pytest.fixture
def load(make_dataset, steward, write):
    """Return a load with one person accepted and three refused, one of them also in a row of the wrong width."""
    make_dataset("people_data", fields=FIELDS, classification="personal")
    return actions.load_file("people_data", write("ho.csv", ROWS), by=steward)


def cells(steward):
    return [row.cells for row in quarantine.page("people_data", user=steward).rows]


def test_a_person_is_gone_from_raw_file_and_refused_rows_and_the_others_still_wait(load, steward, house):
    assert (load.accepted, load.open_rows) == (1, 4)
    assert actions.forget("people_data", [LE], by=steward.pk) == 1
    kept = cells(steward)
    assert [row["so_dinh_danh"] for row in kept] == [HOA, "12"]
    with pytest.raises(KeyDestroyed):
        files.open_blob(load.blob_id)
    load.refresh_from_db()
    assert (load.open_rows, load.open["name.required"]) == (2, 1)
    assert queries.waiting_of(["people_data"]) == {"people_data": 2}
    assert len(list((house / "quarantine").rglob("*.parquet"))) == 1
    assert Entry.objects.filter(name="intake.erased", subject="people_data").count() == 1
    assert actions.forget("people_data", [LE], by=steward.pk) == 0
    assert [row["so_dinh_danh"] for row in cells(steward)] == [HOA, "12"]


def test_who_is_only_in_the_raw_file_is_gone_from_it_and_waiting_rows_are_still_repaired(load, steward):
    assert actions.forget("people_data", [MAI], by=None) == 1
    with pytest.raises(KeyDestroyed):
        files.open_blob(load.blob_id)
    assert len(cells(steward)) == 4
    actions.repair_row(load.id, 4, {"ho_ten": "Nguyễn Thị Hoa"}, by=steward)
    assert actions.replay(load.id, by=steward, wait=True).accepted == 1


def test_a_repair_that_names_the_person_is_emptied_and_other_repairs_stay(load, steward):
    actions.repair_row(load.id, 5, {"so_dinh_danh": LE}, by=steward)
    actions.repair_row(load.id, 4, {"ho_ten": "Nguyễn Thị Hoa"}, by=steward)
    actions.forget_everywhere([LE], by=steward.pk)
    assert [(row["so_dinh_danh"], row["ho_ten"]) for row in cells(steward)] == [(HOA, "Nguyễn Thị Hoa")]
    assert actions.replay(load.id, by=steward, wait=True).accepted == 1


def test_a_stranger_to_the_files_changes_nothing(load, steward):
    assert actions.forget("people_data", ["046200000999"], by=steward.pk) == 0
    assert files.open_blob(load.blob_id).read().decode() == ROWS
    assert not Entry.objects.filter(name="intake.erased").exists()


def test_a_file_that_was_not_loaded_yet_goes_as_a_whole_and_says_so(make_dataset, steward):
    import io

    make_dataset("people_data", fields=FIELDS, classification="personal")
    waiting = actions.receive("people_data", io.BytesIO(ROWS.encode()), name="x.csv", by=steward)
    Load.objects.filter(pk=waiting.pk).update(state="queued")
    with pytest.raises(Busy):
        actions.forget("people_data", [MAI], by=steward.pk)
    Load.objects.filter(pk=waiting.pk).update(state="received")
    assert actions.forget("people_data", [MAI], by=steward.pk) == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.problem) == ("failed", "erased")
    with pytest.raises(KeyDestroyed):
        files.open_blob(waiting.blob_id)


def test_raw_files_and_refused_rows_end_with_the_contracts_retention(make_dataset, steward, write, house):
    from huong.catalogue import actions as catalogue
    from huong.intake.tests.conftest import document

    text = document("people_data", fields=FIELDS, classification="personal")
    catalogue.add(text + "slaProperties:\n- {property: retention, value: 30, unit: d}\n", by=None)
    load = actions.load_file("people_data", write("ho.csv", ROWS), by=steward)
    assert actions.end_retention() == 0
    with clock.freeze(clock.now() + timedelta(days=31)):
        assert actions.end_retention() == 1
        assert actions.end_retention() == 0
    with pytest.raises(KeyDestroyed):
        files.open_blob(load.blob_id)
    assert queries.waiting_of(["people_data"]) == {}
    assert list((house / "quarantine").rglob("*.parquet")) == []
    load.refresh_from_db()
    assert (load.state, load.accepted) == ("done", 1)


def test_erasing_a_party_reaches_raw_files_and_refused_rows(load, steward):
    from huong.people import ports

    assert "intake" in ports.erasers
    person = ports.Person(party="p-1", national_id=LE)
    assert ports.erasers.get("intake")(person, by=steward.pk) == 1
    assert [row["so_dinh_danh"] for row in cells(steward)] == [HOA, "12"]
    assert Entry.objects.filter(name="files.erased").count() == 1
    assert ports.erasers.get("intake")(ports.Person(party="p-2", national_id=""), by=None) == 0
