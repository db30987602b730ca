"""Rules are data: versions are kept, promises stay, the effect is shown before, the folder does not undo an edit."""

import pytest

from huong.base.errors import BadInput, Conflict, Forbidden
from huong.base.testing import cast
from huong.reports import actions, loading, queries
from huong.reports.actions import Draft
from huong.reports.models import CityRule, Report
from huong.reports.rules.faults import faults_of
from huong.reports.tests.conftest import officer_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(rules):
    return officer_of("H57.51", "dulieu", "data_office")


def test_hues_rules_fit_together_and_every_route_leads_to_an_agency(rules):
    from huong.people import queries as people

    held = queries.book()
    assert faults_of(held, {agency.code for agency in people.agencies()}) == []
    for route in held.routes:
        assert route.agency == "unit" or people.agency(route.agency)
        for key in route.categories:
            assert key.endswith("*") or key in held.categories
    mains = [each for each in held.categories.values() if not each.parent]
    assert len(mains) >= 12
    assert all(each.name and each.name_en for each in held.categories.values())


def test_loading_the_folder_again_changes_nothing_and_keeps_what_the_city_edited(rules, owner):
    count = CityRule.objects.count()
    actions.change_rule("clock", "quick", {"measure": "hours", "normal": 12, "urgent": 2}, by=owner)
    loading.load(cast.HUE)
    assert CityRule.objects.count() == count + 1
    assert queries.book().clocks["quick"].normal == 12


def test_a_promise_that_was_given_stays_when_the_clock_changes(dispatched, owner):
    before = Report.objects.get(pk=dispatched.pk).due_at
    key = queries.book().clock_of(dispatched.category).key
    actions.change_rule("clock", key, {"measure": "working_days", "normal": 30, "urgent": 9}, by=owner)
    assert Report.objects.get(pk=dispatched.pk).due_at == before
    assert [rule.version for rule in queries.versions_of("clock", key)] == [2, 1]


def test_the_effect_is_shown_before_and_nothing_changes(received, owner, dispatcher):
    for _time in range(2):
        actions.send(Draft(text="Xe đậu", category="duong-pho.do-xe", unit="19815"))
    shown = actions.preview(
        "route", "xe-dau", {"agency": "H57.16", "categories": ["duong-pho.do-xe"], "order": 1}, by=owner
    )
    assert (shown.in_force, shown.waiting) == (0, 3)
    assert shown.moved[0][0] == "duong-pho.do-xe"
    assert "xe-dau" not in [route.key for route in queries.book().routes]


def test_wrong_rules_are_refused_with_their_fault(rules, owner):
    for kind, key, body in (
        ("clock", "quick", {"measure": "moons", "normal": 1, "urgent": 1}),
        ("clock", "quick", {"measure": "hours"}),
        ("category", "rac", {"name": "Rác", "name_en": "Waste", "parent": "không-có"}),
        ("transition", "take", {"sources": ["mars"]}),
        ("category", "rac", {"name": "Rác", "name_en": "Waste", "colour": "red"}),
        ("route", "x", {"agency": "H57.999"}),
        ("route", "x", {"agency": "unit", "hours": "bảy giờ"}),
    ):
        with pytest.raises(BadInput):
            actions.change_rule(kind, key, body, by=owner)
    with pytest.raises(BadInput):
        actions.end_rule("clock", "default", by=owner)


def test_somebody_who_looked_at_an_old_version_is_told(rules, owner):
    body = {"measure": "hours", "normal": 12, "urgent": 2}
    actions.change_rule("clock", "quick", body, by=owner, version=1)
    with pytest.raises(Conflict):
        actions.change_rule("clock", "quick", body, by=owner, version=1)


def test_an_officer_may_not_change_rules(rules, dispatcher):
    with pytest.raises(Forbidden):
        actions.change_rule("clock", "quick", {"measure": "hours", "normal": 1, "urgent": 1}, by=dispatcher)
