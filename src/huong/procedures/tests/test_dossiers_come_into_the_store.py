"""Dossiers are data of the city like any other: loaded under contracts, exactly once, and nobody stands in them."""

from datetime import timedelta

import orjson
import pytest

from huong.base import clock
from huong.base.errors import BadInput
from huong.base.testing import cast
from huong.catalogue import actions as catalogue
from huong.intake import actions as intake
from huong.intake.models import Source
from huong.procedures.actions import accept, begin, citizen, feeding, keep_contact, start
from huong.procedures.feed import FEED
from huong.procedures.models import Dossier
from huong.procedures.tests.conftest import ANSWERS, BIRTH, MORNING, WARD
from huong.store import queries as store

pytestmark = pytest.mark.django_db
NAMES = ("dossiers", "dossier_events", "dossiers_open")


@pytest.fixture
def feeds(procedures):
    """Set the city's contracts for dossiers and their sources up."""
    feeding.publish_codes()
    for name in NAMES:
        catalogue.add((cast.HUE / "contracts" / f"{name}.yaml").read_text(encoding="utf-8"), by=None)
    feeding.set_up(cast.HUE)
    feeding.set_up(cast.HUE)
    return {source.dataset: source.pk for source in Source.objects.all()}


def held(dataset):
    """Return the rows of a dataset's present commit."""
    return store.run(store.table(dataset)).to_pylist()


def test_a_dossier_is_one_row_that_follows_what_happens_and_a_draft_is_none(morning, feeds, sent, ward_officer, mother):
    begin(BIRTH, party=mother, actor=citizen(None), unit="An Cựu")
    first = intake.pull(feeds["dossiers"])
    assert (first.accepted, first.refused) == (1, 0)
    accept(sent.uid, by=ward_officer)
    intake.pull(feeds["dossiers"])
    (row,) = held("dossiers")
    dossier = Dossier.objects.get(pk=sent.pk)
    assert (row["dossier"], row["state"], row["agency"], row["due_at"]) == (sent.uid, "accepted", WARD, dossier.due_at)
    assert intake.pull(feeds["dossiers"]) is None


def test_each_event_is_one_row_however_often_the_journal_is_read(morning, feeds, accepted, ward_officer):
    assert intake.pull(feeds["dossier_events"]).accepted == 2
    start(accepted.uid, by=ward_officer)
    load = intake.pull(feeds["dossier_events"])
    assert (load.accepted, load.refused) == (1, 0)
    assert intake.pull(feeds["dossier_events"]) is None
    rows = sorted(held("dossier_events"), key=lambda row: row["id"])
    assert [row["event"] for row in rows] == ["submitted", "accepted", "started"]


def test_each_midnight_has_those_that_were_open_as_they_stood(feeds, accepted, ward_officer):
    with clock.freeze(MORNING + timedelta(days=2)):
        load = intake.pull(feeds["dossiers_open"])
        assert load.refused == 0
        rows = sorted(held("dossiers_open"), key=lambda row: row["day"])
        assert [(str(row["day"]), row["state"], row["is_late"]) for row in rows] == [
            ("2026-11-26", "accepted", True),
            ("2026-11-27", "accepted", True),
        ]
        assert intake.pull(feeds["dossiers_open"]) is None


def test_no_word_no_person_no_code_gets_into_the_store(morning, feeds, accepted, mother, ward_officer):
    keep_contact(accepted.uid, phone="0905123456")
    start(accepted.uid, by=ward_officer)
    for dataset in NAMES:
        intake.pull(feeds[dataset])
    text = orjson.dumps([held(dataset) for dataset in ("dossiers", "dossier_events")], default=str).decode()
    for secret in (ANSWERS["child.name"], mother.name, "0905123456", ANSWERS["mother.national_id"], accepted.code):
        assert secret not in text


def test_settings_that_cannot_work_are_refused(procedures):
    for settings in ({}, {"what": "all"}, {"what": "daily", "days_back": -1}, {"what": "daily", "more": 1}):
        with pytest.raises(BadInput):
            FEED.check(settings)


def test_the_portals_stuck_messages_are_listed_with_others(noted_stuck, ward_officer, stranger):
    from huong.base import outbox

    source = outbox.sources.get("portal")
    (stuck,) = source.stuck(ward_officer, until=None, limit=5)
    assert (source.count(ward_officer), source.count(stranger)) == (1, 0)
    with pytest.raises(BadInput):
        source.give_up(stuck.id, reason="", by=ward_officer)
    source.retry(stuck.id, by=ward_officer)
    assert source.count(ward_officer) == 0


@pytest.fixture
def noted_stuck(accepted):
    """Return a message for the portal that was given up."""
    from huong.procedures.models import PortalUpdate

    now = clock.now()
    return PortalUpdate.objects.create(
        dossier=accepted, number=3, service="DongBoHoSoMC", state="given_up", next_at=now, at=now, error="Sai mã"
    )


def test_a_dossier_taken_over_from_the_past_is_an_event_the_contract_knows(feeds):
    from huong.catalogue.models import Code

    assert Code.objects.filter(list__name="dossier_event", code="imported").exists()
