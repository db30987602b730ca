"""The pages in a real Chromium: nothing serious for axe, no sideways scrolling, keyboard alone and no script suffice."""

import os
import shutil
from pathlib import Path

import pytest

from huong.web.tests.conftest import PUMPS, pumps  # noqa: F401 - a fixture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.filterwarnings("ignore:No directory at"),  # the live server starts before any home is made
]
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = os.environ.get("HUONG_CHROMIUM") or shutil.which("chromium") or ""
LOOKS = [(375, "light"), (375, "dark"), (1440, "light"), (1440, "dark")]
OPEN_PAGES = [
    "/",
    "/search?q=tram",
    "/about/lotus",
    "/about/licences",
    "/account/",
    "/account/phone",
    "/account/openid/back",
    "/nowhere",
]
DESK_PAGES = [
    "/desk/",
    "/desk/datasets/",
    "/desk/datasets/new",
    "/desk/datasets/pumps/",
    "/desk/datasets/pumps/contract",
    "/desk/datasets/pumps/upload",
    "/desk/datasets/pumps/loads/",
    "/desk/datasets/pumps/entry",
    "/desk/datasets/pumps/remind",
    "/desk/datasets/pumps/sources/",
    "/desk/datasets/pumps/sources/new/http",
    "/desk/datasets/pumps/sources/new/database",
    "/desk/datasets/pumps/sources/new/folder",
    "/desk/quarantine/",
    "/desk/quarantine/pumps/?rule=power_kw.range",
    "/bell",
]
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"
FAULTS = """axe.run().then(found => found.violations
  .filter(one => ["serious", "critical"].includes(one.impact))
  .map(one => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`))"""


@pytest.fixture
def browser(monkeypatch):
    if not CHROMIUM or not AXE.exists():
        pytest.skip("Chromium or axe is not here")
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps an event loop in this thread
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, live_server, client):
    """Return a function that opens pages, as somebody who signed in if one is named."""

    def opened(user=None, *, width=1440, look="light", scripts=True):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=look,
            bypass_csp=scripts,
            java_script_enabled=scripts,
            base_url=live_server.url,
        )
        if user is not None:
            from huong.web.tests.conftest import sign_in

            sign_in(client, user)
            context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
            )
        return context.new_page()

    return opened


def require_sound(page, url):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url)
    assert not page.evaluate(TOO_WIDE), f"{url} scrolls sideways"
    page.evaluate(AXE.read_text())
    assert page.evaluate(FAULTS) == [], url
    assert errors == [], url


@pytest.mark.parametrize(("width", "look"), LOOKS)
def test_pages_for_all_are_sound(visit, transactional_db, width, look):
    page = visit(width=width, look=look)
    for url in OPEN_PAGES:
        require_sound(page, url)


@pytest.mark.parametrize(("width", "look"), LOOKS)
def test_pages_of_the_desk_are_sound(visit, pumps, steward, width, look):  # noqa: F811
    page = visit(steward, width=width, look=look)
    for url in [*DESK_PAGES, f"/desk/datasets/pumps/loads/{pumps.id}", f"/desk/quarantine/pumps/?row={pumps.id}:5"]:
        require_sound(page, url)


def test_pages_fit_320_pixels_and_text_of_twice_the_size(visit, pumps, steward):  # noqa: F811
    page = visit(steward, width=320)
    own = "/desk/datasets/pumps/"
    for url in ("/", "/desk/", "/desk/datasets/", own, f"{own}entry", f"{own}sources/new/http", "/desk/quarantine/"):
        page.goto(url)
        assert not page.evaluate(TOO_WIDE), url
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert not page.evaluate(TOO_WIDE), f"{url} with large text"


def test_the_keyboard_alone_chooses_a_dataset_opens_it_and_finds_the_search_box(visit, pumps, steward):  # noqa: F811
    page = visit(steward)
    page.goto("/desk/datasets/")
    page.keyboard.press("/")
    page.keyboard.type("bom")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/datasets/?q=bom*")
    page.keyboard.press("j")
    assert "cell-main" in page.evaluate("document.activeElement.className")  # not the lotus beside it
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/datasets/pumps/")


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(visit, pumps, steward):  # noqa: F811
    page = visit(steward, width=375)
    page.goto("/desk/")
    assert not page.locator("#side").is_visible()
    page.locator("[popovertarget=side]").focus()
    page.keyboard.press("Enter")
    assert page.locator("#side").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#side").is_visible()


def test_the_look_changes_at_once_and_stays(visit, transactional_db):
    page = visit(look="light")
    page.goto("/")
    page.get_by_role("button", name="Sáng/tối").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 11, 23)"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_without_scripts_a_file_is_loaded_and_a_row_repaired(visit, pumps, steward, tmp_path):  # noqa: F811
    from huong.intake import actions, queries

    file = tmp_path / "more.csv"
    file.write_text(PUMPS.replace("TB-0", "TB-1"), encoding="utf-8")
    page = visit(steward, scripts=False)
    page.goto("/desk/datasets/pumps/upload")
    page.set_input_files("#file", str(file))
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name="Kiểm tra và nạp").click()
    load = queries.loads_of("pumps").first()
    actions.run(load.id)
    page.reload()
    assert page.get_by_text("dòng đã vào kho").is_visible()

    page.goto(f"/desk/quarantine/pumps/?row={pumps.id}:6")
    page.get_by_label("Công suất").fill("70")
    page.get_by_role("button", name="Lưu phần sửa").first.click()
    assert page.get_by_text("Đã lưu: 1 dòng.").is_visible()


def test_no_page_asks_for_anything_elsewhere(visit, pumps, steward, live_server):  # noqa: F811
    page = visit(steward)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for url in ("/", "/desk/datasets/pumps/"):
        page.goto(url)
    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []
