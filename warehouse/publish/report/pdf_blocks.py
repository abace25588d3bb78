"""The blocks of a document as PDF, in the look of a government document: for readers without a word processor, and for the record.

Belongs here: how each kind of block looks on a page. Does not belong here: what a document says, and its fonts (`pdf_font.py`).
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageBreak, PageTemplate, Table
from reportlab.platypus import Paragraph as Text

from warehouse.publish.report.blocks import Block, Chart, Grid, Heading, Line, NewPage, Paragraph
from warehouse.publish.report.figures import Figure
from warehouse.publish.report.pdf_chart import Bars
from warehouse.publish.report.pdf_font import HEI, SONG, take
from warehouse.publish.report.pdf_lines import lines

_LEFT, _RIGHT, _TOP, _BOTTOM = 2.8 * cm, 2.6 * cm, 3.2 * cm, 3 * cm
_WIDTH = A4[0] - _LEFT - _RIGHT
_INK, _RULE, _FILL = HexColor("#000000"), HexColor("#7F7F7F"), HexColor("#E7EDF4")
_PADDING = 4
_SIDES = {"centred": TA_CENTER, "left": TA_LEFT, "right": TA_RIGHT}


def write_pdf(title: str, blocks: Sequence[Block], target: Path) -> int:
    """Write blocks as a PDF file with its fonts in it; returns how many pages it has."""
    texts = ["— …0123456789", *_texts(blocks)]
    for face in (SONG, HEI):
        take(face, texts)
    document = BaseDocTemplate(
        str(target),
        pagesize=A4,
        leftMargin=_LEFT,
        rightMargin=_RIGHT,
        topMargin=_TOP,
        bottomMargin=_BOTTOM,
        title=title,
        author="",
        creator="数账 Shuzhang",
        subject="",
        lang="zh-CN",
        displayDocTitle=True,
        initialFontName=SONG,
        invariant=1,
    )
    frame = Frame(_LEFT, _BOTTOM, _WIDTH, A4[1] - _TOP - _BOTTOM, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate(frames=[frame], onPage=_number)])
    canvas = partial(Canvas, initialFontName=SONG)  # type: ignore[arg-type]
    document.build([part for block in blocks for part in _shown(block)], canvasmaker=canvas)
    return document.page


def _texts(blocks: Sequence[Block]) -> Iterator[str]:
    """All that is written, for the fonts."""
    for block in blocks:
        if isinstance(block, Heading):
            yield block.text
        elif isinstance(block, Line):
            yield block.sentence.text
        elif isinstance(block, Paragraph):
            yield from (sentence.text for sentence in block.sentences)
        elif isinstance(block, Grid):
            yield from (_caption(block), *block.heads, *(_cell(cell) for row in block.rows for cell in row))
        elif isinstance(block, Chart):
            yield from (block.title, *(bar.label for bar in block.bars), ",.")


def _caption(grid: Grid) -> str:
    return grid.caption + (f"（单位：{grid.unit}）" if grid.unit else "")


def _cell(content: Figure | str) -> str:
    return content.exact if isinstance(content, Figure) else content


def _style(face: str, size: float, leading: float, **others: Any) -> ParagraphStyle:
    return ParagraphStyle(
        face, fontName=face, fontSize=size, leading=leading, textColor=_INK, bulletFontName=face, **others
    )


_TITLE = _style(SONG, 20, 28, alignment=TA_CENTER, spaceAfter=4)
_HEADINGS = (
    _TITLE,
    _style(HEI, 14, 24, firstLineIndent=28, spaceBefore=4, keepWithNext=1),
    _style(HEI, 13, 22, firstLineIndent=26, spaceBefore=2, keepWithNext=1),
)
_TEXT = _style(SONG, 14, 23, firstLineIndent=28)
_CAPTION = _style(HEI, 10, 16, alignment=TA_CENTER, spaceBefore=4)
_HEAD = _style(HEI, 9.5, 13, alignment=TA_CENTER)
_CELLS = (_style(SONG, 9.5, 13), _style(SONG, 9.5, 13, alignment=TA_RIGHT))


def _shown(block: Block) -> list[Flowable]:
    if isinstance(block, NewPage):
        return [PageBreak()]
    if isinstance(block, Heading):
        return [_text(block.text, _HEADINGS[block.level])]
    if isinstance(block, Line):
        return [_text(block.sentence.text, _style(SONG, 14, 23, alignment=_SIDES[block.style]))]
    if isinstance(block, Paragraph):
        return [_text("".join(sentence.text for sentence in block.sentences), _TEXT)]
    if isinstance(block, Chart):
        return [Bars(block, _WIDTH, SONG, HEI)]
    return [KeepTogether([_text(_caption(block), _CAPTION), _table(block)])]


def _text(text: str, style: ParagraphStyle, width: float = _WIDTH + 2 * _PADDING) -> Text:
    """A text with the ends of its lines settled. width: of its column, with the padding on both sides."""
    room = width - 2 * _PADDING
    broken = lines(text, style.fontName, style.fontSize, room, style.firstLineIndent)
    return Text("<br/>".join(map(escape, broken)), style)


def _table(grid: Grid) -> Table:
    whole = sum(grid.widths)
    widths = [_WIDTH * width / whole for width in grid.widths]
    rows = [[_text(head, _HEAD, width) for head, width in zip(grid.heads, widths, strict=True)]]
    rows += [
        [_text(_cell(cell), _CELLS[isinstance(cell, Figure)], width) for cell, width in zip(row, widths, strict=True)]
        for row in grid.rows
    ]
    style = [
        # The font that a table begins with would be named in the file, and not be in it.
        ("FONTNAME", (0, 0), (-1, -1), SONG),
        ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
        ("GRID", (0, 0), (-1, -1), 0.5, _RULE),
        ("BACKGROUND", (0, 0), (-1, 0), _FILL),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    return Table(rows, widths, repeatRows=1, style=style, spaceAfter=6)


def _number(canvas: Canvas, document: BaseDocTemplate) -> None:
    """The number of a page, outside: right on odd pages, left on even ones."""
    canvas.setFont(SONG, 14)
    text = f"— {document.page} —"
    if document.page % 2:
        canvas.drawRightString(A4[0] - _RIGHT - 14, 1.8 * cm, text)
    else:
        canvas.drawString(_LEFT + 14, 1.8 * cm, text)
