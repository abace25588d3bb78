"""Rows of cells into records: what delimited text, workbooks and tables in JSON share.

Belongs here: one row a record, or for catalogues with fields one block of rows; lists of fields; what is wrong with a cell. Does not
belong here: where the header is (`header.py`), which rows are no records (`remarks.py`), encodings, workbooks, and whether a value is
acceptable.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby, takewhile
from operator import itemgetter
from typing import Any, NamedTuple

from readers.headings import heading_key
from readers.kinds import FIELD_KIND
from readers.problems import WARNING
from readers.shapes import UNREAD, UNSAID, Column, Layout, Record, Violation, shown
from readers.tables.cells import Fault, has_unseen, lost, plain
from readers.tables.header import (
    HEADER_MIN_COLUMNS,
    HEADER_SCAN_ROWS,
    Found,
    Header,
    Row,
    distinct,
    find_header,
    heading_notes,
    untold,
)
from readers.tables.remarks import Cell, Remarks, filled
from readers.values import DAY_0_OF_1900, PLAIN_TYPES, Notation, settled

__all__ = [
    "HEADER_MIN_COLUMNS",
    "HEADER_SCAN_ROWS",
    "Block",
    "Form",
    "Found",
    "Header",
    "Row",
    "Table",
    "distinct",
    "find_header",
    "heading_notes",
    "table_records",
    "untold",
]

#: A row that repeats so much of a header's headings, and nothing else, is a header.
_LEAST_OF_HEADER = 0.6
#: What a table may name once for a group of resources, before all else.
_PROVIDERS = frozenset({"provider_name", "provider_code"})
#: Of so many cells it is remembered whether they are headings.
_REMEMBERED = 1 << 12
_ONE = Decimal(1)


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


class Scale(NamedTuple):
    """How the amounts of a column become yuan. conflict: the units that heading and lines above say, where they differ or are not yuan."""

    factor: Decimal = _ONE
    conflict: str = ""


@dataclass(frozen=True)
class Table:
    """What a reader knows of a table besides its rows.

    place: how notes call it. name: the resource's where a list of fields has no column for it. head: the rows up to the first record.
    notes: whole when the records have been gone through. day_0: of serial numbers of days. counts_cells: a row with more of them than the
    header has moved its columns, as an unquoted comma does. units: of money, that the file states outside of the table: of columns, and
    under None of all.
    """

    layout: Layout
    found: Found
    place: str
    head: Sequence[Row] = ()
    notes: list[str] = field(default_factory=list)
    name: str = ""
    day_0: date = DAY_0_OF_1900
    counts_cells: bool = False
    units: Mapping[Column | None, Sequence[str]] = field(default_factory=dict)

    @property
    def above(self) -> Sequence[Row]:
        return self.head[: self.found.start]


def table_records(rows: Iterable[Row], table: Table, form: Form) -> Iterator[Record]:
    """The records of the rows below a header. A row without content is none, and ends a block; nor are those that `remarks.py` tells."""
    sifted = _Sifted(table, form)
    for _, part in groupby(sifted.rows(rows), key=itemgetter(0)):
        yield from _records((row for _, row in part), sifted, form, table)
    table.notes.extend(sifted.remarks.notes(table.place))
    table.notes.extend(sifted.notes)


def _records(rows: Iterable["_Numbered"], sifted: "_Sifted", form: Form, table: Table) -> Iterator[Record]:
    reading = sifted.reading
    if reading.header.lists_fields:
        yield from _field_records(rows, reading, form, table.name)
        return
    for block in _blocks(rows, reading.header):
        bodies = [reading.body(row) for row in block.rows]
        body = _merged(bodies)
        if extras := _extras(bodies, body):
            body["extras"] = extras
        violations = [violation for of in bodies for violation in of.violations]
        yield Record(form.pointer(block), form.raw(block), body, [*violations, *sifted.filled_down(body)])


class _Numbered(NamedTuple):
    """A row, and its number among the table's rows that are not empty, from 1."""

    number: int
    row: Row


class _Sifted:
    """The rows of a table that are records, with the reading of their header, which may change on the way."""

    def __init__(self, table: Table, form: Form) -> None:
        self.table = table
        self.form = form
        self.remarks = Remarks(table.layout)
        self.notes: list[str] = []
        self.part = 0
        above = self._units([cell for row in table.above for cell in row.cells] + [table.name])
        self._stated = list(dict.fromkeys([*table.units.get(None, ()), *above]))
        self._header_rows = {_texts(filled(row.cells)) for row in table.head[table.found.start : table.found.end]}
        self._known_headings: dict[str, bool] = {}
        self._headings = {text for texts in self._header_rows for text in texts}
        self._stated_before = self._stated
        self._under(table.found.header)

    def rows(self, rows: Iterable[Row]) -> Iterator[tuple[int, _Numbered]]:
        """The records' rows, with the number of the part of the table that they are in."""
        waiting: list[
            tuple[_Numbered, list[Cell]]
        ] = []  # a row with one cell, and empty ones: a title, if a header comes next
        number, is_before_records = 0, True
        for row in rows:
            if row.is_empty:
                if waiting:
                    waiting.append((_Numbered(number, row), []))
                else:
                    yield self.part, _Numbered(number, row)
                continue
            number += 1
            numbered = _Numbered(number, row)
            texts = [cell for cell in row.cells if cell and not cell.isspace()]
            is_plain = len(texts) > 1 and not waiting and not is_before_records
            if is_plain and not self._may_be_header(texts) and not self.remarks.may_tell(texts):
                yield self.part, numbered  # as nearly every row is
                continue
            cells = filled(row.cells)
            if cells and (header := self._repeated(cells, row)):
                for title, of_title in waiting:
                    self._set_aside("title", title, of_title)
                waiting = []
                self._set_aside("header", numbered, cells)
                if header is not self.reading.header or self._stated != self._stated_before:
                    self._stated_before = self._stated
                    self._under(header)
                    self.part += 1
                    is_before_records = True
                continue
            is_before_records = is_before_records and not waiting
            yield from ((self.part, of_waiting) for of_waiting, _ in waiting)
            waiting = []
            if cells and (role := self.remarks.role(cells, is_before_records=is_before_records)):
                self._set_aside(role, numbered, cells)
            elif len(cells) == 1 and len(self.remarks.mapped) > 1 and not row.nested:
                waiting = [(numbered, cells)]
            else:
                is_before_records = False
                yield self.part, numbered
        yield from ((self.part, of_waiting) for of_waiting, _ in waiting)

    def filled_down(self, body: dict[str, Any]) -> Iterator[Violation]:
        """Give a body the provider of the row above where a table begins with it and names it in the first row of each group alone."""
        said = [column for column in self._grouping if column.name in body]
        if said:
            self._group = {column: body[column.name] for column in said}
            return
        for column, above in self._group.items():
            body[column.name] = above
            yield Violation("filled_down", column.heading, above)

    def _under(self, header: Header) -> None:
        first = next(
            (position for position, heading in enumerate(header.headings) if not heading.startswith("_extra_")), 0
        )
        self.remarks.under(header.columns, first)
        self.reading = _RowReading(header, self.table, [self._scale(header, n) for n in range(len(header.columns))])
        self._note_scales(header)
        if self.table.layout.told:
            self.table.layout.told(self.table.place, list(zip(header.headings, header.columns, strict=True)))
        mapped = (column for column in header.columns if column)
        self._grouping = list(takewhile(lambda column: column.name in _PROVIDERS, mapped))
        self._group: dict[Column, str] = {}

    def _repeated(self, cells: Sequence[Cell], row: Row) -> Header | None:
        """The header that a row is once more, perhaps in another order; None if it is none."""
        if len(cells) < HEADER_MIN_COLUMNS or self.table.found.bare:
            return None
        if not self._may_be_heading(cells[0].text):
            return None
        if _texts(cells) in self._header_rows:
            return self.reading.header
        if not all(self.table.layout.column(cell.text) for cell in cells):
            return None
        header = Header.of(row.cells, self.table.layout)
        is_header = header.mapped_count >= max(HEADER_MIN_COLUMNS, _LEAST_OF_HEADER * self.reading.header.mapped_count)
        return header if is_header and not header.lists_fields else None

    def _may_be_header(self, texts: Sequence[str]) -> bool:
        """Whether a row of such filled cells may be a header: a row of data seldom ends or begins with a heading."""
        # The end first: dates, states and lives are few in a table, codes are many.
        return self._may_be_heading(texts[-1]) and self._may_be_heading(texts[0])

    def _may_be_heading(self, text: str) -> bool:
        known = self._known_headings.get(text)
        if known is None:
            known = heading_key(text) in self._headings or self.table.layout.column(text) is not None
            if len(self._known_headings) < _REMEMBERED:
                self._known_headings[text] = known
        return known

    def _set_aside(self, role: str, numbered: _Numbered, cells: Sequence[Cell]) -> None:
        if not cells:
            return
        place = self.form.pointer(Block(numbered.number, self.reading.header, [numbered.row]))
        self.remarks.set_aside(role, place, cells)
        if role == "header" or not (stated := self._units(cell.text for cell in cells)):
            return
        if role == "title":
            self._stated = stated
        elif set(stated) - set(self._stated or ["元"]):
            self.notes.append(
                f"{WARNING}{place}: 表下写明金额单位“{'、'.join(stated)}”，而表头没有；金额未按它换算 "
                f"below the table a unit of money is named that its header does not name; amounts were not converted by it"
            )

    def _units(self, texts: Iterable[str]) -> list[str]:
        return self.table.layout.notation.money.stated(texts)

    def _scale(self, header: Header, position: int) -> Scale:
        column = header.columns[position]
        if column is None or column.value_type != "amount":
            return Scale()
        factors = self.table.layout.notation.money.factors
        own = header.units[position] if position < len(header.units) else None
        stated = list(dict.fromkeys([*self.table.units.get(column, ()), *self._stated]))
        if own == UNSAID:
            own = None if stated else UNSAID
        units = [*([own] if own and own not in stated else []), *stated]
        if units == [UNSAID]:
            return Scale(conflict=UNSAID)
        found = {factors.get(unit) for unit in units}
        if None in found or len(found) > 1:
            return Scale(conflict="、".join(units))
        return Scale(next(iter(found), _ONE) or _ONE)

    def _note_scales(self, header: Header) -> None:
        by_factor: dict[Decimal, list[str]] = {}
        for position, scale in enumerate(self.reading.scales):
            if scale.factor != 1:
                by_factor.setdefault(scale.factor, []).append(header.headings[position])
        for factor, headings in by_factor.items():
            self.notes.append(
                f"{WARNING}{self.table.place}: “{'、'.join(headings)}”已乘以 {factor:f} 换算为元 "
                f"multiplied by {factor:f} into yuan, as the heading or the lines above say"
            )


def _texts(cells: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(heading_key(cell.text) for cell in cells)


def _field_records(rows: Iterable[_Numbered], reading: "_RowReading", form: Form, name: str) -> Iterator[Record]:
    """Each row of a list of fields is a record. Where it says nothing of the resource, that of the row above is meant."""
    header = reading.header
    is_linked = any(column and not column.of_field for column in header.columns)
    above: dict[str, Any] = {} if is_linked or not name else {"title": name}
    for number, row in rows:
        if row.is_empty:
            continue
        resource, item, extras, violations, _ = reading.body(row)
        above = resource if resource.keys() & {"identifier", "title"} else above | resource
        body = dict(above)
        if item:
            body["fields"] = [item]
        if extras:
            body["extras"] = extras
        block = Block(number, header, [row])
        yield Record(form.pointer(block), form.raw(block), body, violations, kind=FIELD_KIND)


def _blocks(rows: Iterable[_Numbered], header: Header) -> Iterator[Block]:
    """The rows of each record: one row, or in a catalogue with field columns all rows of a resource."""
    mapped = [(position, column) for position, column in enumerate(header.columns) if column]
    fields = [position for position, column in mapped if column.of_field]
    resource = {column.name: position for position, column in mapped if not column.of_field}
    identity, providers = (
        [resource[name] for name in names if name in resource]
        for names in (("identifier", "title"), ("provider_code", "provider_name"))
    )

    def continues(cells: Sequence[str]) -> bool:
        """Whether a row has a field of the resource of the block's first: it names the same, or says nothing else of it."""
        if not any(cells[position] for position in fields):
            return False
        same = any(cells[position] for position in identity) and all(
            cells[position] == first[position] for position in identity
        )
        return all(cells[position] in ("", first[position]) for position in (providers if same else resource.values()))

    block: Block | None = None
    cells: list[str] = []
    for number, row in rows:
        if row.is_empty:
            if block:
                yield block
            block = None
            continue
        if fields:
            cells = [cell.strip() for cell in row.cells] + [""] * (len(header.columns) - len(row.cells))
            if block and continues(cells):
                block.rows.append(row)
                continue
        if block:
            yield block
        block, first = Block(number, header, [row]), cells
    if block:
        yield block


class _RowBody(NamedTuple):
    record: dict[str, Any]
    field: dict[str, Any]
    extras: dict[str, Any]
    violations: list[Violation]
    parts: dict[Column, list[str]]


class _Place(NamedTuple):
    """What is asked of the column at a position, once a cell."""

    column: Column | None
    name: str = ""
    of_field: bool = False
    is_plain: bool = False
    is_key: bool = False

    @classmethod
    def of(cls, column: Column | None) -> "_Place":
        if column is None:
            return _NO_COLUMN
        return cls(column, column.name, column.of_field, column.value_type in PLAIN_TYPES, column.is_key)


_NO_COLUMN = _Place(None)


class _RowReading:
    """How the rows below a header become bodies. scales: by position, what makes amounts yuan."""

    def __init__(self, header: Header, table: Table, scales: Sequence[Scale]) -> None:
        self.header = header
        self.scales = scales
        self._places = [_Place.of(column) for column in header.columns]
        notation = table.layout.notation
        self.counts_cells = table.counts_cells
        self.notation = Notation(notation.zone, table.day_0, notation.money)
        self.unit_positions = [
            position
            for position, column in enumerate(header.columns)
            if column is None and notation.money.is_unit_heading(header.headings[position])
        ]

    def body(self, row: Row) -> _RowBody:
        """The body of a row, and what is wrong with its cells."""
        # Runs once a cell, so it asks nothing of a column by a call.
        body = _RowBody({}, {}, {}, [], {})
        record, fields, extras, violations, parts = body
        places, width = self._places, len(self._places)
        faults = row.faults
        unit = self._unit(row) if self.unit_positions else ""
        has_odd = has_unseen("".join(row.cells))
        for position, cell in enumerate(row.cells):
            text = cell.strip()
            column, name, of_field, is_plain, is_key = places[position] if position < width else _NO_COLUMN
            if faults and position in faults:
                self._fault(faults[position], column, position, violations)
            if not text:
                continue
            if has_odd or text[0] in "='":
                is_odd = has_odd and has_unseen(text)
                if is_odd:
                    violations.append(self._violation("unseen_characters", column, position, ascii(text)[1:-1]))
                if (is_odd or text[0] in "='") and not (text := plain(text)):
                    continue
            if column is None:
                extras[self.header.heading(position)] = text
                continue
            of = fields if of_field else record
            if not is_plain:
                value = self._value(column, position, text, unit, violations, parts)
                if value is None:
                    of.setdefault(UNREAD, {})[name] = text
                    continue
                text = value
            elif ("E+" in text or (is_key and ("-" in text or "日" in text))) and (fault := lost(text, is_code=is_key)):
                violations.append(self._violation(fault.rule, column, position, fault.value))
            if text:
                of[name] = text
        if self.counts_cells and any(map(str.strip, row.cells[width:])):
            violations.append(Violation("more_cells", "", shown(",".join(row.cells[width:]))))
        for column, texts in parts.items():
            if (total := _summed(texts)) is None:
                record.setdefault(UNREAD, {})[column.name] = " ".join(texts)
            else:
                record[column.name] = total
        if row.nested:
            extras.update(row.nested)
        return body

    def _unit(self, row: Row) -> str:
        """The unit of money that a row names in a column of its own, "" if none does."""
        cells = (row.cells[position] for position in self.unit_positions if position < len(row.cells))
        return next((key for cell in cells if (key := heading_key(cell)) in self.notation.money.factors), "")

    def _value(
        self,
        column: Column,
        position: int,
        text: str,
        unit: str,
        violations: list[Violation],
        parts: dict[Column, list[str]],
    ) -> str | None:
        """A date, number or amount in its plain form; None where it is none, "" where it is a part of a column.

        unit: of money, that the row names.
        """
        if column.value_type != "amount":
            return settled(column.value_type, text, self.notation)
        scale = self.scales[position]
        if unit:
            scale = self._with_unit(scale, unit)
        if scale.conflict and self.notation.money.of_amount(text) is None:
            rule = "unit_missing" if scale.conflict == UNSAID else "unit_conflict"
            violations.append(self._violation(rule, column, position, text, scale.conflict))
            return settled("amount", text, self.notation)
        found = settled("amount", text, self.notation, scale.factor)
        if sign := self.header.signs.get(position):
            parts.setdefault(column, []).append(text if found is None else _negated(found) if sign < 0 else found)
            return ""
        return found

    def _with_unit(self, scale: Scale, unit: str) -> Scale:
        """The scale of a column in a row that names a unit, which may say what the table does not, but nothing else than it."""
        factor = self.notation.money.factors[unit]
        if factor is None or (scale.conflict != UNSAID and factor != scale.factor):
            return Scale(conflict="、".join(filter(None, [scale.conflict, unit])))
        return scale if scale.conflict not in ("", UNSAID) else Scale(factor)

    def _fault(self, fault: Fault, column: Column | None, position: int, violations: list[Violation]) -> None:
        rule = fault.rule
        if rule == "date_in_cell":
            if column is None or column.value_type not in PLAIN_TYPES:
                return
            rule = "date_for_code" if column.is_key else "date_for_text"
        elif rule == "lost_digits":
            if column is not None and column.value_type not in PLAIN_TYPES:
                return
            rule = rule if column else "lost_digits_beside"
        elif rule == "number_format" and (column is None or column.value_type != "amount"):
            return
        elif rule == "struck_out" and any(violation.rule == rule for violation in violations):
            return  # once a row
        violations.append(self._violation(rule, column, position, fault.value))

    def _violation(
        self, rule: str, column: Column | None, position: int, value: str, expected: str | None = None
    ) -> Violation:
        name = column.heading if column else self.header.heading(position)
        return Violation(rule, name, shown(value), expected)


def _negated(text: str) -> str:
    return text[1:] if text.startswith("-") else f"-{text}" if text.strip("0.") else text


def _summed(texts: Sequence[str]) -> str | None:
    """The sum of parts of an amount; None where one is none."""
    if any(settled("amount", text) is None for text in texts):
        return None
    return settled("amount", format(sum(map(Decimal, texts), Decimal()), "f"))


def _merged(bodies: Sequence[_RowBody]) -> dict[str, Any]:
    """The body of a block of rows: of each column the first cell that is filled, and a field a row."""
    merged = bodies[-1].record
    for body in reversed(bodies[:-1]):
        merged = merged | body.record
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
