"""`huong serve` runs the sandbox in demonstration homes only, and tells the other processes where it is."""

import json
import os
import socket

import pytest
from django.core.management import call_command

from huong.base import clock, home
from huong.base.errors import BadInput, Conflict
from huong.exchange.models import Member
from huong.journal.models import Entry
from huong.main import supervisor

TOLD = ("HUONG_SANDBOX_URL", "HUONG_OIDC_ISSUER", "HUONG_OIDC_SECRET_FILE", "HUONG_SMS_URL", "HUONG_OUTGOING_HOSTS")


@pytest.fixture
def demonstration(monkeypatch):
    (home.home() / "home.json").write_text(json.dumps({"kind": "demonstration", "format": 1}))
    for name in TOLD:
        monkeypatch.setenv(name, "")


def names(port=8000):
    return [child.name for child in supervisor.children("127.0.0.1", port)]


def test_a_real_home_has_none():
    assert "sandbox" not in names()


def test_a_demonstration_has_one_beside_it(demonstration):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    assert names(number - 2).count("sandbox") == 1
    assert os.environ["HUONG_OIDC_ISSUER"] == f"http://127.0.0.1:{number}/vneid"
    assert os.environ["HUONG_SMS_URL"] == f"http://127.0.0.1:{number}/sms/messages"
    assert os.environ["HUONG_OUTGOING_HOSTS"] == f"127.0.0.1:{number}"


@pytest.fixture
def taken():
    """Return a port on which another program listens, such as the sandbox of a house two ports below."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.django_db
def test_where_its_port_is_taken_it_takes_another_and_its_members_are_asked_there(demonstration, taken):
    names(taken - 12)  # the last time it had the usual port
    before = os.environ["HUONG_SANDBOX_URL"]
    register = Member.objects.create(
        identifier="VN/GOV/C06/population", name="C06", address=before, joined_at=clock.now()
    )
    assert "sandbox" in names(taken - 2)
    now = os.environ["HUONG_SANDBOX_URL"]
    assert now not in {before, f"http://127.0.0.1:{taken}"}
    register.refresh_from_db()
    assert register.address == now
    assert Entry.objects.get(name="exchange.member_moved").subject == register.identifier


def test_a_port_that_was_chosen_for_it_and_is_taken_is_said(demonstration, settings, taken):
    settings.HUONG = settings.HUONG.model_copy(update={"sandbox_port": taken})
    with pytest.raises(Conflict) as told:
        names()
    assert "HUONG_SANDBOX_PORT" in str(told.value.message)
    assert str(taken) in str(told.value.message)


@pytest.mark.parametrize("changed", [{"sandbox": False}, {"oidc_issuer": "https://id.example"}])
def test_who_wants_none_or_has_an_issuer_gets_none(demonstration, settings, changed):
    settings.HUONG = settings.HUONG.model_copy(update=changed)
    assert "sandbox" not in names()
    assert os.environ["HUONG_OIDC_ISSUER"] == ""


def test_the_command_is_not_bound_beyond_this_machine_unless_told(tmp_path):
    with pytest.raises(BadInput):
        call_command("sandbox", "--host", "0.0.0.0", "--home", str(tmp_path))
