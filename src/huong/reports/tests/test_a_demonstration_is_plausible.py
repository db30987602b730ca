"""A demonstration home: made-up reports with whole stories, nobody is told of the past, fresh ones arrive."""

from random import Random

from huong.base import clock, home
from huong.journal import queries as journal
from huong.messages.models import Bell
from huong.reports import demonstration, handlers
from huong.reports.models import Message, Report


def test_filling_gives_reports_of_two_years_with_their_stories_once(rules, morning):
    demonstration.fill(400)
    demonstration.fill(400)
    assert Report.objects.count() == 400
    assert not Report.objects.filter(is_open=False, closed_at=None).exists()
    assert not Report.objects.filter(state="merged", merged_into=None).exists()
    assert Report.objects.filter(closed_at__gt=clock.now()).count() == 0
    answered = Report.objects.filter(state="answered", is_public=True).first()
    story = journal.entries_about(answered.number)
    assert [entry.name for entry in story][-1] == "reports.received"
    assert [entry.data["version"] for entry in story] == list(range(len(story), 0, -1))
    assert Message.objects.filter(report=answered, kind="answer", is_public=True).count() == 1
    handlers.tell(journal.entries(names=("reports.*",), limit=400))
    assert not Bell.objects.exists()


def test_floods_bring_more_water_than_dry_days(rules, morning):
    maker = demonstration.Maker(Random(1), demonstration.texts())
    flood, dry = (clock.now().replace(month=month, day=day) for month, day in ((10, 27), (4, 27)))
    wet = [sum(maker.category(at).parent == "thoat-nuoc" for _each in range(300)) for at in (flood, dry)]
    assert wet[0] > 2 * wet[1]


def test_fresh_reports_arrive_only_in_a_demonstration_and_only_while_it_is_switched_on(rules, settings, tmp_path):
    settings.HOME = tmp_path / "real"
    home.prepare(demo=False)
    assert list(demonstration.arrivals()) == []
    settings.HOME = tmp_path / "shown"
    home.prepare(demo=True)
    assert sum(demonstration.arrive() for _minute in range(20)) > 0
    settings.HUONG = settings.HUONG.model_copy(update={"demo_live": False})
    assert sum(demonstration.arrive() for _minute in range(20)) == 0
