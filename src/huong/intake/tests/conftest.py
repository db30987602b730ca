"""Datasets of the Department of Drains, for the tests of intake."""

import pytest
import yaml

DEFAULT = {
    "code": {
        "physicalName": "ma",
        "primaryKey": True,
        "required": True,
        "semantic": "text.identifier",
        "vi": "Mã cống",
    },
    "street": {"physicalName": "duong", "required": True, "semantic": "text.name", "vi": "Đường"},
    "depth": {"physicalName": "do_sau", "logicalType": "number", "min": 0, "max": 50, "unit": "m", "vi": "Độ sâu"},
    "laid_on": {"physicalName": "ngay_dat", "logicalType": "date", "vi": "Ngày đặt"},
}


def document(
    name="drains",
    *,
    fields=None,
    mode="upsert",
    owner="H57.8",
    steward="minh",
    classification="shared",
    version="1.0.0",
):
    """Return an ODCS document as a department would write it."""
    properties = [_property(key, dict(facts)) for key, facts in (fields or DEFAULT).items()]
    own = [{"property": "mode", "value": mode}, {"property": "classification", "value": classification}]
    return yaml.safe_dump(
        {
            "apiVersion": "v3.1.0",
            "kind": "DataContract",
            "id": name,
            "name": name,
            "version": version,
            "status": "active",
            "domain": "public_services",
            "description": {"purpose": "Test."},
            "team": {
                "name": "Sở",
                "members": [{"username": steward, "role": "steward"}],
                "customProperties": [{"property": "agencyCode", "value": owner}],
            },
            "schema": [{"name": name, "logicalType": "object", "physicalType": "table", "properties": properties}],
            "customProperties": own,
        },
        allow_unicode=True,
        sort_keys=False,
    )


def _property(name, facts):
    names = {"min": "minimum", "max": "maximum", "zone": "defaultTimezone"}
    options = {long: facts[short] for short, long in names.items() if short in facts}
    found = {
        "name": name,
        "businessName": facts.get("vi", name),
        "physicalName": facts.get("physicalName", name),
        "logicalType": facts.get("logicalType", "string"),
        "required": facts.get("required", False),
        "customProperties": [{"property": "titleEn", "value": name}],
    }
    if facts.get("primaryKey"):
        found |= {"primaryKey": True, "primaryKeyPosition": 1}
    if options:
        found["logicalTypeOptions"] = options
    for key, property_ in (("semantic", "semanticType"), ("unit", "unit"), ("identifying", "identifying")):
        if key in facts:
            found["customProperties"].append({"property": property_, "value": facts[key]})
    return found


@pytest.fixture
def make_dataset(steward, roads_steward):
    """Return a function that adds a dataset under a contract."""
    from huong.catalogue import actions, queries

    def make(name="drains", **facts):
        actions.add(document(name, **facts), by=None)
        return queries.contract_of(name)

    return make


@pytest.fixture
def drains_data(make_dataset):
    """Return the contract of the drains: upsert by `ma`."""
    return make_dataset()


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a file and returns its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def stage(tmp_path, write):
    """Return a function that reads a file as a table and gives rows as dictionaries."""
    import pyarrow.parquet as pq

    from huong.intake.readers.stage import stage as read
    from huong.intake.types import Recipe

    def stage(name, content, *, known=(), **recipe):
        from huong.intake.rules.header import same_name

        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        for old in work.iterdir():
            old.unlink()
        names = frozenset(same_name(found) for found in known)
        staged = read(write(name, content), name=name, work=work, recipe=Recipe(**recipe), known=names)
        rows = [row for file in staged.files for row in pq.read_table(file).to_pylist()]
        return staged, rows

    return stage
