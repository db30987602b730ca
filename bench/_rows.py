"""The rows that every contender of the intake bench gets: synthetic field reports with known flaws."""

from pathlib import Path

import duckdb

WARDS = 40
CODES = 60


def make(target: Path, rows: int) -> None:
    """Write a Parquet file of field reports; the flaws are those of the measured peers' table.

    0.3 % empty descriptions, 0.2 % empty wards, 0.5 % bad phones, 1.6 % unknown codes, some ratings and
    latitudes out of range, some closed before they were opened, 50 references twice.
    """
    con = duckdb.connect()
    con.execute("SELECT setseed(0.57)")
    con.execute(
        f"""COPY (SELECT
          CASE WHEN i < 50 THEN 'PA-' || lpad((i + 100)::VARCHAR, 9, '0') ELSE 'PA-' || lpad(i::VARCHAR, 9, '0') END AS ref,
          CASE WHEN random() < 0.003 THEN NULL ELSE 'Nắp cống vỡ trước số ' || (i % 400) || ' đường Hùng Vương' END AS description,
          CASE WHEN random() < 0.002 THEN NULL ELSE 'W' || lpad((i % {WARDS})::VARCHAR, 2, '0') END AS ward,
          CASE WHEN random() < 0.016 THEN 'X99' ELSE 'C' || lpad((i * 7 % {CODES})::VARCHAR, 2, '0') END AS category,
          CASE WHEN random() < 0.005 THEN '12345' ELSE '09' || lpad((i * 37 % 100000000)::VARCHAR, 8, '0') END AS phone,
          (CASE WHEN random() < 0.0002 THEN 9 ELSE i % 5 + 1 END)::BIGINT AS rating,
          CASE WHEN random() < 0.0003 THEN 61.0 ELSE 16.0 + random() END AS lat,
          107.0 + random() AS lon,
          (ARRAY['app','phone','web','mail'])[i % 4 + 1] AS channel,
          TIMESTAMP '2026-01-01' + INTERVAL (i % 30000000) SECOND AS opened_at,
          TIMESTAMP '2026-01-01' + INTERVAL (i % 30000000) SECOND
            + CASE WHEN random() < 0.0003 THEN INTERVAL (-3) HOUR ELSE INTERVAL 30 HOUR END AS closed_at,
          (i % 90)::BIGINT AS hours
        FROM range({rows}) t(i)) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"""
    )
    con.close()


CODE_VALUES = [f"C{n:02d}" for n in range(CODES)]
WARD_VALUES = [f"W{n:02d}" for n in range(WARDS)]
CHANNELS = ["app", "phone", "web", "mail"]
REF = r"PA-\d{9}"
PHONE = r"0[35789]\d{8}"
RULES = (
    "description.required", "ward.required", "category.required", "ref.pattern", "phone.pattern", "rating.range",
    "lat.range", "lon.range", "channel.values", "category.values", "ward.values", "key", "closed_after",
)  # fmt: skip
