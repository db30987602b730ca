"""Two requests at the same moment, on real connections: one report, one winner, nothing half-done."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from huong.base.errors import HuongError
from huong.reports import actions
from huong.reports.actions import Draft
from huong.reports.models import Hop, Report
from huong.reports.tests.conftest import officer_of

pytestmark = pytest.mark.django_db(transaction=True)


def together(*tasks):
    """Run tasks at the same moment; return what each gave back, or its refusal."""
    gate = Barrier(len(tasks))

    def run(task):
        gate.wait(timeout=60)
        try:
            return task()
        except HuongError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def test_the_same_sending_twice_at_once_is_one_report(rules):
    draft = Draft(text="Cống nghẹt", category="thoat-nuoc.cong-nghet", unit="19815")
    sent = together(*[lambda: actions.send(draft, key="once")] * 4)
    assert len({each.report.number for each in sent}) == 1
    assert Report.objects.count() == 1


def test_of_two_officers_who_press_at_once_one_wins_and_the_other_is_told(rules, dispatcher):
    second = officer_of("H57.50", "muon")
    report = actions.send(Draft(text="Xe đậu", category="duong-pho.do-xe", unit="19815")).report
    done = together(
        lambda: actions.accept(report.number, by=dispatcher, version=report.version),
        lambda: actions.accept(report.number, by=second, version=report.version),
    )
    refused = [each for each in done if isinstance(each, HuongError)]
    assert len(refused) == 1
    assert refused[0].code == "overtaken"
    assert Hop.objects.filter(report=report).count() == 1
