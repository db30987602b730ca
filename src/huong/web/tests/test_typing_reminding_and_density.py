"""A row typed by hand, a late sender reminded once a day, tables as tight as the reader likes, exports without formulas."""

from datetime import timedelta

import orjson
import pytest

from huong.base import clock
from huong.base.errors import Conflict, Forbidden, WrongState
from huong.intake import actions, queries
from huong.intake.models import Reminder
from huong.journal.models import Entry
from huong.messages.models import Bell, ContactPoint, Outgoing
from huong.store import queries as store
from huong.web.tests.conftest import PUMPS, load, sign_in
from huong.web.tests.test_dataset_pages import text_of

pytestmark = pytest.mark.django_db(transaction=True)
ENTRY = "/desk/datasets/pumps/entry"
REMIND = "/desk/datasets/pumps/remind"


def test_a_row_is_typed_into_a_form_made_from_the_contract(pumps, as_steward):
    form = text_of(as_steward.get(ENTRY))
    for label in ("Mã trạm", "Phường", "Vị trí: vĩ độ", "Công suất"):
        assert label in form
    assert '<option value="Phường An Cựu">' in form
    row = {"cell-ma": "TB-90", "cell-phuong": "Phường An Cựu", "cell-vi_do": "16.45", "cell-kinh_do": "107,6"}
    answer = as_steward.post(ENTRY, {**row, "cell-cong_suat": "12,5"})
    found = queries.load(answer.headers["Location"].rsplit("/", 1)[-1])
    assert found.state == "queued"
    assert actions.run(found.id).accepted == 1
    rows = {row["code"]: row for row in store.run(store.table("pumps")).to_pylist()}
    assert (rows["TB-90"]["power_kw"], rows["TB-90"]["place"]) == (12.5, {"lon": 107.6, "lat": 16.45})


def test_a_wrong_row_waits_and_an_empty_form_is_refused(pumps, as_steward):
    wrong = as_steward.post(ENTRY, {"cell-ma": "TB-91", "cell-phuong": "Phường An Cựu", "cell-cong_suat": "-4"})
    found = actions.run(wrong.headers["Location"].rsplit("/", 1)[-1])
    assert (found.accepted, found.counts) == (0, {"power_kw.range": 1})
    empty = as_steward.post(ENTRY, {"cell-ma": " "})
    assert empty.status_code == 400
    assert "Hãy điền ít nhất" in text_of(empty)


def test_only_the_owner_types_rows(pumps, client, roads_steward):
    sign_in(client, roads_steward)
    assert client.get(ENTRY).status_code == 403


@pytest.fixture
def late(pumps):
    """Let three days go by since the pumps were loaded; their contract promises one."""
    with clock.freeze(clock.now() + timedelta(days=3)):
        yield pumps


def test_the_sender_of_a_late_dataset_is_reminded_by_bell_and_letter_once_a_day(late, client, steward, roads_steward):
    from huong.messages.actions import contacts

    point = contacts.add_contact(steward.pk, "mail", "minh@example.org")
    ContactPoint.objects.filter(pk=point.pk).update(verified_at=clock.now())
    sent = Outgoing.objects.filter(template="remind")
    sign_in(client, roads_steward)
    assert "Nhắc đơn vị gửi" in text_of(client.get("/desk/datasets/pumps/"))
    assert "sẽ nhận một dòng ở chuông báo" in text_of(client.get(REMIND))
    assert client.post(REMIND).status_code == 302
    assert client.post(REMIND).status_code == 302
    assert (Reminder.objects.count(), sent.count()) == (1, 1)
    bell = Bell.objects.get(user=steward, key__startswith="remind:")
    assert bell.arguments["dataset"] == "Trạm bơm"
    assert Entry.objects.filter(name="intake.reminded", subject="pumps").count() == 1
    assert "Hôm nay đã nhắc đơn vị gửi" in text_of(client.get(REMIND))
    with pytest.raises(Conflict):
        actions.remind("pumps", by=roads_steward)
    with clock.freeze(clock.now() + timedelta(days=1)):
        actions.remind("pumps", by=roads_steward)
    assert sent.count() == 2


def test_the_letter_names_the_dataset_in_both_languages():
    from huong.messages import letters

    facts = {"dataset": "Trạm bơm", "who": "Sở Đường bộ", "path": "/desk/datasets/pumps/"}
    subject, body = letters.write("remind", facts, language="vi")
    assert subject == "Đang chờ dữ liệu: Trạm bơm"
    assert "Sở Đường bộ" in body
    assert letters.write("remind", facts, language="en")[0] == "Data is awaited: Trạm bơm"


def test_nobody_is_reminded_while_the_data_is_fresh_or_by_a_stranger(pumps, client, roads_steward, stranger):
    with pytest.raises(WrongState):
        actions.remind("pumps", by=roads_steward)
    sign_in(client, roads_steward)
    assert "không trễ" in text_of(client.get(REMIND))
    assert "Nhắc đơn vị gửi" not in text_of(client.get("/desk/datasets/pumps/"))
    with clock.freeze(clock.now() + timedelta(days=3)), pytest.raises(Forbidden):
        actions.remind("pumps", by=stranger)
    assert Reminder.objects.count() == 0


def test_tables_stay_as_tight_as_the_reader_chose(pumps, as_steward):
    assert "Dòng sát hơn" in text_of(as_steward.get("/desk/datasets/"))
    answer = as_steward.post("/preferences", {"density": "compact", "next": "/desk/datasets/"})
    assert (answer.headers["Location"], answer.cookies["density"].value) == ("/desk/datasets/", "compact")
    page = text_of(as_steward.get("/desk/datasets/"))
    assert "Dòng thoáng hơn" in page
    assert "gap-top dense" in page
    as_steward.post("/preferences", {"density": "odd", "next": "/desk/"})
    assert "gap-top dense" in text_of(as_steward.get("/desk/datasets/"))


def test_waiting_rows_leave_as_csv_and_json_without_formulas(pumps, as_steward, steward, tmp_path):
    rows = PUMPS.splitlines()[0] + '\n"=HYPERLINK(""http://x"")",@SUM,1,2,-3\n'
    load("pumps", tmp_path, rows, by=steward, file="bad.csv")
    answer = as_steward.get("/desk/quarantine/pumps/export.ndjson")
    lines = [orjson.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert lines[0]["cells"]["ma"] == '\'=HYPERLINK("http://x")'
    assert (lines[0]["cells"]["phuong"], lines[0]["cells"]["cong_suat"]) == ("'@SUM", "-3")
    assert len(lines) == 3
    csv = b"".join(as_steward.get("/desk/quarantine/pumps/export.csv").streaming_content).decode()
    assert "'=HYPERLINK" in csv
    assert ",=" not in csv
