"""A parent acts for a child, an owner for a firm, named staff within a delegation; each request asks again."""

from datetime import date, timedelta

import pytest
from django.test import Client, RequestFactory

from huong.base import clock
from huong.base.errors import BadInput, Forbidden, WrongState
from huong.journal.models import Entry
from huong.people import acting, assurance, queries
from huong.people.actions import delegations, identities, representations
from huong.people.models import Delegation, Party, Representation
from huong.people.relying import Claims

pytestmark = pytest.mark.django_db
LIEN, BAO = "046180999006", "046090999008"
FIRM = {"kind": "firm", "tax_code": "3390000015", "name": "Công ty TNHH Thử Nghiệm Sông Hương"}
CHILD = {"kind": "child", "national_id": "046323999003", "name": "Gia Hân", "birthdate": "2023-09-08"}


def signed_in(national_id, name, *represents, level=assurance.HIGH):
    return identities.sign_in(Claims("https://issuer", national_id, level, name, national_id, None, represents))


@pytest.fixture
def owner(db):
    return signed_in(LIEN, "Võ Thị Kim Liên", FIRM, CHILD)


@pytest.fixture
def firm(owner):
    return queries.party_of("3390000015")


@pytest.fixture
def clerk(db):
    return signed_in(BAO, "Hồ Quốc Bảo")


def request_of(user, *, level=assurance.HIGH):
    request = RequestFactory().get("/")
    request.user, request.session = user, {assurance.KEY: level}
    return request


def give(firm, owner, *, limits=("apply",), days=30, **changed):
    facts = {"national_id": BAO, "name": "Hồ Quốc Bảo", "until": clock.today() + timedelta(days=days), **changed}
    return delegations.give(firm, limits=list(limits), by=owner, **facts)


def ways(user):
    return {one.name: one.way for one in acting.choices(user)}


def test_an_owner_may_act_for_firm_and_child_as_the_issuer_confirms(owner, firm):
    assert ways(owner) == {"Gia Hân": "parent", FIRM["name"]: "owner"}
    request = request_of(owner)
    assert acting.require(request, "apply") == queries.party_of_user(owner)
    acting.choose(request, firm.public_id)
    assert acting.require(request, "pay") == firm
    acting.choose(request, "")
    assert acting.require(request, "pay").kind == "person"
    assert [e.data["way"] for e in Entry.objects.filter(name="people.acts_for").order_by("id")] == ["owner", ""]


def test_what_the_issuer_no_longer_confirms_ends(owner):
    signed_in(LIEN, "Võ Thị Kim Liên", CHILD)
    assert ways(owner) == {"Gia Hân": "parent"}
    assert Entry.objects.filter(name="people.representation_ended").count() == 1


def test_a_low_sign_in_confirms_nothing_and_ends_nothing(owner):
    signed_in(LIEN, "Võ Thị Kim Liên", level=assurance.LOW)
    assert len(acting.choices(owner)) == 2


def test_a_child_of_age_is_not_represented_and_one_nearly_so_not_beyond_the_birthday(owner):
    today = clock.today()
    grown = {
        **CHILD,
        "national_id": "046200999100",
        "name": "Lớn",
        "birthdate": str(today.replace(year=today.year - 18, day=min(today.day, 28))),
    }
    assert "Lớn" not in ways(signed_in(LIEN, "Võ Thị Kim Liên", grown))
    almost = date(today.year - 17, 1, 5)
    signed_in(
        LIEN, "Võ Thị Kim Liên", {**CHILD, "national_id": "046209999101", "name": "Sắp lớn", "birthdate": str(almost)}
    )
    row = Representation.objects.get(represented__name="Sắp lớn")
    assert row.valid_to <= date(almost.year + 18, 1, 4)


@pytest.mark.parametrize(
    "told", [{}, {"kind": "child"}, {"kind": "king", "name": "x"}, {"kind": "firm", "tax_code": "", "name": "x"}]
)
def test_what_the_issuer_says_badly_is_left_out(told):
    assert acting.choices(signed_in(LIEN, "Võ Thị Kim Liên", told)) == []


def test_a_register_can_confirm_too_and_the_issuer_does_not_end_it(owner):
    other = signed_in(BAO, "Hồ Quốc Bảo")
    holder = queries.party_of_user(owner)
    represented = queries.party_of_user(other)
    representations.confirm(
        holder, represented, kind="parent", source="register:civil-status", born=date(2020, 1, 1), by=None
    )
    signed_in(LIEN, "Võ Thị Kim Liên")
    assert ways(owner) == {"Hồ Quốc Bảo": "parent"}


def test_a_delegate_acts_within_the_limits_until_the_day(owner, firm, clerk):
    give(firm, owner, limits=["apply", "read"], days=30)
    request = request_of(clerk)
    acting.choose(request, firm.public_id)
    assert acting.require(request, "apply") == firm
    with pytest.raises(Forbidden) as refusal:
        acting.require(request, "pay")
    assert refusal.value.code == "beyond_limits"
    with clock.freeze(clock.now() + timedelta(days=31)), pytest.raises(Forbidden) as refusal:
        acting.require(next_request(request), "apply")
    assert refusal.value.code == "ended"


def next_request(request):
    following = request_of(request.user)
    following.session = request.session
    return following


def test_a_delegation_given_before_the_person_ever_signed_in_waits_for_them(owner, firm):
    give(firm, owner)
    assert ways(signed_in(BAO, "Hồ Quốc Bảo")) == {FIRM["name"]: "delegate"}


def test_a_revoked_delegation_ends_in_the_middle_of_a_session(owner, firm, clerk):
    row = give(firm, owner)
    request = request_of(clerk)
    acting.choose(request, firm.public_id)
    delegations.revoke(row.id, by=owner)
    with pytest.raises(Forbidden):
        acting.require(next_request(request), "apply")
    with pytest.raises(WrongState):
        delegations.revoke(row.id, by=owner)


def test_the_holder_may_give_it_back_and_it_may_be_given_again(owner, firm, clerk):
    row = give(firm, owner)
    with pytest.raises(BadInput) as refusal:
        give(firm, owner)
    assert refusal.value.code == "already_given"
    delegations.revoke(row.id, by=clerk)
    give(firm, owner, limits=["pay"])
    assert Delegation.objects.filter(revoked_at=None).count() == 1


def test_only_the_owner_delegates_and_a_delegate_cannot_pass_it_on(owner, firm, clerk):
    row = give(firm, owner)
    with pytest.raises(Forbidden) as refusal:
        give(firm, clerk, national_id="046098999004", name="Lê Hoàng Nam")
    assert refusal.value.code == "not_the_owner"
    stranger = signed_in("046098999004", "Lê Hoàng Nam")
    with pytest.raises(Forbidden):
        delegations.revoke(row.id, by=stranger)
    child = queries.party_of(CHILD["national_id"])
    with pytest.raises(Forbidden):
        give(child, owner)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"limits": []}, "no_limits"),
        ({"limits": ["everything"]}, "no_limits"),
        ({"days": -1}, "bad_day"),
        ({"days": 400}, "bad_day"),
        ({"national_id": "12"}, "bad_national_id"),
        ({"national_id": LIEN}, "oneself"),
    ],
)
def test_a_delegation_must_be_sound(owner, firm, changed, code):
    with pytest.raises(BadInput) as refusal:
        give(firm, owner, **changed)
    assert refusal.value.code == code
    assert not Delegation.objects.exists()


def test_nobody_acts_for_a_stranger_or_at_low_assurance(owner, firm, clerk):
    with pytest.raises(Forbidden):
        acting.choose(request_of(clerk), firm.public_id)
    with pytest.raises(Forbidden) as refusal:
        acting.choose(request_of(owner, level=assurance.LOW), firm.public_id)
    assert refusal.value.code == "higher_assurance_needed"
    low = request_of(owner, level=assurance.LOW)
    low.session[acting.KEY] = firm.public_id
    assert acting.current(low) is None


def test_the_journal_knows_ids_only(owner, firm):
    give(firm, owner)
    told = str(list(Entry.objects.values_list("subject", "data")))
    assert BAO not in told
    assert "Bảo" not in told


def test_the_pages_show_and_switch_and_delegate(vneid, signs_in):
    browser = Client(HTTP_HOST="127.0.0.1:8190")
    signs_in(browser, LIEN)
    firm = Party.objects.get(national_id_hash=queries.hash_of("3390000015"))
    assert firm.name in browser.get("/account/acting").content.decode()
    browser.post("/account/acting", {"for": firm.public_id})
    assert "Bạn đang làm thay" in browser.get("/").content.decode()
    address = f"/account/acting/firms/{firm.public_id}"
    facts = {"name": "Hồ Quốc Bảo", "national_id": BAO, "until": str(clock.today() + timedelta(days=9)), "apply": "on"}
    assert browser.post(address, {**facts, "national_id": "1"}).context["form"].errors["national_id"]
    assert browser.post(address, facts).status_code == 302
    page = browser.get(address).content.decode()
    assert "Hồ Quốc Bảo" in page
    assert BAO not in page
    clerk = Client(HTTP_HOST="127.0.0.1:8190")
    signs_in(clerk, BAO)
    assert clerk.get(address).status_code == 403
    clerk.post("/account/acting", {"for": firm.public_id})
    assert "Bạn đang làm thay" in clerk.get("/").content.decode()
    browser.post(f"{address}/revoke", {"delegation": Delegation.objects.get().id})
    assert "Bạn đang làm thay" not in clerk.get("/").content.decode()


def test_at_low_assurance_the_page_leads_to_a_surer_sign_in(vneid, signs_in):
    browser = Client(HTTP_HOST="127.0.0.1:8190")
    signs_in(browser, LIEN, level="1")
    assert browser.get("/account/acting")["Location"] == "/account/higher?next=%2Faccount%2Facting"
    assert "VNeID" in browser.get("/account/higher?next=/account/acting").content.decode()
    assert signs_in(browser, LIEN, **{"for": "higher", "next": "/account/acting"})["Location"] == "/account/acting"
    assert browser.get("/account/acting").status_code == 200
