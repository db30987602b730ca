"""A file goes in: right rows are a commit, wrong rows wait with their reasons, and everything is said."""

import pytest

from huong.base.errors import BadInput, Forbidden, WrongState
from huong.intake import actions, quarantine, queries
from huong.intake.errors import HeaderChanged, MappingNeeded, NotAsSent, SameBytesElsewhere, Unreadable
from huong.intake.models import Load
from huong.journal import queries as journal
from huong.messages.models import Bell
from huong.quality import queries as quality
from huong.store import queries as store

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "ma,duong,do_sau,ngay_dat\nC-001,Nguyễn Huệ,1.5,2020-01-02\nC-002,Lê Lợi,2,03/04/2021\n"
MIXED = GOOD + "C-003,,3,2020-01-01\nC-004,Trần Phú,sâu lắm,2020-01-01\nC-005,Hùng Vương,99,\n"


def test_right_rows_are_a_commit_and_wrong_rows_wait_with_their_reasons(drains_data, steward, write):
    load = actions.load_file("drains", write("cong.csv", MIXED), by=steward)
    assert (load.state, load.read, load.accepted, load.refused, load.commit_after) == ("done", 5, 2, 3, 1)
    assert load.counts == {"street.required": 1, "depth.type": 1, "depth.range": 1}
    page = quarantine.page("drains", user=steward)
    assert [(row.row, row.rules[0][0]) for row in page.rows] == [
        (4, "street.required"),
        (5, "depth.type"),
        (6, "depth.range"),
    ]
    assert page.rows[1].cells["do_sau"] == "sâu lắm"
    assert page.rows[1].bad == {"do_sau"}
    assert store.current("drains").rows == 2


def test_every_load_is_scored_recorded_and_told_to_the_steward(drains_data, steward, write):
    load = actions.load_file("drains", write("cong.csv", MIXED), by=steward, expected_rows=5)
    scores = quality.latest("drains")
    assert scores.values["correct"] == pytest.approx(2 / 5)
    names = [entry.name for entry in journal.entries_about("drains")]
    assert {"intake.received", "store.committed", "intake.loaded"} <= set(names)
    bell = Bell.objects.get(user=steward, kind="intake")
    assert bell.arguments["refused"] == 3
    assert load.id in bell.url


def test_a_second_load_of_the_same_file_changes_nothing_and_says_so(drains_data, steward, write):
    path = write("cong.csv", MIXED)
    first = actions.load_file("drains", path, by=steward)
    again = actions.load_file("drains", path, by=steward)
    assert (again.pk, again.repeated, Load.objects.count()) == (first.pk, True, 1)
    assert "1" in again.message
    assert store.commits("drains").count() == 1
    assert queries.waiting_of(["drains"]) == {"drains": 3}


def test_after_a_rollback_the_same_file_may_come_again(drains_data, steward, write):
    from huong.store import actions as verbs

    actions.load_file("drains", write("one.csv", GOOD), by=steward)
    path = write("two.csv", GOOD.replace("1.5", "1.6"))
    actions.load_file("drains", path, by=steward)
    verbs.rollback("drains", 1)
    again = actions.load_file("drains", path, by=steward)
    assert (again.repeated, store.current("drains").version) == (False, 4)


def test_a_correction_of_one_row_is_an_upsert(drains_data, steward, write):
    actions.load_file("drains", write("one.csv", GOOD), by=steward)
    load = actions.load_file("drains", write("two.csv", "ma,duong,do_sau,ngay_dat\nC-002,Lê Lợi,2.5,\n"), by=steward)
    assert load.commit_after == 2
    assert store.current("drains").rows == 2


def test_columns_with_accents_and_titles_are_matched_without_a_person(drains_data, steward, write):
    load = actions.load_file(
        "drains", write("x.csv", "MÃ CỐNG;Đường;Độ sâu;Ngày đặt\nC-1;Lê Lợi;1,5;1/2/2020\n"), by=steward
    )
    assert load.mapping == {"ma": "MÃ CỐNG", "duong": "Đường", "do_sau": "Độ sâu", "ngay_dat": "Ngày đặt"}
    assert load.accepted == 1


def test_a_required_column_that_is_not_found_is_asked_for_with_a_proposal(drains_data, steward, write):
    with pytest.raises(MappingNeeded, match="duong"):
        actions.load_file("drains", write("x.csv", "ma,tên phố,do_sau\nC-1,Lê Lợi,1\n"), by=steward)
    load = queries.loads_of("drains").get()
    assert (load.state, load.problem) == ("stopped", "mapping_needed")
    assert store.current("drains") is None
    mapping = {"ma": "ma", "duong": "tên phố", "do_sau": "do_sau"}
    again = actions.load_file(
        "drains", write("x.csv", "ma,tên phố,do_sau\nC-1,Lê Lợi,1\n"), by=steward, mapping=mapping
    )
    assert again.accepted == 1


def test_a_header_that_changed_since_last_month_stops_before_a_row_is_committed(drains_data, steward, write):
    actions.load_file("drains", write("one.csv", GOOD), by=steward)
    changed = "ma,duong_pho,do_sau,ghi_chu\nC-9,Lê Lợi,1,x\n"
    with pytest.raises(HeaderChanged) as refused:
        actions.load_file("drains", write("two.csv", changed), by=steward)
    differences = refused.value.details["differences"]
    assert differences == {"missing": ["ngay_dat"], "new": ["ghi_chu"], "renamed": [["duong", "duong_pho"]]}
    assert "duong_pho" in refused.value.message
    assert store.current("drains").version == 1
    load = queries.loads_of("drains").first()
    assert (load.state, load.detail["differences"]) == ("stopped", differences)


def test_a_person_confirms_the_new_columns_and_the_load_goes_on(drains_data, steward, write):
    actions.load_file("drains", write("one.csv", GOOD), by=steward)
    with pytest.raises(HeaderChanged):
        actions.load_file("drains", write("two.csv", "ma,duong_pho\nC-9,Lê Lợi\n"), by=steward)
    load = queries.loads_of("drains").first()
    actions.start(load.pk, by=steward, mapping={"ma": "ma", "duong": "duong_pho"})
    assert actions.run(load.pk).commit_after == 2


def test_the_same_bytes_from_two_agencies_wait_until_a_person_says_why(make_dataset, steward, roads_steward, write):
    make_dataset("drains")
    make_dataset("road_drains", owner="H57.9", steward="phuc")
    path = write("cong.csv", GOOD)
    actions.load_file("drains", path, by=steward)
    with pytest.raises(SameBytesElsewhere, match="drains"):
        actions.load_file("road_drains", path, by=roads_steward)
    assert store.current("road_drains") is None
    told = {bell.user_id for bell in Bell.objects.filter(arguments__has_key="other")}
    assert told == {steward.pk, roads_steward.pk}
    load = queries.loads_of("road_drains").get()
    with pytest.raises(BadInput):
        actions.confirm(load.pk, by=roads_steward, reason="")
    actions.confirm(load.pk, by=roads_steward, reason="Hai sở cùng quản lý các cống này.")
    assert actions.run(load.pk).accepted == 2


def test_a_stranger_may_not_load(drains_data, roads_steward, stranger, write):
    for somebody in (roads_steward, stranger):
        with pytest.raises(Forbidden):
            actions.load_file("drains", write("x.csv", GOOD), by=somebody)
    assert Load.objects.count() == 0


def test_half_an_upload_is_refused_and_nothing_is_kept(drains_data, steward):
    import io

    from huong.base.ids import digest
    from huong.files.models import Blob

    half = GOOD[: len(GOOD) // 2].encode()
    with pytest.raises(NotAsSent):
        actions.receive("drains", io.BytesIO(half), name="x.csv", by=steward, size=len(GOOD.encode()))
    with pytest.raises(NotAsSent):
        actions.receive("drains", io.BytesIO(half), name="x.csv", by=steward, digest=digest(GOOD))
    assert (Load.objects.count(), Blob.objects.count()) == (0, 0)


def test_an_upload_is_looked_at_then_confirmed_then_run(drains_data, steward):
    import io

    load = actions.receive("drains", io.BytesIO(GOOD.encode()), name="x.csv", by=steward)
    assert (load.state, load.detected["encoding"], load.columns) == (
        "received",
        "utf-8",
        ["ma", "duong", "do_sau", "ngay_dat"],
    )
    assert load.detail["samples"]["duong"] == ["Nguyễn Huệ", "Lê Lợi"]
    proposal = {entry["expected"]: entry["column"] for entry in load.detail["proposal"]}
    actions.start(load.pk, by=steward, mapping=proposal)
    assert actions.run(load.pk).state == "done"
    with pytest.raises(WrongState):
        actions.start(load.pk, by=steward, mapping=proposal)


def test_an_upload_can_be_looked_at_again_in_another_way(drains_data, steward):
    import io

    load = actions.receive(
        "drains", io.BytesIO(b"tieu de,,,\nma,duong,do_sau,ngay_dat\nA,B,1,\n"), name="x.csv", by=steward
    )
    again = actions.look_again(load.pk, by=steward, recipe={"header_row": 2, "delimiter": ","})
    assert again.message == ""
    assert (again.detected["header_row"], again.columns[0]) == (2, "ma")


def test_a_file_that_is_no_table_fails_with_its_sentence_and_stays_kept(drains_data, steward, write):
    with pytest.raises(Unreadable, match="JPEG"):
        actions.load_file("drains", write("anh.csv", b"\xff\xd8\xff\xe0" + b"\x00\x01" * 500), by=steward)
    load = queries.loads_of("drains").get()
    assert (load.state, load.problem, load.blob.kind) == ("failed", "not_a_table", "jpeg")


def test_rows_of_the_wrong_width_wait_in_quarantine_as_they_stood(drains_data, steward, write):
    load = actions.load_file("drains", write("x.csv", GOOD + "C-7,Lê Lợi,1,2,3,4\n"), by=steward)
    assert (load.read, load.accepted, load.counts) == (3, 2, {"structure": 1})
    row = quarantine.page("drains", user=steward, rule="structure").rows[0]
    assert row.cells["_raw"] == "C-7,Lê Lợi,1,2,3,4"


def test_excel_serial_dates_and_leading_zeros_survive(make_dataset, steward, write):
    make_dataset()
    load = actions.load_file("drains", write("x.csv", "ma,duong,do_sau,ngay_dat\n007,Lê Lợi,1,45839\n"), by=steward)
    assert load.accepted == 1
    found = store.run(store.table("drains")).to_pylist()[0]
    assert (found["code"], found["laid_on"].isoformat()) == ("007", "2025-07-01")


def test_no_accepted_row_is_no_commit_but_all_rows_wait(drains_data, steward, write):
    load = actions.load_file("drains", write("x.csv", "ma,duong,do_sau,ngay_dat\n,,1,\n"), by=steward)
    assert (load.state, load.commit_after, load.open_rows) == ("done", None, 1)
    assert store.current("drains") is None


def test_an_append_refuses_a_key_that_is_in_already(make_dataset, steward, write):
    make_dataset("log", mode="append")
    actions.load_file("log", write("one.csv", GOOD), by=steward)
    load = actions.load_file("log", write("two.csv", GOOD + "C-003,Trần Phú,1,\n"), by=steward)
    assert (load.accepted, load.refused) == (1, 2)
    assert store.current("log").rows == 3


def test_a_row_typed_into_a_form_is_checked_like_any_other(drains_data, steward):
    good = actions.enter("drains", {"ma": "C-77", "duong": "Lê Lợi", "do_sau": "1,5"}, by=steward)
    bad = actions.enter("drains", {"ma": "C-78"}, by=steward)
    assert (good.accepted, bad.refused) == (1, 1)
    with pytest.raises(BadInput):
        actions.enter("drains", {"mau": "x"}, by=steward)


def test_parquet_goes_through_with_its_types(drains_data, steward, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = {"ma": ["A", "B"], "duong": ["Lê Lợi", None], "do_sau": [1.5, 2.0], "ngay_dat": ["2020-01-01", None]}
    pq.write_table(pa.table(rows), tmp_path / "x.parquet")
    load = actions.load_file("drains", tmp_path / "x.parquet", by=steward)
    assert (load.accepted, load.refused) == (1, 1)
    assert quarantine.page("drains", user=steward).rows[0].row == 2


def test_a_person_stops_a_load_and_starts_it_again(drains_data, steward):
    import io

    load = actions.receive("drains", io.BytesIO(GOOD.encode()), name="x.csv", by=steward)
    actions.start(load.pk, by=steward)
    stopped = actions.stop(load.pk, by=steward)
    assert (stopped.state, stopped.problem) == ("stopped", "load_stopped")
    from huong.intake.errors import Stopped

    with pytest.raises(Stopped):
        actions.run(load.pk)
    assert store.current("drains") is None
    actions.resume(load.pk, by=steward)
    assert actions.run(load.pk).state == "done"
