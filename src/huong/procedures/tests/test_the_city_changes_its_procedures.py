"""Procedures are data: loaded with the city, drafted, compared, tried and published on a page; dossiers keep theirs."""

import copy
import csv

import pytest

from huong.base.errors import BadInput, Forbidden
from huong.base.testing import cast
from huong.people import queries as people
from huong.procedures import loading, queries
from huong.procedures.actions import catalogue as verbs
from huong.procedures.actions import citizen, move_to_current, submit
from huong.procedures.errors import FormChanged
from huong.procedures.models import Procedure, ProcedureVersion
from huong.procedures.queries import answers_of
from huong.procedures.rules import checking
from huong.procedures.rules.comparing import differences
from huong.procedures.rules.nouns import document
from huong.procedures.tests.conftest import BIRTH, at_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def data_officer(procedures):
    """Return somebody of the city's data office."""
    return cast.joined("dulieu", "Cán bộ dữ liệu", data_office=people.agency("H57.51"))


def body_of(code: str):
    """Return a copy of what the version in force of a procedure says."""
    return copy.deepcopy(queries.versions_of(code)[0].body)


def test_hue_models_at_least_eleven_procedures_and_each_holds_together(procedures):
    codes = list(queries.modelled())
    assert len(codes) >= 11
    for code in codes:
        made = document(queries.versions_of(code)[0].body)
        assert checking.wrongs_of(made) == []
        assert made.as_of
        assert made.legal_basis
        assert all(fee.as_of and fee.source for fee in made.fees)


def test_loading_the_folder_again_changes_nothing(procedures):
    before = ProcedureVersion.objects.count()
    loading.load(cast.HUE)
    assert ProcedureVersion.objects.count() == before


def test_the_whole_list_of_a_city_is_loaded(tmp_path, db):
    folder = tmp_path / "city"
    (folder / "procedures").mkdir(parents=True)
    with (folder / "procedures" / "list.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["code", "name", "tier", "level", "limit_amount", "limit_measure"])
        writer.writerows(
            [f"9.{n:06d}", f"Thủ tục thứ {n}", "ward", "information", 5, "working_days"] for n in range(2000)
        )
    assert loading.load(folder) == 2000
    assert loading.load(folder) == 2000
    assert Procedure.objects.count() == 2000


def test_a_document_that_names_a_strange_field_is_refused_with_the_file(tmp_path, db):
    folder = tmp_path / "city" / "procedures"
    folder.mkdir(parents=True)
    (folder / "x.yaml").write_text("code: '9.1'\nname: A\nname_en: A\ndomain: D\ntier: ward\nlimit: 3\ncolour: red\n")
    with pytest.raises(BadInput) as refused:
        loading.load(folder.parent)
    assert "x.yaml" in str(refused.value.message)


def test_a_source_about_a_field_that_does_not_exist_is_found(procedures):
    body = body_of(BIRTH)
    body["form"]["properties"]["child"]["properties"]["name"]["x-source"] = ["register:person@nobody.id:name"]
    assert checking.wrongs_of(document(body)) == ["child.name: its source asks about nobody.id, which is no field"]


def test_a_draft_changes_nothing_until_it_is_published(data_officer):
    body = body_of(BIRTH)
    body["limit"]["amount"], body["limit"]["measure"] = 1, "working_days"
    made = verbs.draft(BIRTH, body, by=data_officer)
    assert queries.current(BIRTH)[0].number == 1
    verbs.publish(BIRTH, made.number, by=data_officer)
    assert queries.current(BIRTH)[1].limit.measure == "working_days"
    assert [version.state for version in queries.versions_of(BIRTH)] == ["published", "retired"]


def test_only_the_data_office_publishes(data_officer, ward_officer):
    made = verbs.draft(BIRTH, body_of(BIRTH), by=data_officer)
    with pytest.raises(Forbidden):
        verbs.publish(BIRTH, made.number, by=ward_officer)


def test_a_running_dossier_keeps_the_version_of_its_day(accepted, data_officer):
    body = body_of(BIRTH)
    body["limit"] = {"amount": 9, "measure": "working_days"}
    verbs.publish(BIRTH, verbs.draft(BIRTH, body, by=data_officer).number, by=data_officer)
    accepted.refresh_from_db()
    assert accepted.edition.number == 1
    assert accepted.due_at == accepted.promised_at


def test_a_form_retired_under_a_draft_is_said_and_nothing_is_lost(draft, data_officer):
    body = body_of(BIRTH)
    body["form"]["properties"]["child"]["properties"].pop("twin")
    verbs.publish(BIRTH, verbs.draft(BIRTH, body, by=data_officer).number, by=data_officer)
    with pytest.raises(FormChanged):
        submit(draft.uid, actor=citizen(None))
    assert move_to_current(draft.uid, actor=citizen(None)) == []
    assert answers_of(draft)["child.name"] == "Trần Nguyễn An Nhiên"
    assert submit(draft.uid, actor=citizen(None)).state == "submitted"


def test_a_trial_says_what_would_be_asked(procedures, morning):
    trial = verbs.tried(BIRTH, body_of(BIRTH), {"child.birth_place": "hospital", "mother.foreign": False})
    assert "birth_notice" in [need.key for need in trial.papers]
    assert "child.name" in trial.faults
    assert trial.sourced > 5


def test_a_new_line_in_a_list_is_one_difference():
    before = {"fees": [{"key": "a", "amount": 1}]}
    after = {"fees": [{"key": "b", "amount": 2}, {"key": "a", "amount": 1}]}
    assert [each.path for each in differences(before, after)] == ["fees.b"]


def test_the_page_drafts_tries_and_publishes(data_officer, client, morning):
    client.force_login(data_officer)
    session = client.session
    session["huong_second_factor"] = True
    session.save()
    page = client.get(f"/desk/procedures/{BIRTH}")
    assert page.status_code == 200
    text = page.context["body"].replace("summary: Ghi nhận", "summary: Ghi lại")
    tried = client.post(f"/desk/procedures/{BIRTH}", {"body": text, "answers": "child.birth_place: home", "do": "try"})
    assert tried.context["trial"].papers[0].key == "birth_witness"
    assert [each.path for each in tried.context["differences"]] == ["summary"]
    client.post(f"/desk/procedures/{BIRTH}", {"body": text, "do": "draft"})
    client.post(f"/desk/procedures/{BIRTH}", {"do": "publish", "number": "2"})
    assert queries.current(BIRTH)[1].summary.startswith("Ghi lại")


def test_the_page_says_what_is_wrong_with_a_document(data_officer, client):
    client.force_login(data_officer)
    session = client.session
    session["huong_second_factor"] = True
    session.save()
    answer = client.post(f"/desk/procedures/{BIRTH}", {"body": "code: [", "do": "draft"})
    assert answer.status_code == 400
    assert ProcedureVersion.objects.filter(state="draft").count() == 0


LAUGHS = "a0: &a0 [ha, ha]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))


@pytest.mark.parametrize("do", ["draft", "try", "look"])
@pytest.mark.parametrize(
    "body", [LAUGHS, "a: &a [*a]", "[" * 5000, "code: 2026-02-31", "x: !!python/object:os.system [ls]", "x" * 500_000],
    ids=["laughs", "circle", "deep", "no-day", "object", "long"],
)  # fmt: skip
def test_a_document_that_unfolds_without_end_is_refused_at_once(ward_officer, procedures, client, body, do):
    at_desk(client, ward_officer)
    for typed in ({"body": body, "do": do}, {"body": "code: x", "answers": body, "do": "try"}):
        answer = client.post(f"/desk/procedures/{BIRTH}", typed)
        assert answer.status_code in {400, 403}
    assert ProcedureVersion.objects.filter(state="draft").count() == 0


def test_procedures_are_found_without_accents(data_officer, client):
    client.force_login(data_officer)
    session = client.session
    session["huong_second_factor"] = True
    session.save()
    assert "Đăng ký khai sinh" in client.get("/desk/procedures/?q=khai sinh").content.decode()
    assert "Đăng ký khai tử" not in client.get("/desk/procedures/?q=khai sinh").content.decode()


def test_a_draft_of_a_document_about_another_procedure_is_refused(data_officer):
    with pytest.raises(BadInput):
        verbs.draft("1.000894", body_of(BIRTH), by=data_officer)
