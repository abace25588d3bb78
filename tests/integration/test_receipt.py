"""Receipts and templates as an agency has them: what to do first, a line for a column that is missing, units by name, doubts of codes."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner

from example_city.agencies import credit_code
from pipelines.cli.app import app
from readers.policy.files import load
from tests.homes import ask, deliver_files, lake_of, name_authorities, one, take_in
from tests.unit.test_sheets import needed
from warehouse.asking.rejections import rejections
from warehouse.intake.deliveries import Intake
from warehouse.publish.receipt import write_receipts
from warehouse.publish.template import write_template
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo

INFO = CommitInfo("test", "test", "run")
AUTHORITY, UNIT = (credit_code("12", "990100", number) for number in (31, 32))
#: A digit of a unit's code that was mistyped, so that its check digit fails too.
MISTYPED = UNIT[:12] + ("7" if UNIT[12] != "7" else "8") + UNIT[13:]
ORGANISATIONS = "organisation_code,name,level,district_code,unit_kind,parent_code,valid_from\n" + "".join(
    f"{code},{name},市,990100,行政单位,,2024-01-01\n"
    for code, name in ((AUTHORITY, "示例市数据局"), (UNIT, "示例市园林局"))
)
HEADINGS = ("信息资源代码", "凭证号", "分录号", "成本类别", "阶段", "金额（元）", "责任单位")
RECORDS = [("R-1", f"记-{number}", 1, "采集加工", "开发", 100 * number, "示例市园林局") for number in range(1, 6)]
#: Columns that no template has, with a character in each that nobody sees.
MANY = [f"指标{number}" for number in range(3000)]
WIDE = "\n".join(
    ",".join(row) for row in (["信息资源代码", "信息资源名称", *MANY], ["R-1", "甲", *["a\u200bb"] * len(MANY)])
)
TROUBLED = [
    ("示例市园林局 2026 年上半年数据资源成本归集表",),
    HEADINGS,
    *RECORDS[:3],
    ("合计", None, None, None, None, 600),
    HEADINGS,
    *RECORDS[3:],
    ("备注：本表由财务科编制",),
]


def _workbook(path: Path, rows: Sequence[Sequence[Any]], *, hidden: bool = False) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "成本"
    for row in rows:
        sheet.append(list(row))
    if hidden:
        old = book.create_sheet("旧表")
        old.sheet_state = "hidden"
        for row in rows:
            old.append(list(row))
    book.save(path)
    return path


def _text(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def _filled(path: Path) -> Path:
    book = openpyxl.load_workbook(path)
    for position, value in enumerate((None, "R-1", "记-9", 1, "采集", "开发", 5, date(2026, 6, 30)), start=1):
        book["成本"].cell(3, position, value)
    book.save(path)
    return path


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, dict[str, str]]:
    """A home, and the deliveries by name."""
    folder = tmp_path_factory.mktemp("receipts")
    home = Home(folder / "home")
    name_authorities(home, data_authority=AUTHORITY)
    policy = load(home.policy)
    for name in ("filled.xlsx", "unfilled.xlsx"):
        write_template("costs", policy.on(date(2026, 6, 30)), folder / name)
    costs = "holder_code,resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date\n"
    line = ",R-1,记-1,1,采集,开发,5.00,2026-05-31\n"
    files = {
        "organisations": (AUTHORITY, "organisations", _text(folder / "units.csv", ORGANISATIONS)),
        "troubled": (UNIT, "costs", _workbook(folder / "成本.xlsx", TROUBLED, hidden=True)),
        "mistyped": (AUTHORITY, "costs", _text(folder / "costs.csv", f"{costs}{MISTYPED}{line}{UNIT}{line}")),
        "filled": (UNIT, "costs", _filled(folder / "filled.xlsx")),
        "unfilled": (UNIT, "costs", folder / "unfilled.xlsx"),
        "wide": (UNIT, "catalog", _text(folder / "wide.csv", WIDE)),
        "good": (UNIT, "costs", _text(folder / "good.csv", f"{costs}{UNIT}{line.replace('记-1', '记-8')}")),
    }
    ids = {
        name: deliver_files(home, [file], deliverer, kind, "2026-06-30", source=name)
        for name, (deliverer, kind, file) in files.items()
    }
    take_in(home, info=INFO)
    write_receipts(lake_of(home), list(ids.values()))
    return home, ids


def _receipt(delivered: tuple[Home, dict[str, str]], name: str) -> openpyxl.Workbook:
    home, ids = delivered
    return openpyxl.load_workbook(home.receipts / f"{ids[name]}.xlsx")


def _rows(book: openpyxl.Workbook, sheet: str) -> list[tuple[Any, ...]]:
    return list(book[sheet].iter_rows(values_only=True))


def _todo(book: openpyxl.Workbook) -> list[tuple[Any, ...]]:
    """What the first sheet says to do: number, what, records, where, mend."""
    return [row[:5] for row in _rows(book, "回执")[6:] if row[0] and str(row[0])[0].isdigit() and row[4]]


def test_a_missing_column_is_one_line_and_comes_before_warnings(delivered: tuple[Home, dict[str, str]]) -> None:
    book = _receipt(delivered, "troubled")
    first, *others = _todo(book)
    assert first[0] == "1 拒收"
    assert "“入账日期”为空" in first[1]
    assert first[2:4] == (5, "成本.xlsx\n成本!3-9")
    assert all(str(row[0]).endswith("提示") for row in others)
    told = "\n".join(str(row[1]) for row in others)
    assert "责任单位" in told
    assert "旧表" in told
    assert [row[2] for row in _rows(book, "拒收记录")[1:]] == [5]


def test_rows_that_are_no_records_are_named_on_the_first_sheet(delivered: tuple[Home, dict[str, str]]) -> None:
    texts = [str(row[0]) for row in _rows(_receipt(delivered, "troubled"), "回执")]
    assert any("合计、小计" in text and "成本!6 “合计 600”" in text for text in texts)
    assert any("重复的表头" in text and "成本!7" in text for text in texts)
    assert any("备注 notes" in text and "成本!10" in text for text in texts)
    assert any("成本归集表" in text for text in texts)


def test_the_name_of_a_unit_stands_beside_its_code(delivered: tuple[Home, dict[str, str]]) -> None:
    facts = {row[0]: row[1] for row in _rows(_receipt(delivered, "troubled"), "回执")}
    assert facts["交付单位"] == f"{UNIT}（示例市园林局）"
    assert (facts["来件"], facts["拒收"]) == (5, 5)


@pytest.mark.parametrize("name", ["organisations", "troubled", "mistyped", "unfilled", "good"])
def test_no_text_of_a_receipt_is_cut(delivered: tuple[Home, dict[str, str]], name: str) -> None:
    book = _receipt(delivered, name)
    assert book.sheetnames == ["回执", "文件", "拒收记录", "提示"]
    for sheet in book.worksheets:
        widths = [sheet.column_dimensions[get_column_letter(n + 1)].width for n in range(sheet.max_column)]
        across = {merged.min_row: merged for merged in sheet.merged_cells.ranges}
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            for place, value in enumerate(row):
                merged = across.get(number)
                width = sum(widths[place:]) if merged and merged.min_col == place + 1 else widths[place]
                height = sheet.row_dimensions[number].height or 0
                assert value is None or height >= 15 * needed(str(value), width), (sheet.title, number, place)
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.title == "回执" or sheet.print_title_rows == "$1:$1"


def test_a_code_that_no_organisation_has_is_warned_about_and_taken(delivered: tuple[Home, dict[str, str]]) -> None:
    home, ids = delivered
    count = "SELECT accepted_count FROM landing.delivery_outcome WHERE delivery_id = $id"
    assert one(home, count, id=ids["mistyped"]) == 2
    (row,) = _todo(_receipt(delivered, "mistyped"))
    assert row[0] == "1 提示"
    assert row[2:4] == (1, "costs.csv\nline 2")
    assert f"“持有单位代码”有 1 个代码不在组织机构中：{MISTYPED}" in row[1]
    assert f"did you mean 您是否要找: {UNIT}（示例市园林局）" in row[1]
    assert _todo(_receipt(delivered, "good")) == []


def test_what_is_warned_of_in_a_receipt_is_listed_by_the_command(delivered: tuple[Home, dict[str, str]]) -> None:
    home, ids = delivered
    for name, delivery in ids.items():
        answer = rejections(lake_of(home), delivery)
        listed = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        warned = [row for row in _todo(_receipt(delivered, name)) if row[0].endswith("提示")]
        assert len([row for row in listed if row["severity"] == "warn"]) == len(warned), name
    (doubt,) = rejections(lake_of(home), ids["mistyped"]).rows
    assert doubt[0] == "warn"
    assert doubt[3:7] == ("costs.csv", "record 1, line 2", "unit_code", 1)
    assert MISTYPED in doubt[7]
    assert all(doubt[7:11])
    # Of all deliveries it is told with its own, once.
    assert [row for row in rejections(lake_of(home), None).rows if row[5] == "unit_code"] == [doubt]


def test_of_many_columns_the_first_are_named_and_all_are_counted(
    delivered: tuple[Home, dict[str, str]], tmp_path: Path
) -> None:
    home, ids = delivered
    (row,) = rejections(lake_of(home), ids["wide"]).rows
    assert row[5:7] == ("unseen_characters", 1)
    assert "共 3000 列：指标0、指标1、" in row[7]
    book = _receipt(delivered, "wide")
    (todo,) = _todo(book)
    assert "共 3000 列" in todo[1]
    (note,) = [row[0] for row in _rows(book, "回执") if row[0] and "模板中没有列" in str(row[0])]
    assert "“指标0”、“指标1”" in note
    assert "等 3,000 列" in note
    code, told = _deliver(home, _text(tmp_path / "wide.csv", WIDE), UNIT, "--dry-run")
    assert code == 0
    lines = told.splitlines()
    assert len(lines) < 40
    assert [line for line in lines if "指标1”" in line and "→" in line and "等 3,000 列" in line]


def test_a_filled_template_is_its_records_and_an_unfilled_one_says_that_it_has_none(
    delivered: tuple[Home, dict[str, str]],
) -> None:
    home, ids = delivered
    counts = "SELECT in_count, accepted_count FROM landing.delivery_outcome WHERE delivery_id = $id"
    assert ask(home, counts, id=ids["filled"]) == [(1, 1)]
    assert ask(home, counts, id=ids["unfilled"]) == [(0, 0)]
    assert _todo(_receipt(delivered, "filled")) == []
    (row,) = _todo(_receipt(delivered, "unfilled"))
    assert row[0] == "1 整个文件"
    assert "没有一条记录" in row[1]


def _deliver(home: Home, file: Path, deliverer: str, *options: str) -> tuple[int, str]:
    arguments = ["deliver", str(file), "--from", deliverer, "--kind", "catalog", "--date", "2026-07-01", *options]
    result = CliRunner().invoke(app, arguments, env={"SHUZHANG_HOME": str(home.root)})
    return result.exit_code, result.output


def test_the_terminal_warns_of_who_is_not_known_and_takes_it(
    delivered: tuple[Home, dict[str, str]], tmp_path: Path
) -> None:
    home, _ = delivered
    file = _text(tmp_path / "catalog.csv", "信息资源代码,信息资源名称\nR-1,甲\n")
    code, told = _deliver(home, file, MISTYPED, "--dry-run")
    assert (code, MISTYPED in {d.deliverer_code for d in Intake(home).deliveries()}) == (0, False)
    assert f"单位代码 {MISTYPED} 不在组织机构中" in told
    code, told = _deliver(home, file, MISTYPED)
    assert code == 0
    assert f"单位代码 {MISTYPED} 不在组织机构中" in told
    assert f"did you mean 您是否要找: {UNIT}（示例市园林局）" in told
    assert MISTYPED in {d.deliverer_code for d in Intake(home).deliveries()}
    code, told = _deliver(home, file, UNIT, "--holder", MISTYPED)
    assert f"单位代码 {MISTYPED} 不在组织机构中" in told
    code, told = _deliver(home, file, UNIT, "--holder", AUTHORITY)
    assert "组织机构" not in told


def test_without_organisations_one_line_says_that_codes_cannot_be_checked(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    file = _text(tmp_path / "catalog.csv", "信息资源代码,信息资源名称\nR-1,甲\n")
    _, told = _deliver(home, file, UNIT)
    assert told.count("尚未接收组织机构") == 1
    code, told = _deliver(home, file, MISTYPED)
    assert code == 0
    assert f"单位代码 {MISTYPED} 不是有效的统一社会信用代码" in told
    deliver_files(home, [_text(tmp_path / "units.csv", ORGANISATIONS)], AUTHORITY, "organisations", "2026-06-30")
    _, told = _deliver(home, file, "anyone")
    assert "组织机构待下次运行接收" in told
