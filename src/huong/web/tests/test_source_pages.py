"""Sources on pages: set up, tried, paused and followed by whoever may write the contract; secrets never come back."""

import re
import sqlite3

import pytest

from huong.base import home
from huong.base.errors import Unavailable
from huong.intake import actions, queries
from huong.intake.actions.connecting import secrets_of
from huong.web.tests.conftest import sign_in
from huong.web.tests.test_dataset_pages import text_of

pytestmark = pytest.mark.django_db(transaction=True)
SOURCES = "/desk/datasets/pumps/sources/"
ROWS = [("TB-61", "Phường An Cựu", 16.45, 107.6, 75), ("TB-62", "Phường Phú Xuân", 16.48, 107.57, 80)]


@pytest.fixture
def their_database():
    """Make the department's own database in its drop folder."""
    path = home.path("drop", "bom", "bom.db")
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as con:
        con.execute("CREATE TABLE tram (so_tram TEXT, phuong TEXT, vi_do REAL, kinh_do REAL, cong_suat REAL)")
        con.executemany("INSERT INTO tram VALUES (?, ?, ?, ?, ?)", ROWS)
    con.close()
    return {"engine": "sqlite", "file": "bom/bom.db", "table": "tram", "every": "60"}


@pytest.fixture
def source(pumps, steward):
    """Set up a source with a secret."""
    return actions.save_source(
        "pumps",
        "SCADA",
        kind="http",
        settings={"url": "https://scada.example.org/tram"},
        credentials={"token": "rất-bí-mật"},
        every_minutes=60,
        by=steward,
    )


def test_a_source_is_tried_its_columns_confirmed_kept_and_fetched(pumps, as_steward, their_database):
    assert "Chưa có nguồn nào" in text_of(as_steward.get(SOURCES))
    form = f"{SOURCES}new/database"
    assert "Thử kết nối" in text_of(as_steward.get(form))
    tried = text_of(as_steward.post(form, {**their_database, "name": "Tủ bơm", "try": "1"}))
    assert "Nguồn trả lời, có 5 cột" in tried
    assert "TB-61, TB-62" in tried or "Phường An Cựu, Phường Phú Xuân" in tried
    assert queries.sources_of("pumps").count() == 0

    mapping = {f"map-{name}": name for name in ("phuong", "vi_do", "kinh_do", "cong_suat")} | {"map-ma": "so_tram"}
    kept = as_steward.post(form, {**their_database, **mapping, "name": "Tủ bơm"})
    source = queries.sources_of("pumps").get()
    assert kept.headers["Location"] == f"{SOURCES}{source.pk}"
    assert (source.every_minutes, source.mapping["ma"]) == (60, "so_tram")
    assert actions.pull(source.pk).accepted == 2
    page = text_of(as_steward.get(f"{SOURCES}{source.pk}"))
    assert "2 dòng" in page
    assert "mỗi giờ" in page
    assert "<option selected>so_tram</option>" in page


def test_what_does_not_work_is_said_and_what_was_typed_stays(pumps, as_steward, their_database):
    form = f"{SOURCES}new/database"
    missing = as_steward.post(form, {**their_database, "table": "khac", "name": "Tủ bơm", "try": "1"})
    assert missing.status_code == 400
    assert "“khac”" in text_of(missing).replace("&quot;", "“")
    assert 'value="bom/bom.db"' in text_of(missing)
    for wrong in ({"file": "../db.sqlite3"}, {"file": "/etc/passwd"}, {"table": ""}, {"name": ""}, {"port": "x"}):
        assert as_steward.post(form, {**their_database, "name": "Tủ bơm", **wrong}).status_code == 400
    assert queries.sources_of("pumps").count() == 0
    assert as_steward.get(f"{SOURCES}new/khong-co").status_code == 400


def test_an_inner_address_is_refused_when_a_source_is_tried(pumps, as_steward):
    answer = as_steward.post(f"{SOURCES}new/http", {"url": "http://127.0.0.1:1/", "name": "x", "try": "1"})
    assert answer.status_code == 400
    assert "mạng nội bộ" in text_of(answer) or "private" in text_of(answer)


def test_a_secret_is_never_shown_again_kept_when_left_empty_and_not_sent_to_another_address(source, as_steward):
    url = f"{SOURCES}{source.pk}"
    page = text_of(as_steward.get(url))
    assert "rất-bí-mật" not in page
    assert "Đã có một mã được lưu" in page
    as_steward.post(url, {"url": "https://scada.example.org/tram", "every": "15"})
    source.refresh_from_db()
    assert (secrets_of(source), source.every_minutes) == ({"token": "rất-bí-mật"}, 15)
    for extra in ({}, {"try": "1"}):
        moved = as_steward.post(url, {"url": "https://elsewhere.example.com/", **extra})
        assert moved.status_code == 400
        assert "nhập lại mật khẩu" in text_of(moved)
    as_steward.post(url, {"url": "https://elsewhere.example.com/", "token": "mới", "every": "15"})
    source.refresh_from_db()
    assert secrets_of(source) == {"token": "mới"}


def test_a_source_is_paused_goes_on_and_is_fetched_at_once(source, as_steward):
    url = f"{SOURCES}{source.pk}"
    as_steward.post(f"{url}/pause")
    source.refresh_from_db()
    assert (source.is_active, source.due_at) == (False, None)
    assert "tạm dừng" in text_of(as_steward.get(SOURCES))
    as_steward.post(f"{url}/resume")
    source.refresh_from_db()
    assert source.is_active
    assert source.due_at is not None
    assert as_steward.post(f"{url}/fetch").headers["Location"] == url


def test_failures_stand_in_the_history_with_the_next_try(pumps, as_steward, their_database, steward):
    settings = {"engine": "sqlite", "file": "bom/khong-co.db", "table": "tram"}
    source = actions.save_source("pumps", "hỏng", kind="database", settings=settings, every_minutes=60, by=steward)
    for _time in range(2):
        with pytest.raises(Unavailable):
            actions.pull(source.pk)
    page = text_of(as_steward.get(f"{SOURCES}{source.pk}"))
    assert "Đã 2 lần liền không lấy được" in page
    assert re.search(r"Sẽ thử lại lúc \d", page)
    assert page.count("không lấy được</span>") == 2
    assert "không trả lời" in text_of(as_steward.get(SOURCES))


def test_only_who_may_write_the_contract_sees_the_sources(source, client, roads_steward, officer):
    for person in (roads_steward, officer):
        sign_in(client, person)
        for url in (SOURCES, f"{SOURCES}{source.pk}", f"{SOURCES}new/http"):
            assert client.get(url).status_code == 403
        for verb in ("fetch", "pause", "resume"):
            assert client.post(f"{SOURCES}{source.pk}/{verb}").status_code == 403
    source.refresh_from_db()
    assert source.is_active


def test_the_source_of_another_dataset_is_not_found_here(source, as_steward, steward):
    from huong.catalogue import actions as catalogue
    from huong.web.tests.conftest import contract

    catalogue.add(contract("wells", title="Giếng"), by=None)
    assert as_steward.get(f"/desk/datasets/wells/sources/{source.pk}").status_code == 404
    assert as_steward.post(f"/desk/datasets/wells/sources/{source.pk}/pause").status_code == 404


def test_samples_of_a_personal_dataset_are_not_shown_when_its_source_is_tried(as_steward, steward, their_database):
    from huong.catalogue import actions as catalogue
    from huong.web.tests.conftest import contract

    catalogue.add(contract("secret_pumps", title="Kín").replace("value: open", "value: personal"), by=None)
    facts = {name: value for name, value in their_database.items() if name != "every"}
    trial = actions.try_source("secret_pumps", kind="database", settings=facts, by=steward)
    assert (len(trial.columns), trial.samples) == (5, {})
