"""The peers of the intake bench, run in an environment of their own: `python _peers.py NAME FILE`.

Each checks the same 13 rules on the same rows and prints one JSON line: counts per rule, CPU and wall seconds,
peak memory.
"""

import importlib
import json
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import _rows as rows


def great_expectations(file: str) -> dict[str, int]:
    """Great Expectations on pandas."""
    import great_expectations as gx
    import great_expectations.expectations as gxe
    import pandas as pd

    frame = pd.read_parquet(file)
    frame["late"] = frame["closed_at"] >= frame["opened_at"]
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    batch = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
    wanted = {
        "description.required": gxe.ExpectColumnValuesToNotBeNull(column="description"),
        "ward.required": gxe.ExpectColumnValuesToNotBeNull(column="ward"),
        "category.required": gxe.ExpectColumnValuesToNotBeNull(column="category"),
        "ref.pattern": gxe.ExpectColumnValuesToMatchRegex(column="ref", regex=f"^{rows.REF}$"),
        "phone.pattern": gxe.ExpectColumnValuesToMatchRegex(column="phone", regex=f"^{rows.PHONE}$"),
        "rating.range": gxe.ExpectColumnValuesToBeBetween(column="rating", min_value=1, max_value=5),
        "lat.range": gxe.ExpectColumnValuesToBeBetween(column="lat", min_value=15, max_value=18),
        "lon.range": gxe.ExpectColumnValuesToBeBetween(column="lon", min_value=106, max_value=109),
        "channel.values": gxe.ExpectColumnValuesToBeInSet(column="channel", value_set=rows.CHANNELS),
        "category.values": gxe.ExpectColumnValuesToBeInSet(column="category", value_set=rows.CODE_VALUES),
        "ward.values": gxe.ExpectColumnValuesToBeInSet(column="ward", value_set=rows.WARD_VALUES),
        "key": gxe.ExpectColumnValuesToBeUnique(column="ref"),
        "closed_after": gxe.ExpectColumnValuesToBeInSet(column="late", value_set=[True]),
    }
    suite = gx.ExpectationSuite(name="s", expectations=list(wanted.values()))
    result = batch.get_batch({"dataframe": frame}).validate(suite, result_format="BASIC")
    names = {(type(each).__name__, each.column): name for name, each in wanted.items()}
    found = {}
    for each in result.results:
        asked = each.expectation_config
        kind = "".join(word.title() for word in asked.type.split("_"))
        found[names[kind, asked.kwargs["column"]]] = int(each.result["unexpected_count"])
    found["key"] -= found["key"] // 2  # it counts every row of a repeated key, here two of each; surplus is one
    return found


def pandera(file: str) -> dict[str, int]:
    """Pandera on pandas, lazily, so that it reports every failure."""
    import pandas as pd
    import pandera.pandas as pa

    frame = pd.read_parquet(file)
    check = pa.Check
    schema = pa.DataFrameSchema(
        {
            "description": pa.Column(nullable=False),
            "ward": pa.Column(nullable=False, checks=check.isin(rows.WARD_VALUES, error="ward.values")),
            "category": pa.Column(nullable=False, checks=check.isin(rows.CODE_VALUES, error="category.values")),
            "ref": pa.Column(
                checks=check.str_matches(f"^{rows.REF}$", error="ref.pattern"),
                unique=True,
                report_duplicates="exclude_first",
            ),
            "phone": pa.Column(checks=check.str_matches(f"^{rows.PHONE}$", error="phone.pattern")),
            "rating": pa.Column(int, checks=check.in_range(1, 5, error="rating.range")),
            "lat": pa.Column(float, checks=check.in_range(15, 18, error="lat.range")),
            "lon": pa.Column(float, checks=check.in_range(106, 109, error="lon.range")),
            "channel": pa.Column(checks=check.isin(rows.CHANNELS, error="channel.values")),
        },
        checks=check(lambda found: found["closed_at"] >= found["opened_at"], error="closed_after"),
    )
    found = dict.fromkeys(rows.RULES, 0)
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        for (column, name), group in cases.groupby(["column", "check"], dropna=False):
            rule = _rule(str(column), str(name))
            found[rule] = max(found[rule], group["index"].nunique())
    return found


def _rule(column: str, name: str) -> str:
    if name == "not_nullable":
        return f"{column}.required"
    if name == "field_uniqueness":
        return "key"
    return name


def main() -> None:
    """Run one peer and print what it found and what it cost."""
    name, file = sys.argv[1:3]
    for module in (
        "pandas",
        "pyarrow.parquet",
        "great_expectations" if name == "great_expectations" else "pandera.pandas",
    ):
        importlib.import_module(module)
    begun, cpu = time.perf_counter(), time.process_time()
    counts = {"great_expectations": great_expectations, "pandera": pandera}[name](file)
    wall, spent = time.perf_counter() - begun, time.process_time() - cpu
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "counts": counts,
                "wall": wall,
                "cpu": spent,
                "rss_mb": used.ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
