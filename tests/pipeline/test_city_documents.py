"""The documents of a report over the forms of the example city: every figure is one of the forms', and the short report has two pages."""

from decimal import Decimal
from pathlib import Path

import pypdf
import pytest

from tests.homes import ask, lake_of
from tests.unit.proof import numbers, own_texts, prove, shown, word_lines
from warehouse.publish.form_page import Within
from warehouse.publish.form_reader import FormReader
from warehouse.publish.report.analysis_document import analysis_blocks, write_analysis
from warehouse.publish.report.blocks import figures_of
from warehouse.publish.report.brief_document import PAGES, write_brief
from warehouse.publish.report.edition import DRAFT, GOVERNMENT, Edition, Report, Scope
from warehouse.publish.report.notes_document import notes_blocks, write_notes
from warehouse.store.home import Home
from warehouse.store.on_record import reading_on_record

_PERIOD = "2026-06"


@pytest.fixture(scope="module")
def report(city: Home) -> Report:
    with reading_on_record(lake_of(city)) as connection:
        within = Within(GOVERNMENT, "city", "city", ("city", "tier", "district", "department", "unit"))
        names = ("form_r1", "asset_list", "memo_item", "reconciliation")
        pages = [page for name in names for page in FormReader(lake_of(city), connection, _PERIOD).pages(name, within)]
    edition = Edition(_PERIOD, Scope("city", "city", "示例市"), GOVERNMENT, "行政事业单位", 1, DRAFT, 1)
    return Report(edition, pages, [], [], [])


def test_every_number_of_analysis_and_notes_is_a_figure_of_the_forms(report: Report, tmp_path: Path) -> None:
    own, file = own_texts(report), tmp_path / "document.docx"
    for blocks, write in ((analysis_blocks, write_analysis), (notes_blocks, write_notes)):
        for figure in figures_of(blocks(report)):
            prove(figure, report)
        write(report, file)
        may_be = shown(blocks(report))
        assert [n for line in word_lines(file) for n in numbers(line, own) if n not in may_be] == []


def test_the_short_report_says_what_the_table_has(city: Home, report: Report, tmp_path: Path) -> None:
    write_brief(report, tmp_path / "brief.docx", tmp_path / "brief.pdf")
    pages = pypdf.PdfReader(tmp_path / "brief.pdf").pages
    assert len(pages) == PAGES
    text = "".join("".join(page.extract_text() for page in pages).split())
    ((count, carrying),) = ask(
        city,
        "SELECT closing_count, closing_carrying_cny FROM report.form_r1 "
        "WHERE level = 'city' AND report_kind = 'government' AND period = $period",
        period=_PERIOD,
    )
    cents = (carrying * 100 + 5000) // 10_000
    assert f"登记公共数据资产卡片{count}张" in text
    assert f"账面价值{Decimal(cents).scaleb(-2)}万元" in text
    assert f"{carrying:,}" in text
