"""Tables that agencies deliver as content, whatever columns they have: every cell as text, column by column.

Belongs here: which formats are taken, where a table begins, rows that do not fit its header. Does not belong here: what its columns
contain (`readers/profiling/profile.py`), formats themselves.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, zip_longest
from pathlib import Path
from statistics import median

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from readers.lines import longest_cell, too_long, without_line_end
from readers.magic import OLE, PARQUET, ZIP, head_of, markup
from readers.problems import WARNING, Unreadable
from readers.shapes import json_text, text_array
from readers.tables.content_header import HEADER_SCAN_ROWS, ContentHeader, content_header
from readers.tables.csv_file import DELIMITERS, HEAD_CHARACTERS, PRIVATE, decoded, delimited_rows, head_rows
from readers.tables.header import Row, distinct
from readers.tables.workbook import Sheet, filled_down, hidden_warning
from readers.tables.xls_file import xls_sheets
from readers.tables.xlsx_file import MAX_GRID_CELLS, MAX_UNPACKED_BYTES, xlsx_sheets

#: Rows are turned into columns so many at a time.
_CHUNK_ROWS = 50_000
#: Places of rows that do not fit are told up to this many; their number is always told.
_TOLD_PLACES = 5


@dataclass(frozen=True)
class ContentTable:
    """A table: `columns` has one text column a heading, named c1, c2 and so on, NULL where a cell is empty.

    sheet: its sheet in a workbook, "" elsewhere. place: of its header (`line 3`, `Sheet1!3`). raw: the header as delivered, in a workbook
    its cells as JSON. cells: what stands in the header above each column, as delivered. ragged_rows: how many rows have cells beyond the
    header, or fewer than it where cells are counted (delimited text); ragged_places: the first of them.
    """

    sheet: str
    title: str
    place: str
    headings: tuple[str, ...]
    columns: pa.Table
    raw: str = ""
    cells: tuple[str, ...] = ()
    has_header: bool = True
    ragged_rows: int = 0
    ragged_places: tuple[str, ...] = ()


@dataclass(frozen=True)
class ContentFile:
    """A delivered file of tables. `tables` is gone through once, and may raise Unreadable. notes: whole when it has ended."""

    format: str
    encoding: str | None
    tables: Iterator[ContentTable]
    notes: list[str] = field(default_factory=list)


def read_content(path: Path) -> ContentFile:
    """The tables of a file: CSV, XLSX, XLS or Parquet, recognised by their bytes.

    Raises:
        Unreadable: it is none of them; also while `tables` is gone through.
    """
    head, text = head_of(path)
    notes: list[str] = []
    if head.startswith(ZIP):
        return ContentFile("xlsx", None, _of_sheets(xlsx_sheets(path), notes), notes)
    if head.startswith(OLE):
        return ContentFile("xls", None, _of_sheets(xls_sheets(path), notes), notes)
    if head.startswith(PARQUET):
        return ContentFile("parquet", None, iter([_parquet(path)]))
    if text.startswith(b"<"):
        raise markup(text)
    if text.startswith((b"{", b"[")):
        raise Unreadable("content_not_taken")
    encoding, rows = _delimited(path.read_bytes())
    table = _table(Sheet("", rows), counts_cells=True)
    if table is None:
        raise Unreadable("no_table")
    return ContentFile("csv", encoding, iter([table]))


def _of_sheets(sheets: Iterable[Sheet], notes: list[str]) -> Iterator[ContentTable]:
    found = False
    hidden: list[str] = []
    for sheet in sheets:
        if sheet.is_hidden:
            hidden.append(sheet.name)
        elif table := _table(sheet, counts_cells=False):
            found = True
            notes.extend(f"{WARNING}{sheet.name}: {note}" for note in sheet.notes)
            yield table
    if hidden and not found:
        raise Unreadable("hidden_sheets", "、".join(hidden), "、".join(hidden))
    if hidden:
        notes.append(hidden_warning(hidden))
    if not found:
        raise Unreadable("no_table")


def _delimited(data: bytes) -> tuple[str, Iterator[Row]]:
    """The encoding and rows of delimited text: the encoding with the fewest private characters, the delimiter with most cells."""
    texts = list(decoded(data))
    encoding, text = min(texts, key=lambda item: len(PRIVATE.findall(item[1][:HEAD_CHARACTERS])))
    delimiter = max(DELIMITERS, key=lambda mark: _usual_width(head_rows(text, mark)))
    return encoding, delimited_rows(text, delimiter)


def _usual_width(rows: Sequence[Row]) -> float:
    widths = [sum(map(bool, row.cells)) for row in rows if not row.is_empty]
    return median(widths) if widths else 0


def _table(sheet: Sheet, *, counts_cells: bool) -> ContentTable | None:
    """The table of a sheet; None if there is no row below a header.

    counts_cells: a row that has fewer cells than the header does not fit, as it does in a workbook, where empty cells end it.
    """
    head = list(islice(sheet.rows, HEADER_SCAN_ROWS))
    header = content_header(head)
    if header is None:
        return None
    below = filled_down(chain(head[header.end :], sheet.rows), sheet.merged)
    gathered = _Gathered(header, counts_cells, len(head[header.start].cells), sheet.name)
    columns = gathered.columns(below)
    if columns.num_rows == 0:
        return None
    kept, headings, positions = _named(columns, header)
    rows = head[header.start : header.end]
    return ContentTable(
        sheet.name,
        header.title,
        _place(sheet.name, head[header.start].first),
        headings,
        kept,
        _raw(rows),
        tuple(_cell(rows, position) for position in positions),
        header.is_named,
        gathered.ragged,
        tuple(gathered.places),
    )


def _raw(rows: Sequence[Row]) -> str:
    text = "".join(row.text for row in rows)
    return without_line_end(text) if text else json_text([list(row.cells) for row in rows]) if rows else ""


def _cell(rows: Sequence[Row], position: int) -> str:
    """The cell of the lowest header row that has one at a position."""
    cells = [row.cells[position] for row in rows if position < len(row.cells) and row.cells[position].strip()]
    return cells[-1] if cells else ""


class _Gathered:
    """Rows gathered into columns, with the rows that do not fit the header."""

    def __init__(self, header: ContentHeader, counts_cells: bool, header_cells: int, sheet: str) -> None:
        self.width = len(header.headings)
        self.named = header.is_named
        self.least = header_cells if counts_cells else 0
        self.sheet = sheet
        self.ragged = 0
        self.places: list[str] = []
        self.padding = 0

    def columns(self, rows: Iterable[Row]) -> pa.Table:
        full = (row for row in rows if not row.is_empty)
        chunks = []
        while chunk := list(islice(full, _CHUNK_ROWS)):
            chunks.append(self._chunk(chunk))
        return pa.concat_tables(chunks, promote_options="default") if chunks else pa.table({})

    def _chunk(self, rows: list[Row]) -> pa.Table:
        # A column costs a cell in every row, and one row can ask for any number of columns.
        widest = max(len(row.cells) for row in rows)
        self.padding += sum(widest - len(row.cells) for row in rows)
        if self.padding > MAX_GRID_CELLS:
            place = _place(self.sheet, next(row.first for row in rows if len(row.cells) == widest))
            raise Unreadable("too_large", place, f"{self.padding:,} > {MAX_GRID_CELLS:,} empty cells")
        texts = [[cell.strip() or None for cell in row.cells] for row in rows]
        if self.named:
            for row, cells in zip(rows, texts, strict=True):
                if len(cells) < self.least or any(cells[self.width :]):
                    self.ragged += 1
                    if len(self.places) < _TOLD_PLACES:
                        self.places.append(_place(self.sheet, row.first))
        columns = {}
        for number, cells in enumerate(zip_longest(*texts), start=1):
            # Offices' tables are padded with thousands of empty columns: 16,378 were seen.
            if any(cells) or number <= self.width:
                columns[f"c{number}"] = text_array(cells)
        return pa.table(columns)


def _named(columns: pa.Table, header: ContentHeader) -> tuple[pa.Table, tuple[str, ...], list[int]]:
    """The columns that have a heading or a value, in their order, their headings, and their positions from 0."""
    kept, headings, positions = [], [], []
    for name in sorted(columns.column_names, key=lambda name: int(name[1:])):
        number = int(name[1:])
        heading = header.headings[number - 1] if number <= len(header.headings) else f"column_{number}"
        if columns[name].null_count < columns.num_rows or heading != f"column_{number}":
            kept.append(columns[name])
            headings.append(heading)
            positions.append(number - 1)
    return pa.table(kept, [f"c{number}" for number in range(1, len(kept) + 1)]), tuple(headings), positions


def _place(sheet: str, row: int) -> str:
    return f"{sheet}!{row}" if sheet else f"line {row}"


def _parquet(path: Path) -> ContentTable:
    try:
        metadata = pq.read_metadata(path)
        unpacked = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
        if unpacked > MAX_UNPACKED_BYTES:
            raise Unreadable("too_large", "", f"{unpacked:,} > {MAX_UNPACKED_BYTES:,} bytes")
        with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as connection:
            table = connection.execute(
                "SELECT nullif(trim(CAST(COLUMNS(*) AS VARCHAR)), '') FROM read_parquet([$path])", {"path": str(path)}
            ).to_arrow_table()
    except (MemoryError, duckdb.OutOfMemoryException) as error:  # it is too large, not damaged
        raise MemoryError from error
    except (pa.ArrowException, duckdb.Error, OSError) as error:
        raise Unreadable("damaged_parquet", "", str(error).splitlines()[0]) from error
    if table.num_rows == 0:
        raise Unreadable("no_table")
    _refuse_long_cells(table)
    names = [str(column) for column in table.column_names]
    headings = distinct([metadata.schema.to_arrow_schema().names[number] for number in range(len(names))])
    renamed = table.rename_columns([f"c{number}" for number in range(1, len(names) + 1)])
    return ContentTable("", "", "schema", headings, renamed, json_text([names]), tuple(names))


def _refuse_long_cells(table: pa.Table) -> None:
    """Refuse a table of text that has too long a cell, naming its row."""
    for column in table.columns:
        lengths = pc.call_function("utf8_length", [column])
        most = pc.call_function("max", [lengths]).as_py() or 0
        if most > longest_cell():
            row = lengths.index(pa.scalar(most, lengths.type)).as_py() + 1
            raise too_long(f"row {row}", most)
