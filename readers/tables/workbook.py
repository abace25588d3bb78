"""Sheets of a workbook into records: what XLSX and XLS share.

Belongs here: which sheets are read, merged cells, pointers and the text of a record. Does not belong here: the file
formats themselves, and what is the same for every table (`readers/tables/table.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

import msgspec

from readers.problems import Unreadable
from readers.shapes import Layout, Record
from readers.tables.table import (
    HEADER_SCAN_ROWS,
    Block,
    Form,
    Header,
    Row,
    find_header,
    heading_notes,
    table_records,
    untold,
)


class Merged(NamedTuple):
    """Cells of a column that are merged: first and last row (1-based), and the position of the column from 0."""

    first: int
    last: int
    position: int


class Sheet(NamedTuple):
    """A sheet: its name, rows, and the vertical merges in it."""

    name: str
    rows: Iterator[Row]
    merged: Sequence[Merged] = ()


def workbook_records(sheets: Iterable[Sheet], layout: Layout, notes: list[str]) -> Iterator[Record]:
    """The records of a workbook, sheet by sheet; one without a header (填写说明) is skipped and noted.

    Cells merged downwards below the header all have the text of the first, as people see them.

    Raises:
        Unreadable: no sheet has a header, or two sheets have one name.
    """
    skipped: dict[str, str] = {}
    is_mapped = False
    told: set[str] = set()
    names: set[str] = set()
    for name, rows, merged in sheets:
        if name in names:  # pointers would lead to either
            raise Unreadable("damaged_workbook", name, "two sheets of this name")
        names.add(name)
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
        yield from table_records(filled_down(below, merged), found.header, Form(_Pointer(name), _raw), name)
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
