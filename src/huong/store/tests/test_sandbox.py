"""A query sees the commits it names and nothing else on the machine."""

import time

import pytest

from huong.store import queries
from huong.store.engine import DuckDB, Source, Spark, engine, execute, sandbox
from huong.store.errors import HostileQuery, NoEngine, QueryTooLarge, QueryTooLong, UnsafeTable

HOSTILE = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/proc/self/environ')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_parquet('{other}')",
    "SELECT * FROM read_parquet('{folder}/*.parquet')",
    "SELECT * FROM read_parquet('http://127.0.0.1:9/x.parquet')",
    "SELECT * FROM read_json('https://example.org/x')",
    "SELECT getenv('HOME')",
    "SELECT content FROM read_text('{home}/keys/field')",
    "SELECT * FROM sqlite_scan('{home}/huong.sqlite3', 'people_user')",
    "SELECT * FROM pragma_database_list() d, read_text(d.path)",
]
STATEMENTS = [
    "ATTACH '{home}/huong.sqlite3' AS x",
    "COPY (SELECT 1) TO '{home}/out.csv'",
    "EXPORT DATABASE '{home}/out'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access=true",
    "SET lock_configuration=false",
    "CREATE TABLE x (i INT)",
    "CREATE SECRET s (TYPE s3)",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY (SELECT 1) TO '{home}/out.csv'",
    "CALL pragma_version()",
    "DROP VIEW allowed",
]


@pytest.fixture
def source(parquet):
    file = parquet("SELECT range AS id FROM range(1000)")
    return Source((file,), (("id", "BIGINT"),), frozenset({"id"}))


@pytest.mark.parametrize("sql", HOSTILE + STATEMENTS)
def test_nothing_leads_out_of_the_sandbox(sql, source, parquet, house):
    import duckdb

    (house / "keys" / "field").write_bytes(b"secret")
    other = parquet("SELECT 1 AS secret")
    hostile = sql.format(home=house, other=other, folder=other.parent)
    with pytest.raises((HostileQuery, duckdb.Error, NotImplementedError)):
        DuckDB().run(hostile, {"allowed": source}, {})
    assert not list(house.glob("out*"))


def test_even_raw_statements_cannot_widen_the_sandbox(source, house):
    import duckdb

    with sandbox({"allowed": source}) as con:
        for statement in (
            each.format(home=house)
            for each in STATEMENTS
            if each.startswith(("SET", "ATTACH", "COPY", "INSTALL", "LOAD"))
        ):
            with pytest.raises((duckdb.Error, HostileQuery)):
                con.execute(statement)
        assert execute(con, "SELECT count(*) FROM allowed").fetchone() == (1000,)
    assert not list(house.glob("out*"))


def test_python_variables_are_not_tables(source):
    import pyarrow as pa

    secret = pa.table({"x": [1]})
    with pytest.raises(Exception, match="secret"):
        DuckDB().run("SELECT * FROM secret", {"allowed": source}, {})
    assert secret.num_rows == 1


def test_a_query_ends_when_its_time_is_over(source, settings):
    settings.HUONG = settings.HUONG.model_copy(update={"query_seconds": 1})
    began = time.monotonic()
    with pytest.raises(QueryTooLong):
        DuckDB().run("SELECT count(*) FROM range(100000000000) a WHERE sin(range) > 2", {"allowed": source}, {})
    assert time.monotonic() - began < 60  # it would take hours


def test_a_query_that_needs_too_much_memory_is_refused(source, settings):
    settings.HUONG = settings.HUONG.model_copy(update={"query_memory_mb": 64})
    with pytest.raises(QueryTooLarge):
        DuckDB().run("SELECT list(range) FROM range(50000000)", {"allowed": source}, {})


def test_a_large_sort_spills_to_disk_inside_the_sandbox(source, settings):
    settings.HUONG = settings.HUONG.model_copy(update={"query_memory_mb": 100})
    sql = "SELECT i, hash(i) AS h FROM range(6000000) t(i) ORDER BY h LIMIT 5 OFFSET 5000000"
    assert DuckDB().run(sql, {"allowed": source}, {}).num_rows == 5


def test_a_file_that_vanished_is_named_as_a_fault_of_the_store(source):
    source.files[0].unlink()
    with pytest.raises(UnsafeTable):
        DuckDB().run("SELECT * FROM allowed", {"allowed": source}, {})


def test_spark_is_refused_with_what_to_install(settings):
    settings.HUONG = settings.HUONG.model_copy(update={"engine": "spark://somewhere:7077"})
    assert isinstance(engine(), Spark)
    with pytest.raises(NoEngine) as refused:
        engine().run("SELECT 1", {}, {})
    assert "pyspark" in refused.value.message or "Spark" in refused.value.message


def test_an_unknown_engine_is_refused(settings):
    settings.HUONG = settings.HUONG.model_copy(update={"engine": "oracle"})
    with pytest.raises(NoEngine):
        engine()


@pytest.mark.django_db
def test_an_expression_runs_over_two_commits_and_its_sql_is_compiled_once(load, parquet):
    import ibis

    from huong.store import analysis

    load("drains", parquet("SELECT i AS id, i % 3 AS ward FROM range(9) t(i)"))
    load("wards", parquet("SELECT i AS ward, 'W' || i AS name FROM range(3) t(i)"))
    joined = queries.table("drains").join(queries.table("wards"), "ward").group_by("name").agg(n=ibis._.id.count())
    expression = joined.order_by("name")
    assert queries.run(expression).to_pylist() == [{"name": f"W{i}", "n": 3} for i in range(3)]
    compiled = len(analysis._compiled)
    assert queries.run(expression).num_rows == 3
    assert len(analysis._compiled) == compiled


@pytest.mark.django_db
def test_an_expression_is_bound_to_its_commit(load, parquet):
    load("drains", parquet("SELECT 1 AS id"))
    expression = queries.table("drains").count()
    before = queries.run(expression.as_table()).to_pylist()
    load("drains", parquet("SELECT 2 AS id"))
    assert queries.run(expression.as_table()).to_pylist() == before


@pytest.mark.django_db
def test_raw_sql_inside_an_expression_reaches_no_further(load, parquet, house):
    import duckdb
    from ibis.common.exceptions import IbisError

    load("drains", parquet("SELECT 1 AS id"))
    with pytest.raises((HostileQuery, duckdb.Error, IbisError)):
        queries.run(queries.table("drains").sql("SELECT * FROM read_text('/etc/passwd')"))


@pytest.mark.django_db
def test_a_small_table_in_memory_can_be_joined(load, parquet):
    import ibis
    import pyarrow as pa

    load("drains", parquet("SELECT i AS id FROM range(5) t(i)"))
    wanted = ibis.memtable(pa.table({"id": [2, 4]}))
    assert queries.run(queries.table("drains").semi_join(wanted, "id")).num_rows == 2


def test_deletion_vectors_and_column_mapping_are_refused(tmp_path):
    from deltalake import DeltaTable

    from huong.store import delta
    from huong.store.storage import Folder

    place = Folder(tmp_path / "tables")
    for number, configuration in enumerate(
        [{"delta.enableDeletionVectors": "true"}, {"delta.columnMapping.mode": "name"}]
    ):
        dataset = f"foreign{number}"
        schema = delta.schema_of([("id", "BIGINT")])
        try:
            DeltaTable.create(place.uri(dataset), schema, configuration=configuration)
        except Exception:  # noqa: BLE001 - deltalake itself cannot make such a table, so neither can we read one
            continue
        with pytest.raises(UnsafeTable):
            delta.state(place, dataset)
