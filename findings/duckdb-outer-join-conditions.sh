#!/usr/bin/env bash
# DuckDB 1.5.5: an outer join on a key goes by the key only while every other condition compares a column of one side with one of the other, or asks the
# inner side alone. With one that asks the outer side alone (`AND a.kind = 'use'`) or that has an OR over both (`valid_to IS NULL OR valid_to > day`), all
# of it becomes a nested loop over every pair of rows: twenty times the rows take hundreds of times as long. The inner join of the same text hashes.
# Written as `b.k = CASE WHEN a.kind = 'use' THEN a.k END` and `coalesce(valid_to, DATE 'infinity') > day` the outer join hashes too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check duckdb==1.5.5
cd "$folder"
bin/python - <<'PY'
import sys
import time

import duckdb

connection = duckdb.connect()
connection.execute("SET threads = 1")
CONDITIONS = {
    "outer side alone": "b.k = a.k AND a.kind = 'use'",
    "the same, in the key": "b.k = CASE WHEN a.kind = 'use' THEN a.k END",
    "OR": "b.k = a.k AND b.begins <= a.day AND (b.ends IS NULL OR b.ends > a.day)",
    "the same, without NULL": "b.k = a.k AND b.begins <= a.day AND coalesce(b.ends, DATE 'infinity') > a.day",
}


def fill(rows: int) -> None:
    connection.execute(
        "CREATE OR REPLACE TABLE a AS SELECT i AS k, if(i % 2 = 0, 'use', 'sale') AS kind, DATE '2026-01-01' AS day "
        f"FROM range({rows}) AS r (i)"
    )
    connection.execute(
        "CREATE OR REPLACE TABLE b AS SELECT i AS k, DATE '2025-01-01' AS begins, if(i % 2 = 0, DATE '2027-01-01', NULL) AS ends "
        f"FROM range({rows}) AS r (i)"
    )


def seconds(kind: str, condition: str) -> tuple[float, int]:
    start = time.perf_counter()
    (rows,) = connection.execute(f"SELECT count(b.k) FROM a {kind} JOIN b ON {condition}").fetchone()
    return time.perf_counter() - start, rows


fill(2000)
print("DuckDB 1.5.5")
plans, counts = {}, {}
for kind in ("LEFT", "INNER"):
    for name, condition in CONDITIONS.items():
        (plan,) = [row[1] for row in connection.execute(f"EXPLAIN SELECT count(b.k) FROM a {kind} JOIN b ON {condition}").fetchall()]
        plans[kind, name] = "BLOCKWISE_NL_JOIN" if "BLOCKWISE_NL_JOIN" in plan else "HASH_JOIN" if "HASH_JOIN" in plan else "?"
        counts[kind, name] = seconds(kind, condition)[1]
        print(f"{kind:5} {name:24} {plans[kind, name]:18} {counts[kind, name]} rows with a partner")
for rows in (1000, 20000):
    fill(rows)
    print(f"{rows} rows a side:", {name: f"{seconds('LEFT', condition)[0]:.3f} s" for name, condition in CONDITIONS.items()})
loops = {key for key, plan in plans.items() if plan == "BLOCKWISE_NL_JOIN"}
sys.exit(loops != {("LEFT", "outer side alone"), ("LEFT", "OR")} or set(counts.values()) != {1000, 2000} or "?" in plans.values())
PY
