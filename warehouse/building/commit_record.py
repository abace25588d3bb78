"""What a commit puts on record: a row of `audit.materialization` for each partition that it wrote, with the hash of its rows, in the
chain of events too.

Does not belong here: writing the tables (`build.py`), what the record is read for (`staleness.py`).
"""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.building.copies import Copies
from warehouse.building.row_hash import Written, changed_groups
from warehouse.building.staleness import MATERIALIZATION, materializations
from warehouse.store.lake import CommitInfo, Lake, next_snapshot
from warehouse.tables.table import Table

#: What the chain of events says of a partition that was written: all that decides what its rows are.
TOLD = ("table_name", "partition_key", "row_count", "rows_sha256", "sql_sha256", "policy_sha256", "input_snapshots")


@dataclass
class CommitRecord:
    """The record of the open transaction; `snapshot_id` is the snapshot that it will make."""

    snapshot_id: int
    _run_id: str
    _latest: dict[str, int]
    _committed_at: datetime
    _rows: list[dict[str, Any]] = field(default_factory=list)
    _written: dict[tuple[str, str], Written] = field(default_factory=dict)

    def note(
        self,
        table: Table,
        partition_key: str,
        written: Written,
        *,
        sql_sha256: str,
        policy_sha256: str,
        inputs: Collection[str] | None = None,
    ) -> None:
        """Note that a partition was written, after the tables that its model reads; `inputs` where it was written by none."""
        read = table.inputs if inputs is None else inputs
        self._rows.append(
            {
                "table_name": table.qualified,
                "partition_key": partition_key,
                "snapshot_id": self.snapshot_id,
                "run_id": self._run_id,
                "committed_at": self._committed_at,
                "row_count": written.row_count,
                "sql_sha256": sql_sha256,
                "policy_sha256": policy_sha256,
                "input_snapshots": json.dumps({name: self._latest[name] for name in read}, sort_keys=True),
            }
        )
        self._written[table.qualified, partition_key] = written
        self._latest[table.qualified] = self.snapshot_id

    def write(self, connection: duckdb.DuckDBPyConnection, lake: Lake, copies: Copies) -> None:
        """Put what was noted on record. Every INSERT makes a file of the lake, so a commit makes one for all of it."""
        if not self._rows:
            return
        changed, hashes = changed_groups(connection, self._written, copies.relation("audit.rows_hash"))
        for row in self._rows:
            row["rows_sha256"] = hashes[row["table_name"], row["partition_key"]]
        if changed:
            groups = [{**group, "snapshot_id": self.snapshot_id} for group in changed]
            copies.append(lake.tables["audit.rows_hash"], pa.Table.from_pylist(groups))
        copies.append(lake.tables[MATERIALIZATION], pa.Table.from_pylist(self._rows))
        lake.say(tables=[{name: row[name] for name in TOLD} for row in self._rows])


@contextmanager
def recording(
    lake: Lake,
    connection: duckdb.DuckDBPyConnection,
    info: CommitInfo,
    period: str | None = None,
    copies: Copies | None = None,
) -> Iterator[CommitRecord]:
    """The record of the open transaction, written when the block ends.

    Args:
        period: the one whose partitions are read and written, if any.
    """
    copies = copies or Copies(lake, connection)
    record = copies.relation(MATERIALIZATION)
    (last,) = connection.execute(f"SELECT max(committed_at) FROM {record}").fetchone() or (None,)
    # The commit has waited for the clock (`Lake.commit`): this is for what was recorded while it ran ahead.
    moment = max(filter(None, (datetime.now(UTC), last)))
    latest = {name: last.snapshot_id for name, last in materializations(connection, period, record).items()}
    noted = CommitRecord(next_snapshot(connection), info.run_id, latest, moment)
    yield noted
    noted.write(connection, lake, copies)
