"""A card is the sum of its lines, whatever is reversed, in whole or in part, in development, use or stock, and never below nothing."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from tests.world import World

COSTS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months,purpose"


def _lines(code: str, chance: Random) -> list[tuple[Decimal, str]]:
    """Amount and row of one to five lines of a card, of which the first alone is surely positive."""
    purpose = chance.choice(("使用", "使用", "使用", "出售"))
    posted, found = date(2024, 6, 1), []
    for number in range(chance.randint(1, 5)):
        posted += timedelta(chance.randrange(120))
        came_in = not number or chance.random() < 0.5
        amount = Decimal(chance.choice((100, 100, 250, 700)) if came_in else -chance.choice((100, 100, 60, 400)))
        lag = chance.choice((0, 0, None, 60)) if came_in else None
        available = "" if lag is None else posted + timedelta(lag)
        voucher = f"记-{chance.randrange(3)}{code}"
        found.append(
            (
                amount,
                f"{code},{voucher},{number},采集,开发,{amount},{posted},{available},{'' if number else 36},{purpose}",
            )
        )
    return found


def test_a_card_is_the_sum_of_its_lines_and_never_below_nothing(tmp_path: Path) -> None:
    chance = Random(20260630)  # noqa: S311
    lines = {f"c{n}": _lines(f"c{n}", chance) for n in range(300)}
    world = World(tmp_path)
    world.cards(lines)
    world.deliver("costs", "\n".join([COSTS, *(row for rows in lines.values() for _, row in rows)]), "2026-06-30")
    world.build()
    held = dict(
        world.ask(
            "SELECT resource_code, closing_cost_cny + closing_development_cny + closing_stock_cny FROM valuation.snapshot "
            "WHERE snapshot_status = 'valued'"
        )
    )
    sums = {code: sum((amount for amount, _ in rows), Decimal(0)) for code, rows in lines.items()}
    assert len(held) > 250
    assert {code: total for code, total in held.items() if total != max(0, sums[code])} == {}
    said = "SELECT resource_code FROM valuation.control_finding WHERE finding_kind IN ('reversal_beyond_cost', 'cost_not_conserved')"
    beyond = {code for (code,) in world.ask(said)}
    assert beyond == {code for code, total in sums.items() if total < 0}


def test_each_line_is_reversed_once_by_one_that_came_after_it(tmp_path: Path) -> None:
    chance = Random(7)  # noqa: S311
    world = World(tmp_path)
    rows = [row for n in range(200) for _, row in _lines(f"c{n}", chance)]
    world.deliver("costs", "\n".join([COSTS, *rows]), "2026-06-30")
    world.build()
    assert world.ask(
        "SELECT count(*) > 20 AND count(*) = count(DISTINCT (r.holder_code, reversed_period, reversed_voucher_no, reversed_line_no)) "
        "AND bool_and(p.posted_date <= n.posted_date AND p.amount_cny = -n.amount_cny AND p.resource_code = n.resource_code) "
        "FROM valuation.reversal AS r JOIN valuation.voucher_line AS n USING (holder_code, posted_period, voucher_no, line_no) "
        "JOIN valuation.voucher_line AS p ON p.holder_code = r.holder_code AND p.posted_period = reversed_period "
        "AND p.voucher_no = reversed_voucher_no AND p.line_no = reversed_line_no"
    ) == [(True,)]
