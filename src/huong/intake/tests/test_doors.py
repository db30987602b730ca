"""The same verbs through the API and the command line."""

import base64
import hashlib
import io
import json

import pyarrow as pa
import pytest
from django.core.management import CommandError, call_command

from huong.base.errors import BadInput, HuongError
from huong.intake import actions, queries
from huong.intake.models import Load
from huong.intake.tests.bad_files import REFUSED
from huong.people.actions import tokens
from huong.store import queries as store

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = [
    {"ma": "C-1", "duong": "Lê Lợi", "do_sau": 1.5},
    {"ma": "C-2", "duong": None, "do_sau": 2},
]


@pytest.fixture
def system(drains_data, drains, client):
    """Return a function by which a system of the drains sends something, with its token."""
    _token, secret = tokens.issue("SCADA", agency=drains, powers=["intake.load", "intake.repair"], by=None)

    def send(path, body=None, kind="application/json", **headers):
        headers = {"Authorization": f"Bearer {secret}", **headers}
        if body is None:
            return client.get(f"/api/v1{path}", headers=headers)
        body = json.dumps(body) if not isinstance(body, bytes | str) else body
        return client.post(f"/api/v1{path}", body, content_type=kind, headers=headers)

    return send


def test_a_system_pushes_rows_and_follows_the_load(system):
    answer = system("/datasets/drains/loads", ROWS)
    assert answer.status_code == 202
    load_id = answer.json()["load"]
    assert answer["Location"] == f"/api/v1/loads/{load_id}"
    actions.run(load_id)
    found = system(f"/loads/{load_id}").json()
    assert (found["state"], found["accepted"], found["refused"], found["commit"]) == ("done", 1, 1, 1)


@pytest.mark.parametrize("kind", ["ndjson", "csv", "arrow"])
def test_every_format_of_the_push_is_taken(system, kind):
    if kind == "arrow":
        out = io.BytesIO()
        table = pa.table({"ma": ["C-1"], "duong": ["Lê Lợi"], "do_sau": [1.5]})
        with pa.ipc.new_stream(out, table.schema) as writer:
            writer.write_table(table)
        answer = system("/datasets/drains/loads", out.getvalue(), "application/vnd.apache.arrow.stream")
    elif kind == "csv":
        answer = system("/datasets/drains/loads", "ma,duong,do_sau\nC-1,Lê Lợi,1.5\n", "text/csv")
    else:
        answer = system("/datasets/drains/loads", json.dumps(ROWS[0]) + "\n", "application/x-ndjson")
    assert actions.run(answer.json()["load"]).accepted == 1


def test_the_same_key_is_loaded_once_and_never_for_other_data(system):
    key = {"Idempotency-Key": "lan-1"}
    first = system("/datasets/drains/loads", ROWS, **key)
    again = system("/datasets/drains/loads", ROWS, **key)
    assert (again.status_code, again.json()["load"], again.json()["repeated"]) == (200, first.json()["load"], True)
    other = system("/datasets/drains/loads", ROWS[:1], **key)
    assert (other.status_code, other.json()["code"]) == (409, "key_used")
    assert Load.objects.count() == 1


def test_a_digest_that_does_not_fit_and_an_unknown_type_are_refused(system):
    good = base64.b64encode(hashlib.sha256(json.dumps(ROWS).encode()).digest()).decode()
    assert system("/datasets/drains/loads", ROWS, **{"Content-Digest": f"sha-256=:{good}:"}).status_code == 202
    bad = system("/datasets/drains/loads", ROWS[:1], **{"Content-Digest": f"sha-256=:{good}:"})
    assert (bad.status_code, bad.json()["code"]) == (400, "half_written")
    odd = system("/datasets/drains/loads", b"x", "image/png")
    assert (odd.status_code, odd.json()["code"]) == (400, "content_type")


def test_strangers_are_refused_at_the_api(system, client, make_dataset):
    assert client.post("/api/v1/datasets/drains/loads", "[]", content_type="application/json").status_code == 401
    make_dataset("road_drains", owner="H57.9", steward="phuc")
    assert system("/datasets/road_drains/loads", ROWS).status_code == 403
    assert system("/datasets/no_such/loads", ROWS).status_code == 404


def test_refused_rows_are_listed_repaired_and_replayed_over_the_api(system):
    load_id = system("/datasets/drains/loads", ROWS).json()["load"]
    actions.run(load_id)
    page = system("/datasets/drains/quarantine").json()
    assert (page["rows"][0]["row"], page["rows"][0]["cells"]["ma"]) == (2, "C-2")
    repair = system(f"/loads/{load_id}/repairs", {"row": 2, "values": {"duong": "Trần Phú"}})
    assert repair.json()["rows"] == 1
    again = system(f"/loads/{load_id}/replay", {})
    assert again.status_code == 202
    assert actions.run(again.json()["load"]).accepted == 1
    assert system("/datasets/drains/loads").json()[0]["state"] == "done"
    assert system(f"/loads/{load_id}/drop", {"rule": "street.required", "reason": "xxxxx"}).status_code == 404


def test_the_command_loads_and_answers_in_one_line_of_json(drains_data, write, capsys):
    path = write("x.csv", "ma,duong,do_sau,ngay_dat\nC-1,Lê Lợi,1,\nC-2,,1,\n")
    call_command("load", "drains", str(path), "--json")
    said = json.loads(capsys.readouterr().out)
    assert (said["accepted"], said["refused"], said["commit"]) == (1, 1, 1)
    call_command("load", "drains", str(path), "--json")
    assert json.loads(capsys.readouterr().out)["repeated"] is True
    call_command("quarantine", "--json")
    assert json.loads(capsys.readouterr().out)["datasets"] == {"drains": 1}
    call_command("quarantine", "drains", "--json")
    assert json.loads(capsys.readouterr().out)["rules"] == {"street.required": 1}


def test_the_command_refuses_with_a_sentence(drains_data, write, capsys):
    with pytest.raises(HuongError):
        call_command("load", "drains", str(write("x.csv", "")))
    assert "x.csv" in capsys.readouterr().err
    with pytest.raises(BadInput):
        call_command("load", "drains", "khong-co.csv")
    with pytest.raises(CommandError) as wrong:
        call_command("load", "drains", "x.csv", "--mapping", "{")
    assert wrong.value.returncode == 2


@pytest.mark.parametrize("name", REFUSED)
def test_the_command_says_of_a_bad_file_what_is_wrong_and_keeps_it(drains_data, write, capsys, name):
    content, words = REFUSED[name]
    with pytest.raises(HuongError) as refused:
        call_command("load", "drains", str(write(name, content)))
    assert words in refused.value.message
    load = queries.loads_of("drains").get()
    assert (load.state, load.message, load.blob is not None) == ("failed", refused.value.message, True)
    assert store.current("drains") is None


def test_the_command_takes_mapping_and_recipe(drains_data, write, capsys):
    path = write("x.csv", "tiêu đề\nsố;phố\nC-1;Lê Lợi\n")
    mapping, recipe = '{"ma": "số", "duong": "phố"}', '{"delimiter": ";", "header_row": 2}'
    call_command("load", "drains", str(path), "--mapping", mapping, "--recipe", recipe, "--json")
    assert json.loads(capsys.readouterr().out)["accepted"] == 1
    assert queries.loads_of("drains").get().recipe == {"delimiter": ";", "header_row": 2}
