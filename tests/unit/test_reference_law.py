"""No reference value reaches the books: neither what is delivered for it nor what follows from it changes an amount that is reported."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reference_facts import METHODS
from tests.world import World
from warehouse.tables.definitions import all_tables

pytestmark = pytest.mark.slow

REFERENCE = {f"valuation.{name}" for name in METHODS}
DELIVERED = {f"delivered.{name}" for name in ("contract", "receipt", "comparable", "forecast")}
COSTS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months"
BOOKS = ("valuation.movement", "valuation.balance", "valuation.snapshot", "finance.reconciliation", "report.form_r1")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    found = World(tmp_path_factory.mktemp("world"))
    found.cards(["a", "b"])
    found.deliver(
        "costs",
        f"{COSTS}\na,记1,1,采集,开发,36000.00,2025-01-10,2025-01-10,36\nb,记2,1,采集,开发,500.00,2026-02-10,2026-02-10,50\n",
    )
    yield found
    found.connection.close()


def _books(world: World) -> dict[str, list[tuple[object, ...]]]:
    world.build()
    return {table: world.ask(f"SELECT * FROM {table} ORDER BY ALL") for table in BOOKS}


def test_books_are_equal_with_and_without_forecasts_comparables_and_appraisals(world: World, tmp_path: Path) -> None:
    before = _books(world)
    assert before["valuation.snapshot"]
    assert {kind for (kind,) in world.ask("SELECT DISTINCT no_value_reason FROM valuation.reference_value")} >= {
        "no_forecast", "no_comparable", "no_appraisal",
    }  # fmt: skip
    world.deliver(
        "forecasts",
        "resource_code,income_kind,year_no,income_cny,discount_rate,appraiser,appraisal_date,document_no\n"
        "a,直接,1,90000000.00,8%,甲,2026-01-31,评1\n",
    )
    world.deliver(
        "comparables",
        "resource_code,comparable_no,transacted_cny,transacted_date,quality_factor,supply_factor,date_factor,capacity_factor,"
        "other_factor,appraiser,appraisal_date,document_no\nb,一,8000000.00,2025-05-05,1,1,1,1,1,甲,2026-01-31,评2\n",
    )
    world.deliver(
        "reviews",
        "resource_code,review_kind,result,reviewer,issued_date,document_no,amount_cny\n"
        "a,资产评估,通过,甲,2026-01-31,评3,70000000.00\n",
    )
    world.deliver(
        "contracts",
        "contract_no,counterpart_code,purpose,payment,amount_cny,signed_date,resource_codes\n"
        "合1,91990100000000002X,产业发展,有偿,5000000.00,2026-01-01,a\n",
    )
    world.deliver(
        "receipts", "receipt_no,contract_no,amount_cny,received_date,state\n收1,合1,5000000.00,2026-02-01,已收\n"
    )
    after = _books(world)
    given = dict(
        world.ask(
            "SELECT reference_method, max(value_cny) FROM valuation.reference_value WHERE has_evidence GROUP BY ALL"
        )
    )
    assert {name: str(given[name]) for name in ("direct", "market", "appraisal")} == {
        "direct": "83333333.33", "market": "8000000.00", "appraisal": "70000000.00",
    }  # fmt: skip
    assert world.ask("SELECT count(*) FROM delivered.contract JOIN delivered.receipt USING (contract_no)") == [(1,)]
    assert after == before
    assert world.ask(
        "SELECT count(*), count(*) FILTER (v.closing_carrying_cny IS NOT DISTINCT FROM s.closing_carrying_cny) "
        "FROM valuation.reference_value AS v JOIN valuation.snapshot AS s USING (period, card_id)"
    ) == [(16, 16)]


def test_nothing_of_the_books_or_the_reports_is_made_from_reference_values() -> None:
    """As the models stand: what a reference value is made of may be anything, what is made of it is nothing but these."""
    # What cards tell of contracts, and what is told of papers that name nothing: no table of books or reports is made of these.
    telling = {"registry.card_contract", "registry.card_field", "registry.register_finding"}
    # Form R6 counts the cards that have a reference value, and has no amount.
    assert not [c for c in all_tables()["report.form_r6"].columns if c.name.endswith("_cny")]
    telling.add("report.form_r6")
    for table in all_tables().values():
        if table.qualified in telling:
            continue
        if table.stage in ("registry", "finance", "report") or table.qualified in BOOKS:
            assert not (REFERENCE | DELIVERED) & _above(table.qualified), table.qualified


def _above(name: str) -> set[str]:
    """All that a table is made from, however far up."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for source in all_tables()[waiting.pop()].inputs:
            if source not in found:
                found.add(source)
                waiting.append(source)
    return found
