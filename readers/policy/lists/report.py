"""The lists of the layout of workbooks: sheets, forms and their columns."""

import re
from collections.abc import Mapping

from readers.policy.lists.checks import PLACE, Check, one_of
from readers.policy.lists.shape import ListShape

_TERM_OF_ROWS = r"[a-z][a-z0-9_]*(=|<>)[^;=<>]+"
_ROWS_SHOWN = Check(
    lambda text: re.fullmatch(rf"{_TERM_OF_ROWS}(;{_TERM_OF_ROWS})*", text) is not None,
    "应为 列=值 或 列<>值，多个以分号隔开",
    "must be column=value or column<>value, several with semicolons between",
)
_ROWS_ORDER = Check(
    lambda text: re.fullmatch(r"[a-z][a-z0-9_]*(=[^;=<>]+)?(;[a-z][a-z0-9_]*(=[^;=<>]+)?)*", text) is not None,
    "应为列名，或 列=值（该值在前），多个以分号隔开",
    "must be columns, or column=value (that value first), with semicolons between",
)

SHAPES: Mapping[str, ListShape] = {
    "report_sheet": ListShape(
        ("workbook", "position"),
        ("form", "sheet_zh", "order_by"),
        ("shows",),
        {"position": PLACE, "shows": _ROWS_SHOWN, "order_by": _ROWS_ORDER},
        ((("form",), "report_form"),),
    ),
    "report_form": ListShape(("form",), ("table", "title_zh"), ("note_zh",)),
    "report_column": ListShape(
        ("form", "column"),
        ("position", "label_zh", "number_format"),
        ("group_zh",),
        {"position": PLACE, "number_format": one_of("text", "note", "count", "money", "percent")},
        ((("form",), "report_form"),),
    ),
}
