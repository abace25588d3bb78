"""The overview of a catalogue: its counts are those of the tables, and what may not be opened is counted but not named."""

from datetime import date
from pathlib import Path

import pytest
from reading import POLICY

from readers.policy.files import load
from tests.reports import HOSTILE, PageReader
from tests.world import World
from warehouse.publish.report.door import Door
from warehouse.publish.report.edition import OPEN
from warehouse.publish.report.overview import write_overview
from warehouse.tables.definitions import all_tables

pytestmark = pytest.mark.slow  # all models of a world

CATALOGUE = """identifier,title,provider_code,provider,share_type,open_type,fields
1,公园名录,11990100000000107X,甲局,无条件共享,无条件开放,名称
2,低保人员身份证号,11990100000000107X,甲局,不予共享,不予开放,身份证号
"""


def _write(world: World, target: Path) -> None:
    door = Door.of(OPEN, all_tables(), world.connection, load(POLICY).on(date.max))
    write_overview(world.connection, target, door=door, name="甲市", period="2026-06")


def test_the_overview_counts_what_the_tables_have_and_names_only_what_may_be_opened(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.deliver("catalog", CATALOGUE, mode="full")
    world.build()
    # Which of the two may be opened is policy's; here one may not.
    world.connection.execute(
        "UPDATE classification.resource_access SET open_access = CASE WHEN resource_id IN (SELECT resource_id FROM catalog.resource "
        "WHERE title = '公园名录') THEN 'unconditional' ELSE 'none' END"
    )
    world.connection.execute("UPDATE catalog.resource SET holder_name = $name", {"name": HOSTILE})
    _write(world, tmp_path / "overview.html")
    page = PageReader((tmp_path / "overview.html").read_text("utf-8"))
    holders, open_resources = page.data(0), page.data(3)
    assert holders["rows"][0][0] == HOSTILE
    assert holders["rows"][0][2] == "2"
    assert holders["rows"][0][-4:] == ["1", "0", "1", "0"]
    assert [row[0] for row in open_resources["rows"]] == ["公园名录"]
    assert "低保人员身份证号" not in page.text
    assert [tag for tag, _ in page.tags if tag == "img"] == []


def test_no_number_of_a_person_and_no_closed_title_is_in_what_agencies_wrote(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.deliver("catalog", CATALOGUE, mode="full")
    world.build()
    world.connection.execute("UPDATE classification.resource_access SET open_access = CASE WHEN resource_id IN "
        "(SELECT resource_id FROM catalog.resource WHERE title = '公园名录') THEN 'unconditional' ELSE 'none' END")  # fmt: skip
    told = {"holder_name": "甲局（低保人员 身份证号）", "resource_code": "138.0013.8000"}
    world.connection.execute(
        "UPDATE catalog.resource SET holder_name = $holder_name, resource_code = $resource_code", told
    )
    _write(world, tmp_path / "overview.html")
    page = PageReader((tmp_path / "overview.html").read_text("utf-8"))
    assert page.data(0)["rows"][0][0] == "（不列）"
    assert [row[:3] for row in page.data(3)["rows"]] == [["公园名录", "（不列）", "（不列）"]]
    assert not any(text in page.text for text in told.values())
    world.connection.execute("UPDATE catalog.resource SET title = '公园名录13800138000' WHERE title = '公园名录'")
    _write(world, tmp_path / "overview.html")
    assert PageReader((tmp_path / "overview.html").read_text("utf-8")).data(3)["rows"] == []


def test_every_resource_is_open_closed_or_not_declared(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.deliver("catalog", CATALOGUE + "3,路灯,11990100000000107X,甲局,无条件共享,,名称\n", mode="full")
    world.build()
    _write(world, tmp_path / "overview.html")
    page = PageReader((tmp_path / "overview.html").read_text("utf-8"))
    (row,) = page.data(0)["rows"]
    assert row[2] == "3"
    assert sum(map(int, row[-4:])) == 3
    assert row[-1] == "1"


def test_a_catalogue_of_nothing_has_an_overview_too(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.build()
    _write(world, tmp_path / "overview.html")
    page = PageReader((tmp_path / "overview.html").read_text("utf-8"))
    assert [page.data(number)["rows"] for number in range(4)] == [[], [], [], []]
    assert "没有。" in page.text
