"""A text that no database keeps, or that is too long, is refused by its field's name; everything else on the page is saved."""

import pytest
from django.test import Client
from django.utils import translation

from huong.base.errors import BadInput
from huong.procedures.actions import citizen, corrections, rating, save, withdraw
from huong.procedures.errors import FormFaults
from huong.procedures.models import Component, Dossier
from huong.procedures.queries import answers_of
from huong.procedures.tests.conftest import ANSWERS, as_citizen

pytestmark = pytest.mark.django_db
HERS = citizen(None)
NUL, HALF, BELL = "\0", "\ud800", "\a"
NAME = "child.name"
ODD = [f"An{NUL}", f"An{HALF}", f"An{BELL}", "A" * 121]


@pytest.fixture
def hers(draft, mother_user):
    browser = Client()
    as_citizen(browser, mother_user)
    return browser


@pytest.mark.parametrize("odd", ODD, ids=["nul", "half", "bell", "long"])
def test_the_verb_refuses_it_by_name_and_saves_nothing(draft, odd):
    with pytest.raises(FormFaults) as refused:
        save(draft.uid, {NAME: odd, "child.sex": "male"}, actor=HERS)
    assert "“Họ và tên em bé”" in str(refused.value.message)
    assert (refused.value.code, list(refused.value.details["faults"])) == ("cannot_be_kept", [NAME])
    assert answers_of(draft)["child.sex"] == "female"


def test_an_english_reader_reads_the_english_name(draft):
    with translation.override("en"), pytest.raises(FormFaults) as refused:
        save(draft.uid, {NAME: "A" * 121}, actor=HERS)
    assert str(refused.value.message).startswith("“Child's name” is too long; at most 120")


@pytest.mark.parametrize("odd", [10**30, float("nan"), {"a": 1}, [["x"]], ["x"] * 201], ids=str)
def test_numbers_and_shapes_that_no_field_takes_are_refused_by_name(draft, odd):
    with pytest.raises(FormFaults) as refused:
        save(draft.uid, {NAME: odd}, actor=HERS)
    assert "“Họ và tên em bé”" in str(refused.value.message)


def test_a_long_text_of_several_lines_is_kept(draft):
    text = "dòng một\r\n\tdòng hai\n" + "ă" * 60
    assert save(draft.uid, {NAME: text}, actor=HERS) == []
    assert answers_of(draft)[NAME] == text.strip()


@pytest.mark.parametrize("odd", [f"An{NUL}", "A" * 5000], ids=["nul", "long"])
def test_the_page_says_it_beside_the_field_shows_what_was_typed_and_saves_the_rest(draft, hers, odd):
    url = f"/procedures/dossiers/{draft.uid}/child"
    answer = hers.post(url, {NAME: odd, "child.sex": "male"})
    page = answer.content.decode()
    assert answer.status_code == 422
    field = page.partition(f'id="{NAME}"')[2].partition('<div class="field')[0]
    assert "“Họ và tên em bé”" in field
    assert odd.replace(NUL, "")[:20] in field
    assert answers_of(draft)["child.sex"] == "male"
    assert answers_of(draft)[NAME] == ANSWERS[NAME]


def test_what_is_saved_while_she_types_says_it_too(draft, hers):
    answer = hers.post(f"/procedures/dossiers/{draft.uid}/child/save", {NAME: f"An{NUL}", "child.sex": "male"})
    assert answer.status_code == 400
    assert "“Họ và tên em bé”" in answer.json()["detail"]
    assert answers_of(draft)["child.sex"] == "male"


def test_the_api_says_it_as_a_problem(draft, hers):
    for odd in (f"An{NUL}", "A" * 5000, 10**30):
        answer = hers.patch(
            f"/api/v1/dossiers/{draft.uid}/form", {"answers": {NAME: odd}}, content_type="application/json"
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "cannot_be_kept")
        assert "“Họ và tên em bé”" in answer.json()["faults"][NAME]


def test_what_is_said_to_be_right_is_named_too(draft):
    Component.objects.filter(dossier=draft, key=NAME).update(
        origin="fetched", locked=True, source="register:person@mother.national_id:name"
    )
    for odd in (f"An{NUL}", "A" * 121):
        with pytest.raises(BadInput) as refused:
            corrections.dispute(draft.uid, NAME, odd, actor=HERS)
        assert "“Họ và tên em bé”" in str(refused.value.message)


def test_free_words_are_named_and_never_cut_off_in_silence(sent, client, mother_user):
    for odd in (f"Thôi{NUL}", "x" * 8001):
        with pytest.raises(BadInput) as refused:
            withdraw(sent.uid, actor=HERS, words=odd)
        assert "“" in str(refused.value.message)
    as_citizen(client, mother_user)
    page = client.post(f"/my/dossiers/{sent.uid}/withdraw", {"sure": "1", "words": f"Thôi{NUL}"}, follow=True)
    assert "ký tự không lưu được" in page.content.decode()
    assert Dossier.objects.get(pk=sent.pk).state == "submitted"
    Dossier.objects.filter(pk=sent.pk).update(state="decided")
    with pytest.raises(BadInput):
        rating.rate(sent.uid, level="satisfied", words=f"Tốt{NUL}", actor=HERS)
