"""Index 766 by hand-counted examples and by what must hold for any counts. Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huong.procedures.rules import index766
from huong.procedures.rules.index766 import ImpossibleCounts, index
from huong.procedures.rules.indicators766 import GROUPS, INDICATORS, Indicator, Share

SHARES = [share for indicator in INDICATORS for share in indicator.shares]
NAMES = sorted({name for share in SHARES for name in share.part + share.whole})
WHOLES = {name for share in SHARES for name in share.whole}


def everything(part, whole):
    """Every part and every whole counted; what is both is a part."""
    counts = {name: whole if name in WHOLES else part for name in NAMES}
    # sums of two counts, and shares of which the parts are the whole
    counts |= {"dossiers_done_on_time": part, "dossiers_open_in_time": part}
    return counts


def measured(result, number):
    return next(each for each in result.indicators if each.indicator.number == number)


def test_there_are_twenty_four_indicators_in_six_groups_and_a_hundred_points():
    assert [indicator.number for indicator in INDICATORS] == list(range(1, 25))
    assert len({indicator.key for indicator in INDICATORS}) == 24
    most = {group: index({}, "city").groups[group].possible for group in GROUPS}
    assert list(most.values()) == [18, 20, 12, 10, 22, 18]
    assert index({}, "city").total.possible == 100


def test_a_ward_is_not_scored_on_what_only_a_city_can_do():
    outside = [each.indicator.number for each in index({}, "ward").indicators if not each.applies]
    assert outside == [6, 8, 9, 16, 17]
    assert index({}, "ward").total.possible == 100 - 12 - 2 - 2
    result = index({"dossiers_fully_online": 5, "dossiers_of_eligible_procedures": 10}, "ward")
    assert measured(result, 6).value == 0.5
    assert result.total.points is None


def test_nothing_known_is_no_zero():
    result = index({}, "city")
    assert result.total == index766.Sum(None, 0, 100)
    assert result.total.rate is None
    assert result.unknown == tuple(range(1, 25))
    assert all(group.points is None for group in result.groups.values())


def test_a_share_of_nothing_is_unknown_and_a_share_of_none_is_zero():
    nothing = index({"petitions": 0, "petitions_on_time": 0}, "city")
    assert measured(nothing, 21).value is None
    assert measured(nothing, 21).points is None
    assert measured(nothing, 21).whole == 0
    none = index({"petitions": 4, "petitions_on_time": 0}, "city")
    assert measured(none, 21).value == 0
    assert measured(none, 21).points == 0
    assert none.total == index766.Sum(0, 6, 100)


def test_a_count_that_is_missing_makes_the_sum_unknown():
    result = index(
        {"dossiers_done": 5, "dossiers_done_on_time": 5, "dossiers_open": None, "dossiers_open_in_time": 0}, "city"
    )
    assert measured(result, 5).value is None


def test_everything_done_is_a_hundred_points():
    result = index(everything(7, 7), "city")
    assert result.total.points == pytest.approx(100)
    assert result.total.known == 100
    assert result.unknown == (18, 20)
    assert index(everything(7, 7), "ward").total.points == pytest.approx(84)


@pytest.mark.parametrize(
    ("number", "part", "points"),
    [(14, 8, 2), (14, 4, 1), (14, 9, 2), (23, 9, 6), (23, 6, 4), (6, 8, 12), (6, 4, 6), (11, 5, 3), (12, 8, 3.2)],
)
def test_all_points_are_earned_from_the_share_that_the_portal_asks_for(number, part, points):
    [share] = next(each.shares for each in INDICATORS if each.number == number)
    result = index({share.part[0]: part, share.whole[0]: 10}, "city")
    assert measured(result, number).points == pytest.approx(points)


def test_paying_online_has_three_parts():
    counts = {
        "dossiers_paid_online": 30,
        "dossiers_with_fee": 60,
        "procedures_with_online_payment_used": 4,
        "procedures_with_online_payment": 9,
        "procedures_with_fee": 10,
    }
    result = index(counts, "ward")
    assert measured(result, 24).values == (0.5, 0.4, 0.9)
    assert result.groups["formality-online-payment-tree"].points == pytest.approx(3 + 1 + 2)
    half = index({"dossiers_paid_online": 30, "dossiers_with_fee": 60}, "ward")
    assert half.groups["formality-online-payment-tree"] == index766.Sum(3, 6, 10)
    assert half.total.rate == 0.5


def test_channels_are_watched_and_one_that_nobody_wrote_down_is_the_counter():
    counts = {"received_online": 60, "received_at_counter": 20, "received_by_post": 10, "received_channel_unknown": 10}
    channels = measured(index(counts, "city"), 10)
    assert channels.values == (0.6, 0.3, 0.1)
    assert channels.points is None


def test_satisfaction_is_lost_by_a_rating_a_petition_or_being_late():
    assert index766.satisfied(rated_not_satisfied=False, petition=False, overdue=False)
    for lost in ("rated_not_satisfied", "petition", "overdue"):
        flags = dict.fromkeys(("rated_not_satisfied", "petition", "overdue"), False) | {lost: True}
        assert not index766.satisfied(**flags)


@pytest.mark.parametrize("counts", [{"petitions": 3, "petitions_on_time": 4}, {"petitions": -1}])
def test_counts_that_cannot_be_true_are_refused(counts):
    with pytest.raises(ImpossibleCounts):
        index(counts, "city")


counted = st.dictionaries(st.sampled_from(NAMES), st.none() | st.integers(0, 50))


def possible(counts):
    """Counts in which no part is larger than its whole."""
    for share in SHARES:
        if len(share.part) == len(share.whole) == 1 and None not in (
            counts.get(share.part[0]),
            counts.get(share.whole[0]),
        ):
            counts[share.part[0]] = min(counts[share.part[0]], counts[share.whole[0]])
    for part, whole in [("dossiers_done_on_time", "dossiers_done"), ("dossiers_open_in_time", "dossiers_open")]:
        if None not in (counts.get(part), counts.get(whole)):
            counts[part] = min(counts[part], counts[whole])
    return counts


@given(counted.map(possible), st.sampled_from(["city", "ward"]))
def test_points_stay_within_what_is_known_and_that_within_what_there_is(counts, tier):
    result = index(counts, tier)
    for each in (result.total, *result.groups.values()):
        assert 0 <= (each.points or 0) <= each.known + 1e-9 <= each.possible + 1e-8
        assert (each.points is None) == (each.known == 0)
    assert result.total.known == pytest.approx(sum(group.known for group in result.groups.values()))


@given(counted.map(possible), st.sampled_from(NAMES))
def test_to_forget_a_count_never_adds_to_what_is_known(counts, name):
    assert index(counts | {name: None}, "city").total.known <= index(counts, "city").total.known


def test_a_city_may_define_its_own():
    own = Indicator(1, "own", "transparency", "Của thành phố", "The city's own", (Share(("a",), ("b",), 5),))
    result = index({"a": 1, "b": 2}, "ward", indicators=[own], version="2027-01")
    assert (result.version, result.total.points, result.total.possible) == ("2027-01", 2.5, 5)
