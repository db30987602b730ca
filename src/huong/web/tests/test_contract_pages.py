"""Contracts on pages: read, compared, written with problems shown at their lines, put into force."""

import pytest

from huong.catalogue import queries
from huong.web.tests.conftest import contract, sign_in
from huong.web.tests.test_dataset_pages import text_of

URL = "/desk/datasets/pumps/contract"


def test_a_contract_shows_its_fields_its_text_and_its_versions(pumps, as_steward):
    page = text_of(as_steward.get(URL))
    assert "Công suất" in page
    assert "apiVersion" in page
    assert "1.0.0" in page


def test_problems_stand_at_their_lines_and_nothing_is_kept(pumps, as_steward):
    broken = contract(version="1.1.0").replace("logicalType: number", "logicalType: colour")
    answer = as_steward.post(URL, {"text": broken})
    page = text_of(answer)
    assert answer.status_code == 400
    line = next(number for number, text in enumerate(broken.splitlines(), 1) if "colour" in text)
    assert f'id="line-{line}" class="is-wrong"' in page
    assert [found.version for found in queries.versions_of("pumps")] == ["1.0.0"]


def test_a_change_that_needs_a_higher_version_says_which(pumps, as_steward):
    changed = contract(version="1.0.1").replace("maximum: 900", "maximum: 800")
    answer = as_steward.post(URL, {"text": changed, "check": "1"})
    assert "1.1.0" in text_of(answer)
    assert len(queries.versions_of("pumps")) == 1


def test_a_stewards_new_version_waits_until_the_data_office_puts_it_into_force(pumps, client, steward, data_officer):
    sign_in(client, steward)
    changed = contract(version="1.1.0").replace("maximum: 900", "maximum: 800")
    answer = client.post(URL, {"text": changed}, follow=True)
    page = text_of(answer)
    assert "bản nháp" in page
    assert "is-added" in page
    assert client.post(f"{URL}/activate", {"version": "1.1.0"}).status_code == 403
    sign_in(client, data_officer)
    client.post(f"{URL}/activate", {"version": "1.1.0"})
    assert queries.contract_of("pumps").version == "1.1.0"


def test_the_starter_of_a_new_contract_is_right_as_it_stands(as_steward):
    page = as_steward.get("/desk/datasets/new")
    assert page.status_code == 200
    from huong.catalogue import actions

    checked = actions.check(page.context["text"])
    assert checked.is_good, checked.problems


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"x" * (1024 * 1024 + 1)])
def test_a_file_that_cannot_be_a_contract_is_refused_with_a_sentence(data, pumps, as_steward, tmp_path):
    path = tmp_path / "contract.yaml"
    path.write_bytes(data)
    with path.open("rb") as file:
        answer = as_steward.post(URL, {"text": "", "file": file})
    assert answer.status_code in (400, 413)
    assert "box-bad" in text_of(answer)


def test_a_contract_can_be_taken_away_as_the_file_it_is(pumps, as_steward):
    answer = as_steward.get(f"{URL}.yaml")
    assert answer.content.decode() == contract()
