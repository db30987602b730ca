"""Signing in by OpenID Connect at a real second process: citizens, officers, and answers that are not believed."""

import pytest
from django.test import Client

from huong.base.testing.sandbox import started
from huong.journal.models import Entry
from huong.people import access, assurance, queries
from huong.people.actions import parties
from huong.people.models import Identity, Party, User

pytestmark = pytest.mark.django_db
KHOI, HA, LIEN = "046092999001", "046195999002", "046180999006"


def refused(answer, code):
    assert answer.status_code == 403
    assert answer.context["error"].code == code
    assert Entry.objects.filter(name="people.openid_refused").count() == 1


def test_a_citizen_becomes_a_party_whose_id_is_sealed(browser, signs_in, data_officer):
    answer = signs_in(browser, KHOI)
    assert (answer.status_code, answer["Location"]) == (302, "/account/me")
    party = queries.party_of(KHOI)
    assert (party.name, party.national_id_shown) == ("Trần Minh Khôi", "046***")
    assert KHOI.encode() not in bytes(party.sealed_national_id)
    user = User.objects.get(identities__party=party)
    assert not user.has_usable_password()
    assert not access.is_staff(user)
    page = browser.get("/account/me").content.decode()
    assert "Trần Minh Khôi" in page
    assert KHOI not in page
    assert [e.data["way"] for e in Entry.objects.filter(name="people.signed_in")] == ["openid"]


def test_nothing_of_the_person_stands_in_journal_or_session(browser, signs_in):
    signs_in(browser, KHOI)
    told = str([list(row) for row in Entry.objects.values_list("subject", "data")]) + str(dict(browser.session.items()))
    assert KHOI not in told
    assert "Khôi" not in told
    assert "1992" not in told


def test_the_second_time_it_is_the_same_account(browser, signs_in):
    signs_in(browser, KHOI)
    signs_in(Client(HTTP_HOST="127.0.0.1:8190"), KHOI)
    assert (User.objects.count(), Identity.objects.count()) == (1, 1)
    assert Party.objects.count() == 2  # and the daughter


def test_somebody_known_at_the_counter_is_found_again(browser, signs_in):
    known = parties.register("person", name="Trần Minh Khôi", national_id=KHOI, by=None)
    signs_in(browser, KHOI)
    assert Identity.objects.get().party == known


def test_one_goes_on_to_the_page_one_wanted_but_never_elsewhere(browser, signs_in):
    assert signs_in(browser, KHOI, next="/search?q=a")["Location"] == "/search?q=a"
    assert signs_in(browser, KHOI, next="//evil.example/")["Location"] == "/account/me"
    assert signs_in(browser, KHOI, next="/desk/")["Location"] == "/account/me"


@pytest.mark.parametrize(("level", "sure"), [("2", assurance.HIGH), ("1", assurance.LOW)])
def test_the_session_keeps_how_sure_the_sign_in_was(browser, signs_in, level, sure):
    signs_in(browser, KHOI, level=level)
    assert browser.session[assurance.KEY] == sure


def test_the_session_key_is_a_new_one(browser, signs_in):
    browser.get("/account/openid")
    before = browser.session.session_key
    signs_in(browser, KHOI)
    assert browser.session.session_key != before


def test_an_answer_counts_once(browser, vneid):
    back = vneid.consent(browser.get("/account/openid")["Location"], KHOI)
    path = back.removeprefix("http://127.0.0.1:8190")
    assert browser.get(path).status_code == 302
    browser.logout()
    refused(browser.get(path), "openid_replayed")
    assert "_auth_user_id" not in browser.session


def test_an_answer_from_another_browser_is_refused(browser, vneid):
    back = vneid.consent(browser.get("/account/openid")["Location"], KHOI)
    stranger = Client(HTTP_HOST="127.0.0.1:8190")
    stranger.get("/account/openid")
    refused(stranger.get(back.removeprefix("http://127.0.0.1:8190")), "openid_replayed")


def test_a_code_of_one_sign_in_does_not_fit_another(browser, vneid):
    stolen = vneid.consent(browser.get("/account/openid")["Location"], KHOI).split("code=")[1].split("&")[0]
    state = browser.get("/account/openid")["Location"].split("state=")[1].split("&")[0]
    answer = browser.get("/account/openid/back", {"code": stolen, "state": state, "iss": vneid.issuer})
    refused(answer, "openid_code_refused")


def test_an_answer_from_another_issuer_is_refused(browser, vneid, tmp_path):
    other = started(tmp_path / "other")
    try:
        begun = browser.get("/account/openid")["Location"]
        back = other.consent(begun.replace(vneid.base, other.base), KHOI)
        refused(browser.get(back.removeprefix("http://127.0.0.1:8190")), "openid_another_issuer")
        begun = browser.get("/account/openid")["Location"]
        back = other.consent(begun.replace(vneid.base, other.base), KHOI)
        hidden = browser.get("/account/openid/back", {
            "code": back.split("code=")[1].split("&")[0], "state": begun.split("state=")[1].split("&")[0],
            "iss": vneid.issuer,
        })  # fmt: skip
        assert hidden.context["error"].code == "openid_code_refused"
    finally:
        other.stop()


def test_a_person_who_says_no_stays_outside(browser, vneid):
    back = vneid.consent(browser.get("/account/openid")["Location"], "nobody")
    assert "error=access_denied" in back
    refused(browser.get(back.removeprefix("http://127.0.0.1:8190")), "openid_denied")


def test_another_person_cannot_step_into_somebodys_session(browser, signs_in):
    signs_in(browser, KHOI, level="1")
    before = browser.session["_auth_user_id"]
    answer = signs_in(browser, HA, **{"for": "higher", "next": "/account/me"})
    refused(answer, "openid_another_person")
    assert browser.session["_auth_user_id"] == before
    assert signs_in(browser, KHOI, **{"for": "higher"}).status_code == 302
    assert browser.session[assurance.KEY] == assurance.HIGH


def test_an_officer_joins_an_account_to_vneid_and_signs_in_with_it(browser, signs_in, officer):
    browser.force_login(officer)
    browser.session[access.SECOND_FACTOR] = True
    session = browser.session
    session[access.SECOND_FACTOR] = True
    session.save()
    assert signs_in(browser, LIEN, **{"for": "link"})["Location"] == "/account/me"
    later = Client(HTTP_HOST="127.0.0.1:8190")
    assert signs_in(later, LIEN, next="/desk/")["Location"] == "/desk/"
    assert int(later.session["_auth_user_id"]) == officer.id
    assert later.session[access.SECOND_FACTOR] is True


def test_an_officers_password_alone_does_not_join_an_account(browser, signs_in, officer):
    browser.force_login(officer)
    assert signs_in(browser, LIEN, **{"for": "link"}).status_code == 403
    assert not Identity.objects.exists()


def test_an_identity_belongs_to_one_account(browser, signs_in, officer):
    signs_in(Client(HTTP_HOST="127.0.0.1:8190"), LIEN)
    browser.force_login(officer)
    session = browser.session
    session[access.SECOND_FACTOR] = True
    session.save()
    answer = signs_in(browser, LIEN, **{"for": "link"})
    refused(answer, "identity_taken")


def test_erasing_a_person_closes_their_account(browser, signs_in, data_officer):
    signs_in(browser, KHOI)
    parties.erase(queries.party_of(KHOI), by=data_officer)
    user = User.objects.get(username__startswith="citizen-")
    assert (user.full_name, user.is_active) == ("", False)
    assert not Identity.objects.exists()


def test_an_issuer_that_is_down_is_said_so(browser, trusting):
    trusting("http://127.0.0.1:9/vneid")
    answer = browser.get("/account/openid")
    assert answer.status_code == 503
    assert "Location" not in answer


def test_without_an_issuer_no_button_is_shown(browser):
    assert "/account/openid" not in browser.get("/account/").content.decode()


def test_the_sandboxs_button_is_shown_only_on_this_machine(browser, vneid, settings):
    assert "/account/openid" in browser.get("/account/").content.decode()
    settings.HUONG = settings.HUONG.model_copy(update={"sandbox_url": vneid.base})
    assert "/account/openid" not in browser.get("/account/").content.decode()
