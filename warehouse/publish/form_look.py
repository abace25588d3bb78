"""The formats of a form's sheet, and how a value or a line of text is written.

Belongs here: fonts, borders, formats of numbers, and the cells of one value. Does not belong here: what stands on a form (`form_frame.py`,
`form_sheet.py`).
"""

from collections.abc import Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from warehouse.publish.form_page import FormColumn
from warehouse.publish.form_totals import is_exact
from warehouse.publish.sheets import FONT, safe

#: `_ ` leaves a space before the border. In 万元 a point stands before the last four digits of whole yuan: the cell holds yuan, so that
#: sums and traces are those of the table.
_FORMATS = {
    "count": '#,##0_ ;-#,##0_ ;"-"_ ',
    "money": '#,##0.00_ ;-#,##0.00_ ;"-"_ ',
    "money_wan": '0"."0000_ ;-0"."0000_ ;"-"_ ',
    "percent": "0.00_ ",
}


class FormLook:
    """The formats of forms. cells: by number format and whether it is a total, or one that is not the sum."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        border = FONT | {"border": 1, "valign": "vcenter"}
        self.title = book.add_format(FONT | {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
        self.left, self.middle, self.right = (
            book.add_format(FONT | {"align": align, "valign": "vcenter"}) for align in ("left", "center", "right")
        )
        self.small = book.add_format(FONT | {"font_size": 9, "text_wrap": True, "valign": "top"})
        self.head = book.add_format(
            border | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#DCE6F1"}
        )
        self.item = book.add_format(border | {"text_wrap": True, "indent": 1})
        self.trace_head = book.add_format(FONT | {"font_size": 8, "font_color": "#595959", "valign": "vcenter"})
        self.trace = book.add_format(
            {"font_name": "Consolas", "font_size": 8, "font_color": "#595959", "valign": "vcenter"}
        )
        self.link = book.add_format(FONT | {"font_color": "#0563C1", "underline": 1, "valign": "vcenter"})
        self.cells: dict[tuple[str, str], Format] = {}
        for kind, more in (
            ("plain", {}),
            ("total", {"bold": True}),
            ("unequal", {"bold": True, "bg_color": "#FFF2CC"}),
        ):
            # A long name or number is made smaller: cut off by its neighbour it would be another.
            self.cells["text", kind] = book.add_format(border | more | {"indent": 1, "shrink": True})
            self.cells["note", kind] = book.add_format(border | more | {"indent": 1, "text_wrap": True})
            for name, shown in _FORMATS.items():
                self.cells[name, kind] = book.add_format(
                    border | more | {"num_format": shown, "align": "right", "shrink": True}
                )


def look_of(column: FormColumn) -> str:
    """What the cells of a column look like."""
    return "money_wan" if column.is_in_wan else column.number_format


def write_cell(sheet: Worksheet, row: int, column: int, value: Any, style: Format) -> None:
    """Write a value as what it is; a number that a spreadsheet does not hold exactly as text."""
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif is_exact(value):
        sheet.write_number(row, column, value, style)  # a Decimal is written by its own text
    elif isinstance(value, bool):
        sheet.write_string(row, column, "是" if value else "否", style)
    else:
        sheet.write_string(row, column, safe(str(value)), style)


def across(sheet: Worksheet, row: int, first: int, last: int, text: str, style: Format) -> None:
    """Write a text over columns."""
    if first < last:
        sheet.merge_range(row, first, row, last, "", style)
    sheet.write_string(row, first, safe(text), style)


def write_sections(
    sheet: Worksheet,
    row: int,
    widths: Sequence[float],
    columns: tuple[int, int],
    texts: Sequence[str],
    styles: Sequence[Format],
) -> None:
    """Texts beside each other over columns, each with about the same room; in one cell where there are fewer columns than texts."""
    first, last = columns
    if first > last:
        return
    if last - first + 1 < len(texts):
        across(sheet, row, first, last, "　".join(filter(None, texts)), styles[-1])
        return
    total, used, start = sum(widths[first : last + 1]), 0.0, first
    for number, (text, style) in enumerate(zip(texts, styles, strict=True), 1):
        end = start
        used += widths[end]
        while end < last - (len(texts) - number) and (
            number == len(texts) or used + widths[end + 1] / 2 <= total * number / len(texts)
        ):
            end += 1
            used += widths[end]
        across(sheet, row, start, end, text, style)
        start = end + 1
