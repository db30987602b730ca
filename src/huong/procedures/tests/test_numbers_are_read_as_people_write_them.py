"""Dossier codes, blank forms, personal ids and tax codes: given out, read back, and refused in words."""

import re
from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from huong.catalogue.types import REGISTRY
from huong.procedures.rules import codes, fields

TODAY = date(2026, 11, 27)
agencies = st.sampled_from(["H57", "H57.32", "H57.14.2", "H57.32.1.15"])


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def in_words(fault):
    return translation.gettext(fault.sentence) % fault.values


def all_of(number):
    return codes.citizen_id_faults(number, today=TODAY)


def faults_of(number, **beside):
    return [fault.code for fault in codes.citizen_id_faults(number, today=TODAY, **beside)]


@given(agencies, st.dates(date(2020, 1, 1), date(2068, 12, 31)), st.integers(1, 9_999))
def test_a_dossier_code_tells_agency_day_and_number(agency, day, number):
    code = codes.dossier_code(agency, day, number)
    assert codes.read_dossier_code(code) == codes.DossierCode(agency, day, number)
    assert codes.read_dossier_code(code.lower().replace("-", " – ")) == codes.DossierCode(agency, day, number)


@pytest.mark.parametrize(
    ("agency", "number"), [("57.32", 1), ("H57.32", 0), ("h57", 1), ("H57.32-", 1), ("H57.32", 10_000)]
)
def test_what_is_no_agency_gives_no_code(agency, number):
    with pytest.raises(ValueError, match="cannot give"):
        codes.dossier_code(agency, TODAY, number)


@pytest.mark.parametrize(("written", "kept"), REGISTRY["vn.dossier_code"].examples)
def test_codes_are_read_as_the_semantic_type_reads_them(written, kept):
    assert str(codes.read_dossier_code(written)) == kept


@pytest.mark.parametrize("written", [*REGISTRY["vn.dossier_code"].bad, "", "H57.32-261124-0000", "H57.32-261131-0001"])
def test_what_is_no_code_is_none(written):
    assert codes.read_dossier_code(written) is None


@given(agencies, st.integers(2020, 2099), st.integers(1, 99_999))
def test_a_blank_form_is_known_by_its_number(agency, year, serial):
    assert codes.read_blank_number(codes.blank_number(agency, year, serial)) == (agency, year, serial)


@given(agencies, st.integers(1, 99_999), st.data())
def test_one_digit_misread_on_a_blank_form_is_noticed(agency, serial, data):
    number = codes.blank_number(agency, 2026, serial)
    places = [place for place, letter in enumerate(number) if letter.isdigit()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    assert codes.read_blank_number(number[:place] + other + number[place + 1 :]) is None


def test_a_blank_form_is_no_dossier_and_runs_out_loudly():
    assert codes.read_dossier_code(codes.blank_number("H57.32", 2026, 1)) is None
    with pytest.raises(ValueError, match="no blank form"):
        codes.blank_number("H57.32", 2026, 100_000)


@pytest.mark.parametrize(("written", "_kept"), REGISTRY["vn.citizen_id"].examples)
def test_a_good_personal_id_has_no_fault(written, _kept):
    assert codes.citizen_id_faults(written, today=date(2099, 12, 31)) == ()


@pytest.mark.parametrize("written", REGISTRY["vn.citizen_id"].bad)
def test_what_the_semantic_type_refuses_is_refused_here_too(written):
    assert faults_of(written)


@pytest.mark.parametrize(
    ("number", "beside", "expected"),
    [
        ("046190001234", {"born": date(1990, 5, 6), "sex": "female"}, []),
        ("046190001234", {"born": date(1991, 5, 6), "sex": "female"}, ["birth_year"]),
        ("046190001234", {"born": date(1990, 5, 6), "sex": "male"}, ["sex"]),
        ("046090001234", {"born": date(2090, 1, 1)}, ["birth_year"]),
        ("046490001234", {}, ["century"]),
        ("046227001234", {}, ["century"]),
        ("046226001234", {"born": date(2026, 11, 2)}, []),
        ("003090001234", {"sex": "female"}, ["place", "sex"]),
        ("191234567", {}, ["old_id"]),
        ("04619000123", {}, ["length"]),
        ("04619000123A", {}, ["form"]),
        ("٠٤٦١٩٠٠٠١٢٣٤", {}, ["form"]),
        ("", {}, ["form"]),
    ],
)
def test_a_personal_id_is_compared_with_what_the_form_says(number, beside, expected):
    assert faults_of(number, **beside) == expected


def test_the_sentence_for_a_wrong_century_says_where_to_look_and_not_the_number():
    [fault] = codes.citizen_id_faults("046490001234", today=TODAY)
    said = in_words(fault)
    assert "fourth digit" in said
    assert "2190" in said
    assert not re.search(r"\d{6}", said)


def test_every_fault_has_a_sentence_in_vietnamese_that_names_no_number():
    faults = [fault for number in ["x", "1", "191234567", "003190001234", "046490001234"] for fault in all_of(number)]
    faults += codes.citizen_id_faults("046190001234", today=TODAY, born=date(1991, 1, 1), sex="male")
    for number in ["1", "0100233489", "0314409058-000"]:
        faults += codes.tax_code_faults(number, today=TODAY)
    assert len({fault.code for fault in faults}) == 10
    for language in ("en", "vi"):
        with translation.override(language):
            sentences = {in_words(fault) for fault in faults}
        assert all(sentence.endswith(".") and "%" not in sentence for sentence in sentences)
        assert not any(re.search(r"\d{5}", sentence) for sentence in sentences)


@pytest.mark.parametrize(("written", "_kept"), REGISTRY["vn.tax_code"].examples)
def test_a_good_tax_code_has_no_fault(written, _kept):
    assert codes.tax_code_faults(written, today=TODAY) == ()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("0100233489", "check_digit"),
        ("3300000000", "check_digit"),
        ("0314409058-000", "branch"),
        ("0314409050-002", "check_digit"),
        ("12345", "tax_form"),
        ("046490001234", "century"),
    ],
)
def test_a_wrong_tax_code_is_refused_in_words(number, expected):
    [fault] = codes.tax_code_faults(number, today=TODAY)
    assert fault.code == expected
    assert number not in in_words(fault)


def test_any_single_digit_mistyped_in_a_tax_code_is_noticed():
    good = "0100233488"
    for place in range(10):
        for digit in set("0123456789") - {good[place]}:
            assert codes.tax_code_faults(good[:place] + digit + good[place + 1 :], today=TODAY)


FORM = {
    "type": "object",
    "properties": {
        "firm": {
            "type": "object",
            "title": "Doanh nghiệp",
            "properties": {
                "owner": {"type": "string", "title": "Số định danh", "format": "vn.citizen_id"},
                "tax": {"type": "string", "title": "Mã số thuế", "format": "vn.tax_code"},
            },
        }
    },
}


def test_a_form_says_what_is_wrong_with_the_number_typed_into_it():
    [owner, tax] = fields.steps_of(FORM)[0].fields
    assert fields.cleaned(owner, " 046 190 001 234 ") == "046190001234"
    assert fields.cleaned(tax, "0314409058002") == "0314409058-002"

    def wrong(**answers):
        return [
            fault.sentence % fault.values
            for fault in fields.faults_of(FORM, {f"firm.{key}": value for key, value in answers.items()}, today=TODAY)
        ]

    assert wrong(owner="046190001234", tax="0314409058-002") == []
    assert ["2190" in sentence for sentence in wrong(owner="046490001234")] == [True]
    assert ["tenth digit" in sentence for sentence in wrong(tax="0100233489")] == [True]
