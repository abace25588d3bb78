"""Records into `landing.record` in bounded memory, written and hashed while the next are read.

Does not belong here: reading (`reading.py`), the transaction (`ingest.py`).
"""

from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor

import duckdb
import pyarrow as pa

from warehouse.building.row_hash import RowHashes, ordered_rows_query, rows_query
from warehouse.intake.reading import FileOutcome
from warehouse.tables.table import Table

#: Records are written in portions of about this size: each INSERT makes a Parquet file. Up to three are in memory.
_PORTION_BYTES = 64 << 20


class RecordWriter:
    """Takes records and writes them through one connection, which is its own until the writer is left.

    Each portion is written in a thread while the next is read; DuckDB needs no Python meanwhile.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: Table) -> None:
        self._connection = connection
        self._table = table
        self._hashes = RowHashes()
        #: Deliveries of which rows were hashed that are not there any more.
        self._given_up: set[str] = set()
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._writing: Future[None] | None = None
        self._portion: list[pa.Table] = []
        self._bytes = 0
        #: Where the tables of the file that is being read begin in the portion, and whether some were written already.
        self._file_start = 0
        self._file_written = False

    def __enter__(self) -> "RecordWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._write()
                self._wait()
        finally:
            self._thread.shutdown(wait=True)

    def take(self, records: pa.Table) -> None:
        """Take records of the file that is being read."""
        self._portion.append(records)
        self._bytes += records.nbytes
        if self._bytes > _PORTION_BYTES:
            self._file_written = True
            self._write()

    def end_file(self, outcome: FileOutcome) -> None:
        """The file has ended; what was taken of it is given up if it turned out that it cannot be read."""
        if outcome.status == "rejected":
            given_up = self._portion[self._file_start :]
            del self._portion[self._file_start :]
            self._bytes -= sum(table.nbytes for table in given_up)
            if self._file_written:
                self._wait()
                self._connection.execute(
                    "DELETE FROM landing.record WHERE delivery_id = $delivery AND ordinal >= $first",
                    {"delivery": outcome.delivery_id, "first": outcome.first_ordinal},
                )
                self._given_up.add(outcome.delivery_id)
        self._file_start, self._file_written = len(self._portion), False

    def groups(self, deliveries: Collection[str]) -> pa.Table:
        """The hashes of what was written of deliveries, once the writer was left: columns as in `GROUP_COLUMNS`."""
        if self._given_up:
            again = pa.table({"delivery_id": pa.array(self._given_up, pa.string())})
            self._connection.register("hashed_again", again)
            relation = "(FROM landing.record SEMI JOIN hashed_again USING (delivery_id))"
            self._hashes.forget(self._given_up)
            self._hashes.take(self._connection.execute(ordered_rows_query(self._table, relation)))
            self._connection.unregister("hashed_again")
        return self._hashes.groups(deliveries)

    def _write(self) -> None:
        self._wait()
        if self._portion:
            self._writing = self._thread.submit(self._insert, pa.concat_tables(self._portion))
        self._portion, self._bytes, self._file_start = [], 0, 0

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()
            self._writing = None

    def _insert(self, records: pa.Table) -> None:
        # By the name of the variable: what is registered is held until the transaction ends, even if it is unregistered.
        self._connection.execute("INSERT INTO landing.record BY NAME SELECT * FROM records")
        # They come in the order of the key: delivery, ordinal.
        self._hashes.take(self._connection.execute(rows_query(self._table, "records")))
