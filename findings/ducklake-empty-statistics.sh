#!/usr/bin/env bash
# DuckLake 1.5.5: of a table that never had a row there are no statistics, and that there are none is not remembered: planning one query asks
# the catalogue again for each column, some times over. A table of one row that was deleted is planned with next to no questions.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check duckdb==1.5.5 duckdb-extension-ducklake==1.5.5
cd "$folder"
bin/python - <<'PY'
import sys
from pathlib import Path

import duckdb
import duckdb_extension_ducklake as packaged

COLUMNS = [f"c{number}" for number in range(20)]
(extension,) = Path(packaged.__file__).parent.rglob("ducklake.duckdb_extension")
connection = duckdb.connect()
connection.execute(f"LOAD '{extension}'")
connection.execute("ATTACH 'ducklake:catalogue.ducklake' AS lake (DATA_PATH 'data/')")
for table in ("never", "once"):
    connection.execute(f"CREATE TABLE lake.{table} ({', '.join(f'{name} VARCHAR' for name in COLUMNS)})")
connection.execute(f"INSERT INTO lake.once VALUES ({', '.join('1' for _ in COLUMNS)})")
connection.execute("DELETE FROM lake.once")
connection.execute("CALL enable_logging('QueryLog')")
asked = {}
for table in ("never", "once"):
    question = f"EXPLAIN FROM lake.{table} ORDER BY ALL"
    connection.execute(question)  # what is learned once is known now
    connection.execute("CALL truncate_duckdb_logs()")
    connection.execute(question)
    row = connection.execute(
        "SELECT count(*) FROM duckdb_logs WHERE message LIKE '%ducklake_table_stats%' AND message NOT LIKE '%duckdb_logs%'"
    ).fetchone()
    asked[table] = row[0]
    print(f"DuckLake 1.5.5, 20 columns, table with {'no row ever' if table == 'never' else 'a row once'}:",
          f"{row[0]} questions to the catalogue for statistics in one plan")
sys.exit(not (asked["never"] >= len(COLUMNS) and asked["once"] <= 1))
PY
