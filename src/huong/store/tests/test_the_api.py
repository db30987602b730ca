"""Rows and commits over the API, with the same door behind."""

import json

import pytest
from django.test import Client
from django.urls import path
from ninja import NinjaAPI

from huong.base.errors import HuongError
from huong.people.auth import Door
from huong.store.api import router

pytestmark = pytest.mark.django_db

api = NinjaAPI(urls_namespace="store-tests", auth=Door())
api.add_router("", router)


@api.exception_handler(HuongError)
def refused(request, error):
    return api.create_response(request, error.problem(), status=error.status)


urlpatterns = [path("api/v1/", api.urls)]


@pytest.fixture
def client(settings, steward):
    from huong.people.access import SECOND_FACTOR

    settings.ROOT_URLCONF = __name__
    client = Client()
    client.force_login(steward)
    session = client.session
    session[SECOND_FACTOR] = True
    session.save()
    return client


def test_rows_come_with_their_commit(client, hydrants):
    answer = client.get("/api/v1/datasets/hydrants/rows?purpose=Tra+soát&state=broken&size=2&fields=code,state").json()
    assert (answer["commit"], answer["dataset"]) == (1, "hydrants")
    assert answer["rows"] == [{"code": "HD-00", "state": "broken"}, {"code": "HD-04", "state": "broken"}]
    more = client.get(
        f"/api/v1/datasets/hydrants/rows?purpose=x&state=broken&size=2&fields=code&after={answer['next']}"
    ).json()
    assert more["rows"] == [{"code": "HD-08"}], more
    assert more["next"] is None


def test_operators_words_and_boxes_work_in_the_address(client, hydrants):
    base = "/api/v1/datasets/hydrants/rows?purpose=x&"
    assert len(client.get(base + "state.in=broken,good&pressure.ge=5").json()["rows"]) == 2
    assert len(client.get(base + "q=chi+lang").json()["rows"]) == 4
    assert len(client.get(base + "bbox=107.5,16.4,107.525,16.5").json()["rows"]) == 3
    assert len(client.get(base + "checked_at.empty=true").json()["rows"]) == 2
    assert client.get(base + "nowhere=1").status_code == 400


def test_without_a_purpose_the_answer_is_a_problem(client, hydrants):
    answer = client.get("/api/v1/datasets/hydrants/rows")
    assert (answer.status_code, answer.json()["code"]) == (403, "no_purpose")
    assert client.get("/api/v1/datasets/hydrants/rows", headers={"X-Purpose": "Tra soat"}).status_code == 200


def test_a_person_is_looked_for_by_post_only(client, allowance):
    refused = client.get("/api/v1/datasets/allowance/rows?purpose=x&citizen_id=046090001234&fields=citizen_id")
    assert refused.status_code == 400
    assert "046090001234" not in refused.content.decode()
    body = {"purpose": "Chi trả", "filters": {"citizen_id": "046090001234"}, "fields": ["name"]}
    found = client.post("/api/v1/datasets/allowance/rows/search", json.dumps(body), content_type="application/json")
    assert found.json()["rows"] == [{"name": "Nguyễn Thị Hoa"}]


def test_commits_are_listed_newest_first(client, hydrants):
    (commit,) = client.get("/api/v1/datasets/hydrants/commits").json()
    assert (commit["version"], commit["rows"], commit["added"], commit["mode"]) == (1, 12, 12, "upsert")
    assert client.get("/api/v1/datasets/nowhere/commits").status_code == 404


def test_nobody_signed_in_gets_nothing(client, hydrants):
    client.logout()
    assert client.get("/api/v1/datasets/hydrants/rows?purpose=x").status_code == 401
