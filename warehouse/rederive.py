"""The rows at which a trace ends, read again from the kept bytes: how verifying starts.

Belongs here: reading kept files, manifests and policy files again, for the traced rows only. Does not belong here: models.
"""

from collections.abc import Callable, Mapping

import duckdb
import pyarrow as pa

from readers.policy import PolicySet
from warehouse.engine import identifier
from warehouse.ingest import delivery_row, file_row, read_files, stamped
from warehouse.intake import Intake
from warehouse.lake import Lake
from warehouse.registry import Table


def base_rows(
    connection: duckdb.DuckDBPyConnection, lake: Lake, table: Table, keys: str, stored: str, derived: str
) -> None:
    """Create `derived` with the rows of `table` whose keys are in `keys`, read again from kept bytes.

    Args:
        keys, stored, derived: relations of the keys, of the table as it was, and of the result.

    Raises:
        DamagedBlobError: kept bytes are missing or changed.
    """
    rebuild = _REBUILD[table.qualified]
    key = ", ".join(identifier(name) for name in table.key)
    columns = ", ".join(identifier(c.name) for c in table.columns)
    connection.register("reread", rebuild(connection, lake, keys, stored))
    try:
        typed = ", ".join(f"CAST({identifier(c.name)} AS {c.type}) AS {identifier(c.name)}" for c in table.columns)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {derived} AS SELECT {columns} FROM (SELECT {typed} FROM reread) "
            f"SEMI JOIN {keys} USING ({key})"
        )
    finally:
        connection.unregister("reread")


def _records(connection: duckdb.DuckDBPyConnection, lake: Lake, keys: str, stored: str) -> pa.Table:
    policy = _policy(connection)
    intake = {d.delivery_id: d for d in Intake(lake.home).deliveries()}
    wanted: dict[str, set[int]] = {}
    for delivery_id, ordinals in connection.execute(f"SELECT delivery_id, list(ordinal) FROM {keys} GROUP BY ALL").fetchall():
        wanted[delivery_id] = set(ordinals)
    tables: list[pa.Table] = []
    for delivery_id, ordinals in wanted.items():
        delivery, start = intake[delivery_id], 0
        for outcome in read_files(lake.home, policy, delivery):
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


def _deliveries(connection: duckdb.DuckDBPyConnection, lake: Lake, keys: str, stored: str) -> pa.Table:
    # The status of a delivery and the time of its receipt are ours, not the manifest's: they are taken as recorded.
    intake = {d.delivery_id: d for d in Intake(lake.home).deliveries()}
    rows = []
    for delivery_id, status, reason, recorded_at in connection.execute(
        f"SELECT delivery_id, status, status_reason, recorded_at FROM {stored} SEMI JOIN {keys} USING (delivery_id)"
    ).fetchall():
        row = delivery_row(intake[delivery_id])
        lake.home.read(str(row["source_sha256"]))
        rows.append(row | {"status": status, "status_reason": reason, "recorded_at": recorded_at})
    return pa.Table.from_pylist(rows)


def _files(connection: duckdb.DuckDBPyConnection, lake: Lake, keys: str, stored: str) -> pa.Table:
    policy = _policy(connection)
    intake = {d.delivery_id: d for d in Intake(lake.home).deliveries()}
    ids = connection.execute(f"SELECT DISTINCT delivery_id FROM {keys}").fetchall()
    return pa.Table.from_pylist(
        [file_row(outcome) for (delivery_id,) in ids for outcome in read_files(lake.home, policy, intake[delivery_id])]
    )


def _entries(connection: duckdb.DuckDBPyConnection, lake: Lake, keys: str, stored: str) -> pa.Table:
    kept = connection.execute(
        f"SELECT DISTINCT source_file, source_sha256 FROM {stored} SEMI JOIN {keys} USING (list_name, entry_key, effective_from)"
    ).fetchall()
    return PolicySet.of_files({name: lake.home.read(sha256) for name, sha256 in kept}).entries


def _policy(connection: duckdb.DuckDBPyConnection) -> PolicySet:
    """The policy that the lake holds: files were read by its headings and columns."""
    raise NotImplementedError


_REBUILD: Mapping[str, Callable[[duckdb.DuckDBPyConnection, Lake, str, str], pa.Table]] = {
    "landing.record": _records,
    "landing.delivery": _deliveries,
    "landing.delivery_file": _files,
    "policy.entry": _entries,
}
