"""Rows of cells into records: what delimited text, workbooks and tables in JSON share.

Belongs here: finding the header, headings to columns, one row a record, or for catalogues with fields one
block of rows; lists of fields, and tables without a header. Does not belong here: encodings, workbooks, and whether a
value is acceptable.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, NamedTuple

from readers.kinds import FIELD_KIND
from readers.shapes import UNREAD, Column, Layout, Record
from readers.values import PLAIN_TYPES, settled

#: The header is looked for in this many rows; what stands above it (titles, units) is no record.
HEADER_SCAN_ROWS = 50
#: A row is a header if it names this many columns: one alone occurs in notes and in data.
HEADER_MIN_COLUMNS = 2
#: A table without a header is told by as many rows as this, or more.
BARE_MIN_ROWS = 2
#: Headings that mean no column are noted one by one up to this many; each is compared with all that are known.
NOTED_HEADINGS = 50
#: Of what stands above a header, a note shows as much.
_NOTED_CHARS = 500
#: How a note of a heading goes on after its place.
_HEADING_NOTE = "模板中没有列"

#: What a list of fields says of the resource, and no more than that: else it is a catalogue with fields.
_LINKS = frozenset({"identifier", "title", "provider_name", "provider_code"})
_FIELD_NAMES = frozenset({"name", "english_name"})


class Row(NamedTuple):
    """A row: its first and last physical row or line (1-based), cells, and text with line ends (CSV).

    In JSON: its place in the array from 0, cells, the item's text, and by heading what is no plain value.
    """

    first: int
    last: int
    cells: Sequence[str]
    text: str = ""
    nested: Mapping[str, Any] = {}

    @property
    def is_empty(self) -> bool:
        return not self.nested and not any(cell and not cell.isspace() for cell in self.cells)


@dataclass(frozen=True)
class Header:
    """A header row. Per position: a heading that no other position has, and the column it means, if any.

    lists_fields: the table is a list of fields, each row one field of a resource that is described elsewhere.
    """

    headings: tuple[str, ...]
    columns: tuple[Column | None, ...]
    lists_fields: bool = False

    @classmethod
    def of(cls, cells: Sequence[str], layout: Layout) -> "Header":
        """Take a row as header. Of two headings for one column the canonical one is taken, else the first."""
        headings = distinct(cells)
        if layout.field_headings:
            columns = cls._columns(cells, layout, of_field=True)
            names = {column.name for column in columns if column and column.of_field}
            others = {column.name for column in columns if column and not column.of_field}
            if names & _FIELD_NAMES and others <= _LINKS and (others or len(names) > 1):
                return cls(headings, columns, lists_fields=True)
        return cls(headings, cls._columns(cells, layout))

    @staticmethod
    def _columns(cells: Sequence[str], layout: Layout, *, of_field: bool = False) -> tuple[Column | None, ...]:
        found = [layout.column(cell, of_field=of_field) if cell.strip() else None for cell in cells]
        # 类型 and 说明 mean a field's only beside its name.
        if not any(column and column.of_field and column.name in _FIELD_NAMES for column in found):
            found = [column if column and not column.of_field else None for column in found]
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
        return tuple(columns)

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
    """A header among the first rows of a table: it stands in rows `start` to `end` (exclusive, from 0).

    bare: the table has no header, and is read in this form of the layout.
    """

    header: Header
    start: int
    end: int
    bare: str = ""


def find_header(rows: Sequence[Row], layout: Layout) -> Found | None:
    """The row, or two rows (groups above columns), that name most columns, the first of equals.

    The layout of 政务信息资源目录 has two: 共享属性 above 共享类型, 共享条件 and 共享方式. Where none is a header, all
    rows may have one of the layout's forms of a table without.
    """
    return _named(rows, layout) or _bare(rows, layout)


def _named(rows: Sequence[Row], layout: Layout) -> Found | None:
    best: Found | None = None
    for depth in (1, 2):
        for start in range(len(rows) - depth + 1):
            upper, lower = rows[start].cells, rows[start + depth - 1].cells
            cells = [low if low.strip() else up for up, low in zip_longest(upper, lower, fillvalue="")]
            header = Header.of(cells, layout)
            # A cell of the first row of data may be called as a column is: one more does not make a second header row.
            least = best.header.mapped_count + depth if best and best.end - best.start == 1 else HEADER_MIN_COLUMNS
            if header.mapped_count >= max(least, HEADER_MIN_COLUMNS) and (
                best is None or header.mapped_count > best.header.mapped_count
            ):
                best = Found(header, start, start + depth)
    return best


def _bare(rows: Sequence[Row], layout: Layout) -> Found | None:
    filled = [row.cells for row in rows if any(cell.strip() for cell in row.cells)]
    for name, form in layout.bare.items():
        if len(filled) >= BARE_MIN_ROWS and all(
            len(cells) == len(form)
            and all(of.pattern.fullmatch(cell.strip()) for of, cell in zip(form, cells, strict=True))
            for cells in filled
        ):
            columns = tuple(cell.column for cell in form)
            return Found(Header(tuple(column.label_zh for column in columns), columns), 0, 0, name)
    return None


def heading_notes(place: str, above: Sequence[Row], found: Found, layout: Layout) -> Iterator[str]:
    """What a person should know of a table: what is above its header, and headings that mean no column."""
    header = found.header
    if found.bare:
        order = "、".join(header.headings)
        yield f"{place}: 没有表头，按“{order}”的次序读取 no header row; read as the form {found.bare} of policy/bare_table.csv"
    titles = [cell.strip() for row in above for cell in row.cells if cell.strip()]
    if titles:
        text = " ".join(titles)
        text = text if len(text) <= _NOTED_CHARS else f"{text[:_NOTED_CHARS]}…"
        yield f"{place}: 表头之上的内容不作为记录 above the header, not taken as records: {text}"
    if header.lists_fields:
        yield f"{place}: 信息项清单，每行一个信息项 a list of fields, each row one field of a resource"
    taken = {column for column in header.columns if column}
    for heading in header.unmapped[:NOTED_HEADINGS]:
        yield f"{place}: {unmapped_note(heading, layout, taken)}"
    if more := len(header.unmapped[NOTED_HEADINGS:]):
        yield f"{place}: 另有 {more} 列不在模板中，原样保留 {more} more headings are not in the template; kept as they are"


def unmapped_note(heading: str, layout: Layout, taken: Collection[Column]) -> str:
    """What to say of a heading that means no column: it is kept, and the nearest one that is not taken."""
    nearest = layout.nearest(heading, besides=taken)
    hint = f"；是否为“{nearest.label_zh}” did you mean “{nearest.label_zh}” ({nearest.heading})?" if nearest else ""
    return f"{_HEADING_NOTE}“{heading[:_NOTED_CHARS]}”，原样保留 not in the template; kept as it is{hint}"


def untold(notes: Iterable[str], told: set[str]) -> Iterator[str]:
    """The notes, those of a heading only where `told` has it not yet; it has them then. A delivery has each once."""
    for note in notes:
        what = note.partition(": ")[2]
        if what.startswith(_HEADING_NOTE):
            if what in told:
                continue
            told.add(what)
        yield note


def table_records(rows: Iterable[Row], header: Header, form: Form, name: str = "") -> Iterator[Record]:
    """The records of the rows below a header. A row without content is none, and ends a block.

    name: of the table, which is the resource's where a list of fields has no column for it.
    """
    if header.lists_fields:
        yield from _field_records(rows, header, form, name)
        return
    for block in _blocks(rows, header):
        bodies = [_row_body(row, header) for row in block.rows]
        body = _merged(bodies)
        if extras := _extras(bodies, body):
            body["extras"] = extras
        yield Record(form.pointer(block), form.raw(block), body)


def _field_records(rows: Iterable[Row], header: Header, form: Form, name: str) -> Iterator[Record]:
    """Each row of a list of fields is a record. Where it says nothing of the resource, that of the row above is meant."""
    is_linked = any(column and not column.of_field for column in header.columns)
    above: dict[str, Any] = {} if is_linked or not name else {"title": name}
    number = 0
    for row in rows:
        if row.is_empty:
            continue
        number += 1
        resource, item, extras = _row_body(row, header)
        above = resource if resource.keys() & {"identifier", "title"} else above | resource
        body = dict(above)
        if item:
            body["fields"] = [item]
        if extras:
            body["extras"] = extras
        block = Block(number, header, [row])
        yield Record(form.pointer(block), form.raw(block), body, kind=FIELD_KIND)


def _blocks(rows: Iterable[Row], header: Header) -> Iterator[Block]:
    """The rows of each record: one row, or in a catalogue with field columns all rows of a resource."""
    mapped = [(position, column) for position, column in enumerate(header.columns) if column]
    fields = [position for position, column in mapped if column.of_field]
    resource = {column.name: position for position, column in mapped if not column.of_field}
    block: Block | None = None
    number = 0
    for row in rows:
        if row.is_empty:
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
    field: dict[str, Any]
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
        of = fields if column.kind == FIELD_KIND else record
        if column.value_type not in PLAIN_TYPES:
            value = settled(column.value_type, text)
            if value is None:
                of.setdefault(UNREAD, {})[column.name] = text
                continue
            text = value
        of[column.name] = text
    if row.nested:
        extras.update(row.nested)
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


def distinct(cells: Sequence[str]) -> tuple[str, ...]:
    """Headings, made distinct: a repeated one gets `_2`, `_3`; an empty one is `_extra_N`, N from 1."""
    taken: dict[str, None] = {}  # in order
    repeated: dict[str, int] = {}  # how far each was counted: one may stand there a hundred thousand times
    for position, cell in enumerate(cells, start=1):
        name = heading = " ".join(cell.split()) or f"_extra_{position}"
        count = repeated.get(heading, 1)
        while name in taken:
            count += 1
            name = f"{heading}_{count}"
        repeated[heading] = count
        taken[name] = None
    return tuple(taken)
