"""The columns of the whole lake as one graph: what each is made of, up to the delivered files, and what is made of it.

Belongs here: edges between columns of all tables, the ways up and down. Does not belong here: what a single model does
(`lineage.py`), how a graph is shown (`publish/lineage_text.py`, `pipelines/cli/console.py`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from readers.near import near
from warehouse.provenance.columns import Influence, column_lineage
from warehouse.tables.table import Table, Tables

#: Where every way up ends: what agencies delivered, and the policy's files. Python reads them into tables without a model.
DELIVERED = "delivered files 交付文件"

Origins = Mapping[str, tuple[tuple[str, str, Influence], ...]]


class LineageError(ValueError):
    """There is no such table or column; the message names what is near."""


@dataclass(frozen=True, order=True)
class ColumnRef:
    """A column of a table of the lake."""

    table: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


@dataclass(frozen=True, order=True)
class Edge:
    """`source` influences `target`: by its value, or as a filter that decides which rows appear or count."""

    source: ColumnRef
    target: ColumnRef
    influence: Influence


def table_lineage(tables: Tables, table: Table) -> Origins:
    """`column_lineage` of a table's model, derived once for each model over the same inputs; empty where Python fills it."""
    if table.model is None:
        return {}
    inputs = tuple((name, tables[name].columns) for name in table.inputs)
    known = _DERIVED.get((table.model, inputs))
    if known is None:
        known = _DERIVED[table.model, inputs] = column_lineage(table.model, tables.relations)
    return known


_DERIVED: dict[tuple[str, tuple[tuple[str, object], ...]], Origins] = {}


class LineageGraph:
    """All edges between the columns of the lake's tables."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """In the order of the tables that they lead to."""
        return tuple(
            Edge(ColumnRef(source, source_column), ColumnRef(table.qualified, column), influence)
            for table in self.tables.derived
            for column, origins in table_lineage(self.tables, table).items()
            for source, source_column, influence in origins
        )

    def find(self, text: str) -> list[ColumnRef]:
        """The columns that `stage.table` or `stage.table.column` names.

        Raises:
            LineageError: there is no such table or column.
        """
        parts = text.split(".")
        name, column = ".".join(parts[:2]), ".".join(parts[2:])
        table = self.tables.get(name)
        if table is None:
            raise LineageError(f"{name}: no such table 没有这张表{near(name, self.tables)}")
        columns = [c.name for c in table.columns]
        if column and column not in columns:
            raise LineageError(f"{name}: no column {column} 没有这一列{near(column, columns)}")
        return [ColumnRef(name, c) for c in ([column] if column else columns)]

    def up(self, start: Iterable[ColumnRef], *, filters: bool = False) -> list[Edge]:
        """The edges of all ways from the delivered files to these columns; those of value alone unless `filters`."""
        return self._reach(start, self._into, filters, lambda edge: edge.source)

    def down(self, start: Iterable[ColumnRef], *, filters: bool = False) -> list[Edge]:
        """The edges of all ways from these columns to what is made of them; those of value alone unless `filters`."""
        return self._reach(start, self._out_of, filters, lambda edge: edge.target)

    def document(self, edges: Iterable[Edge], start: Iterable[ColumnRef]) -> dict[str, Any]:
        """Edges and the columns that they join, as JSON-ready fields."""
        edges = list(edges)
        refs = {*start, *(e.source for e in edges), *(e.target for e in edges)}
        columns = {(t.qualified, c.name): c for t in self.tables.values() for c in t.columns}
        return {
            "columns": [
                {
                    "table": ref.table,
                    "column": ref.column,
                    "label": columns[ref.table, ref.column].label,
                    "type": columns[ref.table, ref.column].type,
                    "is_delivered": self.tables[ref.table].model is None,
                }
                for ref in sorted(refs)
            ],
            "edges": [
                {"source": str(edge.source), "target": str(edge.target), "influence": edge.influence} for edge in edges
            ],
        }

    @cached_property
    def _into(self) -> Mapping[ColumnRef, list[Edge]]:
        found: dict[ColumnRef, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            found[edge.target].append(edge)
        return found

    @cached_property
    def _out_of(self) -> Mapping[ColumnRef, list[Edge]]:
        found: dict[ColumnRef, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            found[edge.source].append(edge)
        return found

    @staticmethod
    def _reach(
        start: Iterable[ColumnRef],
        neighbours: Mapping[ColumnRef, list[Edge]],
        filters: bool,
        onward: Callable[[Edge], ColumnRef],
    ) -> list[Edge]:
        waiting, seen, found = list(start), set(start), []
        while waiting:
            for edge in neighbours.get(waiting.pop(), ()):
                if edge.influence == "filter" and not filters:
                    continue
                found.append(edge)
                if onward(edge) not in seen:
                    seen.add(onward(edge))
                    waiting.append(onward(edge))
        return sorted(found)
