"""The XLSX template of a kind of delivery: a sheet to fill in, with an example that is no record, and 填写说明 that says how.

Belongs here: how the columns of policy/delivery_column.csv look in a workbook. Does not belong here: which columns there are, reading a
filled-in template (`readers/tables/xlsx_file.py`), and telling its example from records (`readers/tables/remarks.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, NamedTuple

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from readers.kinds import KINDS
from readers.policy.files import Entry, PolicyOnDay
from warehouse.publish.sheets import FONT, Look, row_points, set_up_print, set_widths, write_across, write_row

NOTES_SHEET = "填写说明"
_CODES_SHEET = "代码表"

#: Rows that have validation lists and formats.
_ROWS = 10_000
_NOTE_HEADINGS = (
    "中文列名", "英文释义", "英文列名", "是否必填", "类型", "可选值", "示例", "说明", "出处", "状态",
)  # fmt: skip
_NOTE_WIDTHS = (18, 18, 20, 9, 9, 34, 24, 32, 22, 11)
_TYPES = {
    "text": "文本",
    "code": "代码",
    "date": "日期",
    "month": "月份",
    "amount": "元，两位小数",
    "decimal": "系数或比率，六位小数",
    "integer": "整数",
}
_STATUSES = {"official": "正式", "secondary": "二手", "unverified": "未核实", "proposal": "本系统建议"}
#: Text formats keep leading zeros and long codes; months too, which a spreadsheet would turn into dates.
_NUMBER_FORMATS = {"date": "yyyy-mm-dd", "amount": "#,##0.00", "decimal": "0.00####", "integer": "0"}
_RANGES = {
    "date": {
        "validate": "date",
        "criteria": "between",
        "minimum": date(1900, 1, 1),
        "maximum": date(9999, 12, 31),
    },
    "amount": {"validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15},
    "decimal": {"validate": "decimal", "criteria": "between", "minimum": -999_999, "maximum": 999_999},
    "integer": {
        "validate": "integer",
        "criteria": "between",
        "minimum": -999_999_999,
        "maximum": 999_999_999,
    },
}
#: A column is as wide as its heading and its example ask, within these bounds.
_NARROWEST, _WIDEST = 12, 28
#: Wider sheets take several pages of A4 across: on one, their print could not be read.
_PAGE_CHARS = 170


class _Code(NamedTuple):
    """A code list in the workbook: its labels, and the range that holds them."""

    labels: tuple[str, ...]
    reference: str


def write_template(
    kind: str, policy: PolicyOnDay, target: Path | BinaryIO, begun: Sequence[Mapping[str, object]] = ()
) -> None:
    """Write the template of a kind; a catalogue's has the columns of resources, then of fields (信息项).

    Sheet 1 has the Chinese headings, required ones marked by `*` and colour, and an example below them that readers set aside, so that
    rows are filled in below. The same policy gives the same bytes.

    Args:
        begun: rows that are written below the example, as cells by column: what is known of them; the rest is filled in.

    Raises:
        KeyError: there is no such kind.
    """
    kinds = (kind, f"{kind}.field")
    columns = [e for k in kinds for e in policy.of("delivery_column") if e.body["kind"] == k]
    if not columns:
        raise KeyError(kind)
    title = f"{KINDS[kind].name_zh} 交付模板"
    with xlsxwriter.Workbook(target) as book:
        book.set_properties({"title": title, "created": datetime(2025, 1, 1, tzinfo=UTC)})
        look = Look(book)
        sheet = book.add_worksheet(KINDS[kind].name_zh)
        notes = book.add_worksheet(NOTES_SHEET)
        codes = _write_codes(book.add_worksheet(_CODES_SHEET), columns, policy)
        mark = example_mark(policy)
        across = _write_form(book, sheet, columns, codes, mark)
        _write_begun(book, sheet, columns, begun, 2 if mark else 1)
        set_up_print(sheet, title, header_rows=1, pages_across=across)
        _write_notes(notes, columns, codes, look, mark)
        set_up_print(notes, f"{title} {NOTES_SHEET}", header_rows=1)


def example_mark(policy: PolicyOnDay) -> str:
    """What an example begins with, by which readers know it wherever it stands; empty where the policy has no word for it."""
    words = (entry.body["word"] for entry in policy.of("table_word") if entry.body["role"] == "example_row")
    word = next(words, "")
    return f"【{word}】" if word else ""


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
    book: xlsxwriter.Workbook, sheet: Worksheet, columns: Sequence[Entry], codes: Mapping[str, _Code], mark: str
) -> int:
    """Write the sheet to fill in; returns over how many pages its columns go in print."""
    look = FONT | {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1}
    required = book.add_format(look | {"bg_color": "#F8CBAD"})
    optional = book.add_format(look | {"bg_color": "#DDEBF7"})
    formats: dict[str, Format] = {}
    widths, headings, examples = [], [], []
    for position, entry in enumerate(columns):
        column, value_type = entry.body, entry.body["value_type"]
        is_required = column["is_required"] == "yes"
        heading = column["label_zh"] + ("*" if is_required else "")
        example = (mark if position == 0 else "") + column.get("example", "") if mark else ""
        width = min(_WIDEST, max(_NARROWEST, *(len(text.encode("gb18030")) + 2 for text in (heading, example))))
        number_format = _NUMBER_FORMATS.get(value_type, "@")
        cells = formats.setdefault(number_format, book.add_format(FONT | {"num_format": number_format}))
        sheet.set_column(position, position, width, cells)
        sheet.write_string(0, position, heading, required if is_required else optional)
        if example:
            _write_example(book, sheet, position, example, value_type)
        if rule := _validation(column, codes):
            sheet.data_validation(1, position, _ROWS, position, rule)
        widths.append(width)
        headings.append(heading)
        examples.append(example)
    sheet.set_row(0, row_points(headings, widths))
    if mark:
        sheet.set_row(1, row_points(examples, widths))
    sheet.freeze_panes(1, 0)
    sheet.repeat_columns("A:A")
    return 1 + sum(widths) // _PAGE_CHARS


def _write_example(book: xlsxwriter.Workbook, sheet: Worksheet, position: int, example: str, value_type: str) -> None:
    """Write a cell of the example as a person's own would be: a date is a date, an amount a number."""
    number_format = _NUMBER_FORMATS.get(value_type, "@")
    style = book.add_format(
        FONT
        | {"num_format": number_format, "italic": True, "font_color": "#7F7F7F", "text_wrap": True, "valign": "top"}
    )
    if value_type == "date":
        sheet.write_datetime(1, position, datetime.fromisoformat(example), style)
    elif value_type in ("amount", "decimal", "integer"):
        sheet.write_number(1, position, float(example), style)
    else:
        sheet.write_string(1, position, example, style)


def _write_begun(
    book: xlsxwriter.Workbook,
    sheet: Worksheet,
    columns: Sequence[Entry],
    rows: Sequence[Mapping[str, object]],
    first: int,
) -> None:
    """Write the rows that were begun, from row `first` on; what is open in them is marked."""
    mark = {"bg_color": "#FFF2CC", "border": 1, "border_color": "#A6A6A6"}
    formats = {of: book.add_format(FONT | {"num_format": of}) for of in ("@", *_NUMBER_FORMATS.values())}
    open_cells = {of: book.add_format(FONT | mark | {"num_format": of}) for of in formats}
    for row, cells in enumerate(rows, start=first):
        for position, entry in enumerate(columns):
            value, value_type = cells.get(entry.body["column"]), entry.body["value_type"]
            style = formats[_NUMBER_FORMATS.get(value_type, "@")]
            if value is None:
                sheet.write_blank(row, position, None, open_cells[_NUMBER_FORMATS.get(value_type, "@")])
            elif isinstance(value, date):
                sheet.write_datetime(row, position, datetime.combine(value, time()), style)
            elif isinstance(value, int | Decimal):
                sheet.write_number(row, position, value, style)  # type: ignore[arg-type]  # Decimal is written by its own text
            else:
                sheet.write_string(row, position, str(value), style)


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


def _write_notes(sheet: Worksheet, columns: Sequence[Entry], codes: Mapping[str, _Code], look: Look, mark: str) -> None:
    set_widths(sheet, _NOTE_WIDTHS)
    write_row(sheet, 0, _NOTE_HEADINGS, _NOTE_WIDTHS, look, look.head)
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
        write_row(sheet, row, cells, _NOTE_WIDTHS, look)
    for row, advice in enumerate(_advice(mark), start=len(columns) + 2):
        write_across(sheet, row, 0, advice, _NOTE_WIDTHS, look.plain)
    sheet.freeze_panes(1, 1)


def _advice(mark: str) -> list[str]:
    """How the sheet is filled in."""
    lines = [
        "红色、带 * 的列必填，蓝色的列选填；列名不要改动。\nRed columns with * are required, blue ones are optional; keep the headings.",
        "代码列是文本格式，请勿改为数字，否则末位丢失；单元格有下拉列表的，从中选择。\n"
        "Codes are text: as numbers they lose their last digits. Where a cell has a list, choose from it.",
    ]
    if mark:
        lines.append(
            f"第 2 行是示例：以“{mark}”开头的行不作为记录，可保留也可删除；自己的记录请写在其下，不要带此标记。\n"
            "Row 2 is an example: a row that begins so is no record, and may stay. Write your records below, without that mark."
        )
    return [f"{number}. {line}" for number, line in enumerate(lines, start=1)]
