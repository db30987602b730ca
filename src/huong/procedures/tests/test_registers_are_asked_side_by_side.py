"""A form that needs three slow registers waits as long as the slowest, and each answer stands as soon as it is there."""

import threading

import pytest
from django.db import connections

from huong.base.errors import Forbidden
from huong.exchange import consumer
from huong.exchange import registers as national
from huong.exchange.errors import Unreached
from huong.exchange.models import Exchange, RegisterCopy
from huong.journal.models import Entry
from huong.people.actions import parties
from huong.procedures.actions import asking, bundling, save
from huong.procedures.actions import registers as together
from huong.procedures.actions.resolving import resolve
from huong.procedures.models import Component, Question
from huong.procedures.tests.test_it_is_asked_once import FATHER, HERS, MOTHER, SINGLE, draft_of

pytestmark = pytest.mark.django_db
RESIDENCE = "1.004222"
MOVING = {"household.relation": "other"}  # so that the register of land is asked for the dwelling
LONG_ENOUGH = 4.0


@pytest.fixture
def opened(registers):
    """Return a draft of moving in that needs three registers, looked at once."""
    dossier = draft_of(FATHER, "Trần Minh Khôi", MOVING, code=RESIDENCE)
    bundling.resolve_all(dossier.uid, actor=HERS)
    return dossier


def sending(monkeypatch, way):
    """Let every request to a register go a way of the test's own."""
    real = consumer.sent

    def slowly(ready, *, patience):
        return way(ready) or real(ready, patience=patience)

    monkeypatch.setattr(consumer, "sent", slowly)


def asked():
    return list(Exchange.objects.filter(direction="out"))


def test_three_registers_are_under_way_at_the_same_time(opened, monkeypatch):
    all_three = threading.Barrier(3, timeout=LONG_ENOUGH)
    sending(monkeypatch, lambda _ready: all_three.wait() and None)
    asking.answer.now(opened.uid)
    assert len(asked()) == 3 == Entry.objects.filter(name="exchange.asked").count()
    assert not Component.objects.filter(dossier=opened, state="asking").exists()
    assert not Question.objects.filter(dossier=opened, answered_at=None).exists()


def test_the_counter_and_the_night_ask_side_by_side_too(registers, monkeypatch):
    all_three = threading.Barrier(3, timeout=LONG_ENOUGH)
    sending(monkeypatch, lambda _ready: all_three.wait() and None)
    dossier = draft_of(FATHER, "Trần Minh Khôi", MOVING, code=RESIDENCE)
    assert resolve(dossier.uid, actor=HERS).asked == 3
    assert not Component.objects.filter(dossier=dossier, state="later").exists()


def test_no_thread_holds_a_connection_to_the_database(opened, monkeypatch):
    held = []
    sending(monkeypatch, lambda _ready: held.append(connections.all(initialized_only=True)) or None)
    asking.answer.now(opened.uid)
    assert held == [[], [], []]


def test_what_one_says_is_filled_in_while_another_is_still_asked(opened, monkeypatch):
    written, real, seen = threading.Event(), asking.filling.fill, []

    def filled(uid, found, **more):
        changed = real(uid, found, **more)
        address = Component.objects.filter(dossier=opened, source__startswith="register:person", locked=True)
        if address.exists():
            written.set()
        return changed

    monkeypatch.setattr(asking.filling, "fill", filled)
    sending(
        monkeypatch,
        lambda ready: seen.append(written.wait(LONG_ENOUGH)) if "household" in ready.asked.service else None,
    )
    asking.answer.now(opened.uid)
    assert seen == [True]


def test_fields_of_one_register_about_one_person_are_one_request(opened):
    asking.answer.now(opened.uid)
    sources = list(Component.objects.filter(dossier=opened, source__contains="register:").values_list("source"))
    assert len(sources) > 3 == len({(each.service, each.endpoint) for each in asked()}) == len(asked())


def test_one_that_fails_costs_the_others_nothing(opened, monkeypatch):
    def broken(ready):
        return consumer.Reply(error=Unreached("đường dây đứt")) if "household" in ready.asked.service else None

    sending(monkeypatch, broken)
    asking.answer.now(opened.uid)
    assert Entry.objects.filter(name="exchange.failed").count() == 1
    assert Entry.objects.filter(name="exchange.asked").count() == 2
    assert set(Component.objects.filter(dossier=opened, state="later").values_list("why", flat=True)) == {"source_down"}
    assert Component.objects.filter(dossier=opened, locked=True, source__startswith="register:person").exists()


def test_dossiers_of_one_application_share_a_question_that_is_under_way(registers, monkeypatch):
    party = parties.register("person", name="Nguyễn Thị Thu Hà", national_id=MOTHER, by=None)
    begun = bundling.begin_event("child", party=party, actor=HERS, unit="An Cựu")
    first = begun.dossiers[0]
    bundling.resolve_all(first.uid, actor=HERS)
    asking.answer.now(first.uid)
    told = [(each.service, each.endpoint, *each.seen.values_list("person", flat=True)) for each in asked()]
    assert len(told) == len(set(told)) > 1
    for each in begun.dossiers:
        assert not Component.objects.filter(dossier=each, state="asking").exists()


def test_a_refusal_counts_only_for_the_purpose_that_was_refused(registers):
    one, other = draft_of(MOTHER, answers={}), draft_of(MOTHER, answers={}, code=RESIDENCE)
    ask = together.Ask("register", "person", MOTHER)
    with together.Registers(patience=3) as asked_now:
        assert asked_now.put(ask, one) == asked_now.put(ask, other) == together.WAITING
        asked_now._beside.answered = lambda: iter([(ask, Forbidden("nein"))])
        assert [(dossier.pk, known.failed) for dossier, _ask, known in asked_now.answered()] == [(one.pk, "no_grant")]
        assert not asked_now.asks(ask)


def test_what_left_the_house_is_written_down_even_if_nobody_waits_for_it(registers):
    dossier = draft_of(MOTHER, answers={})

    def stumble():
        with together.Registers(patience=3) as asked_now:
            asked_now.put(together.Ask("register", "person", MOTHER), dossier)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    assert len(asked()) == 1
    assert RegisterCopy.objects.count() == 1


def test_after_the_patience_nothing_leaves_the_house(registers):
    dossier = draft_of(MOTHER, answers={})
    with together.Registers(patience=0) as asked_now:
        known = asked_now.put(together.Ask("register", "person", MOTHER), dossier)
    assert (known.failed, asked()) == ("source_down", [])
    beside = national.SideBySide(patience=0)
    asker = national.Asker(together.exchange.member_of_agency(dossier.agency), f"{dossier.procedure}/{dossier.uid}")
    with beside:
        assert beside.put("she", national.Person, MOTHER, asker) is None
        assert [error.code for _name, error in beside.answered()] == ["not_asked_in_time"]
    assert asked() == []


def test_what_is_sent_while_registers_are_asked_gets_nothing_of_the_rest(opened, monkeypatch):
    real = asking.filling.fill

    def sent_meanwhile(uid, found, **more):
        opened.__class__.objects.filter(pk=opened.pk).update(state="submitted")
        return real(uid, found, **more)

    monkeypatch.setattr(asking.filling, "fill", sent_meanwhile)
    asking.answer.now(opened.uid)
    assert len(asked()) == 3  # they had left already; they are written down
    assert not Component.objects.filter(dossier=opened, locked=True, source__startswith="register").exists()


def test_in_whichever_order_they_answer_what_rests_on_her_word_is_fetched_once(registers, monkeypatch):
    dossier = draft_of(SINGLE, "Phạm Thị Ngọc Anh")
    save(dossier.uid, {"father.national_id": "046098999004"}, actor=HERS)
    bundling.resolve_all(dossier.uid, actor=HERS)
    written, real = threading.Event(), asking.filling.fill

    def filled(uid, found, **more):
        changed = real(uid, found, **more)
        if Component.objects.filter(dossier=dossier, key="father.name", locked=True).exists():
            written.set()
        return changed

    monkeypatch.setattr(asking.filling, "fill", filled)
    sending(monkeypatch, lambda ready: "marriage" in ready.path and written.wait(LONG_ENOUGH) and None)
    asking.answer.now(dossier.uid)
    assert written.is_set()  # the name was there before the register of marriages knew of none
    count = len(asked())
    RegisterCopy.objects.all().delete()
    bundling.resolve_all(dossier.uid, actor=HERS)
    asking.answer.now(dossier.uid)
    assert len(asked()) == count
    assert Component.objects.get(dossier=dossier, key="father.name").locked
