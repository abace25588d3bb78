"""Chinese fonts for a PDF: of the open fonts that are installed, the characters that a document has, as TrueType outlines.

Belongs here: which fonts, cutting and converting them, and the map from glyphs back to text. Does not belong here: how a page looks
(`pdf_blocks.py`).

The fonts are embedded: the CID fonts that a PDF may merely name (STSong-Light) are those of the reader's machine, which a phone or a
browser may not have. ReportLab embeds TrueType outlines alone; both fonts come with CFF outlines.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont as EmbeddedFont
from reportlab.pdfbase.ttfonts import TTFontFace

#: The faces of a document: text like 宋体 and headings like 黑体, by the names of their files.
SONG, HEI = "NotoSerifSC-Regular", "NotoSansSC-Regular"
_PACKAGE = "pylopdf_fonts_zh_cn"
#: How far, in units of 1/1000 of the size, a curve may be from the one that it stands for.
_FARTHEST = 0.5
_MISSING = ".notdef"
_BEYOND = re.compile("<([0-9A-F]{5,6})>")


class _Font(EmbeddedFont):
    """A font whose rare characters can be copied: ReportLab 5.1 names one beyond U+FFFF by its number, where UTF-16 is due."""

    def addObjects(self, doc: Any) -> None:  # noqa: N802
        super().addObjects(doc)
        for name, stream in doc.idToObject.items():
            if str(name).startswith("toUnicodeCMap:"):
                stream.content = _BEYOND.sub(lambda found: f"<{_utf16(int(found[1], 16))}>", stream.content)


class _Source:
    """An installed font, each of whose outlines is converted once."""

    def __init__(self, face: str) -> None:
        self._font = TTFont(BytesIO((files(_PACKAGE) / f"{face}.otf").read_bytes()), lazy=True)
        self._names: dict[int, str] = self._font.getBestCmap() or {}
        self._drawn = self._font.getGlyphSet()
        self._outlines: dict[str, Any] = {}
        self._face = face

    def cut(self, characters: Iterable[str]) -> bytes:
        """A TrueType font with the glyphs of these characters, as far as the font has them."""
        named = {ord(one): self._names[ord(one)] for one in sorted(set(characters)) if ord(one) in self._names}
        order = [_MISSING, *dict.fromkeys(named.values())]
        builder = FontBuilder(self._font["head"].unitsPerEm, isTTF=True)  # type: ignore[attr-defined]
        builder.setupHead(unitsPerEm=self._font["head"].unitsPerEm, created=0, modified=0)  # type: ignore[attr-defined]
        builder.setupGlyphOrder(order)
        builder.setupCharacterMap(named)
        builder.setupGlyf({name: self._outline(name) for name in order})
        outlines = builder.font["glyf"]
        widths = {name: (round(self._drawn[name].width), getattr(outlines[name], "xMin", 0)) for name in order}
        builder.setupHorizontalMetrics(widths)
        line = self._font["hhea"]
        builder.setupHorizontalHeader(ascent=line.ascent, descent=line.descent)  # type: ignore[attr-defined]
        builder.setupNameTable({"familyName": self._face, "styleName": "Regular", "psName": self._face})
        builder.setupOS2()
        builder.setupPost(keepGlyphNames=False)
        builder.font.recalcTimestamp = False
        made = BytesIO()
        builder.save(made)
        return made.getvalue()

    def _outline(self, name: str) -> Any:
        if name not in self._outlines:
            pen = TTGlyphPen(None)
            self._drawn[name].draw(Cu2QuPen(pen, _FARTHEST, reverse_direction=True))
            self._outlines[name] = pen.glyph()
        return self._outlines[name]


def take(face: str, texts: Iterable[str]) -> None:
    """Make a face known to ReportLab under its name, with the glyphs of these texts.

    A font is registered once: of a second one by the same name ReportLab keeps the first without a word, and what it lacks is drawn as
    boxes.
    """
    source, font = _registered(face)
    font.face = TTFontFace(BytesIO(source.cut("".join([*texts, " "]))))


@cache
def _registered(face: str) -> tuple[_Source, _Font]:
    source = _Source(face)
    font = _Font(face, BytesIO(source.cut(" ")))
    pdfmetrics.registerFont(font)
    return source, font


def _utf16(number: int) -> str:
    return chr(number).encode("utf-16-be").hex().upper()
