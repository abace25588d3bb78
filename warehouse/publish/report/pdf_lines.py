"""Where lines of Chinese text end on a PDF page.

Belongs here: breaking a text into lines of a width. Does not belong here: fonts and pages (`pdf_font.py`, `pdf_blocks.py`).

ReportLab breaks Chinese text too, but lets a line begin with ，：；or 》, which its list of closing marks lacks.
"""

import re
from collections.abc import Iterator

from reportlab.pdfbase.pdfmetrics import stringWidth

#: What stays on one line: a word, number with its unit, or single character, with marks that open before and close after it.
_OPENING, _CLOSING = "（〔《〈「『【“‘", "，。、；：！？）〕》〉」』】”’％%…·"
_PIECE = re.compile(rf"[{_OPENING}]*(?:[+\-]?[0-9A-Za-z][0-9A-Za-z.,/_\-]*(?:万元|元|%)?|\s+|.)?[{_CLOSING}]*")


def lines(text: str, font: str, size: float, width: float, first_indent: float = 0) -> Iterator[str]:
    """The lines of a text, the first one shorter by an indent; a piece that fits on no line is broken anywhere."""
    for paragraph in text.split("\n"):
        line, room = "", width - first_indent
        for piece in _pieces(paragraph, font, size, width - first_indent):
            if line and stringWidth(line + piece.rstrip(), font, size) > room:
                yield line.rstrip()
                line, room = "", width
            line += piece if line else piece.lstrip()
        yield line.rstrip()


def _pieces(text: str, font: str, size: float, width: float) -> Iterator[str]:
    for found in _PIECE.finditer(text):
        piece = found[0]
        if stringWidth(piece, font, size) <= width:
            yield piece
        else:
            yield from piece
