"""Records are hashed as they are written, and what is given up of a file is hashed no more than it is written."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from warehouse.building.row_hash import row_hashes
from warehouse.intake import record_writer
from warehouse.intake.reading import FileOutcome
from warehouse.intake.record_writer import RecordWriter
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake


def records(lake: Lake, delivery: str, first: int) -> pa.Table:
    rows = [{"delivery_id": delivery, "ordinal": first + n, "raw": f"{delivery} {n}"} for n in range(3)]
    blank = dict.fromkeys(column.name for column in lake.tables["landing.record"].columns)
    return pa.Table.from_pylist([blank | row for row in rows])


def outcome(delivery: str, first: int, status: str = "read") -> FileOutcome:
    return FileOutcome(delivery, 1, "file", "sha", 1, status=status, first_ordinal=first)


@pytest.mark.parametrize("portion_bytes", [0, 64 << 20])
def test_what_was_written_is_what_was_hashed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, portion_bytes: int
) -> None:
    monkeypatch.setattr(record_writer, "_PORTION_BYTES", portion_bytes)
    lake = Lake(Home(tmp_path).create())
    table = lake.tables["landing.record"]

    def work(connection: duckdb.DuckDBPyConnection) -> None:
        with RecordWriter(connection, table) as writer:
            for delivery, first, status in [("A", 1, "read"), ("A", 4, "rejected"), ("A", 4, "read"), ("B", 1, "read")]:
                writer.take(records(lake, delivery, first))
                writer.end_file(outcome(delivery, first, status))
        assert writer.groups([]).equals(row_hashes(connection, table, table.qualified))
        assert writer.groups([]).column("row_count").to_pylist() == [6, 3]
        assert writer.groups(["C"]).column("group_sha256").to_pylist()[-1] == ""

    lake.commit(CommitInfo("test", "test", "run"), work)
