"""Signing in: password, second factor, sessions that cannot be borrowed, links that work once."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from huong.base import clock, home
from huong.base.errors import BadInput, Conflict, Forbidden, NotFound, TooMany
from huong.base.testing.cast import NOON, PASSWORD, joined
from huong.journal.models import Entry
from huong.people import access, queries, second_factor
from huong.people.actions import sign_in, users
from huong.people.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def _sign_in(client: Client, username: str, password: str = PASSWORD, **extra: Any):
    return client.post("/account/", {"username": username, "password": password, **extra})


def _code(secret: str, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(clock.now().timestamp()) // 30 + steps)))


@pytest.fixture
def secret(steward) -> str:
    """Set up a second factor for the steward; return its secret."""
    made = second_factor.new_secret()
    with clock.freeze(NOON - timedelta(hours=1)):
        sign_in.set_second_factor(steward, secret=made, code=_code(made))
    return made


def test_the_right_password_signs_in_under_a_new_session_key(client, stranger):
    client.get("/account/")
    client.session["planted"] = "by somebody else"
    before = client.session.session_key
    answer = _sign_in(client, "sen")
    assert answer.status_code == 302
    assert answer["Location"] == "/desk/"
    assert client.session.session_key != before
    assert Entry.objects.filter(name="people.signed_in", by=stranger.id).count() == 1


def test_a_wrong_password_and_an_unknown_name_get_the_same_sentence(client, stranger):
    wrong = _sign_in(client, "sen", "not this one")
    unknown = _sign_in(client, "nobody", "not this one")
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.context["error"].message == unknown.context["error"].message
    assert "_auth_user_id" not in client.session
    refusals = Entry.objects.filter(name="people.sign_in_refused")
    assert [entry.subject for entry in refusals] == [f"user:{stranger.id}"]


def test_trying_passwords_by_the_dozen_ends_with_a_wait(client, stranger):
    for _try in range(10):
        assert _sign_in(client, "sen", "guess").status_code == 403
    assert _sign_in(client, "sen").status_code == 429
    with clock.freeze(NOON + timedelta(minutes=6)):
        assert _sign_in(client, "sen").status_code == 302


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "\t//evil.example", ""],
)
def test_nobody_is_sent_to_another_site_after_signing_in(client, stranger, elsewhere):
    assert _sign_in(client, "sen", next=elsewhere)["Location"] == "/desk/"


def test_one_goes_on_to_the_page_one_wanted(client, stranger):
    assert _sign_in(client, "sen", next="/desk/datasets/?owner=H57.8")["Location"] == "/desk/datasets/?owner=H57.8"


def test_with_a_second_factor_the_password_alone_opens_nothing(client, steward, secret):
    answer = _sign_in(client, "minh", next="/desk/quarantine/")
    assert answer["Location"] == "/account/code?next=%2Fdesk%2Fquarantine%2F"
    assert "_auth_user_id" not in client.session
    assert client.post("/account/code", {"code": "000000"}).status_code == 403
    done = client.post("/account/code", {"code": _code(secret), "next": "/desk/quarantine/"})
    assert done["Location"] == "/desk/quarantine/"
    assert client.session[access.SECOND_FACTOR] is True


def test_a_code_works_once_and_a_minute_early_or_late_at_most(steward, secret):
    with pytest.raises(Forbidden):
        sign_in.check_code(steward, _code(secret, -3))
    sign_in.check_code(steward, _code(secret))
    with pytest.raises(Forbidden):
        sign_in.check_code(steward, _code(secret))
    with pytest.raises(Forbidden):
        sign_in.check_code(steward, _code(secret, -1))


def test_six_wrong_codes_end_with_a_wait(steward, secret):
    for _try in range(6):
        with pytest.raises(Forbidden):
            sign_in.check_code(steward, "123456")
    with pytest.raises(TooMany):
        sign_in.check_code(steward, _code(secret))


def test_a_recovery_code_works_once(steward, secret):
    codes = sign_in.renew_recovery_codes(steward)
    assert len(set(codes)) == 10
    sign_in.check_code(steward, codes[3])
    with pytest.raises(Forbidden):
        sign_in.check_code(steward, codes[3])


def test_the_secret_lies_sealed_in_the_table(steward, secret):
    from allauth.mfa.models import Authenticator

    assert all(secret not in str(row.data) for row in Authenticator.objects.all())


def test_the_password_half_lasts_five_minutes(client, steward, secret):
    _sign_in(client, "minh")
    with clock.freeze(NOON + timedelta(minutes=6)):
        answer = client.post("/account/code", {"code": _code(secret)})
    assert answer["Location"] == "/account/"
    assert "_auth_user_id" not in client.session


@pytest.fixture
def auditor(agencies):
    """Return somebody of the city inspectorate, who only reads."""
    return joined("thanh", "Phạm Kiểm Thanh", auditor=queries.agency("H57"))


def test_staff_who_do_more_than_read_must_set_up_a_second_factor(client, steward, leader, auditor):
    assert access.must_set_second_factor(steward)
    assert access.must_set_second_factor(leader)  # signs results
    assert not access.must_set_second_factor(auditor)
    _sign_in(client, "minh")
    assert client.get("/account/me")["Location"].startswith("/account/second-factor?next=")
    page = client.get("/account/second-factor")
    made = page.context["secret"].replace(" ", "")
    assert client.post("/account/second-factor", {"code": "000000"}).status_code == 400
    done = client.post("/account/second-factor", {"code": _code(made)})
    assert len(done.context["codes"]) == 10
    assert client.get("/account/me").status_code == 200
    assert second_factor.is_set_up(steward)


def test_a_lost_second_factor_is_removed_by_somebody_else(steward, admin, secret):
    with pytest.raises(Forbidden):
        sign_in.remove_second_factor(steward, by=steward)
    sign_in.remove_second_factor(steward, by=admin)
    assert not second_factor.is_set_up(steward)


def test_signing_out_takes_a_form_not_a_link(client, stranger):
    _sign_in(client, "sen")
    assert client.get("/account/sign-out").status_code == 405
    assert client.post("/account/sign-out").status_code == 302
    assert "_auth_user_id" not in client.session


def test_forms_from_another_site_are_refused(stranger):
    strict = Client(enforce_csrf_checks=True)
    assert _sign_in(strict, "sen").status_code == 403


def test_an_invitation_works_once_and_for_three_days(client, admin):
    user, link = users.invite("thu", full_name="Phạm Thị Thu", by=admin)
    assert not user.is_active
    page = client.get(f"/account/join/{link}")
    assert "Phạm Thị Thu" in page.content.decode()
    assert client.post(f"/account/join/{link}", {"password": "1234567890", "again": "1234567890"}).status_code == 200
    done = client.post(f"/account/join/{link}", {"password": PASSWORD, "again": PASSWORD})
    assert done.status_code == 302
    assert User.objects.get(username="thu").is_active
    with pytest.raises(NotFound):
        users.join(link, password=PASSWORD)


def test_a_second_invitation_replaces_the_first_and_a_taken_name_is_refused(admin, steward):
    _user, first = users.invite("thu", by=admin)
    _user, second = users.invite("thu", by=admin)
    with pytest.raises(NotFound):
        users.invited(first)
    assert users.invited(second).username == "thu"
    with clock.freeze(NOON + timedelta(days=4)), pytest.raises(NotFound):
        users.invited(second)
    with pytest.raises(Conflict):
        users.invite("minh", by=admin)
    with pytest.raises(Forbidden):
        users.invite("ai", by=steward)
    for name in ("", "a b", "x" * 151):
        with pytest.raises(BadInput):
            users.invite(name, by=admin)


def test_a_changed_password_needs_the_old_one(stranger):
    with pytest.raises(Forbidden):
        users.change_password(stranger, old="wrong", new="một mật khẩu khác")
    users.change_password(stranger, old=PASSWORD, new="một mật khẩu khác")
    assert User.objects.get(id=stranger.id).check_password("một mật khẩu khác")


def test_the_profile_shows_posts_and_saves_name_and_language(client, auditor):
    _sign_in(client, "thanh")
    assert "Phạm Kiểm Thanh" in client.get("/account/me").content.decode()
    saved = client.post("/account/me", {"full_name": "Phạm Thanh", "language": "en"})
    assert saved.cookies["huong_language"].value == "en"
    assert User.objects.get(id=auditor.id).full_name == "Phạm Thanh"
    changed = client.post(
        "/account/password", {"old": PASSWORD, "password": "áo dài tím Huế", "again": "áo dài tím Huế"}
    )
    assert changed.status_code == 302
    assert client.get("/account/me").status_code == 200


@pytest.fixture
def demonstration(agencies, house):
    """Make this home a demonstration with one account."""
    (house / "home.json").unlink()
    home.prepare(demo=True)
    user = users.demonstration_account("an.le", full_name="Lê Thị An")
    from huong.people.actions import posts

    posts.appoint(user, agency=queries.agency("H57.21"), role="officer", by=None)
    return user


def test_a_demonstration_account_signs_in_by_one_click_from_this_machine(client, demonstration):
    assert "Lê Thị An" in client.get("/account/").content.decode()
    assert client.post("/account/demonstration", {"username": "an.le"})["Location"] == "/desk/"
    assert client.get("/account/me").status_code == 200


@pytest.mark.parametrize(
    "extra",
    [
        {"REMOTE_ADDR": "192.168.1.20"},
        {"HTTP_X_FORWARDED_FOR": "203.0.113.7"},
        {"HTTP_FORWARDED": "for=203.0.113.7"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_X_REAL_IP": "203.0.113.7"},
    ],
)
def test_demonstration_accounts_are_not_offered_beyond_this_machine(client, demonstration, extra):
    assert "Lê Thị An" not in client.get("/account/", **extra).content.decode()
    with pytest.raises(Forbidden):
        sign_in.demonstration("an.le", nearby=False)


def test_demonstration_accounts_are_offered_from_anywhere_when_the_operator_says_so(client, demonstration, settings):
    settings.HUONG = settings.HUONG.model_copy(update={"demo_accounts_anywhere": True})
    assert "Lê Thị An" in client.get("/account/", REMOTE_ADDR="192.168.1.20").content.decode()


def test_bound_beyond_loopback_the_accounts_are_hidden_even_from_here(client, demonstration, settings):
    settings.HUONG = settings.HUONG.model_copy(update={"host": "0.0.0.0"})
    assert "Lê Thị An" not in client.get("/account/").content.decode()


def test_a_real_home_has_no_demonstration_accounts(client, stranger):
    with pytest.raises(Forbidden):
        users.demonstration_account("an.le", full_name="Lê Thị An")
    with pytest.raises(Forbidden):
        sign_in.demonstration("sen", nearby=True)


def test_a_real_account_is_never_open_by_one_click(demonstration):
    joined("sen", "Võ Thị Sen")
    with pytest.raises(NotFound):
        sign_in.demonstration("sen", nearby=True)
