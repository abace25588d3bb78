"""Reference values as a workbook: beside the book value, with range, evidence or reason, and how they move, as tornado charts.

Belongs here: how it looks. Does not belong here: the values (`warehouse/sql/valuation/`), and the forms of reports, which have none of
them.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import IO, Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from warehouse import queries
from warehouse.asking.query import query
from warehouse.intake.landed import judged_day
from warehouse.publish.form_book import FIXED_TIME
from warehouse.publish.sheets import FONT, Look, set_up_print, set_widths, write_across, write_row
from warehouse.store.lake import Lake
from warehouse.tables.own_forms import home_policy
from warehouse.trace.column_grade import WORKBOOK, keep_door

#: What the workbook has of the lake.
TABLES = ("valuation.reference_value", "valuation.sensitivity")
NOTE = (
    "参考值列示于账面价值之旁，不入账，也不作为报表的账面价值。所依据的公式未经核对原文。/ Reference values stand beside the book value; "
    "none is booked or reported as a carrying amount. The formulas were not checked against their originals."
)
_VALUES = (
    ("单位代码", 20), ("资源代码", 15), ("资产名称", 18), ("方法", 13), ("账面价值（元）", 15), ("参考值（元）", 15), ("下限（元）", 15),
    ("上限（元）", 15), ("依据", 24), ("没有参考值的原因", 18), ("怎样补正", 20),
)  # fmt: skip
_BARS = (
    ("方法", 16), ("参数", 26), ("步长", 10), ("参考值（元）", 18), ("减一步（元）", 18), ("加一步（元）", 18), ("减一步之差", 16),
    ("加一步之差", 16),
)  # fmt: skip
#: A chart as high as so many rows, over them a heading.
_CHART_ROWS, _ROW_PIXELS = 13, 20
_LOWER, _HIGHER = "#C0504D", "#4F81BD"


def write_reference_workbook(lake: Lake, period: str, card: str | None, target: IO[bytes]) -> None:
    """Write the reference values of a period, of one card or of all: a sheet of values, one of how they move, one of charts.

    Raises:
        DoorError: a table of it carries more than the policy lets workbooks carry.
        NotOnRecordError: a table is not as a commit on record left it.
    """
    keep_door(lake.tables, home_policy(lake.home.policy).on(judged_day(lake)), WORKBOOK, TABLES)
    asked = {"period": period, "card": card}
    values, bars = (query(lake, queries.text(name), asked) for name in ("value_rows", "value_bars"))
    rows = [dict(zip(values.columns, row, strict=True)) for row in values.rows]
    moved = [dict(zip(bars.columns, row, strict=True)) for row in bars.rows]
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"title": f"参考估值 {period}", "company": "数账 Shuzhang", "created": FIXED_TIME})
        look = Look(book)
        money = book.add_format(
            FONT | {"border": 1, "border_color": "#A6A6A6", "num_format": "#,##0.00", "valign": "top"}
        )
        _write_values(book.add_worksheet("参考估值"), period, rows, look, money)
        if moved:
            _write_bars(book, period, moved, look, money)


def _write_values(sheet: Worksheet, period: str, rows: Sequence[dict[str, Any]], look: Look, money: Any) -> None:
    widths = _head(sheet, f"参考估值 {period}", _VALUES, look)
    for place, row in enumerate(rows, 3):
        texts = (row["holder_code"], row["resource_code"], row["asset_name"], row["method_name_zh"])
        reason = (row["message_zh"], row["mend_zh"])
        write_row(sheet, place, (*texts, *[None] * 4, _evidence(row), *reason), widths, look)
        for column, name in enumerate(("closing_carrying_cny", "value_cny", "low_cny", "high_cny"), 4):
            _write_money(sheet, place, column, row[name], money)
    sheet.freeze_panes(3, 4)
    sheet.autofilter(2, 0, max(3, 2 + len(rows)), len(_VALUES) - 1)
    set_up_print(sheet, f"参考估值 {period}", header_rows=3)


def _evidence(row: dict[str, Any]) -> str:
    """What a value rests on; of one that is missing, what it needs."""
    if row["value_cny"] is None:
        return f"需要：{row['evidence_needed_zh']}"
    if row["score_pct"] is not None:
        return f"账面成本；质量得分 {row['score_pct']}"
    until = f"，有效期至 {row['valid_until_date']}" if isinstance(row["valid_until_date"], date) else ""
    return f"{row['document_no']}（{row['appraiser'] or '未写明评估机构'}，{row['appraisal_date']}{until}）"


def _write_bars(book: xlsxwriter.Workbook, period: str, rows: Sequence[dict[str, Any]], look: Look, money: Any) -> None:
    """The sheet of figures, and on one of its own a chart a method, whose bars are the figures' differences."""
    sheet, charts = book.add_worksheet("敏感性"), book.add_worksheet("敏感性图")
    widths = _head(sheet, f"参考估值的敏感性 {period}", _BARS, look)
    charts.write(0, 0, f"参考估值的敏感性 {period}：各参数单独减一步、加一步时参考值的变化（元）", look.title)
    charts.hide_gridlines(2)
    place = 3
    for number, (method, of) in enumerate(groupby(rows, key=lambda row: row["method_name_zh"])):
        first = place
        for row in of:
            write_row(sheet, place, (method, row["parameter_name_zh"], *[None] * 6), widths, look)
            sheet.write_number(place, 2, float(row["step"]), look.text)
            shown = [row[f"{name}value_cny"] for name in ("", "decreased_", "increased_")]
            for column, value in enumerate((*shown, shown[1] - shown[0], shown[2] - shown[0]), 3):
                _write_money(sheet, place, column, value, money)
            place += 1
        chart = _tornado(book, method, first, place - 1)
        charts.insert_chart(2 + number // 2 * (_CHART_ROWS + 1), number % 2 * 9, chart)
    sheet.freeze_panes(3, 2)
    set_up_print(sheet, f"参考估值的敏感性 {period}", header_rows=3)
    set_up_print(charts, f"参考估值的敏感性 {period}")
    charts.fit_to_pages(1, 1)  # else a page ends within a chart


def _tornado(book: xlsxwriter.Workbook, method: str, first: int, last: int) -> Any:
    """Bars from the value to either side, the widest on top."""
    chart: Any = book.add_chart({"type": "bar"})
    for column, name, colour in ((6, "减一步", _LOWER), (7, "加一步", _HIGHER)):
        chart.add_series(
            {
                "name": name,
                "categories": ["敏感性", first, 1, last, 1],
                "values": ["敏感性", first, column, last, column],
                "fill": {"color": colour},
                "overlap": 100,
                "gap": 60,
            }
        )
    chart.set_title({"name": method, "name_font": {"size": 12}, "overlay": False})
    chart.set_y_axis({"reverse": True, "label_position": "low", "line": {"color": "#7F7F7F"}})
    chart.set_x_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 560, "height": _CHART_ROWS * _ROW_PIXELS})
    return chart


def _head(sheet: Worksheet, title: str, columns: Sequence[tuple[str, float]], look: Look) -> list[float]:
    """Title, note and headings; gives the widths of the columns."""
    widths = [width for _, width in columns]
    set_widths(sheet, widths)
    sheet.write(0, 0, title, look.title)
    write_across(sheet, 1, 0, NOTE, widths, look.plain)
    write_row(sheet, 2, [name for name, _ in columns], widths, look, look.head)
    return widths


def _write_money(sheet: Worksheet, row: int, column: int, value: Decimal | None, style: Any) -> None:
    # A workbook holds doubles, as in the forms: fifteen digits are a hundred billion yuan and cents.
    if value is None:
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_number(row, column, float(value), style)
