"""Numbers and times in the form of the reader's language."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from huong.base import clock
from huong.ui import words

NOON = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)  # 12:00 in Huế


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("value", "vi", "en"), [(58251, "58.251", "58,251"), (4.6, "4,6", "4.6"), (1204, "1.204", "1,204"), (0, "0", "0")]
)
def test_numbers_have_the_form_of_the_language(value, vi, en):
    with translation.override("vi"):
        assert words.number(value) == vi
    with translation.override("en"):
        assert words.number(value) == en


def test_shares_have_one_digit_and_a_hard_space_in_vietnamese():
    with translation.override("vi"):
        assert words.percent(0.964) == "96,4\N{NO-BREAK SPACE}%"
        assert plain(words.percent(0.63, 0)) == "63 %"
        assert words.percent(None) == "chưa có số liệu"
    with translation.override("en"):
        assert words.percent(0.964) == "96.4%"


@given(st.floats(0, 0.999999))
def test_a_share_below_one_is_never_shown_as_a_hundred(share):
    with translation.override("en"):
        assert words.percent(share) != "100%"


def test_times_are_relative_within_a_day_and_dates_after_it():
    with clock.freeze(NOON), translation.override("vi"):
        assert words.ago(NOON - timedelta(seconds=2)) == "2 giây trước"
        assert words.ago(NOON - timedelta(hours=3, minutes=50)) == "3 giờ trước"
        assert words.ago(NOON - timedelta(days=2)) == "12:00 24/11/2026"
        assert words.ago(None) == "chưa lần nào"
    with clock.freeze(NOON), translation.override("en"):
        assert words.ago(NOON - timedelta(seconds=1)) == "1 second ago"
        assert words.ago(NOON - timedelta(minutes=5)) == "5 minutes ago"


def test_days_and_sizes_read_naturally():
    with translation.override("vi"):
        assert words.day(date(2026, 11, 26)) == "26/11/2026"
        assert words.day(datetime(2026, 11, 25, 18, 0, tzinfo=UTC)) == "26/11/2026"
        assert plain(words.size(1_203_421)) == "1,2 MB"
        assert plain(words.size(812)) == "812 B"
        assert words.took(1.84) == "1,8 giây"
        assert words.span(timedelta(hours=26)) == "26 giờ"
