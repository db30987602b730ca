"""A citizen in a real Chromium: sends with a photo, without a line, asks for rescue, rates and opens again."""

import pytest

from huong.messages import actions as messages
from huong.reports import actions, queries
from huong.reports.actions import Draft
from huong.reports.models import Report
from huong.reports.tests.conftest import WARD, fresh_book, officer_of, rules  # noqa: F401 - fixtures
from tests.test_in_the_browser import LOOKS, TOO_WIDE, browser, require_sound, visit  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
TWICE = "document.documentElement.style.fontSize = '200%'"
CUT = """[...document.querySelectorAll('.tabs span, .dot')].filter(word => {
  const room = word.closest('li, .button').getBoundingClientRect(), own = word.getBoundingClientRect();
  const told = document.createRange(); told.selectNodeContents(word); const text = told.getBoundingClientRect();
  return [own, text].some(box => box.left < room.left || box.right > room.right || box.top < room.top || box.bottom > room.bottom)
    || text.height > own.height + 1;
}).map(word => word.innerText)"""
HIDDEN = """(() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return over && (one.contains(over) || over.contains(one) || over.closest('label')?.control === one) ? '' : one.outerHTML;
})()"""
WORDS = "Cống nghẹt trước nhà, nước tràn ra đường"


@pytest.fixture
def photo(tmp_path):
    """Return a photo larger than what should travel."""
    from PIL import Image

    file = tmp_path / "cong.jpg"
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(file)
    return str(file)


@pytest.fixture
def city(transactional_db, rules):  # noqa: F811
    """Return an officer of a ward in a city with rules."""
    return officer_of(WARD, "ancuu", role="officer")


def answered(officer):
    """Return a report that the ward answered."""
    dispatcher = officer_of("H57.50", "dieuphoi")
    sent = actions.send(Draft(text=WORDS, unit="An Cựu", category="thoat-nuoc.cong-nghet"))
    report = actions.accept(sent.report.number, by=dispatcher)
    if report.agency != WARD:
        actions.hand_over(report.number, to=WARD, text="Đúng địa bàn.", by=officer_of(report.agency, "so"))
    return actions.answer(report.number, text="Đã khơi thông.", by=officer)


def test_somebody_sends_a_report_with_a_photo_and_finds_it_again(visit, city, photo):  # noqa: F811
    page = visit(width=375)
    page.goto("/reports/new")
    page.fill("#text", WORDS)
    page.locator("[data-suggested] .chip").first.click()
    page.set_input_files("#photos", photo)
    page.locator("[data-photos] img").wait_for()
    page.fill("#unit", "An Cựu")
    page.get_by_role("button", name="Gửi phản ánh").click()
    page.wait_for_url("**/reports/PA-*")
    report = Report.objects.get()
    assert page.get_by_text(report.number).first.is_visible()
    assert (report.photos_count, report.category) == (1, "thoat-nuoc.cong-nghet")
    assert report.photos.get().width <= 1920
    page.goto("/my/")
    page.get_by_text(WORDS).click()
    page.wait_for_url(f"**/reports/{report.number}")


def test_a_draft_written_without_a_line_opens_again_and_is_sent_once(visit, city, photo):  # noqa: F811
    page = visit(width=375)
    page.goto("/reports/new")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.goto("/reports/new")
    page.fill("#text", WORDS)
    page.fill("#unit", "An Cựu")
    page.set_input_files("#photos", photo)
    page.locator("[data-photos] img").wait_for()
    page.get_by_role("button", name="Gửi phản ánh").click()
    page.get_by_text("Đã giữ trên máy này").wait_for()
    page.get_by_role("button", name="Gửi phản ánh").click()
    page.get_by_text("Đã giữ trên máy này").wait_for()
    page.goto("/reports/new")
    page.get_by_text("Chờ có mạng rồi tự gửi").wait_for()
    page.fill("#text", "Một bản nháp khác, chưa gửi.")
    page.get_by_text("Đã lưu").wait_for()
    assert Report.objects.count() == 0

    page.goto("about:blank")  # only the page that is opened then may send
    page.context.set_offline(False)
    page.goto("/my/")
    page.get_by_text("Đã gửi: PA-").wait_for()
    page.get_by_text("Bản nháp, chưa gửi").wait_for()
    report = Report.objects.get()
    assert report.photos_count == 1
    page.reload()
    page.get_by_text(WORDS).wait_for()
    assert Report.objects.count() == 1


def test_rescue_is_one_small_page_and_goes_without_scripts(visit, city):  # noqa: F811
    page = visit(width=320, scripts=False)
    weights = []
    page.on(
        "requestfinished",
        lambda request: weights.append(
            sum(request.sizes()[name] for name in ("responseBodySize", "responseHeadersSize"))
        ),
    )
    page.goto("/reports/rescue")
    assert page.locator("a[href='tel:112']").is_visible()
    assert page.locator("a[href^='tel:']").count() == 5
    page.get_by_label("Số điện thoại để gọi lại").fill("0914123456")
    page.get_by_label("Số người").fill("4")
    page.get_by_label("Nước cao đến đâu?").select_option("đến ngực")
    page.get_by_role("button", name="Gửi yêu cầu cứu giúp").click()
    page.wait_for_url("**/reports/rescue/sent*")
    report = Report.objects.get()
    assert page.get_by_role("heading", name=report.number).is_visible()
    assert report.priority == 2
    assert sum(weights) < 30_000


def test_who_is_not_satisfied_opens_it_again_without_scripts(visit, city):  # noqa: F811
    report = answered(city)
    page = visit(width=375, scripts=False)
    page.goto(f"/reports/{report.number}?link={queries.link_of(report)}")
    page.get_by_text("Không hài lòng", exact=True).click()
    page.get_by_label("Sự việc tái diễn").check()
    page.get_by_label("Mở lại phản ánh").check()
    page.get_by_role("button", name="Gửi đánh giá").click()
    page.get_by_text("Phản ánh đã được mở lại").wait_for()
    assert Report.objects.get().state == "reopened"


@pytest.mark.parametrize(("width", "look"), LOOKS)
def test_the_citizens_pages_are_sound(visit, city, width, look):  # noqa: F811
    report = answered(city)
    page = visit(width=width, look=look)
    own = f"/reports/{report.number}?link={queries.link_of(report)}"
    for url in ["/", "/reports/", f"/reports/{report.number}", "/reports/new", "/reports/rescue", own, "/my/"]:
        require_sound(page, url)
        page.wait_for_load_state("networkidle")


def test_the_citizens_pages_fit_320_pixels_and_text_of_twice_the_size(visit, city):  # noqa: F811
    report = answered(city)
    own = f"/reports/{report.number}?link={queries.link_of(report)}"
    page = visit(width=320)
    for url in ("/", "/reports/", "/reports/new", "/reports/rescue", own, "/my/"):
        page.goto(url)
        assert not page.evaluate(TOO_WIDE), url
        page.evaluate(TWICE)
        assert not page.evaluate(TOO_WIDE), f"{url} with large text"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_words_of_the_tabs_and_the_bells_number_are_whole_in_large_text(visit, city, live_server, language):  # noqa: F811
    for number in range(3):
        messages.bell(city.pk, "Please sign in first.", "/reports/", "people", key=str(number))
    page = visit(city, width=320)
    page.context.add_cookies([{"name": "huong_language", "value": language, "url": live_server.url}])
    page.goto("/")
    page.evaluate(TWICE)
    assert page.locator(".dot").inner_text() == "3"
    assert page.evaluate(CUT) == []


def test_what_the_keyboard_reaches_on_a_phone_is_never_behind_the_tabs_or_the_button(visit, city):  # noqa: F811
    page = visit(width=375)
    page.set_viewport_size({"width": 375, "height": 700})
    for url in ("/", "/reports/new", "/my/"):
        page.goto(url)
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement !== document.body"):
            assert page.evaluate(HIDDEN) == "", url
            page.keyboard.press("Tab")
