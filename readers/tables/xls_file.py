"""Workbooks of the old format (XLS, BIFF): their sheets, cells as text.

Belongs here: cells as people see them, written as those of XLSX are. xlrd reads them, not the library of XLSX: that ends
the process on some damaged files (seen: it asks for 68 GB). Does not belong here: what workbooks share
(`readers/tables/workbook.py`).
"""

import io
import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import xlrd
from xlrd.sheet import Cell
from xlrd.xldate import xldate_as_datetime

from readers.lines import longest_cell, too_long
from readers.problems import Unreadable
from readers.shapes import Layout, Record
from readers.tables.table import Row
from readers.tables.workbook import Merged, Sheet, workbook_records

#: A file may have this many bytes: it is unpacked in memory. 65,536 full rows have a few dozen MB.
MAX_BYTES = 256 << 20

_BOOK = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class _Silent(io.TextIOBase):
    """Takes what the library says of a file, which nobody reads."""

    def write(self, text: str, /) -> int:
        return len(text)


def read_xls(path: Path, layout: Layout, notes: list[str]) -> Iterator[Record]:
    """Split a workbook into records, as `readers.workbook.workbook_records` does.

    Raises:
        Unreadable: it is no workbook, damaged, has a password, or no sheet has a header.
    """
    yield from workbook_records(xls_sheets(path), layout, notes)


def xls_sheets(path: Path) -> Iterator[Sheet]:
    """The sheets of a workbook.

    Raises:
        Unreadable: it is no workbook, damaged, too large, or has a password.
    """
    data = path.read_bytes()
    if len(data) > MAX_BYTES:
        raise Unreadable("too_large", "", f"{len(data):,} > {MAX_BYTES:,} bytes")
    if _ENCRYPTED in data:
        raise Unreadable("encrypted_workbook")
    if not any(name in data for name in _BOOK):
        raise Unreadable("not_recognised")
    yield from _sheets(_opened(data))


def _opened(data: bytes) -> xlrd.Book:
    try:
        # Merged cells come with the formatting alone.
        return xlrd.open_workbook(file_contents=data, logfile=_Silent(), formatting_info=True, ragged_rows=True)
    except MemoryError:
        raise
    except Exception as error:  # the library raises whatever it stumbles over in a damaged file
        if "encrypted" in str(error):
            raise Unreadable("encrypted_workbook") from error
        raise Unreadable("damaged_workbook", "", str(error)) from error


def _sheets(book: xlrd.Book) -> Iterator[Sheet]:
    for sheet in book.sheets():
        merged = [Merged(first + 1, end, position) for first, end, position, _ in sheet.merged_cells if end - first > 1]
        yield Sheet(sheet.name, _rows(sheet, book.datemode), merged)


def _rows(sheet: xlrd.sheet.Sheet, date_mode: int) -> Iterator[Row]:
    for number in range(sheet.nrows):
        cells = [_cell(cell, date_mode) for cell in sheet.row(number)]
        if (most := max(map(len, cells), default=0)) > longest_cell():
            raise too_long(f"{sheet.name}!{number + 1}", most)
        yield Row(number + 1, number + 1, cells)


def _cell(cell: Cell, date_mode: int) -> str:
    """A cell's text; one that holds an error (#N/A) is empty."""
    value, kind = cell.value, cell.ctype
    if isinstance(value, str):
        return value
    if kind == xlrd.XL_CELL_BOOLEAN:
        return "true" if value else "false"
    if kind == xlrd.XL_CELL_DATE:
        return _date(value, date_mode) or _number(value)
    return _number(value) if kind == xlrd.XL_CELL_NUMBER else ""


def _date(value: float, date_mode: int) -> str | None:
    try:
        moment = xldate_as_datetime(value, 1 if date_mode else 0)
    except (ValueError, OverflowError):
        return None
    moment = moment.replace(microsecond=0)
    return moment.time().isoformat() if 0 <= value < 1 else moment.isoformat(sep=" ")


def _number(value: float) -> str:
    """The number as a spreadsheet shows it: 15 digits, whole ones without a point."""
    if not math.isfinite(value):
        return ""
    return format(Decimal(int(value) if value.is_integer() else format(value, ".15g")), "f")
