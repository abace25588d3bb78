"""What is delivered and does nothing is told: decisions that name no criterion or control, receipts of no contract, and development of
enterprises of which nothing says whether it must show its tests."""

from pathlib import Path

import pytest

from tests.landing import name_authorities
from tests.world import HOLDER, World

DATA, FINANCE = "11990100000000298X", "11990100000000299X"
DECISIONS = "decision_id,subject_kind,subject_key,decision,reason,decided_by,decided_at,expires_at\n"
RECEIPTS = "receipt_no,contract_no,amount_cny,received_date,state\n"
CONTRACTS = "contract_no,resource_codes,signed_date,amount_cny,counterpart_code,purpose,payment\n"
COSTS = (
    "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months,acquisition\n"
)
#: Decision -> what is said of it: kind of finding, what it names, what may have been meant; none of those that do what they say.
SAID = {
    "A|控制力 符合": ("criterion_unknown", "控制力", "控制"),
    "A|效益性 不符合": ("criterion_unknown", "效益性", "效益"),
    "A|规模 符合": ("criterion_unknown", "规模", None),
    "A| 符合": ("criterion_unknown", "", None),
    "A|控制 放行": ("decision_unsuited", "放行", None),
    "A|技术可行性 符合": ("criterion_not_decided", "技术可行性", None),
    "A|控制 符合": None,
    # Criteria have the names that forms have, not codes.
    "A|measurable 符合": ("criterion_unknown", "measurable", None),
}


def _decided(world: World, kind: str, deliverer: str, said: dict[str, tuple[str, ...]]) -> None:
    rows = [
        f"{number},{kind},{HOLDER}|{key},{word},核对,示例市局,2026-03-01,2027-01-01\n"
        for number, (key, word) in said.items()
    ]
    world.deliver("decisions", DECISIONS + "".join(rows), "2026-06-30", deliverer=deliverer)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("unclear"), "国有企业", "企业会计准则")
    world.cards(["A", "B", "C", "D"])
    name_authorities(world.connection, {"data_authority": DATA, "finance_authority": FINANCE})
    # The unit itself may not say what it is once there are authorities.
    unit = "organisation_code,name,level,district_code,unit_kind,accounting_system,valid_from\n"
    row = f"{HOLDER},示例市数据集团,市,990100,国有企业,企业会计准则,2020-01-01\n"
    world.deliver("organisations", unit + row, "2020-02-02", deliverer=DATA)
    _decided(world, "确认条件", DATA, {f"R{number}": tuple(said.split(" ")) for number, said in enumerate(SAID)})
    held = "research_words|2026-01|B|1"
    _decided(
        world,
        "计价控制",
        FINANCE,
        {"C1": (held, "放行"), "C2": (held.replace("words", "word"), "放行"), "C3": ("no_control|B", "退回")},
    )
    world.deliver("contracts", CONTRACTS + f"H1,A,2026-01-01,100,{DATA},产业发展,有偿\n", "2026-06-30")
    rows = ("1,H1", "2,H2", "3,H3", "4,H2", "5,")
    world.deliver("receipts", RECEIPTS + "".join(f"{row},10.00,2026-02-01,已收\n" for row in rows), "2026-06-30")
    lines = (
        "A,A,1,研发,开发,100.00,2026-01-10,2026-01-10,10,自行开发",
        "B,B,1,课题库,开发,100.00,2026-01-10,2026-01-10,10,外购",
        "C,C,1,研发,开发,100.00,2026-01-10,2026-01-10,10,",
        "C,C,2,研发,开发,200.00,2026-01-10,2026-01-10,10,",
        "C,C,3,红字,开发,-200.00,2026-02-10,,,",
        "D,D,1,调研,研究,100.00,2026-01-10,,,",
        "D,D,2,研发,开发,100.00,2026-01-10,2026-01-10,10,自行加工",
    )
    world.deliver("costs", COSTS + "\n".join(lines), "2026-02-28")
    world.build()
    return world


def test_a_decision_that_names_no_criterion_is_told_with_what_was_meant(world: World) -> None:
    found = {
        row[0]: row[1:]
        for row in world.ask(
            "SELECT decision_id, finding_kind, said_name, meant_name FROM registry.unclear_decision "
            "WHERE decision_id LIKE 'R%'"
        )
    }
    assert found == {f"R{number}": said for number, said in enumerate(SAID.values()) if said}


def test_a_decision_that_names_no_control_is_told_with_what_was_meant(world: World) -> None:
    assert world.ask(
        "SELECT decision_id, finding_kind, said_name, meant_name, resource_code FROM registry.unclear_decision "
        "WHERE decision_id LIKE 'C%' ORDER BY ALL"
    ) == [
        ("C2", "control_unknown", "research_word", "research_words", ""),
        ("C3", "control_unknown", "no_control", None, ""),
    ]


def test_it_is_a_finding_of_who_decided(world: World) -> None:
    rows = world.ask(
        "SELECT holder_code, finding_kind, resource_code, found_count, message_zh, mend_zh IS NOT NULL "
        "FROM registry.register_finding WHERE finding_kind IN "
        "('criterion_unknown', 'criterion_not_decided', 'decision_unsuited', 'control_unknown') ORDER BY ALL"
    )
    assert [row[:4] + row[5:] for row in rows] == [
        (DATA, "criterion_not_decided", "A", 1, True),
        (DATA, "criterion_unknown", "A", 5, True),
        (DATA, "decision_unsuited", "A", 1, True),
        (FINANCE, "control_unknown", "", 2, True),
    ]
    assert "：、measurable、控制力 → 控制、效益性 → 效益、规模（" in rows[1][4]


def test_receipts_of_no_contract_are_a_finding(world: World) -> None:
    assert world.ask(
        "SELECT holder_code, resource_code, found_count, message_en FROM registry.register_finding "
        "WHERE finding_kind = 'contract_unknown'"
    ) == [(HOLDER, "", 3, "receipts name contracts that were not delivered, and count for no card: H2、H3")]


def test_development_of_an_enterprise_says_how_it_was_acquired_and_what_it_shows(world: World) -> None:
    """One finding a card: of what is its own and shows nothing, and of what does not say whether it is."""
    assert world.ask(
        "SELECT finding_kind, resource_code, found_count FROM registry.register_finding "
        "WHERE finding_kind IN ('acquisition_unknown', 'development_test_unknown') ORDER BY ALL"
    ) == [("acquisition_unknown", "C", 2), ("development_test_unknown", "A", 1), ("development_test_unknown", "D", 1)]


def test_a_government_unit_need_not_say_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.cards(["C"])
    world.deliver("costs", COSTS + "C,C,1,研发,开发,100.00,2026-01-10,2026-01-10,10,\n", "2026-02-28")
    world.build()
    assert world.ask("SELECT * FROM registry.register_finding") == []
