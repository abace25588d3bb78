"""A small report in memory: a city of two districts and three departments, with a year before, checks and notes.

Does not belong here: reports of a home, which `tests/pipeline/test_report_documents.py` has.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.form_keys import whole
from warehouse.publish.form_page import FormColumn, FormPage
from warehouse.publish.report.edition import DRAFT, GOVERNMENT, Check, CheckCounts, Edition, Report, Scope
from warehouse.tables.definitions import all_tables

_R1 = {
    "entity_name": ("", "单位", "text"),
    "opening_count": ("期初", "数量", "count"),
    "opening_cost_cny": ("期初", "原值", "money"),
    "adjustment_cost_cny": ("期初调整", "原值", "money"),
    "addition_cost_cny": ("本期增加", "原值", "money"),
    "reduction_cost_cny": ("本期减少", "原值", "money"),
    "closing_count": ("期末", "数量", "count"),
    "closing_cost_cny": ("期末", "原值", "money"),
    "closing_amortisation_cny": ("期末", "累计摊销", "money"),
    "closing_carrying_cny": ("期末", "净值", "money"),
    "memo_count": ("", "备查簿数量", "count"),
}
_LIST = {
    "asset_name": ("", "资产名称", "text"),
    "grade_label": ("", "分级", "text"),
    "closing_cost_cny": ("期末", "原值", "money"),
    "closing_carrying_cny": ("期末", "账面价值", "money"),
}
_RATES = {
    "entity_name": ("", "单位", "text"),
    "due_count": ("数量", "应登记", "count"),
    "registered_count": ("数量", "已登记", "count"),
    "booked_count": ("数量", "已入账", "count"),
    "agreed_count": ("数量", "相符", "count"),
    "registered_pct": ("比率", "登记率", "percent"),
    "booked_pct": ("比率", "入表率", "percent"),
    "agreed_pct": ("比率", "相符率", "percent"),
}
_TODO = {
    "entity_name": ("", "单位", "text"),
    "item_label": ("", "资产名称", "text"),
    "amount_label": ("", "金额类别", "text"),
    "difference_cny": ("", "差异", "money"),
    "difference_label": ("", "差异类别", "text"),
}
#: Of each entity: level, code, name, and its row of R1.
_ENTITIES = (
    ("city", "city", "全市", (17, "1200000.00", "3000.00", "250000.45", "40000.00", 21, "1413000.45", "212345.67", 6)),
    ("district", "990101", "某区", (3, "200000.00", "0.00", "50000.45", "0.00", 5, "250000.45", "12345.67", 2)),
    ("district", "990100", "某市本级", (14, "1000000.00", "3000.00", "200000.00", "40000.00", 16, "1163000.00", "200000.00", 4)),
    ("department", "U1", "甲局", (9, "700000.00", "0.00", "100000.00", "0.00", 10, "800000.00", "150000.00", 1)),
    ("department", "U2", "第2医院", (5, "300000.00", "3000.00", "100000.00", "40000.00", 6, "363000.00", "50000.00", 3)),
    ("department", "U3", "丙局", (3, "200000.00", "0.00", "50000.45", "0.00", 5, "250000.45", "12345.67", 2)),
)  # fmt: skip


_Rows = Sequence[tuple[tuple[str, ...], tuple[Any, ...]]]


def page(form: str, qualified: str, columns: dict[str, tuple[str, str, str]], rows: _Rows) -> FormPage:
    """A page of a form: each row with the values of its key."""
    return FormPage(
        form=form,
        table=all_tables()[qualified],
        period="2026-06",
        label=form,
        title=f"表 {form.upper()}",
        heading=f"表 {form.upper()}",
        note="自编表号；未见官方表号。",
        columns=[FormColumn(name, *of) for name, of in columns.items()],
        rows=[row for _, row in rows],
        keys=whole(all_tables()[qualified], [key for key, _ in rows]),
    )


def _r1(level: str) -> FormPage:
    rows = []
    for of, code, name, (before, opening, adjusted, added, reduced, count, cost, amortised, memo) in _ENTITIES:
        carrying = Decimal(cost) - Decimal(amortised)
        amounts = [Decimal(amount) for amount in (opening, adjusted, added, reduced)]
        row = (name, before, *amounts, count, Decimal(cost), Decimal(amortised), carrying, memo)
        rows += [(("2026-06", of, code), row)] if of == level else []
    return replace(page("r1", "report.form_r1", _R1, rows), label=level)


def report() -> Report:
    """The report, complete; tests take away from it what they are about."""
    cards = [
        ("card-1", ("水表", "一般数据1级", "800000.00", "650000.00")),
        ("card-2", ("病历", "重要数据", "363000.00", "313000.00")),
        ("card-3", ("道路", "一般数据1级", "250000.45", "237654.78")),
    ]
    listed = [
        (("2026-06", card), (name, grade, Decimal(cost), Decimal(net))) for card, (name, grade, cost, net) in cards
    ]
    rates = ("全市", 27, 21, 20, 19, Decimal("77.78"), Decimal("95.24"), Decimal("90.48"))
    todo = [
        (("2026-06", "U1", "1/1", "cost"), ("甲局", "水表", "原值", Decimal("-815.79"), "金额不符")),
        (("2026-06", "U3", "1/2", "cost"), ("丙局", "道路", "原值", Decimal("20000.00"), "有卡无账")),
    ]
    pages = [
        *map(_r1, ("city", "district", "department")),
        page("asset_list", "report.asset_list", _LIST, listed),
        page("finance_rate", "finance.unit_rate", _RATES, [(("2026-06", "city", "city"), rates)]),
        page("finance_todo", "finance.reconciliation", _TODO, todo),
    ]
    edition = Edition("2026-06", Scope("city", "city", "某市"), GOVERNMENT, "行政事业单位", 1, DRAFT, 7)
    checks = [
        check("U1", "甲局", "100.00", "915.79", "-815.79"),
        check("U3", "丙局", "20000.00", "0.00", "20000.00", "某财数〔2026〕7号"),
    ]
    notes = ["未报送单位2个：丁局、戊局。", "暂不入账的成本1笔，合计46000.00元。"]
    return Report(edition, pages, [_year_before(of) for of in pages[:3]], checks, notes, CheckCounts(399, 12))


def check(code: str, name: str, left: str, right: str, difference: str, let_pass_by: str = "") -> Check:
    return Check("r1", "ledger", "账面价值与总账", "unit", code, name, left, right, difference, let_pass_by)


def _year_before(of: FormPage) -> FormPage:
    """The same form with what it had: three quarters of it."""

    def less(value: Any) -> Any:
        return (
            value if isinstance(value, str) else value * 3 // 4 if isinstance(value, int) else value * Decimal("0.75")
        )

    rows = [[less(value) for value in row] for row in of.rows]
    rows = [[value.quantize(Decimal("0.01")) if isinstance(value, Decimal) else value for value in row] for row in rows]
    return replace(of, period="2025-12", rows=rows, keys=[("2025-12", *key[1:]) for key in of.keys])
