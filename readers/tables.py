"""Rows of cells into records: what CSV and XLSX share.

Belongs here: finding the header, headings to columns, one row a record, or for catalogues with fields one
block of rows. Does not belong here: encodings, workbooks, and whether a value is acceptable.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, NamedTuple

from readers.shapes import FIELD_KIND, Column, Layout, Record
from readers.values import PLAIN_TYPES, normalised

#: The header is looked for in this many rows; what stands above it (titles, units) is no record.
HEADER_SCAN_ROWS = 50
#: A row is a header if it names this many columns: one alone occurs in notes and in data.
HEADER_MIN_COLUMNS = 2


class Row(NamedTuple):
    """A row: its first and last physical row or line (1-based), cells, and text with line ends (CSV)."""

    first: int
    last: int
    cells: Sequence[str]
    text: str = ""


@dataclass(frozen=True)
class Header:
    """A header row. Per position: a heading that no other position has, and the column it means, if any."""

    headings: tuple[str, ...]
    columns: tuple[Column | None, ...]

    @classmethod
    def of(cls, cells: Sequence[str], layout: Layout) -> "Header":
        """Take a row as header. Of two headings for one column the canonical one is taken, else the first."""
        found = [layout.column(cell) if cell.strip() else None for cell in cells]
        chosen: dict[Column, int] = {}
        for position, column in enumerate(found):
            if column is not None and (
                column not in chosen
                or (layout.is_canonical(cells[position]) and not layout.is_canonical(cells[chosen[column]]))
            ):
                chosen[column] = position
        columns: list[Column | None] = [None] * len(found)
        for column, position in chosen.items():
            columns[position] = column
        return cls(_distinct(cells), tuple(columns))

    @property
    def mapped_count(self) -> int:
        return sum(column is not None for column in self.columns)

    @property
    def unmapped(self) -> list[str]:
        """Headings that mean no column."""
        pairs = zip(self.headings, self.columns, strict=True)
        return [heading for heading, column in pairs if column is None and not heading.startswith("_extra_")]

    def heading(self, position: int) -> str:
        """The heading at a position from 0; `_extra_N` (N from 1) where there is none."""
        return self.headings[position] if position < len(self.headings) else f"_extra_{position + 1}"


@dataclass
class Block:
    """Rows that make one record. `number`: of the first among the table's rows that are not empty, from 1."""

    number: int
    header: Header
    rows: list[Row] = field(default_factory=list)


class Form(NamedTuple):
    """How a format points at a block, and gives its text."""

    pointer: Callable[[Block], str]
    raw: Callable[[Block], str]


class Found(NamedTuple):
    """A header among the first rows of a table: it stands in rows `start` to `end` (exclusive, from 0)."""

    header: Header
    start: int
    end: int


def find_header(rows: Sequence[Row], layout: Layout) -> Found | None:
    """The row, or two rows (groups above columns), that name most columns, the first of equals.

    The layout of 政务信息资源目录 has two: 共享属性 above 共享类型, 共享条件 and 共享方式.
    """
    best: Found | None = None
    for depth in (1, 2):
        for start in range(len(rows) - depth + 1):
            upper, lower = rows[start].cells, rows[start + depth - 1].cells
            cells = [low if low.strip() else up for up, low in zip_longest(upper, lower, fillvalue="")]
            header = Header.of(cells, layout)
            if header.mapped_count >= HEADER_MIN_COLUMNS and (
                best is None or header.mapped_count > best.header.mapped_count
            ):
                best = Found(header, start, start + depth)
    return best


def heading_notes(place: str, above: Sequence[Row], header: Header, layout: Layout) -> Iterator[str]:
    """What a person should know of a table: what is above its header, and headings that mean no column."""
    titles = [cell.strip() for row in above for cell in row.cells if cell.strip()]
    if titles:
        text = " ".join(titles)
        yield f"{place}: 表头之上的内容不作为记录 above the header, not taken as records: {text}"
    taken = {column for column in header.columns if column}
    for heading in header.unmapped:
        nearest = layout.nearest(heading, besides=taken)
        hint = f"；是否为“{nearest}” did you mean “{nearest}”?" if nearest else ""
        yield f"{place}: 模板中没有列“{heading}”，原样保留 not in the template; kept as it is{hint}"


def table_records(rows: Iterable[Row], header: Header, form: Form) -> Iterator[Record]:
    """The records of the rows below a header. A row without content is none, and ends a block."""
    for block in _blocks(rows, header):
        bodies = [_row_body(row, header) for row in block.rows]
        body = _merged(bodies)
        if extras := _extras(bodies, body):
            body["extras"] = extras
        yield Record(form.pointer(block), form.raw(block), body)


def _blocks(rows: Iterable[Row], header: Header) -> Iterator[Block]:
    """The rows of each record: one row, or in a catalogue with field columns all rows of a resource."""
    mapped = [(position, column) for position, column in enumerate(header.columns) if column]
    fields = [position for position, column in mapped if column.of_field]
    resource = {column.name: position for position, column in mapped if not column.of_field}
    block: Block | None = None
    number = 0
    for row in rows:
        if not any(cell and not cell.isspace() for cell in row.cells):
            if block:
                yield block
            block = None
            continue
        number += 1
        if block and fields and _continues(block.rows[0], row, resource, fields):
            block.rows.append(row)
            continue
        if block:
            yield block
        block = Block(number, header, [row])
    if block:
        yield block


def _continues(first: Row, row: Row, resource: dict[str, int], fields: Sequence[int]) -> bool:
    """Whether a row has a field of the resource of `first`: it names the same, or says nothing else of it."""

    def cell(of: Row, position: int | None) -> str:
        return of.cells[position].strip() if position is not None and position < len(of.cells) else ""

    if not any(cell(row, position) for position in fields):
        return False
    identity = [resource.get(name) for name in ("identifier", "title")]
    providers = [resource.get(name) for name in ("provider_code", "provider_name")]
    same = any(cell(row, position) for position in identity) and all(
        cell(row, position) == cell(first, position) for position in identity
    )
    silent_on = providers if same else resource.values()
    return all(cell(row, position) in ("", cell(first, position)) for position in silent_on)


class _RowBody(NamedTuple):
    record: dict[str, Any]
    field: dict[str, str]
    extras: dict[str, Any]


def _row_body(row: Row, header: Header) -> _RowBody:
    # Runs once a cell, so it asks nothing of a column by a call.
    body = _RowBody({}, {}, {})
    record, fields, extras = body
    columns, width = header.columns, len(header.columns)
    for position, cell in enumerate(row.cells):
        if not (text := cell.strip()):
            continue
        column = columns[position] if position < width else None
        if column is None:
            extras[header.heading(position)] = text
            continue
        if column.value_type not in PLAIN_TYPES:
            text = normalised(column.value_type, text)
        (fields if column.kind == FIELD_KIND else record)[column.name] = text
    return body


def _merged(bodies: Sequence[_RowBody]) -> dict[str, Any]:
    """The body of a block of rows: of each column the first cell that is filled, and a field a row."""
    merged: dict[str, Any] = {}
    for body in reversed(bodies):
        merged |= body.record
    if fields := [body.field for body in bodies if body.field]:
        merged["fields"] = fields
    return merged


def _extras(bodies: Sequence[_RowBody], merged: dict[str, Any]) -> dict[str, Any]:
    """What maps to nothing: of the first row, and under `_later_rows` what later rows say beyond it."""
    later = {}
    for number, body in enumerate(bodies[1:], start=2):
        said = {name: text for name, text in body.extras.items() if bodies[0].extras.get(name) != text}
        said |= {name: text for name, text in body.record.items() if merged[name] != text}
        if said:
            later[str(number)] = said
    return bodies[0].extras | ({"_later_rows": later} if later else {})


def _distinct(cells: Sequence[str]) -> tuple[str, ...]:
    """Headings, made distinct: a repeated one gets `_2`, `_3`; an empty one is `_extra_N`, N from 1."""
    taken: dict[str, None] = {}  # in order
    for position, cell in enumerate(cells, start=1):
        name = heading = " ".join(cell.split()) or f"_extra_{position}"
        count = 1
        while name in taken:
            count += 1
            name = f"{heading}_{count}"
        taken[name] = None
    return tuple(taken)
