"""The desk in a real Chromium: a report goes its whole way; many at once with the way back; a rush; stock answers."""

import pytest

from huong.reports import actions, queries
from huong.reports.actions import Draft
from huong.reports.models import Message, Report
from huong.reports.tests.conftest import CONSTRUCTION, IOC, WARD, fresh_book, officer_of, rules  # noqa: F401 - fixtures
from tests.test_in_the_browser import TOO_WIDE, browser, require_sound, visit  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
LIST = "/desk/reports/"
WORDS = "Cống nghẹt trước nhà số 12, nước tràn ra đường"
DRAIN = Draft(text=WORDS, unit="An Cựu", category="duong-pho.do-xe", place="kiệt 12 đường Hùng Vương")


@pytest.fixture
def people(transactional_db, rules):  # noqa: F811
    """Return officers of the centre, of the department and of the ward."""
    return officer_of(IOC, "dieuphoi"), officer_of(CONSTRUCTION, "xaydung"), officer_of(WARD, "ancuu")


def fits(page):
    assert not page.evaluate(TOO_WIDE), page.url


def opened(visit, officer, width, query=""):  # noqa: F811
    """Open the officer's list, and from it the report."""
    page = visit(officer, width=width)
    page.goto(LIST + query)
    fits(page)
    page.get_by_role("link", name=WORDS).click()
    page.wait_for_url("**/desk/reports/PA-*/")
    fits(page)
    return page


def state(page, name):
    page.get_by_role("status").filter(has_text=name).first.wait_for()


@pytest.mark.parametrize("width", [1440, 360])
def test_a_report_is_dispatched_handed_over_answered_rated_and_opened_again(visit, people, width):  # noqa: F811
    centre, department, ward = people
    sent = actions.send(DRAFT_WITH_MAIL)
    page = opened(visit, centre, width)
    page.locator("#accept-agency").select_option(CONSTRUCTION)
    page.get_by_role("button", name="Tiếp nhận", exact=True).click()
    state(page, "Đã chuyển đơn vị xử lý")
    assert Report.objects.get().agency == CONSTRUCTION

    page = opened(visit, department, width)
    page.locator("#move-hand_over > summary").click()
    page.locator("#hand_over-agency").select_option(WARD)
    page.locator("#hand_over-text").fill("Việc thuộc địa bàn phường.")
    page.locator("#move-hand_over").get_by_role("button", name="Chuyển tiếp").click()
    page.wait_for_url(f"**{LIST}")
    assert Report.objects.get().agency == WARD

    page = opened(visit, ward, width)
    page.get_by_role("button", name="Nhận việc", exact=True).click()
    state(page, "Đang xử lý")
    page.locator("#answer-stock").select_option(index=1)
    words = page.locator("#answer-text").input_value()
    assert len(words) > 10, "a stock answer stands in the box and can be edited"
    page.locator("#answer-text").fill(f"{words} Đội thoát nước đã đến lúc 9 giờ.")
    page.locator(".move-main").get_by_role("button", name="Trả lời").click()
    state(page, "Đã trả lời")

    citizen = visit(width=width)
    citizen.goto(f"/reports/{sent.report.number}?link={sent.link}")
    citizen.get_by_text("Đội thoát nước đã đến lúc 9 giờ.").first.wait_for()
    fits(citizen)
    citizen.get_by_text("Không hài lòng", exact=True).click()
    citizen.get_by_label("Mở lại phản ánh").check()
    citizen.get_by_role("button", name="Gửi đánh giá").click()
    citizen.get_by_text("Hãy nói ngắn gọn điều gì vẫn chưa ổn").wait_for()
    citizen.get_by_text("Không hài lòng", exact=True).click()
    citizen.get_by_label("Sự việc tái diễn").check()
    citizen.get_by_label("Mở lại phản ánh").check()
    citizen.get_by_role("button", name="Gửi đánh giá").click()
    citizen.get_by_text("Phản ánh đã được mở lại").wait_for()

    page = opened(visit, ward, width)
    page.get_by_text("Sự việc tái diễn").first.wait_for()
    assert Report.objects.get().state == "reopened"
    names = [each.event for each in queries.story(Report.objects.get(), "staff")]
    assert names == ["received", "accepted", "handed_over", "taken", "answered", "rated", "reopened"]


DRAFT_WITH_MAIL = Draft(**{**vars(DRAIN), "mail": "lan@hue.vn"})


@pytest.mark.parametrize("width", [1440, 360])
def test_many_are_moved_at_once_and_put_back(visit, people, width):  # noqa: F811
    centre, _department, ward = people
    for _each in range(3):
        actions.accept(actions.send(DRAIN).report.number, by=centre, to=WARD)
    page = visit(ward, width=width)
    page.goto(LIST)
    for place in range(3):
        page.locator("input[name=numbers]").nth(place).check()
    box = page.locator(".many")
    box.get_by_label("Việc cần làm").select_option("take")
    box.get_by_role("button", name="Làm với các phản ánh đã chọn").click()
    page.locator(".undo-bar").wait_for()
    fits(page)
    assert Report.objects.filter(state="in_progress").count() == 3
    page.locator(".undo-bar button").click()
    page.get_by_text("3 phản ánh đã trở lại như cũ").or_(page.get_by_role("status").first).first.wait_for()
    page.wait_for_function("!document.querySelector('.undo-bar')")
    assert Report.objects.filter(state="dispatched").count() == 3


@pytest.mark.parametrize("width", [1440, 360])
def test_from_two_hundred_an_hour_the_desk_sees_heaps_and_tells_many_at_once(visit, people, width):  # noqa: F811
    centre = people[0]
    actions.change_rule(
        "setting", "surge_per_hour", {"value": 5, "note": "thử"}, by=officer_of("H57.51", "dulieu", role="data_office"),
        version=1,
    )  # fmt: skip
    for place in range(5):
        actions.send(Draft(**{**vars(DRAIN), "place": f"kiệt {place}"}))
    page = visit(centre, width=width)
    page.goto(LIST)
    page.get_by_role("link", name="Xem theo nơi và loại").or_(
        page.locator("a[href='/desk/reports/surge']")
    ).first.click()
    page.wait_for_url("**/desk/reports/surge")
    fits(page)
    page.locator(".heaps summary").first.click()
    page.locator(".heaps textarea").first.fill("Đã thấy, chưa xác minh. Chúng tôi đang đến.")
    page.locator(".heaps button").first.click()
    page.locator(".undo-bar").wait_for()
    fits(page)
    assert Report.objects.filter(is_open=True).count() == 5, "nothing closes by itself"
    assert Message.objects.filter(kind="update", text__startswith="Đã thấy").count() == 5
    page.locator(".undo-bar button").click()
    page.wait_for_function("!document.querySelector('.undo-bar')")
    assert not Message.objects.filter(kind="update", withdrawn_at=None).exists()


@pytest.mark.parametrize(("width", "look"), [(360, "light"), (375, "dark"), (1440, "light")])
def test_the_pages_of_the_desk_are_sound(visit, people, width, look):  # noqa: F811
    centre = people[0]
    number = actions.send(DRAIN).report.number
    page = visit(centre, width=width, look=look)
    for url in (LIST, f"{LIST}{number}/", f"{LIST}surge", f"{LIST}call", f"{LIST}rules/"):
        require_sound(page, url)
