"""A demonstration home holds a year of dossiers in many states, whose clocks say what their actions say."""

import pytest

from huong.journal.models import Entry
from huong.procedures import demonstration
from huong.procedures.models import Action, Dossier
from huong.procedures.queries import answers_of
from huong.procedures.queries.clocks import reading_of
from huong.procedures.rules import flow

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(procedures, morning):
    """Fill a small demonstration."""
    demonstration.fill(80)
    return Dossier.objects.all()


def test_it_holds_dossiers_in_many_states_of_many_procedures(year):
    assert year.count() == 80
    assert len(set(year.values_list("state", flat=True))) >= 5
    assert len(set(year.values_list("procedure", flat=True))) >= 8
    assert year.filter(channel="online").count() > year.filter(channel="counter").count()
    assert any(dossier.due_at and dossier.decided_at and dossier.decided_at > dossier.due_at for dossier in year)


def test_every_clock_and_every_move_is_what_the_rules_say(year, morning):
    for dossier in year.prefetch_related("actions"):
        assert reading_of(dossier, list(dossier.actions.all())).due_at == dossier.due_at
    for action in Action.objects.exclude(verb="begin"):
        assert action.from_state in flow.MOVES[action.verb].sources


def test_filling_again_changes_nothing_and_codes_count_within_the_day(year, morning):
    codes = [code for code in year.values_list("code", flat=True) if code]
    assert len(codes) == len(set(codes)) > 20
    assert not Action.objects.filter(at__gt=morning).exists()
    demonstration.fill(80)
    assert year.count() == 80
    assert Entry.objects.filter(name="procedures.imported").count() == 80
    asked = sum(dossier.fields_asked for dossier in year)
    assert 0.2 < sum(dossier.fields_spared for dossier in year) / asked < 0.95
    assert any("requester.name" in answers_of(dossier) for dossier in year[:3])
