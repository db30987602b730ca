"""Access records, exchanges and copies end by their terms; the proof and the journal's sealed entries stay."""

import json
from datetime import timedelta

import pytest

from huong.base import clock
from huong.exchange import retaining, verification
from huong.exchange.actions import questions
from huong.exchange.models import AccessRecord, Exchange, Question
from huong.exchange.tests.conftest import ONE, PURPOSE, SEARCH, give
from huong.journal.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def looked(personal, outside, steward, hoa):
    give(personal, outside.identifier, ["citizen_id", "name"], steward, legal_basis="Nghị định 20/2021/NĐ-CP")
    answer = outside.call(SEARCH, method="POST", body=ONE, issue=f"{PURPOSE}/H57.21-261124-0042")
    questions.ask_why(AccessRecord.objects.get().id, party=hoa, text="Vì sao?")
    return answer["X-Road-Id"]


def after(days):
    return clock.freeze(clock.now() + timedelta(days=days))


def test_nothing_goes_before_its_term(looked):
    with after(729):
        retaining.end()
    assert Exchange.objects.get().issue
    assert AccessRecord.objects.count() == 1


def test_after_two_years_an_exchange_tells_nothing_and_is_still_proven(looked):
    with after(731):
        assert retaining.end()["exchanges"] == 1
        assert retaining.end()["exchanges"] == 0
    kept = Exchange.objects.get()
    assert (kept.issue, kept.purpose, kept.fields, kept.persons) == ("", "", "", 0)
    assert len(verification.verify(json.loads(json.dumps(verification.export(looked))))) == 2


def test_after_five_years_who_saw_what_goes_and_the_question_s_answer_stays(looked, steward):
    questions.answer(Question.objects.get().number, text="Để cứu trợ trong đợt lũ tháng 11.", by=steward)
    with after(1826):
        assert retaining.end()["accesses"] == 1
    assert AccessRecord.objects.count() == 0
    assert Question.objects.get().access is None
    assert Question.objects.get().answer


def test_at_last_the_proof_goes_and_the_sealed_entry_stays(looked):
    with after(3651):
        assert retaining.end()["proofs"] == 1
    assert Exchange.objects.count() == 0
    served = Entry.objects.get(name="exchange.served")
    assert served.data["message"] == looked
    assert Entry.objects.filter(name="exchange.retention_ended").count() == 1


def test_another_city_without_terms_keeps_everything(looked, settings, tmp_path):
    settings.HUONG = settings.HUONG.model_copy(update={"city": tmp_path})
    with after(9999):
        retaining.end()
    assert (Exchange.objects.count(), AccessRecord.objects.count()) == (1, 1)


def test_many_rows_go_in_batches(monkeypatch):
    monkeypatch.setattr(retaining, "BATCH", 10)
    long_ago = clock.now() - timedelta(days=4000)
    Exchange.objects.bulk_create(
        Exchange(direction="in", client="c", service="s", endpoint="e", message_id=str(n), request_id="r", status=200,
                 at=long_ago, milliseconds=1) for n in range(35)
    )  # fmt: skip
    assert retaining.end()["unproven"] == 35
