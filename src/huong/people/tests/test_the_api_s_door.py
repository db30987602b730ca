"""The API lets in people with a session and systems with a token, within what they may."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from huong.base import clock
from huong.base.errors import BadInput, Forbidden, Unauthenticated, WrongState
from huong.base.testing.cast import NOON
from huong.people import access, queries
from huong.people.actions import tokens
from huong.people.auth import Door, person
from huong.people.models import ApiToken

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def _request(method="get", *, user=None, bearer="", second_factor=True):
    request = getattr(RequestFactory(enforce_csrf_checks=True), method)("/api/v1/datasets")
    request.user = user or AnonymousUser()
    request.session = SessionStore()
    request.session[access.SECOND_FACTOR] = second_factor
    if bearer:
        request.META["HTTP_AUTHORIZATION"] = f"Bearer {bearer}"
    return request


def test_a_token_acts_for_its_agency_with_its_powers_only(drains, roads, admin):
    token, secret = tokens.issue("SCADA", agency=drains, powers=["intake.load", "store.read"], by=admin)
    request = _request("post", bearer=secret)
    system = Door()(request)
    assert person(request) == system == token.user
    assert access.has_power(system, "intake.load", drains)
    assert not access.has_power(system, "intake.load", roads)
    assert not access.has_power(system, "catalogue.edit", drains)
    assert access.agencies_of(system) == ["H57.8"]


def test_the_token_itself_is_kept_nowhere(drains, admin):
    token, secret = tokens.issue("SCADA", agency=drains, powers=["store.read"], by=admin)
    assert secret not in str(ApiToken.objects.filter(id=token.id).values())


@pytest.mark.parametrize("bearer", ["wrong", "huong_", "á" * 10, "x" * 5000])
def test_an_unknown_token_is_refused(db, bearer):
    with pytest.raises(Unauthenticated):
        Door()(_request(bearer=bearer))


def test_a_revoked_or_expired_token_is_refused(drains, admin):
    token, secret = tokens.issue("SCADA", agency=drains, powers=["store.read"], days=1, by=admin)
    with clock.freeze(NOON + timedelta(days=1)), pytest.raises(Unauthenticated):
        Door()(_request(bearer=secret))
    tokens.revoke(token, by=admin)
    with pytest.raises(Unauthenticated):
        Door()(_request(bearer=secret))
    with pytest.raises(WrongState):
        tokens.revoke(token, by=admin)
    assert not access.has_power(token.user, "store.read")


def test_only_administrators_issue_tokens_with_powers_that_exist(drains, steward, admin):
    with pytest.raises(Forbidden):
        tokens.issue("SCADA", agency=drains, powers=["store.read"], by=steward)
    with pytest.raises(Forbidden):
        tokens.issue("SCADA", agency=drains, powers=["people.manage"], by=admin)
    for powers, days in ([], 9), (["fly"], 9), (["store.read"], 0), (["store.read"], 400):
        with pytest.raises(BadInput):
            tokens.issue("SCADA", agency=drains, powers=powers, days=days, by=admin)
    assert queries.tokens_of("H57.8") == []


def test_nobody_gets_in_without_session_or_token(db):
    with pytest.raises(Unauthenticated):
        Door()(_request())


def test_a_session_reads_but_changes_only_with_its_csrf_token(steward):
    assert Door()(_request(user=steward)) == steward
    with pytest.raises(Forbidden) as refusal:
        Door()(_request("post", user=steward))
    assert refusal.value.code == "csrf"


def test_a_session_without_the_second_factor_it_needs_is_refused(steward, stranger):
    with pytest.raises(Forbidden) as refusal:
        Door()(_request(user=steward, second_factor=False))
    assert refusal.value.code == "second_factor_needed"
    assert Door()(_request(user=stranger, second_factor=False)) == stranger


def test_a_token_needs_no_csrf_token_even_with_a_cookie_of_somebody_else(drains, steward, admin):
    token, secret = tokens.issue("SCADA", agency=drains, powers=["store.read"], by=admin)
    assert Door()(_request("post", user=steward, bearer=secret)) == token.user


def test_last_use_is_noted_at_most_every_ten_minutes(drains, admin):
    token, secret = tokens.issue("SCADA", agency=drains, powers=["store.read"], by=admin)
    for minutes in (0, 5, 11):
        with clock.freeze(NOON + timedelta(minutes=minutes)):
            Door()(_request(bearer=secret))
    token.refresh_from_db()
    assert token.last_used_at == NOON + timedelta(minutes=11)
