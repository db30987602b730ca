"""Signing, checking, papers, fees and look-up in a real Chromium: the leader's way, and the citizen's at 320 px."""

import os
from pathlib import Path

import pytest

from huong.procedures.models import Dossier, Evidence, Share
from huong.procedures.tests.conftest import (  # noqa: F401 - fixtures
    accepted,
    draft,
    fresh_catalogue,
    morning,
    mother,
    mother_user,
    procedures,
    sent,
    ward_leader,
    ward_officer,
)
from tests.test_in_the_browser import browser, require_sound, visit  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(400),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
PICTURES = os.environ.get("HUONG_PICTURES", "")


@pytest.fixture
def waiting(transactional_db, accepted, ward_officer):  # noqa: F811
    """Return a dossier whose result waits for the leader."""
    from huong.procedures.actions import keep_contact, propose, start

    keep_contact(accepted.uid, phone="0905123456")
    start(accepted.uid, by=ward_officer)
    return propose(accepted.uid, checks={"names": "yes", "parents": "yes"}, by=ward_officer)


def picture(page, name):
    """Keep a picture of a page, for whoever wants to look."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def test_a_leader_reads_and_signs_and_everybody_can_check(visit, waiting, ward_leader, mother_user):  # noqa: F811
    desk = visit(ward_leader, width=1440)
    require_sound(desk, "/desk/dossiers/signing/")
    picture(desk, "queue")
    desk.get_by_role("link", name=waiting.code).click()
    desk.get_by_text("Trần Nguyễn An Nhiên").first.wait_for()
    picture(desk, "read")
    desk.get_by_role("button", name="Ký", exact=True).click()
    desk.get_by_text("Đã ký").first.wait_for()
    row = Dossier.objects.get(pk=waiting.pk).results.get()

    phone = visit(width=320)
    require_sound(phone, f"/verify/{row.verify_code}")
    picture(phone, "verify")
    phone.get_by_text("Thật và còn hiệu lực").wait_for()
    require_sound(phone, "/procedures/lookup")
    phone.fill("#code", waiting.code)
    phone.fill("#known", "0905 123 456")
    phone.get_by_role("button", name="Tra cứu").click()
    phone.get_by_text("Kết quả của bạn đã có").wait_for()
    picture(phone, "lookup")

    mine = visit(mother_user, width=320, scripts=False)
    mine.goto(f"/my/dossiers/{waiting.uid}")
    picture(mine, "dossier")
    mine.get_by_role("link", name="Mở văn bản").click()
    picture(mine, "paper")
    mine.get_by_role("button", name="Tạo mã trong một giờ").click()
    mine.locator(".qr svg").wait_for()
    picture(mine, "share")
    assert Evidence.objects.count() == Share.objects.count() == 1
    url = mine.locator("input.link-copy").get_attribute("value")
    require_sound(phone, url)
    picture(phone, "shared")


@pytest.mark.parametrize(("width", "look"), [(375, "dark"), (1440, "light")])
def test_the_pages_are_sound(visit, waiting, ward_leader, ward_officer, mother_user, width, look):  # noqa: F811
    row = waiting.results.get()
    desk = visit(ward_leader, width=width, look=look)
    for url in ("/desk/dossiers/signing/", f"/desk/dossiers/signing/{row.verify_code}"):
        require_sound(desk, url)
        picture(desk, f"desk-{width}-{look}")
    office = visit(ward_officer, width=width, look=look)
    require_sound(office, f"/desk/dossiers/{waiting.uid}/result")
    picture(office, f"office-{width}-{look}")
    for url in ("/verify/", "/verify/ABCD-EFGH-JKMN", "/procedures/lookup"):
        require_sound(visit(width=width, look=look), url)
    mine = visit(mother_user, width=width, look=look)
    for url in ("/my/", "/my/dossiers/", f"/my/dossiers/{waiting.uid}", "/my/papers/"):
        require_sound(mine, url)
        picture(mine, f"mine-{width}-{look}")


@pytest.fixture
def alike(transactional_db, mother, ward_officer):  # noqa: F811
    """Return three dossiers of one procedure whose results wait for the leader."""
    from huong.base import clock
    from huong.procedures.actions import begin, citizen, propose, save, start, submit
    from huong.procedures.actions.receiving import accept
    from huong.procedures.models import Component
    from huong.procedures.tests.conftest import ANSWERS, BIRTH, WITNESS

    found = []
    for number in range(3):
        dossier = begin(BIRTH, party=mother, actor=citizen(None), unit="An Cựu")
        save(dossier.uid, ANSWERS | {"child.name": f"Trần An {number}"}, actor=citizen(None))
        Component.objects.create(
            dossier=dossier, kind="paper", key=WITNESS, origin="uploaded", state="held", changed_at=clock.now()
        )
        submit(dossier.uid, actor=citizen(None))
        accept(dossier.uid, by=ward_officer)
        start(dossier.uid, by=ward_officer)
        found.append(propose(dossier.uid, checks={"names": "yes", "parents": "yes"}, by=ward_officer))
    return found


@pytest.mark.parametrize(("width", "look"), [(375, "dark"), (1440, "light")])
def test_a_leader_signs_several_alike_after_each_was_opened(visit, alike, ward_leader, width, look):  # noqa: F811
    desk = visit(ward_leader, width=width, look=look)
    desk.goto("/desk/dossiers/signing/")
    boxes = desk.locator("input[name=dossier]")
    assert [boxes.nth(number).is_enabled() for number in range(3)] == [False] * 3
    for dossier in alike[:2]:
        desk.get_by_role("link", name=dossier.code).click()
        desk.get_by_role("button", name="Ký", exact=True).wait_for()
        require_sound(desk, "/desk/dossiers/signing/")
    for dossier in alike[:2]:
        desk.locator(f"input[value='{dossier.uid}']").check()
    assert not desk.locator(f"input[value='{alike[2].uid}']").is_enabled()
    picture(desk, f"queue-chosen-{width}-{look}")
    desk.get_by_role("button", name="Ký các kết quả đã chọn").click()
    desk.get_by_text("Đã ký 2 hồ sơ").wait_for()
    assert [each.state for each in Dossier.objects.order_by("id")] == ["decided", "decided", "signing"]
