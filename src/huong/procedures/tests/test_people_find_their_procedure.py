"""People say what happened in their own words and find the procedure, with or without accents."""

import pytest

from huong.procedures.queries import finding

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("khai sinh", "1.001193"),
        ("Đăng ký khai sinh", "1.001193"),
        ("toi moi sinh con", "1.001193"),
        ("1.0011", "1.001193"),
        ("marriage", "1.000894"),
        ("cưới", "1.000894"),
        ("thue tro", "1.004194"),
    ],
)
def test_words_lead_to_the_procedure(procedures, typed, code):
    _events, found = finding.find(typed)
    assert code in [each.code for each in found[:4]]


def test_a_name_comes_before_what_merely_belongs_to_the_same_event(procedures):
    _events, found = finding.find("khai sinh")
    assert found[0].code == "1.001193"


def test_words_nobody_knows_find_nothing(procedures):
    assert finding.find("phi thuyền") == ([], [])


@pytest.mark.usefixtures("lasting_memory")
def test_the_finder_asks_the_database_a_fixed_number_of_times(procedures, django_assert_max_num_queries):
    finding.find("khai sinh")
    with django_assert_max_num_queries(0):
        finding.find("kết hôn")
