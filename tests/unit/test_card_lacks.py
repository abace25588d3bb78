"""What a unit's cards lack goes out as templates that are begun, is filled in, comes back as ordinary deliveries, and is on the card."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from reading import POLICY

from readers.policy.files import load
from tests.world import HOLDER, World
from warehouse.publish.card_lacks import lacks_of
from warehouse.publish.template import write_template

COSTS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months,life_basis,purpose\n"
SHIPPED = load(POLICY).on(date(2026, 7, 1))
#: What the unit fills in, by the column's English heading in 填写说明.
FILLED = {
    "reviews": {"结论*": "通过", "出具日期*": date(2026, 6, 20), "文号*": "示评1号"},
    "costs": {"可使用日期": date(2026, 1, 20), "摊销月数": 12, "期限依据": "估计"},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("lacks"))
    world.cards(["A", "B"])
    lines = "A,记-1,1,采集,开发,1200.00,2026-01-05,,,,使用\nA,记-2,1,采集,研究,7.00,2026-01-05,,,,\n"
    world.deliver("costs", COSTS + lines, source="books")
    world.build()
    return world


def _field(world: World, name: str) -> list[tuple[object, ...]]:
    return world.ask(f"SELECT field_value, source_kind FROM registry.card_field WHERE card_field = '{name}'")


def test_what_is_lacking_is_listed_with_what_would_fill_it(world: World) -> None:
    lacks, begun = lacks_of(world.connection, SHIPPED, HOLDER)
    found = {row[4]: (row[1], row[6], row[9]) for row in lacks}
    assert found["使用年限（月）"] == ("A", "costs", "摊销月数")
    assert found["资产评估"] == ("A", "reviews", "结论")
    assert found["应用场景"] == ("A", "contracts", "用途")
    assert found["安全措施"] == ("A", None, None)
    assert not {"安全审查", "资产名称", "曾用资源代码"} & set(found)
    # Without a capitalised cost B has no card, and research is no cost of A.
    assert [row["resource_code"] for row in begun["reviews", ""]] == ["A", "A"]
    assert [(row["voucher_no"], str(row["amount_cny"])) for row in begun["costs", "books"]] == [("记-1", "1200.00")]


def test_what_is_filled_in_comes_back_and_is_on_the_card(world: World, tmp_path: Path) -> None:
    _, begun = lacks_of(world.connection, SHIPPED, HOLDER)
    before = world.ask("SELECT card_id FROM registry.asset_card")
    for (kind, source), rows in begun.items():
        file = tmp_path / f"{kind}.xlsx"
        write_template(kind, SHIPPED, file, rows)
        book = load_workbook(file)
        sheet = book.worksheets[0]
        headings = [cell.value for cell in sheet[1]]
        # The first is of the example; of several the first is filled in, and the rest deleted.
        for heading, value in FILLED[kind].items():
            sheet.cell(3, headings.index(heading) + 1, value)
        sheet.delete_rows(4, len(rows))
        book.save(file)
        delivery = world.deliver_file(kind, file, "2026-07-01", source=source or "default")
        world.build()
        assert world.rules(delivery) == {}
    assert world.ask("SELECT card_id FROM registry.asset_card") == before
    assert _field(world, "appraisal") == [("通过，2026-06-20", "delivery")]
    assert _field(world, "life_months") == [("12", "delivery")]
    assert _field(world, "available_date") == [("2026-01-20", "delivery")]
    # The line that came again is the same line.
    assert world.values("A")["closing_cost"] == "1200.00"
