#!/usr/bin/env bash
# DuckDB 1.5.5: a column of dates with years of two digits is of this century where the CSV reader is told that it is a DATE, and of the
# first where the same text is cast to DATE. Neither warns, and the same file in two loading scripts differs by 2,000 years.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check duckdb==1.5.5
cd "$folder"
bin/python - <<'PY'
import sys
from pathlib import Path

import duckdb

Path("ledger.csv").write_text("posted\n26-01-31\n25-12-31\n")
ways = {
    "read as DATE": "SELECT posted FROM read_csv('ledger.csv', columns = {'posted': 'DATE'}, header = true)",
    "read as text, then CAST": "SELECT CAST(posted AS DATE) FROM read_csv('ledger.csv', all_varchar = true)",
    "read as text, then TRY_CAST": "SELECT TRY_CAST(posted AS DATE) FROM read_csv('ledger.csv', all_varchar = true)",
}
seen = [[str(day) for (day,) in duckdb.execute(sql).fetchall()] for sql in ways.values()]
for way, days in zip(ways, seen):
    print(f"DuckDB 1.5.5, 26-01-31 and 25-12-31, {way}: {days}")
late, early = ["2026-01-31", "2025-12-31"], ["0026-01-31", "0025-12-31"]
sys.exit(seen != [late, early, early])
PY
