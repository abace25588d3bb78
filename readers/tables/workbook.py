"""Sheets of a workbook into records: what XLSX and XLS share.

Belongs here: which sheets are read, merged cells, pointers and the text of a record. Does not belong here: the file
formats themselves, and what is the same for every table (`readers/tables/table_records.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, islice
from typing import NamedTuple

import msgspec

from readers.lines import longest_cell, too_long
from readers.problems import WARNING, Unreadable
from readers.shapes import Layout, Record
from readers.tables.header import HEADER_SCAN_ROWS, Header, Row, find_header, heading_notes, untold
from readers.tables.table import Block, Form, Table
from readers.tables.table_records import table_records
from readers.values import DAY_0_OF_1900

#: Of hidden rows a warning names so many.
_NAMED_ROWS = 10


class Merged(NamedTuple):
    """Cells of a column that are merged: first and last row (1-based), and the position of the column from 0."""

    first: int
    last: int
    position: int


class Sheet(NamedTuple):
    """A sheet: its name, rows, and the vertical merges in it.

    is_hidden: people do not see it, and it is not read. day_0: of serial numbers of days. notes: what is said of it, whole when the rows
    have been gone through.
    """

    name: str
    rows: Iterator[Row]
    merged: Sequence[Merged] = ()
    is_hidden: bool = False
    day_0: date = DAY_0_OF_1900
    notes: Sequence[str] = ()


def bounded(sheet: str, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows of a sheet; too long a cell is refused with its place."""
    for row in rows:
        if (most := max(map(len, row.cells), default=0)) > longest_cell():
            raise too_long(f"{sheet}!{row.first}", most)
        yield row


def hidden_warning(names: Sequence[str]) -> str:
    """What to say of hidden sheets."""
    return (
        f"{WARNING}{'、'.join(names)}: 隐藏的工作表未读取；要交付的请取消隐藏 "
        f"hidden sheets were not read; unhide what is to be delivered"
    )


def hidden_rows(numbers: Sequence[int]) -> str:
    """What to say of rows that are read though people do not see them."""
    rows = "、".join(map(str, numbers[:_NAMED_ROWS])) + ("…" if len(numbers) > _NAMED_ROWS else "")
    return (
        f"{len(numbers)} 个隐藏或被筛选掉的行也已读取（{rows}）；不交付的请删除 "
        f"hidden or filtered rows were read too; delete what is not to be delivered"
    )


def workbook_records(sheets: Iterable[Sheet], layout: Layout, notes: list[str]) -> Iterator[Record]:
    """The records of a workbook, sheet by sheet; one without a header (填写说明) is skipped and noted.

    Cells merged downwards below the header all have the text of the first, as people see them.

    Raises:
        Unreadable: no sheet that is seen has a header, or two sheets have one name.
    """
    skipped: dict[str, str] = {}
    hidden: list[str] = []
    is_mapped = False
    told: set[str] = set()
    names: set[str] = set()
    for sheet in sheets:
        name = sheet.name
        if name in names:  # pointers would lead to either
            raise Unreadable("damaged_workbook", name, "two sheets of this name")
        names.add(name)
        if sheet.is_hidden:
            if find_header(list(islice(sheet.rows, HEADER_SCAN_ROWS)), layout):
                hidden.append(name)
            continue
        rows = sheet.rows
        head = list(islice(rows, HEADER_SCAN_ROWS))
        found = find_header(head, layout)
        if found is None:
            skipped[name] = " ".join(cell.strip() for row in head for cell in row.cells if cell.strip())[:120]
            continue
        is_mapped = True
        notes.extend(
            untold(heading_notes(f"{name}!{head[found.start].first}", head[: found.start], found, layout), told)
        )
        below = chain(head[found.end :], rows)
        table = Table(layout, found, f"{name}!{head[found.start].first}", head[: found.end], notes, name, sheet.day_0)
        yield from table_records(filled_down(below, sheet.merged), table, Form(_Pointer(name), _raw))
        notes.extend(f"{WARNING}{name}: {note}" for note in sheet.notes)
    if hidden and not is_mapped:
        raise Unreadable("hidden_sheets", "、".join(hidden), "、".join(hidden))
    if hidden:
        notes.append(hidden_warning(hidden))
    if not is_mapped:
        content = next(filter(None, skipped.values()), "")
        raise Unreadable("no_header" if content else "empty_file", "、".join(skipped), content)
    notes.extend(f"{name}: 没有表头，未读取 no header row; sheet not read" for name in skipped)


def filled_down(rows: Iterable[Row], merged: Sequence[Merged]) -> Iterator[Row]:
    """The rows, with merged cells filled downwards; a row that has nothing of its own stays empty."""
    if not merged:
        yield from rows
        return
    waiting = sorted(merged, reverse=True)
    open_: dict[int, tuple[int, str]] = {}  # position: last row, text
    for row in rows:
        while waiting and waiting[-1].first <= row.first:
            first, last, position = waiting.pop()
            if first == row.first and position < len(row.cells):
                open_[position] = last, row.cells[position]
        if open_ and any(row.cells):
            cells = list(row.cells)
            for position, (last, text) in list(open_.items()):
                if last < row.first:
                    del open_[position]
                elif position < len(cells):
                    cells[position] = cells[position] or text
            yield row._replace(cells=cells)
        else:
            yield row


class _Pointer(NamedTuple):
    sheet: str

    def __call__(self, block: Block) -> str:
        first, last = block.rows[0].first, block.rows[-1].last
        return f"{self.sheet}!{first}" if first == last else f"{self.sheet}!{first}-{last}"


def _raw(block: Block) -> str:
    rows = [_named(row.cells, block.header) for row in block.rows]
    return msgspec.json.encode(rows[0] if len(rows) == 1 else rows).decode()


def _named(cells: Sequence[str], header: Header) -> dict[str, str]:
    """The cells that are filled, by heading."""
    headings, width = header.headings, len(header.headings)
    if len(cells) > width:
        headings = (*headings, *map(header.heading, range(width, len(cells))))
    return {heading: cell for heading, cell in zip(headings, cells, strict=False) if cell}
