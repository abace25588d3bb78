"""The documents of a report: each number is a figure of its tables, and a DOCX file looks as a government document should."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from lxml import etree  # type: ignore[attr-defined]

from tests.unit.proof import numbers, own_texts, prove, shown, word_lines
from tests.unit.report_cases import check, report
from warehouse.publish.form_page import FormPage
from warehouse.publish.report.analysis_document import analysis_blocks, write_analysis
from warehouse.publish.report.blocks import Block, Chart, Grid, Quote, chinese_number, figures_of, numbered, sentence
from warehouse.publish.report.brief_document import brief_blocks
from warehouse.publish.report.edition import ENTERPRISE, Report, Scope
from warehouse.publish.report.figures import (
    NOT_RECORDED,
    Figure,
    Unit,
    at,
    counted,
    derived,
    growth,
    rounded,
    share,
    wan,
)
from warehouse.publish.report.notes_document import notes_blocks, write_notes
from warehouse.publish.report.sections import NO_YEAR_BEFORE
from warehouse.publish.report.word_blocks import write_word
from warehouse.publish.report.word_chart import spans

#: Writing, rendering and reading files takes ten seconds and more.
pytestmark = pytest.mark.slow

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def _brief(of: Report) -> list[Block]:
    return brief_blocks(of, 7, 4, 260)


DOCUMENTS = (analysis_blocks, notes_blocks, _brief)
Blocks = Callable[[Report], Sequence[Block]]


def _written(blocks: Blocks, of: Report, folder: Path) -> Path:
    write_word(of.edition.title, blocks(of), folder / "document.docx")
    return folder / "document.docx"


def _said(blocks: Blocks, of: Report, folder: Path) -> str:
    return "\n".join(word_lines(_written(blocks, of, folder)))


@pytest.mark.parametrize("blocks", DOCUMENTS)
def test_every_number_is_a_figure_of_the_report_or_follows_from_its_figures(blocks: Blocks, tmp_path: Path) -> None:
    of = report()
    for figure in figures_of(blocks(of)):
        prove(figure, of)
    own, may_be = own_texts(of), shown(blocks(of))
    found = [number for line in word_lines(_written(blocks, of, tmp_path)) for number in numbers(line, own)]
    assert len(found) > 5
    assert [number for number in found if number not in may_be] == []


@pytest.mark.parametrize(
    "template",
    ["期末3张。", "期末３张。", "期末{word}张。"],  # the word has a digit
)
def test_a_sentence_has_no_number_of_its_own(template: str) -> None:
    with pytest.raises(ValueError, match="数字不来自报表"):
        sentence(template, word="21")
    assert sentence("{name}。", name=Quote("第2医院")).text == "第2医院。"


def _changed(of: Report, label: str, row: int, column: str) -> tuple[Report, FormPage]:
    """The report with a cent more in a cell."""
    old = of.page("r1", label)
    assert old is not None
    place = [one.name for one in old.columns].index(column)
    rows = [list(cells) for cells in old.rows]
    rows[row][place] += Decimal("0.01")
    new = replace(old, rows=rows)
    return replace(of, pages=[new if page is old else page for page in of.pages]), new


def _rests_on(figure: object, page: FormPage, row: int, column: str) -> bool:
    if isinstance(figure, Figure):
        return any(_rests_on(part, page, row, column) for part in figure.of)
    return getattr(figure, "page", None) is page and (figure.row, figure.column) == (row, column)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("label", "row"), [("city", 0), ("department", 1)])
def test_one_changed_amount_changes_what_rests_on_it_alone(label: str, row: int) -> None:
    column = "closing_carrying_cny"
    mutant, page = _changed(report(), label, row, column)
    before, after = list(figures_of(analysis_blocks(report()))), list(figures_of(analysis_blocks(mutant)))
    rests = [_rests_on(figure, page, row, column) for figure in after]
    assert any(rests)
    for old, new, does in zip(before, after, rests, strict=True):
        assert does or old.value == new.value
        if does and new.unit is Unit.MONEY:
            assert new.value == (old.value or 0) + Decimal("0.01")


def test_amounts_are_rounded_half_away_from_zero() -> None:
    assert [str(wan(Decimal(value))) for value in ("50.00", "49.99", "-50.00", "-49.99", "12345678901234567.89")] == [
        "0.01", "0.00", "-0.01", "0.00", "1234567890123.46",
    ]  # fmt: skip
    assert str(rounded(Decimal("-0.004"))) == "0.00"
    assert Figure(Decimal("8151.79"), Unit.MONEY, "sum", ()).said == "0.82万元"
    assert Figure(Decimal("120153561.64"), Unit.MONEY, "sum", ()).exact == "120,153,561.64"
    assert Figure(Decimal("0.00"), Unit.MONEY, "sum", ()).exact == "-"


def test_nothing_follows_from_what_is_not_recorded() -> None:
    page = report().pages[0]
    rows = [[None if value == 21 else value for value in page.rows[0]]]
    empty = at(replace(page, rows=rows), 0, "closing_count")
    assert (empty.said, empty.exact) == (NOT_RECORDED, NOT_RECORDED)
    assert derived("sum", empty, counted([])).value is None
    nothing = derived("difference", counted([]), counted([]))
    assert growth(counted([]), nothing).value is share(counted([]), nothing).value is None


def test_the_sentences_of_a_year(tmp_path: Path) -> None:
    said = _said(analysis_blocks, report(), tmp_path)
    for text in (
        "截至2026年6月30日，某市登记公共数据资产卡片21张，原值141.30万元，累计摊销21.23万元，账面价值120.07万元。",
        "与上年末相比，账面价值增加30.02万元（增长33.33%），原值增加35.33万元（增长33.33%），资产卡片增加6张（增长40.00%）。",
        "年初原值120.00万元，期初调整0.30万元，本年增加25.00万元，本年减少4.00万元，期末原值141.30万元。",
        "按主管部门分，账面价值最大的是甲局，为65.00万元，占54.14%；其次是第2医院，为31.30万元，占26.07%。",
        "按分级分，账面价值最大的是一般数据1级，为88.77万元，占73.93%；其次是重要数据，为31.30万元，占26.07%。",
        "期末应登记27项，已登记21项，登记率77.78%。",
        "各级报表共审核413项，通过399项，没有可比的数12项，未通过2项，其中经决定放行1项。",
        "资产账与财务账未处理的差异2项",
        "使用与处置尚未记录，不以零计。",
    ):
        assert text in said


def test_a_year_without_the_one_before_says_so(tmp_path: Path) -> None:
    alone = replace(report(), before=[])
    for blocks in (analysis_blocks, _brief):
        said = _said(blocks, alone, tmp_path)
        assert NO_YEAR_BEFORE in said
        assert "上年末\n" not in said


def test_what_grew_from_nothing_has_no_rate(tmp_path: Path) -> None:
    of = report()
    zeros = [[value if isinstance(value, str) else value * 0 for value in row] for row in of.before[0].rows]
    said = _said(analysis_blocks, replace(of, before=[replace(of.before[0], rows=zeros)]), tmp_path)
    assert "与上年末相比，账面价值增加120.07万元，原值增加141.30万元，资产卡片增加21张。" in said


def test_the_smaller_groups_stand_together() -> None:
    of = report()
    page = of.page("r1", "department")
    assert page is not None
    rows = [[f"局{number}", *page.rows[0][1:]] for number in range(30)]
    keys = [("2026-06", "government", "department", f"V{number}") for number in range(30)]
    many = replace(of, pages=[replace(page, rows=rows, keys=keys) if one is page else one for one in of.pages])
    grid = next(block for block in analysis_blocks(many) if isinstance(block, Grid) and block.caption == "按主管部门")
    assert [row[0] for row in grid.rows][-3:] == ["局18", "其他", "合计"]
    other, whole = grid.rows[-2][1], grid.rows[-1][1]
    assert isinstance(other, Figure)
    assert isinstance(whole, Figure)
    assert (other.value, whole.value) == (19 * 10, 30 * 10)


def test_notes_name_basis_scope_checks_and_what_is_missing(tmp_path: Path) -> None:
    of = report()
    empty = replace(of.pages[-1], form="r4", title="表 R4 收益", rows=[], keys=[])
    said = _said(notes_blocks, replace(of, pages=[*of.pages, empty]), tmp_path)
    for text in (
        "《政府会计准则第4号——无形资产》",
        "未见公共数据资产报表的官方表号",
        *of.notes,
        "放行：某财数〔2026〕7号",
        "未放行",
    ):
        assert text in said
    assert "以下报表尚未记录，不以零计：表 R4 收益。" in said
    edition = replace(of.edition, report_kind=ENTERPRISE, kind_name="企业")
    assert "报告类别：企业" in _said(notes_blocks, replace(of, edition=edition), tmp_path)


@pytest.mark.parametrize("blocks", DOCUMENTS)
def test_a_report_without_forms_is_written(blocks: Blocks, tmp_path: Path) -> None:
    of = report()
    unit = replace(of.edition, scope=Scope("unit", "U1", "甲局"), period="2025-12")
    assert "本版报告没有" in _said(blocks, Report(unit, [], [], [], []), tmp_path)


def test_texts_from_outside_break_no_document(tmp_path: Path) -> None:
    of = report()
    bad = "<w:t>&甲\x00\x0b局\u202e]]>{0}\ud800"
    edition = replace(of.edition, scope=Scope("city", "city", bad))
    worse = replace(of, edition=edition, checks=[check("U1", bad, "1.00", "2.00", "-1.00")], notes=[bad])
    for blocks in DOCUMENTS:
        said = _said(blocks, worse, tmp_path)
        assert "<w:t>&甲\ufffd\ufffd局\ufffd]]>{0}\ufffd" in said


def _styles(paragraph: etree._Element, styles: dict[str, etree._Element]) -> list[etree._Element]:
    name = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    at_hand = styles["Normal" if name is None else name.get(qn("w:val"))]
    chain = [at_hand]
    while (based := chain[-1].find(qn("w:basedOn"))) is not None:
        chain.append(styles[based.get(qn("w:val"))])
    return chain


def test_every_run_has_a_font_for_chinese_text(tmp_path: Path) -> None:
    document = docx.Document(str(_written(analysis_blocks, report(), tmp_path)))
    styles = {style.style_id: style.element for style in document.styles}
    parts = [
        document.element.body,
        document.sections[0].footer._element,
        document.sections[0].even_page_footer._element,
    ]
    runs = 0
    for paragraph in (one for part in parts for one in part.iter(qn("w:p"))):
        fonts = [style.find(f"{qn('w:rPr')}/{qn('w:rFonts')}") for style in _styles(paragraph, styles)]
        named = [font.get(qn("w:eastAsia")) for font in fonts if font is not None]
        assert named
        assert named[0]
        assert not any(name.lower().endswith("theme") for font in fonts if font is not None for name in font.attrib)
        runs += len(list(paragraph.iter(qn("w:r"))))
    assert runs > 100
    table = next(of.target_part.blob for of in document.part.rels.values() if of.reltype.endswith("/fontTable"))
    names = {font.get(qn("w:name")): font[0].get(qn("w:val")) for font in etree.fromstring(table)}
    assert names["仿宋_GB2312"] == "FangSong"
    assert names["方正小标宋简体"] == "SimSun"


def test_headings_tables_and_pages_are_what_a_word_processor_knows(tmp_path: Path) -> None:
    document = docx.Document(str(_written(notes_blocks, report(), tmp_path)))
    headings = [one.text for one in document.paragraphs if one.style is not None and one.style.name == "Heading 1"]
    assert headings[:3] == ["一、编制依据", "二、编报范围", "三、计量单位与口径"]
    assert document.tables
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None  # type: ignore[union-attr]
    for footer in (document.sections[0].footer, document.sections[0].even_page_footer):
        assert "PAGE" in [text.text for text in footer._element.iter(qn("w:instrText"))]


def test_equal_reports_are_equal_bytes(tmp_path: Path) -> None:
    for write in (write_analysis, write_notes):
        files = [tmp_path / "one.docx", tmp_path / "two.docx"]
        for file in files:
            write(report(), file)
        assert files[0].read_bytes() == files[1].read_bytes()


def test_a_chart_has_the_figures_and_its_workbook_has_the_same(tmp_path: Path) -> None:
    charts = [block for block in analysis_blocks(report()) if isinstance(block, Chart)]
    assert len(charts) == 4
    with ZipFile(_written(analysis_blocks, report(), tmp_path)) as parts:
        for number, chart in enumerate(charts, start=1):
            drawn = etree.fromstring(parts.read(f"word/charts/chart{number}.xml"))
            book = openpyxl.load_workbook(BytesIO(parts.read(f"word/embeddings/chart{number}.xlsx")))
            by_name = {}
            for series in drawn.iter(f"{_C}ser"):
                name = series.findtext(f"{_C}tx/{_C}strRef/{_C}strCache/{_C}pt/{_C}v")
                values = {
                    int(of.get("idx")): Decimal(of.findtext(f"{_C}v")) for of in series.iterfind(f"{_C}val//{_C}pt")
                }
                place = str(series.findtext(f"{_C}val/{_C}numRef/{_C}f")).removeprefix("Sheet1!").replace("$", "")
                cells = [row[0].value for row in book["Sheet1"][place]]
                assert [None if of is None else Decimal(str(of)) for of in cells] == [
                    values.get(n) for n in range(len(cells))
                ]
                by_name[name] = values
            lowest = by_name.pop("起点", None)
            heights = {place: value for values in by_name.values() for place, value in values.items()}
            assert heights == {n: wan(bar.figure.value or Decimal(0)) for n, bar in enumerate(chart.bars)}
            assert lowest is None or lowest == {n: min(span) for n, span in enumerate(spans(chart))}


def test_a_waterfall_ends_where_it_should() -> None:
    chart = next(block for block in analysis_blocks(report()) if isinstance(block, Chart) and not block.across)
    ends = [end for _, end in spans(chart)]
    assert ends == [Decimal(of) for of in ("120.00", "120.30", "145.30", "141.30", "141.30")]


def test_headings_are_numbered_in_chinese() -> None:
    assert [chinese_number(number) for number in (1, 10, 11, 20, 21, 99)] == [
        "一",
        "十",
        "十一",
        "二十",
        "二十一",
        "九十九",
    ]
    assert numbered([None]) == []
    texts = [getattr(block, "text", "") for block in analysis_blocks(report())]
    assert [text for text in texts if re.match("（[一二三]）", text)] == [
        "（一）按区划",
        "（二）按主管部门",
        "（三）按分级",
    ]
