"""The five tests that development of enterprises must meet (CAS 6 article 9): what is not met is expensed, what is not shown is told."""

from pathlib import Path

import pytest

from tests.world import World

TESTS = ("技术可行性", "完成意图", "经济利益方式", "资源支持", "开发支出计量")
HEADINGS = (
    "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months,acquisition"
)
#: Each 100.00, from January 2026 over ten months, but for the amounts that `turned` and `lapsed` tell apart by month.
CODES = ("met", "failed", "unshown", "bought", "research", "turned", "lapsed", "taken_back")
COSTS = (
    *(f"{code},{code},1,研发,开发,100.00,2026-01-10,2026-01-10,10,自行开发" for code in ("met", "failed", "unshown")),
    "bought,bought,1,采购,开发,100.00,2026-01-10,2026-01-10,10,外购",
    "research,research,1,研发,研究,50.00,2026-01-10,,,",
    "research,research,2,研发,开发,100.00,2026-01-10,2026-01-10,10,自行开发",
    "turned,turned,1,研发,开发,10.00,2026-01-10,2026-04-01,10,自行开发",
    "turned,turned,2,研发,开发,20.00,2026-03-10,2026-04-01,10,自行开发",
    "lapsed,lapsed,1,研发,开发,10.00,2026-01-10,2026-04-01,10,自行开发",
    "lapsed,lapsed,2,研发,开发,20.00,2026-03-10,2026-04-01,10,自行开发",
    "taken_back,taken_back,1,研发,开发,100.00,2026-01-10,2026-01-10,10,自行开发",
    "taken_back,taken_back,2,研发,开发,-100.00,2026-03-10,2026-03-10,,自行开发",
)
EVIDENCE = "resource_code,criterion,statement,document_no,issued_date,valid_to"


def _evidence() -> list[str]:
    rows = [
        f"{code},{test},符合,{code}{test},2026-01-05,"
        for code in ("met", "failed", "research", "turned", "taken_back")
        for test in TESTS
    ]
    rows = [
        row.replace("技术可行性,符合", "技术可行性,不符合") if row.startswith(("failed", "turned")) else row
        for row in rows
    ]
    rows.append("turned,技术可行性,符合,再证,2026-03-01,")
    rows += [f"lapsed,{test},符合,lapsed{test},2026-02-05,2026-02-28" for test in TESTS]
    rows.append("taken_back,资源支持,不符合,停,2026-02-20,")
    return rows


def _world(folder: Path, *unit: str) -> World:
    world = World(folder, *unit)
    world.cards(CODES)
    world.deliver("costs", "\n".join([HEADINGS, *COSTS]), "2026-06-30")
    world.deliver("evidence", "\n".join([EVIDENCE, *_evidence()]), "2026-06-30")
    world.build()
    return world


@pytest.fixture(scope="module")
def enterprise(tmp_path_factory: pytest.TempPathFactory) -> World:
    return _world(tmp_path_factory.mktemp("enterprise"), "国有企业", "企业会计准则")


def _treated(world: World) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for voucher, treatment in world.ask(
        "SELECT voucher_no, treatment FROM valuation.voucher_line ORDER BY voucher_no, line_no"
    ):
        found.setdefault(voucher, []).append(treatment)
    return found


def test_a_line_is_expensed_while_a_test_is_not_met(enterprise: World) -> None:
    capitalised, expensed = "capitalised", "expensed"
    assert _treated(enterprise) == {
        "met": [capitalised],
        "failed": [expensed],
        "unshown": [capitalised],
        "bought": [capitalised],
        "research": [expensed, capitalised],
        # Not feasible until March.
        "turned": [expensed, capitalised],
        # The paper speaks for January, and ended before March.
        "lapsed": [capitalised, capitalised],
        # A line that takes back what was booked is no development.
        "taken_back": [capitalised, capitalised],
    }


def test_the_books_hold_what_is_capitalised(enterprise: World) -> None:
    assert enterprise.values("met") == {
        "addition_cost": "100.00", "addition_amortisation": "60.00", "closing_cost": "100.00", "closing_amortisation": "60.00",
        "closing_carrying": "40.00",
    }  # fmt: skip
    # 20.00 over ten months from April.
    assert enterprise.values("turned") == {
        "addition_cost": "20.00", "addition_amortisation": "6.00", "closing_cost": "20.00", "closing_amortisation": "6.00",
        "closing_carrying": "14.00",
    }  # fmt: skip
    # Without capitalised cost it cannot be measured: no card.
    assert enterprise.ask("SELECT standing FROM registry.resource_standing WHERE resource_code = 'failed'") == [
        ("memo",)
    ]
    expense = "SELECT CAST(sum(expense_cny) AS VARCHAR) FROM valuation.month_movement AS m JOIN registry.asset_card USING (card_id) "
    assert enterprise.ask(f"{expense} WHERE resource_code = 'turned'") == [("10.00",)]


def test_what_is_not_met_or_not_shown_is_a_finding(enterprise: World) -> None:
    found = "SELECT finding_kind, resource_code, found_count FROM registry.register_finding WHERE finding_kind LIKE 'dev%' ORDER BY ALL"
    assert enterprise.ask(found) == [
        ("development_test_failed", "failed", 1),
        ("development_test_failed", "turned", 1),
        ("development_test_unknown", "lapsed", 1),
        ("development_test_unknown", "unshown", 1),
    ]
    assert enterprise.ask("SELECT unknown_tests FROM registry.treated_cost WHERE resource_code = 'unshown'") == [
        ("adequate_resources;intention_to_complete;measurable_expenditure;technical_feasibility;way_of_benefit",)
    ]


def test_policy_may_expense_what_is_not_shown(enterprise: World) -> None:
    enterprise.connection.execute("UPDATE policy.development_test SET when_unknown = 'expense'")
    try:
        enterprise.build()
        treated = _treated(enterprise)
    finally:
        enterprise.connection.execute("UPDATE policy.development_test SET when_unknown = 'review'")
        enterprise.build()
    assert treated["unshown"] == ["expensed"]
    assert treated["lapsed"] == ["capitalised", "expensed"]
    assert treated["met"] == ["capitalised"]


@pytest.mark.parametrize("unit", [("行政单位", "政府会计"), ("其他", "")])
def test_other_units_are_not_tested(tmp_path: Path, unit: tuple[str, str]) -> None:
    world = _world(tmp_path, *unit)
    assert {code: treated for code, treated in _treated(world).items() if "expensed" in treated} == {
        "research": ["expensed", "capitalised"]
    }
    assert world.ask("SELECT count(*) FROM registry.register_finding WHERE finding_kind LIKE 'dev%'") == [(0,)]
