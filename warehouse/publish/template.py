"""The XLSX template of a kind of delivery: a sheet to fill in, and 填写说明 that says how.

Belongs here: how the columns of policy/delivery_column.csv look in a workbook. Does not belong here: which
columns there are, and reading a filled-in template (`readers/tables/xlsx_file.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from readers.kinds import KINDS
from readers.policy.files import Entry, PolicyOnDay

NOTES_SHEET = "填写说明"
_CODES_SHEET = "代码表"

#: Rows that have validation lists and formats.
_ROWS = 10_000
_NOTE_HEADINGS = (
    "中文列名", "英文释义", "英文列名", "是否必填", "类型", "可选值", "示例", "说明", "出处", "状态",
)  # fmt: skip
_WIDTHS = (20, 22, 24, 10, 10, 40, 28, 44, 30, 12)
_TYPES = {
    "text": "文本",
    "code": "代码",
    "date": "日期",
    "month": "月份",
    "amount": "元，两位小数",
    "integer": "整数",
}
_STATUSES = {"official": "正式", "secondary": "二手", "unverified": "未核实", "proposal": "本系统建议"}
#: Text formats keep leading zeros and long codes; months too, which a spreadsheet would turn into dates.
_NUMBER_FORMATS = {"date": "yyyy-mm-dd", "amount": "#,##0.00", "integer": "0"}
_RANGES = {
    "date": {
        "validate": "date",
        "criteria": "between",
        "minimum": date(1900, 1, 1),
        "maximum": date(9999, 12, 31),
    },
    "amount": {"validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15},
    "integer": {
        "validate": "integer",
        "criteria": "between",
        "minimum": -999_999_999,
        "maximum": 999_999_999,
    },
}


class _Code(NamedTuple):
    """A code list in the workbook: its labels, and the range that holds them."""

    labels: tuple[str, ...]
    reference: str


def write_template(kind: str, policy: PolicyOnDay, path: Path) -> None:
    """Write the template of a kind; a catalogue's has the columns of resources, then of fields (信息项).

    Sheet 1 has the Chinese headings only, required ones marked by `*` and colour, so that rows are filled in
    below. The same policy gives the same bytes.

    Raises:
        KeyError: there is no such kind.
    """
    kinds = (kind, f"{kind}.field")
    columns = [e for k in kinds for e in policy.of("delivery_column") if e.body["kind"] == k]
    if not columns:
        raise KeyError(kind)
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": f"{KINDS[kind].name_zh} 交付模板", "created": datetime(2025, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet(KINDS[kind].name_zh)
        notes = book.add_worksheet(NOTES_SHEET)
        codes = _write_codes(book.add_worksheet(_CODES_SHEET), columns, policy)
        _write_form(book, sheet, columns, codes)
        _write_notes(book, notes, columns, codes)


def _write_codes(sheet: Worksheet, columns: Sequence[Entry], policy: PolicyOnDay) -> dict[str, _Code]:
    """One row a code list: its name, then of each code the label that the policy gives first."""
    codes: dict[str, _Code] = {}
    for name in dict.fromkeys(e.body["code_list"] for e in columns if "code_list" in e.body):
        labels: dict[str, str] = {}
        for entry in policy.of("code_value"):
            if entry.body["code_list"] == name:
                labels.setdefault(entry.body["code"], entry.body["label"])
        row = len(codes)
        sheet.write_row(row, 0, [f"代码表 {name}", *labels.values()])
        last = xl_rowcol_to_cell(row, len(labels), row_abs=True, col_abs=True)
        codes[name] = _Code(tuple(labels.values()), f"='{_CODES_SHEET}'!$B${row + 1}:{last}")
    sheet.hide()
    return codes


def _write_form(
    book: xlsxwriter.Workbook, sheet: Worksheet, columns: Sequence[Entry], codes: Mapping[str, _Code]
) -> None:
    look = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1}
    required = book.add_format(look | {"bg_color": "#F8CBAD"})
    optional = book.add_format(look | {"bg_color": "#DDEBF7"})
    formats: dict[str, Format] = {}
    for position, entry in enumerate(columns):
        column, value_type = entry.body, entry.body["value_type"]
        is_required = column["is_required"] == "yes"
        number_format = _NUMBER_FORMATS.get(value_type, "@")
        cells = formats.setdefault(number_format, book.add_format({"num_format": number_format}))
        sheet.set_column(position, position, max(12, 2 * len(column["label_zh"]) + 2), cells)
        sheet.write_string(
            0,
            position,
            column["label_zh"] + ("*" if is_required else ""),
            required if is_required else optional,
        )
        if rule := _validation(column, codes):
            sheet.data_validation(1, position, _ROWS, position, rule)
    sheet.freeze_panes(1, 0)


def _validation(column: Mapping[str, str], codes: Mapping[str, _Code]) -> dict[str, object] | None:
    """The validation of a column's cells: in a strict column a wrong value is stopped, else warned of."""
    code = codes.get(column.get("code_list", ""))
    rule: dict[str, object] | None = _RANGES.get(column["value_type"])
    if code and code.labels:
        rule = {"validate": "list", "source": code.reference}
    if rule is None:
        return None
    return rule | {
        "error_type": "stop" if column["is_strict"] == "yes" else "warning",
        "error_title": column["label_zh"][:32],
        "error_message": f"请按“{NOTES_SHEET}”填写。See the sheet {NOTES_SHEET}.",
    }


def _write_notes(
    book: xlsxwriter.Workbook, sheet: Worksheet, columns: Sequence[Entry], codes: Mapping[str, _Code]
) -> None:
    head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    for position, (heading, width) in enumerate(zip(_NOTE_HEADINGS, _WIDTHS, strict=True)):
        sheet.set_column(position, position, width, wrap)
        sheet.write_string(0, position, heading, head)
    for row, entry in enumerate(columns, start=1):
        column = entry.body
        code = codes.get(column.get("code_list", ""))
        cells = (
            column["label_zh"],
            column["label_en"],
            column["column"],
            "必填" if column["is_required"] == "yes" else "选填",
            _TYPES[column["value_type"]],
            "、".join(code.labels) if code else "",
            column.get("example", ""),
            column.get("note_zh", ""),
            entry.source,
            _STATUSES[entry.status],
        )
        for position, cell in enumerate(cells):
            if cell:
                sheet.write_string(row, position, cell, wrap)
    sheet.freeze_panes(1, 1)
