"""The desk of dossiers: one list across procedures, one screen per dossier, exactly the moves that are allowed."""

import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huong.base import clock
from huong.base.errors import WrongState
from huong.files import actions as files
from huong.journal.models import Entry
from huong.procedures.actions import accept, begin, citizen, save, submit, undoing, working
from huong.procedures.models import Component, Dossier, Procedure
from huong.procedures.queries.values import scope_of, seal
from huong.procedures.tests.conftest import ANSWERS, BIRTH, CONSTRUCTION, WARD, officer_of

pytestmark = pytest.mark.django_db
LIST = "/desk/dossiers/"


def signed_in(client, person):
    client.force_login(person)
    session = client.session
    session["huong_second_factor"] = True
    session.save()
    return client


@pytest.fixture
def at_the_ward(client, ward_officer):
    return signed_in(client, ward_officer)


def url(dossier, end=""):
    return f"{LIST}{dossier.uid}/{end}"


def page_of(client, path, **given):
    return client.get(path, given).content.decode()


def test_a_stranger_is_asked_to_sign_in(client, sent):
    for path in (LIST, url(sent), url(sent, "papers/birth_witness")):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/account/")


def test_the_list_shows_what_was_sent_and_no_drafts(at_the_ward, sent, mother):
    begin(BIRTH, party=mother, actor=citizen(None), unit="An Cựu")
    page = page_of(at_the_ward, LIST)
    assert page.count("Nguyễn Thị Thu Hà") == 1
    assert "1 hồ sơ" in page
    assert Dossier.objects.count() == 2


def test_another_ward_sees_neither_the_dossier_nor_its_papers(client, sent, stranger):
    signed_in(client, stranger)
    assert "Thu Hà" not in page_of(client, LIST, scope="all")
    for path in ("", "papers/birth_witness"):
        assert client.get(url(sent, path)).status_code == 403
    assert client.post(url(sent, "move/accept"), {"version": sent.version}).status_code == 403


def test_a_name_is_found_without_accents_by_a_post_and_a_code_by_its_beginning(at_the_ward, accepted):
    for words in ("thu ha", "Thu Hà", "nguyen ha"):
        assert accepted.code in at_the_ward.post(f"{LIST}find", {"person": words}).content.decode()
    assert accepted.code not in at_the_ward.post(f"{LIST}find", {"person": "trần văn"}).content.decode()
    assert accepted.code in page_of(at_the_ward, LIST, code=accepted.code[:12].lower())
    assert at_the_ward.get(f"{LIST}find").status_code == 405


def test_filters_and_the_saved_order(at_the_ward, accepted):
    assert accepted.code in page_of(at_the_ward, LIST, state="accepted", procedure=BIRTH, channel="online")
    assert accepted.code not in page_of(at_the_ward, LIST, state="refused")
    assert accepted.code not in page_of(at_the_ward, LIST, bucket="late")
    with clock.freeze(accepted.due_at.replace(hour=23)):
        assert accepted.code in page_of(at_the_ward, LIST, bucket="late")
    at_the_ward.get(LIST, {"order": "newest"})
    assert '<option value="newest" selected>' in page_of(at_the_ward, LIST)


def copies(dossier, count):
    """Put more dossiers of the same kind beside one."""
    rows = []
    for number in range(count):
        copy = Dossier.objects.get(pk=dossier.pk)
        copy.pk, copy.uid, copy.code = None, f"copy{number:028d}", f"{WARD}-261125-{number + 1000:04d}"
        rows.append(copy)
    Dossier.objects.bulk_create(rows)


def queries_of(client):
    """Return the queries of the list, without those that memory spares for some seconds (the fewest of four)."""
    found = []
    for _look in range(4):
        with CaptureQueriesContext(connection) as captured:
            page_of(client, LIST)
        found.append([each["sql"] for each in captured])
    return min(found, key=len)


@pytest.mark.usefixtures("lasting_memory")
def test_the_list_takes_the_same_few_queries_however_many_dossiers_and_procedures(at_the_ward, accepted):
    copies(accepted, 1)
    few = queries_of(at_the_ward)
    others = [Procedure(code=f"9.{number:06d}", name=f"Thủ tục {number}", tier="ward") for number in range(200)]
    Procedure.objects.bulk_create(others)
    Dossier.objects.filter(uid__startswith="copy").delete()
    copies(accepted, 200)
    for number, each in enumerate(Dossier.objects.filter(uid__startswith="copy")):
        Dossier.objects.filter(pk=each.pk).update(procedure=f"9.{number:06d}", edition=None)
    many = queries_of(at_the_ward)
    assert len(many) == len(few) <= 8


def test_the_list_pages_through_everything_once(at_the_ward, accepted):
    copies(accepted, 120)
    seen, path = [], LIST
    while path:
        page = page_of(at_the_ward, path)
        seen += [part.split('"')[0] for part in page.split('name="chosen" value="')[1:]]
        following = re.search(r'href="(\?after=[^"]+)"', page)
        path = f"{LIST}{following[1]}" if following else ""
    assert len(seen) == len(set(seen)) == 121


def test_many_are_given_and_handed_over_at_once_and_each_refusal_is_named(at_the_ward, accepted, ward_officer, mother):
    other = begin(BIRTH, party=mother, actor=citizen(None), unit="An Cựu")
    save(other.uid, ANSWERS, actor=citizen(None))
    Component.objects.create(
        dossier=other, kind="paper", key="birth_witness", origin="uploaded", state="held", changed_at=clock.now()
    )
    submit(other.uid, actor=citizen(None))
    other.refresh_from_db()
    chosen = [f"{each.uid}.{each.version}" for each in (accepted, other)]
    page = at_the_ward.post(f"{LIST}bulk", {"verb": "start", "chosen": chosen}, follow=True).content.decode()
    assert "Đã làm xong 1 hồ sơ." in page
    assert f'href="{url(other)}"' in page
    accepted.refresh_from_db()
    assert accepted.assignee == ward_officer
    moved = at_the_ward.post(
        f"{LIST}bulk",
        {
            "verb": "hand_over",
            "chosen": [f"{accepted.uid}.{accepted.version}"],
            "agency": CONSTRUCTION,
            "words": "Giúp.",
        },
    )
    assert moved.status_code == 302
    accepted.refresh_from_db()
    assert accepted.agency == CONSTRUCTION


@pytest.fixture
def handed_over(at_the_ward, accepted):
    """Hand the accepted dossier to the wrong department, from the list."""
    given = {
        "verb": "hand_over",
        "chosen": [f"{accepted.uid}.{accepted.version}"],
        "agency": CONSTRUCTION,
        "words": "Giúp.",
    }
    page = at_the_ward.post(f"{LIST}bulk", given, follow=True).content.decode()
    assert f'name="uid" value="{accepted.uid}"' in page
    accepted.refresh_from_db()
    return accepted


def test_many_handed_over_by_mistake_are_taken_back_at_once(at_the_ward, handed_over):
    due = handed_over.due_at
    page = at_the_ward.post(f"{LIST}bulk/undo", {"uid": handed_over.uid}, follow=True).content.decode()
    assert "1 hồ sơ trở lại như trước" in page
    handed_over.refresh_from_db()
    assert (handed_over.agency, handed_over.state, handed_over.due_at) == (WARD, "accepted", due)
    assert Entry.objects.get(name="procedures.undone").data["undone"] == "hand_over"
    assert "Đã rút lại" in page_of(at_the_ward, url(handed_over))


def test_what_somebody_went_on_with_stays(at_the_ward, handed_over, construction_officer):
    working.start(handed_over.uid, by=construction_officer)
    page = at_the_ward.post(f"{LIST}bulk/undo", {"uid": handed_over.uid}, follow=True).content.decode()
    assert handed_over.code in page
    assert "không rút lại được nữa" in page
    handed_over.refresh_from_db()
    assert handed_over.agency == CONSTRUCTION


def test_after_ten_minutes_and_for_others_nothing_is_taken_back(at_the_ward, handed_over, construction_officer):
    with pytest.raises(WrongState):
        undoing.undo(handed_over.uid, by=construction_officer)
    with clock.freeze(handed_over.changed_at + undoing.WINDOW), pytest.raises(WrongState):
        undoing.undo(handed_over.uid, by=handed_over.changed_by)


def test_whoever_did_nothing_with_a_dossier_learns_nothing_of_it(client, accepted, stranger):
    signed_in(client, stranger)
    page = client.post(f"{LIST}bulk/undo", {"uid": accepted.uid}, follow=True).content.decode()
    assert accepted.code not in page


def test_work_begun_by_mistake_is_taken_back_on_the_page_of_the_dossier(at_the_ward, accepted, ward_officer):
    step = accepted.step
    working.start(accepted.uid, by=ward_officer)
    assert f"{url(accepted)}move/undo" in page_of(at_the_ward, url(accepted))
    at_the_ward.post(url(accepted, "move/undo"), {"version": accepted.version + 1})
    accepted.refresh_from_db()
    assert (accepted.state, accepted.assignee, accepted.step) == ("accepted", None, step)
    assert f"{url(accepted)}move/undo" not in page_of(at_the_ward, url(accepted))


def test_whom_it_was_given_to_before_has_it_again(accepted, ward_officer):
    colleague = officer_of(WARD, "dongnghiep")
    working.assign(accepted.uid, to=colleague, by=ward_officer)
    working.assign(accepted.uid, to=ward_officer, by=ward_officer)
    undoing.undo(accepted.uid, by=ward_officer)
    accepted.refresh_from_db()
    assert accepted.assignee == colleague


def test_a_paper_opened_by_its_own_address_is_written_down_too(at_the_ward, sent, mother):
    blob = files.keep(io.BytesIO(b"%PDF-1.7 a statement"), name="a.pdf", owner=f"dossier:{sent.uid}")
    Component.objects.filter(dossier=sent, key="birth_witness").update(blob=blob.pk)
    entries = Entry.objects.filter(name="people.accessed", subject=f"party:{mother.public_id}")
    assert at_the_ward.get(url(sent, "papers/birth_witness")).status_code == 200
    assert entries.get().data["fields"] == "birth_witness"
    at_the_ward.get(url(sent))
    before = entries.count()
    at_the_ward.get(url(sent, "papers/birth_witness"))  # part of the opening that stands there already
    assert entries.count() == before == 2


def test_opening_a_dossier_is_recorded_once_and_the_person_can_see_it(at_the_ward, accepted, mother):
    page_of(at_the_ward, url(accepted))
    page_of(at_the_ward, url(accepted))
    entries = Entry.objects.filter(name="people.accessed", subject=f"party:{mother.public_id}")
    assert entries.count() == 1
    assert entries[0].data["purpose"] == f"{BIRTH}/{accepted.code}"
    assert "child.name" in entries[0].data["fields"]
    with clock.freeze(clock.now().replace(hour=4)):
        page_of(at_the_ward, url(accepted))
    assert entries.count() == 2


def test_one_screen_shows_answers_with_their_origin_and_the_clock(at_the_ward, accepted):
    page = page_of(at_the_ward, url(accepted))
    for said in ("Trần Nguyễn An Nhiên", "20/11/2026", "Nữ", "tự khai", "17:30 25/11/2026"):
        assert said in page


def test_a_value_of_another_person_is_shown_only_if_the_procedure_reads_it(at_the_ward, accepted):
    Component.objects.filter(dossier=accepted, key="mother.name").update(
        origin="fetched", source="register:person@mother.national_id:marital_status", locked=True
    )
    page = page_of(at_the_ward, url(accepted))
    assert "thủ tục này không cần" in page


def test_exactly_the_allowed_moves_are_offered(at_the_ward, sent, ward_leader, client):
    page = page_of(at_the_ward, url(sent))
    assert 'id="main-move">Tiếp nhận' in page
    assert "move/request_supplement" in page
    for verb in ("suspend", "consult", "extend", "start"):
        assert f"move/{verb}" not in page
    signed_in(client, ward_leader)
    page = page_of(client, url(sent))
    assert "move/accept" not in page
    assert "move/note" in page


def test_who_comes_second_reads_who_was_first_and_keeps_what_was_typed(at_the_ward, sent):
    seen = sent.version
    accept(sent.uid, by=officer_of(WARD, "nhanhtay"))
    late = at_the_ward.post(
        url(sent, "move/refuse"),
        {"version": seen, "words": "Thiếu giấy chứng sinh.", "part": "child.name", "text-child.name": "Chưa rõ"},
    )
    page = late.content.decode()
    assert late.status_code == 409
    assert "Cán bộ nhanhtay" in page
    assert "Thiếu giấy chứng sinh." in page
    assert 'value="Chưa rõ"' in page


def test_the_supplement_lists_everything_with_a_sentence_each(at_the_ward, accepted):
    answer = at_the_ward.post(
        url(accepted, "move/request_supplement"),
        {
            "version": accepted.version,
            "words": "Xin bổ sung.",
            "part": ["child.name", "birth_witness"],
            "text-child.name": "Viết chưa rõ dấu.",
            "text-birth_witness": "Ảnh mờ.",
        },
    )
    assert answer.status_code == 302
    action = accepted.actions.get(verb="request_supplement")
    assert [(each["part"], each["text"]) for each in action.reasons] == [
        ("child.name", "Viết chưa rõ dấu."),
        ("birth_witness", "Ảnh mờ."),
    ]
    page = page_of(at_the_ward, url(accepted))
    assert "Ảnh mờ." in page


def test_a_refusal_without_a_named_part_says_what_to_do(at_the_ward, accepted):
    answer = at_the_ward.post(url(accepted, "move/refuse"), {"version": accepted.version, "words": "Không."})
    assert answer.status_code == 400
    assert "Không." in answer.content.decode()


def test_an_original_that_was_seen_is_written_down(at_the_ward, accepted):
    assert at_the_ward.post(url(accepted, "verify"), {"part": "birth_witness"}).status_code == 302
    assert accepted.parts.get(key="birth_witness").state == "verified"
    assert accepted.actions.get(verb="verify").facts["outcome"] == "seen"
    assert at_the_ward.post(url(accepted, "verify"), {"part": "nothing"}).status_code == 400


def test_a_source_that_does_not_answer_breaks_nothing(at_the_ward, accepted):
    assert at_the_ward.post(url(accepted, "verify"), {"part": "mother.name"}).status_code == 302
    assert accepted.actions.get(verb="verify").facts["outcome"] == "unavailable"
    assert accepted.parts.get(key="mother.name").state == "held"


def test_where_source_and_dossier_differ_both_are_kept(at_the_ward, accepted, ward_officer):
    from huong.procedures.actions import verifying
    from huong.procedures.actions.verifying import Told

    kept = verifying.comparers.get("register")
    verifying.comparers.add("register", lambda *_given: Told("different", "Nguyễn Thị Hà", "x-1", clock.now()))
    try:
        at_the_ward.post(url(accepted, "verify"), {"part": "mother.name"})
    finally:
        verifying.comparers.add("register", kept)
    part = accepted.parts.get(key="mother.name")
    assert (part.why, part.exchange) == ("differs", "x-1")
    page = page_of(at_the_ward, url(accepted))
    assert "Nguyễn Thị Thu Hà" in page
    assert "Nguyễn Thị Hà" in page
    assert not accepted.actions.get(verb="verify").is_public


def test_a_system_of_the_agency_reads_the_same_list_without_persons(client, accepted, sent):
    from huong.people import queries as people
    from huong.people.actions import tokens

    key = tokens.issue("phòng một cửa", agency=people.agency(WARD), powers=["procedures.read"], by=None)[1]
    other = tokens.issue("sở", agency=people.agency(CONSTRUCTION), powers=["procedures.read"], by=None)[1]
    answers = [
        client.get("/api/v1/dossiers/work", {"scope": "all"}, headers={"authorization": f"Bearer {each}"})
        for each in (key, other)
    ]
    assert [each["code"] for each in answers[0].json()["dossiers"]] == [accepted.code]
    assert answers[1].json()["dossiers"] == []
    assert "Thu Hà" not in answers[0].content.decode()
    assert client.get("/api/v1/dossiers/work").status_code == 401


def test_whatever_was_typed_is_shown_as_text_and_never_as_markup(client, sent, ward_officer):
    typed = "<script>alert('x')</script> & \"An\""
    Component.objects.filter(dossier=sent, key="child.name").update(
        sealed=seal(scope_of(sent), typed, "child.name"), why="differs"
    )
    signed_in(client, ward_officer)
    page = page_of(client, url(sent))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; &quot;An&quot;" in page
    tried = client.post(
        url(sent, "move/request_supplement"),
        {"version": sent.version, "part": "child.name", "text-child.name": typed, "words": ""},
    ).content.decode()
    assert "<script>alert" not in tried
    assert 'value="&lt;script&gt;' in tried  # nothing typed is lost
