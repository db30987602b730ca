"""The citizens' pages: read what will happen, fill in step by step, dispute, refuse, get help, send once."""

import io
from datetime import timedelta

import pytest
from django.test import Client

from huong.base import clock
from huong.people.assurance import KEY
from huong.people.models import Identity
from huong.procedures.actions import asking
from huong.procedures.models import Component, Correction, Dossier, HelperPass, ProcedureVersion
from huong.procedures.queries import answers_of
from huong.procedures.tests.conftest import BIRTH, officer_of

pytestmark = pytest.mark.django_db
STEP_1 = {"requester.relation": "mother"}


def account(username, party=None, level=2):
    """Return a browser in which somebody is signed in."""
    from huong.people.models import User

    user = User.objects.create_user(username, full_name=username)
    if party is not None:
        Identity.objects.create(
            user=user, party=party, issuer="test", subject_hash=username.ljust(64, "0"), created_at=clock.now()
        )
    browser = Client()
    browser.force_login(user)
    session = browser.session
    session[KEY] = level
    session.save()
    return browser


@pytest.fixture
def hers(mother):
    return account("thuha", mother)


def begun(browser):
    answer = browser.post(f"/procedures/{BIRTH}/", {"unit": "19815"})
    assert answer.status_code == 302, answer.content.decode()
    dossier = Dossier.objects.order_by("-pk")[0]
    asking.answer.now(dossier.uid)
    return dossier


def filled(browser, dossier, **more):
    """Go through the whole form as she would, with what the registers do not know."""
    base = f"/procedures/dossiers/{dossier.uid}"
    browser.post(f"{base}/requester", STEP_1)
    asking.answer.now(dossier.uid)
    browser.post(f"{base}/father", {"father.known": "no"})
    child = {
        "child.name": "Trần An Nhiên",
        "child.sex": "female",
        "child.birth_date": "2026-11-20",
        "child.birth_place": "home",
    }
    return browser.post(f"{base}/child", child | more)


def text_of(answer):
    return answer.content.decode()


def test_before_the_first_field_everybody_reads_what_when_how_much_and_by_whom(procedures):
    page = text_of(Client().get(f"/procedures/{BIRTH}/"))
    for words in ("Đăng ký khai sinh", "ngày làm việc", "01/11/2026", "Luật Hộ tịch 2014", "Giấy chứng sinh"):
        assert words in page
    assert Client().get("/procedures/?q=khai sinh").content.decode().count("Đăng ký khai sinh") >= 1
    assert "Đăng ký khai sinh" in text_of(Client().get("/procedures/?q=KHAI SINH"))
    assert Client().get("/procedures/9.999999/").status_code == 404


def test_a_stranger_is_asked_to_sign_in_and_a_weak_session_for_a_surer_one(procedures):
    assert "/account/" in Client().post(f"/procedures/{BIRTH}/", {"unit": "19815"})["Location"]
    assert "/account/higher" in account("yeu", level=1).post(f"/procedures/{BIRTH}/", {"unit": "19815"})["Location"]


def test_she_walks_through_the_form_and_sends_it_once(registers, hers):
    dossier = begun(hers)
    base = f"/procedures/dossiers/{dossier.uid}"
    page = hers.get(f"{base}/", follow=True)
    assert page.redirect_chain[-1][0].endswith("/requester")
    assert "27 đường Nguyễn Huệ" in text_of(page)
    assert "Dữ liệu dân cư" in text_of(page)
    answer = hers.post(f"{base}/requester", STEP_1)
    assert answer["Location"].endswith("/father")  # nothing is left to ask of the mother
    answer = filled(hers, dossier)
    assert answer["Location"].endswith("/papers")
    hers.post(f"{base}/papers", {"paper": "birth_witness", "dossier": dossier.uid, "files": photo()})
    preview = text_of(hers.get(f"{base}/preview"))
    assert "Bạn không phải khai" in preview
    assert "046•••002" in preview
    assert hers.post(f"{base}/send").status_code == 302
    assert hers.post(f"{base}/send").status_code == 302
    assert Dossier.objects.get().state == "submitted"
    assert "Đã gửi" in text_of(hers.get(f"{base}/"))


def photo(name="giay.jpg", size=(1200, 900)):
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, "JPEG")
    out.seek(0)
    out.name = name
    return out


def test_what_is_wrong_is_said_beside_its_field_and_kept(procedures, hers):
    dossier = begun(hers)
    tomorrow = str(clock.today() + timedelta(days=1))
    answer = filled(hers, dossier, **{"child.birth_date": tomorrow})
    assert answer.status_code == 422
    assert "Ngày này ở tương lai" in text_of(answer) or "field-error" in text_of(answer)
    assert answers_of(dossier)["child.birth_date"] == tomorrow


def test_nobody_else_sees_her_dossier(procedures, hers):
    dossier = begun(hers)
    assert account("nguoila").get(f"/procedures/dossiers/{dossier.uid}/preview").status_code == 404
    assert "/account/" in Client().get(f"/procedures/dossiers/{dossier.uid}/preview")["Location"]


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in_again(procedures, hers, mother):
    dossier = begun(hers)
    gone = Client()
    url = f"/procedures/dossiers/{dossier.uid}/requester"
    answer = gone.post(url, {**STEP_1, "requester.address": "12 Lê Lợi"})
    assert f"next=%2Fprocedures%2Fdossiers%2F{dossier.uid}" in answer["Location"]
    user = Identity.objects.get(party=mother).user
    gone.force_login(user)
    session = gone.session
    session[KEY] = 2
    session.save()
    page = text_of(gone.get(url))
    assert "12 Lê Lợi" in page
    assert answers_of(dossier)["requester.address"] == "12 Lê Lợi"


def test_typing_is_saved_by_itself(procedures, hers):
    dossier = begun(hers)
    answer = hers.post(f"/procedures/dossiers/{dossier.uid}/requester/save", {"requester.address": "5 Hùng Vương"})
    assert answer.json()["saved"]
    assert answers_of(dossier)["requester.address"] == "5 Hùng Vương"


def test_she_refuses_a_source_and_writes_herself(registers, hers):
    dossier = begun(hers)
    filled(hers, dossier)
    hers.post(f"/procedures/dossiers/{dossier.uid}/wish", {"source": "register:person", "use": "no"})
    assert not Component.objects.filter(dossier=dossier, source__startswith="register:person", locked=True).exists()
    page = text_of(hers.get(f"/procedures/dossiers/{dossier.uid}/preview"))
    assert "register:person" in page


def test_she_says_that_a_value_is_wrong_and_goes_on(registers, hers, ward_officer):
    dossier = begun(hers)
    filled(hers, dossier)
    url = f"/procedures/dossiers/{dossier.uid}/wrong/requester.address"
    assert "27 đường Nguyễn Huệ" in text_of(hers.get(url))
    hers.post(url, {"right": "29 đường Nguyễn Huệ", "proof": photo()})
    case = Correction.objects.get()
    assert (case.owner, case.state, bool(case.proof)) == ("H57.21", "open", True)
    assert answers_of(dossier)["requester.address"] == "29 đường Nguyễn Huệ"
    desk = Client()
    from huong.web.tests.conftest import sign_in

    sign_in(desk, ward_officer)
    listed = text_of(desk.get("/desk/dossiers/corrections/"))
    assert "Nơi cư trú" in listed
    entry = listed.partition('href="/desk/dossiers/corrections/"')[2].partition("</a>")[0]
    assert "Người dân báo sai" in entry
    assert ">1<" in entry.replace(" ", "").replace("\n", "")
    page = text_of(desk.get(f"/desk/dossiers/corrections/{case.uid}"))
    assert "27 đường Nguyễn Huệ" in page
    assert "29 đường Nguyễn Huệ" in page
    assert desk.get(f"/desk/dossiers/corrections/{case.uid}/proof.pdf").status_code == 200
    answer = desk.post(
        f"/desk/dossiers/corrections/{case.uid}", {"decision": "corrected", "answer": "Đã sửa.", "version": "1"}
    )
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.state == "corrected"
    from huong.messages.models import Bell

    assert Bell.objects.filter(user=dossier.filed_by).count() == 1


def test_an_officer_of_another_agency_does_not_see_the_case(registers, hers, stranger):
    from huong.web.tests.conftest import sign_in

    dossier = begun(hers)
    filled(hers, dossier)
    hers.post(f"/procedures/dossiers/{dossier.uid}/wrong/requester.address", {"right": "29 Nguyễn Huệ"})
    desk = Client()
    sign_in(desk, stranger)
    assert desk.get(f"/desk/dossiers/corrections/{Correction.objects.get().uid}").status_code == 404


def test_a_form_that_was_replaced_says_what_is_new_and_loses_nothing(procedures, hers):
    dossier = begun(hers)
    filled(hers, dossier)
    old = ProcedureVersion.objects.get(procedure__code=BIRTH)
    body = {**old.body, "summary": "Mới"}
    ProcedureVersion.objects.filter(pk=old.pk).update(state="retired", valid_to=clock.now())
    ProcedureVersion.objects.create(
        procedure=old.procedure, number=2, state="published", body=body, valid_from=clock.now(), changed_at=clock.now()
    )
    from huong.procedures.loading import renew

    renew()
    answer = hers.post(f"/procedures/dossiers/{dossier.uid}/send")
    assert answer["Location"].endswith("/new")
    assert "Biểu mẫu đã thay đổi" in text_of(hers.get(answer["Location"]))
    hers.post(answer["Location"])
    dossier.refresh_from_db()
    assert dossier.edition.number == 2
    assert answers_of(dossier)["child.name"] == "Trần An Nhiên"


def test_a_helper_fills_in_with_her_code_and_sees_nothing_afterwards(procedures, hers):
    dossier = begun(hers)
    page = text_of(hers.post(f"/procedures/dossiers/{dossier.uid}/helper", {"minutes": "15"}))
    code = page.partition('class="code-big">')[2].partition("<")[0]
    assert code not in str(HelperPass.objects.values())
    helper = account("tinhnguyen")
    assert helper.post("/procedures/help", {"code": "AAAA-AAAA"}).status_code == 404
    assert helper.post("/procedures/help", {"code": code.lower()}).status_code == 302
    filled(helper, dossier)
    assert answers_of(dossier)["child.name"] == "Trần An Nhiên"
    helped = dossier.actions.get(verb="help")
    assert (helped.helper, helped.by.username) == (True, "tinhnguyen")
    helper.post(f"/procedures/dossiers/{dossier.uid}/send")
    helper.post(f"/procedures/dossiers/{dossier.uid}/withdraw")
    assert Dossier.objects.get().state == "draft"  # neither sent nor thrown away by anybody but her
    hers.post(f"/procedures/dossiers/{dossier.uid}/helper", {"end": "1"})
    assert helper.get(f"/procedures/dossiers/{dossier.uid}/preview").status_code == 404


def test_wrong_codes_are_limited(procedures):
    helper = account("doan")
    answers = {helper.post("/procedures/help", {"code": f"AAAA-AA{n:02}"}).status_code for n in range(12)}
    assert answers == {404, 429}


def test_a_life_event_is_begun_with_all_its_procedures(procedures, hers):
    page = text_of(Client().get("/procedures/events/child/"))
    assert "Cấp thẻ bảo hiểm y tế" in page
    assert hers.post("/procedures/events/child/", {"unit": "19815"}).status_code == 302
    assert Dossier.objects.count() == 3


def test_a_procedure_without_a_form_has_its_page_all_the_same(procedures):
    from huong.procedures.models import Procedure

    Procedure.objects.create(code="1.999999", name="Thủ tục chưa số hoá", tier="ward", folded="thu tuc chua so hoa")
    assert "tại quầy" in text_of(Client().get("/procedures/1.999999/")).lower()


@pytest.mark.usefixtures("lasting_memory")
def test_the_pages_ask_the_database_the_same_number_of_times(procedures, hers, django_assert_max_num_queries):
    dossier = begun(hers)
    filled(hers, dossier)
    with django_assert_max_num_queries(24):
        hers.get(f"/procedures/dossiers/{dossier.uid}/child")


def test_an_officer_without_power_cannot_open_the_cases(procedures):
    from huong.web.tests.conftest import sign_in

    desk = Client()
    sign_in(desk, officer_of("H57.21", "kiemtoan", "auditor"))
    assert desk.get("/desk/dossiers/corrections/").status_code == 403
