"""Charts and maps are honest: whole axis, gaps where nothing is known, a table beside every picture."""

from datetime import date, timedelta

from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from huong.ui import charts, maps
from huong.ui.tests.specimen import BOUNDARIES

DAYS = [date(2026, 9, 1) + timedelta(days=place) for place in range(90)]


def test_a_share_line_runs_from_zero_to_a_hundred_whatever_the_shares():
    chart = charts.line_chart([(DAYS[0], 0.9), (DAYS[1], 1.0)], promise=0.95)
    assert chart.lines == ["0,10.0 1000,0.0"]
    assert chart.promise == "5.0%"


def test_unknown_days_leave_a_gap_in_the_line():
    shares = [0.9, 0.9, None, 0.8, 0.8]
    chart = charts.line_chart(list(zip(DAYS, shares, strict=False)))
    assert len(chart.lines) == 2


def test_the_promise_is_written_where_the_line_does_not_run():
    low = charts.line_chart([(DAYS[0], 0.95), (DAYS[1], 0.6)], promise=0.9)
    high = charts.line_chart([(DAYS[0], 0.6), (DAYS[1], 0.95)], promise=0.9)
    assert float(low.promise_text_y[:-1]) < 10 < float(high.promise_text_y[:-1])


def test_the_chart_has_a_table_twin_with_the_newest_day_first():
    template = Template('{% chart_line points "Live" "It fell." 0.9 %}')
    with translation.override("vi"):
        page = template.render(Context({"points": [(DAYS[0], 0.96), (DAYS[1], None)]}))
    assert page.index("02/09/2026") < page.index("01/09/2026")
    assert "chưa có số liệu" in page
    assert "It fell." in page


def test_a_chart_without_history_says_so():
    with translation.override("en"):
        assert "no history yet" in Template('{% chart_line points "Live" %}').render(Context({"points": []}))


def test_a_unit_without_a_figure_stays_grey_and_is_not_zero():
    drawn = maps.unit_map(BOUNDARIES, {"0": 5, "1": None})
    steps = {shape.code: shape.step for shape in drawn.shapes}
    assert steps["1"] == 0
    assert steps["0"] > 0


def test_without_boundaries_the_map_says_that_there_are_none():
    with translation.override("en"):
        page = Template('{% unit_map b v "Rows" %}').render(Context({"b": {"features": []}, "v": {}}))
    assert "no boundaries" in page


@given(st.dictionaries(st.sampled_from("012345"), st.integers(0, 10**6)))
def test_a_larger_figure_is_never_drawn_lighter(values):
    drawn = maps.unit_map(BOUNDARIES, values)
    known = sorted((shape.value, shape.step) for shape in drawn.shapes if shape.value is not None)
    assert [step for _value, step in known] == sorted(step for _value, step in known)
    assert all(1 <= step <= 5 for _value, step in known)
