"""Workbooks (XLSX): what may be opened at all, their sheets in order, and which of them are seen.

Does not belong here: cells (`xlsx_cells.py`), and what workbooks share (`readers/tables/workbook.py`).
"""

import errno
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from readers.money import MoneyUnits
from readers.problems import Unreadable
from readers.shapes import Layout, Record
from readers.tables.header import Row
from readers.tables.workbook import Merged, Sheet, bounded, workbook_records
from readers.tables.xlsx_cells import NO_STYLES, SheetRows, shared_strings, styles
from readers.values import DAY_0_OF_1900, DAY_0_OF_1904

#: A workbook may unpack to this many bytes.
MAX_UNPACKED_BYTES = 1 << 30
#: The smallest rectangle around a sheet's cells may have this many: rows are given with all their cells.
MAX_GRID_CELLS = 1 << 26

#: As many columns as a sheet can have (XFD); the library takes any number, and much time for each.
_MAX_COLUMNS = 1 << 14

_WORKBOOK_PART = "xl/workbook.xml"
_RELATIONS_PART = "xl/_rels/workbook.xml.rels"
_STRINGS, _STYLES, _WORKSHEET = "/sharedStrings", "/styles", "/worksheet"
_CHUNK_BYTES = 1 << 20
#: What is looked for in chunks may have so many bytes.
_LONGEST = 1 << 12
# References beyond Z99999: only these can make a grid too large. One pattern a quotation mark, so that each starts with a literal,
# which is searched for 18 times as fast (0.07 s in 95 MB) as an alternative is; and one for what no program writes.
_FAR_COLUMN = (re.compile(rb'r="([A-Za-z]{2,})[0-9]'), re.compile(rb"r='([A-Za-z]{2,})[0-9]"))
_FAR_ROW = (re.compile(rb'r="[A-Za-z]*([0-9]{6,})"'), re.compile(rb"r='[A-Za-z]*([0-9]{6,})'"))
_ROW = re.compile(rb"\br\s*=\s*[\"'][A-Za-z]*([0-9]+)[\"']")
_SPACED = re.compile(rb"r(?:\s+=\s*|=\s+)[\"']([A-Za-z]*)([0-9]+)[\"']")
_MERGED = re.compile(rb"mergeCell\s+ref=[\"']([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})[\"']")
#: What a damaged archive, or damaged XML in it, may raise.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    IndexError,
    ElementTree.ParseError,
    ExpatError,
)


def read_xlsx(path: Path, layout: Layout, notes: list[str]) -> Iterator[Record]:
    """Split a workbook into records, as `readers.workbook.workbook_records` does.

    Raises:
        Unreadable: the workbook is damaged or too large, or no sheet has a header.
    """
    yield from workbook_records(xlsx_sheets(path, layout.notation.money), layout, notes)


def xlsx_sheets(path: Path, money: MoneyUnits | None = None) -> Iterator[Sheet]:
    """The sheets of a workbook, hidden ones too.

    money: units that a cell's format may write after its number.

    Raises:
        Unreadable: the workbook is damaged or too large; also while rows are gone through.
    """
    merged = _inspected(path)
    with _damage_told(), zipfile.ZipFile(path) as archive:
        yield from _sheets(archive, merged, money or MoneyUnits({}))


@contextmanager
def _damage_told() -> Iterator[None]:
    """Turn what a damaged workbook raises within into a refusal."""
    try:
        yield
    except _DAMAGE as error:
        raise Unreadable("damaged_workbook", "", str(error)) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a damaged directory points nowhere; any other is not the file's fault
            raise
        raise Unreadable("damaged_workbook", "", str(error)) from error


def _sheets(archive: zipfile.ZipFile, merged: dict[str, list[Merged]], money: MoneyUnits) -> Iterator[Sheet]:
    names = set(archive.namelist())
    related = _related(archive) if _RELATIONS_PART in names else {}
    by_type = {type_: part for type_, part in related.values() if part in names}
    strings = shared_strings(archive, by_type[_STRINGS]) if _STRINGS in by_type else []
    workbook = _parsed(archive, _WORKBOOK_PART)
    properties = next(iter(workbook.iterfind("{*}workbookPr")), None)
    is_1904 = properties is not None and properties.get("date1904", "").lower() in ("1", "true", "on")
    day_0 = DAY_0_OF_1904 if is_1904 else DAY_0_OF_1900
    formats = styles(archive, by_type[_STYLES], money) if _STYLES in by_type else NO_STYLES
    for sheet in workbook.iterfind("{*}sheets/{*}sheet"):
        identity = next((value for name, value in sheet.items() if name.endswith("}id")), None)
        type_, part = related.get(identity or "", ("", ""))
        if type_ != _WORKSHEET:  # a sheet of charts
            continue
        if part not in names:
            raise Unreadable("damaged_workbook", sheet.get("name", ""), f"{part} is missing")
        rows = SheetRows(archive, part, strings, formats, day_0)
        is_hidden = sheet.get("state", "visible") != "visible"
        name = sheet.get("name", "")
        yield Sheet(name, bounded(name, _readable(rows.rows())), merged.get(part, ()), is_hidden, day_0, rows.notes)


def _readable(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows of a sheet, which are read as they are gone through: what is damaged is told then."""
    with _damage_told():
        yield from rows


def _related(archive: zipfile.ZipFile) -> dict[str, tuple[str, str]]:
    """What the workbook refers to, by identity: the last part of its type, and the part of the archive."""
    found = {}
    for item in _parsed(archive, _RELATIONS_PART).iter():
        if (identity := item.get("Id")) and (target := item.get("Target")):
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            found[identity] = "/" + item.get("Type", "").rpartition("/")[2], part
    return found


def _inspected(path: Path) -> dict[str, list[Merged]]:
    """Refuse what is no workbook, or one that would take too much memory, before the library opens it.

    Every part is unpacked here once, in chunks: a part that is longer than it says fails its check sum.

    Returns:
        The vertical merges of each part that has any; positions count from column A.
    """
    with _damage_told(), zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if _WORKBOOK_PART not in archive.namelist():
            raise Unreadable("not_recognised")
        unpacked = sum(part.file_size for part in parts)
        if unpacked > MAX_UNPACKED_BYTES:
            raise Unreadable("too_large", "", f"{unpacked:,} > {MAX_UNPACKED_BYTES:,} bytes")
        return {part.filename: found for part in parts if (found := _inspected_part(archive, part))}


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
