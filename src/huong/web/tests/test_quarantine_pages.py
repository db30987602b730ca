"""A steward repairs what waits: one row, or all rows of a rule; takes it back; loads it again; drops it."""

from huong.intake import actions, queries
from huong.web.tests.conftest import sign_in
from huong.web.tests.test_dataset_pages import text_of

URL = "/desk/quarantine/pumps/"


def rule_of(pumps, part):
    return next(rule for rule, _text, _count in queries.waiting_by_rule("pumps") if rule.startswith(part))


def test_waiting_rows_stand_with_their_reasons_and_can_be_filtered_by_rule(pumps, as_steward):
    page = text_of(as_steward.get(URL))
    assert "TB-04" in page
    assert "TB-05" in page
    assert "2 dòng chờ sửa" in page
    page = text_of(as_steward.get(URL, {"rule": rule_of(pumps, "power")}))
    assert "TB-05" in page
    assert "TB-04" not in page


def test_one_row_is_repaired_taken_back_repaired_again_and_replayed(pumps, as_steward):
    sent = {"load": pumps.id, "row": "6", "cell-cong_suat": "70", "was-cong_suat": "-7", "next": URL}
    page = text_of(as_steward.post(f"{URL}repair", sent, follow=True))
    assert "Đã lưu: 1 dòng." in page
    repair = queries.repairs_of(pumps.id).get()
    page = text_of(as_steward.post(f"{URL}undo", {"repair": repair.pk, "next": URL}, follow=True))
    assert "1 đã sửa" not in page
    as_steward.post(f"{URL}repair", sent)
    page = text_of(as_steward.get(URL))
    assert "Nạp 1 dòng đã sửa" in page
    answer = as_steward.post(f"{URL}replay")
    load_id = answer.headers["Location"].rsplit("/", 1)[-1]
    assert actions.run(load_id).accepted == 1
    assert queries.waiting_of(["pumps"]) == {"pumps": 1}


def test_the_form_of_a_row_shows_every_cell_and_offers_the_values_of_a_list(pumps, as_steward):
    page = text_of(as_steward.get(URL, {"row": f"{pumps.id}:5"}))
    assert 'id="repair"' in page
    assert 'name="was-phuong" value="Phường Không Có"' in page
    assert '<option value="19815">' in page
    sent = {"load": pumps.id, "row": "5", "cell-phuong": "x", "was-phuong": "x", "next": URL}
    assert "Chưa có gì thay đổi" in text_of(as_steward.post(f"{URL}repair", sent, follow=True))
    assert 'id="repair"' not in text_of(as_steward.get(URL, {"row": f"{pumps.id}:99"}))


def test_all_rows_of_a_rule_are_repaired_at_once_with_a_value_from_the_list(pumps, as_steward):
    rule = rule_of(pumps, "ward")
    page = text_of(as_steward.get(URL, {"rule": rule}))
    assert '<option value="19815">' in page
    sent = {"rule": rule, "field": "phuong", "value": "19815", "from": "", "next": URL}
    assert "Đã lưu: 1 dòng." in text_of(as_steward.post(f"{URL}repair", sent, follow=True))


def test_a_row_is_dropped_only_with_a_reason(pumps, as_steward):
    sent = {"load": pumps.id, "row": "5", "next": URL}
    page = text_of(as_steward.post(f"{URL}drop", {**sent, "reason": ""}, follow=True))
    assert "box-bad" in page
    page = text_of(as_steward.post(f"{URL}drop", {**sent, "reason": "Trạm không còn"}, follow=True))
    assert "1 dòng chờ sửa" in page
    assert "Trạm không còn" in page


def test_somebody_without_the_power_is_refused_and_nothing_changes(pumps, client, roads_steward):
    sign_in(client, roads_steward)
    sent = {"load": pumps.id, "row": "6", "cell-cong_suat": "70", "next": "/desk/"}
    client.post(f"{URL}repair", sent)
    assert not queries.repairs_of(pumps.id).exists()


def test_waiting_rows_can_be_taken_to_a_spreadsheet(pumps, as_steward):
    answer = as_steward.get(f"{URL}export.csv")
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeffload,row,problems")
    assert "TB-05" in text


def test_the_way_back_never_leads_to_another_site(pumps, as_steward):
    answer = as_steward.post(f"{URL}undo", {"repair": "0", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/desk/quarantine/"


def test_who_may_not_see_the_rows_gets_a_refusal_and_no_empty_file(pumps, client, roads_steward):
    sign_in(client, roads_steward)
    assert client.get(f"{URL}export.csv").status_code == 403
    assert client.get("/desk/quarantine/nowhere/export.csv").status_code == 404
