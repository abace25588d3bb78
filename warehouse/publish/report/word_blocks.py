"""The blocks of a document as DOCX, in the look of a government document (GB/T 9704).

Belongs here: styles and how each kind of block looks. Does not belong here: what a document says, and what all DOCX files share
(`word_document.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx.document import Document as DocumentObject
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from warehouse.publish.report.blocks import Block, Chart, Grid, Heading, Line, NewPage, Paragraph
from warehouse.publish.report.figures import Figure
from warehouse.publish.report.word_chart import add_chart
from warehouse.publish.word_document import (
    Font,
    add_field,
    keep_on_one_page,
    new_document,
    repeat_on_each_page,
    save,
    set_font,
    set_widths,
    shade,
)


@dataclass(frozen=True)
class Look:
    """Sizes in points, by their Chinese names: 2号 22, 小2号 18, 3号 16, 4号 14, 小5号 9; lines of text are so high; margins in cm."""

    title: float
    text: float
    line: float
    top: float
    bottom: float


#: As GB/T 9704 has it, and closer, where a document may have so many pages and no more.
STANDARD, COMPACT = Look(22, 16, 28, 3.7, 3.5), Look(20, 14, 23, 3.0, 2.8)
_TITLE, _TEXT, _HEAD, _SUBHEAD, _PAGE = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
_SMALL_POINTS, _PAGE_POINTS = 9, 14
_ALIGNED = {"centred": WD_ALIGN_PARAGRAPH.CENTER, "left": WD_ALIGN_PARAGRAPH.LEFT, "right": WD_ALIGN_PARAGRAPH.RIGHT}
_TEXT_CM = 15.6
_FILL = "E7EDF4"
#: A table of so many rows is not broken.
_MOST_TOGETHER = 16


def write_word(title: str, blocks: Sequence[Block], target: Path, look: Look = STANDARD) -> None:
    """Write blocks as a DOCX file."""
    document = new_document(title, Font(_TEXT, look.text))
    _set_styles(document, look)
    _set_paper(document, look)
    charts = 0
    breaks = False
    for block in blocks:
        if isinstance(block, NewPage):
            breaks = True
            continue
        if isinstance(block, Chart):
            charts += 1
            add_chart(document, block, charts)
        elif isinstance(block, Grid):
            _add_grid(document, block)
        else:
            paragraph = _add_text(document, block)
            # A break of its own paragraph would leave an empty page where the text before it fills one.
            paragraph.paragraph_format.page_break_before = breaks or None
            breaks = False
    save(document, target)


def _set_styles(document: DocumentObject, look: Look) -> None:
    styles = document.styles
    set_font(styles["Title"], Font(_TITLE, look.title))
    set_font(styles["Heading 1"], Font(_HEAD, look.text))
    set_font(styles["Heading 2"], Font(_SUBHEAD, look.text))
    small, small_head = Font(_TEXT, _SMALL_POINTS), Font(_HEAD, _SMALL_POINTS)
    for name, font in (
        ("Small", small),
        ("Small Head", small_head),
        ("Figure", small),
        ("Page Number Line", Font(_PAGE, _PAGE_POINTS)),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]  # type: ignore[attr-defined]
        set_font(style, font)
    for name, exactly, before, after in (
        ("Normal", look.line, 0, 0),
        ("Title", look.title * 1.4, 0, 2),
        ("Heading 1", look.line, 3, 0),
        ("Heading 2", look.line, 0, 0),
        ("Small", 14, 0, 0),
        ("Small Head", 15, 3, 1),
        ("Page Number Line", 18, 0, 0),
    ):
        _space(styles[name], exactly, before, after)
    figure = styles["Figure"].paragraph_format  # type: ignore[attr-defined]
    figure.line_spacing, figure.alignment, figure.space_before = 1.0, WD_ALIGN_PARAGRAPH.CENTER, Pt(4)
    title = styles["Title"]
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER  # type: ignore[attr-defined]
    for line in title.element.findall(f".//{qn('w:pBdr')}"):
        line.getparent().remove(line)
    styles["Small Head"].paragraph_format.keep_with_next = True  # type: ignore[attr-defined]


def _space(style: Any, exactly: float, before: float, after: float) -> None:
    """Lines of a fixed height: Chinese fonts ask for very different ones."""
    of = style.paragraph_format
    of.line_spacing_rule, of.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(exactly)
    of.space_before, of.space_after = Pt(before), Pt(after)


def _set_paper(document: DocumentObject, look: Look) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(look.top), Cm(look.bottom)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    section.footer_distance = Cm(look.bottom - 1)
    document.settings.odd_and_even_pages_header_footer = True
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        line = footer.paragraphs[0]
        line.style, line.alignment = document.styles["Page Number Line"], side  # type: ignore[assignment]
        line.add_run("— ")
        add_field(line, "PAGE")
        line.add_run(" —")


def _add_text(document: DocumentObject, block: Heading | Line | Paragraph) -> WordParagraph:
    if isinstance(block, Heading):
        paragraph = document.add_paragraph(block.text, style=("Title", "Heading 1", "Heading 2")[block.level])
        if block.level:
            _indent(paragraph)
        return paragraph
    if isinstance(block, Line):
        paragraph = document.add_paragraph(block.sentence.text)
        paragraph.alignment = _ALIGNED[block.style]
        return paragraph
    paragraph = document.add_paragraph("".join(sentence.text for sentence in block.sentences))
    _indent(paragraph)
    return paragraph


def _indent(paragraph: WordParagraph) -> None:
    """Two characters, whatever their size."""
    properties = paragraph._p.get_or_add_pPr()
    indent = OxmlElement("w:ind")
    indent.set(qn("w:firstLineChars"), "200")
    indent.set(qn("w:firstLine"), "640")
    properties.insert_element_before(indent, "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr")


def _add_grid(document: DocumentObject, grid: Grid) -> None:
    caption = grid.caption + (f"（单位：{grid.unit}）" if grid.unit else "")
    document.add_paragraph(caption, style="Small Head").alignment = WD_ALIGN_PARAGRAPH.CENTER
    table = document.add_table(rows=1, cols=len(grid.heads), style="Table Grid")
    repeat_on_each_page(table.rows[0])
    for cell, head in zip(table.rows[0].cells, grid.heads, strict=True):
        shade(cell, _FILL)
        _write(cell.paragraphs[0], head, "Small Head", WD_ALIGN_PARAGRAPH.CENTER)
    for number, row in enumerate(grid.rows, start=1):
        added = table.add_row()
        keep_on_one_page(added)
        stays = True if number < len(grid.rows) <= _MOST_TOGETHER else None
        for cell, content in zip(added.cells, row, strict=True):
            is_figure = isinstance(content, Figure)
            text = content.exact if is_figure else content
            _write(cell.paragraphs[0], text, "Small", _ALIGNED["right" if is_figure else "left"])
            cell.paragraphs[0].paragraph_format.keep_with_next = stays
    whole = sum(grid.widths)
    set_widths(table, [Cm(_TEXT_CM * width / whole) for width in grid.widths])


def _write(paragraph: WordParagraph, text: str, style: str, side: WD_ALIGN_PARAGRAPH) -> None:
    paragraph.style, paragraph.alignment = style, side  # type: ignore[assignment]
    paragraph.add_run(text)
