"""Requests that are unsigned, changed, old, from another key, or address something by tricks."""

import pytest

from huong.base import clock
from huong.exchange import queries
from huong.exchange.actions import members
from huong.exchange.models import Exchange
from huong.exchange.rules import identifiers
from huong.exchange.tests.conftest import DRAINS, WARD
from huong.exchange.tests.test_a_signed_request_is_answered import ROWS, is_refused, refusals
from huong.journal.models import Entry

pytestmark = pytest.mark.django_db
SIGNATURE = "Server.ServerProxy.InvalidSignature"


def test_unsigned_from_outside_is_refused_and_written_down(granted, outside):
    is_refused(outside.call(ROWS, sign=False), 401, SIGNATURE)
    assert refusals() == ["not_identified"]
    assert Exchange.objects.count() == 0  # a stranger cannot use up the id of somebody's message


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ({"after": {"x-road-client": DRAINS}}, "unknown_key"),
        ({"after": {"x-road-issue": "statistics"}}, "not_identified"),
        ({"after": {"x-road-id": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"}}, "not_identified"),
        ({"body": b"{}", "method": "POST", "sent_body": b"[]"}, "body_changed"),
        ({"drop": "x-road-issue"}, "not_covered"),
        ({"drop": "content-digest"}, "not_covered"),
        ({"off": -301}, "signature_late"),
        ({"off": 300}, "signature_early"),
        ({"life": 61}, "signature_too_long"),
        ({"tag": "another"}, "not_identified"),
        ({"after": {"signature": "sig1=:AAAA:"}}, "not_identified"),
        ({"after": {"signature-input": "sig1=(broken"}}, "not_identified"),
    ],
)
def test_what_was_changed_or_is_old_does_not_count(granted, outside, spoilt, code):
    is_refused(outside.call(ROWS, **spoilt), 401, SIGNATURE)
    assert refusals() == [code]


def test_a_clock_five_minutes_off_is_told_so(granted, outside):
    assert "300" in is_refused(outside.call(ROWS, off=300), 401, SIGNATURE)


def test_a_key_revoked_an_hour_ago_is_refused_and_a_new_one_overlaps(granted, outside, frozen_clock):
    from datetime import timedelta

    (key,) = queries.keys_of(queries.member(outside.identifier))
    members.revoke_key(key, by=None)
    with clock.freeze(frozen_clock + timedelta(hours=1)):
        is_refused(outside.call(ROWS), 401, SIGNATURE)
    assert refusals() == ["key_revoked"]


def test_our_own_keys_overlap_while_one_replaces_another(offered):
    member = queries.member(DRAINS)
    old, new = members.make_key(member, by=None), members.make_key(member, by=None)
    old.refresh_from_db()
    assert old.holds_at(clock.now())
    assert members.signing_key(member) == new
    assert {key["kid"] for key in queries.jwks_of(member)["keys"]} == {old.key_id, new.key_id}


def test_somebody_who_is_no_member_is_refused(granted, outside):
    outside.identifier = "VN/COM/0999999999/app"
    is_refused(outside.call(ROWS), 401, "Server.ServerProxy.UnknownMember")


def test_an_unknown_service_says_where_to_look(granted, outside):
    message = is_refused(outside.call(f"/r1/{DRAINS}/nothing/rows"), 404, "Server.ServerProxy.UnknownService")
    assert "listMethods" in message


@pytest.mark.parametrize(
    "path",
    [
        "/r1/VN/GOV/H57.8/data/hydrants/../hydrants/rows",
        "/r1/VN/GOV/H57.8/data/hydrants/%2e%2e/rows",
        "/r1/VN/GOV/H57.8/data/hydrants//rows",
        "/r1/VN/GOV/H57.8/data/hydrants/%252e%252e/rows",
        "/r1/VN/GOV/H57.8/data/hyd%20rants/rows",
        "/r1/VN/GOV/H57.8/hydrants",
        "/r1/VN/GOV/H57.8/data/hydrants/" + "a" * 2000,
        "/r1/VN/GOV/H57.8/../data/hydrants/rows",
    ],
)
def test_tricks_in_an_address_are_refused(granted, outside, path):
    is_refused(outside.call(path), 400, "Client.BadRequest")


def test_an_encoded_slash_opens_nothing(granted, outside):
    answer = outside.call("/r1/VN/GOV/H57.8/data/hydrants/rows%2FHD-04")
    assert answer.status_code == 401  # the server sees a slash, the signature was made over the escape
    assert answer["X-Road-Error"] == SIGNATURE
    with pytest.raises(identifiers.Malformed):
        identifiers.address_of("/r1/VN/GOV/H57.8/data/hydrants/a%2Fb")


@pytest.mark.parametrize("client", [f"{DRAINS},{WARD}", "VN/GOV", "VN/GOV/H57 8/data", "VN/GOV/H57.8/data/", ""])
def test_a_doubled_or_crooked_consumer_is_refused(granted, outside, client):
    is_refused(outside.call(ROWS, after={"x-road-client": client}), 400, "Client.BadRequest")


def test_crooked_ids_are_refused(granted, outside):
    is_refused(outside.call(ROWS, message_id="17"), 400, "Client.BadRequest")
    is_refused(outside.call(ROWS, issue="a b"), 400, "Client.BadRequest")


def test_a_flood_of_strangers_fills_no_journal(granted, outside):
    for _each in range(130):
        outside.call(ROWS, sign=False)
    assert Entry.objects.filter(name="exchange.refused").count() == 120


def test_an_own_system_comes_with_its_token(offered, steward, ward_office, client):
    from huong.exchange.tests.conftest import give
    from huong.people.actions import tokens

    give(offered, WARD, ["code"], steward)
    _row, secret = tokens.issue("Phần mềm một cửa", agency=ward_office, powers=["exchange.use"], by=None)
    headers = {"X-Road-Client": WARD, "X-Road-Issue": "flood.relief", "Authorization": f"Bearer {secret}"}
    answer = client.get(ROWS, headers=headers)
    assert answer.status_code == 200, answer.content
    assert answer["X-Road-Id"]
    is_refused(client.get(ROWS, headers=headers | {"X-Road-Client": DRAINS}), 401, SIGNATURE)
    is_refused(client.get(ROWS, headers=headers | {"Authorization": "Bearer huong_wrong"}), 401, SIGNATURE)


def test_a_client_certificate_counts_only_from_a_trusted_proxy(offered, steward, client):
    from huong.exchange import keyring
    from huong.exchange.tests.conftest import give

    give(offered, WARD, ["code"], steward)
    certificate = members.make_key(queries.member(DRAINS), by=None).certificate
    members.add_key(queries.member(WARD), certificate.encode(), use="tls", by=None)
    fingerprint = keyring.fingerprint_of(certificate)
    headers = {"X-Road-Client": WARD, "X-Road-Issue": "flood.relief", "X-Client-Certificate-SHA256": fingerprint}
    is_refused(client.get(ROWS, headers=headers), 401, SIGNATURE)
    assert behind_a_proxy(headers).status_code == 200
    assert behind_a_proxy(headers | {"X-Client-Certificate-SHA256": "00" * 32}).status_code == 401


def behind_a_proxy(headers):
    """Send a request through the one middleware that believes proxies, with a trusted one in between."""
    from django.conf import settings
    from django.test import RequestFactory, override_settings

    from huong.exchange.provider import edge
    from huong.main.middleware import RequestMiddleware

    config = settings.HUONG.model_copy(update={"trusted_proxies": "127.0.0.0/8"})
    with override_settings(HUONG=config):
        request = RequestFactory().get(ROWS, headers=headers)
        return RequestMiddleware(lambda asked: edge.serve(asked, ROWS[4:]))(request)
