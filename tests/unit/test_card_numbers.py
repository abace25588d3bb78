"""A card has the number that its holder and the first code of its resource give, whoever delivers it, how often and under which code."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.world import HOLDER, World

COSTS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months\n"
LINE = "{0},记-{0},1,采集,开发,1200.00,2026-01-05,2026-01-05,12\n"
CATALOG = "identifier,title,provider_code\n{0},资源{1},{2}\n"
CHANGES = "resource_code,event_kind,event_date,document_no,former_code\n"


def _world(folder: Path, *codes: str) -> World:
    world = World(folder)
    world.cards(codes)
    world.deliver("costs", COSTS + "".join(LINE.format(code) for code in codes), "2026-06-30")
    return world


def _numbers(world: World) -> dict[str, str]:
    world.build()
    return dict(world.ask("SELECT resource_code, card_id FROM registry.asset_card"))


def _withdrawn(world: World) -> None:
    world.ask("UPDATE landing.delivery SET status = 'withdrawn' WHERE kind = 'catalog'")


def _again(world: World) -> None:
    _withdrawn(world)
    world.deliver("catalog", CATALOG.format("A", "甲", HOLDER), "2026-06-01")


def _by_another_source(world: World) -> None:
    _withdrawn(world)
    world.deliver("catalog", CATALOG.format("A", "甲", HOLDER), "2026-06-01", source="portal")


def _by_another_deliverer(world: World) -> None:
    _withdrawn(world)
    world.deliver("catalog", CATALOG.format("A", "甲", HOLDER), "2026-06-01", deliverer="11990100000000101X")


def _by_both_sources(world: World) -> None:
    world.deliver("catalog", CATALOG.format("A", "甲", HOLDER), "2026-06-01", source="portal")


@pytest.mark.parametrize("deliver", [_again, _by_another_source, _by_another_deliverer, _by_both_sources])
def test_a_resource_keeps_its_number_however_it_comes(tmp_path: Path, deliver: Callable[[World], None]) -> None:
    world = _world(tmp_path, "A")
    before = _numbers(world)
    resource = world.ask("SELECT deliverer_code, source_name, delivery_id FROM catalog.resource")
    deliver(world)
    assert _numbers(world) == before
    assert world.ask("SELECT deliverer_code, source_name, delivery_id FROM catalog.resource") != resource
    assert world.values("A")["closing_cost"] == "1200.00"


@pytest.mark.parametrize(
    ("changes", "present"),
    [
        ("B,变更编码,2026-03-01,文1,A\n", "B"),
        ("B,变更编码,2026-03-01,文1,A\nC,变更编码,2026-04-01,文2,B\n", "C"),
        # The later one delivered first.
        ("C,变更编码,2026-04-01,文2,B\nB,变更编码,2026-03-01,文1,A\n", "C"),
        # Back to the old one.
        ("B,变更编码,2026-03-01,文1,A\nA,变更编码,2026-04-01,文2,B\n", "A"),
    ],
)
def test_a_change_of_code_keeps_number_papers_and_costs(tmp_path: Path, changes: str, present: str) -> None:
    world = _world(tmp_path, "A")
    before = _numbers(world)
    # A cost under the old code, and one under the present.
    for number, code in enumerate(("A", present)):
        line = LINE.format(code).replace(f"记-{code}", f"后-{number}").replace("1200.00", "300.00")
        world.deliver("costs", COSTS + line, "2026-06-30")
    world.ask("UPDATE landing.delivery SET status = 'withdrawn' WHERE kind = 'catalog'")
    world.deliver("catalog", CATALOG.format(present, "甲", HOLDER), "2026-06-01")
    world.deliver("events", CHANGES + changes, "2026-06-30")
    assert _numbers(world) == {present: before["A"]}
    assert world.values(present)["closing_cost"] == "1800.00"


def test_a_decision_under_the_old_code_holds(tmp_path: Path) -> None:
    world = _world(tmp_path, "A")
    world.deliver("catalog", CATALOG.format("B", "甲", HOLDER), "2026-06-01")
    world.deliver("events", CHANGES + "B,变更编码,2026-03-01,文1,A\n", "2026-06-30")
    decisions = "decision_id,subject_kind,subject_key,decision,reason,decided_by,decided_at\n"
    world.deliver("decisions", decisions + f"D1,确认条件,{HOLDER}|A|效益,不符合,停用,数据局,2026-02-15\n", "2026-06-30")
    world.build()
    ended = "SELECT resource_code, CAST(disposed_date AS VARCHAR) FROM registry.asset_card"
    assert world.ask(ended) == [("B", "2026-02-15")]


def test_a_code_is_left_once_and_taken_once_and_what_says_otherwise_is_told(tmp_path: Path) -> None:
    world = _world(tmp_path, "A", "X")
    before = _numbers(world)
    world.deliver("catalog", CATALOG.format("B", "甲", HOLDER), "2026-06-01")
    changes = "B,变更编码,2026-03-01,文1,A\nC,变更编码,2026-04-01,文2,A\nB,变更编码,2026-05-01,文3,X\nX,变更编码,2026-05-02,文4,X\n"
    world.deliver("events", CHANGES + changes, "2026-06-30")
    assert _numbers(world) == {"B": before["A"], "X": before["X"]}
    told = "SELECT finding_kind, resource_code FROM registry.register_finding WHERE resource_code <> '' ORDER BY ALL"
    # The catalogue has the old code still, beside the new.
    assert world.ask(told) == [
        ("code_change_unclear", "B"), ("code_change_unclear", "C"), ("code_change_unclear", "X"), ("former_code_stands", "A"),
    ]  # fmt: skip
