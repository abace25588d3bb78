"""The workbook of a report: every number as the report has it, before and after LibreOffice reckons; totals, traces, checks, texts."""

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from tests.workbooks import as_shown, assert_shows, needs_libreoffice, page, recalculated
from warehouse.publish import form_book
from warehouse.publish.form_page import FormColumn, FormPage
from warehouse.publish.report.edition import DRAFT, GOVERNMENT, Check, CheckCounts, Edition, Report, Scope
from warehouse.publish.report.workbook import CHECKS, CONTENTS, NOTES, write_workbook

pytestmark = pytest.mark.slow

TAKEN = (CONTENTS, CHECKS, NOTES)
NAMES = [FormColumn("entity_name", "", "单位", "text"), FormColumn("entity_code", "", "代码", "text")]
PARENT = FormColumn("parent_code", "", "上级", "text")
AMOUNTS = [
    FormColumn(f"{time}_{kind}", time, kind, "count" if kind == "数量" else "money")
    for time in ("期初", "增加", "减少", "期末")
    for kind in ("数量", "原值", "摊销", "净值")
]
SHARE = FormColumn("share_pct", "", "比率（%）", "percent")
EDITION = Edition("2026-06", Scope("city", "city", "示例市"), GOVERNMENT, "行政事业性", 2, DRAFT, 77)
CHECK = Check("r1", "R1-1", "期末＝期初＋增加－减少", "city", "city", "全市", "10.00", "10.00", "0.00", "")


def _rows(codes: Sequence[str], parents: Sequence[str]) -> list[tuple]:
    """Units whose cents do not add up in doubles."""
    rows = []
    for number, (code, parent) in enumerate(zip(codes, parents, strict=True), 1):
        amounts = [
            number * n if column.label == "数量" else Decimal(number * n * 1111).scaleb(-2)
            for n, column in enumerate(AMOUNTS)
        ]
        rows.append((f"单位{code}", code, parent, *amounts, Decimal("33.33")))
    return rows


def _summed(name: str, code: str, parent: str | None, rows: Sequence[tuple]) -> tuple:
    sums = [sum(cells) for cells in zip(*(row[3:-1] for row in rows), strict=True)]
    return (name, code, parent, *sums, Decimal("0.00"))


UNITS = _rows([f"u{n:02}" for n in range(40)], [f"d{n // 4}" for n in range(40)])
DEPARTMENTS = [_summed(f"部门{n}", f"d{n}", "city", UNITS[4 * n : 4 * n + 4]) for n in range(10)]
CITY = [_summed("全市", "city", None, UNITS)]
#: Amounts and the share of each row.
NUMBERS = (40 + 10 + 1) * 17


def _page(rows: Sequence[tuple], level: str, label: str, form: str = "r1") -> FormPage:
    keys = [("2026-06", level, row[1]) for row in rows]
    return page(form, [*NAMES, PARENT, *AMOUNTS, SHARE], rows, keys, label=label)


def _report(*pages: FormPage, checks: Sequence[Check] = (CHECK,), notes: Sequence[str] = ("某馆未报送。",)) -> Report:
    return Report(EDITION, pages, (), checks, notes)


WHOLE = _report(_page(CITY, "city", "全市"), _page(DEPARTMENTS, "department", "主管部门"), _page(UNITS, "unit", "单位"))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "report.xlsx"


def _written(report: Report, target: Path, *, given: bool = True) -> Any:
    """Written and opened: its formulas, or the values that are given for them."""
    write_workbook(report, target)
    return openpyxl.load_workbook(target, data_only=given)


def test_every_number_is_that_of_the_report(target: Path) -> None:
    numbers = assert_shows(_written(WHOLE, target), WHOLE.pages, TAKEN)
    assert numbers == NUMBERS


@needs_libreoffice
def test_every_number_is_that_of_the_report_when_libreoffice_reckons(target: Path, tmp_path: Path) -> None:
    write_workbook(WHOLE, target)
    assert assert_shows(recalculated(target, tmp_path), WHOLE.pages, TAKEN) == NUMBERS


def test_totals_are_formulas_over_what_they_sum(target: Path) -> None:
    book = _written(WHOLE, target, given=False)
    # The city's form has one row and is turned: the count of the opening is its second item, below the parent.
    assert book["全市"]["C6"].value == "=ROUND(SUM(主管部门!D5:D14),2)"
    assert book["主管部门"]["E6"].value == "=ROUND(SUM(单位!E9:E12),2)"
    formulas = [
        sum(isinstance(cell.value, str) and cell.value.startswith("=") for row in sheet.iter_rows() for cell in row)
        for sheet in book
    ]
    assert formulas == [0, 16, 10 * 16, 0, 0, 0]


def test_a_total_that_is_not_the_sum_is_a_number_and_the_sheet_says_so(target: Path) -> None:
    city = [(*CITY[0][:4], CITY[0][4] + Decimal("0.01"), *CITY[0][5:])]
    report = _report(_page(city, "city", "全市"), *WHOLE.pages[1:])
    sheet = _written(report, target, given=False)["全市"]
    assert Decimal(str(sheet["C7"].value)) == city[0][4]
    assert sheet["C8"].value.startswith("=")
    (said,) = (cell.value for (cell, *_) in sheet.iter_rows() if str(cell.value).startswith("注："))
    assert f"全市 期初原值 {city[0][4]:,}，明细之和 {CITY[0][4]:,}，差 0.01" in said
    assert sheet["C7"].fill.fgColor.rgb != sheet["C8"].fill.fgColor.rgb


def test_each_figure_leads_to_its_sources(target: Path) -> None:
    book = _written(WHOLE, target)
    assert book["全市"]["C7"].comment.text == f"shuzhang trace {WHOLE.pages[0].reference(0, '期初_原值')}"
    units = book["单位"]
    heads = {cell.value: cell for cell in units[4] if cell.value}
    trace, cost = heads["溯源"], heads["原值"]
    column = cost.comment.text.rpartition("--column ")[2]
    assert f"{units.cell(7, trace.column).value} --column {column}" == WHOLE.pages[2].reference(2, column)
    # Beyond what is printed.
    assert units.print_area.endswith(f"$T${units.max_row}")
    assert trace.column > 20


def test_a_sheet_has_the_look_of_a_government_form(target: Path) -> None:
    book = _written(WHOLE, target)
    units = book["单位"]
    assert units["A1"].value is None
    assert units["C1"].value == "某表（单位）"
    assert units["A2"].value == "编制单位：示例市"
    line = [cell.value for cell in units[2] if cell.value]
    assert {"期间：2026年6月", "金额单位：元"} <= {*line}
    signed = [cell.value for cell in units[45] if cell.value]
    assert [text.partition("：")[0] for text in signed[:4]] == ["单位负责人", "财务负责人", "填表人", "填报日期"]
    assert "D3:G3" in {str(merged) for merged in units.merged_cells.ranges}
    assert '"-"' in units["E5"].number_format
    assert (units.freeze_panes, units.auto_filter.ref) == ("C5", "A4:T44")
    assert (units.print_title_rows, units.page_setup.paperSize) == ("$1:$4", 8)
    assert "&P" in units.oddFooter.center.text
    assert units.oddFooter.right.text == "第2版　草稿"
    assert book["全市"].page_setup.paperSize == 9


@needs_libreoffice
def test_money_in_wan_is_shown_in_wan_and_is_yuan_to_whoever_reckons_with_it(target: Path, tmp_path: Path) -> None:
    amounts = (Decimal("12345678.90"), Decimal("5.00"), Decimal("-98765.43"), Decimal("0.00"))
    columns = [NAMES[0], *(FormColumn(f"a{n}_cny", "", f"原值{n}", "money", True) for n in range(len(amounts)))]
    write_workbook(_report(page("r1", columns, [("某局", *amounts)])), target)
    sheet = openpyxl.load_workbook(target)["表"]
    assert [sheet.cell(5, 2 + n).value for n in range(4)] == [float(amount) for amount in amounts]
    assert any("金额单位：万元（单元格的值为元）" in str(cell.value) for cell in sheet[2])
    shown = as_shown(target, tmp_path, sheets=[CONTENTS, "表"])
    assert [cell.strip() for cell in shown[4][1:5]] == ["1234.5679", "0.0005", "-9.8765", "-"]


def test_contents_lead_to_every_sheet(target: Path) -> None:
    book = _written(WHOLE, target)
    assert book.sheetnames == [CONTENTS, "全市", "主管部门", "单位", CHECKS, NOTES]
    assert book[CONTENTS]["A1"].value == EDITION.title
    links = [cell.hyperlink.location for (_, cell, *_) in book[CONTENTS].iter_rows() if cell.hyperlink]
    assert links == [f"{name}!A1" for name in book.sheetnames[1:]]
    assert any(cell.hyperlink for cell in book["单位"][1])


def test_the_report_of_a_unit_names_it_as_the_one_that_reports(target: Path) -> None:
    edition = replace(EDITION, scope=Scope("unit", "u1", "某局"))
    assert _written(replace(WHOLE, edition=edition), target)["单位"]["A2"].value == "填报单位：某局"


def test_checks_show_what_nobody_let_pass_first_with_its_amounts(target: Path) -> None:
    failed = replace(CHECK, code="R1-2", left="7.10", right="-0.05", difference="7.15")
    let_pass = replace(failed, code="R1-3", left="12345678901234567.89", let_pass_by="某决〔2026〕3号")  # noqa: S106
    book = _written(replace(WHOLE, checks=[let_pass, failed], check_counts=CheckCounts(1399, 2)), target)
    rows = [*book[CHECKS].iter_rows(min_row=4, values_only=True)]
    assert [(row[0], row[2]) for row in rows] == [("不通过", "R1-2"), ("经决定放行", "R1-3")]
    assert rows[0][7:10] == (7.1, -0.05, 7.15)
    assert rows[1][7:11] == ("12345678901234567.89", -0.05, 7.15, "某决〔2026〕3号")
    said = "校验：通过 1,399 项，没有可比的数 2 项，不通过 2 项（其中经决定放行 1 项）"
    assert book[CONTENTS]["A4"].value == said


def test_notes_are_all_there(target: Path) -> None:
    notes = ["甲馆未报送，不按零计入。" * 40, "使用与收益尚未记录。"]
    sheet = _written(replace(WHOLE, notes=notes), target)[NOTES]
    assert [row[1] for row in sheet.iter_rows(min_row=3, values_only=True)] == notes
    assert "没有" in str(_written(replace(WHOLE, notes=[]), target)[NOTES]["B3"].value)


def test_money_beyond_15_digits_stays_exact_and_what_is_not_recorded_is_not_zero(target: Path) -> None:
    columns = [*NAMES, FormColumn("cost_cny", "", "原值", "money")]
    amounts = [
        Decimal("9999999999999.99"),
        Decimal("-123456789012345678.90"),
        Decimal("10000000000000.00"),
        None,
        "尚未记录",
        Decimal("0.00"),
    ]
    one = page("r3", columns, [(f"{n}", f"{n}", amount) for n, amount in enumerate(amounts)])
    sheet = _written(_report(one), target)["表"]
    shown = [sheet.cell(row, 3).value for row in range(5, 11)]
    assert shown == [9999999999999.99, "-123456789012345678.90", "10000000000000.00", None, "尚未记录", 0]


TEXTS = [
    '=HYPERLINK("http://x","y")',
    "http://x.example",
    "+1",
    "@x",
    "<r>1 < 2</r>",
    "<b>&amp;",
    "a\x00\x0b\x1b",
    "\ufffe",
    "'",
    "字" * 40_000,
]


@pytest.mark.parametrize("text", TEXTS)
def test_outside_text_is_text_and_nothing_else(target: Path, text: str) -> None:
    column = FormColumn("note", text[:300], text[:300], "note")
    one = page("r1", [*NAMES, column], [(text, text, text)], note=text[:300], label=text)
    edition = replace(EDITION, scope=Scope("city", "city", text[:300]))
    check = replace(CHECK, name=text, entity_name=text, left=text, let_pass_by=text)
    book = _written(replace(_report(one, checks=[check], notes=[text]), edition=edition), target, given=False)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if cell.hyperlink and cell.hyperlink.location is None]
    with zipfile.ZipFile(target) as parts:
        for name in parts.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                ElementTree.fromstring(parts.read(name))  # noqa: S314 - written by ourselves
    if text.isprintable() and len(text) < 1000:
        assert sum(str(cell.value).rstrip() == text for cell in cells) >= 3


def test_the_same_report_gives_the_same_bytes(target: Path, tmp_path: Path) -> None:
    write_workbook(WHOLE, target)
    write_workbook(WHOLE, tmp_path / "again.xlsx")
    assert target.read_bytes() == (tmp_path / "again.xlsx").read_bytes()


def test_sheets_have_names_that_excel_takes(target: Path) -> None:
    labels = ["全市", "全市", "a/b:c?" * 10, "a/b:c?" * 10, CHECKS, "History", "'", "", "单位", "单位 "]
    pages = [replace(_page(CITY, "city", label), form=f"r{n}") for n, label in enumerate(labels)]
    names = _written(_report(*pages), target).sheetnames
    assert names[1:4] == ["R0 全市", "R1 全市", "R2 a_b_c_a_b_c_a_b_c_a_b_c_a_b_"]
    assert len({name.casefold() for name in names}) == len(names) == 13
    assert all(0 < len(name) <= 31 for name in names)


def test_what_no_sheet_has_room_for_goes_on_on_the_next(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_book, "MOST_ROWS", 8)
    book = _written(WHOLE, target, given=False)
    assert book.sheetnames[1:6] == ["全市", "主管部门", "主管部门（续1）", "单位", "单位（续1）"]
    assert book["主管部门"]["E5"].value == "=ROUND(SUM(单位!E5:E8),2)"
    assert book["主管部门（续1）"]["E6"].value == "=ROUND(SUM('单位（续4）'!E9:E12),2)"
    assert book["全市"]["C6"].value == "=ROUND(SUM(主管部门!D5:D12,'主管部门（续1）'!D5:D6),2)"
    assert assert_shows(openpyxl.load_workbook(target, data_only=True), WHOLE.pages, TAKEN) == NUMBERS


def test_a_list_that_may_come_back_as_a_delivery_has_nothing_beside_its_columns(target: Path) -> None:
    one = page("stock_count", NAMES, [("甲", "1")], [("card",)], table="registry.count_item")
    sheet = _written(_report(one), target)["表"]
    texts = [cell.value for row in sheet.iter_rows(min_row=3) for cell in row if cell.value is not None]
    assert texts == ["单位", "代码", "甲", "1", "说明：自编。"]
