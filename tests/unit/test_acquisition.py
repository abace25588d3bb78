"""How assets were acquired: what a line says, what its phase tells, and the balances by it; assets at the nominal amount of 1 yuan.

Amounts by hand at the end of June 2026, a card a case.
"""

from decimal import Decimal
from typing import Any

import pytest

from tests.world import HOLDER, World

HEADINGS = (
    "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months,acquisition"
)
LINES = (
    # 36 months from January 2025: 12 in 2025, 18 by June.
    "bought,1,1,采购,开发,36000.00,2025-01-10,2025-01-10,36,外购",
    # What is added later stands where the asset does; 48 months from January 2026 with the 48,000.00 that remain.
    "extended,2,1,采购,开发,60000.00,2025-01-05,2025-01-05,60,外购",
    "extended,3,1,加工,开发,24000.00,2026-01-15,2026-01-15,,",
    "made,4,1,研发,研究,5000.00,2025-01-20,,,",
    "made,4,2,研发,开发,1200.00,2026-01-10,2026-01-10,12,自行开发",
    "given,5,1,捐赠,开发,1.00,2025-03-10,2025-03-10,24,名义金额",
    "given_dear,6,1,捐赠,开发,240.00,2026-05-10,2026-05-10,24,名义金额",
    "mixed,7,1,采购,开发,100.00,2025-03-10,2025-03-10,10,接受捐赠",
    "mixed,7,2,采购,开发,100.00,2025-04-10,2025-03-10,10,外购",
    "silent,8,1,采购,开发,10.00,2026-06-10,2026-06-10,10,",
    # Given away again in May: 1.00 leaves.
    "left,9,1,捐赠,开发,1.00,2025-03-10,2025-03-10,,名义金额",
)
CODES = ("bought", "extended", "made", "given", "given_dear", "mixed", "silent", "left")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("acquired"))
    world.cards(CODES)
    world.deliver("costs", "\n".join([HEADINGS, *LINES]), "2026-06-30")
    world.deliver(
        "events", "resource_code,event_kind,event_date,document_no\nleft,对外捐赠,2026-05-20,示财1号\n", "2026-06-30"
    )
    world.build()
    return world


def _fields(world: World, field: str) -> dict[str, list[Any]]:
    found = world.ask(
        "SELECT c.resource_code, f.field_value, f.source_kind, f.source_reference FROM registry.card_field AS f "
        f"JOIN registry.asset_card AS c USING (card_id) WHERE f.card_field = '{field}'"
    )
    return {code: list(rest) for code, *rest in found}


def test_a_card_says_how_it_was_acquired_and_what_it_rests_on(world: World) -> None:
    assert _fields(world, "acquisition") == {
        "bought": ["外购", "delivery", "1"],
        "extended": ["外购", "delivery", "2"],
        "made": ["自行开发", "delivery", "4"],
        "given": ["按名义金额入账（名义金额1元，不摊销）", "delivery", "5"],
        "given_dear": ["按名义金额入账（名义金额1元，不摊销）", "delivery", "6"],
        "mixed": ["接受捐赠", "delivery", "7"],
        "left": ["按名义金额入账（名义金额1元，不摊销）", "delivery", "9"],
    }


def test_research_tells_self_development_and_no_other_phase_tells_anything(world: World) -> None:
    assert world.ask(
        "SELECT voucher_no, phase, acquisition, is_acquisition_derived FROM registry.treated_cost "
        "WHERE voucher_no IN ('3', '4', '8') ORDER BY ALL"
    ) == [
        ("3", "development", None, False),
        ("4", "development", "self_developed", False),
        ("4", "research", "self_developed", True),
        ("8", "development", None, False),
    ]


def test_a_card_at_nominal_amount_is_of_one_yuan_and_never_amortised(world: World) -> None:
    assert world.values("given") == {"opening_cost": "1.00", "closing_cost": "1.00", "closing_carrying": "1.00"}
    assert world.values("left") == {"opening_cost": "1.00", "reduction_cost": "1.00"}
    assert {code: value for code, (value, *_) in _fields(world, "value_basis").items() if value != "原值"} == {
        "given": "名义金额",
        "left": "名义金额",
    }
    listed = "SELECT resource_code, closing_cost_cny FROM report.asset_list WHERE value_basis = 'nominal_amount'"
    assert world.ask(listed) == [("given", Decimal("1.00"))]


def test_what_is_not_of_the_nominal_amount_is_cost_and_told(world: World) -> None:
    # Two months of 24.
    assert world.values("given_dear") == {
        "addition_cost": "240.00", "addition_amortisation": "20.00", "closing_cost": "240.00", "closing_amortisation": "20.00",
        "closing_carrying": "220.00",
    }  # fmt: skip
    assert world.ask(
        "SELECT finding_kind, resource_code, found_count, mend_zh <> '' FROM registry.register_finding "
        "WHERE finding_kind <> 'unassessed_resources' ORDER BY ALL"
    ) == [
        ("acquisition_differs", "mixed", 2, True),
        ("nominal_amount_differs", "given_dear", 1, True),
    ]


def test_balances_by_way_of_acquisition(world: World) -> None:
    found = world.ask(
        "SELECT acquisition, value_basis, asset_group, opening_count, addition_count, reduction_count, closing_count, "
        "opening_cost_cny, addition_cost_cny, reduction_cost_cny, closing_cost_cny, closing_amortisation_cny "
        "FROM valuation.acquisition_balance ORDER BY ALL"
    )
    assert [(*row[:7], *map(str, row[7:])) for row in found] == [
        ("donated", "original_cost", "other", 1, 0, 0, 1, "200.00", "0.00", "0.00", "200.00", "200.00"),
        ("nominal_amount", "nominal_amount", "other", 2, 0, 1, 1, "2.00", "0.00", "1.00", "1.00", "0.00"),
        ("nominal_amount", "original_cost", "other", 0, 1, 0, 1, "0.00", "240.00", "0.00", "240.00", "20.00"),
        ("purchased", "original_cost", "purchased", 2, 0, 0, 2, "96000.00", "24000.00", "0.00", "120000.00", "39000.00"),
        ("self_developed", "original_cost", "self_developed", 0, 1, 0, 1, "0.00", "1200.00", "0.00", "1200.00", "600.00"),
        ("unknown", "original_cost", "unknown", 0, 1, 0, 1, "0.00", "10.00", "0.00", "10.00", "1.00"),
    ]  # fmt: skip


def test_balances_sum_to_those_of_the_cards(world: World) -> None:
    names = [
        name
        for (name,) in world.ask(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'valuation' "
            "AND table_name = 'acquisition_balance' AND (column_name LIKE '%_cny' OR column_name LIKE '%_count')"
        )
    ]
    assert len(names) == 23
    sums = ", ".join(f"sum({name})" for name in names)
    (of_ways,) = world.ask(f"SELECT {sums} FROM valuation.acquisition_balance")
    (of_cards,) = world.ask(f"SELECT {sums} FROM valuation.snapshot WHERE holder_code = '{HOLDER}'")
    assert of_ways == of_cards
