"""The lines that figures are made of, what each adds, and the sources of each line.

Which lines a row has is the rewritten model's answer (`warehouse/trace/line_walk.py`). Which of them make a figure is found by asking the
model again without a table's rows: what does not change is not made of them. Which of a line's amounts a figure adds is what column
lineage says, and counts only where it comes out to the cent in all rows. Belongs here: that, and reading lines. Does not belong here:
figures (`trace_figures.py`), sources (`trace_sources.py`), the page (`trace_page.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import Any

from warehouse.building.build import parameters
from warehouse.provenance.tree import retarget
from warehouse.publish.report.anchors import plain
from warehouse.publish.report.trace_figures import NAMES, Figures, Most
from warehouse.tables.quoting import identifier
from warehouse.tables.table import POLICY, Table
from warehouse.trace.graph import table_lineage
from warehouse.trace.line_walk import LineCount, LineWalk
from warehouse.trace.tracer import Tracer
from warehouse.trace.walk import Node, listed

#: By the first of these that a line has it is found in its list, where its table has no name for it.
_NAMED_BY = (("card_id", "registry.asset_card", "asset_name"), ("resource_id", "catalog.resource", "title"))
#: What tells lines apart for a person, if they have it.
_SEEN = ("resource_code", "item_code", "voucher_no", "entity_code", "unit_code", "holder_code", "snapshot_status")
#: Up to so many amounts of a line every choice of signs is tried.
_SIGNED = 4


@dataclass(frozen=True)
class Part:
    """Lines of one table that make a figure's column.

    amounts: columns of the line, each with 1 or -1. adds: how: `sum` of the amounts to the cent, `count` of the lines, or `other`.
    """

    table: str
    amounts: tuple[tuple[str, int], ...]
    adds: str


@dataclass
class Lines:
    """What was found of one table's figures.

    links: by row, the numbers of its lines. parts: by column. too_many: by row, how many lines were too many for the page.
    """

    links: dict[int, list[int]] = field(default_factory=dict)
    parts: dict[str, list[Part]] = field(default_factory=dict)
    too_many: dict[int, int] = field(default_factory=dict)


def with_room(tracer: Tracer, asked: Sequence[Figures], most: Most) -> dict[str, Lines]:
    """Of each table the rows whose lines are shown and there is room for, still without lines, and the others with how many they have."""
    found: dict[str, Lines] = {}
    room = most.lines
    for of in asked:
        lines = found[of.table.qualified] = Lines()
        places = of.with_lines
        if of.table.model is None or not places:
            continue
        with tracer.walking(LineCount) as walk:
            walk.expand(walk.ask(of.table, of.keyed(places), [c.name for c in of.columns]))
        for number, place in enumerate(places):
            if walk.counts[number] <= room:
                room -= walk.counts[number]
                lines.links[place] = []
            else:
                lines.too_many[place] = walk.counts[number]
    return found


def walk_lines(walk: LineWalk, asked: Sequence[Figures], found: dict[str, Lines]) -> None:
    """Find the lines of the rows that there is room for, all that took part in them, and of what each column is made."""
    tops = [
        (of, found[of.table.qualified], [*found[of.table.qualified].links])
        for of in asked
        if found[of.table.qualified].links
    ]
    nodes = [walk.ask(of.table, of.keyed(places), [c.name for c in of.columns]) for of, _, places in tops]
    walk.down()
    for node, (of, lines, places) in zip(nodes, tops, strict=True):
        for place, line in walk.links.get(of.table.qualified, ()):
            lines.links[places[place]].append(line)
        lines.parts = _parts(walk, node, of, lines)


def _parts(walk: LineWalk, node: Node, of: Figures, lines: Lines) -> dict[str, list[Part]]:
    """By column of which tables' lines it is made."""
    origins = table_lineage(walk.lake.tables, of.table)
    found: dict[str, list[tuple[Part, bool]]] = {column.name: [] for column in of.columns}
    for source in node.inputs.values():
        if source.table.stage == POLICY or not source.row_count:
            continue
        numeric = [
            c.name for c in source.table.columns if c.type.startswith(("DECIMAL", "BIGINT", "INTEGER", "HUGEINT"))
        ]
        without = _without(walk, node, source, of)
        for at, column in enumerate(of.columns):
            named = {
                name
                for table, name, influence in origins.get(column.name, ())
                if table == source.table.qualified and influence == "value"
            }
            amounts = [name for name in numeric if name in named]
            # A row that is not there without what groups or names it is not made of that, unless of its amounts.
            adds = {
                place: rest
                for place, (rest, is_gone) in zip(lines.links, without[column.name], strict=True)
                if amounts or not is_gone
            }
            if amounts or any(adds.values()):
                part = _part(walk, source, of, lines, amounts, adds)
                is_all = part.adds != "other" and adds == {p: Decimal(of.cells[p][at] or 0) for p in lines.links}
                found[column.name].append((part, is_all))
    # Where one table's lines add up to the figure, the others were looked up for them and add nothing.
    return {
        name: [part for part, is_all in parts if is_all][:1] or [part for part, _ in parts]
        for name, parts in found.items()
    }


def _without(walk: LineWalk, node: Node, source: Node, of: Figures) -> dict[str, list[tuple[Decimal, bool]]]:
    """By column and row, how much of a figure is there because an input's rows are, and whether there is no row without them."""
    nothing = f"nothing_{source.stored}"
    walk.connection.execute(f"CREATE OR REPLACE TEMP VIEW {nothing} AS SELECT * FROM {source.stored} LIMIT 0")
    stored = {name: n.stored for name, n in node.inputs.items()} | {source.table.qualified: nothing}
    query = retarget(str(node.model), stored)
    names, key = [column.name for column in of.columns], of.table.key
    differences = ", ".join(f"coalesce(s.{identifier(n)}, 0) - coalesce(q.{identifier(n)}, 0)" for n in names)
    same = " AND ".join(f"q.{identifier(n)} = a.{identifier(n)}" for n in key)
    rows = walk.connection.execute(
        f"SELECT q.{identifier(key[0])} IS NULL, {differences} FROM asked_{node.stored} AS a JOIN {node.stored} AS s USING ({listed(key)}) "
        f"LEFT JOIN ({query}) AS q ON {same} ORDER BY a.line",
        parameters(query, node.partition_key),
    ).fetchall()
    return {name: [(row[n], row[0]) for row in rows] for n, name in enumerate(names, 1)}


def _part(
    walk: LineWalk, source: Node, of: Figures, lines: Lines, amounts: Sequence[str], adds: dict[int, Decimal]
) -> Part:
    name = source.table.qualified
    own = {place: [n for n in numbers if walk.lines[n].node is source] for place, numbers in lines.links.items()}
    if not amounts:
        counted = adds and all(int(rest) == rest == len(own[place]) for place, rest in adds.items())
        return Part(name, (), "count" if counted else "other")
    values = _amounts(walk, source, amounts)
    sums = {
        place: [sum((values[n][column] for n in own[place]), Decimal()) for column in range(len(amounts))]
        for place in adds
    }
    if adds and len(amounts) <= _SIGNED:
        for signs in product((1, -1), repeat=len(amounts)):
            if all(sum(s * x for s, x in zip(signs, sums[place], strict=True)) == rest for place, rest in adds.items()):
                return Part(name, tuple(zip(amounts, signs, strict=True)), "sum")
    return Part(name, tuple((amount, 1) for amount in amounts), "other")


def _amounts(walk: LineWalk, source: Node, columns: Sequence[str]) -> dict[int, tuple[Decimal, ...]]:
    read = ", ".join(f"coalesce(s.{identifier(column)}, 0)" for column in columns)
    rows = walk.connection.execute(
        f"SELECT o.line, {read} FROM {walk.own(source)} AS o JOIN {source.stored} AS s USING ({listed(source.table.key)})"
    ).fetchall()
    return {line: tuple(Decimal(value) for value in values) for line, *values in rows}


def line_documents(walk: LineWalk, found: dict[str, Lines]) -> list[dict[str, Any]]:
    """Each line as the page shows it: its table, key, name, what else tells it apart, and the amounts that figures add."""
    wanted: dict[str, set[str]] = {}
    for lines in found.values():
        for part in (part for parts in lines.parts.values() for part in parts):
            wanted.setdefault(part.table, set()).update(name for name, _ in part.amounts)
    documents: dict[int, dict[str, Any]] = {}
    for node in {line.node.stored: line.node for line in walk.lines}.values():
        documents |= _documents(walk, node, sorted(wanted.get(node.table.qualified, ())))
    return [documents[number] for number in range(len(walk.lines))]


def _documents(walk: LineWalk, node: Node, amounts: Sequence[str]) -> dict[int, dict[str, Any]]:
    table: Table = node.table
    name, joined = _naming(node)
    seen = [column for column in _SEEN if column in node.present and column not in table.key]
    read = [name, *(f"s.{identifier(column)}" for column in (*table.key, *seen, *amounts))]
    rows = walk.connection.execute(
        f"SELECT o.line, {', '.join(read)} FROM {walk.own(node)} AS o "
        f"JOIN {node.stored} AS s USING ({listed(table.key)}) {joined} ORDER BY o.line"
    ).fetchall()
    width = len(table.key)
    return {
        line: {
            "t": table.qualified,
            "k": [str(value) for value in values[:width]],
            "n": name or "",
            "s": [str(value) for value in values[width : width + len(seen)] if value is not None],
            "v": {
                column: plain(value)
                for column, value in zip(amounts, values[width + len(seen) :], strict=True)
                if value
            },
        }
        for line, name, *values in rows
    }


def _naming(node: Node) -> tuple[str, str]:
    """The expression that names a row, and what must be joined for it."""
    for name in NAMES:
        if name in node.present:
            return f"CAST(s.{identifier(name)} AS VARCHAR)", ""
    for key, table, name in _NAMED_BY:
        if key in node.present:
            query = f"SELECT {key} AS named_key, any_value({name}) AS name FROM lake.{table} GROUP BY ALL"
            return "named.name", f"LEFT JOIN ({query}) AS named ON named.named_key = s.{key}"
    return "''", ""
