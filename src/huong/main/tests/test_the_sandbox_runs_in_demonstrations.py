"""`huong serve` runs the sandbox in demonstration homes only, and tells the other processes where it is."""

import json
import os

import pytest
from django.core.management import call_command

from huong.base import home
from huong.base.errors import BadInput
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
    assert names().count("sandbox") == 1
    assert os.environ["HUONG_OIDC_ISSUER"] == "http://127.0.0.1:8002/vneid"
    assert os.environ["HUONG_SMS_URL"] == "http://127.0.0.1:8002/sms/messages"
    assert os.environ["HUONG_OUTGOING_HOSTS"] == "127.0.0.1:8002"


@pytest.mark.parametrize("changed", [{"sandbox": False}, {"oidc_issuer": "https://id.example"}])
def test_who_wants_none_or_has_an_issuer_gets_none(demonstration, settings, changed):
    settings.HUONG = settings.HUONG.model_copy(update=changed)
    assert "sandbox" not in names()
    assert os.environ["HUONG_OIDC_ISSUER"] == ""


def test_the_command_is_not_bound_beyond_this_machine_unless_told(tmp_path):
    with pytest.raises(BadInput):
        call_command("sandbox", "--host", "0.0.0.0", "--home", str(tmp_path))
