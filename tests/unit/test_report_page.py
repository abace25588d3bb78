"""A report as a page: what stands on it, where figures lead, that outside text stays text, and what it may run."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.reports import CITY, COLUMNS, HOSTILE, ZERO, PageReader, departments, page_of, report_of
from warehouse.publish.report.anchors import anchor, english, shown
from warehouse.publish.report.charts import Point, bar_chart, largest_first, waterfall
from warehouse.publish.report.edition import Check, Report
from warehouse.publish.report.page import write_page
from warehouse.publish.report.view import MOST_ROWS


def written(report: Report, folder: Path, trace_href: str | None = "trace.html") -> str:
    write_page(report, folder / "report.html", trace_href=trace_href)
    return (folder / "report.html").read_text("utf-8")


def test_headline_figures_are_cells_and_lead_to_their_traces(tmp_path: Path) -> None:
    page = PageReader(written(report_of(page_of("city", [("city", CITY)])), tmp_path))
    assert "1,150.00" in page.text
    assert "1,204" in page.text
    assert "trace.html#report.form_r1/2026-06/government/city/city/closing_carrying_cny" in page.hrefs
    assert "乙局未报送。" in page.text


def test_without_a_trace_page_no_figure_is_a_link(tmp_path: Path) -> None:
    page = PageReader(written(report_of(page_of("city", [("city", CITY)])), tmp_path, None))
    assert [href for href in page.hrefs if not href.startswith("#")] == []
    assert page.data(0)["href"] is None


def test_the_rows_that_scripts_show_are_the_forms_own(tmp_path: Path) -> None:
    form = departments(30)
    data = PageReader(written(report_of(form), tmp_path)).data(0)
    assert data["rows"] == [[row[0], *(str(value) for value in row[1:])] for row in form.rows]
    assert [tuple(key) for key in data["keys"]] == form.keys
    assert [heading[0] for heading in data["headings"]] == [column.name for column in form.columns]


def test_what_comes_from_outside_stays_text(tmp_path: Path) -> None:
    rows = [("x/y&#", (HOSTILE, *CITY[1:])), ("z", CITY)]
    check = Check("r1", "c", HOSTILE, "unit", "x", HOSTILE, "1", "2", "1", "")
    text = written(report_of(page_of("department", rows), checks=[check]), tmp_path)
    page = PageReader(text)
    assert [tag for tag, _ in page.tags if tag == "img"] == []
    assert page.text.count(HOSTILE) >= 3
    assert "trace.html#report.form_r1/2026-06/government/department/x%2Fy%26%23/closing_count" in page.hrefs


def test_only_its_own_scripts_run_and_nothing_is_loaded(tmp_path: Path) -> None:
    text = written(report_of(page_of("city", [("city", CITY)])), tmp_path)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    directives = dict(part.strip().split(" ", 1) for part in policy[1].replace("&#39;", "'").split(";"))
    assert directives["default-src"] == "'none'"
    assert "unsafe" not in directives["script-src"]
    assert not re.search(r"<(script|img|link|iframe)[^>]+(src|href)=", text)


def test_a_failed_check_is_seen_before_any_figure_and_one_let_pass_is_not(tmp_path: Path) -> None:
    failed = Check("r1", "a", "期末等于卡片", "unit", "U1", "甲局", "10.00", "8.00", "2.00", "")
    let_pass = Check(*(
        "r1", "a", "账账相符", "unit", "U1", "甲局", "10.00", "8.00", "2.00", "DEC-1",
    ))  # fmt: skip
    text = written(report_of(page_of("city", [("city", CITY)]), checks=[let_pass, failed]), tmp_path)
    assert text.index("期末等于卡片") < text.index("1,150.00") < text.index("账账相符")
    assert "DEC-1" in text


def test_failed_checks_of_units_come_first_and_what_fails_above_by_them_is_folded(tmp_path: Path) -> None:
    unit = Check("r5", "ledger", "账面＝账", "unit", "U1", "甲局", "1234567.80", "0.00", "1234567.80", "")
    city = replace(unit, level="city", entity_code="city", entity_name="全市")
    alone = replace(city, code="other", name="期初＝上年末", left="—")
    text = written(report_of(page_of("city", [("city", CITY)]), checks=[city, unit, alone]), tmp_path)
    first, above = text[: text.index("<details>")], text[text.index("<details>") : text.index("</details>")]
    assert "未通过的检查（2）" in first
    assert first.count("1,234,567.80") == 3
    assert "甲局 <small" in first
    assert "期初＝上年末" in first
    assert "同一检查未通过的上级各行（1）" in above
    assert "账面＝账" in above
    assert ">city</small>" not in text


def test_the_contents_name_a_form_once_with_its_sheets(tmp_path: Path) -> None:
    pages = [page_of("city", [("city", CITY)]), departments(2)]
    text = written(report_of(*pages), tmp_path)
    contents = text[text.index("<nav") : text.index("</nav>")]
    assert contents.count("表 R1") == 1
    assert contents.count('<a href="#form-') == 2


def test_what_is_left_after_elimination_is_a_headline_where_it_is_another_figure(tmp_path: Path) -> None:
    columns = {**COLUMNS, "summary_carrying_cny": ("抵销、更正后汇总", "净值", "money")}
    for summary, seen in (("1150.00", False), ("1120.00", True)):
        page = page_of("city", [("city", (*CITY, Decimal(summary)))], columns)
        assert ("抵销、更正后净值（元）" in written(report_of(page), tmp_path)) is seen


def test_what_was_a_year_ago_stands_beside(tmp_path: Path) -> None:
    was = page_of("city", [("city", ("全市", ZERO, ZERO, ZERO, 1000, Decimal("900.00")))])
    page = PageReader(written(report_of(page_of("city", [("city", CITY)]), before=[was]), tmp_path))
    assert "+204" in page.text
    assert "+250.00" in page.text
    assert "本期末" in page.text


def test_a_waterfall_is_drawn_only_where_the_form_adds_up(tmp_path: Path) -> None:
    title = "净值从期初到期末"
    assert title in written(report_of(page_of("city", [("city", CITY)])), tmp_path)
    wrong = (*CITY[:-1], Decimal("1150.01"))
    assert title not in written(report_of(page_of("city", [("city", wrong)])), tmp_path)


def test_more_rows_than_a_browser_sorts_are_told_and_left_to_the_other_formats(tmp_path: Path) -> None:
    page = PageReader(written(report_of(departments(MOST_ROWS + 3)), tmp_path))
    assert len(page.data(0)["rows"]) == MOST_ROWS
    assert f"共 {MOST_ROWS + 3} 行，本页只有前 {MOST_ROWS} 行" in page.text


def test_the_same_report_is_the_same_bytes(tmp_path: Path) -> None:
    report = report_of(page_of("city", [("city", CITY)]), departments(30))
    assert written(report, tmp_path) == written(report, tmp_path)


def test_each_step_of_a_waterfall_begins_where_the_last_ended() -> None:
    points = [
        Point("a", "a", Decimal(40)),
        Point("b", "b", Decimal(60), kind="up"),
        Point("c", "c", Decimal(30), kind="down"),
        Point("d", "d", Decimal(70)),
    ]
    chart = waterfall("w", "", "", ("元", "CNY"), points)
    assert chart
    assert [(bar.start, bar.width) for bar in chart.bars] == [(0, 400), (400, 600), (700, 300), (0, 700)]
    assert [bar.text for bar in chart.bars] == ["40", "+60", "-30", "70"]


def test_bars_of_negative_amounts_end_at_zero_and_nothing_is_no_chart() -> None:
    chart = bar_chart("b", "", "", ("元", "CNY"), [Point("a", "a", Decimal(-25)), Point("b", "b", Decimal(75))])
    assert chart
    assert [(bar.start, bar.width, bar.text) for bar in chart.bars] == [(0, 250, "-25"), (250, 750, "75")]
    assert bar_chart("b", "", "", ("元", "CNY"), [Point("a", "a", ZERO)]) is None


@given(st.lists(st.decimals(-1000, 1000, places=2), max_size=40))
def test_the_largest_and_the_rest_are_all_there_is(values: list[Decimal]) -> None:
    points = [Point(str(n), str(n), value) for n, value in enumerate(values)]
    chosen = largest_first(points)
    assert len(chosen) <= 12
    assert sum(point.value for point in chosen) == sum(values)


def test_figures_are_written_and_named_alike_everywhere() -> None:
    assert shown(Decimal("-1234567.80"), "money") == "-1,234,567.80"
    assert shown(None, "money") == ""
    assert anchor("report.form_r1", ("2026-06", "unit", "甲/乙"), "memo_count").endswith(
        "/%E7%94%B2%2F%E4%B9%99/memo_count"
    )
    assert english("closing_cost_cny") == "closing cost (CNY)"
    assert english("entity_name") == "entity name"
