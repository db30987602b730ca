"""The pages of datasets: what people see, whom they are for, and that a list costs the same at any length."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huong.base import clock, navigation
from huong.catalogue import actions as catalogue
from huong.intake import actions as intake
from huong.intake import queries as loads
from huong.web.tests.conftest import PUMPS, contract, load, sign_in

PAGES = [
    "/desk/",
    "/desk/datasets/",
    "/desk/datasets/pumps/",
    "/desk/datasets/pumps/contract",
    "/desk/datasets/pumps/loads/",
    "/desk/quarantine/",
    "/desk/quarantine/pumps/",
]


def text_of(response):
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("url", PAGES)
def test_officers_open_every_page_and_others_do_not(url, pumps, client, steward, stranger):
    assert client.get(url).status_code == 302
    sign_in(client, stranger)
    assert client.get(url).status_code == 403
    sign_in(client, steward)
    assert client.get(url).status_code == 200


def test_a_dataset_page_explains_its_figures_weakest_first_with_the_next_step(pumps, as_steward):
    page = text_of(as_steward.get("/desk/datasets/pumps/"))
    assert "Trạm bơm" in page
    assert "2 dòng chờ sửa" in page
    assert "Sửa 2 dòng" in page
    assert page.index('id="correct"') < page.index('id="complete"')
    assert "3 dòng · phiên bản 1" in page


def test_a_dataset_page_shows_the_first_rows_and_a_map_with_units_and_points(pumps, as_steward):
    page = text_of(as_steward.get("/desk/datasets/pumps/"))
    assert "TB-01" in page
    assert "map-point" in page
    assert "Phú Xuân" in page


def test_a_dataset_without_data_says_how_to_begin(steward, as_steward):
    catalogue.add(contract("wells", title="Giếng"), by=None)
    page = text_of(as_steward.get("/desk/datasets/wells/"))
    assert "chưa có dữ liệu" in page
    assert "/desk/datasets/wells/upload" in page


def test_the_list_puts_the_weakest_first_and_can_be_turned_and_filtered(pumps, as_steward, tmp_path):
    catalogue.add(contract("wells", title="Giếng"), by=None)
    load("wells", tmp_path, PUMPS.split("TB-04")[0], file="wells.csv")
    page = text_of(as_steward.get("/desk/datasets/"))
    assert page.index(">Trạm bơm<") < page.index(">Giếng<")
    page = text_of(as_steward.get("/desk/datasets/?sort=title"))
    assert page.index(">Giếng<") < page.index(">Trạm bơm<")
    page = text_of(as_steward.get("/desk/datasets/?q=tram bom"))
    assert ">Trạm bơm<" in page
    assert ">Giếng<" not in page
    assert "Không có bộ dữ liệu nào khớp" in text_of(as_steward.get("/desk/datasets/?domain=health"))


@pytest.mark.usefixtures("lasting_memory")
def test_lists_cost_the_same_number_of_queries_at_any_length(pumps, as_steward):
    def cost(url):
        navigation.forget()  # as for somebody's first page
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert as_steward.get(url).status_code == 200
        return len(seen)

    urls = ["/desk/datasets/", "/desk/", "/desk/quarantine/"]
    for url in urls:
        cost(url)
    before = [cost(url) for url in urls]
    for number in range(8):
        catalogue.add(contract(f"wells_{number}", title=f"Giếng {number}"), by=None)
    assert [cost(url) for url in urls] == before
    assert max(before) <= 20


def test_the_page_of_a_load_says_what_came_and_why_rows_wait(pumps, as_steward):
    page = text_of(as_steward.get(f"/desk/datasets/pumps/loads/{pumps.id}"))
    assert "dòng đã vào kho" in page
    assert "Công suất" in page
    assert "pumps.csv" in page


def test_a_running_load_answers_only_its_progress_to_a_page_that_watches_it(pumps, as_steward):
    answer = as_steward.get(f"/desk/datasets/pumps/loads/{pumps.id}", headers={"HX-Request": "true"})
    assert answer.headers["Huong-Done"] == "1"
    assert "<html" not in text_of(answer)


def test_a_file_is_taken_in_its_columns_confirmed_and_then_loaded(pumps, as_steward, tmp_path):
    path = tmp_path / "more.csv"
    path.write_text(PUMPS.replace("TB-0", "TB-1").replace("ma,phuong", "ma_tram,phuong"), encoding="utf-8")
    with path.open("rb") as file:
        answer = as_steward.post("/desk/datasets/pumps/upload", {"file": file})
    assert answer.status_code == 302
    page = text_of(as_steward.get(answer.headers["Location"]))
    assert "UTF-8" in page
    assert "dấu phẩy" in page
    assert "<option selected>ma_tram</option>" in page

    columns = {"ma": "ma_tram", "phuong": "phuong", "vi_do": "vi_do", "kinh_do": "kinh_do", "cong_suat": "cong_suat"}
    sent = {f"map-{name}": column for name, column in columns.items()}
    missing = as_steward.post(answer.headers["Location"], {**sent, "map-ma": "", "confirm": "1"})
    assert missing.status_code == 400
    assert "Mục bắt buộc cần có một cột" in text_of(missing)
    started = as_steward.post(answer.headers["Location"], {**sent, "confirm": "1"})
    assert started.status_code == 302
    load_id = answer.headers["Location"].rsplit("/", 1)[-1]
    assert loads.load(load_id).state == "queued"
    assert intake.run(load_id).accepted == 3


def test_a_picture_instead_of_a_table_is_refused_with_a_sentence(pumps, as_steward, tmp_path):
    path = tmp_path / "photo.csv"
    path.write_bytes(b"\xff\xd8\xff\xe0" + bytes(400))
    with path.open("rb") as file:
        answer = as_steward.post("/desk/datasets/pumps/upload", {"file": file})
    assert answer.status_code == 400
    assert "box-bad" in text_of(answer)


def test_somebody_of_another_agency_may_look_but_not_load_or_repair(pumps, client, roads_steward):
    sign_in(client, roads_steward)
    page = text_of(client.get("/desk/datasets/pumps/"))
    assert "upload" not in page
    assert client.get("/desk/datasets/pumps/upload").status_code == 403
    assert "Việc này thuộc Sở Thoát nước" in text_of(client.get("/desk/quarantine/pumps/"))


def test_history_comes_as_csv_too(pumps, as_steward):
    lines = text_of(as_steward.get("/desk/datasets/pumps/scores.csv")).splitlines()
    assert lines[0] == "day,correct,complete,clean,live,unified,shared"
    assert len(lines) == 2


def test_a_load_shows_no_facts_of_another_dataset_than_its_own(pumps, as_steward):
    from huong.catalogue import actions

    actions.add(contract("hidden", owner="H57.9").replace("discoverable: true", "discoverable: false"), by=None)
    assert as_steward.get("/desk/datasets/hidden/").status_code == 404
    assert as_steward.get(f"/desk/datasets/hidden/loads/{pumps.id}").status_code == 404
    assert as_steward.get(f"/desk/datasets/pumps/loads/{pumps.id}").status_code == 200


def test_a_system_with_a_token_reads_the_scores_that_it_may_see(pumps, client, drains, admin):
    from huong.catalogue import actions
    from huong.people.actions import tokens

    actions.add(contract("inner").replace("value: open", "value: shared"), by=None)
    _token, secret = tokens.issue("SCADA", agency=drains, powers=["store.read"], by=admin)
    bearer = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/datasets/inner/score", headers=bearer).status_code == 200
    assert client.get("/api/v1/datasets/inner/score/history", headers=bearer).status_code == 200


def test_the_age_of_data_is_its_age_today_and_not_when_it_was_judged(pumps, as_steward):
    with clock.freeze(clock.now() + timedelta(days=5)):
        page = text_of(as_steward.get("/desk/datasets/pumps/"))
    assert "Dữ liệu mới nhất 5 ngày trước" in page
