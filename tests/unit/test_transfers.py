"""Transfers between units are compared, papers on resources that nobody knows are told, and what left with shares of common cost."""

import pytest

from tests.landing import name_authorities
from tests.world import HOLDER, World

FINANCE = "11990100000000299X"
OTHER = "11990100000000300X"
EVENTS = "resource_code,event_kind,event_date,amount_cny,counterpart_code,document_no"
COSTS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months,driver"
#: Each a transfer of a card of 12,000.00, of which 14 months of 120 are amortised in March 2026: 10,600.00.
CODES = ("cost", "carrying", "dear", "late", "alone", "paper", "common")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("transfers"))
    world.cards(CODES)
    name_authorities(world.connection, {"finance_authority": FINANCE})
    unit = "organisation_code,name,level,district_code,unit_kind,accounting_system,valid_from\n"
    world.deliver(
        "organisations", unit + f"{OTHER},乙,市,990100,行政单位,政府会计,2020-01-01\n", "2020-02-02", deliverer=FINANCE
    )
    lines = [f"{code},记-{code},1,采集,开发,12000.00,2025-01-10,2025-01-10,120," for code in CODES[:-1]]
    shared = [
        "common,记-c,1,采集,开发,300.00,2026-05-10,2026-05-10,10,",
        ",记-共,1,平台,开发,700.00,2026-05-20,2026-05-20,10,按资源数",
    ]
    world.deliver("costs", "\n".join([COSTS, *lines, *shared]), "2026-06-30")
    out = [f"{code},无偿调出,2026-03-{20 if code == 'alone' else 10},,{OTHER},示调{code}" for code in CODES[:-1]]
    world.deliver("events", "\n".join([EVENTS, *out, "common,处置,2026-06-10,300.00,,示处1号"]), "2026-06-30")
    came = {"cost": ("2026-03-10", 12000), "carrying": ("2026-03-20", 10600), "dear": ("2026-03-10", 990000)}
    came |= {"late": ("2026-06-10", 12000), "paper": ("2026-03-11", 12000)}
    catalog = [f"{code}2,资源{code},{OTHER}" for code in came]
    world.deliver("catalog", "\n".join(["identifier,title,provider_code", *catalog]), "2020-03-01", deliverer=OTHER)
    # What the event does not say, the line of cost does.
    told = [
        f"{code}2,无偿调入,{day},{'' if code == 'dear' else f'{amount}.00'},{HOLDER},{'乙收1号' if code == 'paper' else f'示调{code}'}"
        for code, (day, amount) in came.items()
    ]
    world.deliver("events", "\n".join([EVENTS, *told]), "2026-06-30", deliverer=OTHER)
    dear = "dear2,记-1,1,采集,开发,990000.00,2026-03-15,2026-03-15,120,"
    world.deliver("costs", f"{COSTS}\n{dear}", "2026-06-30", deliverer=OTHER)
    world.deliver(
        "reviews",
        "resource_code,review_kind,result,issued_date,document_no\nnosuch,安全审查,通过,2026-02-01,审1\ncost,风险评估,通过,2026-02-01,审2\n",
    )
    world.deliver(
        "decisions",
        "decision_id,subject_kind,subject_key,decision,reason,decided_by,decided_at\n"
        f"D1,确认条件,{HOLDER}|nobody|效益,不符合,停用,财政局,2026-03-15\n",
        deliverer=FINANCE,
    )
    world.deliver(
        "contracts",
        "contract_no,resource_codes,signed_date,amount_cny,counterpart_code,purpose,payment\n"
        f"H1,cost；nosuch,2026-01-01,100,{OTHER},产业发展,有偿\n",
    )
    world.deliver(
        "forecasts",
        "resource_code,document_no,year_no,income_cny,discount_rate,appraiser,appraisal_date,income_kind\n"
        "unheard,F1,1,100,0.08,某评估公司,2026-01-01,直接\n",
    )
    world.deliver(
        "comparables",
        "resource_code,part_no,comparable_no,document_no,transacted_cny,transacted_date,quality_factor,supply_factor,date_factor,"
        "capacity_factor,other_factor,appraiser,appraisal_date\n"
        "unheard,1,R1,C1,100,2026-01-01,1,1,1,1,1,某评估公司,2026-01-01\n",
    )
    world.build()
    return world


def _transfers(world: World, code: str) -> list[tuple[str, ...]]:
    return world.ask(
        "SELECT holder_code, finding_kind FROM valuation.control_finding WHERE finding_kind LIKE 'transfer%' "
        f"AND (resource_code = '{code}' OR resource_code = '{code}2') ORDER BY ALL"
    )


@pytest.mark.parametrize("code", ["cost", "carrying", "paper"])
def test_a_transfer_that_both_tell_alike_is_no_finding(world: World, code: str) -> None:
    """At cost or at its carrying amount, and under papers of their own."""
    assert _transfers(world, code) == []


@pytest.mark.parametrize(("code", "kind"), [("dear", "transfer_amount_differs"), ("late", "transfer_date_differs")])
def test_what_they_tell_otherwise_is_told_to_both(world: World, code: str, kind: str) -> None:
    assert _transfers(world, code) == [(HOLDER, kind), (OTHER, kind)]


def test_what_one_tells_alone_is_a_finding(world: World) -> None:
    assert _transfers(world, "alone") == [(HOLDER, "transfer_unmatched")]


def test_papers_on_resources_that_nobody_knows_are_told_to_who_delivered_them(world: World) -> None:
    assert world.ask(
        "SELECT holder_code, resource_code, found_count FROM registry.register_finding "
        "WHERE finding_kind = 'resource_unknown' AND message_zh IS NOT NULL ORDER BY ALL"
    ) == [(HOLDER, "nosuch", 2), (HOLDER, "unheard", 2), (FINANCE, "nobody", 1)]


def test_shares_that_leave_with_a_card_for_the_amount_of_its_own_cost_are_told(world: World) -> None:
    told = world.ask(
        "SELECT resource_code, amount_cny FROM valuation.control_finding WHERE finding_kind = 'shared_cost_left'"
    )
    assert [(code, str(amount)) for code, amount in told] == [("common", "100.00")]
