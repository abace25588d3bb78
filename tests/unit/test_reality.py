"""The register against what is there: codes without a record, cards without content, content that is too old."""

from pathlib import Path

import pytest
from test_reconciliation import Books

from tests.world import HOLDER, World
from warehouse.tables.definitions import all_tables


@pytest.fixture
def register() -> Books:
    found = Books()
    found.insert("delivered.horizon", judged_date="2026-06-30", delivery_id="d")
    return found


def _card(
    register: Books, code: str, cycle: str, modified: str | None, distributions: int, delivered: str | None
) -> None:
    register.insert(
        "catalog.resource",
        resource_id=code, holder_code="u", resource_code=code, update_cycle=cycle, modified_date=modified,
        distribution_count=distributions,
    )  # fmt: skip
    register.insert(
        "registry.asset_card",
        card_id=code, resource_id=code, holder_code="u", resource_code=code, card_status="in_use", recognised_date="2026-01-01",
    )  # fmt: skip
    if delivered:
        register.insert(
            "catalog.content_table", table_id=code, resource_id=code, holder_code="u", delivery_date=delivered
        )


def _found(register: Books) -> list[tuple[object, ...]]:
    model = str(all_tables()["registry.reality_finding"].model)
    return register.connection.execute(
        f"SELECT resource_code, finding_kind, CAST(finding_date AS VARCHAR), message_zh IS NOT NULL FROM ({model}) ORDER BY ALL"
    ).fetchall()


@pytest.mark.parametrize(
    ("cycle", "modified", "distributions", "delivered", "finding"),
    [
        ("monthly", None, 0, None, ("content_missing", "2026-01-01")),
        ("monthly", "2026-06-20", 0, "2026-06-20", None),
        # What is not there is not old.
        ("monthly", "2025-06-20", 0, None, ("content_missing", "2026-01-01")),
        # A distribution in the catalogue is content that can be fetched; its age is what the catalogue says.
        ("monthly", "2026-06-20", 2, None, None),
        ("monthly", "2025-06-20", 2, None, ("content_outdated", "2025-06-20")),
        ("monthly", "2025-06-20", 2, "2026-06-20", None),
        ("monthly", "2026-06-20", 2, "2025-06-20", None),
        ("daily", "2026-06-20", 2, "2026-06-21", ("content_outdated", "2026-06-21")),
        # Without a cycle that has a lag, and without a day, nothing is said.
        ("irregular", "2015-01-01", 2, None, None),
        ("daily", None, 2, None, None),
    ],
)
def test_the_content_of_a_card(
    register: Books,
    cycle: str,
    modified: str | None,
    distributions: int,
    delivered: str | None,
    finding: tuple[str, str] | None,
) -> None:
    _card(register, "a", cycle, modified, distributions, delivered)
    assert _found(register) == ([("a", *finding, True)] if finding else [])


def test_a_card_that_left_is_not_looked_for(register: Books) -> None:
    _card(register, "a", "daily", None, 0, None)
    register.connection.execute("UPDATE registry.asset_card SET card_status = 'disposed'")
    assert _found(register) == []


def test_a_card_whose_record_the_catalogue_lost_is_told_with_its_cost(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.cards(["kept", "lost"])
    head = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months\n"
    line = "{0},记-{0},{1},采集,{2},{3},2026-01-05,2026-01-05,12\n"
    costs = [("kept", 1, "开发", "1200.00"), ("lost", 1, "开发", "900.00"), ("lost", 2, "研究", "50.00")]
    world.deliver("costs", head + "".join(line.format(*cost) for cost in costs), "2026-06-30")
    world.deliver("catalog", f"identifier,title,provider_code\nkept,资源kept,{HOLDER}\n", "2026-07-01")
    world.connection.execute("UPDATE landing.delivery SET status = 'withdrawn' WHERE delivery_id = 'd003'")
    world.build()
    assert world.ask("SELECT resource_code FROM registry.asset_card") == [("kept",)]
    assert world.ask(
        "SELECT resource_code, CAST(amount_cny AS VARCHAR), card_id FROM registry.reality_finding "
        "WHERE finding_kind = 'record_missing'"
    ) == [("lost", "900.00", None)]  # fmt: skip
