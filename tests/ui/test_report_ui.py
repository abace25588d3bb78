"""A report and its trace as readers open them: from files, wide and on a telephone, with the keyboard and by screen readers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.reports import CITY, HOSTILE, departments, page_of, report_of
from warehouse.publish.report.edition import Check
from warehouse.publish.report.page import write_page
from warehouse.publish.report.trace_page import TraceContent, put_trace_page

WIDTHS = (1280, 390)
CARRYING = "closing_carrying_cny"


def trace_content() -> TraceContent:
    """A city of two units: 1150.00 are 1000.00 and 150.00, and those of the second unit are two cards."""

    def row(level: str, code: str, name: str, value: str, **more: Any) -> dict[str, Any]:
        return {"k": ["2026-06", "government", level, code], "n": name, "v": [value], **more}

    def line(card: str, name: str, value: str, *sources: int) -> dict[str, Any]:
        key = ["2026-06", card]
        return {"t": "valuation.snapshot", "k": key, "n": name, "s": [], "v": {CARRYING: value}, "o": [*sources]}

    record = {"t": "landing.record", "k": ["d1", "1"], "r": 0, "c": "U2", "d": "d1", "i": "成本", "f": "成本.csv"}
    rule = {
        "t": "policy.entry",
        "k": ["cost_treatment", "development", "2025-01-01"],
        "r": 5,
        "f": "cost_treatment.csv",
    }
    part = {"table": "valuation.snapshot", "amounts": [[CARRYING, 1]], "adds": "sum"}
    rows = [
        row("city", "city", "全市", "1150.00", b=[1, 2]),
        row("unit", "U1", "甲局", "1000.00", many=12345),
        row("unit", "U2", "乙局", "150.00", l=[0, 1, 2]),
    ]
    column = {
        "name": CARRYING,
        "label": "期末 净值",
        "en": "closing carrying (CNY)",
        "format": "money",
        "parts": [part],
    }
    form = {
        "table": "report.form_r1",
        "key": ["period", "report_kind", "level", "entity_code"],
        "title": "表 R1",
        "en": "form R1",
    }
    return TraceContent(
        [form | {"columns": [column], "rows": rows, "leftOut": 0}],
        {
            "dates": {"d1": "2026-07-01"},
            "deliverers": {"U2": "乙局"},
            "tables": {
                "valuation.snapshot": ["估值快照", "snapshot"],
                "policy.cost_treatment": ["成本处理", "cost treatment"],
            },
            "keys": {"valuation.snapshot": ["period", "card_id"]},
            "columns": {CARRYING: ["期末净值", "closing carrying"], "amount_cny": ["金额", "amount"]},
        },
        [line("card-1", HOSTILE, "100.00", 0, 1), line("card-2", "地图", "50.00", 0), line("card-3", "零", "0.00")],
        [
            record | {"p": "line 2", "h": "a" * 64, "a": [["amount_cny", "120.00"]], "x": f"U2,{HOSTILE},120.00"},
            rule
            | {"p": "cost_treatment.csv:3", "h": "b" * 64, "e": "2025-01-01", "s": "unverified", "o": "x", "x": "a,b"},
        ],
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    failed = Check("r1", "a", "期末等于卡片", "unit", "U1", "甲局", "10.00", "8.00", "2.00", "")
    was = page_of("city", [("city", ("全市", *CITY[1:4], 1000, CITY[5]))])
    report = report_of(page_of("city", [("city", CITY)]), departments(60), before=[was], checks=[failed])
    write_page(report, folder / "report.html", trace_href="trace.html")
    put_trace_page(report.edition, trace_content(), folder / "trace.html")
    return folder


@pytest.fixture(params=WIDTHS)
def reader(page: Page, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a width, which asks for nothing but the files that are opened, and is never wider than the window."""
    page.set_viewport_size({"width": request.param, "height": 844})
    asked: list[str] = []
    page.on("request", lambda asking: asked.append(asking.url))
    page.on("console", lambda message: asked.append(message.text))
    yield page
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []
    assert page.evaluate("() => document.documentElement.scrollWidth") == request.param


def opened(page: Page, file: Path, at: str = "") -> None:
    page.goto(f"{file.as_uri()}{at}")


def serious(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds that keeps people from using a page, with where."""
    found = Axe().run(page).response["violations"]
    return [
        (v["id"], [json.dumps(node["target"]) for node in v["nodes"]])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def first_cells(page: Page, sheet: str) -> list[str]:
    return page.locator(f"#{sheet} tbody th").all_text_contents()


def test_a_table_sorts_by_amount_both_ways_and_filters(reader: Page, folder: Path) -> None:
    opened(reader, folder / "report.html")
    expect(reader.locator("html")).to_have_attribute("data-ready", "yes")
    sheet = reader.locator("#form-1")
    assert first_cells(reader, "form-1")[:2] == ["1局", "2局"]
    head = sheet.get_by_role("columnheader").last
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert first_cells(reader, "form-1")[:3] == ["60局", "59局", "58局"]
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert first_cells(reader, "form-1")[:3] == ["1局", "2局", "3局"]
    sheet.get_by_role("searchbox").fill("7局")
    assert first_cells(reader, "form-1") == ["7局", "17局", "27局", "37局", "47局", "57局"]
    expect(sheet.locator("output")).to_contain_text("符合 6 行")
    sheet.get_by_role("searchbox").fill("")
    sheet.get_by_role("button", name="显示全部").click()
    assert len(first_cells(reader, "form-1")) == 60


def test_a_figure_leads_to_its_trace_and_on_to_the_text_as_delivered(reader: Page, folder: Path) -> None:
    opened(reader, folder / "report.html")
    reader.locator(".headlines a", has_text="1,150.00").click()
    figure = reader.locator("#figure")
    expect(figure.locator(".amount")).to_have_text("1,150.00")
    expect(figure).to_contain_text("下级合计等于此数")
    expect(figure).to_contain_text(
        f"shuzhang trace report.form_r1 period=2026-06 report_kind=government level=city entity_code=city --column {CARRYING}"
    )
    figure.get_by_role("link", name="150.00", exact=True).click()
    expect(figure.locator(".amount")).to_have_text("150.00")
    expect(figure).to_contain_text("各行合计等于此数")
    expect(figure).to_contain_text("另有 1 行参与")
    figure.get_by_role("button", name=HOSTILE).click()
    source = figure.locator(".source").first
    for told in ("120.00", "乙局 U2", "成本　2026-07-01　d1", "成本.csv", "line 2", f"U2,{HOSTILE},120.00", "a" * 64):
        expect(source).to_contain_text(told)
    expect(reader.locator("img")).to_have_count(0)
    figure.get_by_text("政策条目（1）").click()
    expect(figure.locator(".source.rule")).to_contain_text("成本处理")


def test_what_is_not_on_the_trace_page_is_told_with_its_command(reader: Page, folder: Path) -> None:
    opened(reader, folder / "trace.html", f"#report.form_r1/2026-06/government/unit/U1/{CARRYING}")
    expect(reader.locator("#figure")).to_contain_text("此数有 12,345 行来源")
    opened(reader, folder / "trace.html", f"#report.form_r1/2026-06/government/unit/U%2F9/{CARRYING}")
    expect(reader.locator("#figure .command")).to_contain_text("entity_code=U/9")


def test_a_figure_is_found_by_the_name_of_its_unit(reader: Page, folder: Path) -> None:
    opened(reader, folder / "trace.html")
    expect(reader.locator("#figure table")).to_be_visible()
    reader.get_by_label("单位、资产").fill("甲局")
    reader.get_by_label("单位、资产").press("Enter")
    expect(reader.locator("#figure .amount")).to_have_text("1,000.00")


def test_english_is_a_click_away_and_back(reader: Page, folder: Path) -> None:
    for file, zh, en in (("report.html", "主要数字", "Headline figures"), ("trace.html", "查找数字", "Find a figure")):
        opened(reader, folder / file)
        expect(reader.get_by_role("heading", name=zh)).to_be_visible()
        reader.get_by_role("button", name="English").click()
        expect(reader.get_by_role("heading", name=en)).to_be_visible()
        expect(reader.get_by_role("heading", name=zh)).to_have_count(0)
        expect(reader.locator("html")).to_have_attribute("lang", "en")
        reader.get_by_role("button", name="中文").click()
        expect(reader.get_by_role("heading", name=zh)).to_be_visible()


def test_nothing_keeps_people_out(reader: Page, folder: Path) -> None:
    opened(reader, folder / "report.html")
    expect(reader.locator("html")).to_have_attribute("data-ready", "yes")
    assert serious(reader) == []
    opened(reader, folder / "trace.html")
    expect(reader.locator("#figure table")).to_be_visible()
    assert serious(reader) == []
    opened(reader, folder / "trace.html", f"#report.form_r1/2026-06/government/unit/U2/{CARRYING}")
    reader.locator("#figure .opener").first.click()
    expect(reader.locator("#figure .source").first).to_be_visible()
    assert serious(reader) == []


def test_paper_has_every_row_and_the_screen_is_as_before(page: Page, folder: Path) -> None:
    opened(page, folder / "report.html")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")
    page.evaluate("() => { dispatchEvent(new Event('beforeprint')) }")
    page.emulate_media(media="print")
    assert page.locator("#form-1 .printed tbody tr").count() == 60
    expect(page.locator("#form-1 .tall")).to_be_hidden()
    page.evaluate("() => { dispatchEvent(new Event('afterprint')) }")
    page.emulate_media(media="screen")
    expect(page.locator(".printed")).to_have_count(0)
    expect(page.locator("#form-1 .tall")).to_be_visible()
