"""An officer who looks up people who live together, many people, or at night is seen by the agency itself."""

from datetime import UTC, datetime, timedelta

import pytest

from huong.base import clock, keys
from huong.base.testing.cast import NOON
from huong.exchange import registers as national
from huong.exchange import watching
from huong.exchange.models import AccessRecord, PersonPlace
from huong.exchange.tests.conftest import FATHER, at_the_desk
from huong.people import queries as people
from huong.people.actions import parties
from huong.people.models import Identity

pytestmark = pytest.mark.django_db


def person(number, household="HK1", address="27 đường Nguyễn Huệ", unit="19815"):
    """Keep where an invented person lives, as the population register's answer would."""
    hashed = keys.keyed_hash(f"0460900{number:05d}", context=people.JOINED)
    block = keys.keyed_hash(f"{unit}|{watching.street_of(address)}", context="exchange.block")
    household = keys.keyed_hash(household, context="exchange.household")
    PersonPlace.objects.create(person=hashed, household=household, block=block, at=clock.now())
    return hashed


def looked(officer, hashed, *, issue="", at=NOON, agency="H57.21"):
    AccessRecord.objects.create(
        person=hashed, at=at, agency=agency, by=officer.pk, fields="name", purpose="operations", issue=issue,
        source="register:person", shown_from=at,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def noon(frozen_clock):
    """Stand on a working day, at noon."""
    from huong.base import calendar
    from huong.base.testing.cast import HUE

    calendar.load(HUE)


DAY = NOON + timedelta(days=1)


def reading(agency="H57.21"):
    with clock.freeze(DAY + timedelta(hours=1)):
        (row,) = watching.reading_in(agency)
    return row


def test_three_people_of_one_street_without_a_dossier_are_unusual(officer):
    for number in range(3):
        looked(officer, person(number, household=f"HK{number}", address=f"{number + 1} đường Nguyễn Huệ"), at=DAY)
    assert (reading().of_one_block, reading().is_unusual) == (3, True)


def test_a_whole_household_for_one_dossier_is_work(officer):
    for number in range(5):
        looked(officer, person(number), issue="1.004222/H57.21-261125-0001", at=DAY)
    assert (reading().of_one_block, reading().is_unusual) == (0, False)


def test_people_of_different_streets_and_wards_are_no_neighbours(officer):
    looked(officer, person(1, "HK1", "5 đường Nguyễn Huệ"), at=DAY)
    looked(officer, person(2, "HK2", "5 đường Bà Triệu"), at=DAY)
    looked(officer, person(3, "HK3", "5 đường Nguyễn Huệ", unit="19777"), at=DAY)
    assert (reading().of_one_block, reading().is_unusual) == (1, False)


def test_the_officer_s_own_neighbours_stand_out_even_with_a_dossier(officer):
    own = parties.register("person", name="Lê Thị An", national_id="046090099999", by=None)
    Identity.objects.create(user=officer, party=own, issuer="t", subject_hash="1" * 64, created_at=clock.now())
    person(99999, household="HK9", address="9 đường Nguyễn Huệ")
    looked(officer, person(1, household="HK1", address="11 đường Nguyễn Huệ"), issue="1.004222/H57.21-1", at=DAY)
    assert (reading().own_neighbours, reading().is_unusual) == (1, True)


def test_at_night_and_in_volume(officer):
    looked(officer, person(1), at=NOON + timedelta(days=1, hours=10))
    with clock.freeze(NOON + timedelta(days=2)):
        (row,) = watching.reading_in("H57.21")
    assert (row.outside_hours, row.is_unusual) == (1, True)


@pytest.mark.today
def test_where_somebody_lives_is_kept_as_hashes_and_goes_with_them(asker, officer, data_officer):
    with clock.freeze(datetime.now(UTC)):  # the register's clock is the real one
        national.ask(national.Person, FATHER, asker)
    place = PersonPlace.objects.get()
    assert len({place.person, place.household, place.block}) == 3
    assert "Huệ" not in place.block
    father = parties.register("person", name="Trần Minh Khôi", national_id=FATHER, by=None)
    parties.erase(father, by=data_officer)
    assert PersonPlace.objects.count() == 0


def test_the_page_names_the_officer_to_its_own_agency_only(officer, leader, ward_office, steward):
    from huong.base.testing import cast

    for number in range(3):
        looked(officer, person(number), at=DAY)
    head = cast.joined("hai", "Phan Hải", leader=ward_office)
    with clock.freeze(DAY + timedelta(hours=1)):
        assert "Lê Thị An" in at_the_desk(head).get("/desk/exchange/reading").content.decode()
        assert "Lê Thị An" not in at_the_desk(steward).get("/desk/exchange/reading").content.decode()
