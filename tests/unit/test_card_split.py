"""Splits of cards: cost and amortisation of the old and the new cards together stay what they were; what is unclear or differs is told.

Each old card is of 36,000.00 over 36 months from January 2025: 1,000.00 a month.
"""

from decimal import Decimal

import pytest

from tests.world import World

HEADINGS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months"
OLD = ("whole", "part", "untaken", "gone")
Sum = tuple[Decimal, Decimal]
NEW = ("half_a", "half_b", "quarter", "less", "known", "stray")


def _event(code: str, former: str, amount: str, day: str = "2026-04-18") -> str:
    return f"{code},拆分,{day},{amount},示财{former}号,{former}"


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("split"))
    world.cards([*OLD, *NEW])
    rows = [f"{code},{code},1,采集,开发,36000.00,2025-01-10,2025-01-10,36" for code in OLD]
    taken = {"half_a": "12000.00", "half_b": "24000.00", "quarter": "9000.00", "less": "8000.00"}
    rows += [f"{code},拆{code},1,拆分转入,开发,{amount},2026-04-18,2025-01-10,36" for code, amount in taken.items()]
    rows.append("known,known,1,采集,开发,100.00,2025-06-10,2025-06-10,10")
    world.deliver("costs", "\n".join([HEADINGS, *rows]), "2026-06-30")
    events = [
        _event("half_a", "whole", "12000.00"),
        _event("half_b", "whole", "24000.00"),
        _event("quarter", "part", "9000.00"),
        _event("less", "untaken", "9000.00"),
        # A code that had cost before, one of no card, and one after the end.
        _event("known", "untaken", "100.00", "2026-05-18"),
        _event("stray", "nowhere", "100.00"),
        "gone,核销,2026-03-18,,示财9号,",
        _event("stray", "gone", "100.00", "2026-05-18"),
    ]
    world.deliver(
        "events",
        "\n".join(["resource_code,event_kind,event_date,amount_cny,document_no,former_code", *events]),
        "2026-06-30",
    )
    return world


@pytest.fixture(scope="module")
def sums(delivered: World) -> dict[tuple[str, ...], list[Sum]]:
    """Cost and amortisation of cards together at the end of March, April and June, the last of which stays built."""
    found: dict[tuple[str, ...], list[Sum]] = {("whole", "half_a", "half_b"): [], ("part", "quarter"): []}
    for period in ("2026-03", "2026-04", "2026-06"):
        delivered.build(period)
        for cards, amounts in found.items():
            amounts += delivered.ask(
                "SELECT sum(s.closing_cost_cny), sum(s.closing_amortisation_cny) FROM valuation.snapshot AS s "
                f"JOIN registry.asset_card AS c USING (card_id) WHERE c.resource_code IN {cards}"
            )
    return found


@pytest.fixture
def world(delivered: World, sums: object) -> World:
    """At the end of June."""
    return delivered


def test_a_card_that_is_split_leaves_and_the_new_ones_take_over_its_amortisation(world: World) -> None:
    # Fifteen months of 1,000.00 leave; the new cards have eighteen by June.
    assert world.values("whole") == {
        "opening_cost": "36000.00", "opening_amortisation": "12000.00", "addition_amortisation": "3000.00",
        "reduction_cost": "36000.00", "reduction_amortisation": "15000.00",
    }  # fmt: skip
    assert world.values("half_a") == {
        "addition_cost": "12000.00", "addition_amortisation": "6000.00", "closing_cost": "12000.00",
        "closing_amortisation": "6000.00", "closing_carrying": "6000.00",
    }  # fmt: skip
    assert world.values("half_b")["closing_amortisation"] == "12000.00"


def test_a_part_that_is_split_off_leaves_with_its_share(world: World) -> None:
    # 27,000.00 stay with 13,500.00, and 9,000.00 go with 4,500.00.
    assert {name: world.values("part")[name] for name in ("closing_cost", "closing_amortisation", "reduction_cost")} == {
        "closing_cost": "27000.00", "closing_amortisation": "13500.00", "reduction_cost": "9000.00",
    }  # fmt: skip
    assert world.values("quarter")["closing_amortisation"] == "4500.00"


def test_cost_and_amortisation_are_what_they_would_be_without_the_split(sums: dict[tuple[str, ...], list[Sum]]) -> None:
    # By the end of March, April and June: the split is of 18 April.
    for cards, found in sums.items():
        assert found == [(Decimal("36000.00"), Decimal(1000 * months)) for months in (15, 16, 18)], cards


def test_what_is_unclear_or_differs_is_told(world: World) -> None:
    assert world.ask(
        "SELECT resource_code, finding_kind, found_count, mend_zh <> '' FROM registry.register_finding "
        "WHERE finding_kind LIKE 'split%' ORDER BY ALL"
    ) == [
        ("known", "split_unclear", 1, True),
        ("less", "split_cost_differs", 1, True),
        ("stray", "split_unclear", 2, True),
    ]
