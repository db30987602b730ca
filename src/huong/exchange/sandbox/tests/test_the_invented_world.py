"""The invented people obey the public rules, and are the same each time."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from huong.exchange.sandbox import numbers, world
from huong.exchange.sandbox.running import Options, server

HUE = Path(__file__).parents[5] / "cities" / "hue"


@pytest.fixture(scope="module")
def made():
    return world.made(HUE)


def test_the_same_seed_gives_the_same_people(made):
    assert made == world.made(HUE)


def test_there_are_thousands_in_all_forty_units(made):
    assert 3000 <= len(made.people) < 3010
    assert len({one.unit_code for one in made.people.values()}) == 40
    assert len(made.firms) > 300
    assert len(made.parcels) > 500


def test_ids_tell_century_sex_and_year_and_lie_in_the_range_for_tests(made):
    for one in made.people.values():
        assert one.national_id[:3] == "046"
        assert int(one.national_id[3]) % 2 == (one.sex == "female")
        assert one.national_id[4:6] == f"{one.birth_date.year % 100:02d}"
        assert int(one.national_id[6:]) >= 990_000


def test_tax_codes_pass_the_check_digit_or_are_the_owners_id(made):
    for firm in made.firms.values():
        if firm.kind == "household_business":
            assert firm.tax_code == firm.representative
        else:
            assert firm.tax_code == numbers.tax_code(firm.tax_code[:2], int(firm.tax_code[2:9]))


def test_families_fit_together(made):
    for one in made.people.values():
        if one.spouse:
            assert made.people[one.spouse].spouse == one.national_id
        for parent in filter(None, (one.father, one.mother)):
            assert numbers.age(made.people[parent].birth_date, one.birth_date) >= 16
    heads = Counter(member.relation for members in made.households.values() for member in members[:1])
    assert set(heads) == {"chủ hộ"}


def test_nobody_marries_before_eighteen_or_in_the_future(made):
    for one in made.people.values():
        if one.married_on:
            assert numbers.age(one.birth_date, one.married_on) >= 18
            assert one.married_on <= date(2026, 7, 1)


def test_it_is_not_bound_beyond_this_machine_unless_told(tmp_path):
    with pytest.raises(ValueError, match="this machine only"):
        server(Options(tmp_path, HUE, host="0.0.0.0", port=0))
