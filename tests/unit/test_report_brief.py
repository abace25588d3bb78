"""The short report: two pages, the same in DOCX and PDF, and a PDF that any reader shows, searches and copies from."""

import shutil
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import docx
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.unit.proof import numbers, own_texts, prove, shown
from tests.unit.report_cases import check, report
from warehouse.publish.report.blocks import figures_of
from warehouse.publish.report.brief_document import PAGES, brief_blocks, write_brief
from warehouse.publish.report.edition import Report, Scope
from warehouse.publish.report.pdf_font import SONG, take
from warehouse.publish.report.pdf_lines import lines

#: Writing, rendering and reading files takes ten seconds and more.
pytestmark = pytest.mark.slow

_CHARACTERS = "账面价值，。；：（）《》〔〕、“”0123456789.-%万元AB 局"


@pytest.fixture(autouse=True, scope="module")
def font() -> None:
    """The font that widths are asked of is known to ReportLab."""
    take(SONG, [_CHARACTERS])


def _written(of: Report, folder: Path) -> tuple[Path, Path]:
    write_brief(of, folder / "brief.docx", folder / "brief.pdf")
    return folder / "brief.docx", folder / "brief.pdf"


def _text(file: Path) -> str:
    """The text of a PDF, as another library reads it, without ends of lines and spaces."""
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(file).pages).split())


def test_two_pages_with_the_headline_figures(tmp_path: Path) -> None:
    _, file = _written(report(), tmp_path)
    pdf = pypdf.PdfReader(file)
    assert len(pdf.pages) == PAGES == 2
    assert [float(side) for side in pdf.pages[0].mediabox[2:]] == pytest.approx([595.28, 841.89], abs=0.01)
    text = _text(file)
    for said in (
        "某市2026年6月",
        "本级人民代表大会常务委员会：",
        "登记公共数据资产卡片21张，原值141.30万元，累计摊销21.23万元，账面价值120.07万元。",
        "1,413,000.45",
        "账面价值增加30.02万元（增长33.33%）",
        "甲局：账面价值与总账，差额-0.08万元。丙局：账面价值与总账，差额2.00万元（已放行）。",
        "—1—",
        "—2—",
    ):
        assert said in text
    assert pdf.metadata is not None
    assert pdf.metadata.title == report().edition.title
    assert pdf.root_object["/Lang"] == "zh-CN"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_a_word_processor_makes_two_pages_of_it_too(tmp_path: Path) -> None:
    word, _ = _written(report(), tmp_path)
    (tmp_path / "theirs").mkdir()
    subprocess.run(  # noqa: S603
        [  # noqa: S607
            "soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf", "--outdir",
            str(tmp_path / "theirs"), str(word),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    made = tmp_path / "theirs" / "brief.pdf"
    assert len(pypdf.PdfReader(made).pages) == PAGES
    assert "账面价值120.07万元。" in _text(made)


def test_both_formats_say_the_same(tmp_path: Path) -> None:
    word, file = _written(report(), tmp_path)
    document, text = docx.Document(str(word)), _text(file)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    said = [one.text for one in document.paragraphs] + cells
    assert len(said) > 60
    assert [one for one in said if "".join(one.split()) not in text] == []


def test_every_number_of_the_pdf_is_a_figure(tmp_path: Path) -> None:
    of = report()
    blocks = brief_blocks(of, 7, 4, 260)
    for figure in figures_of(blocks):
        prove(figure, of)
    _, file = _written(of, tmp_path)
    written = "\n".join(page.extract_text() for page in pypdf.PdfReader(file).pages)
    for number in "12":
        written = written.replace(f"— {number} —", "")
    found = numbers(written, own_texts(of))
    assert len(found) > 60
    assert [number for number in found if number not in shown(blocks)] == []


def test_fonts_are_in_the_file(tmp_path: Path) -> None:
    _, file = _written(report(), tmp_path)
    assert file.stat().st_size < 150_000
    for page in pypdf.PdfReader(file).pages:
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
        assert fonts
        for font in fonts:
            assert "/FontFile2" in font["/FontDescriptor"]
            assert "/ToUnicode" in font


def test_rare_characters_can_be_copied(tmp_path: Path) -> None:
    rare = "䶮镕喆堃𬭸"
    _, file = _written(replace(report(), notes=[f"未报送单位：{rare}局。"]), tmp_path)
    assert rare in _text(file)


def test_what_no_font_has_breaks_nothing(tmp_path: Path) -> None:
    _, file = _written(replace(report(), notes=["未报送单位：\U000323af\ue000局。"]), tmp_path)
    assert "局。" in _text(file)


def test_equal_reports_are_equal_bytes_whatever_was_written_before(tmp_path: Path) -> None:
    of = report()
    once = [file.read_bytes() for file in _written(of, tmp_path)]
    _written(replace(of, notes=["齉龘靐"]), tmp_path)
    assert [file.read_bytes() for file in _written(of, tmp_path)] == once
    code = (
        "from pathlib import Path; from tests.unit.report_cases import report; "
        "from warehouse.publish.report.brief_document import write_brief; "
        f"write_brief(report(), Path({str(tmp_path / 'a.docx')!r}), Path({str(tmp_path / 'a.pdf')!r}))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONHASHSEED": "7"})  # noqa: S603
    assert [(tmp_path / name).read_bytes() for name in ("a.docx", "a.pdf")] == once


def test_however_much_there_is_to_say_it_is_two_pages(tmp_path: Path) -> None:
    of = report()
    name = "某市某某区某某街道办事处综合行政执法和公共服务数据管理中心（某市某某区大数据中心）"
    checks = [
        check(f"U{number}", f"{name}{number}", "1.00", f"{number}.00", f"{1 - number}.00") for number in range(40)
    ]
    page = of.page("r1", "department")
    assert page is not None
    rows = [[f"{name}{number}", *page.rows[0][1:]] for number in range(40)]
    keys = [("2026-06", "government", "department", f"V{number}") for number in range(40)]
    pages = [replace(page, rows=rows, keys=keys) if one is page else one for one in of.pages if one.label != "district"]
    full = replace(of, pages=pages, checks=checks, notes=[f"{name}未报送。" * 3] * 30)
    _, file = _written(full, tmp_path)
    assert len(pypdf.PdfReader(file).pages) == PAGES
    assert "其余事项见填报说明。" in _text(file) or "未报送、放行等事项见填报说明。" in _text(file)


def test_however_little_there_is_to_say_it_is_two_pages(tmp_path: Path) -> None:
    edition = replace(report().edition, scope=Scope("unit", "U1", "甲局"))
    word, file = _written(Report(edition, [], [], [], []), tmp_path)
    assert len(pypdf.PdfReader(file).pages) == PAGES
    assert any(one.paragraph_format.page_break_before for one in docx.Document(str(word)).paragraphs)


@given(text=st.text(f"{_CHARACTERS}\n", max_size=200), width=st.floats(60, 400), indent=st.floats(0, 28))
def test_lines_lose_nothing_fit_and_begin_as_chinese_lines_may(text: str, width: float, indent: float) -> None:
    found = list(lines(text, SONG, 14, width, indent))
    assert "".join("".join(found).split()) == "".join(text.split())
    for number, line in enumerate(found):
        # A piece that is wider than a line is broken anywhere, a single character is not.
        assert len(line) < 2 or stringWidth(line, SONG, 14) <= width - (indent if number == 0 else 0) + 0.001


def test_no_line_begins_with_a_closing_mark_or_parts_a_number_from_its_unit() -> None:
    text = "截至期末，登记公共数据资产卡片305张，原值12015.36万元（增长20.48%）；其次是“甲局”，占5.00%。" * 4
    for width in range(150, 420, 7):
        found = list(lines(text, SONG, 14, width))
        assert not [line for line in found if line[0] in "，。；：、）》”%"]
        assert not [line for line in found if line[-1] in "（《“"]
        assert "".join(found) == text
        assert sum(line.count("12015.36万元") for line in found) == 4


def test_a_sum_in_the_pdf_is_exact(tmp_path: Path) -> None:
    of = report()
    cost = Decimal("123456789012345678.91")
    page = of.pages[0]
    place = [column.name for column in page.columns].index("closing_cost_cny")
    rows = [[cost if n == place else value for n, value in enumerate(page.rows[0])]]
    _, file = _written(replace(of, pages=[replace(page, rows=rows), *of.pages[1:]]), tmp_path)
    assert "123,456,789,012,345,678.91" in _text(file)
    assert "原值12345678901234.57万元" in _text(file)
