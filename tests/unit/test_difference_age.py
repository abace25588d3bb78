"""Since when cards and books differ, by books of earlier months: in sub-accounts, of some months only, by resource or in total."""

from pathlib import Path

import pytest
from test_worked_cards import COSTS

from tests.world import World

LEDGER = "period,account_code,account_name,resource_code,opening_cny,debit_cny,credit_cny,closing_cny"


def _world(folder: Path, lines: list[str], period: str = "2026-06") -> World:
    """Three cards of 1,200.00 over twelve months from January, one of them since July of the year before; and books.

    lines: `period account resource closing`, `-` for no resource.
    """
    world = World(folder)
    codes = ("a", "b", "c")
    world.cards(codes)
    costs = [f"{code},记-{code},1,采集,开发,1200.00,2026-01-05,2026-01-05,12,," for code in ("a", "c")]
    costs.append("b,记-b,1,采集,开发,1200.00,2025-07-05,2025-07-05,12,,")
    world.deliver("costs", "\n".join([COSTS, *costs]), "2026-06-30")
    rows = []
    for line in lines:
        month, account, code, closing = line.split()
        rows.append(f"{month},{account},无形资产,{'' if code == '-' else code},0.00,0.00,0.00,{closing}")
    world.deliver("ledger", "\n".join([LEDGER, *rows]), "2026-07-01")
    world.build(period)
    return world


def _ages(world: World) -> dict[tuple[str, str], tuple[str, int, str | None, bool]]:
    rows = world.ask(
        "SELECT item_code, amount_kind, since_period, standing_months, agreed_period, is_maybe_older FROM finance.difference"
    )
    return {(item, amount): tuple(found) for item, amount, *found in rows}  # type: ignore[misc]


def test_the_age_of_a_difference_goes_back_to_the_month_in_which_both_agreed(tmp_path: Path) -> None:
    amortised = {"01": 100, "03": 300, "04": 300, "06": 300}
    lines = [f"2026-{month} 170101 {code} 1200.00" for month in amortised for code in ("a", "c")]
    # Of `a` April was not amortised, of `c` all of it was; of May there are no books, and February's are a total alone.
    lines += [f"2026-{month} 170201 a {amount}.00" for month, amount in amortised.items()]
    lines += [f"2026-{month} 170201 c {int(month)}00.00" for month in amortised]
    lines += ["2026-02 170101 - 9.00", "2026-02 170201 - 9.00", "2025-12 170101 x 5.00"]
    world = _world(tmp_path, lines)
    ages = _ages(world)
    april = ("2026-04", 3, "2026-03", False)
    assert {key: age for key, age in ages.items() if key[0] == "a"} == {
        ("a", "amortisation"): april,
        ("a", "net"): april,
    }
    # `b` was never booked. The oldest books are of December: it may be older.
    assert {age for (item, _), age in ages.items() if item == "b"} == {("2025-12", 7, None, True)}
    assert {item for item, _ in ages} == {"a", "b"}


@pytest.mark.parametrize("code", ["b", "-"])
def test_the_age_goes_back_before_the_last_year_as_far_as_there_are_books(tmp_path: Path, code: str) -> None:
    """By resource and in total: October was not amortised, of November there are no books, all other months were."""
    amortised = {
        "2025-08": 200,
        "2025-09": 300,
        "2025-10": 300,
        "2025-12": 500,
        "2026-06": 1100 if code == "b" else 2300,
    }
    lines = [f"{month} 170201 {code} {amount}.00" for month, amount in amortised.items()]
    lines += [f"{month} 170101 {code} {'1200' if code == 'b' or month < '2026' else '3600'}.00" for month in amortised]
    ages = _ages(_world(tmp_path, lines))
    assert ages["b" if code == "b" else "", "amortisation"] == ("2025-10", 9, "2025-09", False)


def test_units_that_deliver_totals_have_the_age_of_their_total(tmp_path: Path) -> None:
    world = _world(
        tmp_path,
        [
            # Three cards of 100.00 a month each; `b` has 600.00 by December.
            *("2026-03 1701 - 3600.00", "2026-03 1702 - 1500.00"),
            *("2026-04 1701 - 3600.00", "2026-04 1702 - 1700.00"),
            *("2026-06 1701 - 3600.00", "2026-06 1702 - 1700.00"),
        ],
    )
    april = ("2026-04", 3, "2026-03", False)
    assert _ages(world) == {("", "amortisation"): april, ("", "net"): april}


def test_an_item_counts_once_however_many_of_its_amounts_differ(tmp_path: Path) -> None:
    world = _world(
        tmp_path, ["2026-06 1701 a 7.00", "2026-06 1702 a 1.00", "2026-06 1701 c 1200.00", "2026-06 1702 c 600.00"]
    )
    assert world.ask("SELECT item_code, count(*) FROM finance.difference GROUP BY ALL ORDER BY ALL") == [
        ("a", 3),
        ("b", 2),
    ]
    assert world.ask("SELECT differing_count FROM finance.unit_rate WHERE level = 'unit'") == [(2,)]


def test_books_in_sub_accounts_agree_at_the_end_of_a_year(tmp_path: Path) -> None:
    lines = ["2025-12 170101 b 1000.00", "2025-12 1701 b2 5.00", "2025-12 170102 b 200.00", "2025-12 170201 b 600.00"]
    world = _world(tmp_path, lines, "2025-12")
    assert {item for item, _ in _ages(world)} == {"b2"}
    agreed = "SELECT amount_kind, ledger_amount_cny FROM finance.reconciliation WHERE item_code = 'b' AND difference_kind = 'matched'"
    assert {amount: f"{booked}" for amount, booked in world.ask(agreed)} == {
        "cost": "1200.00", "amortisation": "600.00", "net": "600.00",
    }  # fmt: skip
