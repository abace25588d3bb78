"""Tables are read as they are meant: what people put around records, and what spreadsheets do to values, is told, never taken silently."""

import datetime
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from reading import Got, layout, read_all

from readers.headings import heading_key
from readers.problems import WARNING
from readers.records import Reading
from readers.tables.number_format import number_text
from readers.values import amount, date, integer

COSTS = ("信息资源代码", "凭证号", "分录号", "金额（元）", "入账日期", "摊销月数")
CATALOG = ("信息资源代码", "信息资源名称", "信息资源提供方", "共享类型")
Rows = Sequence[Sequence[Any]]


def csv_of(folder: Path, rows: Rows, kind: str) -> tuple[Reading, list[Got]]:
    text = "\n".join(",".join(str(cell) for cell in row) for row in rows)
    (folder / "file").write_text(text, "utf-8")
    return read_all(folder / "file", kind)


def xlsx_of(folder: Path, rows: Rows, kind: str, book: openpyxl.Workbook | None = None) -> tuple[Reading, list[Got]]:
    book = book or openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(folder / "file")
    return read_all(folder / "file", kind)


def rules(record: Got) -> list[tuple[str, str]]:
    return [(violation["rule"], violation["column"]) for violation in record.violations]


def amounts(got: list[Got]) -> list[str | None]:
    return [record.body.get("amount_cny") for record in got]


@pytest.mark.parametrize(
    ("above", "heading", "yuan"),
    [
        ("", "金额（万元）", "125000"),
        ("", "金额(千元)", "12500"),
        ("", "金额\n（万元）", "125000"),
        ("", "金额（单位：亿元）", "1250000000"),
        ("", "金额万元", "125000"),
        ("", "amount (CNY 10,000)", "125000"),
        ("单位：万元", "金额", "125000"),
        ("金额单位：人民币万元", "金额", "125000"),
        ("成本表（千元）", "金额", "12500"),
        ("Unit: CNY 10,000", "amount_cny", "125000"),
        ("单位：元", "金额（元）", "12.5"),
        ("编制单位：示例局", "金额（元）", "12.5"),
    ],
)
def test_amounts_come_in_the_unit_that_is_named(tmp_path: Path, above: str, heading: str, yuan: str) -> None:
    rows = [["凭证号", "分录号", heading], ["记-1", 1, 12.5]]
    reading, (record,) = xlsx_of(tmp_path, [[above], *rows] if above else rows, "costs")
    assert (record.body["amount_cny"], record.violations) == (yuan, [])
    assert any(note.startswith(WARNING) for note in reading.notes) == (yuan != "12.5")


@pytest.mark.parametrize(
    ("above", "heading", "rule"),
    [
        ("金额单位：万元", "金额（元）", "unit_conflict"),
        ("单位：美元", "金额", "unit_conflict"),
        ("", "金额（美元）", "unit_conflict"),
        ("", "金额", "unit_missing"),
    ],
)
def test_amounts_whose_unit_is_in_doubt_are_rejected(tmp_path: Path, above: str, heading: str, rule: str) -> None:
    _, (record,) = csv_of(tmp_path, [[above], ["凭证号", "分录号", heading], ["记-1", 1, 12.5]], "costs")
    assert rules(record) == [(rule, "amount_cny")]
    _, (record,) = csv_of(tmp_path, [[above], ["凭证号", "分录号", heading], ["记-1", 1, "12.5万元"]], "costs")
    assert (record.body["amount_cny"], record.violations) == ("125000", [])  # the cell says it itself


@given(st.integers(-(10**12), 10**12), st.sampled_from([("万元", 10_000), ("千元", 1000), ("亿元", 10**8), ("元", 1)]))
def test_an_amount_with_its_unit_is_multiplied_exactly(cents: int, unit: tuple[str, int]) -> None:
    money = layout("costs").notation.money
    text = f"{Decimal(cents).scaleb(-2)}"
    by_cell, by_column = amount(f"{text}{unit[0]}", money), amount(text, money, Decimal(unit[1]))
    assert by_cell == by_column
    assert by_cell is not None
    assert Decimal(by_cell) == Decimal(cents).scaleb(-2) * unit[1]


@pytest.mark.parametrize(
    ("value", "form", "yuan", "rule"),
    [
        (125000, '0!.0,"万元"', "125000", None),
        (125000, '0.00,"千元"', "125000", None),
        (12.5, '0.00"万元"', "125000", None),
        (123456, '0"."0000"万元"', "123456", None),
        (-1250.5, "#,##0.00_);(#,##0.00)", "-1250.5", None),
        (125000, "0.0,", "125000", "number_format"),
        (0.5, "0%", "0.5", "number_format"),
    ],
)
def test_an_amount_is_what_its_cell_shows(tmp_path: Path, value: float, form: str, yuan: str, rule: str | None) -> None:
    with xlsxwriter.Workbook(tmp_path / "file") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["凭证号", "分录号", "金额（元）"])
        sheet.write_row(1, 0, ["记-1", 1])
        sheet.write_number(1, 2, value, book.add_format({"num_format": form}))
    _, (record,) = read_all(tmp_path / "file", "costs")
    assert record.body["amount_cny"] == yuan
    assert rules(record) == ([(rule, "amount_cny")] if rule else [])


FOOTERS = (
    ["小计", "", "", 301, "", ""],
    ["", "合计", "", 301, "", ""],
    ["示例市交通局小计", "", "", 301, "", ""],
    ["备注：本表按季度填写。", "", "", "", "", ""],
    ["", "注：含上半年", "", "", "", ""],
    ["填表人：张某", "", "", "审核人：李某", "", ""],
    ["填报日期：2026年6月30日", "", "", "", "", ""],
)


@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize("write", [csv_of, xlsx_of])
def test_totals_notes_and_signatures_are_no_records(tmp_path: Path, footer: list[Any], write: Any) -> None:
    reading, got = write(tmp_path, [COSTS, ["R1", "记-1", 1, 301, "2026-01-05", 36], footer], "costs")
    assert [record.body["voucher_no"] for record in got] == ["记-1"]
    text = next(str(cell) for cell in footer if cell)
    assert any(text in note for note in reading.notes)


def test_what_only_looks_like_a_total_or_a_note_stays_a_record(tmp_path: Path) -> None:
    titles = ["医疗费用合计", "备注信息", "注册企业名录", "说明书目录", "示例市道路", "填表人名录", "合计"]
    rows = [[f"A/{number}", title, "示例局", "无条件共享"] for number, title in enumerate(titles)]
    _, got = csv_of(tmp_path, [CATALOG, *rows], "catalog")
    assert [record.body["title"] for record in got] == titles
    fields = [["停车场", name, "字符型"] for name in ("合计", "备注", "说明", "联系电话")]
    _, got = csv_of(tmp_path, [["信息资源名称", "信息项名称", "数据类型"], *fields], "catalog")
    assert [field["name"] for record in got for field in record.body["fields"]] == ["合计", "备注", "说明", "联系电话"]


def test_totals_of_a_ledger_in_json_are_no_records(tmp_path: Path) -> None:
    rows = [
        {"period": "2026-06", "account_code": "1701", "opening_cny": 0, "closing_cny": 100},
        {"period": "2026-06", "account_code": "合计", "opening_cny": 0, "closing_cny": 100},
    ]
    (tmp_path / "file").write_text(json.dumps({"rows": rows}), "utf-8")
    reading, got = read_all(tmp_path / "file", "ledger")
    assert [record.pointer for record in got] == ["/rows/0"]
    assert any("/rows/1" in note for note in reading.notes)


@pytest.mark.parametrize(
    "row",
    [
        ["(1)", "(2)", "(3)", "(4)"],
        ["甲", "乙", "1", "2"],
        ["①", "②", "③", "④"],
        ["必填", "必填", "选填", "选填"],
        ["示例：A/0", "示例：某某信息", "某某局", "无条件共享"],
        ["（示例）A/0", "某某信息", "某某局", "无条件共享"],
    ],
)
def test_what_stands_right_below_a_header_to_explain_it_is_no_record(tmp_path: Path, row: list[str]) -> None:
    record = ["A/1", "停车场", "示例局", "无条件共享"]
    reading, got = csv_of(tmp_path, [CATALOG, row, record], "catalog")
    assert [found.body["identifier"] for found in got] == ["A/1"]
    assert any(row[0] in note for note in reading.notes)
    _, got = csv_of(tmp_path, [CATALOG, record, row], "catalog")
    assert len(got) == 2  # further down it may be one


def test_a_header_is_known_with_what_says_that_it_must_be_filled(tmp_path: Path) -> None:
    headings = ["信息资源代码*", "信息资源名称（必填）", "信息资源 提供方[选填]", "【必填】共享类型"]
    _, (record,) = csv_of(tmp_path, [headings, ["A/1", "停车场", "示例局", "无条件共享"]], "catalog")
    assert set(record.body) == {"identifier", "title", "provider_name", "share_type"}


@pytest.mark.parametrize("write", [csv_of, xlsx_of])
def test_a_header_that_comes_again_starts_the_table_anew(tmp_path: Path, write: Any) -> None:
    turned = ["信息资源名称", "信息资源代码", "信息资源提供方", "共享类型"]
    rows = [
        ["一、市级", "", "", ""],
        CATALOG,
        ["A/1", "甲", "示例局", "无条件共享"],
        CATALOG,
        ["A/2", "乙", "示例局", "无条件共享"],
        ["", "", "", ""],
        ["二、区级", "", "", ""],
        turned,
        ["丙", "B/1", "示例局", "无条件共享"],
    ]
    reading, got = write(tmp_path, rows, "catalog")
    assert [(record.body["identifier"], record.body["title"]) for record in got] == [
        ("A/1", "甲"),
        ("A/2", "乙"),
        ("B/1", "丙"),
    ]
    assert any("二、区级" in note for note in reading.notes)


def test_a_unit_above_a_later_part_holds_for_that_part(tmp_path: Path) -> None:
    head = ["凭证号", "分录号", "金额"]
    rows = [["单位：元", "", ""], head, ["记-1", 1, 5], ["单位：万元", "", ""], head, ["记-2", 1, 5]]
    assert amounts(csv_of(tmp_path, rows, "costs")[1]) == ["5", "50000"]


def test_balances_of_two_sides_are_one_amount(tmp_path: Path) -> None:
    rows = [
        ["会计期间", "科目代码", "期初余额（万元）", "", "本期发生额", "", "期末余额", ""],
        ["", "", "借方", "贷方", "借方", "贷方", "借方", "贷方"],
        ["2026-06", "1702", 0, "1.5", 0, 5, 0, "20.5"],
    ]
    _, (record,) = csv_of(tmp_path, [["单位：万元"], *rows], "ledger")
    assert (record.body["opening_cny"], record.body["closing_cny"]) == ("-15000", "-205000")
    assert (record.body["debit_cny"], record.body["credit_cny"]) == ("0", "50000")


def test_a_provider_that_is_named_once_for_a_group_is_told_for_each(tmp_path: Path) -> None:
    rows = [
        ["信息资源提供方", "信息资源名称", "共享类型"],
        ["城管局", "停车场", "无条件共享"],
        ["", "公厕", "有条件共享"],
    ]
    _, got = csv_of(tmp_path, rows, "catalog")
    assert [record.body["provider_name"] for record in got] == ["城管局", "城管局"]
    assert [rules(record) for record in got] == [[], [("filled_down", "provider_name")]]


def test_hidden_sheets_are_not_read_and_hidden_rows_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for state in ("hidden", "veryHidden"):
        old = book.create_sheet(state, 0)
        old.append(CATALOG)
        old.append(["A/9", "旧", "示例局", "无条件共享"])
        old.sheet_state = state
    sheet = book["Sheet"]
    book.active = sheet
    sheet.row_dimensions[3].hidden = True
    rows = [CATALOG, ["A/1", "甲", "示例局", "无条件共享"], ["A/2", "乙", "示例局", "无条件共享"]]
    reading, got = xlsx_of(tmp_path, rows, "catalog", book)
    assert [record.body["identifier"] for record in got] == ["A/1", "A/2"]
    warnings = [note for note in reading.notes if note.startswith(WARNING)]
    assert any("hidden" in note and "veryHidden" in note for note in warnings)
    assert any("（3）" in note for note in warnings)


def test_hidden_sheets_of_the_old_format_are_not_read(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    for name, visibility in (("旧", 1), ("新", 0)):
        sheet = book.add_sheet(name)
        sheet.visibility = visibility
        for number, row in enumerate([CATALOG, [f"{name}/1", name, "示例局", "无条件共享"]]):
            for position, cell in enumerate(row):
                sheet.write(number, position, cell)
    book.active_sheet = 1
    book.save(str(tmp_path / "file"))
    reading, got = read_all(tmp_path / "file", "catalog")
    assert [record.body["identifier"] for record in got] == ["新/1"]
    assert any(note.startswith(WARNING) and "旧" in note for note in reading.notes)


def test_digits_that_a_spreadsheet_lost_are_rejected(tmp_path: Path) -> None:
    rows = [CATALOG, [307015050000100001, "甲", "示例局", "无条件共享"], [330100, "乙", "示例局", "无条件共享"]]
    _, got = xlsx_of(tmp_path, rows, "catalog")
    assert [rules(record) for record in got] == [[("lost_digits", "identifier")], []]
    _, (record,) = csv_of(tmp_path, [CATALOG, ["3.07015E+17", "甲", "示例局", "无条件共享"]], "catalog")
    assert rules(record) == [("lost_digits", "identifier")]


def test_codes_that_a_spreadsheet_wraps_are_unwrapped(tmp_path: Path) -> None:
    rows = [CATALOG, ['"=""0012"""', "甲", "示例局", "无条件共享"], ["'0013", "'90年代", "示例局", '="无条件共享"']]
    _, got = csv_of(tmp_path, rows, "catalog")
    assert [record.body["identifier"] for record in got] == ["0012", "0013"]
    assert (got[1].body["title"], got[1].body["share_type"]) == ("'90年代", "无条件共享")


def test_a_code_that_became_a_date_is_rejected(tmp_path: Path) -> None:
    day = datetime.date(2026, 3, 12)
    _, (record,) = xlsx_of(tmp_path, [COSTS, ["R1", day, 1, 5, day, 36]], "costs")
    assert rules(record) == [("date_for_code", "voucher_no")]
    assert record.body["posted_date"] == "2026-03-12"
    _, (record,) = csv_of(tmp_path, [COSTS, ["R1", "3月12日", 1, 5, "2026-03-12", 36]], "costs")
    assert rules(record) == [("date_for_code", "voucher_no")]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("114.99999999999999", "115"),
        ("3.3000000000000003", "3.3"),
        ("0.30000000000000004", "0.3"),
        ("-434.99999999999994", "-435"),
        ("1234567890123456.789", "1234567890123456.789"),  # no double is written so
        ("33.333333333333336", "33.333333333333336"),  # nobody's cents: for the models to reject
    ],
)
def test_noise_of_binary_fractions_is_no_amount(text: str, plain: str) -> None:
    assert amount(text) == plain
    assert integer("36.000000000000004") == "36"


@given(st.integers(-(10**13), 10**13), st.integers(1, 6))
def test_an_amount_that_went_through_floats_is_itself(cents: int, steps: int) -> None:
    value = cents / 100
    for _ in range(steps):
        value = value / 3 * 3
    got = amount(f"{Decimal(repr(value)):f}")
    assert got is not None
    assert round(Decimal(got), 2) == round(Decimal(value), 2)
    if abs(cents) < 10**9:
        assert Decimal(got) == Decimal(cents).scaleb(-2)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 14)), min_size=1, max_size=50))
def test_a_number_in_a_workbook_comes_back_with_its_fifteen_digits(
    tmp_path: Path, numbers: list[tuple[int, int]]
) -> None:
    expected = [Decimal(digits).scaleb(-places) for digits, places in numbers]
    with xlsxwriter.Workbook(tmp_path / "file") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["凭证号", "分录号", "数"])
        for number, value in enumerate(expected, start=1):
            sheet.write_row(number, 0, ["记", number, float(value)])
    _, got = read_all(tmp_path / "file", "costs")
    assert [Decimal(record.body["extras"]["数"]) for record in got] == expected


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_a_number_has_no_exponent_and_at_most_fifteen_digits(value: float) -> None:
    text = number_text(value)
    assert "e" not in text.lower()
    assert float(text) == float(format(value, ".15g"))


def write_times(path: Path, is_1904: bool) -> None:
    values = [
        (8.5 / 24, "h:mm"),
        (30.5 / 24, "[h]:mm"),
        (46023, "yyyy-mm-dd"),
        (3_000_000, "yyyy/m/d"),
        (1 / 86400, "h:mm:ss"),
    ]
    with xlsxwriter.Workbook(path, {"date_1904": is_1904}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["凭证号", "分录号", *"甲乙丙丁戊"])
        sheet.write_row(1, 0, ["记-1", 1])
        for position, (value, form) in enumerate(values, start=2):
            sheet.write_number(1, position, value, book.add_format({"num_format": form}))


@pytest.mark.parametrize(("is_1904", "day"), [(False, "2026-01-01 00:00:00"), (True, "2030-01-02 00:00:00")])
def test_times_durations_and_days_are_what_they_show(tmp_path: Path, is_1904: bool, day: str) -> None:
    write_times(tmp_path / "file", is_1904)
    _, (record,) = read_all(tmp_path / "file", "costs")
    assert record.body["extras"] == {"甲": "08:30", "乙": "30:30", "丙": day, "丁": "3000000", "戊": "00:00:01"}
    assert rules(record) == [("not_a_day", "丁")]


def test_times_of_the_old_format_are_what_they_show(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for position, heading in enumerate(["凭证号", "分录号", "甲", "乙", "丙"]):
        sheet.write(0, position, heading)
    sheet.write(1, 0, "记-1")
    sheet.write(1, 1, 1)
    for position, (value, form) in enumerate(
        [(8.5 / 24, "h:mm"), (30.5 / 24, "[h]:mm"), (4_000_000, "yyyy-mm-dd")], start=2
    ):
        sheet.write(1, position, value, xlwt.easyxf(num_format_str=form))
    book.save(str(tmp_path / "file"))
    _, (record,) = read_all(tmp_path / "file", "costs")
    assert record.body["extras"] == {"甲": "08:30", "乙": "30:30", "丙": "4000000"}
    assert rules(record) == [("not_a_day", "丙")]


@pytest.mark.parametrize(("epoch", "number"), [(None, 46022), (CALENDAR_MAC_1904, 44560)])
def test_days_written_as_numbers_count_from_the_workbooks_first_day(tmp_path: Path, epoch: Any, number: int) -> None:
    book = openpyxl.Workbook()
    if epoch:
        book.epoch = epoch
    day = datetime.datetime.fromisoformat("2025-12-31")
    _, got = xlsx_of(tmp_path, [COSTS, ["R1", "记-1", 1, 5, day, 36], ["R1", "记-1", 2, 5, number, 36]], "costs", book)
    assert [record.body["posted_date"] for record in got] == ["2025-12-31", "2025-12-31"]


def test_errors_and_formulas_without_a_value_are_told(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "file") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, COSTS)
        sheet.write_row(1, 0, ["R1", "记-1", 1])
        sheet.write_formula(1, 3, "=NA()", None, "#N/A")  # type: ignore[arg-type]
        sheet.write_string(1, 4, "2026-01-05")
        sheet.write_formula(1, 5, "=1+1", None, "")  # type: ignore[arg-type]
    _, (record,) = read_all(tmp_path / "file", "costs")
    assert ("error_cell", "amount_cny") in rules(record)
    assert "amount_cny" not in record.body
    book = openpyxl.Workbook()  # which computes nothing
    _, (record,) = xlsx_of(tmp_path, [COSTS, ["R1", "记-1", 1, "=1+1", "2026-01-05", 36]], "costs", book)
    assert rules(record) == [("no_value", "amount_cny")]


def test_a_row_that_is_struck_out_is_told_once(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(CATALOG)
    sheet.append(["A/1", "甲", "示例局", "无条件共享"])
    for cell in sheet[2]:
        cell.font = Font(strike=True)
    _, (record,) = xlsx_of(tmp_path, [], "catalog", book)
    assert rules(record) == [("struck_out", "identifier")]


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff", "\u200e", "\u00ad", "\u2060"])
def test_what_nobody_sees_makes_no_other_code(tmp_path: Path, unseen: str) -> None:
    rows = [CATALOG, [f"{unseen}A/1{unseen}", "甲", "示例局", "无条件共享"], ["A/2", unseen, "示例局", "无条件共享"]]
    _, got = csv_of(tmp_path, rows, "catalog")
    assert [record.body["identifier"] for record in got] == ["A/1", "A/2"]
    assert "title" not in got[1].body  # so that it is rejected as empty
    assert [rules(record) for record in got] == [
        [("unseen_characters", "identifier")],
        [("unseen_characters", "title")],
    ]


def test_radicals_are_the_characters_that_they_look_like(tmp_path: Path) -> None:
    _, (record,) = csv_of(tmp_path, [CATALOG, ["A/1", "⼈⼝信息", "⽰例市⺠政局", "⽆条件共享"]], "catalog")
    assert [record.body[name] for name in ("title", "provider_name", "share_type")] == [
        "人口信息",
        "示例市民政局",
        "无条件共享",
    ]


HEAD = "信息资源代码,信息资源名称,共享类型\n"


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (f"\ufeff\ufeff{HEAD}A/1,甲,无条件共享\n".encode(), "甲"),
        (f"{HEAD}A/1,甲,无条件共享\n".encode() + b"\0" * 20, "甲"),
        (f"{HEAD}A/1,甲,无条件共享\n\x1a".encode("gb18030"), "甲"),
        (f"{HEAD}A/1,".encode("gb18030") + b"\x80" + "甲,无条件共享\n".encode("gb18030"), "€甲"),
        ('信息资源代码, "信息资源名称", 共享类型\nA/1, "甲,乙", 无条件共享\n'.encode(), "甲,乙"),
        ("信息资源代码，信息资源名称，共享类型\nA/1，甲，无条件共享\n".encode(), "甲"),
        (f"sep=;\n{HEAD}A/1,甲,无条件共享\n".replace(",", ";").encode(), "甲"),
    ],
)
def test_csv_as_programs_write_it(tmp_path: Path, data: bytes, title: str) -> None:
    (tmp_path / "file").write_bytes(data)
    _, (record,) = read_all(tmp_path / "file", "catalog")
    assert (record.body["identifier"], record.body["title"], record.body["share_type"]) == ("A/1", title, "无条件共享")


def test_a_comma_that_moved_the_columns_is_rejected(tmp_path: Path) -> None:
    _, (record,) = csv_of(tmp_path, [CATALOG, ["A/1", "甲", "乙", "示例局", "无条件共享"]], "catalog")
    assert rules(record) == [("more_cells", "")]


def test_a_moment_with_a_zone_is_the_citys_day(tmp_path: Path) -> None:
    rows = [
        {
            "voucher_no": "记-1",
            "line_no": 1,
            "posted_date": "2025-12-31T16:00:00.000Z",
            "available_date": "2025-12-31T23:00:00+08:00",
        }
    ]
    (tmp_path / "file").write_text(json.dumps(rows), "utf-8")
    _, (record,) = read_all(tmp_path / "file", "costs")
    assert (record.body["posted_date"], record.body["available_date"]) == ("2026-01-01", "2025-12-31")


@given(st.dates(datetime.date(1900, 1, 2), datetime.date(2100, 1, 1)), st.integers(0, 86399), st.integers(-12, 14))
def test_a_moment_is_one_day_in_a_zone_however_it_is_written(day: datetime.date, second: int, hours: int) -> None:
    zone = datetime.timezone(datetime.timedelta(hours=hours))
    start = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    there = start + datetime.timedelta(seconds=second)
    expected = there.astimezone(zone).date().isoformat()
    texts = [there.isoformat(), there.isoformat().replace("+00:00", "Z"), there.astimezone(zone).isoformat()]
    assert {date(text, zone) for text in texts} == {expected}
    assert date(texts[0]) == there.date().isoformat()  # without a zone of ours its own day stands


def test_a_heading_that_looks_like_the_holder_is_warned_of(tmp_path: Path) -> None:
    reading, _ = csv_of(tmp_path, [["信息资源名称", "共享类型", "填报单位"], ["甲", "无条件共享", "示例局"]], "catalog")
    (warning,) = (note for note in reading.notes if note.startswith(WARNING))
    assert "“填报单位”" in warning
    assert "did you mean “provider_name”" in warning


@pytest.mark.parametrize(
    ("traditional", "plain"),
    [
        ("資料名稱", "资料名称"),
        ("更新頻率", "更新频率"),
        ("標籤/關鍵字", "标签/关键字"),
        ("最後更新時間", "最后更新时间"),
    ],
)
def test_traditional_headings_are_the_simplified_ones(traditional: str, plain: str) -> None:
    assert heading_key(traditional) == heading_key(plain)
    assert layout("catalog").column(traditional) is layout("catalog").column(plain) is not None


HEADED = {"voucher_no": "记-1", "line_no": 1}


@pytest.mark.parametrize(
    ("wrapper", "yuan", "rule"),
    [
        ({"unit": "万元", "data": [HEADED | {"金额": 12.5}]}, "125000", None),
        ({"meta": {"金额单位": "千元"}, "rows": [HEADED | {"金额": 12.5}]}, "12500", None),
        ({"unit": "元", "data": [HEADED | {"金额": 12.5}]}, "12.5", None),
        ({"title": "成本表（单位：万元）", "data": {"rows": [HEADED | {"金额": 12.5}]}}, "125000", None),
        ({"units": {"金额": "万元"}, "data": [HEADED | {"金额": 12.5}]}, "125000", None),
        ({"columns": [{"name": "金额", "unit": "万元"}], "data": [HEADED | {"金额": 12.5}]}, "125000", None),
        ({"unit": "万元", "data": [["voucher_no", "line_no", "金额"], ["记-1", 1, 12.5]]}, "125000", None),
        ({"data": [HEADED | {"金额": 12.5, "单位": "万元"}]}, "125000", None),
        ({"data": [HEADED | {"amount_cny": 12.5, "unit": "CNY"}]}, "12.5", None),
        ({"unit": "个", "data": [HEADED | {"amount_cny": 12.5}]}, "12.5", None),
        ({"unit": "万元", "data": [HEADED | {"金额（元）": 12.5}]}, "12.5", "unit_conflict"),
        ({"unit": 10000, "data": [HEADED | {"金额": 12.5}]}, "12.5", "unit_conflict"),
        ({"currency": "USD", "data": [HEADED | {"金额": 12.5}]}, "12.5", "unit_conflict"),
        ({"data": [HEADED | {"amount_cny": 12.5, "unit": "万元"}]}, "12.5", "unit_conflict"),
        ({"unit": "千元", "data": [HEADED | {"金额": 12.5, "单位": "万元"}]}, "12.5", "unit_conflict"),
    ],
)
def test_amounts_in_json_come_in_the_unit_that_stands_beside_them(
    tmp_path: Path, wrapper: dict[str, Any], yuan: str, rule: str | None
) -> None:
    (tmp_path / "file").write_text(json.dumps(wrapper), "utf-8")
    _, (record,) = read_all(tmp_path / "file", "costs")
    assert record.body["amount_cny"] == yuan
    assert rules(record) == ([(rule, "amount_cny")] if rule else [])


def test_a_row_of_any_table_may_name_its_unit(tmp_path: Path) -> None:
    rows = [["凭证号", "分录号", "金额", "金额单位"], ["记-1", 1, 5, "万元"], ["记-2", 1, 5, "元"], ["记-3", 1, 5, ""]]
    _, got = csv_of(tmp_path, rows, "costs")
    assert amounts(got) == ["50000", "5", "5"]
    assert [rules(record) for record in got] == [[], [], [("unit_missing", "amount_cny")]]
