"""Which rows of a table are records, and under which header: what comes once more, titles, totals and notes are set aside.

Belongs here: headers that are repeated, the units of money that they and the lines above say, what is filled down. Does not belong here:
where the first header is (`header.py`), what tells a total or a note (`remarks.py`), what a row says (`row_body.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import takewhile
from typing import Any

from readers.headings import heading_key
from readers.problems import WARNING
from readers.shapes import UNSAID, Column, Violation
from readers.tables.header import HEADER_MIN_COLUMNS, Header, Row, named
from readers.tables.remarks import Cell, Remarks, filled
from readers.tables.row_body import RowReading, Scale
from readers.tables.table import Block, Form, Numbered, Table

#: A row that repeats so much of a header's headings, and nothing else, is a header.
_LEAST_OF_HEADER = 0.6
#: What a table may name once for a group of resources, before all else.
_PROVIDERS = frozenset({"provider_name", "provider_code"})
#: Of so many cells it is remembered whether they are headings.
_REMEMBERED = 1 << 12
_ONE = Decimal(1)


class RecordRows:
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

    def rows(self, rows: Iterable[Row]) -> Iterator[tuple[int, Numbered]]:
        """The records' rows, with the number of the part of the table that they are in."""
        waiting: list[
            tuple[Numbered, list[Cell]]
        ] = []  # a row with one cell, and empty ones: a title, if a header comes next
        number, is_before_records = 0, True
        for row in rows:
            if row.is_empty:
                if waiting:
                    waiting.append((Numbered(number, row), []))
                else:
                    yield self.part, Numbered(number, row)
                continue
            number += 1
            numbered = Numbered(number, row)
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
        self.reading = RowReading(header, self.table, [self._scale(header, n) for n in range(len(header.columns))])
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

    def _set_aside(self, role: str, numbered: Numbered, cells: Sequence[Cell]) -> None:
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
                f"{WARNING}{self.table.place}: {named(headings)}已乘以 {factor:f} 换算为元 "
                f"multiplied by {factor:f} into yuan, as the heading or the lines above say"
            )


def _texts(cells: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(heading_key(cell.text) for cell in cells)
