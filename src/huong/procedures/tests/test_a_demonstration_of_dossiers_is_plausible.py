"""A demonstration home holds a year of dossiers in many states, whose clocks say what their actions say."""

import pytest

from huong.base import clock, home
from huong.journal.models import Entry
from huong.people import demonstration as cast
from huong.people import queries as people
from huong.procedures import demonstration
from huong.procedures.models import Action, Consultation, Correction, Disruption, Dossier, Result
from huong.procedures.queries import answers_of
from huong.procedures.queries import results as reads
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


def test_what_waits_for_an_opinion_can_be_answered(year):
    asked = Consultation.objects.filter(answered_at=None)
    assert set(asked.values_list("dossier_id", flat=True)) == set(
        year.filter(state="consulting").values_list("id", flat=True)
    )
    assert asked.filter(due_at__lt=clock.now()).exists() or asked.count() < len(demonstration.stories.ASKED_DAYS_AGO)


@pytest.fixture
def desks(procedures, morning, house):
    """Fill a small demonstration with its people, and lay out what waits on their desks."""
    (house / "home.json").unlink()
    home.prepare(demo=True)
    cast.fill()
    demonstration.fill(120)
    demonstration.lay_out()


def test_leaders_find_papers_that_open_beside_their_checklists(desks):
    leader, deputy = people.user("tam.phan"), people.user("thu.vo")
    waiting = list(reads.to_sign(leader))
    assert len(waiting) >= 6
    assert [row.pk for row in reads.to_sign(deputy)] == [row.pk for row in waiting]
    for row in waiting:
        assert reads.file_of(row).startswith(b"%PDF")
        assert row.checklist
        assert row.proposed_by is not None
    assert not Dossier.objects.filter(state="signing", results=None).exists()
    alike = max(sum(each.dossier.procedure == row.dossier.procedure for each in waiting) for row in waiting)
    assert alike >= 2


def test_some_are_signed_already_one_by_the_deputy_and_one_went_back(desks):
    assert Result.objects.filter(state="signed", pdf__isnull=False).count() >= 2
    assert Action.objects.filter(verb="decide", deputy_for="Phan Văn Tâm").count() <= 1
    assert Correction.objects.filter(state="open").exists()
    assert Correction.objects.exclude(state="open").exists()
    assert Disruption.objects.count() == 1


def test_laying_out_again_changes_nothing(desks):
    before = Result.objects.count(), Correction.objects.count(), Entry.objects.count()
    demonstration.lay_out()
    assert (Result.objects.count(), Correction.objects.count(), Entry.objects.count()) == before
