"""The lineage page as people use it: opened from a file, clicked, searched; nothing is asked of the network."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from warehouse.publish.lineage_page import lineage_page
from warehouse.tables.definitions import all_tables
from warehouse.trace.graph import LineageGraph

CLOSING = "report.form_r1.closing_cost_cny"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("page") / "lineage.html"
    target.write_text(lineage_page(all_tables()), "utf-8")
    return target


@pytest.fixture
def requests(page: Page, file: Path) -> list[str]:
    """What the page asked for since it was opened, with what its policy refused."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(message.text))
    page.goto(file.as_uri())
    return asked


def marked(page: Page, name: str) -> set[str]:
    """Columns, and the source, that the drawing marks so."""
    return set(
        page.evaluate("name => lineageGraph.nodes(`.row.${name}, .source.${name}`).map(node => node.id())", name)
    )


def click(page: Page, node: str) -> None:
    """Click where a node is drawn."""
    at = page.evaluate("id => lineageGraph.$id(id).renderedPosition()", node)
    page.locator("#graph").click(position=at)


def test_a_click_on_the_closing_amount_marks_its_way_to_the_delivered_files(page: Page, requests: list[str]) -> None:
    click(page, "report.form_r1")
    page.evaluate("() => { lineageGraph.fit() }")
    click(page, CLOSING)
    expect(page.locator("#panel h2")).to_have_text("期末原值")
    graph = LineageGraph(all_tables())
    way = {str(edge.source) for edge in graph.up(graph.find(CLOSING))}
    assert marked(page, "up") == way | {"source"}
    assert marked(page, "chosen") == {CLOSING}
    assert any(column.startswith("landing.record.") for column in way)
    up = page.locator(".ways-up")
    expect(up.get_by_role("button", name="交付记录 landing.record")).to_be_visible()
    expect(up).to_contain_text("交付文件 delivered files")
    command = page.locator("pre.trace").text_content() or ""
    assert command.startswith("shuzhang trace report.form_r1 ")
    assert command.endswith(" --column closing_cost_cny")
    assert page.locator("pre.sql").text_content() == all_tables()["report.form_r1"].model
    assert all(url.startswith("file:") for url in requests), requests
    assert page.evaluate("() => performance.getEntriesByType('resource').length") == 0


def test_search_finds_by_chinese_label_and_keyboard_alone_walks_the_way(page: Page, requests: list[str]) -> None:
    page.keyboard.press("/")
    page.keyboard.type("期末原值 form_r1")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#panel .name")).to_have_text(CLOSING)
    assert page.url.endswith(f"#{CLOSING}")
    page.locator(".ways-up [data-ref='landing.record.body']").press("Enter")
    expect(page.locator("#panel h2")).to_have_text("规范内容")
    assert CLOSING in marked(page, "down")
    page.keyboard.press("Escape")
    expect(page.locator("#panel h2")).to_have_text("全湖血缘")
    assert requests == [page.url]


def test_filters_are_drawn_dashed_and_on_request_alone(page: Page, requests: list[str]) -> None:
    page.goto(f"{page.url}#{CLOSING}")
    expect(page.locator("#panel .name")).to_have_text(CLOSING)
    assert page.evaluate("() => lineageGraph.edges('.filter').length") == 0
    page.keyboard.press("f")
    graph = LineageGraph(all_tables())
    way = graph.up(graph.find(CLOSING), filters=True)
    assert marked(page, "up") == {str(edge.source) for edge in way} | {"source"}
    assert page.evaluate("() => lineageGraph.edges('.filter').length") == sum(e.influence == "filter" for e in way)
    assert set(page.evaluate("() => lineageGraph.edges('.filter').map(edge => edge.style('line-style'))")) == {"dashed"}


def test_on_a_telephone_the_drawing_can_be_read_and_its_text_is_below(page: Page, file: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{file.as_uri()}#{CLOSING}")
    expect(page.locator("#panel .name")).to_have_text(CLOSING)
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    drawing, panel = page.locator("#graph").bounding_box(), page.locator("#panel").bounding_box()
    assert drawing
    assert panel
    assert drawing["height"] >= 250
    assert (panel["width"], panel["y"]) == (390, drawing["y"] + drawing["height"])
    size = page.evaluate("id => lineageGraph.zoom() * parseFloat(lineageGraph.$id(id).style('font-size'))", CLOSING)
    assert size >= 8
    at = page.evaluate("id => lineageGraph.$id(id).renderedPosition()", CLOSING)
    assert 0 < at["x"] < 390
    assert 0 < at["y"] < drawing["height"]
    page.locator("#search").fill("期末原值 form_r1")
    option = page.get_by_role("option").bounding_box()
    assert option
    assert option["x"] + option["width"] <= 390
    assert option["height"] >= 36


def test_unfolding_shows_every_table_and_column(page: Page, requests: list[str]) -> None:
    page.locator("#unfold").click()
    drawn = set(json.loads(page.evaluate("() => JSON.stringify(lineageGraph.nodes('.head, .row').map(n => n.id()))")))
    assert drawn == set(all_tables()) | {f"{t.qualified}.{c.name}" for t in all_tables().values() for c in t.columns}
