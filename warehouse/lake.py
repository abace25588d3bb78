"""The lake of a home: DuckLake with its catalogue in SQLite, attached for reading or for one commit.

Belongs here: attaching, the tables' DDL, the commit with its lock and retry. Does not belong here: what is written (`build.py`,
`ingest.py`) or asked (`trace.py`).
"""

import fcntl
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import duckdb

from warehouse.engine import connect, literal
from warehouse.home import Home
from warehouse.registry import Registry, Table, registry

Result = TypeVar("Result")

#: A reader that holds SQLite's shared lock makes a commit fail with `database is locked`; it is gone within moments.
_ATTEMPTS = 8


class SchemaDriftError(Exception):
    """A landing or audit table of this home has other columns than the registry of this version."""


@dataclass(frozen=True)
class CommitInfo:
    """Who commits, and what the snapshot's message says."""

    author: str
    message: str
    run_id: str


class Lake:
    """The lake of a home. Readers are never blocked; writers take turns under an OS file lock that dies with its holder."""

    def __init__(self, home: Home, tables: Registry | None = None) -> None:
        self.home = home
        self.tables = tables or registry()
        self._opened: dict[bool, duckdb.DuckDBPyConnection] = {}

    @property
    def exists(self) -> bool:
        return (self.home.lake / "catalog.sqlite").is_file()

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection whose default database is the lake; an empty lake is made first if there is none."""
        if not self.exists:
            self.commit(CommitInfo("shuzhang", "create the lake", ""), lambda _: None)
        connection = self._connection(read_only=True)
        try:
            yield connection
        finally:
            connection.close()

    def close(self) -> None:
        """Close what this object keeps open."""
        for connection in self._opened.values():
            connection.close()
        self._opened.clear()

    def commit(self, info: CommitInfo, work: Callable[[duckdb.DuckDBPyConnection], Result]) -> Result:
        """Run `work` in one transaction under the writers' lock; all of it is seen by readers at once, or none of it.

        `work` may be called again after a rollback, if the catalogue was locked by a reader at the wrong moment.
        """
        self.home.lake.mkdir(parents=True, exist_ok=True)
        with (self.home.lake / "writer.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    return self._transact(info, work)
                except duckdb.Error as error:
                    if "database is locked" not in str(error) or attempt == _ATTEMPTS:
                        raise
                    time.sleep(0.05 * 2**attempt)
        raise AssertionError("unreachable")

    def _transact(self, info: CommitInfo, work: Callable[[duckdb.DuckDBPyConnection], Result]) -> Result:
        connection = self._connection(read_only=False)
        try:
            connection.execute("BEGIN")
            self._align_schema(connection)
            result = work(connection)
            connection.execute(
                "CALL lake.set_commit_message($author, $message, extra_info => $extra)",
                {
                    "author": info.author,
                    "message": info.message,
                    "extra": json.dumps({"run_id": info.run_id}),
                },
            )
            connection.execute("COMMIT")
            return result
        finally:
            connection.close()

    def _connection(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        # Loading the extensions takes 0.2 s, so a lake loads them once each way and hands out cursors: a cursor has its own
        # transaction and temporary tables.
        if read_only not in self._opened:
            self._opened[read_only] = self.attach(read_only=read_only)
        cursor = self._opened[read_only].cursor()
        cursor.execute("USE lake")
        return cursor

    def attach(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        """A DuckDB instance of its own with the lake as its default database; the caller closes it."""
        # DuckLake stores its data path as absolute; the override lets a home be moved or restored elsewhere.
        # Inlined rows would put small tables into SQLite, where plain Parquet readers do not find them.
        connection = connect()
        catalogue = literal(f"ducklake:sqlite:{self.home.lake / 'catalog.sqlite'}")
        data = literal(f"{self.home.lake / 'data'}/")
        options = f"DATA_PATH {data}, OVERRIDE_DATA_PATH true, DATA_INLINING_ROW_LIMIT 0"
        if not read_only:
            # Without a write-ahead log a reader's open transaction keeps every writer out (`database is locked`).
            options += ", META_JOURNAL_MODE 'WAL', META_BUSY_TIMEOUT 5000"
        connection.execute(f"ATTACH {catalogue} AS lake ({options}{', READ_ONLY' if read_only else ''})")
        connection.execute("USE lake")
        return connection

    def _align_schema(self, connection: duckdb.DuckDBPyConnection) -> None:
        rows = connection.execute(
            "SELECT schema_name || '.' || table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
            "WHERE database_name = 'lake' GROUP BY ALL"
        ).fetchall()
        present: dict[str, list[str]] = dict(rows)
        missing = {name: table for name, table in self.tables.items() if name not in present}
        changed = {
            name: table
            for name, table in self.tables.items()
            if name in present and present[name] != [c.name for c in table.columns]
        }
        for stage in {table.stage for table in missing.values()}:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {stage}")
        for name, table in changed.items():
            if table.stage in ("landing", "audit") and table.model is None:
                raise SchemaDriftError(
                    f"{name}: columns of this home differ from this version of Shuzhang; take the deliveries into a new home "
                    f"该家目录的表结构与本版本不同，请在新的家目录中重新接收交付"
                )
            connection.execute(f"DROP TABLE {name}")
        for table in (missing | changed).values():
            _create(connection, table)


def _create(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    connection.execute(table.ddl())
    for comment in table.comments():
        connection.execute(comment)


def next_snapshot(connection: duckdb.DuckDBPyConnection) -> int:
    """The snapshot that the open transaction will make; exact, since writers take turns."""
    row = connection.execute("SELECT id FROM lake.current_snapshot()").fetchone()
    if row is None:
        raise AssertionError("a lake always has a snapshot")
    return row[0] + 1
