"""Worked examples of cards, by hand and to the cent: what the books hold of each at the end of June 2026, and of the year before.

A government unit and an enterprise, a resource a case. A case gives its cost lines (amount, day of posting, day from which it can be used,
life, and what else is said of it), what happened to it, and its amounts without `_cny`; what it does not name is zero.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.worked_lines import CARD_LINES, UNIT_LINES
from tests.world import HOLDER, World
from warehouse.building.build import parameters
from warehouse.tables.definitions import all_tables

COSTS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months,life_basis,purpose"


#: The parts of a report line.
PARTS = ("opening", "addition", "reduction", "closing")


@dataclass(frozen=True)
class Case:
    """lines: `phase amount posted available life basis purpose`, `-` for what is not said. events: `kind day amount`."""

    name: str
    lines: tuple[str, ...]
    amounts: dict[str, str]
    events: tuple[str, ...] = ()
    status: str = "valued"
    findings: frozenset[str] = field(default_factory=frozenset)


def _closing(cost: str, amortisation: str, carrying: str, **more: str) -> dict[str, str]:
    return {"closing_cost": cost, "closing_amortisation": amortisation, "closing_carrying": carrying, **more}


GOVERNMENT = (
    # 36 months from March 2025: 10 in 2025, 16 by June 2026.
    Case(
        "purchase",
        ("开发 120000.00 2025-03-10 2025-03-20 36",),
        _closing(
            "120000.00", "53333.33", "66666.67",
            opening_cost="120000.00", opening_amortisation="33333.33", addition_amortisation="20000.00",
        ),
    ),
    # Research is expensed; 90,000.00 over 60 months from June 2025.
    Case(
        "self_developed",
        (
            "研究 50000.00 2025-01-20 - -",
            "开发 30000.00 2025-02-15 2025-06-05 60",
            "开发 60000.00 2025-05-20 2025-06-05 60",
        ),
        _closing(
            "90000.00", "19500.00", "70500.00",
            opening_cost="90000.00", opening_amortisation="10500.00", addition_amortisation="9000.00",
        ),
    ),
    # Without a day on which it can be used it is in development, whatever life it has.
    Case(
        "in_development",
        ("开发 30000.00 2025-02-15 - 60", "开发 60000.00 2025-05-20 - 60"),
        {"closing_development": "90000.00"},
    ),
    Case("half_developed", ("开发 100.00 2026-01-05 2026-09-01 10",), {"closing_development": "100.00"}),
    # In development until February: five months of ten by June.
    Case(
        "completed",
        ("开发 1000.00 2025-05-10 2026-02-01 10",),
        _closing("1000.00", "500.00", "500.00", addition_cost="1000.00", addition_amortisation="500.00"),
    ),
    # Some of it can be used, some is in development still.
    Case(
        "extended",
        ("开发 1200.00 2026-01-10 2026-01-10 12", "开发 300.00 2026-05-10 - -"),
        _closing(
            "1200.00", "600.00", "600.00",
            addition_cost="1200.00", addition_amortisation="600.00", closing_development="300.00",
        ),
    ),
    # None in the month of disposal: 15 months of 1,000.00.
    Case(
        "disposed",
        ("开发 36000.00 2025-01-10 2025-01-10 36",),
        {
            "opening_cost": "36000.00", "opening_amortisation": "12000.00", "addition_amortisation": "3000.00",
            "reduction_cost": "36000.00", "reduction_amortisation": "15000.00",
        },
        ("处置 2026-04-18 -",),
        "disposed",
    ),
    Case("disposed_before", ("开发 36000.00 2025-01-10 2025-01-10 36",), {}, ("处置 2025-04-18 -",), "disposed"),
    # A subsequent cost goes over the 48 months that remain, with the 48,000.00 that do.
    Case(
        "subsequent",
        ("开发 60000.00 2025-01-05 2025-01-05 60", "开发 24000.00 2026-01-15 2026-01-15 -"),
        _closing(
            "84000.00", "21000.00", "63000.00",
            opening_cost="60000.00", opening_amortisation="12000.00", addition_cost="24000.00", addition_amortisation="9000.00",
        ),
    ),
    # The same, where the line says how many months remain.
    Case(
        "subsequent_with_life",
        ("开发 60000.00 2025-01-05 2025-01-05 60", "开发 24000.00 2026-01-15 2026-01-15 48"),
        _closing(
            "84000.00", "21000.00", "63000.00",
            opening_cost="60000.00", opening_amortisation="12000.00", addition_cost="24000.00", addition_amortisation="9000.00",
        ),
    ),
    # The upgrade makes it last longer: 72,000.00 over 72 months from January.
    Case(
        "upgrade_lasts",
        ("开发 60000.00 2025-01-05 2025-01-05 60", "开发 24000.00 2026-01-15 2026-01-15 72"),
        _closing(
            "84000.00", "18000.00", "66000.00",
            opening_cost="60000.00", opening_amortisation="12000.00", addition_cost="24000.00", addition_amortisation="6000.00",
        ),
    ),
    # Nothing remains of the life when it comes: it goes in its month.
    Case(
        "after_the_end",
        ("开发 1200.00 2024-01-05 2024-01-05 12", "开发 240.00 2026-03-15 2026-03-15 -"),
        _closing(
            "1440.00", "1440.00", "0.00",
            opening_cost="1200.00", opening_amortisation="1200.00", addition_cost="240.00", addition_amortisation="240.00",
        ),
    ),
    # The life that the second line states leads back to the first: 24 months in all.
    Case(
        "life_comes_later",
        ("开发 1200.00 2025-01-05 2025-01-05 -", "开发 600.00 2026-01-05 2026-01-05 12"),
        _closing(
            "1800.00", "1200.00", "600.00",
            opening_cost="1200.00", opening_amortisation="600.00", addition_cost="600.00", addition_amortisation="600.00",
        ),
    ),
    Case("life_missing", ("开发 1000.00 2025-01-05 2025-01-05 -",), {}, (), "unvalued", frozenset({"life_missing"})),
    # Without a life it had no value at the end of last year, so none is there to leave.
    Case(
        "lifeless_disposed",
        ("开发 1000.00 2025-01-05 2025-01-05 -",),
        {},
        ("处置 2026-03-18 -",),
        "disposed_unvalued",
        frozenset({"life_missing"}),
    ),
    Case(
        "indefinite",
        ("开发 5000.00 2025-01-05 2025-01-05 - 不确定",),
        {"opening_cost": "5000.00", "closing_cost": "5000.00", "closing_carrying": "5000.00"},
    ),
    Case(
        "fully_amortised",
        ("开发 1200.00 2024-01-05 2024-01-05 12",),
        {
            "opening_cost": "1200.00", "opening_amortisation": "1200.00",
            "closing_cost": "1200.00", "closing_amortisation": "1200.00",
        },
    ),
    # 100.00 over three: 33.33, 66.67, 100.00; five months of seven are 71.43.
    Case(
        "thirds",
        ("开发 100.00 2026-02-05 2026-02-05 3",),
        {"addition_cost": "100.00", "addition_amortisation": "100.00", "closing_cost": "100.00", "closing_amortisation": "100.00"},
    ),
    Case(
        "sevenths",
        ("开发 100.00 2026-02-05 2026-02-05 7",),
        _closing("100.00", "71.43", "28.57", addition_cost="100.00", addition_amortisation="71.43"),
    ),
    Case(
        "one_cent",
        ("开发 0.01 2026-06-05 2026-06-05 120",),
        {"addition_cost": "0.01", "closing_cost": "0.01", "closing_carrying": "0.01"},
    ),
    # Of lines that can be used in one month the last one's life counts.
    Case(
        "two_lives",
        ("开发 1000.00 2026-01-05 2026-01-05 60", "开发 200.00 2026-01-20 2026-01-20 12"),
        _closing("1200.00", "600.00", "600.00", addition_cost="1200.00", addition_amortisation="600.00"),
    ),
    # 3,000.00 of 12,000.00 leave with a quarter of what was amortised.
    Case(
        "part",
        ("开发 12000.00 2025-01-10 2025-01-10 24",),
        _closing(
            "9000.00", "6750.00", "2250.00",
            opening_cost="12000.00", opening_amortisation="6000.00", addition_amortisation="2500.00",
            reduction_cost="3000.00", reduction_amortisation="1750.00",
        ),
        ("处置 2026-03-18 3000.00",),
    ),
    # More than there is takes all that there is.
    Case(
        "part_of_all",
        ("开发 1000.00 2026-01-10 2026-01-10 10",),
        {
            "addition_cost": "1000.00", "addition_amortisation": "200.00",
            "reduction_cost": "1000.00", "reduction_amortisation": "200.00",
        },
        ("处置 2026-03-18 1500.00",),
        "disposed",
    ),
    # A government unit does not impair.
    Case(
        "not_impaired",
        ("开发 1000.00 2026-01-10 2026-01-10 10",),
        _closing("1000.00", "600.00", "400.00", addition_cost="1000.00", addition_amortisation="600.00"),
        ("减值 2026-03-31 300.00",),
        findings=frozenset({"impairment_of_government"}),
    ),
    # A line that was reversed takes its own amortisation with it, and its life: 50.00 of 500.00, and 18 months of 100.00 stay.
    Case(
        "reversed_later",
        (
            "开发 12000.00 2025-01-10 2025-01-10 120",
            "开发 500.00 2026-02-10 2026-02-10 10",
            "开发 -500.00 2026-03-10 2026-03-10 -",
        ),
        _closing(
            "12000.00", "1800.00", "10200.00",
            opening_cost="12000.00", opening_amortisation="1200.00",
            addition_cost="500.00", addition_amortisation="650.00", reduction_cost="500.00", reduction_amortisation="50.00",
        ),
    ),
    # A negative line that comes before its line waits for it: the card is the sum of its lines, never below nothing.
    Case(
        "reversed_before",
        ("开发 -300.00 2026-01-10 2026-01-10 -", "开发 1000.00 2026-02-10 2026-02-10 10"),
        _closing("700.00", "350.00", "350.00", addition_cost="700.00", addition_amortisation="350.00"),
    ),
    # Only what is left over of it is said.
    Case(
        "reversed_beyond",
        ("开发 1000.00 2026-01-10 2026-01-10 10", "开发 -1300.00 2026-03-10 - -"),
        {"addition_cost": "1000.00", "addition_amortisation": "200.00"}
        | {"reduction_cost": "1000.00", "reduction_amortisation": "200.00"},
        findings=frozenset({"reversal_beyond_cost"}),
    ),
    # Parts are taken out of where they are.
    Case(
        "development_reversed_in_part",
        ("开发 1000.00 2026-01-10 - -", "开发 -300.00 2026-03-10 - -"),
        {"closing_development": "700.00"},
    ),
    Case(
        "development_reversed_in_part_and_completed",
        ("开发 1000.00 2026-01-10 2026-05-01 10", "开发 -300.00 2026-03-10 - -"),
        _closing("700.00", "140.00", "560.00", addition_cost="700.00", addition_amortisation="140.00"),
    ),
    Case(
        "stock_reversed_in_part",
        ("开发 1000.00 2026-01-10 2026-01-10 - - 出售", "开发 -300.00 2026-03-10 - - - 出售"),
        {"closing_stock": "700.00"},
    ),
    # A day to come makes a reversal no later: 13 months of 100.00.
    Case(
        "reversed_on_a_day_to_come",
        ("开发 12000.00 2025-01-10 2025-01-10 120", "开发 -12000.00 2026-02-10 2035-01-01 -"),
        {"opening_cost": "12000.00", "opening_amortisation": "1200.00"}
        | {"reduction_cost": "12000.00", "reduction_amortisation": "1300.00", "addition_amortisation": "100.00"},
    ),
    # What comes later is not what it reverses: 6,000.00 of 10,000.00 leave in June 2025, and 6,000.00 come in January.
    Case(
        "reversed_and_posted_later",
        (
            "开发 10000.00 2025-01-10 2025-01-10 120", "开发 -6000.00 2025-06-10 - -",
            "开发 6000.00 2026-01-10 2026-01-10 -",
        ),
        _closing(
            "10000.00", "933.33", "9066.67",
            opening_cost="4000.00", opening_amortisation="400.00", addition_cost="6000.00", addition_amortisation="533.33",
        ),
    ),
    # Of two that are equal the last before it: 18 months of the old one, one of 41.67 of the new.
    Case(
        "last_of_two_reversed",
        (
            "开发 1000.00 2025-01-10 2025-01-10 24", "开发 1000.00 2026-05-10 2026-05-10 24",
            "开发 -1000.00 2026-06-10 - -",
        ),
        _closing(
            "1000.00", "750.00", "250.00",
            opening_cost="1000.00", opening_amortisation="500.00", addition_cost="1000.00",
            addition_amortisation="291.67", reduction_cost="1000.00", reduction_amortisation="41.67",
        ),
    ),
    # Nothing leaves with an amount of nothing.
    Case(
        "disposal_of_nothing",
        ("开发 1000.00 2026-01-10 2026-01-10 10",),
        _closing("1000.00", "600.00", "400.00", addition_cost="1000.00", addition_amortisation="600.00"),
        ("处置 2026-03-10 0.00",),
        findings=frozenset({"event_amount"}),
    ),
    # Whatever the way in which all of it leaves: 15 months of 1,000.00.
    *(
        Case(
            name,
            ("开发 36000.00 2025-01-10 2025-01-10 36",),
            {
                "opening_cost": "36000.00", "opening_amortisation": "12000.00", "addition_amortisation": "3000.00",
                "reduction_cost": "36000.00", "reduction_amortisation": "15000.00",
            },
            (f"{kind} 2026-04-18 -",),
            "disposed",
            findings=findings,
        )
        for name, kind, findings in (
            ("written_off", "核销", frozenset()),
            ("transferred", "无偿调出", frozenset({"transfer_unmatched"})),
            ("donated", "对外捐赠", frozenset()),
        )
    ),
    # Development that is abandoned is in the books no more; nothing of it was an asset in use.
    Case("abandoned", ("开发 800.00 2026-01-10 - -",), {}, ("终止开发 2026-03-10 -",), "disposed"),
    # What can be used is not abandoned, what is in development not written off: 6 months of ten stay.
    Case(
        "not_abandoned",
        ("开发 1000.00 2026-01-10 2026-01-10 10",),
        _closing("1000.00", "600.00", "400.00", addition_cost="1000.00", addition_amortisation="600.00"),
        ("终止开发 2026-03-10 -",),
        findings=frozenset({"event_not_allowed"}),
    ),
    Case(
        "not_written_off",
        ("开发 800.00 2026-01-10 - -",),
        {"closing_development": "800.00"},
        ("核销 2026-03-10 -",),
        findings=frozenset({"event_not_allowed"}),
    ),
    # What comes after it has left is no second leaving.
    Case(
        "disposed_twice",
        ("开发 1000.00 2026-01-10 2026-01-10 10",),
        {
            "addition_cost": "1000.00", "addition_amortisation": "200.00",
            "reduction_cost": "1000.00", "reduction_amortisation": "200.00",
        },
        ("处置 2026-03-18 -", "核销 2026-05-18 -"),
        "disposed",
        frozenset({"event_after_end"}),
    ),
    # A transfer in says whence it came; its cost is a line like any other.
    Case(
        "transferred_in",
        ("开发 1000.00 2026-01-10 2026-01-10 10",),
        _closing("1000.00", "600.00", "400.00", addition_cost="1000.00", addition_amortisation="600.00"),
        ("无偿调入 2026-01-10 -",),
        findings=frozenset({"transfer_unmatched"}),
    ),
    # A correction, red and blue, after 3,000.00 of 12,000.00 were disposed of: 9,000.00 become 9,500.00, of which 1,050.00 are
    # amortised, and 8,450.00 go over a hundred months.
    Case(
        "corrected_after_part",
        (
            "开发 12000.00 2025-01-10 2025-01-10 120",
            "开发 -12000.00 2026-03-10 - -",
            "开发 12500.00 2026-03-10 2026-03-10 100",
        ),
        _closing(
            "9500.00", "1388.00", "8112.00",
            opening_cost="9000.00", opening_amortisation="900.00", addition_cost="500.00", addition_amortisation="488.00",
        ),
        ("处置 2025-06-10 3000.00",),
    ),
    # All of it is reversed, of which a part was gone: no less than nothing is left, and it is told.
    Case(
        "reversed_after_part",
        ("开发 12000.00 2025-01-10 2025-01-10 120", "开发 -12000.00 2026-03-10 - -"),
        {
            "opening_cost": "9000.00", "opening_amortisation": "900.00", "addition_amortisation": "150.00",
            "reduction_cost": "9000.00", "reduction_amortisation": "1050.00",
        },
        ("处置 2025-06-10 3000.00",),
        findings=frozenset({"taken_beyond_cost"}),
    ),
    # What came out last year stays out when the same amount comes this year: 9,600.00 over the 108 months that remain.
    Case(
        "reduced_then_extended",
        (
            "开发 10000.00 2025-01-10 2025-01-10 120",
            "开发 -6000.00 2025-06-10 - -",
            "开发 6000.00 2026-01-10 2026-01-10 -",
        ),
        _closing(
            "10000.00", "933.33", "9066.67",
            opening_cost="4000.00", opening_amortisation="400.00", addition_cost="6000.00", addition_amortisation="533.33",
        ),
    ),
    # A line of nothing says nothing of the life: 500.00 a month all the same; a card that is amortised stays so.
    Case(
        "nothing_indefinite",
        ("开发 12000.00 2025-01-10 2025-01-10 24", "开发 0.00 2025-02-10 2025-02-10 - 不确定"),
        _closing(
            "12000.00", "9000.00", "3000.00",
            opening_cost="12000.00", opening_amortisation="6000.00", addition_amortisation="3000.00",
        ),
    ),
    Case(
        "nothing_revives",
        ("开发 1200.00 2024-01-05 2024-01-05 12", "开发 0.00 2026-03-10 2024-02-10 240"),
        {
            "opening_cost": "1200.00", "opening_amortisation": "1200.00",
            "closing_cost": "1200.00", "closing_amortisation": "1200.00",
        },
    ),
    # Posted this year and in use since the last, it is of this year, with its amortisation to date: 18 months of 500.00.
    Case(
        "posted_late",
        ("开发 12000.00 2026-06-10 2025-01-10 24",),
        _closing("12000.00", "9000.00", "3000.00", addition_cost="12000.00", addition_amortisation="9000.00"),
    ),
    Case(
        "extended_late",
        ("开发 12000.00 2025-01-10 2025-01-10 24", "开发 12000.00 2026-06-10 2025-01-10 24"),
        _closing(
            "24000.00", "18000.00", "6000.00",
            opening_cost="12000.00", opening_amortisation="6000.00",
            addition_cost="12000.00", addition_amortisation="12000.00",
        ),
    ),
    # By the life that the card had: 12 months of 18 of 240.00, beside 3,000.00.
    Case(
        "extended_late_without_life",
        ("开发 12000.00 2025-01-10 2025-01-10 24", "开发 240.00 2026-03-10 2025-07-10 -"),
        _closing(
            "12240.00", "9160.00", "3080.00",
            opening_cost="12000.00", opening_amortisation="6000.00",
            addition_cost="240.00", addition_amortisation="3160.00",
        ),
    ),
    # Its life was over when it was posted; that of the card goes on.
    Case(
        "extended_late_after_its_end",
        ("开发 12000.00 2025-01-10 2025-01-10 24", "开发 240.00 2026-03-10 2024-07-10 12"),
        _closing(
            "12240.00", "9240.00", "3000.00",
            opening_cost="12000.00", opening_amortisation="6000.00",
            addition_cost="240.00", addition_amortisation="3240.00",
        ),
    ),
    # What was reversed while it was in development leaves nothing.
    Case("development_reversed", ("开发 800.00 2026-01-10 - -", "开发 -800.00 2026-03-10 - -"), {}),
)  # fmt: skip

ENTERPRISE = (
    # 25,000.00 by December; 55,000.00 over 18 months after the impairment.
    Case(
        "impaired",
        ("开发 100000.00 2025-07-01 2025-07-01 24 - 使用",),
        _closing(
            "100000.00", "43333.33", "36666.67",
            opening_cost="100000.00", opening_amortisation="25000.00", opening_impairment="20000.00",
            addition_amortisation="18333.33", closing_impairment="20000.00",
        ),
        ("减值 2025-12-31 20000.00",),
    ),
    # In the year: three months of 100.00, 280.00 impaired, then 420.00 over seven.
    Case(
        "impaired_this_year",
        ("开发 1000.00 2026-01-10 2026-01-10 10",),
        _closing(
            "1000.00", "480.00", "240.00",
            addition_cost="1000.00", addition_amortisation="480.00", addition_impairment="280.00", closing_impairment="280.00",
        ),
        ("减值 2026-03-31 280.00",),
    ),
    # Never below zero.
    Case(
        "impaired_beyond",
        ("开发 1000.00 2026-01-10 2026-01-10 10",),
        {
            "addition_cost": "1000.00", "addition_amortisation": "300.00", "addition_impairment": "700.00",
            "closing_cost": "1000.00", "closing_amortisation": "300.00", "closing_impairment": "700.00",
        },
        ("减值 2026-03-31 2000.00",),
    ),
    # What leaves takes its impairment with it: 60.00 a month after March, one month of it.
    Case(
        "impaired_and_disposed",
        ("开发 1000.00 2026-01-10 2026-01-10 10",),
        {
            "addition_cost": "1000.00", "addition_amortisation": "360.00", "addition_impairment": "280.00",
            "reduction_cost": "1000.00", "reduction_amortisation": "360.00", "reduction_impairment": "280.00",
        },
        ("减值 2026-03-31 280.00", "处置 2026-05-20 -"),
        "disposed",
    ),
    # Held for sale: stock, not amortised.
    Case("stock", ("开发 50000.00 2025-07-01 2025-07-01 - - 出售",), {"closing_stock": "50000.00"}),
    Case("stock_sold", ("开发 500.00 2026-01-01 2026-01-01 - - 出售",), {}, ("处置 2026-05-20 -",), "disposed"),
    # Stock leaves whole; a part of it, or its write-down, is a line of cost.
    Case(
        "stock_in_part",
        ("开发 500.00 2026-01-10 2026-01-10 - - 出售",),
        {"closing_stock": "500.00"},
        ("处置 2026-03-10 200.00",),
        findings=frozenset({"event_without_cost"}),
    ),
    Case(
        "stock_impaired",
        ("开发 500.00 2026-01-10 2026-01-10 - - 出售",),
        {"closing_stock": "500.00"},
        ("减值 2026-03-31 100.00",),
        findings=frozenset({"event_without_cost"}),
    ),
    # A correction leaves the impairment: 361.11 of 7,800.00 by May, then 7,938.89 over a hundred months.
    Case(
        "impaired_then_corrected",
        (
            "开发 12000.00 2025-01-10 2025-01-10 120",
            "开发 -12000.00 2026-06-10 - -",
            "开发 12500.00 2026-06-10 2026-06-10 100",
        ),
        {
            "opening_cost": "12000.00", "opening_amortisation": "1200.00", "opening_impairment": "3000.00",
            "addition_cost": "500.00", "addition_amortisation": "440.50",
            "closing_cost": "12500.00", "closing_amortisation": "1640.50", "closing_impairment": "3000.00",
            "closing_carrying": "7859.50",
        },
        ("减值 2025-12-31 3000.00",),
    ),
    # One part for use, one for sale.
    Case(
        "use_and_sale",
        ("开发 1200.00 2026-01-10 2026-01-10 12 合同 使用", "开发 700.00 2026-01-10 2026-01-10 - - 出售"),
        _closing(
            "1200.00", "600.00", "600.00", addition_cost="1200.00", addition_amortisation="600.00", closing_stock="700.00"
        ),
    ),
)  # fmt: skip


def world_of(folder: Path, cases: tuple[Case, ...], *unit: str) -> World:
    """The unit with the cards of cases, delivered and not built yet. unit: its kind and accounting system, as delivered."""
    world = World(folder, *unit)
    world.cards([case.name for case in cases])
    rows = []
    for case in cases:
        for number, line in enumerate(case.lines, 1):
            phase, amount, posted, available, life, basis, purpose = (*line.split(), "-", "-")[:7]
            cells = (
                case.name,
                f"记-{case.name}",
                str(number),
                "采集",
                phase,
                amount,
                posted,
                available,
                life,
                basis,
                purpose,
            )
            rows.append(",".join("" if cell == "-" else cell for cell in cells))
    world.deliver("costs", "\n".join([COSTS, *rows]), "2026-06-30")
    events = ["resource_code,event_kind,event_date,amount_cny,document_no"]
    for case in cases:
        for number, event in enumerate(case.events):
            kind, day, amount = event.split()
            events.append(f"{case.name},{kind},{day},{'' if amount == '-' else amount},示财{number}号")
    world.deliver("events", "\n".join(events), "2026-06-30")
    return world


@pytest.fixture(scope="module")
def government(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = world_of(tmp_path_factory.mktemp("government"), GOVERNMENT)
    world.build()
    return world


@pytest.fixture(scope="module")
def enterprise(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = world_of(tmp_path_factory.mktemp("enterprise"), ENTERPRISE, "国有企业", "企业会计准则")
    world.build()
    return world


def _check(world: World, case: Case) -> None:
    assert world.values(case.name) == {name: amount for name, amount in case.amounts.items() if float(amount)}
    found = world.ask(
        "SELECT s.snapshot_status, (SELECT string_agg(DISTINCT f.finding_kind, ' ') FROM valuation.control_finding AS f "
        "WHERE f.card_id = c.card_id) FROM valuation.snapshot AS s JOIN registry.asset_card AS c USING (card_id) "
        f"WHERE c.resource_code = '{case.name}'"
    )
    assert found == [(case.status, " ".join(sorted(case.findings)) or None)]


@pytest.mark.parametrize("case", GOVERNMENT, ids=lambda case: case.name)
def test_a_card_of_a_government_unit(government: World, case: Case) -> None:
    _check(government, case)


@pytest.mark.parametrize("case", ENTERPRISE, ids=lambda case: case.name)
def test_a_card_of_an_enterprise(enterprise: World, case: Case) -> None:
    _check(enterprise, case)


def test_opening_and_movements_are_the_closing_of_every_card(government: World, enterprise: World) -> None:
    for world in (government, enterprise):
        for measure in ("cost", "amortisation", "impairment"):
            assert (
                world.ask(
                    f"SELECT card_id FROM valuation.snapshot WHERE opening_{measure}_cny + addition_{measure}_cny "
                    f"- reduction_{measure}_cny <> closing_{measure}_cny OR addition_{measure}_cny < 0"
                )
                == []
            )
        assert world.ask("SELECT card_id FROM valuation.snapshot WHERE closing_carrying_cny < 0") == []


@pytest.mark.parametrize(
    "unit", [(GOVERNMENT,), (ENTERPRISE, "国有企业", "企业会计准则")], ids=["government", "enterprise"]
)
def test_a_year_opens_with_what_the_last_one_closed_with(
    tmp_path: Path, unit: tuple[tuple[Case, ...], *tuple[str, ...]]
) -> None:
    """Both as they are known today; what is known later of a year that was closed is test_closed_periods.py's."""
    world = world_of(tmp_path, *unit)
    found = {}
    for period, part in (("2025-12", "closing"), ("2026-06", "opening")):
        world.build(period)
        amounts = ", ".join(f"nullif({part}_{measure}_cny, 0.00)" for measure in ("cost", "amortisation", "impairment"))
        found[part] = world.ask(
            f"SELECT c.resource_code, {amounts} FROM valuation.snapshot AS s JOIN registry.asset_card AS c USING (card_id) "
            f"WHERE s.period = '{period}' AND s.{part}_cost_cny <> 0 ORDER BY ALL"
        )
    assert found["closing"] == found["opening"] != []


def _lines(world: World) -> dict[str, str]:
    """The lines of R1 (`tests/worked_lines.py`) if each card had a unit of its own; the world stays as it is."""
    table = all_tables()["report.form_r1"]
    cells = ", ".join(f"{part}_count, CAST({part}_carrying_cny AS VARCHAR)" for part in PARTS)
    world.connection.execute("BEGIN")
    world.connection.execute("UPDATE valuation.snapshot SET holder_code = resource_code")
    world.connection.execute(
        "INSERT INTO report.placement (period, unit_code, report_kind, level, entity_code, entity_name) "
        "SELECT period, resource_code, 'government', 'unit', resource_code, resource_code FROM valuation.snapshot"
    )
    rows = world.connection.execute(
        f"SELECT entity_code, {cells} FROM ({table.model}) WHERE level = 'unit' AND entity_code <> '{HOLDER}'",
        parameters(str(table.model), "2026-06"),
    ).fetchall()
    world.connection.execute("ROLLBACK")
    return {
        code: " | ".join(f"{n} {carrying}" for n, carrying in zip(found[::2], found[1::2], strict=True))
        for code, *found in rows
    }


@pytest.mark.parametrize("cases", [GOVERNMENT, ENTERPRISE], ids=["government", "enterprise"])
def test_the_report_line_of_each_card(request: pytest.FixtureRequest, cases: tuple[Case, ...]) -> None:
    world: World = request.getfixturevalue("government" if cases is GOVERNMENT else "enterprise")
    assert _lines(world) == {case.name: CARD_LINES[case.name] for case in cases}


@pytest.mark.parametrize("unit", UNIT_LINES)
@pytest.mark.parametrize("level", ["unit", "city"])
def test_the_report_line_of_the_unit(request: pytest.FixtureRequest, unit: str, level: str) -> None:
    world: World = request.getfixturevalue(unit)
    cells = ", ".join(
        f"CAST({name if name.endswith('_count') else name + '_cny'} AS VARCHAR)" for name in UNIT_LINES[unit]
    )
    (found,) = world.ask(f"SELECT {cells} FROM report.form_r1 WHERE level = '{level}'")
    assert dict(zip(UNIT_LINES[unit], found, strict=True)) == UNIT_LINES[unit]


def test_an_impairment_counts_for_nothing_where_the_unit_is_not_known_to_be_an_enterprise(tmp_path: Path) -> None:
    (case,) = (c for c in GOVERNMENT if c.name == "not_impaired")
    world = world_of(tmp_path, (case,), "其他", "")
    world.build()
    _check(world, case)


def test_a_part_is_disposed_of_whether_or_not_its_holder_is_registered(tmp_path: Path) -> None:
    (case,) = (c for c in GOVERNMENT if c.name == "part")
    world = world_of(tmp_path, (case,))
    world.connection.execute("UPDATE landing.delivery SET status = 'withdrawn' WHERE kind = 'organisations'")
    world.connection.execute("DELETE FROM landing.record WHERE kind = 'organisations'")
    world.build()
    _check(world, case)


# --- what papers do: they make a card, and neither end it nor change its amounts -----------------------------------


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("papers"))
    codes = ("renewed", "failed", "expired", "ended", "denied", "memo")
    world.cards(codes)
    line = "{0},记-{0},1,采集,开发,36000.00,2025-01-10,2025-01-10,36,,"
    costs = [line.format(code) for code in (*codes[:-1], "late", "unknown")]
    world.deliver("costs", "\n".join([COSTS, *costs]), "2026-06-30")
    reviews = "resource_code,review_kind,result,issued_date,valid_to,document_no\n"
    world.deliver(
        "reviews",
        reviews + "renewed,安全审查,通过,2026-03-01,2027-02-28,续\nfailed,安全审查,不通过,2026-03-01,,否\n"
        "expired,安全审查,通过,2024-07-01,2025-06-30,旧\nexpired,风险评估,通过,2024-07-01,2025-06-30,旧\n",
        "2026-06-30",
    )
    # Of `late` the evidence is dated February 2026; of `unknown` there is none.
    world.deliver("catalog", f"identifier,title,provider_code\nlate,晚,{HOLDER}\nunknown,未,{HOLDER}\n", "2020-02-01")
    evidence = "resource_code,criterion,statement,document_no,issued_date\n"
    world.deliver("evidence", evidence + "late,控制,符合,1,2026-02-10\nlate,效益,符合,2,2026-02-10\n", "2026-06-30")
    decisions = "decision_id,subject_kind,subject_key,decision,reason,decided_by,decided_at\n"
    world.deliver(
        "decisions",
        decisions + f"D1,确认条件,{HOLDER}|ended|效益,不符合,停用,数据局,2026-03-15\n"
        f"D2,确认条件,{HOLDER}|denied|控制,不符合,权属,数据局,2019-03-15\n",
        "2026-06-30",
    )
    world.build()
    return world


@pytest.mark.parametrize("code", ["renewed", "failed", "expired"])
def test_a_review_changes_no_amount(papers: World, code: str) -> None:
    assert papers.values(code) == _closing(
        "36000.00", "18000.00", "18000.00",
        opening_cost="36000.00", opening_amortisation="12000.00", addition_amortisation="6000.00",
    )  # fmt: skip


def test_what_failed_or_expired_is_a_finding(papers: World) -> None:
    told = "SELECT resource_code, requirement, finding_kind FROM registry.card_finding WHERE resource_code <> 'late' ORDER BY ALL"
    assert papers.ask(told) == [
        ("expired", "lawful.risk", "condition_expired"),
        ("expired", "lawful.security", "condition_expired"),
        ("failed", "lawful.security", "condition_failed"),
    ]  # fmt: skip


def test_a_card_proven_late_enters_with_its_amortisation_to_date(papers: World) -> None:
    assert papers.values("late") == _closing(
        "36000.00", "18000.00", "18000.00", addition_cost="36000.00", addition_amortisation="18000.00"
    )
    card = "SELECT is_recognised_late, CAST(recognised_date AS VARCHAR) FROM registry.asset_card WHERE resource_code = 'late'"
    assert papers.ask(card) == [
        (True, "2026-02-10")
    ]  # fmt: skip


def test_a_decision_ends_a_card_as_a_reduction(papers: World) -> None:
    assert papers.values("ended") == {
        "opening_cost": "36000.00", "opening_amortisation": "12000.00", "addition_amortisation": "2000.00",
        "reduction_cost": "36000.00", "reduction_amortisation": "14000.00",
    }  # fmt: skip


def test_each_resource_stands_in_one_register_or_says_why_in_none(papers: World) -> None:
    assert papers.ask("SELECT resource_code, standing FROM registry.resource_standing ORDER BY ALL") == [
        ("denied", "outside"), ("ended", "card"), ("expired", "card"), ("failed", "card"), ("late", "card"),
        ("memo", "memo"), ("renewed", "card"), ("unknown", "unassessed"),
    ]  # fmt: skip
    # Until its papers came `late` was not known to be an asset, so it never stood in the memo register.
    entered = "SELECT resource_code, CAST(entered_date AS VARCHAR), CAST(left_date AS VARCHAR) FROM registry.memo_register ORDER BY ALL"
    found = {code: (entered, left) for code, entered, left in papers.ask(entered)}
    assert found["memo"] == ("2020-01-02", None)
    assert "late" not in found
    assert found["renewed"] == ("2020-01-02", "2025-01-10")
    ((memo_count, unassessed),) = papers.ask(
        "SELECT memo_count, unassessed_count FROM report.form_r1 WHERE level = 'city'"
    )
    assert (memo_count, unassessed) == (1, 1)
