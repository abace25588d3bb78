"""Delivery folders on disk: workbooks, CSV and JSON files and manifests, byte for byte the same every time.

Belongs here: bytes. Does not belong here: what stands in them. Workbooks have a fixed creation date;
XlsxWriter dates the members of the archive 1980-01-01.
"""

import csv
import io
import json
from datetime import date, datetime, time
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from example_city.model import NOTICE, Delivery, File, Layout
from example_city.tables import Cell, Grid, dcat_catalogue, grid

#: No time zone: the property of a workbook has none.
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001
_DATE_FORMAT = "yyyy-mm-dd"
_SHEETS = {
    "organisations": "单位",
    "catalog": "目录",
    "authorisations": "授权",
    "evidence": "证明",
    "reviews": "审查",
    "costs": "成本",
    "events": "事项",
    "ledger": "余额",
    "decisions": "决定",
    "corrections": "更正",
}


def write_delivery(delivery: Delivery, folder: Path) -> None:
    """Write a delivery folder with its manifest below `folder`."""
    target = folder / delivery.folder
    target.mkdir(parents=True)
    (target / "manifest.toml").write_bytes(_manifest(delivery).encode())
    for file in delivery.files:
        (target / file.name).write_bytes(file_bytes(file, delivery.kind))


def file_bytes(file: File, kind: str) -> bytes:
    """The file's bytes, spoiled if they are to be."""
    layout = file.layout
    if file.content is not None:
        data = _content(file.content, layout)
    elif layout.form == "dcat":
        data = json.dumps(dcat_catalogue(file.records), ensure_ascii=False, indent=2).encode()
    elif layout.form == "csv":
        data = _csv(grid(kind, file.records, layout)).encode(layout.encoding)
    else:
        data = _workbook(grid(kind, file.records, layout), _SHEETS[kind], layout)
    return file.spoil(data) if file.spoil else data


def _content(lines: tuple[tuple[str, ...], ...], layout: Layout) -> bytes:
    """A table of content; a title stands above its header."""
    above: list[tuple[Cell, ...]] = [(layout.title, *("",) * (len(lines[0]) - 1))] if layout.title else []
    table = Grid((*above, *lines), len(above))
    if layout.form == "csv":
        return _csv(table).encode(layout.encoding)
    return _workbook(table, "数据", layout)


def _manifest(delivery: Delivery) -> str:
    entries: dict[str, object] = {
        "from": delivery.deliverer_code,
        "kind": delivery.kind,
        "date": delivery.day.isoformat(),
        "sequence": delivery.sequence,
        "source": delivery.source,
        "mode": delivery.mode,
        **({"holder": delivery.holder_code} if delivery.holder_code else {}),
        **({"resource": delivery.resource_code} if delivery.resource_code else {}),
        "files": [file.name for file in delivery.files],
    }
    # A JSON string, number or list of strings is the same in TOML.
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in entries.items()]
    return "\n".join([f"# {NOTICE}", *lines, ""])


def _csv(table: Grid) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(
        ["" if cell is None else str(cell) for cell in line] for line in table.lines
    )
    return text.getvalue()


def _workbook(table: Grid, sheet: str, layout: Layout) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": _DATE_FORMAT}) as book:
        book.set_properties({"created": _CREATED, "title": sheet, "comments": NOTICE})
        page = book.add_worksheet(sheet)
        bold = book.add_format({"bold": True})
        middle = book.add_format({"valign": "vcenter", "num_format": _DATE_FORMAT})
        for row, line in enumerate(table.lines):
            for column, cell in enumerate(line):
                _write_cell(page, row, column, cell, bold if row <= table.header else None)
        if table.header > 0:
            page.merge_range(0, 0, 0, len(table.lines[0]) - 1, str(table.lines[0][0]), bold)
        if layout.merged:
            _merge(page, table, middle)
        page.freeze_panes(table.header + 1, 0)
        if layout.notes_sheet:
            page = book.add_worksheet("填写说明")
            page.write_string(0, 0, NOTICE)
            page.write_string(1, 0, "请按模板填写；日期写为 YYYY-MM-DD，金额以元为单位。")
    return buffer.getvalue()


def _write_cell(page: Worksheet, row: int, column: int, cell: Cell, style: Format | None) -> None:
    if isinstance(cell, str):
        page.write_string(row, column, cell, style)
    elif isinstance(cell, date):
        page.write_datetime(row, column, datetime.combine(cell, time()), style)
    elif cell is not None:
        # The number of a cell is a double in the format itself; the figures here are within its 15 digits.
        page.write_number(row, column, float(cell), style)


def _merge(page: Worksheet, table: Grid, style: Format) -> None:
    """Merge the cells that describe a resource; first as blank ones, so that the value keeps its type."""
    for first, last in table.blocks:
        for column in range(table.block_width if last > first else 0):
            page.merge_range(first, column, last, column, "", style)
            _write_cell(page, first, column, table.lines[first][column], style)
