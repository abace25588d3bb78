"""The statement that a unit signs (对账单): its cards against its books at the end of a period, on A4 across, as a workbook.

Belongs here: what the statement says and how it is laid out. Does not belong here: asking (`asking/reconcile.py`), the workbook of all
units (`workbook.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from warehouse.asking.reconcile import Difference, Sum, UnitResult
from warehouse.publish.form_book import FIXED_TIME
from warehouse.publish.sheets import Look, row_points, set_up_print, set_widths

_TITLE = "公共数据资产账账核对单"
_HEADS = ("序号", "资源代码", "资产名称", "金额", "资产卡片", "财务账", "差异", "差异类别", "自何月起", "处理办法")
#: In characters. With these ten columns on a page, text is printed at nine tenths of its size.
_WIDTHS = (5, 17, 22, 9, 16, 16, 16, 13, 11, 31)
_SUM_HEADS = ("金额", "对应科目", "资产卡片", "财务账", "差异", "不符项")
#: The columns that each of them takes.
_SUM_PLACES = ((0, 1), (2, 3), (4, 4), (5, 5), (6, 6), (7, 7))
_NOTE = (
    "差异＝资产卡片金额减财务账金额。资源代码为空的是单位合计，或单位未分到资源的余额。“自何月起”按现有交付逐月末重新比较得出，"
    "未交付账簿的月份不计；“或更早”指没有已知相符的月份。本单由双方核对后签字盖章，各执一份。"
)
_SIGNERS = ("资产管理部门", "财务部门")
#: Excel's doubles hold as much exactly, in cents.
_EXACT = Decimal(10) ** 13


@dataclass(frozen=True)
class Statement:
    """What a statement says: of the unit, in sum, and item by item what differs. period_end: as people write it."""

    period: str
    period_end: str
    unit: UnitResult
    sums: Sequence[Sum]
    differences: Sequence[Difference]


def write_statement(statement: Statement, target: BinaryIO) -> None:
    """Write a statement as XLSX; the same figures give the same bytes."""
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"title": _TITLE, "company": "数账 Shuzhang", "created": FIXED_TIME})
        look = Look(book)
        sheet = book.add_worksheet("对账单")
        set_widths(sheet, _WIDTHS)
        row = _head(sheet, look, statement)
        row = _sums(sheet, look, statement.sums, row)
        row = _items(sheet, look, statement.differences, row + 1)
        _signatures(sheet, look, row + 1)
        set_up_print(sheet, f"{_TITLE}　{statement.unit.entity_name}　{statement.period}")


def _head(sheet: Worksheet, look: Look, statement: Statement) -> int:
    unit = statement.unit
    sheet.write_string(0, 0, _TITLE, look.title)
    sheet.set_row(0, 27)
    about = f"单位：{unit.entity_name}（{unit.holder_code}）　期间：{statement.period}，截至 {statement.period_end}　金额单位：元"
    sheet.write_string(1, 0, about, look.line)
    outcome = (
        f"期末在用卡片 {unit.card_count:,} 张，{unit.differing_count:,} 项与财务账不符。"
        if unit.differing_count
        else f"期末在用卡片 {unit.card_count:,} 张，与财务账全部相符。"
    )
    sheet.write_string(2, 0, outcome, look.line)
    return 4


def _sums(sheet: Worksheet, look: Look, sums: Sequence[Sum], row: int) -> int:
    sheet.write_string(row, 0, "一、汇总", look.part)
    _across(sheet, row + 1, _SUM_HEADS, [look.head] * len(_SUM_HEADS))
    row += 2
    for one in sums:
        accounts = one.account_codes.replace(";", "、")
        values = (
            *(one.amount_label, accounts, one.card_amount_cny, one.ledger_amount_cny, one.difference_cny),
            one.differing_count,
        )
        _across(sheet, row, values, [look.text, look.text, look.money, look.money, look.money, look.number])
        row += 1
    return row


def _across(sheet: Worksheet, row: int, values: Sequence[str | int | Decimal], styles: Sequence[Format]) -> None:
    for (first, last), value, style in zip(_SUM_PLACES, values, styles, strict=True):
        if first < last:
            sheet.merge_range(row, first, row, last, "", style)
        _write(sheet, row, first, value, style)


def _items(sheet: Worksheet, look: Look, differences: Sequence[Difference], row: int) -> int:
    sheet.write_string(row, 0, "二、差异明细", look.part)
    if not differences:
        sheet.write_string(row + 1, 0, "本期各项均相符，没有差异。", look.line)
        return row + 2
    sheet.write_row(row + 1, 0, _HEADS, look.head)
    sheet.repeat_rows(row + 1)
    row += 2
    number, last, mend = 0, None, ""
    for one in differences:
        is_new = one.item_code != last
        number, last = number + is_new, one.item_code
        since = f"{one.since_period}\n或更早" if one.is_maybe_older else one.since_period
        kind = f"{one.difference_label}\n（{one.matching_period}）" if one.matching_period else one.difference_label
        texts = (one.item_code, one.item_label or "", one.amount_label) if is_new else ("", "", one.amount_label)
        values: tuple[str | int | Decimal, ...] = (
            *(number if is_new else "", *texts, one.card_amount_cny, one.ledger_amount_cny, one.difference_cny),
            *(kind, since, one.mend_zh if is_new or one.mend_zh != mend else ""),
        )
        mend = one.mend_zh
        for column, value in enumerate(values):
            style = look.money if isinstance(value, Decimal) else look.of(value)
            _write(sheet, row, column, value, style)
        sheet.set_row(row, row_points([f"{value}" for value in values], _WIDTHS))
        row += 1
    return row


def _signatures(sheet: Worksheet, look: Look, row: int) -> None:
    width = sum(_WIDTHS)
    sheet.merge_range(row, 0, row, len(_WIDTHS) - 1, _NOTE, look.plain)
    sheet.set_row(row, row_points([_NOTE], [width]))
    for place, signer in zip((0, 5), _SIGNERS, strict=True):
        for line, words in enumerate(
            (
                f"{signer}（盖章）：",
                "经办人（签字）：＿＿＿＿＿＿＿＿",
                "负责人（签字）：＿＿＿＿＿＿＿＿",
                "日　期：＿＿＿＿年＿＿月＿＿日",
            )
        ):
            sheet.write_string(row + 2 + line, place, words, look.line)
            sheet.set_row(row + 2 + line, 24)


def _write(sheet: Worksheet, row: int, column: int, value: str | int | Decimal, style: Format) -> None:
    if isinstance(value, Decimal) and abs(value) < _EXACT:
        sheet.write_number(row, column, value, style)  # type: ignore[arg-type]  # Decimal is written by its own text
    elif isinstance(value, int):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, f"{value:,}" if isinstance(value, Decimal) else value, style)
