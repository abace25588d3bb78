"""A whole report as one workbook: contents, the forms, their checks, and the notes.

Belongs here: what stands beside the forms. Does not belong here: how a form is laid out and written (`form_book.py` and what it takes),
which figures a report has (`edition.py`).
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import quote_sheetname
from xlsxwriter.worksheet import Worksheet

from warehouse.publish.form_book import laid_out, new_workbook, write_forms
from warehouse.publish.form_frame import SIGNED, Imprint, is_traced
from warehouse.publish.form_layout import A3
from warehouse.publish.form_look import across, write_cell
from warehouse.publish.form_page import FormPage
from warehouse.publish.form_sheet import Place
from warehouse.publish.report.edition import STATES, Check, Edition, Report
from warehouse.publish.sheets import FONT, Look, row_points, safe, set_up_print, set_widths, write_across

CONTENTS, CHECKS, NOTES = "目录", "校验", "说明"
_LEVELS = {"city": "全市", "district": "区划", "department": "主管部门", "unit": "单位"}
_CONTENT_HEADS, _CONTENT_WIDTHS = ("序号", "报表", "工作表", "行数"), (8, 62, 24, 12)
_CHECK_HEADS = ("结果", "报表", "编号", "校验内容", "层级", "代码", "单位", "左边", "右边", "差额", "放行依据")
_CHECK_WIDTHS = (12, 8, 10, 26, 10, 21, 24, 18, 18, 16, 18)
_NOTE_WIDTHS = (6, 100)
_LET_PASS, _FAILED = "经决定放行", "不通过"
#: An amount of a check, as it is written.
_AMOUNT = re.compile(r"-?\d{1,13}(\.\d{1,2})?", re.ASCII)
#: Above the heads of the checks.
_CHECK_TOP = 3


def write_workbook(report: Report, target: Path) -> None:
    """Write a report; the same report gives the same bytes."""
    edition = report.edition
    pages, places = laid_out(report.pages, (CONTENTS, CHECKS, NOTES))
    label = "填报单位" if edition.scope.level == "unit" else "编制单位"
    imprint = Imprint(label, edition.scope.name, version_line(edition), CONTENTS)
    with new_workbook(target, edition.title) as book:
        look = Look(book)
        link = book.add_format(FONT | {"border": 1, "border_color": "#A6A6A6", "font_color": "#0563C1", "underline": 1})
        contents = book.add_worksheet(CONTENTS)
        _write_contents(contents, look, link, report, imprint, pages, places)
        write_forms(book, pages, places, imprint)
        _write_checks(book, look, report)
        _write_notes(book.add_worksheet(NOTES), look, report)


def version_line(edition: Edition) -> str:
    return f"第{edition.version}版　{STATES[edition.state]}"


def _write_contents(
    sheet: Worksheet,
    look: Look,
    link: Format,
    report: Report,
    imprint: Imprint,
    pages: Sequence[FormPage],
    places: Sequence[Place],
) -> None:
    edition, widths = report.edition, _CONTENT_WIDTHS
    set_widths(sheet, widths)
    write_across(sheet, 0, 0, edition.title, widths, look.title)
    year, month = edition.period.split("-")
    failed = len(report.checks)
    let_pass = sum(bool(check.let_pass_by) for check in report.checks)
    counts = report.check_counts
    facts = [
        f"{imprint.entity_label}：{imprint.entity}　期间：{year}年{int(month)}月",
        f"版本：{imprint.version}　数据快照：{edition.snapshot}",
        f"校验：通过 {counts.passed:,} 项，没有可比的数 {counts.not_compared:,} 项，不通过 {failed:,} 项"
        + (f"（其中经决定放行 {let_pass:,} 项）" if let_pass else ""),
    ]
    for row, fact in enumerate(facts, 1):
        write_across(sheet, row, 0, fact, widths, look.alarm if row == len(facts) and failed > let_pass else look.plain)
    row = len(facts) + 2
    sheet.write_row(row, 0, _CONTENT_HEADS, look.head)
    named = [(page.heading, place.sheet, len(page.rows)) for page, place in zip(pages, places, strict=True)]
    named += [("报表校验", CHECKS, len(report.checks)), ("说明事项", NOTES, len(report.notes))]
    for number, (heading, name, count) in enumerate(named, 1):
        row += 1
        sheet.write_number(row, 0, number, look.number)
        sheet.write_url(row, 1, f"internal:{quote_sheetname(name)}!A1", link, safe(heading)[:255])
        sheet.write_string(row, 2, name, look.text)
        sheet.write_number(row, 3, count, look.number)
    row = _write_signatures(sheet, look, row + 2)
    write_across(sheet, row + 2, 0, _how_to_trace(pages), widths, look.plain)
    set_up_print(sheet, edition.title)


def _write_signatures(sheet: Worksheet, look: Look, row: int) -> int:
    for line, (left, right) in enumerate((SIGNED[:2], SIGNED[2:]), row):
        across(sheet, line, 0, 1, left, look.line)
        across(sheet, line, 2, 3, right, look.line)
        sheet.set_row(line, 27)
    return row + 1


def _how_to_trace(pages: Sequence[FormPage]) -> str:
    example = next((page for page in pages if page.rows and is_traced(page)), None)
    said = (
        "溯源：每行末尾（打印范围以外）的“溯源”列是该行的标识，栏目标题的批注是该栏的列名，"
        "合计行和项目竖排的表在每个数字的批注中有完整命令"
    )
    if example is None:
        return f"{said}。"
    return f"{said}，例如 shuzhang trace {example.reference(0, example.columns[-1].name)}。"


def _write_checks(book: xlsxwriter.Workbook, look: Look, report: Report) -> None:
    """What failed, and nobody let pass, first; else in the report's order."""
    sheet, widths = book.add_worksheet(CHECKS), _CHECK_WIDTHS
    set_widths(sheet, widths)
    write_across(sheet, 0, 0, f"{report.edition.title}　报表校验", widths, look.title)
    write_across(
        sheet, 1, 0, "差额＝左边减右边。不通过的，该单位的报告不能发布，经决定放行的除外。", widths, look.plain
    )
    sheet.write_row(_CHECK_TOP - 1, 0, _CHECK_HEADS, look.head)
    ordered = sorted(report.checks, key=lambda check: bool(check.let_pass_by))
    for row, check in enumerate(ordered, _CHECK_TOP):
        result, style = _result(check, look)
        texts = (
            check.form,
            check.code,
            check.name,
            _LEVELS.get(check.level, check.level),
            check.entity_code,
            check.entity_name,
        )
        amounts = (check.left, check.right, check.difference)
        sheet.write_string(row, 0, result, style)
        for column, text in enumerate(texts, 1):
            sheet.write_string(row, column, safe(text), look.text)
        for column, amount in enumerate(amounts, 1 + len(texts)):
            is_amount = _AMOUNT.fullmatch(amount) is not None
            write_cell(
                sheet, row, column, Decimal(amount) if is_amount else amount, look.money if is_amount else look.text
            )
        sheet.write_string(row, len(widths) - 1, safe(check.let_pass_by), look.text)
        sheet.set_row(row, row_points([result, *texts, *amounts, check.let_pass_by], widths))
    sheet.freeze_panes(_CHECK_TOP, 1)
    if ordered:
        sheet.autofilter(_CHECK_TOP - 1, 0, _CHECK_TOP + len(ordered) - 1, len(widths) - 1)
    set_up_print(sheet, f"{report.edition.title}　{CHECKS}", header_rows=_CHECK_TOP)
    sheet.set_paper(A3)


def _result(check: Check, look: Look) -> tuple[str, Format]:
    return (_LET_PASS, look.caution) if check.let_pass_by else (_FAILED, look.alarm)


def _write_notes(sheet: Worksheet, look: Look, report: Report) -> None:
    widths = _NOTE_WIDTHS
    set_widths(sheet, widths)
    write_across(sheet, 0, 0, f"{report.edition.title}　说明事项", widths, look.title)
    for row, note in enumerate(report.notes or ("没有需要说明的事项。",), 2):
        number = row - 1 if report.notes else None
        if number:
            sheet.write_number(row, 0, number, look.number)
        write_across(sheet, row, 1, note, widths, look.text)
    set_up_print(sheet, f"{report.edition.title}　{NOTES}")
