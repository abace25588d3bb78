"""Workbooks of the old format (XLS, BIFF): their sheets, cells as text.

Belongs here: cells as people see them, written as those of XLSX are. xlrd reads them, not the library of XLSX: that ends
the process on some damaged files (seen: it asks for 68 GB). Does not belong here: what workbooks share
(`readers/tables/workbook.py`).
"""

import io
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import xlrd
from xlrd.formatting import XF
from xlrd.sheet import Cell

from readers.money import MoneyUnits
from readers.problems import Unreadable
from readers.shapes import Layout, Record
from readers.tables.cells import Fault
from readers.tables.header import Row
from readers.tables.number_format import Style, shown_by, written
from readers.tables.workbook import Merged, Sheet, bounded, hidden_rows, workbook_records
from readers.values import DAY_0_OF_1900, DAY_0_OF_1904

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
    yield from workbook_records(xls_sheets(path, layout.notation.money), layout, notes)


def xls_sheets(path: Path, money: MoneyUnits | None = None) -> Iterator[Sheet]:
    """The sheets of a workbook, hidden ones too.

    money: units that a cell's format may write after its number.

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
    yield from _sheets(_opened(data), money or MoneyUnits({}))


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


def _sheets(book: xlrd.Book, money: MoneyUnits) -> Iterator[Sheet]:
    day_0 = DAY_0_OF_1904 if book.datemode else DAY_0_OF_1900
    styles = [_style(book, style, money) for style in book.xf_list]
    for sheet in book.sheets():
        merged = [Merged(first + 1, end, position) for first, end, position, _ in sheet.merged_cells if end - first > 1]
        hidden = sorted(
            n + 1 for n, row in sheet.rowinfo_map.items() if row.hidden and n < sheet.nrows and sheet.row_len(n)
        )
        yield Sheet(
            sheet.name,
            bounded(sheet.name, _rows(sheet, styles, day_0)),
            merged,
            bool(sheet.visibility),
            day_0,
            [hidden_rows(hidden)] if hidden else (),
        )


def _style(book: xlrd.Book, style: XF, money: MoneyUnits) -> Style:
    form = book.format_map.get(style.format_key)
    struck = style.font_index < len(book.font_list) and bool(book.font_list[style.font_index].struck_out)
    return Style(shown_by(form.format_str if form else "", money), struck)


def _rows(sheet: xlrd.sheet.Sheet, styles: Sequence[Style], day_0: date) -> Iterator[Row]:
    for number in range(sheet.nrows):
        cells = [_cell(cell, styles, day_0) for cell in sheet.row(number)]
        faults = {position: fault for position, (_, fault) in enumerate(cells) if fault}
        yield Row(number + 1, number + 1, [text for text, _ in cells], faults=faults)


def _cell(cell: Cell, styles: Sequence[Style], day_0: date) -> tuple[str, Fault | None]:
    """A cell's text, and what is wrong with it."""
    value, kind = cell.value, cell.ctype
    style = styles[cell.xf_index] if cell.xf_index is not None and cell.xf_index < len(styles) else Style()
    if kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE) and isinstance(value, float):
        text, fault = written(value, style.shown, day_0)
    elif kind == xlrd.XL_CELL_ERROR:
        return "", Fault("error_cell", xlrd.error_text_from_code.get(int(value), str(value)))
    elif kind == xlrd.XL_CELL_BOOLEAN:
        text, fault = "true" if value else "false", None
    else:
        text, fault = str(value), None
    return text, fault or (Fault("struck_out", text) if text and style.is_struck else None)
