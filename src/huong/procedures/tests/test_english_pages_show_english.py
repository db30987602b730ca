"""English pages show English: every text of the city's procedures that a page shows has one."""

import csv

import pytest
import yaml
from django.utils import translation

from huong.base.errors import BadInput
from huong.base.testing import cast
from huong.base.text import fold
from huong.procedures import loading
from huong.procedures.models import Gloss
from huong.procedures.queries import catalogue, finding
from huong.procedures.rules.fields import fields_of, steps_of
from huong.procedures.rules.nouns import document
from huong.procedures.tests.conftest import at_desk

FOLDER = cast.HUE / "procedures"
pytestmark = pytest.mark.django_db
SPOKEN_ALIKE = frozenset({"", "Kinh"})


def documents():
    """Return the procedures of the city's folder that are modelled."""
    files = sorted(FOLDER.glob("*.yaml"))
    return [document(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files if file.name[0].isdigit()]


def rows():
    with (FOLDER / "list.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def pairs_of(made):
    """Return each text of a procedure with its English."""
    yield made.name, made.name_en
    yield made.summary, made.summary_en
    yield made.limit.note, made.limit.note_en
    for group in (made.fees, made.steps, made.requirements, made.results, made.checks, made.consults):
        yield from ((each.name, each.name_en) for each in group)
    for need in made.requirements:
        yield need.hint, need.hint_en
        yield from ((each.name, each.name_en) for each in need.accepts)
    for names in made.flow.names.values():
        yield names.get("vi", ""), names.get("en", "")
    for step in steps_of(made.form):
        yield step.title, step.title_en
    for each in fields_of(made.form):
        yield each.title, each.title_en
        yield each.hint, each.hint_en
        yield from ((vi, en) for _key, vi, en in each.choices)


def glossed():
    """Return the short texts that are shown of the catalogue and stand in no pair."""
    for made in documents():
        yield made.domain
        yield from made.legal_basis
        yield from (fee.source for fee in made.fees)
    for row in rows():
        yield from (row["domain"], row["legal_basis"], row["source"], row["fee"])


def test_every_text_of_a_procedure_has_its_english():
    lacking = [
        (made.code, vi) for made in documents() for vi, en in pairs_of(made) if vi not in SPOKEN_ALIKE and not en
    ]
    assert lacking == []
    assert [row["code"] for row in rows() if not row["name_en"]] == []


def test_every_domain_law_and_remark_has_its_english():
    known = yaml.safe_load((FOLDER / loading.ENGLISH).read_text(encoding="utf-8"))
    assert {text for text in glossed() if text} - known.keys() == set()
    assert known.keys() - set(glossed()) == set()
    assert [english for english in known.values() if fold(english) != english.lower().replace("’", "'")] in (
        [],
        [english for english in known.values() if "đồng" in english],
    )


def test_every_life_event_has_its_english():
    found = yaml.safe_load((FOLDER / loading.EVENTS).read_text(encoding="utf-8"))
    assert all(each["name_en"] and each["hint_en"] for each in found.values())


def in_language(client, lang, path):
    client.cookies["huong_language"] = lang
    return client.get(path).content.decode()


def test_the_finder_and_the_page_of_a_procedure_speak_english(client, procedures):
    finder = in_language(client, "en", "/procedures/")
    assert "Civil status" in finder
    assert "Hộ tịch" not in finder
    page = in_language(client, "en", "/procedures/1.004222/")
    assert "Luật Cư trú 2020" in page
    assert "Law on Residence 2020" in page
    assert "an example, to be checked" in page
    assert "Law on Residence" not in in_language(client, "vi", "/procedures/1.004222/")
    counter = in_language(client, "en", "/procedures/2.001159/")
    assert "free of charge" in counter
    assert "không thu phí" in in_language(client, "vi", "/procedures/2.001159/")


def test_a_domain_is_found_by_its_english_name(procedures):
    _events, found = finding.find("household businesses")
    assert found[0].code == "1.001612"


def test_the_desk_s_catalogue_is_narrowed_to_a_domain(client, procedures, ward_officer):
    at_desk(client, ward_officer)
    page = in_language(client, "en", "/desk/procedures/?domain=Cư trú")
    assert "1.004222" in page
    assert "1.001193" not in page
    assert '<option value="Cư trú" selected>Residence</option>' in page


def test_a_text_without_english_stays_as_it_is(procedures):
    with translation.override("en"):
        assert catalogue.worded("Chăn nuôi") == catalogue.cited("Chăn nuôi") == "Chăn nuôi"
        assert catalogue.worded("Hộ tịch") == "Civil status"
    assert catalogue.worded("Hộ tịch") == "Hộ tịch"


@pytest.mark.parametrize(
    "said", ["- Hộ tịch", "Hộ tịch: [Civil status]", "Hộ tịch:", "1: one", "Hộ tịch: {", f"Hộ tịch: {'a' * 401}"]
)
def test_a_glossary_that_is_none_is_refused_by_name(db, tmp_path, said):
    folder = tmp_path / "procedures"
    folder.mkdir()
    (folder / "english.yaml").write_text(said, encoding="utf-8")
    with pytest.raises(BadInput, match=r"english\.yaml"):
        loading.load(tmp_path)
    assert not Gloss.objects.exists()


@pytest.mark.parametrize("said", ["- child", "child: {"])
def test_life_events_that_are_none_are_refused_by_name(db, tmp_path, said):
    folder = tmp_path / "procedures"
    folder.mkdir()
    (folder / "life_events.yaml").write_text(said, encoding="utf-8")
    with pytest.raises(BadInput, match=r"life_events\.yaml"):
        loading.load(tmp_path)
