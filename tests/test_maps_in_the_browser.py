"""The map that moves, in a real Chromium: a pin is set and stored, reports are found; without it nothing is lost."""

import io
import json
import math

import pytest
from PIL import Image

from huong.places import actions as places
from huong.places import queries, whereabouts
from huong.reports import actions
from huong.reports.actions import Draft
from huong.reports.models import Report
from huong.reports.tests.conftest import AN_CUU, WARD, fresh_book, officer_of, rules  # noqa: F401 - fixtures
from tests.a_base_map import base_map
from tests.test_in_the_browser import AXE, CHROMIUM, FAULTS, LOOKS, TOO_WIDE, visit  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
DRAWING = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
WORDS = "Cống nghẹt trước nhà, nước tràn ra đường"
IDLE = "[data-city-map][data-state=idle]"
SLOW = 40_000  # software draws the map


@pytest.fixture
def flags():
    """Return how Chromium is started: it draws by software."""
    return DRAWING


@pytest.fixture
def browser(monkeypatch, flags):
    if not CHROMIUM or not AXE.exists():
        pytest.skip("Chromium or axe is not here")
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps an event loop in this thread
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield opened
        opened.close()


@pytest.fixture
def city(transactional_db, rules, tmp_path):  # noqa: F811
    """Return an officer of a ward in a city that imported its own outlines."""
    document = whereabouts.boundaries_geojson(full=True)
    document.pop("schematic")
    file = tmp_path / "outlines.geojson"
    file.write_text(json.dumps(document))
    places.load_boundaries(file)
    return officer_of(WARD, "ancuu", role="officer")


def strict(browser, live_server, **options):
    """Return a page under the policy that citizens get, and what it asked for and complained of."""
    options = {"viewport": {"width": 375, "height": 800}, "base_url": live_server.url} | options
    page = browser.new_context(**options).new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, asked, complaints


def opened(page):
    page.goto("/reports/new")
    page.get_by_text("Chọn trên bản đồ").click()
    page.locator(IDLE).wait_for(timeout=SLOW)


def point_of(page):
    page.wait_for_function("document.querySelector('[name=lon]').value")
    return float(page.input_value("[name=lon]")), float(page.input_value("[name=lat]"))


def tap(page, x=0.5, y=0.5):
    canvas = page.locator(".maplibregl-canvas")
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] * x, "y": box["height"] * y})


def test_a_pin_is_set_its_ward_is_named_at_once_and_the_place_is_stored(browser, live_server, city):
    page, asked, complaints = strict(browser, live_server)
    page.goto("/reports/new")
    page.wait_for_load_state("networkidle")
    assert not any("/maps/" in url or "boundaries" in url for url in asked), (
        "the map's code came before it was asked for"
    )
    opened(page)
    tap(page)
    lon, lat = point_of(page)
    unit = queries.unit_at(lon, lat).unit
    page.get_by_text("Điểm này thuộc").wait_for()
    assert page.input_value("#unit") == str(unit)

    page.locator(IDLE).wait_for(timeout=SLOW)
    tap(page, 0.8, 0.5)
    page.wait_for_function(f"document.querySelector('[name=lon]').value > {lon}")
    east = point_of(page)
    assert east[1] == pytest.approx(lat, abs=0.02)
    page.wait_for_function("document.querySelector('#unit').value")
    page.fill("#text", WORDS)
    page.get_by_role("button", name="Gửi phản ánh").click()
    page.wait_for_url("**/reports/PA-*")
    report = Report.objects.get()
    assert report.point == east
    assert report.unit == queries.unit_at(*east).unit.code
    assert {url.split("/")[2] for url in asked} == {live_server.url.split("/")[2]}
    assert complaints == []


def test_my_position_and_a_dragged_pin_are_what_the_similar_reports_are_looked_up_by(browser, live_server, city):
    other = actions.send(Draft(text=WORDS, point=AN_CUU, category="thoat-nuoc.cong-nghet")).report
    actions.accept(other.number, by=officer_of("H57.50", "dieuphoi"))
    page, _asked, _complaints = strict(
        browser,
        live_server,
        geolocation={"longitude": AN_CUU[0] + 0.0005, "latitude": AN_CUU[1]},
        permissions=["geolocation"],
    )
    opened(page)
    page.fill("#text", WORDS)
    page.get_by_role("button", name="Vị trí của tôi").click()
    lon, lat = point_of(page)
    assert (lon, lat) == pytest.approx((AN_CUU[0] + 0.0005, AN_CUU[1]))
    page.get_by_text("Theo dõi phản ánh này").wait_for()
    page.locator(IDLE).wait_for(timeout=SLOW)
    page.wait_for_timeout(600)
    pin = page.locator(".map-pin").bounding_box()
    foot = (pin["x"] + pin["width"] / 2, pin["y"] + pin["height"] / 2)
    page.mouse.move(*foot)
    page.mouse.down()
    page.mouse.move(foot[0] + 40, foot[1], steps=4)
    page.mouse.move(foot[0] + 80, foot[1], steps=4)
    page.mouse.up()
    moved = point_of(page)
    per_pixel = 360 / (512 * 2**15)
    assert moved[0] - lon == pytest.approx(80 * per_pixel, rel=0.15)
    assert math.isclose(moved[1], lat, abs_tol=2 * per_pixel)


def test_the_keyboard_alone_sets_the_pin_and_moves_it(browser, live_server, city):
    page, _asked, _complaints = strict(browser, live_server)
    page.goto("/reports/new")
    page.locator("[data-map] summary").focus()
    page.keyboard.press("Enter")
    page.locator(IDLE).wait_for(timeout=SLOW)
    page.keyboard.press("Tab")
    assert "phím mũi tên" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    lon, lat = point_of(page)
    page.locator(".map-pin").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    page.wait_for_function(f"document.querySelector('[name=lat]').value > {lat}")
    assert point_of(page)[0] > lon


def test_a_point_in_the_sea_is_answered_with_the_sentence_and_not_kept(browser, live_server, city):
    page, _asked, _complaints = strict(browser, live_server)
    opened(page)
    tap(page, 0.65, 0.06)
    page.get_by_text("Điểm này nằm ngoài thành phố").first.wait_for()
    assert page.input_value("[name=lon]") == ""


@pytest.mark.parametrize("flags", [["--no-sandbox", "--disable-3d-apis"]])
def test_where_the_browser_cannot_draw_it_the_wards_can_still_be_tapped(browser, live_server, city):
    page, asked, _complaints = strict(browser, live_server)
    page.goto("/reports/new")
    page.get_by_text("Chọn trên bản đồ").click()
    page.get_by_text("Trình duyệt này không vẽ được").wait_for()
    assert not any("maplibre" in url for url in asked)
    page.locator("[data-unit='Phường An Cựu']").click(force=True)
    assert page.input_value("#unit") == "Phường An Cựu"


@pytest.mark.parametrize("missing", ["**/static/maps/**", "**/ui/js/map/**"])
def test_where_its_files_do_not_come_it_is_said_and_the_wards_can_be_tapped(browser, live_server, city, missing):
    page, _asked, _complaints = strict(browser, live_server, service_workers="block")
    page.route(missing, lambda route: route.abort())
    page.goto("/reports/new")
    page.get_by_text("Chọn trên bản đồ").click()
    page.get_by_text("Chưa mở được bản đồ").wait_for()
    page.locator("[data-ward-map] [data-unit]").nth(39).wait_for(state="attached")
    assert page.locator("[data-ward-map] [data-unit]").count() == 40
    page.goto("/reports/")
    page.get_by_role("button", name="Mở bản đồ").click()
    page.get_by_text("Chưa mở được bản đồ").wait_for()
    assert page.locator(".city-map").is_visible()
    page.unroute(missing)
    page.goto("/reports/new")
    page.get_by_text("Chọn trên bản đồ").click()
    page.locator(IDLE).wait_for(timeout=SLOW)


@pytest.mark.parametrize(("width", "look"), LOOKS)
def test_the_pages_with_the_map_open_are_sound(visit, city, width, look):  # noqa: F811
    actions.accept(
        actions.send(Draft(text=WORDS, point=AN_CUU, category="thoat-nuoc.cong-nghet")).report.number,
        by=officer_of("H57.50", "dieuphoi"),
    )
    page = visit(width=width, look=look)
    opened(page)
    tap(page)
    page.get_by_text("Điểm này thuộc").wait_for()
    for url in ("", "/reports/"):
        if url:
            page.goto(url)
            page.get_by_role("button", name="Mở bản đồ").click()
            page.locator(IDLE).wait_for(timeout=SLOW)
        page.evaluate(AXE.read_text())
        assert page.evaluate(FAULTS) == []
        assert not page.evaluate(TOO_WIDE)


def test_the_map_fits_360_pixels_and_text_of_twice_the_size(browser, live_server, city):
    page, _asked, _complaints = strict(browser, live_server, viewport={"width": 360, "height": 740})
    opened(page)
    assert not page.evaluate(TOO_WIDE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.wait_for_timeout(300)
    assert not page.evaluate(TOO_WIDE)
    frame, window = page.locator("[data-map-frame]").bounding_box(), page.viewport_size
    assert frame["height"] < window["height"] * 0.75, "nobody could scroll past it"
    tap(page)
    page.get_by_text("Điểm này thuộc").wait_for()


def test_the_public_map_shows_groups_and_comes_closer_to_the_single_report(browser, live_server, city):
    officer = officer_of("H57.50", "dieuphoi")
    for step in range(3):
        sent = actions.send(
            Draft(text=WORDS, point=(AN_CUU[0] + step * 0.02, AN_CUU[1]), category="thoat-nuoc.cong-nghet")
        )
        actions.accept(sent.report.number, by=officer)
    page, asked, complaints = strict(browser, live_server, viewport={"width": 1440, "height": 1000})
    page.goto("/reports/?state=open")
    page.wait_for_load_state("networkidle")
    assert not any("/static/maps/" in url for url in asked)
    assert page.locator(".city-map").is_visible()
    page.get_by_role("button", name="Mở bản đồ").click()
    page.locator(IDLE).wait_for(timeout=SLOW)
    assert not page.locator(".city-map").is_visible()
    assert any("map.geojson?state=open" in url for url in asked)
    tap(page, 0.25, 0.6)
    page.get_by_text("Chỉ xem phản ánh ở đây").wait_for()
    assert "state=open&unit=" in page.get_by_text("Chỉ xem phản ánh ở đây").get_attribute("href")
    page.get_by_role("button", name="Đóng").click()
    page.locator(".maplibregl-canvas").focus()
    with page.expect_request(lambda request: "box=" in request.url, timeout=SLOW):
        for _press in range(8):
            page.keyboard.press("+")
            page.wait_for_timeout(350)
    page.locator(IDLE).wait_for(timeout=SLOW)
    assert complaints == []


def test_a_base_map_of_the_city_is_drawn_below_and_its_source_is_named(browser, live_server, city, tmp_path):
    file = tmp_path / "hue.pmtiles"
    file.write_bytes(base_map(107.59, 16.4637, zoom=6))
    places.keep_basemap(file)
    page, asked, complaints = strict(browser, live_server)
    opened(page)
    assert any(url.endswith(".pmtiles") for url in asked)
    page.get_by_text("Bản đồ nền: Người đóng góp bản đồ mở").wait_for()
    picture = Image.open(io.BytesIO(page.locator("[data-map-frame]").screenshot())).convert("RGB")
    colours = picture.getcolors(picture.width * picture.height)
    blue = sum(n for n, pixel in colours if all(abs(a - b) < 8 for a, b in zip(pixel, (207, 230, 238), strict=True)))
    assert blue > picture.width * picture.height / 10
    assert {url.split("/")[2] for url in asked} == {live_server.url.split("/")[2]}
    assert complaints == []


def test_a_call_taker_sets_the_pin_for_the_caller(visit, city):  # noqa: F811
    page = visit(city)
    page.goto("/desk/reports/call")
    page.fill("#text", WORDS)
    page.get_by_text("Chọn trên bản đồ").click()
    page.locator(IDLE).wait_for(timeout=SLOW)
    assert not page.get_by_role("button", name="Vị trí của tôi").is_visible()
    tap(page)
    page.get_by_text("Điểm này thuộc").wait_for()
    point = point_of(page)
    page.get_by_role("button", name="Nhận phản ánh").click()
    page.get_by_text("Đã nhận PA-").first.wait_for()
    assert Report.objects.get().point == point
