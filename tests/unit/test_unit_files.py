"""What a unit gets on paper and as a file: the statement that it signs, and its journal as Excel opens it."""

import csv
import io
from decimal import Decimal

import openpyxl
import pytest

from warehouse.asking.reconcile import Difference, JournalLine, Sum, UnitResult
from warehouse.publish.journal import journal_csv
from warehouse.publish.statement import Statement, write_statement
from warehouse.publish.unit_files import file_stem

UNIT = UnitResult("U1", "示例市甲局", 3, 1, Decimal("-1.00"), Decimal("-0.50"), "2026-04", True)


def _difference(kind: str, card: str, books: str, **more: object) -> Difference:
    values: dict[str, object] = {
        "item_code": "a/1", "item_label": "资源甲", "amount_kind": kind, "amount_label": kind, "difference_label": "跨期入账",
        "difference_label_en": "booked in another month", "matching_period": "2026-05", "since_period": "2026-04",
        "standing_months": 3, "is_maybe_older": True, "mend_zh": "补记", "mend_en": "book it",
    }  # fmt: skip
    amounts = {"card_amount_cny": Decimal(card), "ledger_amount_cny": Decimal(books)}
    return Difference(**(values | amounts | {"difference_cny": Decimal(card) - Decimal(books)} | more))  # type: ignore[arg-type]


def _sheet(*differences: Difference) -> list[list[object]]:
    sums = [Sum("原值", "1701;1702", Decimal("2.00"), Decimal("3.00"), Decimal("-1.00"), len(differences))]
    written = io.BytesIO()
    write_statement(Statement("2026-06", "2026年6月30日", UNIT, sums, differences), written)
    sheet = openpyxl.load_workbook(written)["对账单"]
    setup = sheet.page_setup
    assert (setup.orientation, str(setup.paperSize), setup.fitToHeight) == ("landscape", "9", 0)
    return [[value for value in row if value is not None] for row in sheet.iter_rows(values_only=True)]


def test_the_statement_has_both_sides_and_says_since_when_what_to_do_and_who_signs() -> None:
    rows = _sheet(
        _difference("原值", "2.00", "3.00"),
        _difference("净值", "1.50", "2.00", since_period="2026-06", is_maybe_older=False, matching_period=None),
    )
    assert ["单位：示例市甲局（U1）　期间：2026-06，截至 2026年6月30日　金额单位：元"] in rows
    assert ["原值", "1701、1702", 2, 3, -1, 2] in rows
    assert [1, "a/1", "资源甲", "原值", 2, 3, -1, "跨期入账\n（2026-05）", "2026-04\n或更早", "补记"] in rows
    # What is said of the item is said once.
    assert ["净值", 1.5, 2, -0.5, "跨期入账", "2026-06"] in [[cell for cell in row if cell != ""] for row in rows]
    assert ["资产管理部门（盖章）：", "财务部门（盖章）："] in rows


def test_a_statement_without_differences_says_so() -> None:
    assert ["本期各项均相符，没有差异。"] in _sheet()


def test_an_amount_beyond_what_excel_holds_stays_exact() -> None:
    rows = _sheet(_difference("原值", "123456789012345678.91", "0.00"))
    assert [row for row in rows if "123,456,789,012,345,678.91" in row]


def test_the_same_figures_give_the_same_bytes() -> None:
    written = [io.BytesIO(), io.BytesIO()]
    for one in written:
        write_statement(Statement("2026-06", "2026年6月30日", UNIT, [], []), one)
    assert written[0].getvalue() == written[1].getvalue()


def _line(code: str, debit: str, credit: str) -> JournalLine:
    return JournalLine(
        *(
            "2026-03",
            "2026-01",
            "card-1",
            "202603-06",
            1,
            code,
            "计提：甲",
            "5001",
            "业务活动费用",
            Decimal(debit),
            Decimal(credit),
            None,
        )
    )


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("30701505000/1", "30701505000/1"), ("甲-1", "甲-1"), ("7", "7"), ("119901000000001071", '="119901000000001071"'),
        ("3-4", '="3-4"'), ("2026/3/4", '="2026/3/4"'), ("007", '="007"'), ("1E5", '="1E5"'), ("=1+1", '="=1+1"'), ('@"x', '="@""x"'),
    ],
)  # fmt: skip
def test_excel_shows_a_code_as_it_is(code: str, shown: str) -> None:
    (_, row) = csv.reader(io.StringIO(journal_csv([_line(code, "1.20", "0.00")]).decode("utf-8-sig"), newline=""))
    assert row[4] == shown


def test_the_journal_begins_with_the_mark_that_excel_wants_and_has_one_side_a_line() -> None:
    written = journal_csv([_line("a", "1234.50", "0.00"), _line("a", "0.00", "1234.50")])
    assert written.startswith(b"\xef\xbb\xbf")
    heads, debit, credit = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))
    assert heads[:3] == ["月份", "所属月份", "凭证建议号"]
    assert (debit[:2], debit[8:10], credit[8:10]) == (["2026年03月", "2026年01月"], ["1234.50", ""], ["", "1234.50"])


def test_a_code_that_is_no_name_of_a_file_has_another() -> None:
    assert file_stem("11990100000000107X") == "11990100000000107X"
    assert file_stem("../甲") == file_stem("../甲") != file_stem("../乙")
    assert "/" not in file_stem("../甲")
