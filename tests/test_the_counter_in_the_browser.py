"""The counter in a real Chromium: a mother is found, told what is looked up, and the officer types only the rest."""

import os

import pytest

from huong.base import clock
from huong.procedures.models import Dossier
from huong.procedures.tests.conftest import fresh_catalogue, neighbour, procedures, registers, ward_officer  # noqa: F401 - fixtures
from huong.procedures.tests.test_it_is_asked_once import MOTHER
from tests.test_in_the_browser import AXE, FAULTS, TOO_WIDE, browser, visit  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def clerk(transactional_db, registers, ward_officer):  # noqa: F811
    """Return an officer of a ward whose registers answer."""
    return ward_officer


@pytest.mark.parametrize(
    ("width", "look", "scripts"), [(1440, "light", True), (375, "dark", True), (1440, "light", False)]
)
def test_the_officer_types_only_what_nobody_knows(visit, clerk, width, look, scripts):  # noqa: F811
    page = visit(clerk, width=width, look=look, scripts=scripts)
    page.goto("/desk/dossiers/new?code=1.001193")
    page.fill("#national_id", MOTHER)
    page.fill("#name", "Nguyễn Thị Thu Hà")
    page.fill("#birth_date", "1995-03-02")
    page.select_option("#unit", "19815")
    page.click("button[value=find]")
    page.get_by_text("Tra cứu để không phải hỏi lại").wait_for()
    page.get_by_label("Người nộp đã biết").check()
    page.select_option("[name='requester.relation']", "mother")
    page.select_option("[name='father.known']", "yes")
    page.click("button[value=fetch]")
    page.get_by_text("Những gì đã biết đã được điền").wait_for()
    assert page.get_by_text("Trần Minh Khôi").first.is_visible()
    assert page.locator("[name='father.name']").count() == 0
    page.fill("[name='child.name']", "Trần Nguyễn An Nhiên")
    page.select_option("[name='child.sex']", "female")
    page.fill("[name='child.birth_date']", clock.today().isoformat())
    page.select_option("[name='child.birth_place']", "hospital")
    if scripts:
        assert not page.evaluate(TOO_WIDE)
        page.evaluate(AXE.read_text())
        assert page.evaluate(FAULTS) == []
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/counter-{width}-{look}.png", full_page=True)
    for box in page.locator("[name=shown]").all():
        box.check()
    page.click("button[value=file]")
    page.wait_for_url("**/receipt")
    dossier = Dossier.objects.get()
    assert (dossier.state, dossier.channel) == ("accepted", "counter")
    assert dossier.fields_spared > 8
    assert dossier.papers_spared == 1
