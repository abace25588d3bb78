"""The way down and up of a trace, model by model.

Down: each model's SQL is rewritten so that it also returns the keys of the rows that took part (`warehouse/provenance`), at the snapshots
that the commit read (`audit.materialization`). It ends at `landing.record`, `landing.delivery` and `policy.entry`, whose rows name the
kept bytes. Up: the kept bytes are read (`rederive.py`), and every traced row is derived from the traced rows alone and compared.
Does not belong here: which row is asked for, and what a trace shows (`tracer.py`); rewriting a query (`warehouse/provenance`).
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import duckdb

from warehouse.building.build import parameters
from warehouse.provenance.rewrite import Provenance, rewrite
from warehouse.provenance.tree import inputs, rederivation, retarget
from warehouse.store.lake import Lake
from warehouse.tables.definitions import all_tables
from warehouse.tables.own_forms import own_tables
from warehouse.tables.quoting import identifier, literal
from warehouse.tables.table import Table
from warehouse.trace.rederive import KeptBytes, Traced, base_rows

#: Up to so many values of a key column are pushed down as a list; beyond, looking each row up in it costs more than it saves.
_LISTED = 1000
#: Temporary copy of `audit.materialization`.
COMMITS = "commits"
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
class Leaf:
    """A row at which a trace ends, by its table and key; place: in which file, and where, for people."""

    table: str
    key: tuple[str, ...]
    place: str = field(compare=False)


class Walk:
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
        node = self.start_as_of(table, keys, None if column is None else (column,), None)
        if node is None:
            partition = f" for {keys[0][table.partition]}" if table.partition else ""
            raise TraceError(f"{table.qualified}: never built{partition}; run `shuzhang run` 尚未生成")
        if node.row_count != len(keys):
            none = dict(keys[0]) if len(keys) == 1 else f"{len(keys) - node.row_count} / {len(keys)} keys"
            raise TraceError(f"{table.qualified}: no row with {none} 没有这一行")
        return node

    def start_as_of(
        self, table: Table, keys: Sequence[Mapping[str, str]], columns: Collection[str] | None, as_of: int | None
    ) -> Node | None:
        """The node of those of some rows of a partition that were there at a snapshot, by default now; None if it was not built then."""
        partition = keys[0][table.partition] if table.partition else ""
        found = self.connection.execute(
            f"SELECT max(snapshot_id) FROM {COMMITS} WHERE table_name = $name AND partition_key = $partition "
            "AND snapshot_id <= coalesce($as_of, snapshot_id)",
            {"name": table.qualified, "partition": partition, "as_of": as_of},
        ).fetchone()
        if found is None or found[0] is None:
            return None
        node = self._node(table, found[0], partition, None if columns is None else {*columns, *table.key})
        types = {c.name: c.type for c in table.columns}
        asked = ", ".join(f"CAST(k.{identifier(name)} AS {types[name]}) AS {identifier(name)}" for name in table.key)
        layout = json.dumps([dict.fromkeys(table.key, "VARCHAR")])
        self._add_keys(
            node,
            f"SELECT {listed(table.key)} FROM {node.stored} SEMI JOIN "
            f"(SELECT {asked} FROM (SELECT unnest(from_json($keys, {literal(layout)})) AS k)) USING ({listed(table.key)})",
            {"keys": json.dumps([dict(key) for key in keys])},
        )
        return node

    def down(self) -> None:
        """Find the traced rows of every input, table by table."""
        done: set[tuple[str, int]] = set()
        while waiting := [n for n in self.nodes if (n.table.qualified, n.snapshot_id) not in done]:
            node = waiting[0]
            done.add((node.table.qualified, node.snapshot_id))
            if node.table.model and node.row_count:
                self.expand(node)

    def expand(self, node: Node) -> None:
        """Find the rows of a table's inputs that its traced rows are made of."""
        found = self.connection.execute(
            f"SELECT sql_sha256, input_snapshots FROM {COMMITS} "
            "WHERE table_name = $name AND partition_key = $partition AND snapshot_id = $snapshot",
            {"name": node.table.qualified, "partition": node.partition_key, "snapshot": node.snapshot_id},
        ).fetchone()
        if found is None:
            raise TraceError(f"{node.table.qualified}: no record of snapshot {node.snapshot_id} 没有该快照的物化记录")
        node.model = self.lake.home.read(found[0]).decode()
        snapshots: dict[str, int] = json.loads(found[1])
        rewritten = _rewritten(
            node.model,
            None if node.columns is None else frozenset(node.columns),
            tuple(own_tables(self.lake.tables)),
        )
        for name in inputs(node.model):
            table = self.lake.tables[name]
            columns = None if node.columns is None else set(rewritten.columns.get(name, ())) | set(table.key)
            node.inputs[name] = self._node(
                table, snapshots[name], node.partition_key if table.partition else "", columns
            )
        query = _retargeted(rewritten.sql, tuple((name, n.stored) for name, n in node.inputs.items()))
        condition, values = self._matching(node)
        wanted = (*self.beside_sources(node), *(column for column, _ in rewritten.sources))
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE witness AS SELECT {listed(wanted)} FROM ({query}) {condition}",
            values | parameters(query, node.partition_key),
        )
        for name, source in node.inputs.items():
            columns = [identifier(column) for column, table_name in rewritten.sources if table_name == name]
            if columns:
                key = ", ".join(f"k.{identifier(k)}" for k in source.table.key)
                self._add_keys(
                    source,
                    f"SELECT DISTINCT {key} FROM (SELECT unnest([{', '.join(columns)}]) AS k FROM witness) "
                    f"WHERE k.{identifier(source.table.key[0])} IS NOT NULL EXCEPT SELECT {listed(source.table.key)} FROM {source.keys}",
                )
                self.reached(node, source, columns)

    def beside_sources(self, node: Node) -> Sequence[str]:
        """Which of a table's columns stand in `witness` beside its sources: none, save for who tells rows apart by them."""
        return ()

    def reached(self, node: Node, source: Node, columns: Sequence[str]) -> None:
        """Called when an input's rows were found: `columns` of `witness` have their keys."""

    def _matching(self, node: Node) -> tuple[str, dict[str, Any]]:
        """The condition that keeps the traced rows, written so that DuckDB can push it down to the model's inputs.

        A semi-join stays above the windows and joins of a model; equality, and membership in a list, go below them.
        """
        key = node.table.key
        if node.row_count == 1:
            row = self.connection.execute(f"SELECT {listed(key)} FROM {node.keys}").fetchone() or ()
            terms = [f"{identifier(name)} = $key_{name}" for name in key]
            return f"WHERE {' AND '.join(terms)}", {f"key_{n}": v for n, v in zip(key, row, strict=True)}
        lists = ", ".join(f"list(DISTINCT {identifier(name)})" for name in key)
        row = self.connection.execute(f"SELECT {lists} FROM {node.keys}").fetchone() or ()
        values = {f"key_{n}": v for n, v in zip(key, row, strict=True) if len(v) <= _LISTED}
        terms = [f"list_contains($key_{n}, {identifier(n)})" for n in key if f"key_{n}" in values]
        where = f" WHERE {' AND '.join(terms)}" if terms else ""
        return f"SEMI JOIN {node.keys} USING ({listed(key)}){where}", values

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
                    f"SEMI JOIN {node.keys} USING ({listed(node.table.key)})",
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
        stored = f"SELECT {listed(names)} FROM {node.stored} SEMI JOIN {node.keys} USING ({listed(node.table.key)})"
        derived = f"SELECT {listed(names)} FROM {node.derived}"
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
            key = listed(node.table.key)
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

    def leaves(self) -> dict[Leaf, tuple[Any, ...]]:
        """The rows at which the trace ends, each with what it says: of two traces, what differs is what they differ by."""
        found: dict[Leaf, tuple[Any, ...]] = {}
        for node in self.nodes:
            if node.table.model or not node.row_count:
                continue
            # A policy file's hash and lines change with every edit of it, the body of an entry does not.
            says = [name for name in ("body", "raw_hash", "status") if name in node.present]
            kept = [name for name in ("source_file", "source_pointer") if name in node.present]
            key = [f"CAST({identifier(name)} AS VARCHAR)" for name in node.table.key]
            rows = self.connection.execute(
                f"SELECT [{', '.join(key)}], {listed((*kept, *says))} FROM {node.stored} "
                f"SEMI JOIN {node.keys} USING ({listed(node.table.key)})"
            ).fetchall()
            for values, *rest in rows:
                place = " ".join(filter(None, rest[: len(kept)]))
                found[Leaf(node.table.qualified, tuple(values), place)] = tuple(rest[len(kept) :])
        return found

    def models(self) -> dict[str, str]:
        """The models that the traced rows were derived by, of each table."""
        return {node.table.qualified: node.model for node in self.nodes if node.model is not None}

    def _node(self, table: Table, snapshot_id: int, partition_key: str, columns: set[str] | None) -> Node:
        node = self._nodes.get((table.qualified, snapshot_id))
        if node is None:
            node = Node(table, snapshot_id, partition_key, columns)
            self._nodes[table.qualified, snapshot_id] = node
            self.hold(node)
            self.connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {node.keys} AS SELECT {listed(table.key)} FROM {node.stored} LIMIT 0"
            )
        elif node.columns is not None:
            node.columns = None if columns is None else node.columns | columns
        return node

    def _add_keys(self, node: Node, query: str, values: dict[str, str] | None = None) -> None:
        row = self.connection.execute(f"INSERT INTO {node.keys} {query}", values or {}).fetchone()
        node.row_count += row[0] if row else 0


# An audit traces many rows by the same few models: what is parsed once need not be parsed again.


@lru_cache(maxsize=256)
def _rewritten(model: str, columns: frozenset[str] | None, own: tuple[Table, ...]) -> Provenance:
    relations = all_tables().relations
    return rewrite(model, {**relations, **{table.qualified: table.relation for table in own}}, columns)


@lru_cache(maxsize=256)
def _retargeted(sql: str, mapping: tuple[tuple[str, str], ...]) -> str:
    return retarget(sql, dict(mapping))


@lru_cache(maxsize=256)
def _rederiving(model: str, derived: tuple[tuple[str, str], ...], stored: tuple[tuple[str, str], ...]) -> str:
    # What an ANTI JOIN excludes is read whole: a row must not come back because its excluder was not traced.
    return retarget(rederivation(model, dict(derived)), dict(stored))


def listed(names: Collection[str] | Any) -> str:
    """Names as a list of identifiers."""
    return ", ".join(identifier(name) for name in names)
