"""Tracing a row to the bytes it came from, and proving it.

A trace walks from a table's row down, model by model: each model's SQL is rewritten so that it also returns the keys of the rows
that took part (`warehouse/provenance`), at the snapshots that the commit read (`audit.materialization`). It ends at `landing.record`,
`landing.delivery` and `policy.entry`, whose rows name the kept bytes. `verify` goes the way up again: it reads the kept bytes,
derives every traced row from the traced rows alone, and compares.
Does not belong here: rewriting a query (`warehouse/provenance`), the command line.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import duckdb

from readers.near import near
from warehouse.building.build import parameters
from warehouse.building.unfilled import Unfilled
from warehouse.provenance.rewrite import Provenance, rewrite
from warehouse.provenance.tree import inputs, rederivation, retarget
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.store.on_record import RECORD, NotOnRecordError, concerning, not_on_record, told, told_expired
from warehouse.tables.definitions import all_tables
from warehouse.tables.quoting import identifier, literal
from warehouse.tables.table import Table, Tables
from warehouse.trace.rederive import KeptBytes, Traced, base_rows

#: Up to so many values of a key column are pushed down as a list; beyond, looking each row up in it costs more than it saves.
_LISTED = 1000
#: Temporary copy of `audit.materialization`.
_COMMITS = "commits"
#: In the canonical body of a record: an amount that is given.
_AMOUNT = '"[a-z_]+_cny": ?"[^"]'


class TraceError(Exception):
    """The row cannot be traced: no such table, column, key or row."""


@dataclass
class Node:
    """The traced rows of one table at one snapshot. `columns` are those that matter, None means all; `present`, those it had then."""

    table: Table
    snapshot_id: int
    partition_key: str
    columns: set[str] | None
    row_count: int = 0
    present: frozenset[str] = frozenset()
    inputs: dict[str, "Node"] = field(default_factory=dict)
    model: str | None = None
    #: What proving its rows showed, and what it took as it is stored; a line each.
    differences: list[str] = field(default_factory=list)
    unproven: set[str] = field(default_factory=set)

    @property
    def _suffix(self) -> str:
        return f"{self.table.stage}_{self.table.name}_{self.snapshot_id}"

    @property
    def keys(self) -> str:
        """Temporary table of the keys of the traced rows."""
        return f"keys_{self._suffix}"

    @property
    def stored(self) -> str:
        """Temporary view of the table as it was at the snapshot."""
        return f"stored_{self._suffix}"

    @property
    def derived(self) -> str:
        """Temporary table of the traced rows as verifying derives them."""
        return f"derived_{self._suffix}"


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
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {_COMMITS} AS SELECT * FROM lake.audit.materialization")
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

    def _walked(
        self, starts: Sequence[tuple[Table, Sequence[Mapping[str, str]], str | None]]
    ) -> tuple["_Walk", list[Node]]:
        walk = _Walk(self.connection, self.lake, self.kept, self.hold)
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
        row = self.connection.execute(f"SELECT * FROM {top.stored} SEMI JOIN {top.keys} USING ({_list(table.key)})")
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


class _Walk:
    """The way down and up of one trace on one connection."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, lake: Lake, kept: KeptBytes, hold: Callable[[Node], None]
    ) -> None:
        self.connection = connection
        self.lake = lake
        self.kept = kept
        self.hold = hold
        self._nodes: dict[tuple[str, int], Node] = {}

    @property
    def nodes(self) -> list[Node]:
        """All nodes, each before its inputs."""
        order = {name: place for place, name in enumerate(self.lake.tables)}
        return sorted(self._nodes.values(), key=lambda n: (-order[n.table.qualified], n.snapshot_id))

    def start(self, table: Table, keys: Sequence[Mapping[str, str]], column: str | None) -> Node:
        """The node of rows of one partition, by their keys, values as text."""
        partition = keys[0][table.partition] if table.partition else ""
        found = self.connection.execute(
            f"SELECT max(snapshot_id) FROM {_COMMITS} WHERE table_name = $name AND partition_key = $partition",
            {"name": table.qualified, "partition": partition},
        ).fetchone()
        if found is None or found[0] is None:
            raise TraceError(
                f"{table.qualified}: never built{f' for {partition}' if partition else ''}; run `shuzhang run` 尚未生成"
            )
        node = self._node(table, found[0], partition, None if column is None else {column, *table.key})
        types = {c.name: c.type for c in table.columns}
        asked = ", ".join(f"CAST(k.{identifier(name)} AS {types[name]}) AS {identifier(name)}" for name in table.key)
        layout = json.dumps([dict.fromkeys(table.key, "VARCHAR")])
        self._add_keys(
            node,
            f"SELECT {_list(table.key)} FROM {node.stored} SEMI JOIN "
            f"(SELECT {asked} FROM (SELECT unnest(from_json($keys, {literal(layout)})) AS k)) USING ({_list(table.key)})",
            {"keys": json.dumps([dict(key) for key in keys])},
        )
        if node.row_count != len(keys):
            none = dict(keys[0]) if len(keys) == 1 else f"{len(keys) - node.row_count} / {len(keys)} keys"
            raise TraceError(f"{table.qualified}: no row with {none} 没有这一行")
        return node

    def down(self) -> None:
        """Find the traced rows of every input, table by table."""
        done: set[tuple[str, int]] = set()
        while waiting := [n for n in self.nodes if (n.table.qualified, n.snapshot_id) not in done]:
            node = waiting[0]
            done.add((node.table.qualified, node.snapshot_id))
            if node.table.model and node.row_count:
                self._expand(node)

    def _expand(self, node: Node) -> None:
        found = self.connection.execute(
            f"SELECT sql_sha256, input_snapshots FROM {_COMMITS} "
            "WHERE table_name = $name AND partition_key = $partition AND snapshot_id = $snapshot",
            {"name": node.table.qualified, "partition": node.partition_key, "snapshot": node.snapshot_id},
        ).fetchone()
        if found is None:
            raise TraceError(f"{node.table.qualified}: no record of snapshot {node.snapshot_id} 没有该快照的物化记录")
        node.model = self.lake.home.read(found[0]).decode()
        snapshots: dict[str, int] = json.loads(found[1])
        rewritten = _rewritten(node.model, None if node.columns is None else frozenset(node.columns))
        for name in inputs(node.model):
            table = self.lake.tables[name]
            columns = None if node.columns is None else set(rewritten.columns.get(name, ())) | set(table.key)
            node.inputs[name] = self._node(
                table, snapshots[name], node.partition_key if table.partition else "", columns
            )
        query = _retargeted(rewritten.sql, tuple((name, n.stored) for name, n in node.inputs.items()))
        condition, values = self._matching(node)
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE witness AS SELECT {_list(c for c, _ in rewritten.sources)} FROM ({query}) {condition}",
            values | parameters(query, node.partition_key),
        )
        for name, source in node.inputs.items():
            columns = [identifier(column) for column, table_name in rewritten.sources if table_name == name]
            if columns:
                key = ", ".join(f"k.{identifier(k)}" for k in source.table.key)
                self._add_keys(
                    source,
                    f"SELECT DISTINCT {key} FROM (SELECT unnest([{', '.join(columns)}]) AS k FROM witness) "
                    f"WHERE k.{identifier(source.table.key[0])} IS NOT NULL EXCEPT SELECT {_list(source.table.key)} FROM {source.keys}",
                )

    def _matching(self, node: Node) -> tuple[str, dict[str, Any]]:
        """The condition that keeps the traced rows, written so that DuckDB can push it down to the model's inputs.

        A semi-join stays above the windows and joins of a model; equality, and membership in a list, go below them.
        """
        key = node.table.key
        if node.row_count == 1:
            row = self.connection.execute(f"SELECT {_list(key)} FROM {node.keys}").fetchone() or ()
            terms = [f"{identifier(name)} = $key_{name}" for name in key]
            return f"WHERE {' AND '.join(terms)}", {f"key_{n}": v for n, v in zip(key, row, strict=True)}
        lists = ", ".join(f"list(DISTINCT {identifier(name)})" for name in key)
        row = self.connection.execute(f"SELECT {lists} FROM {node.keys}").fetchone() or ()
        values = {f"key_{n}": v for n, v in zip(key, row, strict=True) if len(v) <= _LISTED}
        terms = [f"list_contains($key_{n}, {identifier(n)})" for n in key if f"key_{n}" in values]
        where = f" WHERE {' AND '.join(terms)}" if terms else ""
        return f"SEMI JOIN {node.keys} USING ({_list(key)}){where}", values

    def up(self) -> None:
        """Derive every traced row from kept bytes and traced rows alone, and note with each table what differs."""
        for node in reversed(self.nodes):
            if not node.row_count:
                self.connection.execute(
                    f"CREATE OR REPLACE TEMP TABLE {node.derived} AS SELECT * FROM {node.stored} LIMIT 0"
                )
                continue
            if node.table.model is None:
                base_rows(
                    self.connection,
                    self.kept,
                    Traced(node.table, node.snapshot_id, node.keys, node.stored, node.derived, node.unproven),
                )
            else:
                query = _rederiving(
                    str(node.model),
                    tuple((name, n.derived) for name, n in node.inputs.items()),
                    tuple((name, n.stored) for name, n in node.inputs.items()),
                )
                self.connection.execute(
                    f"CREATE OR REPLACE TEMP TABLE {node.derived} AS SELECT * FROM ({query}) "
                    f"SEMI JOIN {node.keys} USING ({_list(node.table.key)})",
                    parameters(query, node.partition_key),
                )
            node.differences = self._compare(node)

    def shown(self, top: Node) -> tuple[list[str], list[str]]:
        """What going up showed of a table and of all below it, what is nearest to the bytes first: differences, and what was not proven."""
        below, waiting = {top.stored}, [top]
        while waiting:
            found = [n for n in waiting.pop().inputs.values() if n.stored not in below]
            below |= {n.stored for n in found}
            waiting += found
        nodes = [n for n in reversed(self.nodes) if n.stored in below]
        return [line for n in nodes for line in n.differences], sorted({line for n in nodes for line in n.unproven})

    def _compare(self, node: Node) -> list[str]:
        names = [
            c.name
            for c in node.table.columns
            if c.name in node.present and (node.columns is None or c.name in node.columns)
        ]
        stored = f"SELECT {_list(names)} FROM {node.stored} SEMI JOIN {node.keys} USING ({_list(node.table.key)})"
        derived = f"SELECT {_list(names)} FROM {node.derived}"
        found = self.connection.execute(
            f"SELECT 'stored 所存', * FROM ({stored} EXCEPT ALL {derived}) UNION ALL "
            f"SELECT 'derived 推得', * FROM ({derived} EXCEPT ALL {stored}) LIMIT 4"
        ).fetchall()
        return [f"{node.table.qualified}: {side} only: {dict(zip(names, row, strict=True))}" for side, *row in found]

    def sources(self) -> list[tuple[Node, dict[str, Any]]]:
        """The rows at which the trace ends: records that carry money first, then in the order of their tables and keys."""
        found: list[tuple[Node, dict[str, Any]]] = []
        for node in self.nodes:
            if node.table.model or not node.row_count:
                continue
            key = _list(node.table.key)
            # Policy has no deliverer, and a delivery as a whole no amount.
            deliverer = "deliverer_code" if "deliverer_code" in node.present else "NULL"
            is_record = {"deliverer_code", "body"} <= node.present
            money = f"regexp_matches(CAST(body AS VARCHAR), '{_AMOUNT}')" if is_record else "false"
            cursor = self.connection.execute(
                f"SELECT {key}, source_sha256, source_file, source_pointer, {deliverer} AS deliverer, "
                f"coalesce({money}, false) AS has_amount FROM {node.stored} SEMI JOIN {node.keys} USING ({key}) ORDER BY {key}"
            )
            names = [d[0] for d in cursor.description or ()]
            found += [(node, dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
        return sorted(found, key=lambda one: not one[1]["has_amount"])

    def _node(self, table: Table, snapshot_id: int, partition_key: str, columns: set[str] | None) -> Node:
        node = self._nodes.get((table.qualified, snapshot_id))
        if node is None:
            node = Node(table, snapshot_id, partition_key, columns)
            self._nodes[table.qualified, snapshot_id] = node
            self.hold(node)
            self.connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {node.keys} AS SELECT {_list(table.key)} FROM {node.stored} LIMIT 0"
            )
        elif node.columns is not None:
            node.columns = None if columns is None else node.columns | columns
        return node

    def _add_keys(self, node: Node, query: str, values: dict[str, str] | None = None) -> None:
        row = self.connection.execute(f"INSERT INTO {node.keys} {query}", values or {}).fetchone()
        node.row_count += row[0] if row else 0


# An audit traces many rows by the same few models: what is parsed once need not be parsed again.


@lru_cache(maxsize=256)
def _rewritten(model: str, columns: frozenset[str] | None) -> Provenance:
    return rewrite(model, all_tables().relations, columns)


@lru_cache(maxsize=256)
def _retargeted(sql: str, mapping: tuple[tuple[str, str], ...]) -> str:
    return retarget(sql, dict(mapping))


@lru_cache(maxsize=256)
def _rederiving(model: str, derived: tuple[tuple[str, str], ...], stored: tuple[tuple[str, str], ...]) -> str:
    # What an ANTI JOIN excludes is read whole: a row must not come back because its excluder was not traced.
    return retarget(rederivation(model, dict(derived)), dict(stored))


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
    documents = []
    for node, row in sources:
        key = {name: row[name] for name in node.table.key}
        if node.table.qualified == "landing.delivery":
            raw = home.read(row["source_sha256"]).decode()
        elif "raw" not in {column.name for column in node.table.columns}:
            raw = None
        else:
            where = " AND ".join(f"{identifier(name)} = ${name}" for name in key)
            found = connection.execute(f"SELECT raw FROM {node.stored} WHERE {where}", key).fetchone()
            raw = found[0] if found else None
        documents.append(
            {
                "table": node.table.qualified,
                "key": key,
                "sha256": row["source_sha256"],
                "deliverer": row["deliverer"],
                "file": row["source_file"],
                "pointer": row["source_pointer"],
                "raw": raw,
            }
        )
    return documents


def _list(names: Collection[str] | Any) -> str:
    return ", ".join(identifier(name) for name in names)
