"""Report forms as workbooks.

The figures are those of `form_page.py`; nothing is computed here. Money is written as numbers with two decimals: Excel holds 15 digits,
so an amount beyond that is written as text and stays exact.
"""

import csv
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from readers.policy.files import load
from warehouse.intake.landed import judged_day
from warehouse.publish.form_page import FormColumn, FormPage, form_pages
from warehouse.publish.withdrawn import unmark
from warehouse.store.lake import Lake, current_snapshot
from warehouse.store.on_record import reading_on_record
from warehouse.store.owed import strike_out
from warehouse.store.published import publishing
from warehouse.tables.table import Table
from warehouse.trace.column_grade import WORKBOOK, keep_door

#: Width of a column by its number format, in characters; the first two columns, which say whose a row is, have widths of their own.
_WIDTHS = {"text": 18, "note": 56, "count": 8, "money": 16, "percent": 10}
_NAME_WIDTHS = (30, 21)
#: So many characters stand side by side on A3 across, at four fifths of their size: less is not read on paper. Where the workbook's default
#: font is missing a wider one takes its place, and pages have room for less than in Excel.
_PAGE_CHARS = 180
_PRINT_SCALE = 80

#: The tables that the reconciliation workbook shows.
RECONCILIATION_TABLES = ("finance.reconciliation", "finance.unit_rate")

#: A whole that Excel's doubles hold exactly, in cents.
_EXACT = Decimal(10) ** 13


#: The creation time that written files state: the same figures give the same bytes. XlsxWriter takes no time zone.
FIXED_TIME = datetime(2000, 1, 1)  # noqa: DTZ001


def publish_forms(lake: Lake, tables: Sequence[Table], period: str) -> dict[str, Path]:
    """Write forms of a period, each to `reports/<period>/<table>.xlsx`; returns the files by the tables' qualified names.

    Raises: as `publish_workbooks`.
    """
    files = publish_workbooks(lake, [table.name for table in tables], period)
    for table in tables:
        strike_out(lake.home, table.qualified, period)
    return {table.qualified: file for table, file in zip(tables, files, strict=True)}


def publish_reconciliation(lake: Lake, period: str) -> Path:
    """Write `reports/<period>/reconciliation.xlsx`: shares by unit, the statement, and what there is to do; returns the file.

    Raises: as `publish_workbooks`.
    """
    (target,) = publish_workbooks(lake, ["reconciliation"], period)
    for table in RECONCILIATION_TABLES:
        strike_out(lake.home, table, period)
    return target


def publish_workbooks(
    lake: Lake, names: Sequence[str], period: str, folder: Path | None = None, *, as_csv: bool = False
) -> list[Path]:
    """Write workbooks of a period, each to `reports/<period>/<name>.xlsx` or into another folder, and put them on record; returns the
    files.

    Args:
        as_csv: write the first sheet of each to `<name>.csv` too, with one row of headings.

    Raises:
        LookupError: the policy has no layout for one of the sheets.
        DoorError: a table of the reports carries more than the policy lets workbooks carry.
        NotOnRecordError: a table is not as a commit on record left it.
    """
    keep_door(lake.tables, load(lake.home.policy).on(judged_day(lake)), WORKBOOK)
    folder = folder or lake.home.reports / period
    targets = []
    with (
        reading_on_record(lake) as connection,
        publishing(lake.home, "report", current_snapshot(connection), period) as publication,
    ):
        for name in names:
            pages = list(form_pages(lake, connection, name, period))
            targets.append(folder / f"{name}.xlsx")
            with publication.placed(targets[-1]) as aside:
                _write_workbook(pages, period, aside)
            if as_csv:
                targets.append(folder / f"{name}.csv")
                with publication.placed(targets[-1]) as aside:
                    _write_csv(pages[0], aside)
    for target in targets:
        unmark(target)
    return targets


def _write_workbook(pages: Sequence[FormPage], period: str, file: Path) -> None:
    with xlsxwriter.Workbook(str(file), {"default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"title": pages[0].title, "company": "数账 Shuzhang", "created": FIXED_TIME})
        for page in pages:
            _write_sheet(book, page.label, page.heading, page.note, period, page.columns, page.rows)


def _write_csv(page: FormPage, file: Path) -> None:
    """With a mark by which spreadsheets know the encoding."""
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow([f"{column.group}{column.label}" for column in page.columns])
        writer.writerows(page.rows)


def _write_sheet(
    book: xlsxwriter.Workbook,
    sheet_name: str,
    title: str,
    note: str,
    period: str,
    columns: Sequence[FormColumn],
    rows: Sequence[Sequence[Any]],
) -> None:
    sheet: Worksheet = book.add_worksheet(sheet_name)
    border = {"border": 1, "font_name": "SimSun", "font_size": 10, "valign": "vcenter"}
    head = book.add_format(border | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#DCE6F1"})
    formats = {
        # A long name or number is made smaller: cut off by its neighbour it would be another.
        "text": book.add_format(border | {"indent": 1, "shrink": True}),
        "note": book.add_format(border | {"indent": 1, "text_wrap": True}),
        "count": book.add_format(border | {"num_format": "#,##0"}),
        "money": book.add_format(border | {"num_format": "#,##0.00"}),
        "percent": book.add_format(border | {"num_format": "0.00"}),
    }
    breaks = page_breaks(columns)
    last = (breaks[0] if breaks else len(columns)) - 1
    sheet.merge_range(
        0,
        0,
        0,
        last,
        title,
        book.add_format({"bold": True, "font_size": 14, "align": "center", "font_name": "SimSun"}),
    )
    small = book.add_format({"font_name": "SimSun", "font_size": 9, "text_wrap": True, "valign": "top"})
    sheet.merge_range(1, 0, 1, last, f"期间：{period}　金额单位：元（人民币）", small)
    _write_heads(sheet, columns, breaks, head)
    for number, row in enumerate(rows, start=4):
        for place, (column, value) in enumerate(zip(columns, row, strict=True)):
            _write_cell(sheet, number, place, value, formats[column.number_format])
    sheet.merge_range(5 + len(rows), 0, 5 + len(rows), last, f"说明：{note}", small)
    sheet.set_row(5 + len(rows), 30)
    for place, width in enumerate(_widths(columns)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(4, 2)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.repeat_rows(0, 3)
    if breaks:
        sheet.repeat_columns(0, 1)
        sheet.set_v_pagebreaks(breaks)
        sheet.set_print_scale(_PRINT_SCALE)
    else:
        sheet.fit_to_pages(1, 0)


def _widths(columns: Sequence[FormColumn]) -> list[int]:
    return [*_NAME_WIDTHS, *(_WIDTHS[column.number_format] for column in columns[2:])]


def page_breaks(columns: Sequence[FormColumn]) -> list[int]:
    """The columns with which another page begins, groups kept whole; the first two stand on every page. None if one page has all."""
    widths = _widths(columns)
    if sum(widths) <= _PAGE_CHARS:
        return []
    groups = [list(of) for _, of in groupby(range(2, len(columns)), key=lambda place: columns[place].group or place)]
    # A group that no page has room for is broken too.
    room = _PAGE_CHARS - sum(_NAME_WIDTHS)
    groups = [p for of in groups for p in ([of] if sum(widths[n] for n in of) <= room else [[n] for n in of])]
    breaks, used = [], sum(_NAME_WIDTHS)
    for group in groups:
        width = sum(widths[place] for place in group)
        if used + width > _PAGE_CHARS and used > sum(_NAME_WIDTHS):
            breaks.append(group[0])
            used = sum(_NAME_WIDTHS)
        used += width
    return breaks


def _write_heads(sheet: Worksheet, columns: Sequence[FormColumn], breaks: Sequence[int], head: Format) -> None:
    """A group's heading stands over its columns of each page; what stands on every page has its own."""
    apart = {2, *breaks} if breaks else set()
    place = 0
    while place < len(columns):
        group = columns[place].group
        end = place
        while group and end + 1 < len(columns) and columns[end + 1].group == group and end + 1 not in apart:
            end += 1
        if not group:
            sheet.merge_range(2, place, 3, place, columns[place].label, head)
        elif end == place:
            sheet.write_string(2, place, group, head)
        else:
            sheet.merge_range(2, place, 2, end, group, head)
        for inner in range(place, end + 1):
            if group:
                sheet.write_string(3, inner, columns[inner].label, head)
        place = end + 1


def _write_cell(sheet: Worksheet, row: int, column: int, value: Any, style: Format) -> None:
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, Decimal) and abs(value) < _EXACT:
        sheet.write_number(row, column, value, style)  # type: ignore[arg-type]  # Decimal is written by its own text
    elif isinstance(value, int):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, str(value), style)
