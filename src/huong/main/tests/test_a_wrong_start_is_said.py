"""Whatever is wrong when an operator starts the house is a sentence that says what to do, never a traceback."""

import json
import socket

import pytest

from huong.base.testing import house as houses

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The environment of a home that nobody has started yet."""
    with houses.apart(tmp_path_factory.mktemp("fresh")) as found:
        yield found


def told(environment, *words, **settings):
    """Run a command that must be refused; return its exit code and what it said."""
    done = houses.huong(environment | settings, *words)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    return done.returncode, said


def test_the_doctor_of_a_home_never_started_says_which_command_prepares_it(environment):
    code, said = told(environment, "doctor", "--json")
    checks = json.loads(said)["checks"]
    assert code == 1
    assert "huong serve" in checks["home"]["detail"]
    assert "huong serve" in checks["store"]["detail"]
    assert checks["database"]["ok"]


def test_a_command_in_a_home_never_started_says_the_same(environment):
    code, said = told(environment, "user", "invite", "lan")
    assert (code, "huong serve" in said) == (1, True)


def test_a_port_that_is_taken_is_named_before_anything_is_prepared(environment):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        code, said = told(environment, "serve", "--port", port)
    assert (code, f"127.0.0.1:{port}" in said, "--port N" in said) == (1, True, True)
    assert told(environment, "serve", "--host", "203.0.113.7", "--port", port)[0] == 1


def test_a_home_that_cannot_be_written_to_is_named(environment, tmp_path):
    (tmp_path / "file").write_text("")
    code, said = told(environment, "doctor", HUONG_HOME=str(tmp_path / "file" / "home"))
    assert (code, str(tmp_path / "file" / "home") in said, "HUONG_HOME" in said) == (1, True, True)


def test_wrong_settings_are_all_named_and_unknown_ones_are_listed(environment):
    code, said = told(environment, "doctor", HUONG_THREADS="many", HUONG_WORKERS="-1")
    assert (code, "HUONG_THREADS=many" in said, "HUONG_WORKERS=-1" in said) == (2, True, True)
    _code, said = told(environment, "doctor", HUONG_WORKER="3")
    assert "HUONG_WORKER " in said


def test_a_postgresql_that_does_not_answer_is_said(environment):
    nobody = f"postgresql://huong@127.0.0.1:{houses.free_port()}/huong"
    code, said = told(environment, "serve", "--port", str(houses.free_port()), HUONG_DATABASE=nobody)
    assert (code, "Cơ sở dữ liệu hiện chưa trả lời" in said) == (1, True), said
    checks = json.loads(told(environment, "doctor", "--json", HUONG_DATABASE=nobody)[1])["checks"]
    assert (checks["database"]["ok"], "Cơ sở dữ liệu" in checks["database"]["detail"]) == (False, True)


def test_a_database_address_of_another_kind_is_refused(environment):
    code, said = told(environment, "doctor", HUONG_DATABASE="mysql://huong:cơm-hến@127.0.0.1/huong")
    assert (code, "HUONG_DATABASE" in said, "cơm-hến" in said) == (2, True, False)
