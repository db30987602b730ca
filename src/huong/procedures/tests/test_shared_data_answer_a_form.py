"""The city's own shared data and the vault fill a form in, under a grant, in a constant number of queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huong.base import clock
from huong.base.testing.cast import HUE
from huong.exchange import loading as exchange_loading
from huong.exchange import queries as exchange
from huong.exchange.actions import grants, services
from huong.exchange.models import Grant
from huong.journal.models import Entry
from huong.people import queries as people
from huong.people.actions import parties
from huong.procedures import loading
from huong.procedures.actions import accept, begin, citizen, submit, verifying
from huong.procedures.actions.resolving import resolve
from huong.procedures.models import Component, Evidence, Procedure, ProcedureVersion
from huong.procedures.queries import answers_of
from huong.procedures.queries.values import scope_of, seal
from huong.procedures.tests.conftest import WARD
from huong.procedures.tests.test_it_is_asked_once import kept_in_vault
from huong.store.tests.conftest import allowance, contract, load, parquet  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
HERS = citizen(None)
PURPOSE = "1.001776"
HOA = "046090001234"


def procedure(fields, code=PURPOSE):
    """Publish a procedure of one step with these fields."""
    body = {
        "code": code, "name": "Trợ cấp", "name_en": "Allowance", "domain": "Xã hội", "tier": "ward", "agency": "unit",
        "limit": {"amount": 10, "measure": "working_days"},
        "form": {"type": "object", "properties": {"ask": {"title": "Trợ cấp", "properties": fields}}},
    }  # fmt: skip
    held, _new = Procedure.objects.get_or_create(code=code, defaults={"name": "Trợ cấp", "tier": "ward"})
    held.versions.filter(state="published").update(state="retired")
    return ProcedureVersion.objects.create(
        procedure=held,
        number=held.versions.count() + 1,
        state="published",
        body=body,
        valid_from=clock.now(),
        changed_at=clock.now(),
    )


@pytest.fixture
def drains(procedures):
    """Let the owner of the dataset be an agency of Huế."""
    return people.agency("H57.8")


@pytest.fixture
def shared(allowance, procedures):  # noqa: F811
    """Let the ward read the allowances for one procedure."""
    exchange_loading.load(HUE)
    service = services.offer_dataset(exchange.member_of_agency("H57.8"), "allowance", by=None)
    asked = grants.ask(
        service, consumer=exchange.member_of_agency(WARD), fields=["citizen_id", "amount", "ward"], purposes=[PURPOSE],
        why="Để không hỏi lại giấy tờ", legal_basis="Nghị định 20/2021/NĐ-CP", by=None,
    )  # fmt: skip
    return grants.grant(asked.number, by=None)


def text(source):
    return {"type": "string", "title": "Mục", "x-source": [source]}


def draft(party):
    loading.renew()  # the version was published a moment ago
    return begin(PURPOSE, party=party, actor=HERS, unit="An Cựu")


@pytest.fixture
def hoa(procedures):
    return parties.register("person", name="Nguyễn Thị Hoa", national_id=HOA, by=None)


def test_the_store_answers_under_a_grant_and_says_where_from(shared, hoa):
    procedure({"amount": {"type": "integer", "title": "Mức", "x-source": ["store:allowance@applicant:amount"]}})
    dossier = draft(hoa)
    resolve(dossier.uid, actor=HERS)
    assert answers_of(dossier)["ask.amount"] == 500000
    part = Component.objects.get(dossier=dossier, key="ask.amount")
    assert (part.locked, part.exchange, part.why) == (True, shared.number, "in_store")


def test_without_a_grant_the_store_is_not_read(shared, hoa):
    procedure({"amount": text("store:allowance@applicant:amount"), "name": text("store:allowance@applicant:name")})
    dossier = draft(hoa)
    assert resolve(dossier.uid, actor=HERS).of("ask.name").reason == "no_grant"  # a field that was not granted
    Grant.objects.update(valid_to=clock.now())
    assert resolve(dossier.uid, actor=HERS, anew=True).of("ask.amount").reason == "no_grant"
    assert "ask.amount" not in answers_of(dossier)


def test_somebody_without_a_row_is_asked(shared, procedures):
    procedure({"amount": text("store:allowance@applicant:amount")})
    other = parties.register("person", name="Ai Khác", national_id="046090007777", by=None)
    assert resolve(draft(other).uid, actor=HERS).of("ask.amount").reason == "not_known"


@pytest.mark.usefixtures("lasting_memory")
def test_twenty_fields_from_vault_and_store_cost_the_same_queries_as_two(shared, hoa):
    values = {f"v{number}": f"giá trị {number}" for number in range(10)}
    kept_in_vault(hoa, "decision", values)
    many = {name: text(f"vault:decision:{name}") for name in values}
    many |= {
        f"s{number}": {"type": "integer", "title": "Mức", "x-source": ["store:allowance@applicant:amount"]}
        for number in range(10)
    }
    procedure(many)
    dossier = draft(hoa)
    resolve(dossier.uid, actor=HERS)
    with CaptureQueriesContext(connection) as big:
        resolve(dossier.uid, actor=HERS, anew=True)
    assert Component.objects.filter(dossier=dossier, locked=True).count() == 20
    assert len(big) <= 28  # PostgreSQL counts its savepoints


@pytest.fixture
def at_work(shared, hoa, ward_officer):
    """Return a dossier at work whose amount came from the store, and whose degree from a paper in her vault."""
    kept_in_vault(hoa, "decision", {"level": "nặng"})
    amount = {"type": "integer", "title": "Mức", "x-source": ["store:allowance@applicant:amount"]}
    procedure({"amount": amount, "level": text("vault:decision:level")})
    dossier = draft(hoa)
    resolve(dossier.uid, actor=HERS)
    submit(dossier.uid, actor=HERS)
    return accept(dossier.uid, by=ward_officer)


def outcome(dossier, part, officer):
    told = verifying.verify(dossier.uid, part=part, by=officer)
    return told.outcome, told.value, Component.objects.get(dossier=dossier, key=part).why


def test_the_officer_compares_a_value_with_the_store_under_the_same_grant(at_work, shared, ward_officer):
    assert outcome(at_work, "ask.amount", ward_officer) == ("same", 500000, "verified")
    read = Entry.objects.filter(name="store.read").latest("pk")
    assert (read.by, read.agency) == (ward_officer.pk, WARD)
    scope = scope_of(at_work)
    Component.objects.filter(dossier=at_work, key="ask.amount").update(sealed=seal(scope, 400000, "ask.amount"))
    assert outcome(at_work, "ask.amount", ward_officer) == ("different", 500000, "differs")
    assert answers_of(at_work)["ask.amount"] == 400000
    Grant.objects.update(valid_to=clock.now())
    assert outcome(at_work, "ask.amount", ward_officer)[0] == "unavailable"


def test_the_officer_compares_a_value_with_the_paper_in_the_vault_that_is_in_force(at_work, hoa, ward_officer):
    assert outcome(at_work, "ask.level", ward_officer) == ("same", "nặng", "verified")
    newer = kept_in_vault(hoa, "decision", {"level": "nhẹ"})
    Evidence.objects.filter(party=hoa).exclude(pk=newer.pk).update(superseded_by=newer)
    assert outcome(at_work, "ask.level", ward_officer) == ("different", "nhẹ", "differs")
    Evidence.objects.update(revoked_at=clock.now())
    assert outcome(at_work, "ask.level", ward_officer)[0] == "nothing"
