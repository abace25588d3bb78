"""The lake of a home: DuckLake with its catalogue in SQLite, attached for reading or for one commit.

Belongs here: attaching, the tables' DDL, the commit with its lock, its retry and its event in the chain. Does not belong here: what is
written (`build.py`, `ingest.py`) or asked (`trace.py`).
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO, TypeVar

import duckdb
import pyarrow as pa

from warehouse.store.chain import COMMIT, LAKE, Chain, Head, Note, last_commit, parse
from warehouse.store.clock import not_before
from warehouse.store.disk import full_disk_named
from warehouse.store.engine import connect
from warehouse.store.faults import reach
from warehouse.store.home import Home
from warehouse.tables.own_forms import home_tables, own_tables
from warehouse.tables.quoting import identifier, literal
from warehouse.tables.table import Table, Tables

Result = TypeVar("Result")

#: A reader that holds SQLite's shared lock makes a commit fail with `database is locked`; it is gone within moments.
_ATTEMPTS = 8


#: DuckLake's own tables, as it attaches them.
METADATA = "__ducklake_metadata_lake"

_EVENTS = "audit.event"

#: What stands in the lock's file while its holder writes.
_WRITING = "writing"


#: What a person does about snapshots of a time that has not come: those that follow must not be earlier.
_MEND = (
    "请先校准时钟；时钟无误而此前走快的，快照带有未来的时间：先 shuzhang audit clock --reason … --by …，再 shuzhang rebuild --force",
    "set the clock right first; if it is right and was ahead before, snapshots have times that have not come: "
    "`shuzhang audit clock`, then `shuzhang rebuild --force`",
)


class SchemaDriftError(Exception):
    """A landing or audit table of this home has other columns than this version."""


@dataclass(frozen=True)
class CommitInfo:
    """Who commits, and what the snapshot's message says. `step` names the commit among the fault points."""

    author: str
    message: str
    run_id: str
    step: str = ""


@dataclass(frozen=True)
class _Left:
    """How a commit left the lake: its snapshot, and the event that this names, by hash and number; the lake's identity."""

    snapshot: int
    event_sha256: str
    event_number: int
    lake: str


class Lake:
    """The lake of a home. Readers are never blocked; writers take turns under an OS file lock that dies with its holder."""

    def __init__(self, home: Home, tables: Tables | None = None) -> None:
        self.home = home
        self._tables = tables
        self.chain = Chain(home)
        self._opened: dict[bool, duckdb.DuckDBPyConnection] = {}
        #: Temporary tables of the writer's connection that have the rows of tables of the lake, by the names of these, as long as nobody
        #: else commits. Only who is told to keep them (`commit`) may read them, and says what it writes.
        self.kept: dict[str, str] = {}
        self._left: _Left | None = None
        self._writer: duckdb.DuckDBPyConnection | None = None
        self._notes: list[Note] = []
        self._said: dict[str, Any] = {}
        self._has_tables = False

    @cached_property
    def tables(self) -> Tables:
        """The tables that there are: those that were given, else the shipped ones and those of the home's own forms."""
        return self._tables or home_tables(self.home.policy)

    @property
    def exists(self) -> bool:
        return self._catalogue.is_file()

    @property
    def _catalogue(self) -> Path:
        return self.home.lake / "catalog.sqlite"

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection whose default database is the lake; an empty lake is made first if there is none.

        Where the first commit was cut off there is a catalogue without tables, which is none either.
        """
        if not self._is_made():
            self.commit(CommitInfo("shuzhang", "create the lake", ""), lambda _: None)
        connection = self._connection(read_only=True)
        try:
            yield connection
        finally:
            connection.close()

    def _is_made(self) -> bool:
        if not self._has_tables and self.exists:
            with closing(self._connection(read_only=True)) as connection:
                self._has_tables = current_snapshot(connection) > 0
        return self._has_tables

    def close(self) -> None:
        """Close what this object keeps open."""
        self._leave_writer()
        for connection in self._opened.values():
            connection.close()
        self._opened.clear()

    def commit(
        self, info: CommitInfo, work: Callable[[duckdb.DuckDBPyConnection], Result], *, keeps: bool = False
    ) -> Result:
        """Run `work` in one transaction under the writers' lock; all of it is seen by readers at once, or none of it.

        `work` may be called again after a rollback, if the catalogue was locked by a reader at the wrong moment.

        Args:
            keeps: `work` has `kept` say what it writes; else nothing is kept.

        Raises:
            FullDiskError: nothing was committed.
        """
        with full_disk_named(self.home.root):
            return self._locked(info, work, keeps)

    def note(self, kind: str, subject: str, body: Mapping[str, Any]) -> None:
        """Have the commit that is being made put an event before its own into the chain."""
        self._notes.append(Note(kind, subject, body))

    def say(self, **facts: Any) -> None:
        """Have the event of the commit that is being made say this too, JSON-ready."""
        self._said |= facts

    @contextmanager
    def locked(self) -> Iterator[TextIO]:
        """The writers' lock, held: nobody else commits. What is given is its file."""
        while True:
            self.home.lake.mkdir(parents=True, exist_ok=True)
            file = self.home.lake / "writer.lock"
            with file.open("a+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                # Who waited while the lake was set aside has the lock of that one, and this one's is another file.
                if file.exists() and os.path.samestat(os.fstat(lock.fileno()), file.stat()):
                    yield lock
                    return

    def _locked(self, info: CommitInfo, work: Callable[[duckdb.DuckDBPyConnection], Result], keeps: bool) -> Result:
        with self.locked() as lock:
            lock.seek(0)
            # The mark of a writer that did not come to its end.
            was_cut_off = bool(lock.read())
            if not self.exists:
                self._make()
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    if was_cut_off:
                        self._sweep()
                    lock.write(_WRITING)
                    lock.flush()
                    result = self._transact(info, work, keeps)
                    lock.truncate(0)
                    return result
                except duckdb.Error as error:
                    if "database is locked" not in str(error) or attempt == _ATTEMPTS:
                        raise
                    time.sleep(0.05 * 2**attempt)
        raise AssertionError("unreachable")

    def _make(self) -> None:
        # Aside: a catalogue that was cut off while it was made is none, and DuckLake would not mend it.
        aside = self.home.lake / ".part-catalog.sqlite"
        for left in self.home.lake.glob(f"{aside.name}*"):
            left.unlink()
        connection = connect()
        try:
            connection.execute(
                f"ATTACH {literal(f'ducklake:sqlite:{aside}')} AS lake (DATA_PATH {literal(f'{self.home.lake}/data/')})"
            )
        finally:
            connection.close()
        reach("file.inside", "catalogue")
        aside.rename(self._catalogue)

    def _sweep(self) -> None:
        """Remove the data files that no snapshot has; under the lock, so that nobody is writing one."""
        with closing(self.attach(read_only=False)) as connection:
            connection.execute("CALL ducklake_delete_orphaned_files('lake', cleanup_all => true)")

    def _transact(self, info: CommitInfo, work: Callable[[duckdb.DuckDBPyConnection], Result], keeps: bool) -> Result:
        reach("commit.before", info.step)
        if not keeps:
            self._leave_writer()
        connection = self._writer = self._writer or self._connection(read_only=False)
        try:
            connection.execute("BEGIN")
            if not self.is_as_left():
                self._left = None
                self._forget_kept(connection)
                self._align_schema(connection)
            self._notes.clear()
            self._said.clear()
            self.chain.demand_clock()
            _await_clock(connection)
            result = work(connection)
            snapshot = next_snapshot(connection)
            with self.chain.locked() as end:
                lines = end.lines(self._events(connection, end.head, info))
                self._copy_events(connection, lines)
                last = parse(lines[-1])
                connection.execute(
                    "CALL lake.set_commit_message($author, $message, extra_info => $extra)",
                    {
                        "author": info.author,
                        "message": info.message,
                        "extra": json.dumps({"run_id": info.run_id, "event": last.sha256}),
                    },
                )
                reach("commit.inside", info.step)
                end.announce(lines, snapshot_id=snapshot)
                connection.execute("COMMIT")
                reach("commit.after", info.step)
                end.add(lines)
            self._left = _Left(snapshot, last.sha256, last.number, end.head.lake)
            return result
        except BaseException:
            self._left = None
            self._leave_writer()
            raise

    def is_as_left(self) -> bool:
        """Whether the last commit to the lake is the last one of this object; asked of the catalogue itself, as often as one likes."""
        left = self._left
        return left is not None and last_commit(self.home) == (left.snapshot, left.event_sha256)

    def _forget_kept(self, connection: duckdb.DuckDBPyConnection) -> None:
        for relation in self.kept.values():
            connection.execute(f"DROP TABLE {relation}")
        self.kept.clear()

    def _leave_writer(self) -> None:
        """Close the writer's connection, with what it holds and what it has not committed."""
        if self._writer is not None:
            self._writer.close()
        self._writer = None
        self.kept.clear()

    def _events(self, connection: duckdb.DuckDBPyConnection, head: Head, info: CommitInfo) -> list[Note]:
        """What the open transaction puts into the chain: the lake where the chain has none of its commits, what was noted, the commit."""
        lake, snapshot = self._left.lake if self._left else lake_id(connection), next_snapshot(connection)
        adopted = [] if head.lake == lake else [Note(LAKE, lake, {"from_snapshot": snapshot - 1})]
        body = {"lake": lake, "message": info.message, "run_id": info.run_id, "snapshot": snapshot, **self._said}
        return [*adopted, *self._notes, Note(COMMIT, str(snapshot), body)]

    def _copy_events(self, connection: duckdb.DuckDBPyConnection, new: Sequence[bytes]) -> None:
        """Have `audit.event` say what the chain says, the new lines included."""
        if _EVENTS not in self.tables:
            return
        if self._left:
            last = self._left.event_number
        else:
            (last,) = connection.execute("SELECT coalesce(max(event_number), 0) FROM audit.event").fetchone() or (0,)
        lines = [*new] if parse(new[0]).number == last + 1 else [*self.chain.lines()[last:], *new]
        rows = [
            {
                "event_number": event.number,
                "event_at": datetime.fromisoformat(event.at),
                "event_type": event.kind,
                "subject": event.subject,
                "event_body": json.dumps(event.body, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
                "previous_sha256": event.previous,
                "event_sha256": event.sha256,
            }
            for event in map(parse, lines)
        ]
        connection.register("events", pa.Table.from_pylist(rows))
        connection.execute("INSERT INTO audit.event BY NAME SELECT * FROM events")
        connection.unregister("events")

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
        catalogue = literal(f"ducklake:sqlite:{self._catalogue}")
        data = literal(f"{self.home.lake / 'data'}/")
        options = f"DATA_PATH {data}, OVERRIDE_DATA_PATH true, DATA_INLINING_ROW_LIMIT 0"
        if not read_only:
            # Without a write-ahead log a reader's open transaction keeps every writer out (`database is locked`).
            options += ", META_JOURNAL_MODE 'WAL', META_BUSY_TIMEOUT 5000"
        connection.execute(f"ATTACH {catalogue} AS lake ({options}{', READ_ONLY' if read_only else ''})")
        connection.execute("USE lake")
        return connection

    def _align_schema(self, connection: duckdb.DuckDBPyConnection) -> None:
        # A view that somebody put in the place of a table has its columns too.
        views = connection.execute(
            "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'lake' AND NOT internal"
        ).fetchall()
        for schema, name in views:
            if f"{schema}.{name}" in self.tables:
                connection.execute(f"DROP VIEW {identifier(schema)}.{identifier(name)}")
        rows = connection.execute(
            "SELECT schema_name || '.' || table_name, list(column_name ORDER BY column_index), "
            "list((column_name, data_type, is_nullable) ORDER BY column_index) "
            "FROM duckdb_columns() WHERE database_name = 'lake' GROUP BY ALL"
        ).fetchall()
        present: dict[str, list[str]] = {name: columns for name, columns, _ in rows}
        as_defined = {name: columns for name, _, columns in rows}
        missing = {name: table for name, table in self.tables.items() if name not in present}
        changed = {
            name: table
            for name, table in self.tables.items()
            if name in present and present[name] != [c.name for c in table.columns]
        }
        # A city may give a column of its own form another type or another key: a version of the package gives it another name.
        for table in own_tables(self.tables):
            wanted = [(c.name, c.type, c.name not in table.key) for c in table.columns]
            if table.qualified in present and as_defined[table.qualified] != wanted:
                changed[table.qualified] = table
        for stage in {table.stage for table in missing.values()}:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {stage}")
        for name, table in list(changed.items()):
            if table.stage in ("landing", "audit") and table.model is None:
                if _grown(connection, table, present[name]):
                    del changed[name]
                    continue
                raise _drift(table)
            connection.execute(f"DROP TABLE {name}")
        for table in (missing | changed).values():
            _create(connection, table)


def demand_shape(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Refuse to read a table of landing or audit that another version wrote with other columns.

    Raises:
        SchemaDriftError: it names the mend.
    """
    rows = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = 'lake' AND schema_name = $stage "
        "AND table_name = $name ORDER BY column_index",
        {"stage": table.stage, "name": table.name},
    ).fetchall()
    if [name for (name,) in rows] != [column.name for column in table.columns]:
        raise _drift(table)


def _drift(table: Table) -> SchemaDriftError:
    return SchemaDriftError(
        f"{table.qualified}: columns of this home differ from this version of Shuzhang; build its lake anew with `shuzhang rebuild` "
        f"该家目录的表结构与本版本不同，请用 shuzhang rebuild 重建数据湖"
    )


def _await_clock(connection: duckdb.DuckDBPyConnection) -> None:
    """Wait until the clock is where the last snapshot was: else a query of a time would find an older one.

    Raises:
        ClockError: it is too far behind for that.
    """
    if (last := last_snapshot_time(connection)) is None:
        return
    now = datetime.now(UTC)
    ahead = not_before(now, last, lambda: _clock_tolerance(connection), _MEND) - now
    time.sleep(ahead.total_seconds())


def last_snapshot_time(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """The time of the latest snapshot; None where nothing was committed."""
    last, stamp = connection.execute(
        "SELECT max(snapshot_time), max_by(snapshot_id, snapshot_time) FROM lake.snapshots()"
    ).fetchone() or (None, None)
    return last if stamp else None


def _clock_tolerance(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute(
        "SELECT max_by(value, effective_from) FROM policy.intake_limit WHERE name = 'clock_back_seconds'"
    ).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def _grown(connection: duckdb.DuckDBPyConnection, table: Table, present: list[str]) -> bool:
    """Add the columns that a table of an earlier version lacks, if it lacks no others than its last."""
    names = [column.name for column in table.columns]
    if present != names[: len(present)]:
        return False
    for column in table.columns[len(present) :]:
        connection.execute(f"ALTER TABLE {table.qualified} ADD COLUMN {identifier(column.name)} {column.type}")
    for comment in table.comments():
        connection.execute(comment)
    return True


def _create(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    connection.execute(table.ddl())
    for comment in table.comments():
        connection.execute(comment)


def lake_id(connection: duckdb.DuckDBPyConnection) -> str:
    """What tells a lake from another one in the same folder: a rebuilt one begins its snapshots anew."""
    row = connection.execute(f"SELECT schema_uuid FROM {METADATA}.ducklake_schema WHERE schema_id = 0").fetchone()
    if row is None:
        raise AssertionError("a lake always has its first schema")
    return str(row[0])


def next_snapshot(connection: duckdb.DuckDBPyConnection) -> int:
    """The snapshot that the open transaction will make; exact, since writers take turns."""
    return current_snapshot(connection) + 1


def current_snapshot(connection: duckdb.DuckDBPyConnection) -> int:
    """The latest snapshot; 0 is that of a catalogue in which nothing was committed."""
    row = connection.execute("SELECT id FROM lake.current_snapshot()").fetchone()
    if row is None:
        raise AssertionError("a lake always has a snapshot")
    return row[0]
