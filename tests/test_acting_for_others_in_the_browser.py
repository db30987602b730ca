"""In a real Chromium: a mother applies for her child, an owner and a named clerk for a firm; a stranger gets nothing."""

from datetime import timedelta

import pytest

from huong.base import clock
from huong.people import assurance, queries
from huong.people.actions import delegations, identities
from huong.people.relying import Claims
from huong.procedures.actions import accept, propose, start
from huong.procedures.models import Dossier
from huong.procedures.tests.conftest import (  # noqa: F401 - fixtures
    fresh_catalogue,
    procedures,
    ward_leader,
    ward_officer,
)
from tests.test_a_birth_in_the_browser import go_on, photo, signed_in  # noqa: F401 - a fixture
from tests.test_in_the_browser import TOO_WIDE, browser, visit  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
COPIES = "2.000815"
LIEN, BAO, ANH = "046180999006", "046090999008", "046199999005"
FIRM = {"kind": "firm", "tax_code": "3390000015", "name": "Công ty TNHH Thử Nghiệm Sông Hương"}
CHILD = {"kind": "child", "national_id": "046323999003", "name": "Gia Hân", "birthdate": "2023-09-08"}


def vouched(national_id, name, *represents):
    """Return the account of somebody whom the issuer has vouched for."""
    return identities.sign_in(
        Claims("https://issuer", national_id, assurance.HIGH, name, national_id, None, represents)
    )


@pytest.fixture
def owner(transactional_db, procedures):  # noqa: F811
    """Return a mother who owns a firm."""
    return vouched(LIEN, "Võ Thị Kim Liên", FIRM, CHILD)


@pytest.fixture
def office(ward_officer, ward_leader):  # noqa: F811
    """Return an officer of the ward and its leader."""
    return ward_officer, ward_leader


def act_for(page, name):
    page.goto("/account/acting")
    page.get_by_role("button", name=f"Thay mặt {name}").or_(
        page.locator("li", has_text=name).locator("button[name=for]")
    ).first.click()
    page.locator("form.acting").get_by_text(name).wait_for()


def apply(page, photo):  # noqa: F811
    """Apply for certified copies from the first page to the last; return the dossier."""
    page.goto(f"/procedures/{COPIES}/")
    page.get_by_label("Phường, xã giải quyết").select_option("19815")
    page.get_by_role("button", name="Bắt đầu").click()
    page.wait_for_url("**/procedures/dossiers/**")
    uid = page.url.split("/dossiers/")[1].split("/")[0]
    for _page in range(6):
        if page.url.endswith("/preview"):
            break
        number = page.locator("[name='requester.national_id']")
        if number.count() and not number.input_value():
            number.fill(LIEN)
        if page.locator("[name='request.title']").count():
            page.fill("[name='request.title']", "Bằng tốt nghiệp")
            page.fill("[name='request.pages']", "2")
            page.get_by_label("Bản điện tử").check()
        if page.url.endswith("/papers") and not page.get_by_text("Tệp 1").count():
            page.get_by_label("Ảnh chụp hoặc PDF").set_input_files(photo)
            page.get_by_role("button", name="Thêm", exact=True).click()
            page.get_by_text("Tệp 1").wait_for()
        go_on(page)
    assert not page.evaluate(TOO_WIDE)
    page.get_by_role("button", name="Gửi", exact=True).click()
    page.get_by_text("Đã gửi").first.wait_for()
    return Dossier.objects.get(uid=uid)


def settled(dossier, officer, desk):
    """Let the ward decide on a dossier, and its leader sign in a browser."""
    accept(dossier.uid, by=officer)
    start(dossier.uid, by=officer)
    propose(dossier.uid, checks={"original": "yes"}, by=officer)
    dossier.refresh_from_db()
    desk.goto("/desk/dossiers/signing/")
    desk.get_by_role("link", name=dossier.code).click()
    desk.get_by_role("button", name="Ký", exact=True).click()
    desk.get_by_text("Đã ký").first.wait_for()


def refused(page, dossier):
    """Say whether nothing of a dossier is to be had."""
    answers = [
        page.goto(f"/my/dossiers/{dossier.uid}").status,
        page.goto(f"/procedures/dossiers/{dossier.uid}/").status,
    ]
    return all(status in {403, 404} for status in answers) and dossier.code not in page.content()


@pytest.mark.parametrize("name", [CHILD["name"], FIRM["name"]])
def test_who_represents_applies_sees_and_receives_and_a_stranger_does_not(visit, client, owner, photo, office, name):  # noqa: F811
    page = signed_in(visit, client, owner, width=375)
    act_for(page, name)
    dossier = apply(page, photo)
    assert str(dossier.applicant) == name
    assert dossier.way == ("parent" if name == CHILD["name"] else "owner")
    assert dossier.filed_by == owner
    settled(dossier, office[0], visit(office[1]))
    page = signed_in(visit, client, owner, width=375)
    act_for(page, name)
    page.goto("/my/dossiers/")
    page.get_by_text("Chứng thực").first.wait_for()
    page.goto(f"/my/dossiers/{dossier.uid}")
    page.get_by_text(dossier.code).first.wait_for()
    page.get_by_role("link", name="Mở văn bản").click()
    page.get_by_role("button", name="Tạo mã trong một giờ").wait_for()

    stranger = signed_in(visit, client, vouched(ANH, "Phạm Thị Ngọc Anh"))
    stranger.goto("/account/acting")
    assert name not in stranger.content()
    assert refused(stranger, dossier)


def test_a_clerk_applies_within_the_delegation_and_no_longer_once_it_is_taken_back(visit, client, owner, photo):  # noqa: F811
    firm, clerk = queries.party_of(FIRM["tax_code"]), vouched(BAO, "Hồ Quốc Bảo")
    given = delegations.give(
        firm, national_id=BAO, name="Hồ Quốc Bảo", limits=["apply", "read"],
        until=clock.today() + timedelta(days=30), by=owner,
    )  # fmt: skip
    page = signed_in(visit, client, clerk, width=375)
    act_for(page, FIRM["name"])
    dossier = apply(page, photo)
    assert (dossier.applicant, dossier.way, dossier.filed_by) == (firm, "delegate", clerk)
    assert page.goto(f"/my/dossiers/{dossier.uid}").status == 200
    delegations.revoke(given.pk, by=owner)
    assert page.goto(f"/my/dossiers/{dossier.uid}").status in {403, 404}
    assert page.goto(f"/procedures/dossiers/{dossier.uid}/").status == 404
