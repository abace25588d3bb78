"""The use block of a card: what contracts and receipts say of who uses its resource, for what, on which terms."""

import pytest

from tests.world import World

BUYER = "91330100000000002X"
CONTRACTS = (
    # In force; of one resource.
    f"合1,{BUYER},产业发展,有偿,50000.00,2026-02-10,2026-03-01,2027-02-28,sold",
    # Without an end; of two, one under the code that it had.
    f"合2,{BUYER},公共治理,无偿,,2025-01-10,,,sold;former",
    # Ended before: what came in on it stays.
    f"合3,{BUYER},行业发展,有偿,100.00,2024-01-10,2024-01-10,2025-01-09,sold",
    f"合4,{BUYER},产业发展,有偿,1.00,2026-01-10,,,absent",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("used"))
    world.cards(["sold", "recoded", "idle"])
    rows = [f"{code},{code},1,采集,开发,12.00,2025-01-10,2025-01-10,12" for code in ("sold", "recoded", "idle")]
    costs = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months"
    world.deliver("costs", "\n".join([costs, *rows]), "2026-06-30")
    world.deliver(
        "events",
        "resource_code,event_kind,event_date,document_no,former_code\nrecoded,变更编码,2026-01-05,示数1号,former\n",
        "2026-06-30",
    )
    contracts = "contract_no,counterpart_code,purpose,payment,amount_cny,signed_date,valid_from,valid_to,resource_codes"
    world.deliver("contracts", "\n".join([contracts, *CONTRACTS]), "2026-06-30")
    world.deliver(
        "receipts",
        "receipt_no,contract_no,amount_cny,received_date,state\n收1,合1,30000.00,2026-04-15,已收\n收2,合1,20000.00,2026-05-15,应收\n"
        "收3,合1,500.00,2026-05-20,退回\n收4,合2,7.00,2026-05-20,已收\n收5,合3,100.00,2024-05-20,已收\n",
        "2026-06-30",
    )
    world.build()
    return world


def _use(world: World, code: str) -> dict[str, str]:
    return dict(
        world.ask(
            "SELECT f.card_field, f.field_value FROM registry.card_field AS f JOIN registry.asset_card AS c USING (card_id) "
            f"WHERE c.resource_code = '{code}' AND f.card_field IN ('using_unit', 'scenario', 'is_paid', 'contract', 'revenue')"
        )
    )


def test_a_card_names_its_contracts_in_force_and_what_came_in(world: World) -> None:
    assert _use(world, "sold") == {
        "using_unit": BUYER,
        "scenario": "产业发展、公共治理",
        "is_paid": "无偿、有偿",
        "contract": "合1，有效期至 2027-02-28；合2",
        "revenue": "合1 29500.00 元；合2 7.00 元（2 项资源合计）；合3 100.00 元",
    }


def test_a_contract_under_a_former_code_is_of_the_card(world: World) -> None:
    assert _use(world, "recoded") == {
        "using_unit": BUYER,
        "scenario": "公共治理",
        "is_paid": "无偿",
        "contract": "合2",
        "revenue": "合2 7.00 元（2 项资源合计）",
    }


def test_what_no_contract_says_is_unknown(world: World) -> None:
    assert _use(world, "idle") == {}
