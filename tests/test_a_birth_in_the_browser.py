"""A mother in a real Chromium applies for birth, residence and health card at once, and types fewer than eight fields."""

import pytest

from huong.base import clock
from huong.people.actions import parties
from huong.people.assurance import KEY
from huong.people.models import Identity, User
from huong.procedures.actions import asking
from huong.procedures.models import Component, Dossier
from huong.procedures.tests.conftest import fresh_catalogue, neighbour, procedures, registers  # noqa: F401 - fixtures
from huong.procedures.tests.test_it_is_asked_once import MOTHER
from tests.test_in_the_browser import TOO_WIDE, browser, require_sound, visit  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.filterwarnings("ignore:No directory at"),
]


@pytest.fixture
def thu_ha(transactional_db, registers):  # noqa: F811
    """Return the account of the mother, whom VNeID has vouched for."""
    party = parties.register("person", name="Nguyễn Thị Thu Hà", national_id=MOTHER, by=None)
    user = User.objects.create_user("thuha", full_name="Nguyễn Thị Thu Hà")
    Identity.objects.create(user=user, party=party, issuer="test", subject_hash="1" * 64, created_at=clock.now())
    return user


@pytest.fixture
def photo(tmp_path):
    """Return a phone photo of a paper."""
    from PIL import Image

    file = tmp_path / "giay-chung-sinh.jpg"
    Image.effect_noise((1600, 1200), 30).convert("RGB").save(file)
    return str(file)


def signed_in(visit, client, user, **look):  # noqa: F811
    """Open a browser in which she is signed in at the higher level."""
    page = visit(user, **look)
    session = client.session
    session[KEY] = 2
    session.save()
    return page


def answered():
    """Let the registers answer what waits, as the job does a moment later."""
    for dossier in Dossier.objects.filter(state="draft").order_by("pk"):
        asking.answer.now(dossier.uid)


def begin(page):
    page.goto("/procedures/events/child/")
    page.get_by_label("Phường, xã giải quyết").select_option("19815")
    page.get_by_role("button", name="Bắt đầu").click()
    page.get_by_label("Mẹ", exact=True).wait_for()
    answered()


def go_on(page):
    """Go on to the next page, and wait for it."""
    before = page.url
    page.get_by_role("button", name="Tiếp tục").or_(page.get_by_role("link", name="Tiếp tục")).first.click()
    page.wait_for_url(lambda url: url != before)
    answered()
    page.reload()


@pytest.mark.parametrize(("width", "scripts"), [(375, True), (320, False)])
def test_a_mother_types_seven_fields_for_three_procedures(visit, client, thu_ha, photo, width, scripts):  # noqa: F811
    page = signed_in(visit, client, thu_ha, width=width, scripts=scripts)
    begin(page)
    page.get_by_label("Mẹ", exact=True).check()  # 1
    go_on(page)
    page.get_by_label("Có", exact=True).check()  # 2
    go_on(page)
    page.get_by_label("Họ và tên em bé").fill("Trần Nguyễn An Nhiên")  # 3
    page.get_by_label("Nữ", exact=True).check()  # 4
    page.get_by_label("Ngày sinh", exact=True).fill("2026-11-20")  # 5
    page.get_by_label("Bệnh viện hoặc trạm y tế").check()  # 6
    go_on(page)
    page.get_by_label("Con", exact=True).check()  # 7
    go_on(page)
    page.get_by_label("Ảnh chụp hoặc PDF").set_input_files(photo)
    page.get_by_role("button", name="Thêm", exact=True).click()
    page.get_by_text("Tệp 1").wait_for()
    go_on(page)
    assert page.get_by_text("Bạn không phải khai").first.is_visible()
    assert page.get_by_text("Trần Minh Khôi").first.is_visible()
    page.get_by_role("button", name="Gửi tất cả").click()
    page.get_by_text("Đã gửi").first.wait_for()
    sent = list(Dossier.objects.order_by("pk"))
    assert [each.state for each in sent] == ["submitted"] * 3
    hers = Component.objects.filter(dossier__in=sent, kind="field", origin="declared").exclude(sealed=None)
    assert hers.exclude(why="proposed").count() == 7
    assert sum(each.papers_spared for each in sent) == 3


def test_the_pages_are_sound_at_every_width_and_with_large_text(visit, client, thu_ha):  # noqa: F811
    page = signed_in(visit, client, thu_ha, width=320)
    begin(page)
    birth = Dossier.objects.order_by("pk")[0].uid
    places = ["/procedures/", "/procedures/1.001193/", "/procedures/events/child/", "/procedures/help"]
    places += [f"/procedures/dossiers/{birth}/{name}" for name in ("requester", "child", "papers", "preview", "helper")]
    for url in places:
        require_sound(page, url)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert not page.evaluate(TOO_WIDE), f"{url} with large text"


def test_what_was_typed_without_a_line_is_there_when_it_comes_back(visit, client, thu_ha):  # noqa: F811
    page = signed_in(visit, client, thu_ha, width=375)
    begin(page)
    birth = Dossier.objects.order_by("pk")[0].uid
    page.goto(f"/procedures/dossiers/{birth}/child")
    page.context.set_offline(True)
    page.get_by_label("Họ và tên em bé").fill("Trần Nguyễn An Nhiên")
    page.get_by_text("Đang giữ trên máy này").wait_for()
    page.goto("about:blank")  # only the page that is opened then may save
    page.context.set_offline(False)
    page.goto(f"/procedures/dossiers/{birth}/child")
    assert page.get_by_label("Họ và tên em bé").input_value() == "Trần Nguyễn An Nhiên"
    page.get_by_text("Đã lưu").wait_for()


def test_what_registers_say_appears_without_loading_again_and_disturbs_nobody(visit, client, thu_ha):  # noqa: F811
    page = signed_in(visit, client, thu_ha, width=375)
    page.goto("/procedures/1.001193/")
    page.get_by_label("Phường, xã giải quyết").select_option("19815")
    page.get_by_role("button", name="Bắt đầu").click()
    page.get_by_text("Đang hỏi: Dữ liệu dân cư").first.wait_for()
    address = page.get_by_label("Nơi cư trú")
    address.fill("29 đường Nguyễn Huệ")
    page.evaluate("window.stays = true")
    answered()
    page.get_by_text("Dữ liệu dân cư ghi:").first.wait_for()
    assert address.input_value() == "29 đường Nguyễn Huệ"
    page.get_by_text("Các nguồn đã trả lời").wait_for()
    assert page.evaluate("window.stays")
    page.get_by_label("Mẹ", exact=True).check()
    page.get_by_role("button", name="Dùng nội dung này").first.click()
    page.locator("#known").get_by_text("27 đường Nguyễn Huệ").wait_for()
    assert page.get_by_label("Mẹ", exact=True).is_checked()


def test_load_again_shows_the_answers_without_scripts_and_keeps_what_was_typed(visit, client, thu_ha):  # noqa: F811
    page = signed_in(visit, client, thu_ha, width=320, scripts=False)
    page.goto("/procedures/1.001193/")
    page.get_by_label("Phường, xã giải quyết").select_option("19815")
    page.get_by_role("button", name="Bắt đầu").click()
    page.get_by_label("Mẹ", exact=True).check()
    assert not page.evaluate(TOO_WIDE)
    answered()
    page.get_by_role("button", name="Tải lại").click()
    page.locator("#known").get_by_text("27 đường Nguyễn Huệ").wait_for()
    assert page.get_by_label("Mẹ", exact=True).is_checked()
