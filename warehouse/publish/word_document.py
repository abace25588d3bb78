"""What all DOCX documents share: fonts for Chinese text, A4 paper, and files that are equal where their text is.

Belongs here: the fonts of styles, headings, tables, page numbers and how a document is saved. Does not belong here: what a document
says (`letter.py`, `report/`).

A government document is set by GB/T 9704: its title in 小标宋, text in 仿宋_GB2312, headings in 黑体 and 楷体_GB2312. A machine without
them finds in the table of fonts what stands in for each: the fonts that Windows and WPS have.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as DocumentObject
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from warehouse.publish.form_book import FIXED_TIME

#: What XML cannot carry, and marks that turn the reading direction.
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
#: What stands in for a font where a machine does not have it.
STANDS_IN = {"方正小标宋简体": "SimSun", "仿宋_GB2312": "FangSong", "楷体_GB2312": "KaiTi", "黑体": "SimHei"}


@dataclass(frozen=True)
class Font:
    """A font of Chinese text with that of figures and Latin letters beside it."""

    east_asian: str
    points: float
    latin: str = "Times New Roman"
    bold: bool = False


def plain(text: object) -> str:
    """A text from outside as a document can carry it."""
    return _NO_CHARACTER.sub("\ufffd", str(text))


def new_document(title: str, normal: Font) -> DocumentObject:
    """An empty document with no date, author or language of its maker, its text in this font."""
    document = Document()
    properties = document.core_properties
    properties.author = properties.comments = ""
    properties.title, properties.language = plain(title), "zh-CN"
    properties.created = properties.modified = FIXED_TIME
    set_font(document.styles["Normal"], normal)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    _name_stand_ins(document)
    return document


def set_font(style: Any, font: Font) -> None:
    """Give a style its fonts; those that the template's theme names would go before them."""
    style.font.name, style.font.size, style.font.bold, style.font.italic = font.latin, Pt(font.points), font.bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.rPr.rFonts
    for name in [name for name in fonts.attrib if name.lower().endswith("theme")]:
        del fonts.attrib[name]
    fonts.set(qn("w:eastAsia"), font.east_asian)
    fonts.set(qn("w:cs"), font.latin)


def save(document: DocumentObject, target: Path) -> None:
    """Write a document; python-docx would put the time of day on each part."""
    buffer = BytesIO()
    document.save(buffer)
    with ZipFile(buffer) as made, ZipFile(target, "w", ZIP_DEFLATED) as file:
        for name in made.namelist():
            file.writestr(ZipInfo(name, FIXED_TIME.timetuple()[:6]), made.read(name), ZIP_DEFLATED)


def add_field(paragraph: Paragraph, instruction: str) -> None:
    """A field that the word processor fills, such as PAGE."""
    for kind in ("begin", "separate", "end"):
        run = paragraph.add_run()
        if kind == "separate":
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = instruction
            run._r.append(text)
            run = paragraph.add_run()
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        run._r.append(mark)
        if kind == "separate":
            paragraph.add_run("1")


def shade(cell: _Cell, color: str) -> None:
    shading = OxmlElement("w:shd")
    shading.set(qn("w:val"), "clear")
    shading.set(qn("w:fill"), color)
    cell._tc.get_or_add_tcPr().append(shading)


def repeat_on_each_page(row: _Row) -> None:
    """Make a row of a table its heading on every page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def keep_on_one_page(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def set_widths(table: Table, widths: Sequence[Length]) -> None:
    """Fix the widths of a table's columns; LibreOffice goes by the grid, Word by the cells."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width


def _name_stand_ins(document: DocumentObject) -> None:
    part = next(of.target_part for of in document.part.rels.values() if of.reltype == RELATIONSHIP_TYPE.FONT_TABLE)
    fonts = "".join(
        f'<w:font w:name={quoteattr(name)}><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in STANDS_IN.items()
    )
    part._blob = part.blob.replace(b"</w:fonts>", f"{fonts}</w:fonts>".encode())  # type: ignore[attr-defined]
