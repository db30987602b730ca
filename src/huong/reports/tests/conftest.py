"""The cast of field reports: Huế's rules and agencies, a citizen, an officer of the city's centre, officers of wards."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from huong.base import clock
from huong.base.testing import cast
from huong.people import access
from huong.people.actions import agencies as agency_verbs
from huong.people.models import Agency
from huong.people.names import forget as forget_names
from huong.reports import loading
from huong.reports.actions import Draft, accept, send
from huong.reports.models import CityRule, RuleEdition
from huong.reports.queries.book import forget

MORNING = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)  # 09:00 in Huế, a Wednesday
AN_CUU = (107.6045, 16.4520)
IOC, WARD, OTHER_WARD, CONSTRUCTION = "H57.50", "H57.21", "H57.104", "H57.8"


@pytest.fixture(autouse=True)
def fresh_book():
    """Let no rule and no name of another test stay in memory."""
    forget()
    forget_names()
    yield
    forget()
    forget_names()


@pytest.fixture
def morning():
    """Hold the clock at nine on a Wednesday morning."""
    with clock.freeze(MORNING):
        yield MORNING


@pytest.fixture
def rules(hue: Path):
    """Load Huế's agencies and rules for reports."""
    cast.remembered("agencies", (Agency,), lambda: agency_verbs.load(cast.HUE))
    access.forget_holdings()
    cast.remembered("reports", (CityRule, RuleEdition), lambda: loading.load(cast.HUE))


def officer_of(code: str, username: str, role: str = "officer"):
    """Return somebody with a post in an agency."""
    from huong.people import queries

    return cast.joined(username, f"Cán bộ {username}", **{role: queries.agency(code)})


@pytest.fixture
def dispatcher(rules):
    """Return an officer of the city's operations centre, who screens."""
    return officer_of(IOC, "dieuphoi")


@pytest.fixture
def ward_officer(rules):
    """Return an officer of the ward An Cựu."""
    return officer_of(WARD, "ancuu")


@pytest.fixture
def neighbour(rules):
    """Return an officer of another ward."""
    return officer_of(OTHER_WARD, "thuanhoa")


@pytest.fixture
def blocked() -> Draft:
    """Return what a citizen wants to say about a blocked drain."""
    return Draft(
        text="Cống nghẹt trước nhà, nước tràn ra đường.",
        category="duong-pho.do-xe",
        unit="An Cựu",
        place="kiệt 12 đường Hùng Vương",
    )


@pytest.fixture
def received(rules, blocked):
    """Return a report that was just sent."""
    return send(blocked).report


@pytest.fixture
def dispatched(received, dispatcher):
    """Return a report that is with the ward An Cựu."""
    return accept(received.number, by=dispatcher)
