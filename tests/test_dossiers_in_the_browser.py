"""Officers in a real Chromium: a household business from the counter, a building permit that asks another office over Tết."""

import os
from datetime import UTC, datetime

import pytest

from huong.base import calendar, clock
from huong.procedures.actions import accept, begin, citizen, save, start, submit
from huong.procedures.models import Component, Dossier
from huong.procedures.tests.conftest import (  # noqa: F401 - fixtures
    CONSTRUCTION,
    fresh_catalogue,
    mother,
    officer_of,
    procedures,
    ward_officer,
)
from huong.procedures.tests.test_other_offices_are_asked import HOUSE, PERMIT
from tests.test_in_the_browser import LOOKS, TOO_WIDE, browser, require_sound, visit  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
LIST = "/desk/dossiers/"
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def city(transactional_db, ward_officer):  # noqa: F811
    """Return the officer of a ward in a city with procedures."""
    return ward_officer


def picture(page, name):
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def test_a_household_business_is_filed_at_the_counter_with_few_keys(visit, city):  # noqa: F811
    page = visit(city)
    page.goto(LIST)
    page.keyboard.press("m")
    page.wait_for_url("**/desk/dossiers/new")
    page.fill("input[name=q]", "ho kinh doanh")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Đăng ký thành lập hộ kinh doanh").click()
    page.fill("#national_id", "046195999002")
    page.fill("#name", "Nguyễn Thị Thu Hà")
    page.fill("#birth_date", "1995-03-02")
    page.fill("#phone", "0905123456")
    page.click("button[value=find]")
    page.get_by_text("chưa có: sẽ được ghi nhận").wait_for()
    assert page.input_value("[name='owner.name']") == "Nguyễn Thị Thu Hà"
    page.fill("[name='business.name']", "Cà phê Vĩ Dạ")
    page.fill("[name='business.address']", "5 Nguyễn Sinh Cung")
    page.fill("[name='business.trade']", "Bán cà phê")
    picture(page, "counter")
    page.click("button[value=file]")
    page.get_by_role("alert").wait_for()
    assert page.input_value("[name='business.name']") == "Cà phê Vĩ Dạ"
    page.fill("[name='business.capital']", "50000000")
    page.click("button[value=file]")
    page.wait_for_url("**/receipt")
    dossier = Dossier.objects.get()
    assert dossier.state == "accepted"
    assert page.locator(".spoken").inner_text() == dossier.code
    assert page.locator("img[src^='data:image/svg']").is_visible()
    picture(page, "receipt")
    page.goto(f"{LIST}{dossier.uid}/")
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Yêu cầu bổ sung").or_(page.get_by_text("đang xử lý").first).first.wait_for()
    picture(page, "dossier")
    dossier.refresh_from_db()
    assert (dossier.state, dossier.assignee) == ("in_progress", city)


def test_a_building_permit_asks_another_office_over_tet(visit, city, mother, monkeypatch):  # noqa: F811
    builder = officer_of(CONSTRUCTION, "xaydung")
    with clock.freeze(datetime(2027, 2, 1, 2, 0, tzinfo=UTC)):
        dossier = begin(PERMIT, party=mother, actor=citizen(None), unit="An Cựu")
        save(dossier.uid, HOUSE, actor=citizen(None))
        for key in ("land_right", "drawings"):
            Component.objects.create(
                dossier=dossier, kind="paper", key=key, origin="uploaded", state="held", changed_at=clock.now()
            )
        submit(dossier.uid, actor=citizen(None))
        accept(dossier.uid, by=city)
        start(dossier.uid, by=city)
    tuesday = datetime(2027, 2, 2, 2, 0, tzinfo=UTC)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: tuesday)  # in the server's threads too
        page = visit(city)
        page.goto(f"{LIST}{dossier.uid}/")
        page.locator("#move-consult > summary").click()
        page.select_option("#consult-agency", CONSTRUCTION)
        page.fill("#consult-words", "Có phù hợp quy hoạch không?")
        page.locator("#move-consult button").click()
        page.get_by_role("heading", name="Ý kiến của cơ quan khác").wait_for()
        day = calendar.add_working_days(datetime(2027, 2, 2, tzinfo=UTC).date(), 5)
        assert day.isoformat() > "2027-02-11"
        asked = dossier.consultations.get()
        assert clock.local(asked.due_at).date() == day
        picture(page, "consulting")
        other = visit(builder, width=375)
        other.goto(f"{LIST}?scope=asked")
        other.get_by_role("link", name="Cấp giấy phép xây dựng").click()
        other.get_by_label("đồng ý", exact=True).check()
        other.fill("#answer_consultation-words", "Phù hợp.")
        picture(other, "asked-375")
        other.locator("[data-main]").click()
        other.get_by_text("đang xử lý").first.wait_for()
    dossier.refresh_from_db()
    assert dossier.state == "in_progress"


@pytest.mark.parametrize(("width", "look"), [(360, "light"), *LOOKS, (1920, "dark")])
def test_the_desk_s_pages_are_sound_on_every_screen(visit, city, mother, width, look):  # noqa: F811
    dossier = begin(PERMIT, party=mother, actor=citizen(None), unit="An Cựu")
    save(dossier.uid, HOUSE, actor=citizen(None))
    for key in ("land_right", "drawings"):
        Component.objects.create(
            dossier=dossier, kind="paper", key=key, origin="uploaded", state="held", changed_at=clock.now()
        )
    submit(dossier.uid, actor=citizen(None))
    page = visit(city, width=width, look=look)
    paths = {
        "list": "",
        "one": f"{dossier.uid}/",
        "new": "new?code=1.001193",
        "blanks": "blanks",
        "disruptions": "disruptions/",
    }
    for name, path in paths.items():
        require_sound(page, f"{LIST}{path}")
        picture(page, f"{name}-{width}-{look}")


def test_the_desk_s_pages_hold_text_of_twice_the_size(visit, city, mother):  # noqa: F811
    dossier = begin(PERMIT, party=mother, actor=citizen(None), unit="An Cựu")
    save(dossier.uid, HOUSE, actor=citizen(None))
    for key in ("land_right", "drawings"):
        Component.objects.create(
            dossier=dossier, kind="paper", key=key, origin="uploaded", state="held", changed_at=clock.now()
        )
    submit(dossier.uid, actor=citizen(None))
    accept(dossier.uid, by=city)
    for width in (720, 1440):
        page = visit(city, width=width)
        for path in ("", f"{dossier.uid}/", f"{dossier.uid}/receipt", "new?code=1.001193", "blanks", "disruptions/"):
            page.goto(f"{LIST}{path}")
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert not page.evaluate(TOO_WIDE), f"{path} at {width}"
            picture(page, f"large-{width}-{path.strip('/').replace('/', '-')[:40] or 'list'}")
