"""A mother lets a neighbour supply what the office asks for, each on a phone of their own."""

import pytest
from django.test import Client

from huong.base import clock
from huong.people.assurance import KEY
from huong.people.models import Identity, User
from huong.procedures.actions import accept, asking, bundling, request_supplement, submit
from huong.procedures.models import Component, Dossier
from huong.procedures.queries import answers_of
from huong.procedures.tests.conftest import fresh_catalogue, neighbour, officer_of, procedures, registers  # noqa: F401 - fixtures
from huong.procedures.tests.test_it_is_asked_once import FATHER, HER_ANSWERS, HERS, SINGLE, draft_of
from tests.test_in_the_browser import browser, require_sound, visit  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
NUMBER, NAME, OTHER_MAN = "father.national_id", "father.name", "046098999004"


@pytest.fixture
def asked_for(transactional_db, registers):  # noqa: F811
    """Return a dossier of which the office asks for the father's number."""
    dossier = draft_of(SINGLE, "Phạm Thị Ngọc Anh", {**HER_ANSWERS, NUMBER: OTHER_MAN, "mother.foreign": False})
    bundling.resolve_all(dossier.uid, actor=HERS)
    asking.answer.now(dossier.uid)
    Component.objects.create(
        dossier=dossier, kind="paper", key="birth_witness", origin="uploaded", state="held", changed_at=clock.now()
    )
    officer = officer_of("H57.21", "ancuu")
    submit(dossier.uid, actor=HERS)
    accept(dossier.uid, by=officer)
    reasons = [{"part": NUMBER, "why": "wrong", "text": "Số định danh của cha chưa đúng."}]
    request_supplement(dossier.uid, words="Xin xem lại.", reasons=reasons, by=officer)
    user = User.objects.create_user("ngocanh", full_name="Phạm Thị Ngọc Anh")
    Identity.objects.create(
        user=user, party=dossier.applicant, issuer="test", subject_hash="1" * 64, created_at=clock.now()
    )
    return dossier


def code_for(dossier, user):
    """Return the code that she makes on her page."""
    hers = Client()
    hers.force_login(user)
    session = hers.session
    session[KEY] = 2
    session.save()
    page = hers.post(f"/procedures/dossiers/{dossier.uid}/helper", {"minutes": "60"}).content.decode()
    return page.partition('class="code-big">')[2].partition("<")[0]


def test_a_neighbour_supplies_the_number_and_sees_nothing_else(asked_for, visit):  # noqa: F811
    code = code_for(asked_for, User.objects.get(username="ngocanh"))
    page = visit(User.objects.create_user("hangxom", full_name="Hàng Xóm"), width=375)
    page.goto("/procedures/help")
    page.locator("input[name=code]").fill(code)
    page.locator("main button").first.click()
    page.locator(f'input[name="{NUMBER}"]').wait_for()
    told = page.locator("main").inner_text()
    assert "Số định danh của cha chưa đúng." in told
    assert "Ngọc Anh" not in told
    require_sound(page, page.url)
    page.locator(f'input[name="{NUMBER}"]').fill(FATHER)
    page.screenshot(path="/tmp/helper-step.png", full_page=True)
    page.get_by_role("button", name="Tiếp tục").click()
    page.wait_for_url("**/preview")
    page.screenshot(path="/tmp/helper-asking.png", full_page=True)
    asking.answer.now(asked_for.uid)
    require_sound(page, f"/procedures/dossiers/{asked_for.uid}/preview")
    page.screenshot(path="/tmp/helper-preview.png", full_page=True)
    assert page.get_by_text("Chỉ người nộp hồ sơ mới gửi được").count()
    assert "Trần Minh Khôi" not in page.locator("main").inner_text()
    assert answers_of(asked_for)[NAME] == "Trần Minh Khôi"
    assert Dossier.objects.get(pk=asked_for.pk).state == "supplement_wanted"
