"""A figure never stands alone: its sentence has the numbers, and weakness has a next step."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.utils import translation

from huong.web import history, sentences


@dataclass
class Judged:
    value: float | None
    numerator: int = 0
    denominator: int = 0
    worst_rule: str = ""
    detail: dict[str, object] = field(default_factory=dict)


AROUND = sentences.Around(
    url="/desk/datasets/cases/",
    quarantine="/desk/quarantine/cases/",
    label=lambda name: {"closed.order": "closed before opened", "due": "Due", "ward": "Ward"}.get(name, name),
    waiting=127,
    may_load=True,
    may_repair=True,
)
SCORES = {
    "correct": Judged(0.98, 57085, 58251, "closed.order", {"wrong": 1166, "counts": {"closed.order": 812}}),
    "complete": Judged(0.81, 81, 100, "due", {"empty": {"due": 19}, "received": 100, "expected": 100}),
    "clean": Judged(0.96, 96, 100, "unclean", {"unclean": 4, "surplus": 0}),
    "live": Judged(0.63, 19, 30, "freshness", {"age_hours": 26.0, "promised_hours": 6.0}),
    "unified": Judged(0.92, 95420, 100000, "ward", {"term": "values", "unbound": []}),
    "shared": Judged(1.0, 7, 7, "", {"means": {"api": True}, "users": 7, "entitled": 7}),
}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def card(key, scores=SCORES, around=AROUND):
    return next(item for item in sentences.cards(scores, around) if item["key"] == key)


def test_the_weakest_stands_first_and_the_unknown_last():
    keys = [item["key"] for item in sentences.cards({**SCORES, "clean": Judged(None)}, AROUND)]
    assert keys[0] == "live"
    assert keys[-1] == "clean"


def test_sentences_carry_numerator_denominator_and_worst_rule():
    assert card("correct")["sentence"] == ("1,166 of 58,251 rows are wrong; most often: closed before opened (812).")
    assert card("live")["sentence"] == "19 of 30 times on time. Last data 26 hours ago, promised every 6 hours."
    assert card("complete")["sentence"] == (
        "“Due” is missing in 19% of the rows. All rows that the owner announced have come."
    )
    assert card("unified")["sentence"] == "4,580 values are not in today's lists; most often in “Ward”."
    assert card("shared")["sentence"] == "7 of 7 agencies with a need have used it in 90 days."


def test_the_field_with_most_stray_spaces_is_named_with_its_count():
    score = Judged(0.4, 40, 100, "unclean", {"unclean": 60, "surplus": 0, "fields": {"ward": 9, "due": 54}})
    assert card("clean", {"clean": score})["sentence"] == (
        "60 rows have a value that was not written as it should be; most often in “Due”"
        " (54 values with stray spaces or in another form); no key twice."
    )


def test_a_missing_control_total_is_said_and_not_taken_as_fulfilled():
    score = Judged(1.0, 10, 10, "", {"empty": {"due": 0}, "received": 10, "expected": None})
    assert "announced no number of rows" in card("complete", {"complete": score})["sentence"]


def test_every_weakness_has_its_next_step_and_a_whole_score_needs_none():
    for item in sentences.cards(SCORES, AROUND):
        assert bool(item["step"]) == (item["score"] < 1 or item["key"] == "live"), item


def test_the_next_step_is_one_that_this_person_may_take():
    stranger = sentences.Around(url="/d/", quarantine="/q/", label=str, waiting=127)
    assert card("correct", around=AROUND)["step"] == "Repair 127 rows"
    assert card("correct", around=stranger)["step"] == "See the rows"
    assert card("live", around=stranger)["step_url"] == "/d/contract"


def test_what_was_never_judged_says_so():
    assert card("clean", {})["sentence"] == "Not judged yet."
    assert card("clean", {})["score"] is None


def test_a_line_holds_the_last_judgement_until_a_newer_one():
    today = date(2026, 11, 26)
    line = history.series({today - timedelta(days=3): 0.9, today: 0.6}, until=today, days=5)
    assert [share for _day, share in line] == [None, 0.9, 0.9, 0.9, 0.6]


def test_the_sentence_of_a_line_says_when_it_fell_most():
    today = date(2026, 11, 26)
    line = history.series({date(2026, 9, 1): 0.96, date(2026, 11, 2): 0.63}, until=today)
    assert history.sentence("Live", line) == "“Live” fell from 96% to 63%, most of it on 2 Nov."
    assert history.sentence("Live", []) == ""
