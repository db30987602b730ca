"""The lotus says in words and in shape what the six figures are."""

import re

from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from huong.ui import criteria, lotus
from huong.ui.tests.specimen import MIXED

KNOWN = st.floats(0, 1)
SIX = st.fixed_dictionaries({key: st.none() | KNOWN for key in criteria.KEYS})


def drawn(scores, options=""):
    return Template("{% lotus scores " + options + " %}").render(Context({"scores": scores}))


def test_the_text_alternative_names_the_weakest_first_and_then_all_six():
    with translation.override("vi"):
        words = lotus.in_words(MIXED).replace("\N{NO-BREAK SPACE}", " ")
    assert words == (
        "Yếu nhất: Sống 63 %. Đúng 98 %, Đủ 97 %, Sạch 96 %, Sống 63 %, Thống nhất 92 %, Dùng chung 100 %."
    )


def test_an_unknown_criterion_is_said_to_be_unknown_and_never_counts_as_zero():
    with translation.override("en"):
        words = lotus.in_words({"correct": 0.9, "live": None})
    assert "Live no figure yet" in words
    assert "Weakest: Correct 90%." in words


def test_without_any_figure_a_question_mark_stands_in_the_middle():
    assert lotus.headline({}) == "?"
    assert drawn({}).count("petal-unknown") == 6
    assert drawn(None).count("petal-unknown") == 6


def test_only_a_dataset_without_any_fault_shows_a_hundred():
    assert lotus.headline(dict.fromkeys(criteria.KEYS, 0.99999)) == "99"
    assert lotus.headline(dict.fromkeys(criteria.KEYS, 1.0)) == "100"


def test_the_letters_of_the_six_stand_around_the_large_flower_in_petal_order():
    with translation.override("vi"):
        letters = re.findall(r'class="lotus-letter"[^>]*>(.)<', drawn(MIXED, "104"))
    assert letters == ["Đ", "Đ", "S", "S", "T", "D"]


def test_the_weakest_known_petal_alone_is_outlined():
    assert drawn(MIXED, "44").count("petal-worst") == 1
    assert drawn({}, "44").count("petal-worst") == 0


def test_the_smallest_variant_is_one_petal_in_the_tone_of_the_weakest_with_its_number():
    small = drawn(MIXED, "20")
    assert small.count("<path") == 1
    assert "petal-weak" in small
    assert ">63<" in small


def test_it_opens_the_explanation_unless_it_stands_inside_a_link():
    assert 'href="/about/lotus"' in drawn(MIXED)
    assert "<a" not in drawn(MIXED, "44 link=False")
    assert 'role="img"' in drawn(MIXED, "44 link=False")


@given(SIX)
def test_every_flower_can_be_drawn_with_its_label(scores):
    picture = drawn(scores, "104 link=False")
    assert picture.count('class="petal') >= 6
    assert "aria-label" in picture


@given(KNOWN, KNOWN)
def test_a_better_score_never_fills_less_of_a_petal(one, other):
    low, high = sorted((one, other))
    shape = lotus.SHAPES[104]

    def reach(path):
        return max((float(y) for y in re.findall(r"-(\d+(?:\.\d+)?)", path)), default=0.0)

    assert reach(lotus.filled(shape, low)) <= reach(lotus.filled(shape, high)) + 0.2
