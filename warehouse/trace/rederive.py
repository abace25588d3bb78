"""The rows at which a trace ends, read again from the kept bytes: how verifying starts.

Belongs here: reading kept files, manifests and policy files again, for the traced rows only. Does not belong here: models.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from readers.policy.files import PolicySet
from warehouse.building.policy_entries import policy_at
from warehouse.intake.deliveries import Delivery, Intake
from warehouse.intake.ingest import delivery_row
from warehouse.intake.reading import OF_READER, FileOutcome, file_row, read_files
from warehouse.store.home import Home
from warehouse.tables.quoting import identifier
from warehouse.tables.table import Table


@dataclass(frozen=True)
class Traced:
    """Traced rows of a table at a snapshot: relations of their keys, of the table as it was, and of the rows to derive.

    unproven: filled with what was taken as it is stored, since it cannot be made from the bytes alone; a line each.
    """

    table: Table
    snapshot_id: int
    keys: str
    stored: str
    derived: str
    unproven: set[str]


@dataclass
class KeptBytes:
    """The kept bytes of a home, read and proven by their hash.

    `keep`: read each delivery once and hold its records, as an audit of many rows wants; else it is read for every row.
    """

    home: Home
    keep: bool = False
    _deliveries: dict[str, Delivery] = field(default_factory=dict)
    _policies: dict[int, PolicySet] = field(default_factory=dict)
    _read: dict[tuple[str, int], list[tuple[FileOutcome, pa.Table | None]]] = field(default_factory=dict)
    _ended: dict[int, dict[str, dict[int, FileOutcome]]] = field(default_factory=dict)

    def delivery(self, delivery_id: str) -> Delivery:
        if delivery_id not in self._deliveries:
            self._deliveries = {d.delivery_id: d for d in Intake(self.home).deliveries()}
        return self._deliveries[delivery_id]

    def policy(self, connection: duckdb.DuckDBPyConnection, snapshot_id: int) -> PolicySet:
        """The policy that was in force at a snapshot."""
        if snapshot_id not in self._policies:
            self._policies[snapshot_id] = policy_at(connection, self.home, snapshot_id)
        return self._policies[snapshot_id]

    def files(
        self, connection: duckdb.DuckDBPyConnection, delivery_id: str, snapshot_id: int
    ) -> list[tuple[FileOutcome, pa.Table | None]]:
        """The files of a delivery, read under the policy of a snapshot, each with its records (None if it has none)."""
        known = self._read.get((delivery_id, snapshot_id))
        if known is not None:
            return known
        found: list[tuple[FileOutcome, pa.Table | None]] = []
        tables: list[pa.Table] = []
        policy = self.policy(connection, snapshot_id)
        if snapshot_id not in self._ended:
            self._ended[snapshot_id] = _ended(connection, snapshot_id)
        delivery, ended = self.delivery(delivery_id), self._ended[snapshot_id].get(delivery_id)
        for outcome in read_files(self.home, policy, [delivery], tables.append, prove=True, known=ended):
            found.append((outcome, pa.concat_tables(tables) if outcome.record_count else None))
            tables.clear()
        if self.keep:
            self._read[delivery_id, snapshot_id] = found
        return found


def _ended(connection: duckdb.DuckDBPyConnection, snapshot_id: int) -> dict[str, dict[int, FileOutcome]]:
    """By delivery and number, the files whose reader had to be ended. That follows from the machine, not from the bytes: it is taken as
    recorded."""
    found = connection.execute(
        f"SELECT * FROM lake.landing.delivery_file AT (VERSION => {snapshot_id}) WHERE list_contains($rules, rule)",
        {"rules": list(OF_READER)},
    ).to_arrow_table()
    ended: dict[str, dict[int, FileOutcome]] = defaultdict(dict)
    for row in found.to_pylist():
        ended[row["delivery_id"]][row["file_no"]] = FileOutcome(**row)
    return ended


def base_rows(connection: duckdb.DuckDBPyConnection, kept: KeptBytes, traced: Traced) -> None:
    """Create `traced.derived` with the traced rows as the kept bytes give them.

    Raises:
        DamagedBlobError: kept bytes are missing or changed.
    """
    key = ", ".join(identifier(name) for name in traced.table.key)
    columns = traced.table.columns
    typed = ", ".join(f"CAST({identifier(c.name)} AS {c.type}) AS {identifier(c.name)}" for c in columns)
    connection.register("reread", _REBUILD[traced.table.qualified](connection, kept, traced))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {traced.derived} AS SELECT * FROM (SELECT {typed} FROM reread) "
        f"SEMI JOIN {traced.keys} USING ({key})"
    )
    connection.unregister("reread")


def _records(connection: duckdb.DuckDBPyConnection, kept: KeptBytes, traced: Traced) -> pa.Table:
    tables: list[pa.Table] = []
    for delivery_id, ordinals in connection.execute(
        f"SELECT delivery_id, list(ordinal) FROM {traced.keys} GROUP BY ALL"
    ).fetchall():
        wanted = pc.SetLookupOptions(pa.array(ordinals, pa.int64()))
        for _, records in kept.files(connection, delivery_id, traced.snapshot_id):
            if records is not None:
                tables.append(
                    records.filter(pc.call_function("is_in", [records["ordinal"].cast(pa.int64())], options=wanted))
                )
    records = pa.concat_tables(tables)
    return records if kept.home.has_hash_key else _with_stored_hashes(connection, traced, records)


def _with_stored_hashes(connection: duckdb.DuckDBPyConnection, traced: Traced, records: pa.Table) -> pa.Table:
    """Records with the keyed hashes that are stored: without the home's key nobody can make them."""
    stored = connection.execute(
        f"SELECT delivery_id, ordinal, CAST(keyed AS VARCHAR) AS keyed FROM {traced.stored} "
        f"SEMI JOIN {traced.keys} USING (delivery_id, ordinal) WHERE keyed IS NOT NULL"
    ).to_arrow_table()
    if not stored.num_rows:
        return records
    traced.unproven.add(
        "landing.record.keyed: 缺少 hash.key，带密钥的哈希按库中所存采用，未经证明，其余照常证明 / "
        "hash.key is missing: keyed hashes are taken as stored and not proven, all else is"
    )
    return records.drop_columns(["keyed"]).join(stored, ["delivery_id", "ordinal"])


def _deliveries(connection: duckdb.DuckDBPyConnection, kept: KeptBytes, traced: Traced) -> pa.Table:
    # The status of a delivery and the time of its receipt are ours, not the manifest's: they are taken as recorded.
    rows = []
    for delivery_id, status, reason, recorded_at in connection.execute(
        f"SELECT delivery_id, status, status_reason, recorded_at FROM {traced.stored} SEMI JOIN {traced.keys} USING (delivery_id)"
    ).fetchall():
        row = delivery_row(kept.delivery(delivery_id))
        kept.home.read(str(row["source_sha256"]))
        rows.append(row | {"status": status, "status_reason": reason, "recorded_at": recorded_at})
    return pa.Table.from_pylist(rows)


def _files(connection: duckdb.DuckDBPyConnection, kept: KeptBytes, traced: Traced) -> pa.Table:
    ids = connection.execute(f"SELECT DISTINCT delivery_id FROM {traced.keys}").fetchall()
    return pa.Table.from_pylist(
        [
            file_row(outcome)
            for (delivery_id,) in ids
            for outcome, _ in kept.files(connection, delivery_id, traced.snapshot_id)
        ]
    )


def _entries(connection: duckdb.DuckDBPyConnection, kept: KeptBytes, traced: Traced) -> pa.Table:
    files = connection.execute(
        f"SELECT DISTINCT source_file, source_sha256 FROM {traced.stored} "
        f"SEMI JOIN {traced.keys} USING (list_name, entry_key, effective_from)"
    ).fetchall()
    return PolicySet.of_files({name: kept.home.read(sha256) for name, sha256 in files}).entries


_REBUILD: Mapping[str, Callable[[duckdb.DuckDBPyConnection, KeptBytes, Traced], pa.Table]] = {
    "landing.record": _records,
    "landing.delivery": _deliveries,
    "landing.delivery_file": _files,
    "policy.entry": _entries,
}
