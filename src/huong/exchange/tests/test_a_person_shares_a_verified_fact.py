"""A person or a firm lets a third party verify one fact: for one purpose, some time, taken back at will; signed."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from huong.base import clock
from huong.exchange.models import AccessRecord, FactShare, RegisterCopy
from huong.exchange.sharing import shares
from huong.exchange.tests.conftest import FATHER
from huong.journal.models import Entry
from huong.people import acting, assurance
from huong.people import queries as people
from huong.people.actions import identities, parties
from huong.people.relying import Claims

pytestmark = pytest.mark.django_db
LIEN, CHILD = "046180999006", "046323999003"
FIRM = {"kind": "firm", "tax_code": "3390000015", "name": "Công ty TNHH Thử Nghiệm Sông Hương"}
WISH = {"recipient": "Ngân hàng Sông Hương", "purpose": "Mở tài khoản", "days": "7", "share": "1"}


def signed_in(national_id, name, *represents):
    user = identities.sign_in(Claims("https://issuer", national_id, 2, name, national_id, None, represents))
    browser = Client()
    browser.force_login(user)
    session = browser.session
    session[assurance.KEY] = assurance.HIGH
    session.save()
    return browser


@pytest.fixture
def khoi(met):
    return signed_in(FATHER, "Trần Minh Khôi")


def share_of(browser, fact="age_over_18", **changes):
    answer = browser.post("/my/shares/new", {"fact": fact, **WISH, **changes})
    assert answer.status_code == 302, answer.content.decode()
    return FactShare.objects.latest("id")


def link_of(share):
    return f"/shared/{shares.code_of(share)}"


def test_before_sharing_the_person_sees_what_the_recipient_will_see(khoi):
    page = khoi.get("/my/shares/new").content.decode()
    assert "Tôi đã đủ 18 tuổi" in page
    page = khoi.post("/my/shares/new", {"fact": "age_over_18"}).content.decode()
    assert "đã đủ 18 tuổi" in page
    assert "1992" not in page  # never the birth date
    assert FactShare.objects.count() == 0


def test_a_third_party_opens_the_link_without_an_account(khoi):
    answer = Client().get(link_of(share_of(khoi)))
    page = answer.content.decode()
    assert answer.status_code == 200
    for told in ("Trần Minh Khôi", "đã đủ 18 tuổi", "Bộ Công an", "Ngân hàng Sông Hương", "Mở tài khoản"):
        assert told in page
    for hidden in (FATHER, "1992", "Nguyễn Huệ"):
        assert hidden not in page
    assert "no-store" in answer["Cache-Control"]
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex")


def test_each_opening_stands_on_the_person_s_page(khoi):
    share = share_of(khoi)
    for _time in range(2):
        Client().get(link_of(share))
    page = khoi.get("/my/access").content.decode()
    assert page.count("Ngân hàng Sông Hương") >= 2
    assert "Mở tài khoản" in page
    assert f"/my/shares/{share.number}" in page
    assert "<img" in khoi.get(f"/my/shares/{share.number}").content.decode()
    share.refresh_from_db()
    assert share.openings == 2
    assert Entry.objects.filter(name="exchange.fact_opened", subject=f"share:{share.number}").count() == 2


def test_what_was_taken_back_gives_nothing_and_says_so(khoi):
    share = share_of(khoi)
    link = link_of(share)
    assert khoi.post(f"/my/shares/{share.number}/take-back").status_code == 302
    answer = Client().get(link)
    assert answer.status_code == 410
    assert "Trần Minh Khôi" not in answer.content.decode()
    assert "thu hồi" in answer.content.decode()
    assert Client().get(link, HTTP_ACCEPT="application/json").json()["code"] == "no_longer_shared"
    assert Entry.objects.filter(name="exchange.fact_not_opened").count() == 2
    assert AccessRecord.objects.filter(source__startswith="share:").count() == 0


def test_after_its_time_it_says_until_when_it_was_shared(khoi):
    share = share_of(khoi)
    with clock.freeze(clock.now() + timedelta(days=8)):
        answer = Client().get(link_of(share))
    assert answer.status_code == 410
    assert f"{clock.local(share.valid_to):%d/%m/%Y}" in answer.content.decode()


def test_an_answer_past_its_validity_is_asked_again(khoi):
    share = share_of(khoi)
    FactShare.objects.update(fact_valid_until=clock.now())
    RegisterCopy.objects.all().delete()
    assert Client().get(link_of(share)).status_code == 200
    renewed = FactShare.objects.get()
    assert renewed.message_id != share.message_id
    assert renewed.fact_valid_until > clock.now()


def test_a_source_that_is_silent_is_said_and_the_old_answer_is_not_used(khoi, settings):
    share = share_of(khoi)
    FactShare.objects.update(fact_valid_until=clock.now())
    RegisterCopy.objects.all().delete()
    settings.HUONG = settings.HUONG.model_copy(update={"outgoing_hosts": ""})
    answer = Client().get(link_of(share))
    assert answer.status_code == 503
    assert "đã đủ 18 tuổi" not in answer.content.decode()
    assert Entry.objects.get(name="exchange.fact_not_opened").data["reason"] == "source_silent"


def test_what_the_source_does_not_confirm_cannot_be_shared(met):
    child = parties.register("person", name="Trần Nguyễn Gia Hân", national_id=CHILD, by=None)
    browser = signed_in(CHILD, "Trần Nguyễn Gia Hân")
    assert people.party_of(CHILD).id == child.id
    answer = browser.post("/my/shares/new", {"fact": "age_over_18", **WISH})
    assert answer.status_code == 409
    assert FactShare.objects.count() == 0


@pytest.mark.parametrize(
    "changes", [{"purpose": ""}, {"recipient": " "}, {"days": "0"}, {"days": "400"}, {"days": "x"}]
)
def test_no_share_without_purpose_recipient_and_end(khoi, changes):
    assert khoi.post("/my/shares/new", {"fact": "age_over_18", **WISH, **changes}).status_code == 400
    assert FactShare.objects.count() == 0


def test_a_firm_shares_that_it_is_active_through_its_owner(met):
    browser = signed_in(LIEN, "Võ Thị Kim Liên", FIRM)
    firm = people.party_of(FIRM["tax_code"])
    session = browser.session
    session[acting.KEY] = firm.public_id
    session.save()
    share = share_of(browser, "firm_active", purpose="Ký hợp đồng thuê nhà")
    found = Client().get(link_of(share), HTTP_ACCEPT="application/json").json()
    assert found["claims"] == {"tax_code": FIRM["tax_code"], "status": "active"}
    assert found["subject"]["name"] == FIRM["name"]
    assert LIEN not in json.dumps(found)


def test_the_signed_form_is_believed_by_another_vendor_s_library(khoi):
    from cryptojwt.exception import BadSignature
    from cryptojwt.jwk.jwk import key_from_jwk_dict
    from cryptojwt.jws.jws import factory

    link = link_of(share_of(khoi))
    answer = Client().get(link, HTTP_ACCEPT="application/jwt")
    assert answer["Content-Type"] == "application/jwt"
    token = answer.content.decode()
    keys = Client().get("/exchange/keys/VN/GOV/H57/data").json()["keys"]
    known = [key_from_jwk_dict({name: each[name] for name in ("kty", "crv", "x", "kid")}) for each in keys]
    claims = factory(token).verify_compact(token, known)
    assert claims["claims"] == {"age_over_18": True}
    assert (claims["aud"], claims["purpose"]) == ("Ngân hàng Sông Hương", "Mở tài khoản")
    assert claims["verify_at"].endswith(link)
    assert claims["exp"] <= int((clock.now() + timedelta(minutes=15)).timestamp())
    head, body, signature = token.split(".")
    forged = f"{head}.{body[:-6]}AAAAAA.{signature}"
    with pytest.raises(BadSignature):
        factory(forged).verify_compact(forged, known)


def test_nobody_else_sees_or_ends_what_she_shares(khoi, met):
    share = share_of(khoi)
    other = signed_in("046195999002", "Nguyễn Thị Thu Hà")
    assert other.get(f"/my/shares/{share.number}").status_code == 404
    assert other.post(f"/my/shares/{share.number}/take-back").status_code == 404
    assert Client().get("/my/shares/").status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.user(_username(khoi)))
    session = strict.session
    session[assurance.KEY] = assurance.HIGH
    session.save()
    assert strict.post(f"/my/shares/{share.number}/take-back").status_code == 403
    share.refresh_from_db()
    assert share.revoked_at is None


def _username(browser):
    from huong.people.models import User

    return User.objects.get(pk=browser.session["_auth_user_id"]).username


def test_a_low_sign_in_is_asked_for_a_surer_one(khoi):
    session = khoi.session
    session[assurance.KEY] = assurance.LOW
    session.save()
    assert khoi.get("/my/shares/new")["Location"].startswith("/account/higher")


def test_links_cannot_be_guessed_in_numbers(khoi, frozen_clock):
    answers = [Client().get(f"/shared/guess-{number}").status_code for number in range(22)]
    assert answers[:20] == [404] * 20
    assert answers[20:] == [429] * 2


def test_neither_code_nor_claims_lie_in_the_database_in_clear(khoi):
    share = share_of(khoi)
    code = shares.code_of(share)
    held = bytes(share.sealed)
    assert code.encode() not in held
    assert b"age_over_18" not in held
    told = str(list(Entry.objects.values_list("subject", "data")))
    assert code not in told
    assert "Sông Hương" not in told


def test_erasing_the_person_ends_it_and_forgets_the_words(khoi, data_officer):
    share = share_of(khoi)
    link = link_of(share)
    Client().get(link)
    parties.erase(people.party_of(FATHER), by=data_officer)
    assert Client().get(link).status_code == 410
    share.refresh_from_db()
    assert (share.recipient, share.purpose, share.sealed) == ("", "", None)
    assert AccessRecord.objects.filter(agency="Ngân hàng Sông Hương").count() == 0


def test_a_licence_that_a_dataset_holds_can_be_shared(met, contract, load, parquet, settings, tmp_path):
    from huong.exchange.sharing import facts
    from huong.store.serving.building import bring_up

    fields = [
        {"name": "number", "key": True},
        {"name": "tax_code", "semantic": "vn.tax_code"},
        {"name": "state", "values": ("valid", "suspended")},
        {"name": "valid_to", "kind": "date"},
    ]
    contract("food_licences", fields)
    last_day = clock.today() + timedelta(days=200)
    row = {"number": "ATTP-17/2026", "tax_code": FIRM["tax_code"], "state": "valid", "valid_to": str(last_day)}
    kinds = {"number": "VARCHAR", "tax_code": "VARCHAR", "state": "VARCHAR", "valid_to": "DATE"}
    load("food_licences", parquet([row], **kinds), mode="upsert", key=["number"])
    bring_up("food_licences")
    licence = facts.DatasetFact(
        "food_licence", "organisation", ("Giấy phép an toàn thực phẩm", "Food licence"), "food_licences",
        "tax_code", "state", frozenset({"valid"}), "valid_to", "number",
    )  # fmt: skip
    facts.facts.add("food_licence", licence)
    try:
        browser = signed_in(LIEN, "Võ Thị Kim Liên", FIRM)
        session = browser.session
        session[acting.KEY] = people.party_of(FIRM["tax_code"]).public_id
        session.save()
        page = Client().get(link_of(share_of(browser, "food_licence"))).content.decode()
        assert f"Giấy phép an toàn thực phẩm, ATTP-17/2026, còn hiệu lực đến {last_day:%d/%m/%Y}" in page
        with clock.freeze(clock.now() + timedelta(days=300)):
            assert not licence.look(FIRM["tax_code"], shares.Asker(shares.city_member(), "share.fact")).claims
    finally:
        facts.facts._held.pop("food_licence")


def test_the_link_s_code_reaches_no_log(khoi, caplog):
    share = share_of(khoi)
    with caplog.at_level("INFO"):
        Client().get(link_of(share))
    assert "/shared/***" in caplog.text
    assert shares.code_of(share) not in caplog.text
