"""An officer in a real Chromium: takes matters along, reads and answers without a line, and what was ended is gone."""

from datetime import timedelta
from io import BytesIO

import pytest

from huong.base import clock
from huong.reports import actions
from huong.reports.actions import Draft, taking
from huong.reports.models import Message, Report, ReportPhoto, TakenAlong
from huong.reports.tests.conftest import WARD, fresh_book, officer_of, rules  # noqa: F401 - fixtures
from tests.test_in_the_browser import TOO_WIDE, browser, require_sound, visit  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
PAGE, CODE = "/desk/reports/mine-offline", "481516"
WORDS = "Cống nghẹt trước nhà số 12, nước tràn ra đường"
KEPT = """(async () => {
  const base = await new Promise((done) => { const ask = indexedDB.open("huong-taken"); ask.onsuccess = () => done(ask.result); });
  const rows = [];
  for (const name of base.objectStoreNames)
    rows.push(await new Promise((done) => { const ask = base.transaction(name).objectStore(name).getAll(); ask.onsuccess = () => done(ask.result); }));
  base.close();
  const plain = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? new TextDecoder().decode(value) : JSON.stringify(value, (_key, one) => one instanceof ArrayBuffer ? new TextDecoder().decode(one) : one);
  return rows.flat().map(plain);
})()"""


def photo() -> BytesIO:
    from PIL import Image

    out = BytesIO()
    Image.effect_noise((800, 600), 60).convert("RGB").save(out, "JPEG")
    out.seek(0)
    return out


@pytest.fixture
def officer(transactional_db, rules):  # noqa: F811
    """Return an officer of a ward."""
    return officer_of(WARD, "ancuu")


@pytest.fixture
def mine(officer):
    """Return a report with a photo that was given to the officer."""
    picture = actions.take_photo(photo(), name="cong.jpg").uid
    draft = Draft(text=WORDS, unit="An Cựu", category="duong-pho.do-xe", photos=(picture,), phone="0912345678")
    report = actions.accept(actions.send(draft).report.number, by=officer_of("H57.50", "dieuphoi"))
    return actions.take(report.number, by=officer)


@pytest.fixture
def taken(visit, officer, mine):  # noqa: F811
    """Return the page of a phone on which the officer took the report along."""
    page = visit(officer, width=360)
    page.goto(PAGE)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.get_by_label("Mã riêng của bạn").fill(CODE)
    page.get_by_label("Nhập lại mã").fill(CODE)
    page.get_by_role("button", name="Mang theo", exact=True).click()
    page.get_by_text("Mọi thứ đã có trên máy này").wait_for()
    return page


def opened(page, code=CODE):
    page.get_by_label("Mã của bạn").fill(code)
    page.get_by_role("button", name="Mở", exact=True).click()


def answered(page, words):
    page.get_by_text(WORDS).first.click()
    page.locator(".act summary", has_text="Trả lời").click()
    act = page.locator(".act[open]")
    act.get_by_label("Lời nhắn").fill(words)
    act.get_by_role("button", name="Trả lời").click()


def test_matters_are_read_and_answered_without_a_line_and_the_answer_is_sent_once(taken, mine, officer):
    page = taken
    assert not page.evaluate(TOO_WIDE)
    page.context.set_offline(True)
    page.goto(PAGE)
    opened(page, "000111")
    page.get_by_text("Số lần còn lại: 4").wait_for()
    opened(page)
    page.get_by_text(WORDS).first.click()
    page.wait_for_function("document.querySelector('.photos img')?.naturalWidth > 0")
    assert not page.evaluate(TOO_WIDE)
    page.get_by_text(WORDS).first.click()
    answered(page, "Đã nạo vét cống.")
    page.get_by_text("sẽ gửi ngay khi có mạng").wait_for()
    page.goto(PAGE)
    opened(page)
    page.get_by_role("heading", name="Chờ gửi").wait_for()
    assert Report.objects.get().state == "in_progress"

    page.context.set_offline(False)
    page.get_by_text(f"Đã gửi: {mine.number}").wait_for()
    assert Report.objects.get().state == "answered"
    page.reload()
    page.get_by_text("Ở đây không còn việc nào").wait_for()
    assert Message.objects.filter(kind="answer").count() == 1


def test_photos_of_the_work_done_are_kept_without_a_line_and_sent_once(taken, mine, tmp_path):
    page = taken
    files = []
    for name in ("truoc.jpg", "sau.jpg"):
        (tmp_path / name).write_bytes(photo().read())
        files.append(str(tmp_path / name))
    page.context.set_offline(True)
    page.goto(PAGE)
    opened(page)
    page.get_by_text(WORDS).first.click()
    page.locator(".act summary", has_text="Trả lời").click()
    act = page.locator(".act[open]")
    act.get_by_label("Lời nhắn").fill("Đã thay nắp cống.")
    act.locator("input[type=file]").set_input_files([*files, files[0]])
    act.locator("[data-chosen] img").nth(2).wait_for()
    act.locator("[data-chosen] button").last.click()
    assert not page.evaluate(TOO_WIDE)
    act.get_by_role("button", name="Trả lời").click()
    page.get_by_text("2 ảnh").wait_for()
    rows = page.evaluate(KEPT)
    assert not any("truoc.jpg" in row for row in rows)

    uploads = []
    page.on("request", lambda request: uploads.append(request.url) if request.url.endswith("/photos") else None)
    page.route("**/moves", lambda route: route.abort(), times=1)  # the line breaks once the photos are there
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/moves")):
        page.context.set_offline(False)  # the page sends by itself
    page.get_by_role("button", name="Gửi ngay").click()
    page.get_by_text(f"Đã gửi: {mine.number}").wait_for()
    assert len(uploads) == 2
    answer = Message.objects.get(kind="answer")
    assert ReportPhoto.objects.filter(report=mine, message=answer).count() == 2
    assert not any("sealed" in row and "of" in row for row in page.evaluate(KEPT))


def test_nothing_readable_lies_on_the_device(taken, mine):
    kept = " ".join(taken.evaluate(KEPT))
    assert len(kept) > 100
    for secret in (WORDS, "Cống nghẹt", "0912345678", mine.title):
        assert secret not in kept
    page = taken.context.request.get(PAGE)
    assert mine.number not in page.text()


def test_what_was_ended_elsewhere_is_wiped_at_the_next_contact(taken, officer, mine):
    actions.end_taken(TakenAlong.objects.get().uid, by=officer)
    taken.goto(PAGE)
    taken.get_by_text("đã được kết thúc từ nơi khác").wait_for()
    assert taken.evaluate(KEPT) in ([], ['{"ended":true}'])
    taken.context.set_offline(True)
    taken.goto(PAGE)
    taken.get_by_role("heading", name="Mang việc theo người").wait_for()
    assert not taken.get_by_text(WORDS).is_visible()


def test_after_a_day_the_copy_is_gone_also_without_a_line_and_for_a_clock_set_back(taken, mine):
    taken.context.set_offline(True)
    taken.context.clock.install()
    taken.clock.set_fixed_time(clock.now() - timedelta(hours=3))
    taken.goto(PAGE)
    taken.get_by_text("Đã hết 24 giờ").wait_for()
    assert not any("sealed" in row for row in taken.evaluate(KEPT))


def test_five_wrong_codes_wipe_the_copy(taken):
    taken.context.set_offline(True)
    taken.goto(PAGE)
    for left in (4, 3, 2, 1):
        opened(taken, "000111")
        taken.get_by_text(f"Số lần còn lại: {left}").wait_for()
    opened(taken, "000111")
    taken.get_by_text("đã được xóa khỏi máy này").wait_for()
    assert not any("sealed" in row for row in taken.evaluate(KEPT))


def test_signing_out_wipes_the_device_and_ends_it_for_the_city(taken, mine):
    taken.goto("/account/")
    taken.locator("form[action='/account/sign-out'] button").first.click()
    taken.wait_for_url("**/")
    assert taken.evaluate(KEPT) in ([], ['{"ended":true}'])
    assert TakenAlong.objects.get().ended_at is not None


def test_who_was_overtaken_sees_both_versions_and_chooses(taken, mine, officer):
    page = taken
    page.context.set_offline(True)
    answered(page, "Đã nạo vét cống.")
    page.get_by_text("sẽ gửi ngay khi có mạng").wait_for()
    colleague = officer_of(WARD, "dongnghiep")
    actions.tell(mine.number, text="Đang chờ xe hút bùn.", by=colleague)

    page.context.set_offline(False)
    page.get_by_text("có người đã thay đổi").wait_for()
    box = page.locator("[data-conflict]")
    assert box.get_by_text("Đang chờ xe hút bùn.").is_visible()
    assert box.get_by_text("Đã nạo vét cống.").is_visible()
    assert not page.evaluate(TOO_WIDE)
    assert Report.objects.get().state == "in_progress"
    box.get_by_role("button", name="Vẫn gửi phần của tôi").click()
    page.get_by_text(f"Đã gửi: {mine.number}").wait_for()
    assert Report.objects.get().state == "answered"


def test_an_answer_outlives_the_day_and_is_sent_afterwards(taken, mine):
    taken.context.set_offline(True)
    answered(taken, "Đã nạo vét cống.")
    taken.get_by_text("sẽ gửi ngay khi có mạng").wait_for()
    with clock.freeze(clock.now() + timedelta(hours=25)):
        assert taking.end_expired() == 1
    taken.context.clock.install()
    taken.clock.set_fixed_time(clock.now() + timedelta(hours=25))
    taken.goto("about:blank")  # only the page that is opened then may send
    taken.context.set_offline(False)
    taken.goto(PAGE)
    taken.get_by_text(f"Đã gửi: {mine.number}").wait_for()
    assert Report.objects.get().state == "answered"


@pytest.mark.parametrize(("width", "look"), [(360, "light"), (375, "dark"), (1440, "light")])
def test_the_pages_of_what_is_taken_along_are_sound(visit, officer, mine, width, look):  # noqa: F811
    page = visit(officer, width=width, look=look)
    for url in (PAGE, "/desk/reports/taken"):
        require_sound(page, url)
