"""What the store's tests share: small Parquet files, and a load in one line."""

import pytest


@pytest.fixture
def parquet(tmp_path):
    """Write rows (a list of dicts, or a DuckDB SELECT) to a Parquet file as the intake would."""
    import duckdb

    def make(rows, **types):
        path = tmp_path / f"in-{len(list(tmp_path.iterdir()))}.parquet"
        with duckdb.connect() as con:
            con.execute("SET TimeZone='UTC'")
            if isinstance(rows, str):
                con.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
            else:
                names = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
                con.execute(f"CREATE TABLE t ({names})")
                marks = ", ".join("?" * len(types))
                for row in rows:
                    con.execute(f"INSERT INTO t VALUES ({marks})", [row.get(name) for name in types])
                con.execute(f"COPY t TO '{path}' (FORMAT parquet)")
        return path

    return make


@pytest.fixture
def load(db):
    """Commit files to a dataset: begin, write, publish."""
    from huong.store import actions

    def run(dataset, *paths, mode="append", key=(), batch=None, also=None, **options):
        from huong.base import ids

        with actions.locked(dataset):
            commit = actions.begin(dataset, batch=batch or ids.new_id(), mode=mode)
            if not commit.is_published:
                actions.write(commit, list(paths), key=key, **options)
                actions.publish(commit, also=also)
        return commit

    return run


@pytest.fixture
def rows_of(db):
    """Return the rows readers see, as a sorted list of tuples of the named columns."""
    from huong.store import queries

    def read(dataset, *names, as_of=None):
        found = queries.run(queries.table(dataset, as_of).select(list(names))).to_pylist()
        return sorted((tuple(row[name] for name in names) for row in found), key=repr)

    return read


@pytest.fixture
def contract(drains):
    """Bring a contract of the Department of Drains into force, as its steward would write it."""
    import yaml

    from huong.catalogue import actions as catalogue

    def field(name, kind="string", *, key=False, required=False, semantic="", identifying=False, values=()):
        more = [{"property": "titleEn", "value": name}]
        more += [{"property": "semanticType", "value": semantic}] if semantic else []
        more += [{"property": "identifying", "value": True}] if identifying else []
        more += [{"property": "unitAsOf", "value": "2025-07-01"}] if semantic == "vn.unit" else []
        found = {"name": name, "businessName": name, "logicalType": kind, "required": required or key}
        found |= {"primaryKey": True, "primaryKeyPosition": 1} if key else {}
        found |= {"enum": [{"value": value} for value in values]} if values else {}
        found |= {"logicalTypeOptions": {"defaultTimezone": "Asia/Ho_Chi_Minh"}} if kind == "timestamp" else {}
        return found | {"customProperties": more}

    def add(dataset, fields, *, mode="upsert", classification="shared", retention=None, **facts):
        document = {
            "apiVersion": "v3.1.0",
            "kind": "DataContract",
            "id": dataset,
            "name": dataset,
            "version": "1.0.0",
            "status": "active",
            "domain": "environment",
            "description": {"purpose": "Thử nghiệm."},
            "team": {"name": "Sở", "customProperties": [{"property": "agencyCode", "value": "H57.8"}]},
            "schema": [{"name": dataset, "logicalType": "object", "properties": [field(**each) for each in fields]}],
            "customProperties": [
                {"property": "titleEn", "value": dataset},
                {"property": "mode", "value": mode},
                {"property": "classification", "value": classification},
                *({"property": name, "value": value} for name, value in facts.items()),
            ],
        }
        if retention is not None:
            document["slaProperties"] = [{"property": "retention", "value": retention, "unit": "d"}]
        catalogue.add(yaml.safe_dump(document, allow_unicode=True), by=None)
        return dataset

    return add


@pytest.fixture
def hydrants(contract, load, parquet):
    """Return a shared dataset of twelve hydrants with a serving copy, kept by the Department of Drains."""
    from huong.store.serving.building import bring_up

    fields = [
        {"name": "code", "key": True},
        {"name": "street"},
        {"name": "state", "values": ("good", "broken")},
        {"name": "pressure", "kind": "number"},
        {"name": "checked_at", "kind": "timestamp"},
        {"name": "spot", "kind": "object", "semantic": "geo.point"},
    ]
    contract("hydrants", fields)
    rows = """SELECT printf('HD-%02d', i) AS code,
        ['Đường Nguyễn Huệ', 'Kiệt 12 Chi Lăng', 'Bà Triệu'][1 + i % 3] AS street,
        CASE WHEN i % 4 = 0 THEN 'broken' ELSE 'good' END AS state,
        i / 2.0 AS pressure,
        CASE WHEN i < 10 THEN TIMESTAMPTZ '2026-11-20 17:00:00+00' + to_hours(i * 6) END AS checked_at,
        CASE WHEN i < 11 THEN {lon: 107.5::DOUBLE + i / 100.0::DOUBLE, lat: 16.4::DOUBLE + i / 100.0::DOUBLE} END AS spot
        FROM range(12) t(i)"""
    load("hydrants", parquet(rows.replace("i / 2.0 AS", "(i / 2.0)::DOUBLE AS")), mode="upsert", key=["code"])
    bring_up("hydrants")
    return "hydrants"


PERSONS = [
    {"citizen_id": "046090001234", "name": "Nguyễn Thị Hoa", "ward": "19815", "amount": 500000},
    {"citizen_id": "046090005678", "name": "Trần Văn Bình", "ward": "19815", "amount": 700000},
    {"citizen_id": "046090009999", "name": "Lê Đình Sơn", "ward": "19803", "amount": 300000},
]


@pytest.fixture
def allowance(contract, load, parquet, tmp_path):
    """Return a personal dataset of three people, sealed as the intake does, with a serving copy."""
    from huong.catalogue.queries import contract_of
    from huong.store import personal
    from huong.store.serving.building import bring_up

    fields = [
        {"name": "citizen_id", "key": True, "semantic": "vn.citizen_id"},
        {"name": "name", "semantic": "vn.person_name", "identifying": True},
        {"name": "ward", "semantic": "vn.unit"},
        {"name": "amount", "kind": "integer"},
    ]
    contract("allowance", fields, classification="personal", retention=30)
    types = {"citizen_id": "VARCHAR", "name": "VARCHAR", "ward": "VARCHAR", "amount": "BIGINT"}

    def bring(rows=PERSONS):
        sealed = tmp_path / "sealed.parquet"
        personal.protect(parquet(rows, **types), sealed, contract_of("allowance"))
        commit = load("allowance", sealed, mode="upsert", key=["citizen_id"])
        bring_up("allowance")
        return commit

    bring()
    return bring


@pytest.fixture
def use(steward):
    """Return the use of the steward of the drains, or of somebody else."""
    from huong.store.queries import Use

    def make(person=None, agency="H57.8", purpose="Kiểm tra trụ nước", grant=None):
        return Use(agency, purpose, grant=grant, person=person or steward)

    return make
