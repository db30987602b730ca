"""What did not go out, other cities and the channels of citizens in a real Chromium, down to the narrowest phone."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from huong.base import clock
from huong.base.testing import cast
from huong.journal.models import Entry
from huong.messages import actions as messages
from huong.messages.models import Outgoing
from huong.people import queries as people
from huong.people.actions import agencies as agency_verbs
from huong.people.models import Agency
from huong.reports import actions, loading
from huong.reports.actions import Draft, pushing
from huong.reports.models import CityRule, Peer, PeerErrand, PeerService, RuleEdition
from tests.test_in_the_browser import browser, require_sound, visit  # noqa: F401

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(500),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
SHOTS = os.environ.get("SHOTS", "")


@pytest.fixture
def keeper(hue):
    """Return somebody who operates the house and changes the city's rules, with things stuck in every way."""
    cast.remembered("agencies", (Agency,), lambda: agency_verbs.load(cast.HUE))
    cast.remembered("reports", (CityRule, RuleEdition), lambda: loading.load(cast.HUE))
    office = people.agency("H57.51")
    user = cast.joined("giu-nha", "Trần Thị Giữ Nhà", operator=office, data_office=office)
    now = clock.now()
    peer = Peer.objects.create(
        key="cong-ty", name="Công ty Môi trường và Công trình đô thị", url="https://open311.example.vn/v2/",
        agency="H57.8", pushes=True, requests_until=now, news_until=now,
        failures=6, failed_at=now - timedelta(hours=3), due_at=now + timedelta(minutes=12),
        error="Hệ thống bên kia trả lời 503. Tin sẽ được gửi lại.",
    )  # fmt: skip
    for number in range(4):
        PeerService.objects.create(
            peer=peer, code=f"0{number}", name=f"Dịch vụ {number}: đường hỏng, ổ gà, nắp hố ga", group="Giao thông",
            sends=["duong-pho.o-ga"] if number == 0 else [], seen_at=now,
        )  # fmt: skip
    report = actions.send(Draft(text="Ổ gà sâu trước cổng trường", category="duong-pho.o-ga", unit="An Cựu")).report
    actions.accept(report.number, by=user)
    report.refresh_from_db()
    if report.agency != "H57.8":
        verb = actions.dispatch if report.state == "accepted" else actions.hand_over
        verb(report.number, to="H57.8", by=user, text="Đường tỉnh")
    pushing.tell_peers(list(Entry.objects.filter(subject=report.number)))
    PeerErrand.objects.update(
        state="dead", next_at=None, attempts=8, error="Hệ thống bên kia từ chối (400): lat was not provided"
    )
    words = {"subject": "Tin", "text": "Tin", "url": "/"}
    messages.send(messages.Address("mail", "lan.le@example.vn"), "notice", words, "k")
    Outgoing.objects.update(
        state="failed", attempts=3, error="Máy chủ thư không trả lời.", next_at=now + timedelta(minutes=15)
    )
    return user


def shot(page, name):
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


PAGES = {
    "outbox": "/desk/outbox/", "peers": "/desk/reports/peers/", "peer": "/desk/reports/peers/cong-ty",
    "new": "/desk/reports/peers/new", "channels": "/desk/reports/channels/",
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_stuck_things_are_read_tried_and_let_go_at_every_width(visit, keeper):  # noqa: F811
    for width, look in ((360, "light"), (375, "dark"), (1440, "light"), (1440, "dark")):
        page = visit(keeper, width=width, look=look)
        for name, url in PAGES.items():
            page.goto(url)
            shot(page, f"{name}-{width}-{look}")
            require_sound(page, url)
    page = visit(keeper, width=360, scripts=False)
    page.goto("/desk/outbox/?from=messages")
    page.locator("summary").first.click()
    page.get_by_label("Vì sao không cần gửi nữa?").fill("Đã gọi điện")
    page.locator("details[open] button").click()
    page.wait_for_url("**/desk/outbox/**")
    assert Outgoing.objects.get().state == "dropped"
    page.goto("/desk/outbox/?from=peers")
    page.locator("li", has_text="Phản ánh PA-").filter(has_text="lat was not provided").get_by_role(
        "button", name="Thử lại"
    ).click()
    page.wait_for_url("**/desk/outbox/**")
    assert PeerErrand.objects.get(kind="request").state == "waiting"
