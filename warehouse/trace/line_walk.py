"""Many figures traced in one walk: which lines each row is made of, and which rows each line was made from.

A line is a row of a table that an asked row's model reads. Where a hundred rows are traced one by one, the same tables are passed a
hundred times; here each is passed once, and beside each row that is reached stand the numbers of the lines that it was reached from.
Belongs here: the walk and its numbers. Does not belong here: which rows are asked for, and what is shown of them (`publish/report`).
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse.store.lake import Lake
from warehouse.tables.quoting import identifier, literal
from warehouse.tables.table import Table
from warehouse.trace.rederive import KeptBytes
from warehouse.trace.walk import Node, Walk, listed


@dataclass(frozen=True)
class Line:
    """A row that an asked row's model read."""

    node: Node
    key: tuple[Any, ...]


class LineWalk(Walk):
    """A walk that knows of each row from which lines it was reached.

    lines: by number. links: of a table the pairs of an asked row, by its place, and a line, by its number.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, lake: Lake, kept: KeptBytes, hold: Callable[[Node], None]
    ) -> None:
        super().__init__(connection, lake, kept, hold)
        self.lines: list[Line] = []
        self.links: dict[str, list[tuple[int, int]]] = {}
        self._asked: set[str] = set()
        self._numbered: set[str] = set()

    def ask(self, table: Table, keys: Sequence[Mapping[str, str]], columns: Sequence[str]) -> Node:
        """Have rows of one partition traced, by what influences these columns.

        Raises:
            TraceError: a row is not there.
        """
        node = self.start(table, keys, columns[0])
        node.columns = {*columns, *table.key}
        self._asked.add(node.stored)
        types = {c.name: c.type for c in table.columns}
        typed = ", ".join(f"CAST(k.{identifier(name)} AS {types[name]}) AS {identifier(name)}" for name in table.key)
        layout = literal(json.dumps([dict.fromkeys(table.key, "VARCHAR")]))
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE asked_{node.stored} AS SELECT place - 1 AS line, {typed} FROM (SELECT "
            f"unnest(k) AS k, generate_subscripts(k, 1) AS place FROM (SELECT from_json($keys, {layout}) AS k))",
            {"keys": json.dumps([dict(key) for key in keys])},
        )
        return node

    def reaching(self, node: Node) -> str:
        """Temporary table of the rows of a node with the lines that each was reached from: `line`, then the table's key."""
        return f"reaching_{node.stored}"

    def own(self, node: Node) -> str:
        """Temporary table of the rows of a node that are lines: `line`, then the table's key."""
        return f"own_{node.stored}"

    def beside_sources(self, node: Node) -> Sequence[str]:
        return node.table.key

    def reached(self, node: Node, source: Node, columns: Sequence[str]) -> None:
        if node.stored in self._asked:
            self._link(node, source, columns)
        reaching = self.reaching(source)
        self._begin(source)
        if node.stored in self._numbered:
            pairs = _pairs(node, source, columns, self.reaching(node))
            self.connection.execute(f"INSERT INTO {reaching} ({pairs}) EXCEPT SELECT * FROM {reaching}")

    def _begin(self, source: Node) -> None:
        if source.stored not in self._numbered:
            self._numbered.add(source.stored)
            key = listed(source.table.key)
            for name in (self.reaching(source), self.own(source)):
                self.connection.execute(
                    f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT CAST(0 AS BIGINT) AS line, {key} FROM {source.stored} LIMIT 0"
                )

    def _link(self, node: Node, source: Node, columns: Sequence[str]) -> None:
        """Number the rows of an input that asked rows are made of, those of one row after the other."""
        self._begin(source)
        key, own = listed(source.table.key), self.own(source)
        pairs = _pairs(node, source, columns, f"asked_{node.stored}")
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE linked AS {pairs}")
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE fresh AS "
            f"SELECT $count + row_number() OVER (ORDER BY min(line), {key}) - 1 AS line, {key} "
            f"FROM (SELECT * FROM linked ANTI JOIN {own} USING ({key})) GROUP BY {key}",
            {"count": len(self.lines)},
        )
        for target in (own, self.reaching(source)):
            self.connection.execute(f"INSERT INTO {target} SELECT * FROM fresh")
        fresh = self.connection.execute("SELECT * EXCLUDE (line) FROM fresh ORDER BY line").fetchall()
        self.lines += [Line(source, tuple(values)) for values in fresh]
        self.links.setdefault(node.table.qualified, []).extend(
            self.connection.execute(
                f"SELECT l.line, o.line FROM linked AS l JOIN {own} AS o USING ({key}) ORDER BY ALL"
            ).fetchall()
        )


def _pairs(node: Node, source: Node, columns: Sequence[str], numbers: str) -> str:
    """Of the rows of an input that `witness` names: the numbers that the rows had which they were reached from, and their keys."""
    own = listed(node.table.key)
    keys = ", ".join(f"source_key.{identifier(name)} AS {identifier(name)}" for name in source.table.key)
    return (
        f"SELECT DISTINCT line, {keys} FROM (SELECT line, unnest([{', '.join(columns)}]) AS source_key "
        f"FROM witness JOIN {numbers} USING ({own})) WHERE source_key.{identifier(source.table.key[0])} IS NOT NULL"
    )


class LineCount(LineWalk):
    """How many lines asked rows have, without numbering them. counts: by the row's place."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, lake: Lake, kept: KeptBytes, hold: Callable[[Node], None]
    ) -> None:
        super().__init__(connection, lake, kept, hold)
        self.counts: Counter[int] = Counter()

    def reached(self, node: Node, source: Node, columns: Sequence[str]) -> None:
        pairs = _pairs(node, source, columns, f"asked_{node.stored}")
        self.counts.update(
            dict(self.connection.execute(f"SELECT line, count(*) FROM ({pairs}) GROUP BY line").fetchall())
        )
