"""The sign behind the number of an official form is the city's own choice: its data, checked when it is loaded."""

import shutil

import pytest

from huong.base import city
from huong.base.errors import BadInput
from huong.base.testing import cast
from huong.procedures import loading
from huong.procedures.queries.official import sign_of
from huong.procedures.rules import official
from huong.procedures.tests.test_acts_leave_their_forms import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def says(monkeypatch):
    """Let the city say something else about its forms."""

    def say(told):
        facts = {name: value for name, value in city.facts().items() if name != "official_forms"}
        changed = facts if told is None else {**facts, "official_forms": told}
        monkeypatch.setattr(city, "facts", lambda: changed)

    return say


def test_hue_s_signs_stand_in_its_folder():
    assert {form: sign_of(form) for form in official.FORMS} == {
        "01": "TNHS", "02": "BSHS", "03": "TCHS", "04": "XLHS", "05": "KSHS",
    }  # fmt: skip


def test_no_code_knows_them():
    source = (cast.HUE.parents[1] / "src/huong/procedures").rglob("*.py")
    told = "".join(file.read_text(encoding="utf-8") for file in source if "tests" not in file.parts)
    assert not [sign for sign in ("TNHS", "BSHS", "TCHS", "XLHS", "KSHS") if f'"{sign}"' in told]


def test_a_city_with_other_signs_numbers_with_them(accepted, says):
    says({"01": "BNHS-UBND"})
    assert made(accepted).type == "01/BNHS-UBND"


def test_a_city_without_signs_numbers_without_them(accepted, says):
    says(None)
    assert made(accepted).type == "01"


@pytest.mark.parametrize(
    "told",
    ["{'06': SO}", "{'01': ''}", "{'01': 'a b'}", "{'01': X, '02': X}", "{'01': '" + "A" * 21 + "'}", "[TNHS]",
     "{'01': \"<b>\"}"],
)  # fmt: skip
def test_signs_that_cannot_be_are_refused_when_the_city_is_loaded(tmp_path, told):
    shutil.copy(cast.HUE / "city.yaml", tmp_path)
    text = (tmp_path / "city.yaml").read_text(encoding="utf-8").partition("official_forms:")[0]
    (tmp_path / "city.yaml").write_text(f"{text}official_forms: {told}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"city\.yaml"):
        loading.load(tmp_path)
