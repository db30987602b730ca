"""Contradictions inside a contract are found before it refuses every row there will ever be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huong.catalogue import queries
from huong.catalogue.rules import FieldSpec, Limits
from huong.catalogue.rules.holding import can_hold
from huong.catalogue.rules.parsing import parse

FIELDS = {
    "a": FieldSpec("a", "", "", "integer", required=True),
    "b": FieldSpec("b", "", "", "number", required=True, limits=Limits(minimum=0, maximum=1)),
    "d": FieldSpec("d", "", "", "date", required=True, limits=Limits(minimum="2026-01-01")),
    "n": FieldSpec("n", "", "", "integer"),
    "t": FieldSpec("t", "", "", "string", required=True),
}


@pytest.mark.parametrize(
    "condition",
    [
        "a > 5 AND a < 6",
        "b > 1",
        "b > a AND a > 0",
        "a > b AND b > a",
        "d < DATE '2025-01-01'",
        "d BETWEEN '2025-01-01' AND '2025-02-01'",
        "t = 'x' AND t = 'y'",
        "t IN ('a', 'b') AND t = 'c'",
        "n IS NOT NULL AND n > 1 AND n < 0",
        "1 = 2",
    ],
)
def test_a_contradiction_is_found(condition):
    assert can_hold(condition, FIELDS) is False


@pytest.mark.parametrize(
    "condition",
    [
        "a > 5 AND a < 7",
        "b >= 1",
        "a < b",
        "n > 1 AND n < 0",
        "a % 7 = 3",
        "b * 2 > 3",
        "t = 'x'",
        "t > 'a' AND t < 'b'",
    ],
)
def test_a_rule_that_may_hold_or_cannot_be_decided_is_left_alone(condition):
    assert can_hold(condition, FIELDS) is True


@settings(max_examples=200, deadline=None)
@given(low=st.integers(-50, 50), high=st.integers(-50, 50))
def test_a_range_of_whole_numbers_can_hold_exactly_if_a_number_lies_in_it(low, high):
    assert can_hold(f"a >= {low} AND a <= {high}", FIELDS) is (low <= high)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("maximum: 12", "maximum: -1", "at least 0 and at most -1"),
        ("minimum: 0\n", "exclusiveMinimum: 12\n", "holds no value"),
        ("        enum:\n", "        logicalTypeOptions: {pattern: '^[0-9]+$'}\n        enum:\n", "pattern refuses it"),
        ("        enum:\n", "        logicalTypeOptions: {maxLength: 2}\n        enum:\n", "length refuses it"),
        ("cleaned_on >= built_on", "depth_m > 20 AND depth_m IS NOT NULL", "can never hold"),
    ],
)
def test_a_contract_with_such_a_check_is_told_so(changed, old, new, said):
    document = parse(changed((old, new)), queries.SEMANTICS).document
    assert any(said in found.message for found in document.problems), document.problems
