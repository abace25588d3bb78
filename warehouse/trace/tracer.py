"""Tracing a row to the bytes it came from, and proving it.

Belongs here: a row asked for by its key, what its trace shows, many rows proven together, what is refused. Does not belong here: the way
from model to model (`walk.py`), the command line.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import duckdb
import pyarrow as pa

from readers.near import near
from warehouse.building.unfilled import Unfilled
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.store.on_record import RECORD, NotOnRecordError, concerning, not_on_record, told, told_expired
from warehouse.tables.table import Table, Tables
from warehouse.trace.rederive import KeptBytes
from warehouse.trace.walk import COMMITS, Leaf, Node, TraceError, Walk, listed

AnyWalk = TypeVar("AnyWalk", bound=Walk)


@dataclass(frozen=True)
class Trace:
    """The rows that took part in a row, table by table, and the sources that they end at.

    verified: None where it was not asked. differences: between what is stored and what was derived. unproven: what verifying had to take as
    it is stored.
    """

    table: str
    key: dict[str, Any]
    row: dict[str, Any]
    steps: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    source_count: int
    verified: bool | None
    differences: list[str]
    unproven: list[str]

    def document(self) -> dict[str, Any]:
        """The trace as JSON-ready fields."""
        return {
            "table": self.table,
            "key": self.key,
            "row": self.row,
            "steps": self.steps,
            "source_count": self.source_count,
            "sources": self.sources,
            "verified": self.verified,
            "differences": self.differences,
            "unproven": self.unproven,
        }


class Origin(NamedTuple):
    """What rows come from: the rows at which their traces end, each with what it says, and the models on the way by table."""

    leaves: Mapping[Leaf, tuple[Any, ...]]
    models: Mapping[str, str]


def trace(
    lake: Lake,
    table_name: str,
    key: Mapping[str, str],
    *,
    column: str | None = None,
    verify: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> Trace:
    """Trace one row; see `Tracer.trace`."""
    with Tracer(lake) as tracer:
        return tracer.trace(table_name, key, column=column, verify=verify, limit=limit, offset=offset)


#: A lake of fewer rows than this is small: the figures of a report of the example city are walked in 5 s instead of 16.
_HELD_ROWS = 3_000_000


class Tracer:
    """Traces rows of one lake, one after the other, on one connection.

    `keep`: hold in memory each table and each delivery that a trace passes. Snapshots do not change, so an audit of many rows
    need not read them again; the kept bytes of a delivery are read and proven once.
    """

    def __init__(self, lake: Lake, *, keep: bool = False) -> None:
        self.lake = lake
        self.keep = keep
        self.kept = KeptBytes(lake.home, keep=keep)
        self._held: dict[str, frozenset[str]] = {}

    @classmethod
    def of_many(cls, lake: Lake) -> "Tracer":
        """For many rows: one that holds in memory what it passes, if the lake is small."""
        with lake.reading() as connection:
            rows = connection.execute(
                "SELECT coalesce(sum(row_count), 0) FROM (SELECT row_count FROM audit.materialization QUALIFY row_number() "
                "OVER (PARTITION BY table_name, partition_key ORDER BY snapshot_id DESC) = 1)"
            ).fetchone()
        return cls(lake, keep=rows is not None and rows[0] < _HELD_ROWS)

    def __enter__(self) -> "Tracer":
        self._stack = ExitStack()
        self.connection = self._stack.enter_context(self.lake.reading())
        self._changed = not_on_record(self.lake, self.connection)
        if self.keep:
            # Hundreds of small questions: waking the other threads for each takes longer than they save.
            self.connection.execute("SET threads = 1")
            self._stack.callback(self.connection.execute, "RESET threads")
        self._unfilled = Unfilled.of(self.connection, self.lake.tables)
        # A trace asks it for every table that it passes, and each question to the lake costs 12 ms.
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {COMMITS} AS SELECT * FROM lake.audit.materialization")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def trace(
        self,
        table_name: str,
        key: Mapping[str, str],
        *,
        column: str | None = None,
        verify: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> Trace:
        """Trace one row.

        Args:
            key: the row's key, values as text.
            column: trace only what influences this column.
            verify: prove it from the kept bytes.
            limit, offset: page of the sources; counts stay whole.

        Raises:
            TraceError: nothing to trace, with what there is instead.
            DamagedBlobError: kept bytes are missing or changed.
            NotOnRecordError: a table that it passes is not as a commit on record left it.
        """
        table = _known_table(self.lake.tables, table_name, key, column)
        with self._transaction():
            return self._trace(table, key, column, verify, limit, offset)

    def prove(self, rows: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, tuple[list[str], list[str]]]:
        """Prove rows of many tables together: each is derived from what took part in any of them, in one walk for all.

        A walk of its own for each table passes the tables below them all over and over; what `trace` shows besides is that the
        sources which it names of a row suffice for that row.

        Args:
            rows: keys by table; of those that have partitions, keys of one.

        Returns:
            By table what differs in it or below it, and what had to be taken as it is stored; a line each.

        Raises:
            As `trace`.
        """
        wanted = {_known_table(self.lake.tables, name, keys[0], None): keys for name, keys in rows.items() if keys}
        with self._transaction():
            walk, tops = self._walked([(table, keys, None) for table, keys in wanted.items()])
            walk.up()
        return {top.table.qualified: walk.shown(top) for top in tops}

    def origin(
        self, rows: Mapping[str, Sequence[Mapping[str, str]]], columns: Mapping[str, Collection[str]], as_of: int | None
    ) -> Origin:
        """What rows of some tables come from together, as they were at a snapshot; rows that were not there then come from nothing.

        Args:
            rows: keys by table; of those that have partitions, keys of one.
            columns: those that matter, by table.
            as_of: the snapshot, by default the last one.

        Raises:
            As `trace`; NotOnRecordError if the lake has the snapshot no longer.
        """
        with self._transaction():
            self._demand_on_record([*RECORD, *rows])
            walk = Walk(self.connection, self.lake, self.kept, self.hold)
            for name, keys in rows.items():
                walk.start_as_of(_known_table(self.lake.tables, name, keys[0], None), keys, columns[name], as_of)
            walk.down()
            self._demand_on_record([node.table.qualified for node in walk.nodes])
            return Origin(walk.leaves(), walk.models())

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        # Some 70 statements: in a transaction of its own, each of them cost twice as much.
        self.connection.execute("BEGIN")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            self.connection.execute("ROLLBACK")
            self._held.clear()
            raise

    @contextmanager
    def walking(self, kind: type[AnyWalk]) -> Iterator[AnyWalk]:
        """A walk whose beginning and way the caller decides, in one transaction.

        Raises:
            NotOnRecordError: at the end of the block, a table that it passed is not as a commit on record left it.
        """
        with self._transaction():
            walk = kind(self.connection, self.lake, self.kept, self.hold)
            self._demand_on_record(RECORD)
            yield walk
            self._demand_on_record([node.table.qualified for node in walk.nodes])

    def _walked(
        self, starts: Sequence[tuple[Table, Sequence[Mapping[str, str]], str | None]]
    ) -> tuple[Walk, list[Node]]:
        walk = Walk(self.connection, self.lake, self.kept, self.hold)
        self._demand_on_record([*RECORD, *(table.qualified for table, *_ in starts)])
        tops = [walk.start(table, keys, column) for table, keys, column in starts]
        walk.down()
        self._demand_on_record([node.table.qualified for node in walk.nodes])
        return walk, tops

    def _trace(
        self, table: Table, key: Mapping[str, str], column: str | None, verify: bool, limit: int | None, offset: int
    ) -> Trace:
        walk, (top,) = self._walked([(table, [key], column)])
        if verify:
            walk.up()
        differences, unproven = walk.shown(top)
        sources = walk.sources()
        row = self.connection.execute(f"SELECT * FROM {top.stored} SEMI JOIN {top.keys} USING ({listed(table.key)})")
        values = dict(zip([d[0] for d in row.description or ()], row.fetchone() or (), strict=True))
        page = sources[offset : None if limit is None else offset + limit]
        return Trace(
            table=table.qualified,
            key={name: values[name] for name in table.key},
            row=values,
            steps=[{"table": n.table.qualified, "rows": n.row_count} for n in walk.nodes if n.row_count],
            sources=_with_raw(self.connection, self.lake.home, page),
            source_count=len(sources),
            verified=not differences if verify else None,
            differences=differences,
            unproven=unproven,
        )

    def _demand_on_record(self, tables: Collection[str]) -> None:
        # A trace reads the snapshots of the commits, so what was changed since would be proven as if nobody had touched it.
        if changed := concerning(self._changed, tables):
            raise NotOnRecordError(f"{self.lake.home.lake}: {told(changed)}")

    def hold(self, node: Node) -> None:
        """Make `node.stored`: the table as it was at the snapshot, which may lack columns that it has now."""
        if node.stored in self._held:
            node.present = self._held[node.stored]
            return
        kind = "TABLE" if self.keep or node.table in self._unfilled else "VIEW"
        at = f"lake.{node.table.qualified} AT (VERSION => {node.snapshot_id})"
        try:
            self.connection.execute(f"CREATE OR REPLACE TEMP {kind} {node.stored} AS SELECT * FROM {at}")
        except duckdb.InvalidInputException as error:
            if "No snapshot found" not in str(error):
                raise
            raise NotOnRecordError(f"{self.lake.home.lake}: {told_expired(node.snapshot_id)}") from error
        found = self.connection.execute(f"SELECT * FROM {node.stored} LIMIT 0").description or ()
        node.present = self._held[node.stored] = frozenset(name for name, *_ in found)


def _known_table(tables: Tables, name: str, key: Mapping[str, str], column: str | None) -> Table:
    table = tables.get(name)
    if table is None or table.stage == "audit":
        known = [n for n, t in tables.items() if t.stage != "audit"]
        raise TraceError(f"{name}: no such table 没有这张表{near(name, known)}")
    if set(key) != set(table.key):
        raise TraceError(f"{name}: the key is {', '.join(f'{k}=…' for k in table.key)} 请给出完整的键")
    if column is not None and column not in {c.name for c in table.columns}:
        raise TraceError(f"{name}: no column {column} 没有这一列{near(column, [c.name for c in table.columns])}")
    return table


def _with_raw(
    connection: duckdb.DuckDBPyConnection, home: Home, sources: Sequence[tuple[Node, dict[str, Any]]]
) -> list[dict[str, Any]]:
    raw = _raw_of(connection, sources)
    documents = []
    for node, row in sources:
        key = {name: row[name] for name in node.table.key}
        is_delivery = node.table.qualified == "landing.delivery"
        text = home.read(row["source_sha256"]).decode() if is_delivery else raw.get((node.stored, *key.values()))
        documents.append(
            {
                "table": node.table.qualified,
                "key": key,
                "sha256": row["source_sha256"],
                "deliverer": row["deliverer"],
                "file": row["source_file"],
                "pointer": row["source_pointer"],
                "raw": text,
            }
        )
    return documents


def _raw_of(
    connection: duckdb.DuckDBPyConnection, sources: Sequence[tuple[Node, dict[str, Any]]]
) -> dict[tuple[Any, ...], str | None]:
    """The texts as delivered, by stored table and key: a question a table, as one a row took 7 ms each."""
    by_table: dict[str, list[tuple[Node, dict[str, Any]]]] = {}
    for node, row in sources:
        if "raw" in node.present:
            by_table.setdefault(node.stored, []).append((node, row))
    found: dict[tuple[Any, ...], str | None] = {}
    for stored, of_table in by_table.items():
        names = of_table[0][0].table.key
        connection.register("wanted", pa.table({name: [row[name] for _, row in of_table] for name in names}))
        key = listed(names)
        rows = connection.execute(f"SELECT {key}, raw FROM {stored} SEMI JOIN wanted USING ({key})").fetchall()
        found |= {(stored, *row[:-1]): row[-1] for row in rows}
        connection.unregister("wanted")
    return found
