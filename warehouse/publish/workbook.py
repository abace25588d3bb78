"""Report forms as workbooks, laid out as `policy/report_form.csv` and `policy/report_column.csv` say.

The figures are the table's own; nothing is computed here. Money is written as numbers with two decimals: Excel holds 15 digits,
so an amount beyond that is written as text and stays exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from warehouse import queries
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.registry import Table

_LEVELS = {"city": "全市", "district": "区划", "department": "主管部门", "unit": "单位"}


#: A whole that Excel's doubles hold exactly, in cents.
_EXACT = Decimal(10) ** 13


#: The creation time that written files state: the same figures give the same bytes. XlsxWriter takes no time zone.
FIXED_TIME = datetime(2000, 1, 1)  # noqa: DTZ001


@dataclass(frozen=True)
class FormColumn:
    """A column of a form: the table's column, the heading above and its own, and how numbers look."""

    name: str
    group: str
    label: str
    number_format: str


def publish_form(lake: Lake, table: Table, period: str) -> Path:
    """Write a form of a period to `reports/<period>/<table>.xlsx`, one sheet a level; returns the file.

    Raises:
        LookupError: the policy has no layout for the form.
    """
    target = lake.home.reports / period / f"{table.name}.xlsx"
    target.parent.mkdir(parents=True, exist_ok=True)
    with lake.reading() as connection:
        form = connection.execute(queries.text("report_form"), {"table": table.qualified}).fetchone()
        if form is None:
            raise LookupError(f"policy/report_form.csv has no entry for {table.qualified} 缺少该表的报表版式")
        columns = [
            FormColumn(*row) for row in connection.execute(queries.text("report_columns"), {"form": form[0]}).fetchall()
        ]
        aside = target.with_suffix(".part")
        with xlsxwriter.Workbook(str(aside), {"default_date_format": "yyyy-mm-dd"}) as book:
            book.set_properties({"title": form[1], "company": "数账 Shuzhang", "created": FIXED_TIME})
            for level, label in _LEVELS.items():
                rows = _rows(connection, table, columns, period, level)
                _write_level(book, label, f"{form[1]}（{label}）", form[2], period, columns, rows)
    aside.replace(target)
    return target


def report_files(home: Home, period: str) -> list[Path]:
    """The published files of a period."""
    return sorted((home.reports / period).glob("*.xlsx"))


def _rows(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    columns: Sequence[FormColumn],
    period: str,
    level: str,
) -> list[tuple[Any, ...]]:
    known = {column.name for column in table.columns}
    unknown = [column.name for column in columns if column.name not in known]
    if unknown:
        raise LookupError(
            f"policy/report_column.csv: {table.qualified} has no column {', '.join(unknown)} 报表没有该列"
        )
    names = ", ".join(f'"{column.name}"' for column in columns)
    return connection.execute(
        f"SELECT {names} FROM {table.qualified} WHERE period = $period AND level = $level ORDER BY parent_code, entity_code",
        {"period": period, "level": level},
    ).fetchall()


def _write_level(
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
        "text": book.add_format(border),
        "count": book.add_format(border | {"num_format": "#,##0"}),
        "money": book.add_format(border | {"num_format": "#,##0.00"}),
    }
    last = len(columns) - 1
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
    _write_heads(sheet, columns, head)
    for number, row in enumerate(rows, start=4):
        for place, (column, value) in enumerate(zip(columns, row, strict=True)):
            _write_cell(sheet, number, place, value, formats[column.number_format])
    sheet.merge_range(5 + len(rows), 0, 5 + len(rows), last, f"说明：{note}", small)
    sheet.set_row(5 + len(rows), 30)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 21)
    for place, column in enumerate(columns[2:], start=2):
        sheet.set_column(place, place, 16 if column.number_format == "money" else 8)
    sheet.freeze_panes(4, 2)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 3)


def _write_heads(sheet: Worksheet, columns: Sequence[FormColumn], head: Format) -> None:
    place = 0
    while place < len(columns):
        group = columns[place].group
        end = place
        while group and end + 1 < len(columns) and columns[end + 1].group == group:
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
