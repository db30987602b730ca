"""The national registers of the sandbox, a process of its own: typed answers with provenance, and people who misbehave."""

from datetime import timedelta

import pytest

from huong.base import clock
from huong.exchange import registers as national
from huong.exchange.errors import Refused, Unreached, Untrue
from huong.exchange.models import AccessRecord, Exchange, RegisterCopy
from huong.exchange.tests.conftest import FATHER

MOTHER = "046195999002"
pytestmark = pytest.mark.django_db


def test_somebody_s_data_come_typed_with_when_and_where_from(asker):
    found = national.ask(national.Person, FATHER, asker)
    assert (found.value.name, found.value.birth_date.isoformat()) == ("Trần Minh Khôi", "1992-05-14")
    assert (found.value.unit_code, found.value.alive) == ("19815", True)
    assert found.source == "VN/GOV/G01/population/persons"
    assert found.valid_until - found.fetched_at == timedelta(minutes=15)
    exchange = Exchange.objects.get(message_id=found.exchange)
    assert (exchange.direction, exchange.status, exchange.purpose) == ("out", 200, "1.001193")
    assert AccessRecord.objects.get().agency == "H57.21"


def test_every_register_is_understood(asker):
    assert national.ask(national.Household, FATHER, asker).value.head_name == "Trần Minh Khôi"
    assert national.ask(national.Birth, FATHER, asker).value.registration_number
    assert national.ask(national.Marriage, FATHER, asker).value.spouse_id == MOTHER
    assert [each.name for each in national.ask(national.Children, FATHER, asker).value.children] == [
        "Trần Nguyễn Gia Hân"
    ]
    firm = national.ask(national.Firm, "3390000015", asker).value
    assert firm.representative_id == "046180999006"
    assert firm in national.ask(national.Firms, "046180999006", asker).value.enterprises
    assert isinstance(national.ask(national.Parcels, FATHER, asker).value.parcels, tuple)
    assert national.ask(national.Insurance, FATHER, asker).value.national_id == FATHER


def test_a_copy_serves_the_step_of_work_and_not_a_minute_longer(asker, officer):
    first = national.ask(national.Person, FATHER, asker)
    again = national.ask(national.Person, FATHER, asker)
    assert (again.exchange, Exchange.objects.count()) == (first.exchange, 1)
    assert b"Kh" not in bytes(RegisterCopy.objects.get().sealed)
    RegisterCopy.objects.update(valid_until=clock.now())
    assert national.ask(national.Person, FATHER, asker).exchange != first.exchange


def test_somebody_unknown_is_told_so_and_is_no_failure(asker):
    found = national.ask(national.Person, "046085999999", asker)
    assert found.value is None
    assert RegisterCopy.objects.count() == 0


@pytest.mark.parametrize(
    ("person", "kind", "code"),
    [
        ("046185999902", Unreached, "internalerror"),
        ("046085999903", Untrue, "not_identified"),
        ("046085999904", Untrue, "signature_late"),
        ("046085999905", Untrue, "another_person"),
        ("046085999906", Untrue, "hidden_error"),
        ("046085999907", Unreached, "unreached"),
    ],
)
def test_what_cannot_be_believed_is_not_used(asker, person, kind, code):
    with pytest.raises(Refused) as refused:
        national.ask(national.Person, person, asker)
    assert (type(refused.value), refused.value.code) == (kind, code)
    assert RegisterCopy.objects.count() == 0


def test_the_slow_one_is_not_waited_for(asker):
    from dataclasses import replace

    with pytest.raises(Unreached):
        national.ask(national.Person, "046085999901", replace(asker, patience=0.3))
