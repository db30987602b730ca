"""Open311 GeoReport v2 as existing clients need it: every endpoint, both forms, the same values."""

import io
import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from PIL import Image

from huong.base import clock
from huong.people import queries as people
from huong.people.actions import tokens
from huong.reports import actions
from huong.reports.models import PeerUpdate, Report, TrialRequest
from huong.reports.tests.conftest import AN_CUU, IOC, WARD

V2, TEST = "/open311/v2/", "/open311/test/v2/"


def system(agency: str, *powers: str) -> str:
    return tokens.issue("Ứng dụng", agency=people.agency(agency), powers=list(powers), by=None)[1]


@pytest.fixture
def app(rules) -> str:
    """Return the key of an app that sends reports and may do nothing else."""
    return system(IOC, "reports.send")


@pytest.fixture
def both(client):
    """Return a function that asks in both forms, checks that they say the same, and returns the tree."""

    def ask(path: str, **params: str):
        found_json = client.get(f"{path}.json", params)
        found_xml = client.get(f"{path}.xml", params)
        assert found_json.status_code == found_xml.status_code
        assert found_json["Content-Type"] == "application/json; charset=utf-8"
        assert found_xml["Content-Type"] == "text/xml; charset=utf-8"
        tree = json.loads(found_json.content)
        assert plain(tree) == of_xml(ElementTree.fromstring(found_xml.content))
        return tree

    return ask


def plain(value):
    """Return a JSON tree as XML would say it."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()} or None
    if isinstance(value, list):
        return [plain(each) for each in value] or None
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return value or None


LISTS = {
    "services", "attributes", "values", "service_requests", "service_request_updates", "errors", "endpoints", "formats",
}  # fmt: skip


def of_xml(element):
    """Return an XML tree as plain values."""
    if len(element) == 0:
        return element.text or None
    if element.tag in LISTS:
        return [of_xml(each) for each in element]
    return {each.tag: of_xml(each) for each in element}


def post(client, key: str, path: str = f"{V2}requests.json", **fields):
    given = {"api_key": key, "service_code": "duong-pho.do-xe", "lat": AN_CUU[1], "long": AN_CUU[0]}
    return client.post(path, given | {"description": "Xe tải đậu chắn lối đi"} | fields)


def sent(client, key: str, **fields) -> str:
    answer = post(client, key, **fields)
    assert answer.status_code == 200, answer.content
    return str(json.loads(answer.content)[0]["service_request_id"])


def test_discovery_lists_the_real_endpoint_and_one_to_try_things_at(both, rules):
    found = both("/open311/discovery")
    assert [each["type"] for each in found["endpoints"]] == ["production", "test"]
    assert all(each["url"].endswith("/v2/") for each in found["endpoints"])
    assert found["endpoints"][0]["formats"] == ["text/xml", "application/json"]


@pytest.mark.parametrize("base", [V2, TEST])
def test_services_are_the_citys_categories_with_their_questions(both, rules, base):
    found = both(f"{base}services")
    assert len(found) > 80
    assert all(isinstance(each["service_code"], str) and "keywords" in each and each["group"] for each in found)
    asked = [each for each in found if each["metadata"]]
    for each in asked[:3]:
        definition = both(f"{base}services/{each['service_code']}")
        assert definition["service_code"] == each["service_code"]
        assert {"code", "datatype", "required", "order", "description", "values"} <= set(definition["attributes"][0])
    assert client_status(both, f"{base}services/no-such") == "404"


def client_status(both, path: str) -> str:
    (error,) = both(path)
    return str(error["code"])


def test_a_sent_report_can_be_looked_up_at_once_but_says_nothing_before_screening(client, both, app, dispatcher):
    number = sent(client, app, first_name="Lan", last_name="Nguyễn", phone="0912345678", email="lan@example.org")
    assert number.startswith("PA-")
    assert both(f"{V2}tokens/{number}")[0]["service_request_id"] == number
    (found,) = both(f"{V2}requests/{number}")
    assert (found["status"], found["description"], found["lat"], found["address"]) == ("open", None, None, None)
    assert both(f"{V2}requests") == []
    (own,) = both(f"{V2}requests/{number}", api_key=app)
    assert own["description"] == "Xe tải đậu chắn lối đi"
    actions.accept(number, by=dispatcher)
    (public,) = both(f"{V2}requests")
    assert public["description"] == "Xe tải đậu chắn lối đi"
    assert public["lat"] == AN_CUU[1]
    assert public["expected_datetime"]
    assert {"zipcode", "lat", "long", "address_id", "media_url"} <= set(public)
    assert "Lan" not in json.dumps(public, ensure_ascii=False)
    assert "0912345678" not in json.dumps(public)


def test_xml_is_answered_to_a_sending_as_a_list_of_one(client, app):
    answer = post(client, app, f"{V2}requests.xml/")
    root = ElementTree.fromstring(answer.content)
    assert root.tag == "service_requests"
    assert root.find("request/service_request_id").text == Report.objects.get().number


def test_answers_to_questions_and_an_address_alone_are_taken(client, app):
    number = sent(
        client, app, service_code="chieu-sang.den-hong", lat="", long="", address_string="kiệt 12 Hùng Vương, phường An Cựu",
        **{"attribute[so_bong]": "3", "attribute[cot][]": ["A1", "A2"]},
    )  # fmt: skip
    report = Report.objects.get()
    assert report.number == number
    assert report.asks == {"so_bong": "3", "cot": "A1, A2"}
    assert "Hùng Vương" in report.place


def test_pictures_come_as_multipart_and_everybody_sees_the_first_once_public(client, both, app, dispatcher):
    number = sent(client, app, media=[picture("red"), picture("blue")])
    assert Report.objects.get().photos_count == 2
    actions.accept(number, by=dispatcher)
    (found,) = both(f"{V2}requests/{number}")
    assert found["media_url"].startswith("http://testserver/")
    assert client.get(found["media_url"].removeprefix("http://testserver"))["Content-Type"] == "image/jpeg"


def picture(colour: str) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(file, "JPEG")
    file.seek(0)
    file.name = f"{colour}.jpg"
    return file


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"api_key": ""}, 403),
        ({"api_key": "wrong"}, 403),
        ({"service_code": ""}, 400),
        ({"service_code": "no-such"}, 404),
        ({"lat": "", "long": ""}, 400),
        ({"lat": "north"}, 400),
        ({"lat": "21.03", "long": "105.85"}, 400),
        ({"phone": "12"}, 400),
        ({"description": "x" * 4100}, 400),
        ({"jurisdiction_id": "boston.gov"}, 404),
    ],
)
@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_wrong_sending_is_refused_with_the_list_of_errors_and_keeps_nothing(client, app, fields, status, form):
    answer = post(client, app, f"{V2}requests.{form}", **fields)
    assert answer.status_code == status
    if form == "json":
        (error,) = json.loads(answer.content)
        assert error["code"] == status
        assert error["description"]
    else:
        root = ElementTree.fromstring(answer.content)
        assert (root.tag, root.find("error/code").text) == ("errors", str(status))
        assert root.find("error/description").text
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "query",
    ["status=maybe", "start_date=yesterday", "page=0", "page_size=x", "updated_after=1", "jurisdiction_id=x.gov"],
)
def test_a_wrong_question_is_never_answered_with_200(client, rules, query):
    for form in ("xml", "json"):
        assert client.get(f"{V2}requests.{form}?{query}").status_code in {400, 404}


@pytest.mark.parametrize("path", ["v2/requests/PA-999999.json", "v2/tokens/PA-999999.json", "v2/nothing.json"])
def test_what_is_not_there_is_404_with_the_list_of_errors(client, rules, path):
    answer = client.get(f"/open311/{path}")
    assert answer.status_code == 404
    assert json.loads(answer.content)[0]["code"] == 404


def test_the_same_key_of_a_client_is_one_report(client, app):
    for _time in range(3):
        client.post(
            f"{V2}requests.json",
            {
                "api_key": app,
                "service_code": "duong-pho.do-xe",
                "lat": AN_CUU[1],
                "long": AN_CUU[0],
                "description": "Chắn lối",
            },
            headers={"Idempotency-Key": "a-random-key-of-client"},
        )
    assert Report.objects.count() == 1


@pytest.fixture
def five(rules, blocked, dispatcher):
    """Return five public reports, an hour apart, the newest first."""
    begin, found = clock.now() - timedelta(hours=10), []
    for hour in range(5):
        with clock.freeze(begin + timedelta(hours=hour)):
            report = actions.send(blocked).report
            actions.accept(report.number, by=dispatcher)
            found.append(report.number)
    return found[::-1]


def ids(rows) -> list[str]:
    return [row["service_request_id"] for row in rows]


def test_pages_are_whole_and_a_page_past_the_end_is_empty(both, five):
    assert ids(both(f"{V2}requests", page_size="2")) == five[:2]
    assert ids(both(f"{V2}requests", page_size="2", page="3")) == five[4:]
    assert both(f"{V2}requests", page_size="2", page="4") == []


def test_reports_are_found_by_id_category_state_and_time(both, five, ward_officer):
    actions.answer(five[0], text="Đã xử lý.", by=ward_officer)
    assert ids(both(f"{V2}requests", status="closed")) == five[:1]
    assert ids(both(f"{V2}requests", status="open,closed")) == five
    assert ids(both(f"{V2}requests", service_code="ve-sinh.do-trom,duong-pho.do-xe")) == five
    assert both(f"{V2}requests", service_code="ve-sinh.do-trom") == []
    wanted = ",".join(five[1:3])
    assert ids(both(f"{V2}requests", service_request_id=wanted, status="closed")) == five[1:3]
    third = Report.objects.get(pk=int(five[2][3:])).received_at.isoformat()
    assert ids(both(f"{V2}requests", start_date=third)) == five[:3]
    assert ids(both(f"{V2}requests", end_date=third)) == five[2:]
    found = both(f"{V2}requests", updated_after=(clock.now() - timedelta(minutes=30)).isoformat())
    assert ids(found) == five[:1]
    assert found[0]["status_notes"] == "Đã xử lý."


def test_reports_older_than_ninety_days_are_not_in_the_list_unless_a_time_is_named(both, rules, blocked, dispatcher):
    old = clock.now() - timedelta(days=120)
    with clock.freeze(old):
        number = actions.send(blocked).report.number
        actions.accept(number, by=dispatcher)
    assert both(f"{V2}requests") == []
    assert ids(both(f"{V2}requests", start_date=(old - timedelta(days=1)).isoformat())) == [number]


def test_nobody_pages_deeper_than_is_counted_through(client, five, monkeypatch):
    from huong.reports.open311 import asking

    monkeypatch.setattr(asking, "DEEPEST", 4)
    since = (clock.now() - timedelta(days=2)).isoformat()
    asked = {"page_size": "2", "updated_after": since}
    assert [len(json.loads(client.get(f"{V2}requests.json", asked | {"page": page}).content)) for page in "12"] == [
        2,
        2,
    ]
    refused = client.get(f"{V2}requests.json", asked | {"page": "3"})
    assert refused.status_code == 400
    assert "updated_after" in json.loads(refused.content)[0]["description"]
    assert json.loads(client.get(f"{V2}requests.json", asked | {"status": "closed", "page": "9"}).content) == []


@pytest.mark.usefixtures("lasting_memory")
def test_a_list_takes_the_same_few_queries_however_long(client, five, django_assert_max_num_queries):
    client.get(f"{V2}requests.xml")
    with django_assert_max_num_queries(8):
        client.get(f"{V2}requests.xml")


def test_updates_tell_in_order_of_time_what_became_of_public_reports(both, five, ward_officer):
    actions.take(five[0], by=ward_officer)
    actions.answer(five[0], text="Đã nhắc nhở chủ xe.", by=ward_officer)
    found = both(f"{V2}servicerequestupdates", start_date=(clock.now() - timedelta(days=1)).isoformat())
    assert [each["updated_datetime"] for each in found] == sorted(each["updated_datetime"] for each in found)
    mine = [each for each in found if each["service_request_id"] == five[0]]
    assert [each["status"] for each in mine] == ["CONFIRMED", "IN_PROGRESS", "FIXED"]
    assert mine[-1]["description"] == "Đã nhắc nhở chủ xe."
    again = both(f"{V2}servicerequestupdates", start_date=(clock.now() - timedelta(days=1)).isoformat())
    assert [each["update_id"] for each in again] == [each["update_id"] for each in found]


def news(client, key: str, number: str, status: str, **fields):
    given = {
        "api_key": key,
        "service_request_id": number,
        "update_id": "77",
        "status": status,
        "description": "Đã xong.",
    }
    return client.post(f"{V2}servicerequestupdates.json", given | fields)


def test_a_system_of_the_agency_answers_a_report_once_however_often_it_says_so(client, five):
    key = system(WARD, "reports.handle")
    first, second = news(client, key, five[0], "FIXED"), news(client, key, five[0], "FIXED")
    assert first.status_code == second.status_code == 200
    assert json.loads(first.content) == json.loads(second.content)
    assert Report.objects.get(pk=int(five[0][3:])).state == "answered"
    assert PeerUpdate.objects.count() == 1


def test_an_update_older_than_what_we_hold_adds_its_words_and_moves_nothing(client, five):
    key = system(WARD, "reports.handle")
    old = (clock.now() - timedelta(days=3)).isoformat()
    assert news(client, key, five[0], "FIXED", updated_datetime=old).status_code == 200
    assert Report.objects.get(pk=int(five[0][3:])).state == "dispatched"


def test_the_system_that_sent_a_report_speaks_for_its_sender_and_others_may_not(client, app, five):
    number = sent(client, app)
    assert news(client, app, number, "OPEN", description="Hôm nay vẫn vậy").status_code == 200
    assert news(client, app, five[0], "OPEN", update_id="78").status_code == 403
    assert news(client, system(WARD, "reports.handle"), five[0], "VANISHED", update_id="8").status_code == 400


def test_the_test_endpoint_takes_everything_and_nobody_works_on_it(client, both, rules):
    assert len(both(f"{TEST}requests")) >= 2
    number = sent_to_test(client)
    assert both(f"{TEST}requests/{number}")[0]["description"] == "Thử"
    assert both(f"{TEST}tokens/{number}")[0]["service_request_id"] == number
    assert ids(both(f"{TEST}requests", page_size="1")) == [number]
    answer = client.post(
        f"{TEST}servicerequestupdates.json",
        {"api_key": "test", "service_request_id": number, "update_id": "1", "status": "FIXED", "description": "Xong"},
    )
    assert answer.status_code == 200
    assert both(f"{TEST}requests/{number}")[0]["status"] == "closed"
    assert len(both(f"{TEST}servicerequestupdates")) == 1
    assert not Report.objects.exists()
    assert post(client, "wrong", f"{TEST}requests.json").status_code == 403


def sent_to_test(client) -> str:
    answer = post(client, "test", f"{TEST}requests.json", description="Thử")
    assert TrialRequest.objects.count() == 1
    return str(json.loads(answer.content)[0]["service_request_id"])
