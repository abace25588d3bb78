"""The quality letter as a page: what agencies delivered is text in it, and it asks the network for nothing."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.homes import deliver_files, lake_of, run_home
from warehouse.publish.letter import publish_letter
from warehouse.store.home import Home


def test_what_is_delivered_is_text_in_the_page_and_no_name_of_a_file(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.csv"
    evil = "<img src=x onerror=alert(1)>"
    file.write_text(f"信息资源代码,信息资源名称,信息资源提供方,更新周期\n1,{evil},../../甲局,每日\n", "utf-8")
    home = Home(tmp_path / "home")
    deliver_files(home, [file], "甲局", "catalog", "2026-07-01")
    run_home(home)
    word, html = publish_letter(lake_of(home), "../../甲局")
    assert {word.parent, html.parent} == {home.reports / "letters"}
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(html.as_uri())
    expect(page.locator("body")).to_contain_text(evil)
    expect(page.locator("img")).to_have_count(0)
    assert asked == [html.as_uri()]
