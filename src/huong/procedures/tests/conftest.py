"""The cast of procedures: Huế's agencies and catalogue, a mother who applies, officers and the leader of her ward."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client

from huong.base import calendar, clock
from huong.base.models import CalendarDay
from huong.base.testing import cast
from huong.base.testing.sandbox import started
from huong.exchange import loading as exchange_loading
from huong.exchange.actions import neighbours
from huong.exchange.models import DataService, Edition, Member, MemberKey, Purpose
from huong.people import access
from huong.people import queries as people
from huong.people.actions import agencies as agency_verbs
from huong.people.actions import parties
from huong.people.models import Agency
from huong.procedures import loading
from huong.procedures.actions import accept, begin, citizen, request_supplement, save, submit
from huong.procedures.models import CatalogueEdition, Component, Gloss, LifeEvent, Procedure, ProcedureVersion
from huong.procedures.queries.catalogue import forget

MORNING = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)  # 09:00 in Huế, a Wednesday
WARD, OTHER_WARD, CONSTRUCTION = "H57.21", "H57.104", "H57.8"
BIRTH = "1.001193"
ANSWERS = {
    "requester.name": "Nguyễn Thị Thu Hà",
    "requester.national_id": "046195999002",
    "requester.relation": "mother",
    "mother.foreign": False,
    "mother.national_id": "046195999002",
    "mother.name": "Nguyễn Thị Thu Hà",
    "father.known": "no",
    "child.name": "Trần Nguyễn An Nhiên",
    "child.sex": "female",
    "child.birth_date": "2026-11-20",
    "child.birth_place": "home",
}


@pytest.fixture(autouse=True)
def fresh_catalogue():
    """Let no procedure of another test stay in memory."""
    from huong.procedures.queries import catalogue, figures_kept

    forget()
    catalogue._document.cache_clear()
    yield
    forget()
    figures_kept._indexed.cache_clear()


@pytest.fixture
def morning():
    """Hold the clock at nine on a Wednesday morning."""
    with clock.freeze(MORNING):
        yield MORNING


@pytest.fixture
def procedures(hue: Path):
    """Load Huế's calendar, agencies and procedures."""
    cast.remembered("calendar", (CalendarDay,), lambda: calendar.load(cast.HUE))
    cast.remembered("agencies", (Agency,), lambda: agency_verbs.load(cast.HUE))
    access.forget_holdings()
    cast.remembered(
        "procedures",
        (Procedure, ProcedureVersion, CatalogueEdition, LifeEvent, Gloss),
        lambda: loading.load(cast.HUE),
    )
    calendar.forget()


def officer_of(code: str, username: str, role: str = "officer"):
    """Return somebody with a post in an agency."""
    return cast.joined(username, f"Cán bộ {username}", **{role: people.agency(code)})


@pytest.fixture
def ward_officer(procedures):
    """Return an officer of the ward An Cựu."""
    return officer_of(WARD, "ancuu")


@pytest.fixture
def construction_officer(procedures):
    """Return an officer of the department of construction."""
    return officer_of(CONSTRUCTION, "xaydung")


@pytest.fixture
def ward_leader(procedures):
    """Return the leader of the ward An Cựu."""
    return officer_of(WARD, "chutich", "leader")


@pytest.fixture
def stranger(procedures):
    """Return an officer of another ward."""
    return officer_of(OTHER_WARD, "thuanhoa")


@pytest.fixture
def mother(procedures):
    """Return the party of a young mother of An Cựu."""
    return parties.register(
        "person",
        name="Nguyễn Thị Thu Hà",
        national_id="046195999002",
        birth_date=date(1995, 3, 2),
        by=None,
    )


@pytest.fixture
def draft(mother, morning):
    """Return her draft of a birth registration, filled in, with the statement of a witness."""
    dossier = begin(BIRTH, party=mother, actor=citizen(None), unit="An Cựu")
    assert save(dossier.uid, ANSWERS, actor=citizen(None)) == []
    Component.objects.create(
        dossier=dossier, kind="paper", key="birth_witness", origin="uploaded", state="held", changed_at=clock.now()
    )
    return dossier


@pytest.fixture
def sent(draft):
    """Return the dossier after she sent it."""
    return submit(draft.uid, actor=citizen(None))


@pytest.fixture
def accepted(sent, ward_officer):
    """Return the dossier after the counter accepted it."""
    return accept(sent.uid, by=ward_officer)


@pytest.fixture
def mother_user(mother):
    """Return the account by which the mother signs in."""
    from huong.people.models import Identity

    user = cast.joined("thuha", "Nguyễn Thị Thu Hà")
    Identity.objects.create(
        user=user, party=mother, issuer="https://vneid.example", subject_hash="a" * 64, created_at=clock.now()
    )
    return user


@pytest.fixture
def signed(accepted, ward_officer, ward_leader):
    """Return the dossier after its result was proposed, read and signed."""
    from huong.procedures.actions import open_result, propose, sign, start

    start(accepted.uid, by=ward_officer)
    proposed = propose(accepted.uid, checks={"names": "yes", "parents": "yes"}, by=ward_officer)
    open_result(proposed.results.get().verify_code, by=ward_leader)
    return sign(proposed.uid, by=ward_leader)


@pytest.fixture
def priced(accepted):
    """Return an accepted dossier that costs 8,000 đồng online."""
    from huong.procedures.queries import catalogue

    version = ProcedureVersion.objects.get(pk=accepted.edition_id)
    fee = {"key": "copy", "name": "Lệ phí", "name_en": "Fee", "amount": 10_000, "online": 8_000}
    ProcedureVersion.objects.filter(pk=version.pk).update(body={**version.body, "fees": [fee]})
    catalogue._document.cache_clear()
    return accepted


def as_citizen(client, user):
    """Sign somebody in as with VNeID at level 2, which is a second factor for officers too."""
    from huong.people import access, assurance

    client.force_login(user)
    session = client.session
    session[assurance.KEY], session[access.SECOND_FACTOR] = assurance.HIGH, True
    session.save()


def at_desk(client, user):
    """Sign an officer in, second factor and all."""
    client.force_login(user)
    session = client.session
    session[access.SECOND_FACTOR] = True
    session.save()


@pytest.fixture(scope="session")
def neighbour(tmp_path_factory):
    """Run the registers, a process of their own that only these tests meet: it remembers the keys they came with."""
    running = started(tmp_path_factory.mktemp("neighbour"), "--slow-seconds", "2")
    yield running
    running.stop()


@pytest.fixture
def registers(neighbour, procedures, settings, house):
    """Let the city's agencies meet the registers: the first time over the wire, later with what that left."""
    settings.HUONG = settings.HUONG.model_copy(update={"outgoing_hosts": "127.0.0.1"})
    keys = neighbour.home / "keys-of-members"
    models = (Member, MemberKey, DataService, Purpose, Edition)
    if cast.remembered(f"registers at {neighbour.base}", models, lambda: meet(neighbour)):
        shutil.copytree(keys, house / "keys", dirs_exist_ok=True)
    else:
        shutil.copytree(house / "keys", keys, ignore=lambda _folder, names: [n for n in names if "exchange-" not in n])
    return neighbour


def meet(neighbour):
    exchange_loading.load(cast.HUE)
    neighbours.meet(neighbour.base, by=None)


def resolve_all(uid, *, actor):
    """Look, let the job that asks the registers run as it would a moment later, and look again."""
    from huong.procedures.actions import asking, bundling

    bundling.resolve_all(uid, actor=actor)
    asking.answer.now(uid)
    return bundling.resolve_all(uid, actor=actor)


NAME, WITNESS = "child.name", "birth_witness"


def asked_about(dossier, by, *parts):
    """Let an office ask for parts of a dossier anew. Returns the dossier."""
    reasons = [{"part": part, "why": "unreadable", "text": f"Xin xem lại {part}."} for part in parts]
    request_supplement(dossier.uid, words="Xin bổ sung.", reasons=reasons, by=by)
    return dossier


@pytest.fixture
def named(accepted, ward_officer):
    """Return a dossier of which the office asks for the child's name and the statement of a witness."""
    return asked_about(accepted, ward_officer, NAME, WITNESS)


@pytest.fixture
def hers(named, mother_user):
    """Return the browser of the mother, whose dossier is asked about."""
    browser = Client()
    as_citizen(browser, mother_user)
    return browser
