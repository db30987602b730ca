"""The pytest plug-in of the cast, named in the root's `conftest.py`.

pytest reads this before Django is ready, so each fixture imports what it needs when a test asks for it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from huong.base.testing.sandbox import Sandbox
    from huong.people.models import Agency, User
    from huong.places.models import Unit


@pytest.fixture
def frozen_clock(request: pytest.FixtureRequest) -> Iterator[datetime]:
    """Hold the clock at noon of Tuesday 24 November 2026 in Huế; at the present for a test marked `today`."""
    from huong.base import clock
    from huong.base.testing import cast

    at = datetime.now(UTC) if request.node.get_closest_marker("today") else cast.NOON
    with clock.freeze(at):
        yield at


@pytest.fixture
def hue(db: None) -> Path:
    """Load the units of Huế, all generations."""
    from huong.base.testing import cast

    return cast.units()


@pytest.fixture
def an_cuu(hue: Path) -> "Unit":
    """Return the ward An Cựu (19815)."""
    from huong.places import queries

    return queries.unit("19815")


@pytest.fixture
def agencies(hue: Path, tmp_path: Path) -> "list[Agency]":
    """Load the cast's five agencies."""
    from huong.base.testing import cast

    return cast.agencies(tmp_path / "small-city")


def _agency(code: str) -> "Agency":
    from huong.people import queries

    return queries.agency(code)


@pytest.fixture
def drains(agencies: "list[Agency]") -> "Agency":
    """Return the Department of Drains (H57.8)."""
    return _agency("H57.8")


@pytest.fixture
def roads(agencies: "list[Agency]") -> "Agency":
    """Return the Department of Roads (H57.9)."""
    return _agency("H57.9")


@pytest.fixture
def ward_office(agencies: "list[Agency]") -> "Agency":
    """Return the People's Committee of An Cựu (H57.21)."""
    return _agency("H57.21")


def _joined(username: str, full_name: str, **posts_in: "Agency") -> "User":
    from huong.base.testing import cast

    return cast.joined(username, full_name, **posts_in)


@pytest.fixture
def steward(drains: "Agency") -> "User":
    """Return the data steward of the drains."""
    return _joined("minh", "Trần Văn Minh", steward=drains)


@pytest.fixture
def roads_steward(roads: "Agency") -> "User":
    """Return the data steward of the roads."""
    return _joined("phuc", "Hoàng Phúc", steward=roads)


@pytest.fixture
def officer(ward_office: "Agency") -> "User":
    """Return an officer of the ward An Cựu."""
    return _joined("an", "Lê Thị An", officer=ward_office)


@pytest.fixture
def leader(agencies: "list[Agency]") -> "User":
    """Return a leader of the city."""
    return _joined("quang", "Nguyễn Hữu Quang", leader=_agency("H57"))


@pytest.fixture
def data_officer(agencies: "list[Agency]") -> "User":
    """Return somebody of the city data office."""
    return _joined("hanh", "Ngô Thị Hạnh", data_office=_agency("H57.51"))


@pytest.fixture
def admin(agencies: "list[Agency]") -> "User":
    """Return an administrator."""
    return _joined("mai", "Trần Thị Mai", admin=_agency("H57.51"))


@pytest.fixture
def stranger(db: None) -> "User":
    """Return somebody who is signed in but holds no post."""
    return _joined("sen", "Võ Thị Sen")


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Sandbox]":
    """Run a sandbox beside the tests; its slow person takes two seconds."""
    from huong.base.testing.sandbox import started

    running = started(tmp_path_factory.mktemp("sandbox"), "--slow-seconds", "2")
    yield running
    running.stop()
