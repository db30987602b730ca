"""While the office asks for something, that and what depends on it may change, at every door; the office sees old and new."""

import io

import orjson
import pytest
from django.test import Client

from huong.base import paging
from huong.base.errors import BadInput, NotFound
from huong.files import queries as files
from huong.journal.models import Entry
from huong.people.ports import Person
from huong.procedures import holding
from huong.procedures.actions import citizen, officer, papers, save, supply
from huong.procedures.actions import helping as helping_verbs
from huong.procedures.errors import FormFaults, NotAskedFor
from huong.procedures.models import Component, Dossier
from huong.procedures.queries import answers_of
from huong.procedures.queries.values import former_of
from huong.procedures.tests.conftest import ANSWERS, BIRTH, NAME, WITNESS, as_citizen, asked_about, at_desk, officer_of
from huong.procedures.tests.test_papers_come_as_they_are import pdf, picture

pytestmark = pytest.mark.django_db
HERS = citizen(None)
OLD, NEW = ANSWERS[NAME], "Trần Nguyễn An Nhi"


def part(dossier, key):
    return Component.objects.get(dossier=dossier, key=key)


def test_what_is_named_changes_and_its_former_value_stays_beside_it(named):
    assert save(named.uid, {NAME: NEW, "child.sex": "female"}, actor=HERS) == []
    assert answers_of(named)[NAME] == NEW
    assert former_of(named, named.parts.all()) == {NAME: OLD}
    kept = part(named, NAME)
    assert (kept.state, kept.supplied_at is not None) == ("held", True)
    assert part(named, "child.sex").supplied_at is None
    save(named.uid, {NAME: "Trần Nguyễn An"}, actor=HERS)
    assert former_of(named, named.parts.all()) == {NAME: OLD}  # not what she typed a minute ago


def test_what_is_not_named_is_refused_by_its_name_and_nothing_is_saved(named):
    with pytest.raises(NotAskedFor) as refused:
        save(named.uid, {NAME: NEW, "child.birth_date": "2026-11-21"}, actor=HERS)
    assert "sinh" in str(refused.value.message)
    assert refused.value.details["field"] == "child.birth_date"
    assert answers_of(named)[NAME] == OLD


def test_a_paper_that_is_not_named_stays_even_if_it_has_pages(named):
    Component.objects.create(
        dossier=named, kind="paper", key="birth_notice", state="held", origin="uploaded", changed_at=named.changed_at
    )
    for verb in (papers.add, papers.remove):
        Dossier.objects.filter(pk=named.pk).update(state="draft")
        page = papers.add(named.uid, "birth_notice", io.BytesIO(picture()), name="1.jpg", actor=HERS)[0].pages.first()
        Dossier.objects.filter(pk=named.pk).update(state="supplement_wanted")
        given = page.digest if verb is papers.remove else io.BytesIO(pdf(2))
        with pytest.raises(NotAskedFor):
            verb(named.uid, "birth_notice", given, actor=HERS)
    assert part(named, "birth_notice").pages.count() == 1


def test_a_named_paper_keeps_its_former_file_and_wants_another_one(accepted, ward_officer):
    Dossier.objects.filter(pk=accepted.pk).update(state="draft")
    old, _cleaned = papers.add(accepted.uid, WITNESS, io.BytesIO(picture()), name="1.jpg", actor=HERS)
    Dossier.objects.filter(pk=accepted.pk).update(state="accepted")
    asked_about(accepted, ward_officer, WITNESS)
    papers.remove(accepted.uid, WITNESS, old.pages.get().digest, actor=HERS)
    with pytest.raises(BadInput):  # taken out is not supplied
        supply(accepted.uid, actor=HERS)
    papers.add(accepted.uid, WITNESS, io.BytesIO(pdf(2)), name="2.pdf", actor=HERS)
    kept = part(accepted, WITNESS)
    assert (kept.state, kept.blob_before) == ("held", old.blob)
    assert kept.blob != old.blob
    shown = {row.blob_id for row in files.kept_by(f"dossier:{accepted.uid}")}
    assert {old.blob, kept.blob} <= shown  # what the office had read is not let go with its page
    assert supply(accepted.uid, actor=HERS).state == "in_progress"


def test_what_a_named_field_opens_and_was_empty_may_be_filled_in_at_once(accepted, ward_officer):
    asked_about(accepted, ward_officer, "father.known")
    with pytest.raises(NotAskedFor):
        save(accepted.uid, {"mother.name": "Người khác"}, actor=HERS)
    save(accepted.uid, {"father.known": "yes", "father.foreign": True, "father.name": "John Smith"}, actor=HERS)
    save(accepted.uid, {"father.name": "John A. Smith"}, actor=HERS)  # hers until she sends it
    assert answers_of(accepted)["father.name"] == "John A. Smith"
    assert former_of(accepted, accepted.parts.all())["father.name"] is None


def test_what_is_not_opened_stays_closed(accepted, ward_officer):
    asked_about(accepted, ward_officer, "child.name")
    save(accepted.uid, {"father.name": "John Smith"}, actor=HERS)  # does not count: nobody knows the father
    assert "father.name" not in answers_of(accepted)
    with pytest.raises(NotAskedFor):
        save(accepted.uid, {"father.known": "yes", "father.name": "John Smith"}, actor=HERS)


def test_a_change_that_makes_another_paper_necessary_waits_for_it(accepted, ward_officer):
    asked_about(accepted, ward_officer, "child.birth_place")
    with pytest.raises(NotAskedFor):
        papers.add(accepted.uid, "birth_notice", io.BytesIO(picture()), name="1.jpg", actor=HERS)
    save(accepted.uid, {"child.birth_place": "hospital"}, actor=HERS)
    with pytest.raises(FormFaults) as refused:
        supply(accepted.uid, actor=HERS)
    assert "birth_notice" in refused.value.details["papers"]
    papers.add(accepted.uid, "birth_notice", io.BytesIO(picture()), name="1.jpg", actor=HERS)
    assert supply(accepted.uid, actor=HERS).state == "in_progress"


def test_a_paper_that_never_came_can_be_named(accepted, ward_officer):
    asked_about(accepted, ward_officer, "birth_notice")
    assert part(accepted, "birth_notice").state == "wanted"


def test_her_page_shows_what_is_asked_for_to_fill_in_and_the_rest_as_sent(named, hers):
    base = f"/procedures/dossiers/{named.uid}"
    assert hers.get(f"{base}/")["Location"] == f"{base}/child"
    page = hers.get(f"{base}/child").content.decode()
    assert f'name="{NAME}"' in page
    assert f"Xin xem lại {NAME}." in page
    assert 'name="child.birth_date"' not in page
    assert "20/11/2026" in page
    assert "Như bạn đã gửi" in page
    listed = hers.get(f"{base}/papers").content.decode()
    assert listed.count('type="file"') == 1


def test_her_page_refuses_a_change_sent_by_hand_and_keeps_what_was_sent(named, hers):
    base = f"/procedures/dossiers/{named.uid}"
    answer = hers.post(f"{base}/child", {NAME: NEW, "child.sex": "male"})
    assert answer.status_code == 409
    assert "không hỏi" in answer.content.decode()
    assert hers.post(f"{base}/child/save", {"child.sex": "male"}).status_code == 409
    assert answers_of(named) == {**ANSWERS, **answers_of(named), "child.sex": "female", NAME: OLD}
    add = {"dossier": named.uid, "paper": "birth_notice", "files": io.BytesIO(picture())}
    assert hers.post(f"{base}/papers", add).status_code in {404, 409}
    assert not Component.objects.filter(dossier=named, key="birth_notice").exists()


def test_she_sends_what_was_asked_for_on_her_page(named, hers):
    base = f"/procedures/dossiers/{named.uid}"
    assert hers.post(f"{base}/send").status_code == 400
    assert hers.post(f"{base}/child", {NAME: NEW})["Location"] == f"{base}/papers"
    hers.post(f"{base}/papers", {"dossier": named.uid, "paper": WITNESS, "files": io.BytesIO(picture())})
    assert "Gửi phần cơ quan yêu cầu" in hers.get(f"{base}/preview").content.decode()
    assert "Cơ quan tiếp tục giải quyết" in hers.post(f"{base}/send", follow=True).content.decode()
    assert Dossier.objects.get(pk=named.pk).state == "in_progress"
    assert hers.post(f"{base}/child", {NAME: OLD})["Location"] == f"{base}/"
    assert answers_of(named)[NAME] == NEW


def test_what_is_saved_while_she_types_does_not_count_as_supplied_unchanged(named, hers):
    hers.post(f"/procedures/dossiers/{named.uid}/child/save", {NAME: OLD})
    assert part(named, NAME).state == "wanted"
    hers.post(f"/procedures/dossiers/{named.uid}/child", {NAME: OLD})  # she looked and says: so it is
    assert part(named, NAME).state == "held"


def api(browser, method, path, body=None):
    return getattr(browser, method)(f"/api/v1/dossiers/{path}", body, content_type="application/json")


def test_the_api_says_what_may_be_changed_and_takes_it(named, hers):
    form = api(hers, "get", f"{named.uid}/form").json()
    free = [each["path"] for each in form["fields"] if each["changeable"]]
    assert free == [NAME]
    assert [each["key"] for each in form["papers"] if each["changeable"]] == [WITNESS]
    assert api(hers, "patch", f"{named.uid}/form", {"answers": {NAME: NEW}}).json()["faults"] == {}
    file = {"file": io.BytesIO(picture())}
    assert hers.post(f"/api/v1/dossiers/{named.uid}/papers/{WITNESS}", file).status_code == 200
    assert api(hers, "post", f"{named.uid}/send").json() == {"dossiers": {named.uid: "in_progress"}}


def test_the_api_refuses_what_was_not_asked_for(named, hers):
    answer = api(hers, "patch", f"{named.uid}/form", {"answers": {"child.sex": "male"}})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_asked_for")
    file = {"file": io.BytesIO(picture())}
    refused = hers.post(f"/api/v1/dossiers/{named.uid}/papers/marriage", file)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_asked_for")
    assert answers_of(named)["child.sex"] == "female"


def test_a_stranger_reaches_no_form_by_the_api(named, client):
    from huong.people.actions import parties
    from huong.procedures.tests.test_citizens_fill_in_a_form import account

    other = account("la", parties.register("person", name="Lạ", national_id="046195999010", by=None))
    assert api(other, "get", f"{named.uid}/form").status_code == 404
    assert api(client, "get", f"{named.uid}/form").status_code == 401


def test_an_officer_types_in_only_what_was_asked_for(named, ward_officer):
    with pytest.raises(NotAskedFor):
        save(named.uid, {"child.sex": "male"}, actor=officer(ward_officer))
    with pytest.raises(NotAskedFor):
        papers.add(named.uid, "marriage", io.BytesIO(picture()), name="1.jpg", actor=officer(ward_officer))
    save(named.uid, {NAME: NEW}, actor=officer(ward_officer))
    assert answers_of(named)[NAME] == NEW


def test_the_counter_does_not_open_again_what_was_filed(named, ward_officer, client):
    at_desk(client, ward_officer)
    typed = {"code": BIRTH, "token": paging.cursor_of([named.uid]), "kind": "person", "name": "Nguyễn Thị Thu Hà",
             "national_id": "046195999002", "unit": "19815", "channel": "counter", "child.sex": "male"}  # fmt: skip
    for extra in ({}, {"look": "1"}, {"agree": ["register:person"]}):
        assert client.post("/desk/dossiers/new", typed | extra).status_code < 500
    assert answers_of(named)["child.sex"] == "female"
    assert part(named, NAME).state == "wanted"


def test_without_a_code_of_its_own_nobody_helps_with_a_supplement(named):
    helper = officer_of("H57.104", "nguoigiup").__class__.objects.create_user("giup", full_name="Người giúp")
    with pytest.raises(NotAskedFor):
        save(named.uid, {"child.sex": "male"}, actor=citizen(helper, helper=True))
    browser = Client()
    as_citizen(browser, helper)
    assert browser.post(f"/procedures/dossiers/{named.uid}/child", {NAME: NEW}).status_code == 404


def test_a_code_given_for_the_draft_ends_with_it(draft, mother_user, ward_officer):
    from huong.procedures.actions import accept, submit

    _pass, code = helping_verbs.give_code(draft.uid, minutes=60, actor=citizen(mother_user))
    helper = officer_of("H57.104", "nguoigiup").__class__.objects.create_user("giup", full_name="Người giúp")
    helping_verbs.enter(code, by=helper)
    submit(draft.uid, actor=HERS)
    asked_about(accept(draft.uid, by=ward_officer), ward_officer, NAME)
    assert not helping_verbs.may_help(Dossier.objects.get(pk=draft.pk), helper)
    with pytest.raises(NotFound):
        helping_verbs.enter(code, by=helper)


def test_the_officer_sees_old_and_new_and_when(named, ward_officer, client):
    save(named.uid, {NAME: NEW}, actor=HERS)
    papers.add(named.uid, WITNESS, io.BytesIO(picture()), name="1.jpg", actor=HERS)
    supply(named.uid, actor=HERS)
    at_desk(client, ward_officer)
    page = client.get(f"/desk/dossiers/{named.uid}/").content.decode()
    field = page.partition(f'id="part-{NAME}"')[2].partition("</div></div>")[0]
    assert NEW in field
    assert f"<del>{OLD}</del>" in field
    assert "đã bổ sung" in field
    other = page.partition('id="part-child.sex"')[2].partition('id="part-')[0]
    assert "đã bổ sung" not in other
    assert "đã bổ sung" in page.partition(f'id="part-{WITNESS}"')[2]


def test_the_officer_reads_the_former_paper(accepted, ward_officer, client, stranger):
    Dossier.objects.filter(pk=accepted.pk).update(state="draft")
    papers.add(accepted.uid, WITNESS, io.BytesIO(picture()), name="1.jpg", actor=HERS)
    Dossier.objects.filter(pk=accepted.pk).update(state="accepted")
    asked_about(accepted, ward_officer, WITNESS)
    papers.add(accepted.uid, WITNESS, io.BytesIO(pdf(3)), name="2.pdf", actor=HERS)
    at_desk(client, ward_officer)
    before = client.get(f"/desk/dossiers/{accepted.uid}/papers/{WITNESS}/before")
    now = client.get(f"/desk/dossiers/{accepted.uid}/papers/{WITNESS}")
    assert b"".join(before.streaming_content).startswith(b"%PDF")
    assert now.status_code == 200
    assert "/before" in client.get(f"/desk/dossiers/{accepted.uid}/").content.decode()
    assert client.get(f"/desk/dossiers/{accepted.uid}/papers/marriage/before").status_code == 404
    at_desk(client, stranger)
    assert client.get(f"/desk/dossiers/{accepted.uid}/papers/{WITNESS}/before").status_code == 403


def test_a_former_value_of_another_person_is_hidden_as_the_procedure_says(accepted, ward_officer, client):
    Component.objects.filter(dossier=accepted, key="mother.name").update(
        origin="fetched", locked=True, source="register:person@mother.national_id:ethnicity"
    )
    asked_about(accepted, ward_officer, "mother.name")
    save(accepted.uid, {"mother.name": "Nguyễn Thị Hà"}, actor=HERS)
    at_desk(client, ward_officer)
    page = client.get(f"/desk/dossiers/{accepted.uid}/").content.decode()
    assert "<del>" not in page


def test_former_values_are_sealed_unjournalled_handed_over_and_erased(named, mother):
    save(named.uid, {NAME: NEW}, actor=HERS)
    row = part(named, NAME)
    assert orjson.dumps(OLD) not in bytes(row.sealed_before)
    said = str(list(Entry.objects.values_list("data", flat=True)))
    assert OLD not in said
    assert NEW not in said
    mine = holding.DossierHolder().export(mother)["dossiers"][0]
    assert mine["before supplement"] == {NAME: OLD}
    assert holding.erase(Person(mother.public_id, "046195999002"), by=None)
    assert former_of(named, named.parts.all()) == {}
