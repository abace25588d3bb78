"""Which register a resource is in on a day, how it goes from one to the other and why, and what is in neither."""

import pytest

from tests.world import HOLDER, World

COSTS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months\n"
LINE = "{0},记-{0},1,采集,开发,1200.00,2026-01-15,2026-01-15,12\n"
CODES = ("memo", "carded", "back", "out", "left", "ended")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """All are in scope from 2020-01-02; `memo` and `left` have no cost, the others go to a card on 2026-01-15."""
    world = World(tmp_path_factory.mktemp("registers"))
    world.cards(CODES)
    world.deliver("costs", COSTS + "".join(LINE.format(code) for code in CODES if code not in ("memo", "left")))
    decisions = "decision_id,subject_kind,subject_key,decision,reason,decided_by,decided_at\n"
    told = {
        "back": ("计量", "2026-03-10"),
        "out": ("效益", "2026-03-20"),
        "left": ("控制", "2026-04-01"),
        "ended": ("计量", "2026-05-01"),
    }
    for number, (code, (criterion, day)) in enumerate(told.items()):
        decisions += f"D{number},确认条件,{HOLDER}|{code}|{criterion},不符合,停用,数据局,{day}\n"
    world.deliver("decisions", decisions, "2026-06-30")
    # An event before the decision ends the card for good.
    events = "resource_code,event_kind,event_date,document_no\nended,处置,2026-04-20,处1\n"
    world.deliver("events", events, "2026-06-30")
    unknown = f"identifier,title,provider_code\nnew,新,{HOLDER}\nother,另,{HOLDER}\n"
    world.deliver("catalog", unknown, "2026-06-01")
    world.build()
    return world


def test_each_stay_in_the_memo_register_has_its_days(world: World) -> None:
    stays = world.ask(
        "SELECT resource_code, CAST(entered_date AS VARCHAR), CAST(left_date AS VARCHAR), left_to FROM registry.memo_register ORDER BY ALL"
    )
    assert stays == [
        ("back", "2020-01-02", "2026-01-15", "card"),
        ("back", "2026-03-10", None, None),
        ("carded", "2020-01-02", "2026-01-15", "card"),
        ("ended", "2020-01-02", "2026-01-15", "card"),
        ("left", "2020-01-02", "2026-04-01", "outside"),
        ("memo", "2020-01-02", None, None),
        ("out", "2020-01-02", "2026-01-15", "card"),
    ]


def test_transfers_go_both_ways_and_say_why(world: World) -> None:
    told = world.ask(
        "SELECT resource_code, CAST(transfer_date AS VARCHAR), from_register, to_register, cause_requirements, document_no "
        "FROM registry.transfer WHERE resource_code <> 'carded' ORDER BY ALL"
    )
    measured = "成本或价值能够可靠计量"
    assert told == [
        ("back", "2026-01-15", "memo", "card", measured, None),
        ("back", "2026-03-10", "card", "memo", measured, "D0"),
        ("ended", "2026-01-15", "memo", "card", measured, None),
        ("left", "2026-04-01", "memo", "outside", "依法履职或提供公共服务过程中持有或控制", "D2"),
        ("out", "2026-01-15", "memo", "card", measured, "记-out"),
        ("out", "2026-03-20", "card", "outside", "预期产生管理服务潜力或带来经济利益流入", "D1"),
    ]


@pytest.mark.parametrize("day", ["2020-06-30", "2026-02-28", "2026-03-15", "2026-04-25", "2026-06-30"])
def test_a_resource_is_in_one_register_at_a_time(world: World, day: str) -> None:
    twice = world.ask(
        "SELECT m.resource_code FROM registry.memo_register AS m JOIN registry.asset_card AS c USING (resource_id) "
        f"WHERE m.entered_date <= DATE '{day}' AND coalesce(m.left_date > DATE '{day}', TRUE) "
        f"AND c.recognised_date <= DATE '{day}' AND coalesce(c.disposed_date > DATE '{day}', TRUE)"
    )
    assert twice == []


def test_the_next_review_follows_from_the_day_of_entry_and_the_period(world: World) -> None:
    shown = "SELECT resource_code, CAST(next_review_date AS VARCHAR), missing_labels FROM report.memo_item ORDER BY ALL"
    measured = "成本或价值能够可靠计量"
    assert world.ask(shown) == [("back", "2027-03-10", measured), ("memo", "2027-01-02", measured)]


def test_what_neither_register_holds_is_one_finding_a_unit_with_its_list(world: World) -> None:
    found = "SELECT holder_code, finding_kind, found_count FROM registry.register_finding"
    assert world.ask(found) == [(HOLDER, "unassessed_resources", 2)]
    listed = "SELECT resource_code, unknown_requirements FROM registry.unassessed ORDER BY ALL"
    assert world.ask(listed) == [("new", "benefit;control;measurable"), ("other", "benefit;control;measurable")]


def test_the_list_of_assets_is_what_has_a_card_at_the_month_s_end(world: World) -> None:
    listed = "SELECT resource_code, card_status_label, CAST(closing_carrying_cny AS VARCHAR) FROM report.asset_list"
    assert world.ask(listed) == [("carded", "在用", "600.00")]


def test_registration_marks_what_was_not_delivered(world: World) -> None:
    item = (
        "SELECT registration_source, registration_material, missing_labels FROM registry.registration_item "
        "WHERE resource_code = 'carded'"
    )
    assert world.ask(item) == [
        (
            "示数发1号", "审carded安全、审carded风险",
            "存储、规模、更新频率、时间跨度、空间跨度、存证、应用场景、授权运营情况",
        )
    ]  # fmt: skip
