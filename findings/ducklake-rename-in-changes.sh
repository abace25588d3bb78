#!/usr/bin/env bash
# DuckLake 1.5.5: the changes of a snapshot in which a table was only renamed say that a table was created. They name neither the old name nor
# that table's number, and are of the same shape as those of CREATE TABLE; who follows the log takes the table for a new one beside the old.
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

(extension,) = Path(packaged.__file__).parent.rglob("ducklake.duckdb_extension")
connection = duckdb.connect()
connection.execute(f"LOAD '{extension}'")
connection.execute("ATTACH 'ducklake:catalogue.ducklake' AS lake (DATA_PATH 'data/')")
for statement in ("CREATE TABLE lake.card (id INTEGER)", "ALTER TABLE lake.card RENAME TO asset_card"):
    connection.execute(statement)
changes = connection.execute("SELECT changes FROM ducklake_snapshots('lake') ORDER BY snapshot_id").fetchall()
tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake'").fetchall()
created, renamed = (change for (change,) in changes[1:])
print("DuckLake 1.5.5, CREATE TABLE card:         ", created)
print("DuckLake 1.5.5, card RENAME TO asset_card: ", renamed)
print("tables that are there:", tables)
wanted = ({"tables_created": ["main.card"]}, {"tables_created": ["main.asset_card"]}, [("asset_card",)])
sys.exit((created, renamed, tables) != wanted)
PY
