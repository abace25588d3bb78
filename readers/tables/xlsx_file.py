"""Workbooks (XLSX): their sheets, cells as text.

Belongs here: what may be opened at all, and cells as people see them: numbers without `.0`, dates as ISO with
a time, true and false. A cell that holds an Excel error (#N/A) comes as empty: the library gives no more.
Does not belong here: what workbooks share (`readers/tables/workbook.py`).
"""

import errno
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc

from readers.lines import longest_cell, too_long
from readers.problems import Unreadable
from readers.shapes import BATCH_RECORDS, Layout, Record
from readers.tables.table import Row
from readers.tables.workbook import Merged, Sheet, workbook_records

#: A workbook may unpack to this many bytes.
MAX_UNPACKED_BYTES = 1 << 30
#: The smallest rectangle around a sheet's cells may have this many. The library takes 32 bytes for each,
#: filled or not, and where it gets none it ends the process: one stray cell in XFD1048576 asks for 550 GB
#: (seen).
MAX_GRID_CELLS = 1 << 26

#: As many columns as a sheet can have (XFD); the library takes any number, and much time for each.
_MAX_COLUMNS = 1 << 14

_WORKBOOK_PART = "xl/workbook.xml"
_RELATIONS_PART = "xl/_rels/workbook.xml.rels"
_CHUNK_BYTES = 1 << 20
#: What is looked for in chunks may have so many bytes.
_LONGEST = 1 << 12
# References beyond Z99999: only these can make a grid too large. The library takes letters of both cases, and of a number as many
# digits as there are, of which it keeps the last 32 bits. One pattern a quotation mark, so that each starts with a literal,
# which is searched for 18 times as fast (0.07 s in 95 MB) as an alternative is; and one for what no program writes.
_FAR_COLUMN = (re.compile(rb'r="([A-Za-z]{2,})[0-9]'), re.compile(rb"r='([A-Za-z]{2,})[0-9]"))
_FAR_ROW = (re.compile(rb'r="[A-Za-z]*([0-9]{6,})"'), re.compile(rb"r='[A-Za-z]*([0-9]{6,})'"))
_ROW = re.compile(rb"\br\s*=\s*[\"'][A-Za-z]*([0-9]+)[\"']")
_SPACED = re.compile(rb"r(?:\s+=\s*|=\s+)[\"']([A-Za-z]*)([0-9]+)[\"']")
_MERGED = re.compile(rb"mergeCell\s+ref=[\"']([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})[\"']")
_NOISE = re.compile(r"-?\d+\.\d{2,}[1-9]")
# The same for Arrow, whose \d has no full-width digits.
_NOISE_IN_COLUMN = pc.MatchSubstringOptions(r"\p{Nd}\.\p{Nd}{2,}[1-9]")


def read_xlsx(path: Path, layout: Layout, notes: list[str]) -> Iterator[Record]:
    """Split a workbook into records, as `readers.workbook.workbook_records` does.

    Raises:
        Unreadable: the workbook is damaged or too large, or no sheet has a header.
    """
    yield from workbook_records(xlsx_sheets(path), layout, notes)


def xlsx_sheets(path: Path) -> Iterator[Sheet]:
    """The sheets of a workbook.

    Raises:
        Unreadable: the workbook is damaged or too large.
    """
    yield from _sheets(path, _inspected(path))


def _inspected(path: Path) -> dict[str, list[Merged]]:
    """Refuse what is no workbook, or one that would take too much memory, before the library opens it.

    Every part is unpacked here once, in chunks: a part that is longer than it says fails its check sum.

    Returns:
        The vertical merges of each sheet that has any, by the sheet's name; positions count from column A.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if _WORKBOOK_PART not in archive.namelist():
                raise Unreadable("not_recognised")
            unpacked = sum(part.file_size for part in parts)
            if unpacked > MAX_UNPACKED_BYTES:
                raise Unreadable("too_large", "", f"{unpacked:,} > {MAX_UNPACKED_BYTES:,} bytes")
            merged = {part.filename: found for part in parts if (found := _inspected_part(archive, part))}
            return (
                {name: merged[part] for name, part in _sheet_parts(archive).items() if part in merged} if merged else {}
            )
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        ElementTree.ParseError,
    ) as error:
        raise Unreadable("damaged_workbook", "", str(error)) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a damaged directory points nowhere; any other is not the file's fault
            raise
        raise Unreadable("damaged_workbook", "", str(error)) from error


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of the archive that each sheet is in, by the sheet's name."""
    if _RELATIONS_PART not in archive.namelist():
        return {}
    targets = {item.get("Id"): item.get("Target", "") for item in _parsed(archive, _RELATIONS_PART).iter()}
    parts = {}
    for sheet in _parsed(archive, _WORKBOOK_PART).iter():
        identity = next((value for name, value in sheet.items() if name.endswith("}id")), None)
        if identity is not None and (target := targets.get(identity)):
            parts[sheet.get("name", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return parts


def _parsed(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    # The parser bounds what entities expand to, and fetches none.
    return ElementTree.fromstring(archive.read(part))  # noqa: S314


def _inspected_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> list[Merged]:
    """Unpack a part; refuse a sheet whose grid is too large, and give its vertical merges."""
    merged: set[tuple[bytes, ...]] = set()
    columns: set[bytes] = {b"Z"}
    rows: set[bytes] = {b"99999"}
    rest = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            if part.filename.startswith("xl/worksheets/"):
                columns.update(*(pattern.findall(rest + chunk) for pattern in _FAR_COLUMN))
                rows.update(*(pattern.findall(rest + chunk) for pattern in _FAR_ROW))
                for letters, digits in _SPACED.findall(rest + chunk):
                    columns.add(letters)
                    rows.add(digits)
                merged.update(_MERGED.findall(rest + chunk))
                rest = chunk[-_LONGEST:]
    width = max(map(_column_number, columns))
    cells = width * max(map(int, rows))
    if cells > MAX_GRID_CELLS and len(rows) == 1 and width <= _MAX_COLUMNS:
        # Wide, and no row so far down that it was looked for: how many there are is looked for now.
        cells = width * _row_count(archive, part)
    if cells > MAX_GRID_CELLS:
        raise Unreadable("too_large", part.filename, f"{cells:,} > {MAX_GRID_CELLS:,} cells")
    return [
        Merged(int(first), int(last), _column_number(letters) - 1)
        for letters, first, last in sorted(merged)
        if int(last) > int(first)
    ]


def _row_count(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """The last row of a sheet."""
    last, tags, rest = 1, 0, b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            last = max(last, *map(int, _ROW.findall(rest + chunk)), 1)
            # Rows may leave their number out, and cells theirs.
            tags += (rest[-3:] + chunk).count(b"<row")
            rest = chunk[-_LONGEST:]
    return max(last, tags)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _sheets(path: Path, merged: Mapping[str, Sequence[Merged]]) -> Iterator[Sheet]:
    try:
        workbook = fastexcel.read_excel(path)
        for name in workbook.sheet_names:
            # All rows from the first of the sheet, so that row numbers are those that people see: without
            # skip_rows=0 leading empty ones are dropped. Empty columns on the left are dropped in any case.
            sheet = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            cells = sheet.to_arrow()
            refuse_long_cells(name, cells)
            yield Sheet(name, _rows(cells), _moved(merged.get(name, ()), sheet))
    except fastexcel.FastExcelError as error:
        raise Unreadable("damaged_workbook", "", str(error).splitlines()[0]) from error


def refuse_long_cells(sheet: str, cells: pa.RecordBatch | pa.Table) -> None:
    """Refuse a table of text that has too long a cell, naming its row (of a sheet; a Parquet file has no name for it)."""
    for column in cells.columns:
        lengths = pc.call_function("utf8_length", [column])
        most = pc.call_function("max", [lengths]).as_py() or 0
        if most > longest_cell():
            row = lengths.index(pa.scalar(most, lengths.type)).as_py() + 1
            raise too_long(f"{sheet}!{row}" if sheet else f"row {row}", most)


def _moved(merged: Sequence[Merged], sheet: fastexcel.ExcelSheet) -> list[Merged]:
    """Merges by the position among the columns that the library gives: it drops empty ones on the left."""
    if not merged:
        return []
    positions = {column.absolute_index: position for position, column in enumerate(sheet.available_columns())}
    return [m._replace(position=positions[m.position]) for m in merged if m.position in positions]


def _rows(sheet: pa.RecordBatch) -> Iterator[Row]:
    number = 0
    for start in range(0, sheet.num_rows, BATCH_RECORDS):
        portion = sheet.slice(start, BATCH_RECORDS)
        columns = [_cells(column) for column in portion.columns]
        for cells in zip(*columns, strict=True):
            number += 1
            yield Row(number, number, cells)


def _cells(column: pa.Array) -> list[str]:
    """The texts of cells. The library has 123456789.120000005 for 123456789.12, the shortest text of that double.

    Text of up to 15 digits stays as it is, and so does any with at most two decimals, as money has.
    """
    texts: list[str] = pc.fill_null(column, "").to_pylist()
    # Most columns have no such number, which is seen at once in all.
    if pc.call_function("match_substring_regex", [column], _NOISE_IN_COLUMN).true_count:
        return [_denoised(text) if len(text) > 16 and _NOISE.fullmatch(text) else text for text in texts]
    return texts


def _denoised(text: str) -> str:
    return format(Decimal(repr(float(text))), "f")
