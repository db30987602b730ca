"""Numbers of persons are found and covered, however they are written; other numbers stay."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huong.reports.rules import masking

digits = st.text("0123456789", min_size=8, max_size=8)
signs = st.sampled_from(["", " ", ".", "-"])
around = st.text(
    st.characters(blacklist_categories=("Nd", "Cs", "Cc", "Nl", "No"), blacklist_characters="+.,-()@_"), max_size=20
)


@given(around, st.sampled_from("35789"), digits, signs, st.sampled_from(["0", "+84", "0084"]), around)
def test_a_mobile_number_never_stays(before, second, rest, sign, start, after):
    number = start + sign + second + rest[:2] + sign + rest[2:5] + sign + rest[5:]
    shown = masking.masked(f"{before} {number} {after}")
    assert "phone" in shown.found
    assert rest not in re.sub(r"\D", "", shown.text)


@given(around, st.text("0123456789", min_size=12, max_size=12), around)
def test_a_personal_id_never_stays(before, number, after):
    shown = masking.masked(f"{before} {number} {after}")
    assert number not in shown.text
    assert shown.found


@given(st.text(max_size=300))
def test_covering_twice_is_covering_once(text):
    once = masking.masked(text).text
    assert masking.masked(once).text == once


@given(st.text(st.characters(blacklist_categories=("Nd", "Nl", "No"), blacklist_characters="@"), max_size=200))
def test_a_text_without_digits_stays_as_it_is(text):
    assert masking.masked(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "Nước dâng 50 cm, gọi 19001075 không được",
        "Thiệt hại 150.000.000 đồng",
        "Số nhà 123/45, ngày 25/11/2026 lúc 07:30",
        "Biển số 75A-123.45",
        "Gọi 112, 113, 114, 115",
    ],
)
def test_other_numbers_stay(text):
    assert masking.masked(text).text == text


@pytest.mark.parametrize("text", ["0234 3 822 222", "(0234) 3822 222", "CMND 191234567", "an.le@hue.gov.vn"])
def test_landlines_old_ids_and_mail_are_covered(text):
    assert masking.masked(text).found


@given(st.text(max_size=500))
def test_a_cleaned_text_has_no_hidden_characters_and_cleaning_is_idempotent(text):
    once = masking.clean(text, longest=200)
    assert masking.clean(once, longest=200) == once
    assert len(once) <= 200
    assert not set(once) & set("\x00\x1b\u202e\u2066\u200b\r\t")
