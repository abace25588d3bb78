"""The table of a city's own form that is gone from policy, or breaks a rule by now: dropped with the policy that lacks it.

Nobody could say any more what its rows follow from. What it held stays in the earlier snapshots, and its workbooks stay as they were
published. The record says that it holds nothing, so that it is built anew if the form comes back. Does not belong here: which forms stand
(`tables/own_forms.py`).
"""

import duckdb

from warehouse import queries
from warehouse.building.commit_record import CommitRecord
from warehouse.building.row_hash import NOTHING
from warehouse.store.lake import Lake
from warehouse.tables.own_forms import own_in_lake
from warehouse.tables.quoting import identifier
from warehouse.tables.table import Table


def drop_gone(lake: Lake, connection: duckdb.DuckDBPyConnection, record: CommitRecord) -> list[str]:
    """Drop the tables of own forms that the lake has and policy has not; returns their names."""
    # Asked of DuckLake's own record: `duckdb_tables()` looks at the statistics of every table.
    rows = connection.execute(queries.text("report_tables")).fetchall()
    gone = [name for name in own_in_lake(name for (name,) in rows) if name not in lake.tables]
    for name in gone:
        for (partition,) in connection.execute(
            "SELECT DISTINCT partition_key FROM audit.materialization WHERE table_name = $name ORDER BY ALL",
            {"name": name},
        ).fetchall():
            record.note(_nameless(name), partition, NOTHING, sql_sha256="", policy_sha256="", inputs=())
        connection.execute(f"DROP TABLE {'.'.join(map(identifier, name.split('.')))}")
        lake.kept.pop(name, None)
    return gone


def _nameless(qualified: str) -> Table:
    """A table of which nothing is known but its name."""
    stage, name = qualified.split(".")
    return Table(stage, name, "", "", "", "", "", (), (), None, None)
