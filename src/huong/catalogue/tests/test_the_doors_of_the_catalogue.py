"""API, command and search are thin doors to the same verbs."""

import json
from io import StringIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command

from huong.base.errors import BadInput, NotFound
from huong.catalogue import actions, queries
from huong.people import queries as people
from huong.people.actions import tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def drain_data(agencies, good):
    return actions.add(good, by=None)


@pytest.fixture
def system(client, agencies):
    _token, bearer = tokens.issue(
        "Kho dữ liệu", agency=people.agency("H57.8"), powers=["catalogue.edit", "catalogue.approve"], by=None
    )
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {bearer}"
    return client


def post(client, path, **body):
    return client.post(path, json.dumps(body), content_type="application/json")


def test_the_command_checks_and_adds(agencies, good, tmp_path):
    file = tmp_path / "drains.yaml"
    file.write_text(good, encoding="utf-8")
    out = StringIO()
    call_command("contract", "check", str(file), "--json", stdout=out)
    assert json.loads(out.getvalue())["good"] is True
    out = StringIO()
    call_command("contract", "add", str(file), "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"dataset": "drains", "version": "1.0.0", "state": "active"}


def test_the_command_prints_line_and_column_and_refuses(agencies, changed, tmp_path):
    file = tmp_path / "drains.yaml"
    file.write_text(changed(("unit: d", "unit: moons")), encoding="utf-8")
    for do in ("check", "add"):
        err = StringIO()
        with pytest.raises(BadInput):
            call_command("contract", do, str(file), stderr=err)
        assert "drains.yaml:60:" in err.getvalue()


def test_the_command_says_that_a_file_is_missing(tmp_path):
    with pytest.raises(BadInput, match=r"no\.yaml"):
        call_command("contract", "check", str(tmp_path / "no.yaml"), stderr=StringIO())


def test_what_is_open_is_seen_by_all_and_the_rest_by_staff(agencies, good, changed, steward):
    actions.add(good, by=None)
    hidden = changed(("id: drains", "id: hidden"), ("value: open", "value: shared"))
    actions.add(hidden, by=None)
    assert [row.name for row in queries.datasets_visible_to(AnonymousUser())] == ["drains"]
    assert [row.name for row in queries.datasets_visible_to(steward)] == ["drains", "hidden"]
    with pytest.raises(NotFound):
        queries.require_visible("hidden", AnonymousUser())


def test_search_finds_a_dataset_without_accents(drain_data, steward):
    (hit,) = queries.found_by("cong thoat", steward)
    assert (hit.title, hit.url) == ("Cống thoát nước", "/desk/datasets/drains")


def test_columns_are_proposed_by_name_and_title_once_each(drain_data):
    spec = queries.contract_of("drains")
    assert queries.proposed_mapping(spec, ["MÃ CỐNG", "loai", "Code", "khác"]) == {"MÃ CỐNG": "code", "loai": "kind"}


def test_the_api_lists_and_shows_datasets(drain_data, system, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        found = system.get("/api/v1/datasets").json()
    assert [(row["name"], row["contract"]) for row in found] == [("drains", "1.0.0")]
    shown = system.get("/api/v1/datasets/drains").json()
    assert [field["name"] for field in shown["fields"]] == ["code", "kind", "depth_m", "built_on", "cleaned_on"]
    assert b"apiVersion" in system.get("/api/v1/datasets/drains/contract").content
    assert system.get("/api/v1/datasets/drains/contract/versions").json()[0]["state"] == "active"


def test_the_api_checks_and_adds_contracts(agencies, good, changed, system):
    wrong = post(system, "/api/v1/contracts/check", document=changed(("unit: d", "unit: moons"))).json()
    assert wrong["good"] is False
    assert wrong["problems"][0]["line"] == 60
    assert post(system, "/api/v1/contracts", document=good).status_code == 201
    assert system.get("/api/v1/datasets/drains").status_code == 200


def test_the_api_refuses_strangers(drain_data, client):
    assert client.get("/api/v1/datasets").status_code == 401
