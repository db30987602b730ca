"""A steward repairs what was refused: one row, or all rows of a rule; replays it; drops it with a reason."""

import pytest

from huong.base.errors import BadInput, Forbidden, NotFound, WrongState
from huong.intake import actions, quarantine, queries
from huong.intake.errors import Busy
from huong.intake.pipeline.alone import alone
from huong.journal import queries as journal
from huong.store import queries as store

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = "ma,duong,do_sau,ngay_dat\n" + "".join(
    f"C-{number:03},{'' if number % 2 else 'Lê Lợi'},{'không rõ lắm' if number % 4 == 0 else 1},\n"
    for number in range(1, 13)
)


@pytest.fixture
def load(drains_data, steward, write):
    """Return a load with 6 rows without a street and 3 with a depth that is no number."""
    return actions.load_file("drains", write("cong.csv", ROWS), by=steward)


def test_waiting_rows_are_counted_per_rule(load):
    assert [(rule, rows) for rule, _said, rows in queries.waiting_by_rule("drains")] == [
        ("street.required", 6),
        ("depth.type", 3),
    ]
    assert queries.last_loads(["drains"])["drains"] == load


def test_pages_follow_one_another_over_several_loads(load, steward, write):
    actions.load_file("drains", write("b.csv", "ma,duong,do_sau,ngay_dat\nD-1,,1,\nD-2,,1,\n"), by=steward)
    seen, after = [], None
    while True:
        page = quarantine.page("drains", user=steward, rule="street.required", after=after, size=3)
        seen += [(row.load, row.row) for row in page.rows]
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 8
    assert seen[0][0] != load.id


def test_one_row_is_repaired_and_replayed_into_the_store(load, steward):
    repair = actions.repair_row(load.id, 2, {"duong": "Trần Phú"}, by=steward)
    assert repair.rows == 1
    row = quarantine.row(load.id, 2, user=steward)
    assert (row.state, row.cells["duong"]) == ("repaired", "Trần Phú")
    again = actions.replay(load.id, by=steward, wait=True)
    assert (again.accepted, again.commit_after, again.replays_id) == (1, 2, load.id)
    load.refresh_from_db()
    assert (load.open_rows, load.repaired_rows, load.open) == (8, 0, {"street.required": 5, "depth.type": 3})
    with pytest.raises(NotFound):
        quarantine.row(load.id, 2, user=steward)


def test_all_rows_of_a_rule_are_repaired_at_once(load, steward):
    repair = actions.repair_rule(
        load.id, "depth.type", kind="replace", column="do_sau", old="không rõ lắm", new="2,5", by=steward
    )
    assert repair.rows == 3
    assert actions.replay(load.id, by=steward, wait=True).accepted == 3
    assert store.current("drains").rows == 6


def test_a_value_is_emptied_in_all_rows_of_a_rule(load, steward):
    actions.repair_rule(load.id, "depth.type", kind="empty", column="do_sau", by=steward)
    assert actions.replay(load.id, by=steward, wait=True).accepted == 3


def test_rows_refused_again_wait_in_the_new_load_and_none_is_lost(load, steward):
    actions.repair_rule(
        load.id, "depth.type", kind="replace", column="do_sau", old="không rõ lắm", new="xa", by=steward
    )
    again = actions.replay(load.id, by=steward, wait=True)
    assert (again.accepted, again.refused) == (0, 3)
    assert queries.waiting_of(["drains"]) == {"drains": 9}


def test_a_repair_is_taken_back_before_it_is_replayed_not_after(load, steward):
    repair = actions.repair_row(load.id, 2, {"duong": "Trần Phú"}, by=steward)
    actions.undo(repair.pk, by=steward)
    assert quarantine.row(load.id, 2, user=steward).cells["duong"] is None
    with pytest.raises(WrongState):
        actions.replay(load.id, by=steward, wait=True)
    later = actions.repair_row(load.id, 2, {"duong": "Trần Phú"}, by=steward)
    actions.replay(load.id, by=steward, wait=True)
    with pytest.raises(WrongState):
        actions.undo(later.pk, by=steward)


def test_rows_are_dropped_only_with_a_reason_and_come_back_when_that_is_undone(load, steward):
    with pytest.raises(BadInput):
        actions.drop(load.id, rule="street.required", reason=" ", by=steward)
    drop = actions.drop(load.id, rule="street.required", reason="Cống đã phá bỏ năm 2019.", by=steward)
    assert (drop.rows, queries.waiting_of(["drains"])) == (6, {"drains": 3})
    actions.undo(drop.pk, by=steward)
    assert queries.waiting_of(["drains"]) == {"drains": 9}


def test_nothing_to_replay_is_said(load, steward):
    with pytest.raises(WrongState):
        actions.replay(load.id, by=steward)


def test_only_who_may_repair_repairs_and_everything_is_recorded(load, steward, roads_steward, officer):
    for somebody in (roads_steward, officer):
        with pytest.raises(Forbidden):
            actions.repair_row(load.id, 2, {"duong": "x"}, by=somebody)
        with pytest.raises(Forbidden):
            quarantine.page("drains", user=somebody)
    actions.repair_row(load.id, 2, {"duong": "x"}, by=steward)
    actions.drop(load.id, row=4, reason="trùng lặp", by=steward)
    names = [entry.name for entry in journal.entries_about("drains")]
    assert {"intake.repaired", "intake.dropped"} <= set(names)


def test_odd_repairs_are_refused(load, steward):
    with pytest.raises(BadInput):
        actions.repair_row(load.id, 2, {"mau": "x"}, by=steward)
    with pytest.raises(NotFound):
        actions.repair_row(load.id, 3, {"duong": "x"}, by=steward)
    with pytest.raises(NotFound):
        actions.repair_rule(load.id, "no.rule", kind="empty", column="duong", by=steward)
    with pytest.raises(BadInput):
        actions.repair_rule(load.id, "depth.type", kind="replace", column="do_sau", by=steward)


def test_the_export_makes_formulas_harmless(drains_data, steward, write):
    content = 'ma,duong,do_sau,ngay_dat\n=1+1,"=HYPERLINK(""http://x"")",xa,\n@SUM,+84,-sâu,\n'
    actions.load_file("drains", write("x.csv", content), by=steward)
    lines = "".join(quarantine.export("drains", user=steward))
    assert "'=HYPERLINK" in lines
    assert "'@SUM" in lines
    assert "'-sâu" in lines
    assert ",=" not in lines


def test_repaired_rows_of_a_dataset_replaced_each_time_are_added_not_put_in_its_place(make_dataset, steward, write):
    make_dataset("whole", mode="replace")
    load = actions.load_file("whole", write("x.csv", ROWS), by=steward)
    actions.repair_row(load.id, 2, {"duong": "Trần Phú"}, by=steward)
    actions.replay(load.id, by=steward, wait=True)
    assert store.current("whole").rows == 4
    actions.load_file("whole", write("y.csv", ROWS.replace("C-", "D-")), by=steward)
    actions.repair_row(load.id, 4, {"duong": "Trần Phú"}, by=steward)
    with pytest.raises(WrongState):
        actions.replay(load.id, by=steward, wait=True)


def test_many_repairs_cost_little_more_than_one_and_all_of_them_count(drains_data, steward, write):
    rows = "".join(f"C-{number},,1.5,2020-01-02\n" for number in range(40))
    load = actions.load_file("drains", write("many.csv", "ma,duong,do_sau,ngay_dat\n" + rows), by=steward)
    actions.repair_rule(load.id, "street.required", kind="replace", column="duong", old="", new="Lê Lợi", by=steward)
    for number in range(2, 14):
        actions.repair_row(load.id, number, {"duong": f"Đường {number}"}, by=steward)
    for number in range(2, 14):
        actions.repair_row(load.id, number, {"do_sau": "2"}, by=steward)
    actions.drop(load.id, row=30, reason="ghi hai lần", by=steward)
    found = quarantine.page("drains", user=steward, size=100).rows
    cells = {row.row: (row.cells["duong"], row.cells["do_sau"]) for row in found}
    assert len(found) == 39
    assert (cells[2], cells[13], cells[14]) == (("Đường 2", "2"), ("Đường 13", "2"), ("Lê Lợi", "1.5"))
    assert actions.replay(load.id, by=steward, wait=True).accepted == 39


def test_two_replays_at_once_do_not_bring_a_row_twice(load, steward):
    actions.repair_row(load.id, 2, {"duong": "Trần Phú"}, by=steward)
    with alone(load.id), pytest.raises(Busy):
        actions.replay(load.id, by=steward)


def test_a_row_repaired_while_a_replay_is_prepared_waits_for_the_next_one(load, steward, monkeypatch):
    from huong.intake.actions import replaying

    real = replaying._write_repaired

    def meanwhile(*arguments):
        actions.repair_row(load.id, 4, {"duong": "Lê Lợi"}, by=steward)
        return real(*arguments)

    actions.repair_row(load.id, 2, {"duong": "Trần Phú"}, by=steward)
    with monkeypatch.context() as patched:
        patched.setattr(replaying, "_write_repaired", meanwhile)
        assert actions.replay(load.id, by=steward, wait=True).accepted == 1
    assert actions.replay(load.id, by=steward, wait=True).accepted == 1
    load.refresh_from_db()
    assert store.current("drains").rows + load.open_rows == 12


def test_a_repair_on_its_way_into_the_store_is_not_taken_back(load, steward):
    repair = actions.repair_row(load.id, 2, {"duong": "Trần Phú"}, by=steward)
    again = actions.replay(load.id, by=steward)
    with pytest.raises(WrongState):
        actions.undo(repair.pk, by=steward)
    assert actions.run(again.id).accepted == 1
