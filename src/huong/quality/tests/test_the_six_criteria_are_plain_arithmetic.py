from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huong.catalogue.rules import ContractSpec, FieldSpec, RuleSpec
from huong.quality import rules
from huong.quality.rules import Facts, Refused, Timeliness, Use

DRAINS = ContractSpec(
    dataset="drains",
    version="1.0.0",
    title_vi="Cống",
    title_en="Drains",
    key=("code",),
    fields=(
        FieldSpec("code", "Mã", "Code", "string", semantic="text.code", required=True),
        FieldSpec("ward", "Phường", "Ward", "string", semantic="vn.unit", required=True),
        FieldSpec("depth", "Độ sâu", "Depth", "number", unit="m"),
        FieldSpec("note", "Ghi chú", "Note", "string", semantic="text.free", expected=True),
        FieldSpec("label", "Nhãn", "Label", "string"),
    ),
    rules=(RuleSpec("deep", "depth > 0", severity="flag", fields=("depth",)),),
    unit_field="ward",
)


def test_correct_counts_quarantined_rows_among_those_looked_at():
    row = rules.correct(Facts(rows=98, flagged=2), Refused(2, Counter({"ward.type": 2})))
    assert (row.numerator, row.denominator, row.worst_rule) == (96, 100, "ward.type")


def test_a_row_that_only_repeats_a_key_is_unclean_and_not_wrong():
    refused = Refused(3, Counter({"key": 3}))
    assert rules.correct(Facts(rows=97), refused).value == 1.0
    assert rules.clean(Facts(rows=97), refused).value == 0.97


def test_complete_without_a_control_total_says_that_the_total_is_unknown():
    facts = Facts(rows=10, filled=Counter({"code": 10, "ward": 10, "note": 4}))
    row = rules.complete(DRAINS, facts, received=10, expected=None)
    assert (row.numerator, row.denominator, row.worst_rule) == (24, 30, "note")
    assert row.detail["control"] is None
    assert row.value == 0.8


def test_complete_is_lowered_by_rows_that_the_owner_announced_and_did_not_send():
    facts = Facts(rows=10, filled=Counter({"code": 10, "ward": 10, "note": 10}))
    assert rules.complete(DRAINS, facts, received=10, expected=20).value == 0.5


def test_more_rows_than_announced_are_not_more_than_complete():
    facts = Facts(rows=10, filled=Counter({"code": 10, "ward": 10, "note": 10}))
    assert rules.complete(DRAINS, facts, received=30, expected=20).value == 1.0


def test_an_empty_dataset_is_unknown_and_neither_bad_nor_good():
    assert rules.correct(Facts(), Refused()).value is None
    assert rules.clean(Facts(), Refused()).value is None
    assert rules.live(Timeliness()).value is None
    assert rules.shared(Use()).value is None


def test_unified_names_the_field_that_is_bound_to_nothing():
    facts = Facts(rows=10, present=Counter({"ward": 10}))
    row = rules.unified(DRAINS, facts, Refused())
    assert (row.numerator, row.denominator, row.worst_rule) == (3, 4, "label")
    assert row.value == pytest.approx((0.75 + 1.0) / 2)


def test_unified_counts_old_names_that_resolve_to_no_unit_of_today():
    ward = next(check.name for check in DRAINS.checks if check.field == "ward" and check.kind == "values")
    facts = Facts(rows=8, present=Counter({"ward": 8}))
    row = rules.unified(DRAINS, facts, Refused(8, Counter({ward: 8})))
    assert (row.numerator, row.denominator, row.worst_rule) == (8, 16, "ward")


def test_live_is_the_share_of_ticks_at_which_the_promise_was_kept():
    day = 86400.0
    found = rules.timeliness([(0.0, 0.0), (29 * day, 29 * day)], now=30 * day, promised_hours=24, born=0.0)
    assert (found.kept, found.ticks) == (3, 30)


def test_shared_halves_when_nobody_who_needs_it_reads_it():
    means = (("discoverable", True), ("api", True), ("contract", True), ("refusals", True))
    assert rules.shared(Use(means, users=0, entitled=4)).value == 0.5
    assert rules.shared(Use(means, users=4, entitled=4)).value == 1.0
    assert rules.shared(Use(means)).value == 1.0


def test_the_headline_is_the_weakest_known_criterion():
    assert rules.headline({"correct": 0.9, "live": 0.2, "shared": None}) == ("live", 0.2, 2)


counts = st.integers(0, 10_000)


@given(counts, counts, counts, counts, counts)
def test_every_score_is_a_share(rows, flagged, unclean, refused, surplus):
    facts = Facts(rows=rows, flagged=min(flagged, rows), unclean=min(unclean, rows))
    waiting = Refused(refused, Counter({"key": min(surplus, refused)}))
    for row in (rules.correct(facts, waiting), rules.clean(facts, waiting)):
        assert row.value is None or 0 <= row.value <= 1
        assert 0 <= row.numerator <= row.denominator


@given(st.lists(st.tuples(counts, counts, counts), min_size=1, max_size=5))
def test_facts_of_parts_add_up_to_the_facts_of_the_whole(parts):
    each = [Facts(rows=a, flagged=b, unclean=c, units={"19753": [a, b, 0, c]}) for a, b, c in parts]
    total = sum(each[1:], each[0])
    assert total.rows == sum(a for a, _, _ in parts)
    assert total.units["19753"] == [total.rows, total.flagged, 0, total.unclean]
    assert Facts.of(total.plain()) == total
