"""Every problem of a contract names line, column and a sentence."""

import json
from importlib.resources import files

import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from huong.catalogue import queries
from huong.catalogue.rules.parsing import parse
from huong.catalogue.rules.reading import MAX_BYTES, read
from huong.config import ROOT


def problems(text):
    return [(found.line, found.column, found.message) for found in parse(text, queries.SEMANTICS).document.in_order()]


def line_of(text, piece):
    return next(number for number, line in enumerate(text.splitlines(), 1) if piece in line)


def test_a_good_contract_has_no_problems(good):
    parsed = parse(good, queries.SEMANTICS)
    assert parsed.document.problems == []
    assert parsed.spec.title_en == "Drains"
    assert parsed.spec.key == ("code",)
    assert parsed.spec.freshness_hours == 24


def test_the_standards_own_model_reads_our_contracts(good):
    assert OpenDataContractStandard.from_string(good).id == "drains"


@pytest.mark.parametrize("file", sorted((ROOT / "cities").glob("*/contracts/*.yaml")), ids=lambda file: file.stem)
def test_every_contract_of_a_city_follows_the_standards_schema(file):
    import jsonschema

    schema = json.loads((files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(read(file.read_text(encoding="utf-8")).value, schema)


def test_a_misspelt_word_is_pointed_at_and_a_near_one_proposed(changed):
    text = changed(("businessName: Loại", "bussinessName: Loại"))
    assert problems(text) == [
        (line_of(text, "bussinessName"), 9, "The standard has no “bussinessName” here. Did you mean “businessName”?")
    ]


def test_a_missing_head_is_named(good):
    found = problems(good.replace("apiVersion: v3.1.0\n", ""))
    assert found == [(1, 1, "“apiVersion:” is missing in this part.")]


def test_an_unknown_semantic_type_is_named_at_its_line(changed):
    text = changed(("value: text.identifier", "value: text.identifer"))
    ((line, _column, message),) = problems(text)
    assert line == line_of(text, "text.identifer")
    assert message == "There is no semantic type “text.identifer”. Did you mean “text.identifier”?"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 1.0.0", "version: one", "three numbers"),
        ("id: drains", "id: Cống", "cannot name a dataset"),
        ("domain: environment", "domain: weather", "six"),
        ("value: H57.8", "value: ''", "which agency"),
        ("value: upsert", "value: overwrite", "Choose one of: append, upsert, replace"),
        ("name: kind", "name: code", "Two fields are called “code”"),
        ("name: depth_m", "name: Độ_sâu", "cannot name a field"),
        ("logicalType: number", "logicalType: decimal", "not possible here"),
        ("logicalType: number", "logicalType: array", "rows of plain values"),
        ("unit: d", "unit: moons", "span of time"),
        ("severity: flag", "severity: maybe", "“reject”"),
        ("implementation: cleaned_on >= built_on", "implementation: cleaned_on >= bilt_on", "“bilt_on”"),
        ("implementation: cleaned_on >= built_on", "implementation: cleaned_on >= now()", "not a condition"),
        ("implementation: cleaned_on >= built_on", "implementation: 'cleaned_on >= (SELECT 1)'", "not a condition"),
        ("engine: huong", "engine: soda", "not a condition"),
        ("logicalType: date\n", "logicalType: timestamp\n", "defaultTimezone"),
        ("consumers: [H57.9]", "consumers: H57.9", "list of agency codes"),
        ("value: text.identifier", "value: vn.citizen_id\n          - {property: birthField, value: kind}", "birthField"),
    ],
)  # fmt: skip
def test_each_mistake_gets_its_sentence(changed, old, new, said):
    found = problems(changed((old, new)))
    assert any(said in message for _line, _column, message in found), found
    assert all(line > 0 and column > 0 for line, column, _message in found)


def test_a_unit_without_a_date_is_refused_since_codes_were_given_anew(changed):
    text = changed(("value: text.identifier", "value: vn.unit"))
    assert any("1 July 2025" in message for _l, _c, message in problems(text))


def test_a_pattern_that_looks_ahead_is_refused(changed):
    text = changed(("minimum: 0", "pattern: '(?=x)'")).replace("logicalType: number", "logicalType: string")
    assert any("looks ahead" in message for _l, _c, message in problems(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "This is not a contract"),
        ("- 1", "This is not a contract"),
        ("a: [1,", "breaks off"),
        ("a:\n\t- b", "spaces instead of a tab"),
        ("a: &x 1\nb: *x", "instead of pointing"),
        ("a: 1\na: 2", "“a” is written twice"),
        ("\x01", "characters that are not text"),
        ("a: " + "x" * MAX_BYTES, "holds no data"),
        ("a: " + "[" * 60 + "]" * 60, "too many parts"),
    ],
)
def test_a_text_that_is_no_contract_gets_a_sentence_not_an_error(text, said):
    assert any(said in message for _line, _column, message in problems(text))


def test_the_code_no_is_a_text_and_not_false():
    assert read("a: NO\nb: 2026-01-01\nc: true").value == {"a": "NO", "b": "2026-01-01", "c": True}


def test_reading_gives_what_yaml_gives(good):
    assert read(good).value == yaml.safe_load(good)


def rewritten(good, **table):
    """Return a good contract with other parts of its table."""
    document = yaml.safe_load(good)
    document["schema"][0] |= table
    return yaml.safe_dump(document, allow_unicode=True)


def rule(condition):
    return [{"name": "odd", "type": "custom", "engine": "huong", "implementation": condition, "description": "x"}]


@pytest.mark.parametrize(
    "condition",
    [
        "EXTRACT(epoch FROM code) = 1",
        "regexp_matches(code, '(')",
        "round(code, 2) > 1",
        " OR ".join(f"code = 'a{number}'" for number in range(2000)),
        "(" * 3000 + "code = 'a'" + ")" * 3000,
    ],
    ids=["wrong type", "wrong pattern", "wrong argument", "endless", "deep"],
)
def test_a_rule_that_would_end_every_load_is_a_problem_of_the_contract(good, condition):
    found = problems(rewritten(good, quality=rule(condition)))
    assert [
        message for _line, _column, message in found if "cannot be computed" in message or "not a condition" in message
    ]


def test_a_deep_counting_query_is_a_problem_of_the_contract(good):
    query = "SELECT COUNT(*) FROM ${table} WHERE " + "(" * 3000 + "code = 'a'" + ")" * 3000
    quality = [{"name": "odd", "type": "sql", "mustBe": 0, "query": query}]
    assert "not a condition" in str(problems(rewritten(good, quality=quality)))


@pytest.mark.parametrize("pattern", ["x{1500}", "(?>a+)b"])
def test_a_pattern_that_the_engine_cannot_read_is_a_problem_of_the_contract(good, pattern):
    fields = yaml.safe_load(good)["schema"][0]["properties"]
    fields.append({"name": "odd", "logicalType": "string", "logicalTypeOptions": {"pattern": pattern}})
    assert "cannot be read" in str(problems(rewritten(good, properties=fields)))


@pytest.mark.timeout(10)
def test_a_pattern_without_end_costs_no_time(good):
    fields = yaml.safe_load(good)["schema"][0]["properties"]
    values = [{"metric": "invalidValues", "mustBe": 0, "arguments": {"validValues": ["a" * 60 + "!"]}}]
    options = {"pattern": "(a+)+"}
    fields.append({"name": "odd", "logicalType": "string", "logicalTypeOptions": options, "quality": values})
    assert "is allowed for" in str(problems(rewritten(good, properties=fields)))


@pytest.mark.parametrize("arguments", [[1], 5, {"validValues": 5}])
def test_allowed_values_that_are_no_list_are_a_problem_of_the_contract(good, arguments):
    fields = yaml.safe_load(good)["schema"][0]["properties"]
    quality = [{"metric": "invalidValues", "mustBe": 0, "arguments": arguments}]
    fields.append({"name": "odd", "logicalType": "string", "quality": quality})
    assert problems(rewritten(good, properties=fields))


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 20_000, "a: " + "{a: " * 3000, "a: " + ":".join(["1"] * 9000), "a: .inf"]
)
def test_a_text_without_end_is_a_problem_and_no_error(text):
    assert problems(text)
