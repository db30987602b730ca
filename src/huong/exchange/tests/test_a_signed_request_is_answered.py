"""A signed request under a grant: answered, cut to the grant, signed by the provider, written down without payload."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huong.base import clock
from huong.base.sql import is_postgresql
from huong.exchange import queries, signing
from huong.exchange.actions import grants, members, services
from huong.exchange.models import AccessRecord, Exchange
from huong.exchange.rules import heads
from huong.exchange.tests.conftest import DRAINS, PURPOSE, give
from huong.journal.models import Entry

pytestmark = pytest.mark.django_db
ROWS = f"/r1/{DRAINS}/hydrants/rows"
SEARCH = f"/r1/{DRAINS}/allowance/search"


def refusals():
    return [entry.data["reason"] for entry in Entry.objects.filter(name="exchange.refused").order_by("id")]


def is_refused(answer, status, fault):
    body = answer.json()
    assert (answer.status_code, body["type"], answer["X-Road-Error"]) == (status, fault, fault), body
    assert set(body) == {"type", "message", "detail"}
    assert uuid.UUID(body["detail"])
    return body["message"]


def test_the_fields_granted_come_and_no_others(granted, outside):
    answer = outside.call(ROWS, query="size=3")
    assert answer.status_code == 200, answer.content
    assert [set(row) for row in answer.json()["rows"]] == [{"code", "state"}] * 3
    assert answer.json()["next"]


def test_the_answer_is_signed_and_names_the_request(granted, outside):
    answer = outside.call(ROWS)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    signing.require_signed(
        signing.answer(200, headers, answer.content), queries.keys_of(queries.member(DRAINS)), of=DRAINS
    )
    assert headers["x-road-id"] == outside.sent["x-road-id"]
    head = heads.head_of("GET", ROWS, outside.sent, headers["x-road-request-id"])
    assert headers["x-road-request-hash"] == heads.request_hash(head, b"")


def test_every_use_is_one_entry_without_what_was_said(granted, outside):
    outside.call(ROWS)
    (entry,) = Entry.objects.filter(name="exchange.served")
    assert entry.data["client"] == outside.identifier
    assert (entry.data["purpose"], entry.data["grant"], entry.data["fields"]) == (PURPOSE, granted.number, "code,state")
    assert "HD-00" not in str(entry.data)
    (exchange,) = Exchange.objects.all()
    assert (exchange.status, exchange.grant, exchange.endpoint) == (200, granted.number, "GET /rows")
    assert Entry.objects.filter(name="store.read").count() == 1


def test_one_row_by_its_key_and_rows_by_a_search(granted, outside):
    assert outside.call(f"{ROWS}/HD-04").json() == {"code": "HD-04", "state": "broken"}
    found = outside.call(f"/r1/{DRAINS}/hydrants/search", method="POST", body=b'{"filters": {"state": "broken"}}')
    assert [row["code"] for row in found.json()["rows"]] == ["HD-00", "HD-04", "HD-08"]
    is_refused(outside.call(f"{ROWS}/HD-99"), 404, "Server.ServerProxy.ServiceFailed.NotFound")


def test_a_message_makes_few_journeys_to_the_database(granted, outside):
    for _warm in range(2):
        outside.call(f"{ROWS}/HD-04")
    with CaptureQueriesContext(connection) as made:
        assert outside.call(f"{ROWS}/HD-04").status_code == 200
    asked = [each["sql"] for each in made if "SAVEPOINT" not in each["sql"]]
    # edition and replay, contract and copy, the row (a file of its own on SQLite), exchange with entries and the rate
    # (on SQLite one after the other, which is no journey)
    assert len(asked) == (4 if is_postgresql() else 5), asked


def test_the_same_message_twice_is_answered_once(granted, outside):
    same = str(uuid.uuid4())
    assert outside.call(ROWS, message_id=same).status_code == 200
    is_refused(outside.call(ROWS, message_id=same), 409, "Server.ServerProxy.DuplicateMessage")
    assert Exchange.objects.count() == 1
    assert refusals() == ["repeated"]


def test_one_field_more_than_granted_is_refused_by_name(granted, outside):
    message = is_refused(outside.call(ROWS, query="fields=code,street"), 403, "Server.ServerProxy.AccessDenied")
    assert "street" in message
    assert granted.number in message


def test_a_grant_that_expires_between_two_pages_gives_the_first_only(granted, outside):
    page = outside.call(ROWS, query="size=5").json()
    with clock.freeze(granted.valid_to + timedelta(seconds=1)):
        outside.key_id = _fresh_key(outside)
        message = is_refused(
            outside.call(ROWS, query=f"size=5&after={page['next']}"), 403, "Server.ServerProxy.AccessDenied"
        )
    assert granted.number in message


def _fresh_key(outside):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    outside.private = Ed25519PrivateKey.generate()
    pem = outside.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return members.add_key(queries.member(outside.identifier), pem, by=None).key_id


def test_another_purpose_or_none_is_refused(granted, outside):
    is_refused(outside.call(ROWS, issue="statistics"), 403, "Server.ServerProxy.AccessDenied")
    is_refused(outside.call(ROWS, issue=""), 403, "Server.ServerProxy.AccessDenied")
    assert refusals() == ["no_grant", "no_purpose"]


def test_without_a_grant_nothing_comes(offered, outside):
    is_refused(outside.call(ROWS), 403, "Server.ServerProxy.AccessDenied")
    assert Exchange.objects.get().status == 403


def test_a_consumer_that_hammers_is_slowed_down(offered, outside, steward):
    give(offered, outside.identifier, ["code"], steward, rate=3)
    assert [outside.call(ROWS).status_code for _each in range(4)] == [200, 200, 200, 429]
    answer = outside.call(ROWS)
    is_refused(answer, 429, "Server.ServerProxy.TooManyRequests")
    assert 0 < int(answer["Retry-After"]) <= 60


def test_a_suspended_service_says_until_when(granted, outside, offered, steward):
    begin, end = clock.now() + timedelta(days=14), clock.now() + timedelta(days=15)
    services.stop(offered, since=begin, until=end, notice="Nâng cấp máy chủ", by=steward)
    assert outside.call(ROWS).status_code == 200
    with clock.freeze(begin + timedelta(hours=1)):
        assert "Nâng cấp máy chủ" in is_refused(outside.call(ROWS), 503, "Server.ServerProxy.ServiceDisabled")
    with clock.freeze(end):
        assert outside.call(ROWS).status_code == 200


def test_a_person_looked_up_is_recorded_for_that_person(personal, outside, steward):
    grant = give(
        personal, outside.identifier, ["citizen_id", "name", "ward"], steward, legal_basis="Nghị định 20/2021/NĐ-CP"
    )
    body = b'{"filters": {"citizen_id": "046090001234"}}'
    answer = outside.call(SEARCH, method="POST", body=body, issue=f"{PURPOSE}/H57.21-261124-0042")
    assert [row["name"] for row in answer.json()["rows"]] == ["Nguyễn Thị Hoa"]
    (seen,) = AccessRecord.objects.all()
    assert (seen.agency, seen.purpose, seen.issue) == (outside.identifier, PURPOSE, f"{PURPOSE}/H57.21-261124-0042")
    assert seen.fields == "citizen_id,name,ward"
    assert "046090001234" not in str([entry.facts() for entry in Entry.objects.all()])
    assert grant.number == seen.exchange.grant


def test_a_person_is_never_named_in_an_address(personal, outside, steward):
    give(personal, outside.identifier, ["citizen_id", "name"], steward, legal_basis="Luật")
    base = f"/r1/{DRAINS}/allowance/rows"
    is_refused(outside.call(f"{base}/046090001234"), 400, "Client.BadRequest")
    is_refused(outside.call(base, query="citizen_id=046090001234"), 400, "Client.BadRequest")


def test_consent_is_asked_of_the_person_and_of_nobody_else(personal, outside, steward):
    give(personal, outside.identifier, ["citizen_id", "name"], steward, needs_consent=True)
    body = b'{"filters": {"citizen_id": "046090001234"}}'
    is_refused(outside.call(SEARCH, method="POST", body=body), 403, "Server.ServerProxy.AccessDenied")
    assert refusals() == ["no_consent"]


def test_a_withdrawn_grant_gives_nothing(granted, outside, steward):
    grants.suspend(granted.number, reason="Tải về hàng loạt trái mục đích", by=steward)
    message = is_refused(outside.call(ROWS), 403, "Server.ServerProxy.AccessDenied")
    assert "Tải về hàng loạt" in message
