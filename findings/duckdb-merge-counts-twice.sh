#!/usr/bin/env bash
# DuckDB 1.5.5: MERGE INTO with two source rows for one target row raises nothing, as the standard, PostgreSQL and Oracle do. It says that two rows
# were updated and returns both with their values, but the table has the first; an UPDATE that adds the amounts adds one of them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check duckdb==1.5.5
cd "$folder"
bin/python - <<'PY'
import sys

import duckdb

duckdb.execute("CREATE TABLE card (card_id INTEGER, cost_cny DECIMAL(20, 2))")
duckdb.execute("INSERT INTO card VALUES (1, 100.00)")
told = duckdb.execute(
    "MERGE INTO card USING (VALUES (1, 10.00), (1, 20.00)) AS addition (card_id, amount_cny) USING (card_id) "
    "WHEN MATCHED THEN UPDATE SET cost_cny = card.cost_cny + addition.amount_cny RETURNING merge_action, cost_cny"
).fetchall()
told = [(action, str(cost)) for action, cost in told]
kept = [str(cost) for (cost,) in duckdb.execute("SELECT cost_cny FROM card").fetchall()]
print("DuckDB 1.5.5, a card of 100.00, additions of 10.00 and 20.00")
print("MERGE ... RETURNING:", told)
print("the table after it: ", kept)
sys.exit((told, kept) != ([("UPDATE", "110.00"), ("UPDATE", "120.00")], ["110.00"]))
PY
