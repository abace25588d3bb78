"""A second book beside the accounting book: each by hand, and nothing that it says reaches what is reported or booked.

The tax book as policy ships it: a life that no law or contract states is of 120 months at least, an indefinite one is of 120, impairment
does not count. Cards of an enterprise at the end of June 2026.
"""

from decimal import Decimal

import pytest

from tests.unit.test_worked_cards import Case, world_of
from tests.world import World

#: Cost, amortisation, carrying amount in the tax book, and what that is more than in the accounting book.
TAX = {
    # 300.00 a month over 120, 1,000.00 over 36: eighteen months.
    "estimated": ("36000.00", "5400.00", "30600.00", "12600.00"),
    "by_contract": ("36000.00", "18000.00", "18000.00", "0.00"),
    "by_law": ("36000.00", "18000.00", "18000.00", "0.00"),
    # Not amortised in the accounting book; 100.00 a month.
    "indefinite": ("12000.00", "1800.00", "10200.00", "-1800.00"),
    "longer": ("24000.00", "1800.00", "22200.00", "0.00"),
    # Twelve months of 833.33 and a third; the accounting book has 43,333.33 and an impairment of 20,000.00.
    "impaired": ("100000.00", "10000.00", "90000.00", "53333.33"),
    # 6,000.00 in 2025, then 78,000.00 over the 108 months that remain; 21,000.00 in the accounting book.
    "later_cost": ("84000.00", "10333.33", "73666.67", "10666.67"),
    # A later line says that twelve months remain: 48,000.00 in the accounting book, and no floor is undercut.
    "shortened": ("84000.00", "10333.33", "73666.67", "37666.67"),
    # Half of it leaves in April 2026 after fifteen months: 300.00, then 150.00 a month for three.
    "half_gone": ("18000.00", "2700.00", "15300.00", "6300.00"),
    # Posted in 2026-03, usable from 2025-01: 300.00 a month from then on, caught up.
    "late": ("36000.00", "5400.00", "30600.00", "12600.00"),
}
CASES = (
    Case("estimated", ("开发 36000.00 2025-01-10 2025-01-10 36 估计",), {}),
    Case("by_contract", ("开发 36000.00 2025-01-10 2025-01-10 36 合同",), {}),
    Case("by_law", ("开发 36000.00 2025-01-10 2025-01-10 36 法律",), {}),
    Case("indefinite", ("开发 12000.00 2025-01-10 2025-01-10 - 不确定",), {}),
    Case("longer", ("开发 24000.00 2025-01-10 2025-01-10 240 估计",), {}),
    Case("impaired", ("开发 100000.00 2025-07-01 2025-07-01 24",), {}, ("减值 2025-12-31 20000.00",)),
    Case(
        "later_cost",
        ("开发 60000.00 2025-01-10 2025-01-10 60", "开发 24000.00 2026-01-10 2026-01-10 -"),
        {},
    ),
    Case(
        "shortened",
        ("开发 60000.00 2025-01-10 2025-01-10 60", "开发 24000.00 2026-01-10 2026-01-10 12"),
        {},
    ),
    Case("half_gone", ("开发 36000.00 2025-01-10 2025-01-10 36",), {}, ("处置 2026-04-18 18000.00",)),
    Case("late", ("开发 36000.00 2026-03-10 2025-01-10 36",), {}),
    Case("developing", ("开发 5000.00 2026-01-10 - -",), {}),
)


@pytest.fixture(scope="module")
def enterprise(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = world_of(tmp_path_factory.mktemp("books"), CASES, "国有企业", "企业会计准则")
    world.build()
    return world


@pytest.mark.parametrize("name", TAX)
def test_a_card_in_the_tax_book(enterprise: World, name: str) -> None:
    found = enterprise.ask(
        "SELECT v.cost_cny, v.amortisation_cny, v.carrying_cny, v.book_difference_cny FROM valuation.book_balance AS v "
        f"JOIN registry.asset_card AS c USING (card_id) WHERE v.book_code = 'tax' AND c.resource_code = '{name}'"
    )
    assert found == [tuple(map(Decimal, TAX[name]))]


def test_the_accounting_book_is_the_snapshot(enterprise: World) -> None:
    different = enterprise.ask(
        "SELECT card_id FROM valuation.snapshot AS s FULL JOIN "
        "(FROM valuation.book_balance AS v WHERE v.book_code = 'accounting') AS v USING (card_id) "
        "WHERE s.snapshot_status = 'valued' AND (s.closing_cost_cny, s.closing_amortisation_cny, s.closing_impairment_cny, "
        "s.closing_carrying_cny) IS DISTINCT FROM (v.cost_cny, v.amortisation_cny, v.impairment_cny, v.carrying_cny)"
    )
    assert different == []


def test_no_book_has_more_or_less_than_its_cost(enterprise: World) -> None:
    assert enterprise.ask(
        "SELECT DISTINCT carrying_cny >= 0 AND amortisation_cny >= 0 AND cost_cny = carrying_cny + amortisation_cny + impairment_cny "
        "FROM valuation.book_balance"
    ) == [(True,)]


def test_what_a_second_book_says_is_neither_booked_nor_reported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """With the tax book and without it, snapshots, journal entries, books compared and form R1 are the same."""
    tables = ("valuation.snapshot", "finance.journal_entry", "finance.reconciliation", "report.form_r1")
    found = []
    for book in ("tax", "none"):
        world = world_of(tmp_path_factory.mktemp(book), CASES, "国有企业", "企业会计准则")
        world.build()
        if book == "none":
            world.query("DELETE FROM policy.book WHERE book_code = 'tax'")
        found.append([world.ask(f"FROM {table} ORDER BY ALL") for table in tables])
        assert (
            world.ask("SELECT DISTINCT book_code FROM valuation.book_balance WHERE book_code = 'tax'")
            == [("tax",)][: book == "tax"]
        )
    assert found[0] == found[1]


def test_a_government_unit_keeps_one_book(tmp_path_factory: pytest.TempPathFactory) -> None:
    world = world_of(tmp_path_factory.mktemp("one-book"), CASES[:1])
    world.build()
    assert world.ask("SELECT book_code, carrying_cny FROM valuation.book_balance") == [
        ("accounting", Decimal("18000.00"))
    ]
