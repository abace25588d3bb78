"""Workbooks (XLSX): every sheet whose header names columns, cells as text.

Belongs here: what may be opened at all, and cells as people see them: numbers without `.0`, dates as ISO with
a time, true and false. A cell that holds an Excel error (#N/A) comes as empty: the library gives no more.
Does not belong here: what is the same for every table (`readers/tables.py`).
"""

import errno
import re
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import fastexcel
import msgspec
import pyarrow as pa

from readers.problems import Unreadable
from readers.shapes import BATCH_RECORDS, Layout, Record
from readers.tables import HEADER_SCAN_ROWS, Block, Form, Row, find_header, heading_notes, table_records

#: A workbook may unpack to this many bytes.
MAX_UNPACKED_BYTES = 1 << 30
#: The smallest rectangle around a sheet's cells may have this many. The library takes 32 bytes for each,
#: filled or not, and where it gets none it ends the process: one stray cell in XFD1048576 asks for 550 GB
#: (seen).
MAX_GRID_CELLS = 1 << 26

_WORKBOOK_PART = "xl/workbook.xml"
_CHUNK_BYTES = 1 << 20
# References beyond Z99999: only these can make a grid too large. One pattern a quotation mark, so that each
# starts with a literal, which is searched for 18 times as fast (0.07 s in 95 MB) as an alternative is.
_FAR_COLUMN = (re.compile(rb'r="([A-Z]{2,3})[0-9]'), re.compile(rb"r='([A-Z]{2,3})[0-9]"))
_FAR_ROW = (re.compile(rb'r="[A-Z]{0,3}([0-9]{6,9})"'), re.compile(rb"r='[A-Z]{0,3}([0-9]{6,9})'"))
_NOISE = re.compile(r"-?\d+\.\d{2,}[1-9]")


def read_xlsx(path: Path, layout: Layout, notes: list[str]) -> Iterator[Record]:
    """Split a workbook into records, sheet by sheet; one without a header (填写说明) is skipped and noted.

    Raises:
        Unreadable: the workbook is damaged or too large, or no sheet has a header.
    """
    _refuse_unsafe(path)
    skipped: dict[str, str] = {}
    is_mapped = False
    for sheet, rows in _sheets(path):
        head = list(islice(rows, HEADER_SCAN_ROWS))
        found = find_header(head, layout)
        if found is None:
            skipped[sheet] = " ".join(cell.strip() for row in head for cell in row.cells if cell.strip())
            continue
        is_mapped = True
        place = f"{sheet}!{head[found.start].first}"
        notes.extend(heading_notes(place, head[: found.start], found.header, layout))
        yield from table_records(chain(head[found.end :], rows), found.header, Form(_Pointer(sheet), _raw))
    if not is_mapped:
        content = next(filter(None, skipped.values()), "")
        raise Unreadable("no_header" if content else "empty_file", "、".join(skipped), content[:120])
    notes.extend(f"{sheet}: 没有表头，未读取 no header row; sheet not read" for sheet in skipped)


def _refuse_unsafe(path: Path) -> None:
    """Refuse what is no workbook, or one that would take too much memory, before the library opens it.

    Every part is unpacked here once, in chunks: a part that is longer than it says fails its check sum.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if _WORKBOOK_PART not in archive.namelist():
                raise Unreadable("not_recognised")
            unpacked = sum(part.file_size for part in parts)
            if unpacked > MAX_UNPACKED_BYTES:
                raise Unreadable("too_large", "", f"{unpacked:,} > {MAX_UNPACKED_BYTES:,} bytes")
            for part in parts:
                _refuse_wide_grid(archive, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Unreadable("damaged_workbook", "", str(error)) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a damaged directory points nowhere; any other is not the file's fault
            raise
        raise Unreadable("damaged_workbook", "", str(error)) from error


def _refuse_wide_grid(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    columns: set[bytes] = {b"Z"}
    rows: set[bytes] = {b"99999"}
    rest = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            if part.filename.startswith("xl/worksheets/"):
                columns.update(*(pattern.findall(rest + chunk) for pattern in _FAR_COLUMN))
                rows.update(*(pattern.findall(rest + chunk) for pattern in _FAR_ROW))
                rest = chunk[-32:]
    cells = max(map(_column_number, columns)) * max(map(int, rows))
    if cells > MAX_GRID_CELLS:
        raise Unreadable("too_large", part.filename, f"{cells:,} > {MAX_GRID_CELLS:,} cells")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheets(path: Path) -> Iterator[tuple[str, Iterator[Row]]]:
    try:
        workbook = fastexcel.read_excel(path)
        for name in workbook.sheet_names:
            # All rows from the first of the sheet, so that row numbers are those that people see: without
            # skip_rows=0 leading empty ones are dropped. Empty columns on the left are dropped in any case.
            sheet = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            yield name, _rows(sheet.to_arrow())
    except fastexcel.FastExcelError as error:
        raise Unreadable("damaged_workbook", "", str(error).splitlines()[0]) from error


def _rows(sheet: pa.RecordBatch) -> Iterator[Row]:
    number = 0
    for start in range(0, sheet.num_rows, BATCH_RECORDS):
        portion = sheet.slice(start, BATCH_RECORDS)
        columns = [[_cell(text) for text in column.to_pylist()] for column in portion.columns]
        for cells in zip(*columns, strict=True):
            number += 1
            yield Row(number, number, cells)


def _cell(text: str | None) -> str:
    """A cell's text. The library has 123456789.120000005 for 123456789.12, the shortest text of that double.

    Text of up to 15 digits stays as it is, and so does any with at most two decimals, as money has.
    """
    if text is None:
        return ""
    if len(text) > 16 and _NOISE.fullmatch(text):
        return format(Decimal(repr(float(text))), "f")
    return text


class _Pointer(NamedTuple):
    sheet: str

    def __call__(self, block: Block) -> str:
        first, last = block.rows[0].first, block.rows[-1].last
        return f"{self.sheet}!{first}" if first == last else f"{self.sheet}!{first}-{last}"


def _raw(block: Block) -> str:
    rows = [
        {block.header.heading(position): cell for position, cell in enumerate(row.cells) if cell} for row in block.rows
    ]
    return msgspec.json.encode(rows[0] if len(rows) == 1 else rows).decode()
