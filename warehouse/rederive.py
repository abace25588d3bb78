"""The rows at which a trace ends, read again from the kept bytes: how verifying starts.

Belongs here: reading kept files, manifests and policy files again, for the traced rows only. Does not belong here: models.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from readers.policy import PolicySet
from warehouse.engine import identifier
from warehouse.ingest import delivery_row, file_row, read_files, stamped
from warehouse.intake import Intake
from warehouse.lake import Lake
from warehouse.policy import policy_at
from warehouse.registry import Table


@dataclass(frozen=True)
class Traced:
    """Traced rows of a table at a snapshot: relations of their keys, of the table as it was, and of the rows to derive."""

    table: Table
    snapshot_id: int
    keys: str
    stored: str
    derived: str


def base_rows(connection: duckdb.DuckDBPyConnection, lake: Lake, traced: Traced) -> None:
    """Create `traced.derived` with the traced rows as the kept bytes give them.

    Raises:
        DamagedBlobError: kept bytes are missing or changed.
    """
    key = ", ".join(identifier(name) for name in traced.table.key)
    columns = traced.table.columns
    typed = ", ".join(f"CAST({identifier(c.name)} AS {c.type}) AS {identifier(c.name)}" for c in columns)
    connection.register("reread", _REBUILD[traced.table.qualified](connection, lake, traced))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {traced.derived} AS SELECT * FROM (SELECT {typed} FROM reread) "
        f"SEMI JOIN {traced.keys} USING ({key})"
    )
    connection.unregister("reread")


def _records(connection: duckdb.DuckDBPyConnection, lake: Lake, traced: Traced) -> pa.Table:
    policy = policy_at(connection, lake.home, traced.snapshot_id)
    intake = {d.delivery_id: d for d in Intake(lake.home).deliveries()}
    wanted: dict[str, set[int]] = {}
    for delivery_id, ordinals in connection.execute(
        f"SELECT delivery_id, list(ordinal) FROM {traced.keys} GROUP BY ALL"
    ).fetchall():
        wanted[delivery_id] = set(ordinals)
    tables: list[pa.Table] = []
    for delivery_id, ordinals in wanted.items():
        delivery, start = intake[delivery_id], 0
        for outcome in read_files(lake.home, policy, delivery, prove=True):
            for batch in outcome.batches:
                hits = [n for n in range(batch.num_rows) if start + n + 1 in ordinals]
                tables.append(stamped(batch, delivery, outcome, start).take(pa.array(hits, pa.int64())))
                start += batch.num_rows
    connection.register("split", pa.concat_tables(tables))
    try:
        return connection.execute(
            "SELECT *, sha256(raw) AS raw_hash, sha256(coalesce(body, raw)) AS canonical_hash FROM split"
        ).to_arrow_table()
    finally:
        connection.unregister("split")


def _deliveries(connection: duckdb.DuckDBPyConnection, lake: Lake, traced: Traced) -> pa.Table:
    # The status of a delivery and the time of its receipt are ours, not the manifest's: they are taken as recorded.
    intake = {d.delivery_id: d for d in Intake(lake.home).deliveries()}
    rows = []
    for delivery_id, status, reason, recorded_at in connection.execute(
        f"SELECT delivery_id, status, status_reason, recorded_at FROM {traced.stored} SEMI JOIN {traced.keys} USING (delivery_id)"
    ).fetchall():
        row = delivery_row(intake[delivery_id])
        lake.home.read(str(row["source_sha256"]))
        rows.append(row | {"status": status, "status_reason": reason, "recorded_at": recorded_at})
    return pa.Table.from_pylist(rows)


def _files(connection: duckdb.DuckDBPyConnection, lake: Lake, traced: Traced) -> pa.Table:
    policy = policy_at(connection, lake.home, traced.snapshot_id)
    intake = {d.delivery_id: d for d in Intake(lake.home).deliveries()}
    ids = connection.execute(f"SELECT DISTINCT delivery_id FROM {traced.keys}").fetchall()
    return pa.Table.from_pylist(
        [
            file_row(outcome)
            for (delivery_id,) in ids
            for outcome in read_files(lake.home, policy, intake[delivery_id], prove=True)
        ]
    )


def _entries(connection: duckdb.DuckDBPyConnection, lake: Lake, traced: Traced) -> pa.Table:
    kept = connection.execute(
        f"SELECT DISTINCT source_file, source_sha256 FROM {traced.stored} "
        f"SEMI JOIN {traced.keys} USING (list_name, entry_key, effective_from)"
    ).fetchall()
    return PolicySet.of_files({name: lake.home.read(sha256) for name, sha256 in kept}).entries


_REBUILD: Mapping[str, Callable[[duckdb.DuckDBPyConnection, Lake, Traced], pa.Table]] = {
    "landing.record": _records,
    "landing.delivery": _deliveries,
    "landing.delivery_file": _files,
    "policy.entry": _entries,
}
