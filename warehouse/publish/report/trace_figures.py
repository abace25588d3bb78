"""The figures that the trace page has: those of a report and, below a figure of a level, those of the level below.

Belongs here: reading them, their order, how much there is room for. Does not belong here: the lines that they are made of
(`trace_lines.py`), the page (`trace_page.py`).
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from warehouse import queries
from warehouse.building.build import parameters
from warehouse.publish.form_page import FormColumn
from warehouse.publish.report.anchors import figures, plain
from warehouse.publish.report.edition import Report
from warehouse.tables.quoting import identifier
from warehouse.tables.table import Table
from warehouse.trace.walk import TraceError, listed

#: A level of a roll-up and the one below it.
BELOW = {"city": "district", "district": "department", "department": "unit"}
#: What a row is called, by the first of these columns that its table has.
NAMES = ("asset_name", "entity_name", "item_label", "title", "holder_name", "name")

Key = tuple[str, ...]


@dataclass(frozen=True)
class Most:
    """How much goes into one page. rows: of a table's figures. lines: of all figures. sources: of a line. chars: of a source's text."""

    rows: int = 10_000
    lines: int = 20_000
    sources: int = 400
    chars: int = 4_000


@dataclass
class Figures:
    """The rows of one table whose figures are traced, by their places.

    names: what a row is about. cells: what its figures are, by column. below: the rows of the level below. cut: rows below which some
    were too many for the page. left_out: how many rows were.
    """

    table: Table
    columns: list[FormColumn]
    keys: list[Key]
    names: list[str]
    cells: list[list[str | None]]
    below: dict[int, list[int]]
    cut: list[int]
    left_out: int

    @property
    def with_lines(self) -> list[int]:
        """The rows of which it is shown line by line what they are made of: those that have none below them, and those that are more
        or less than the sum of these, since what is left out or corrected of a level is of that level alone.
        """
        return [
            place
            for place in range(len(self.keys))
            if place not in self.cut and (not self.below.get(place) or not self._is_sum(place))
        ]

    def _is_sum(self, place: int) -> bool:
        sums = zip(*(map(_amount, self.cells[lower]) for lower in self.below[place]), strict=True)
        return [sum(column) for column in sums] == [*map(_amount, self.cells[place])]

    def keyed(self, places: Sequence[int]) -> list[dict[str, str]]:
        """The keys of rows, as a walk is asked."""
        return [dict(zip(self.table.key, self.keys[place], strict=True)) for place in places]


def _amount(cell: str | None) -> Decimal:
    return Decimal(cell or 0)


def asked_figures(connection: duckdb.DuckDBPyConnection, report: Report, most: Most) -> list[Figures]:
    """The report's figures with the rows below them, table by table, in the order of its pages.

    Raises:
        TraceError: a figure of the report is not what its table has.
    """
    columns: dict[str, dict[str, FormColumn]] = {}
    tables: dict[str, Table] = {}
    keys: dict[str, dict[Key, dict[str, str | None]]] = {}
    for page in report.pages:
        found = {column.name: place for place, column in figures(page)}
        if not found:
            continue
        tables[page.table.qualified] = page.table
        known = columns.setdefault(page.table.qualified, {})
        known.update({c.name: c for _, c in figures(page) if c.name not in known})
        rows = keys.setdefault(page.table.qualified, {})
        for key, row in zip(page.keys, page.rows, strict=True):
            rows.setdefault(key, {}).update({name: plain(row[place]) for name, place in found.items()})
    return [
        _figures(connection, table, report.edition.period, [*columns[name].values()], keys[name], most)
        for name, table in tables.items()
    ]


def _figures(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    period: str,
    columns: list[FormColumn],
    said: Mapping[Key, Mapping[str, str | None]],
    most: Most,
) -> Figures:
    wanted, below = [*said], dict[Key, list[Key]]()
    if {"level", "entity_code"} <= {*table.key}:
        wanted, below = _with_lower_levels(connection, table, period, wanted)
    keys, names, cells = list[Key](), list[str](), list[list[str | None]]()
    name = next((f"CAST(t.{identifier(n)} AS VARCHAR)" for n in NAMES if n in {c.name for c in table.columns}), "''")
    read = [name, *(f"t.{identifier(column.name)}" for column in columns)]
    for key, (of, *row) in _rows(connection, table, wanted[: most.rows], read):
        keys.append(key)
        names.append(of or "")
        cells.append([plain(value) for value in row])
        has = dict(zip([column.name for column in columns], cells[-1], strict=True))
        for column, value in said.get(key, {}).items():
            if has[column] != value:
                raise TraceError(
                    f"{table.qualified} {' '.join(key)} {column}: {value} ≠ {has[column]}; the report does not have the "
                    "table's figure 报告的数字与表中不同"
                )
    places = {key: place for place, key in enumerate(keys)}
    under = {places[of]: [places[key] for key in lower if key in places] for of, lower in below.items() if of in places}
    beyond = {*wanted[most.rows :]}
    cut = [places[of] for of, lower in below.items() if of in places and not beyond.isdisjoint(lower)]
    return Figures(table, columns, keys, names, cells, under, cut, len(beyond))


def _rows(
    connection: duckdb.DuckDBPyConnection, table: Table, keys: Sequence[Key], read: Sequence[str]
) -> Iterator[tuple[Key, Sequence[Any]]]:
    """What expressions over a table, called t, give of rows of these keys, in their order; of keys that it lacks nothing."""
    types = {c.name: c.type for c in table.columns}
    typed = ", ".join(f"CAST(k[{n}] AS {types[name]}) AS {identifier(name)}" for n, name in enumerate(table.key, 1))
    rows = connection.execute(
        f"SELECT a.place, {', '.join(read)} FROM lake.{table.qualified} AS t JOIN (SELECT place, {typed} FROM (SELECT "
        "unnest(k) AS k, generate_subscripts(k, 1) AS place FROM (SELECT from_json($keys, '[[\"VARCHAR\"]]') AS k))) AS a "
        f"USING ({listed(table.key)}) ORDER BY a.place",
        {"keys": json.dumps(keys)},
    ).fetchall()
    return ((keys[place - 1], row) for place, *row in rows)


def _with_lower_levels(
    connection: duckdb.DuckDBPyConnection, table: Table, period: str, keys: Sequence[Key]
) -> tuple[list[Key], dict[Key, list[Key]]]:
    """The keys, then those that the rows of the levels below would have; and which are below which."""
    text = queries.text("entities_below")
    entities: dict[tuple[str, str, str], list[str]] = {}
    kind = table.key.index("report_kind") if "report_kind" in table.key else None
    for report_kind, level, parent, code in connection.execute(text, parameters(text, period)).fetchall():
        entities.setdefault(("" if kind is None else report_kind, level, parent), []).append(code)
    at, of = table.key.index("level"), table.key.index("entity_code")
    below: dict[Key, list[Key]] = {}
    wanted, waiting = dict.fromkeys(keys), deque(keys)
    while waiting:
        key = waiting.popleft()
        level = BELOW.get(key[at], "")
        below[key] = [
            tuple(level if n == at else code if n == of else part for n, part in enumerate(key))
            for code in entities.get(("" if kind is None else key[kind], level, key[of]), ())
        ]
        waiting += [lower for lower in below[key] if lower not in wanted]
        wanted.update(dict.fromkeys(below[key]))
    return [*wanted], {key: lower for key, lower in below.items() if lower}
