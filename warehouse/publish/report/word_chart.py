"""A chart of a document as DOCX has its own: drawn by the word processor from numbers, sharp in print, and with its data beside it.

Belongs here: bars as a chart part with the workbook that a word processor opens to edit it. Does not belong here: which bars a chart has
(`sections.py`).

A picture would need a drawing library of its own and shows text that nobody can search or mend; python-docx has no charts, and the
chart parts of python-pptx come with a library for slides.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from io import BytesIO
from xml.sax.saxutils import quoteattr

import xlsxwriter
from docx.document import Document as DocumentObject
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Length
from jinja2 import Environment, StrictUndefined, Template

from warehouse.publish.form_book import FIXED_TIME
from warehouse.publish.report.blocks import Chart
from warehouse.publish.report.figures import wan

_FONT, _LATIN = "黑体", "Times New Roman"
_WIDTH = Cm(15.2)
_COLORS = {"金额": "1F4E79", "增加": "2E8B57", "减少": "C0504D"}


@dataclass(frozen=True)
class Series:
    """The bars of one colour; none for what holds the others up."""

    name: str
    color: str
    values: tuple[Decimal | None, ...]
    head: str
    values_at: str


def spans(chart: Chart) -> list[tuple[Decimal, Decimal]]:
    """From where to where each bar goes, in 万元: a step begins where the one before it ends."""
    found: list[tuple[Decimal, Decimal]] = []
    for bar in chart.bars:
        size = wan(bar.figure.value or Decimal(0))
        start = found[-1][1] if bar.is_step and found else Decimal(0)
        found.append((start, start - size if bar.falls else start + size))
    return found


def add_chart(document: DocumentObject, chart: Chart, number: int) -> None:
    """Add a chart in a paragraph of its own. number: counts the document's charts from 1."""
    package = document.part.package
    book = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), CONTENT_TYPE.SML_SHEET, b"", package)
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), CONTENT_TYPE.DML_CHART, b"", package)
    series = _series(chart)
    # Above a bar that stands on another there is no place for its figure.
    labels = [
        bar.label if chart.across else f"{bar.label} {wan(bar.figure.value or Decimal(0)):,}" for bar in chart.bars
    ]
    book._blob = _workbook(labels, series)
    text = _template().render(
        title=chart.title,
        across=chart.across,
        labels=labels,
        series=series,
        categories=f"Sheet1!$A$2:$A${len(labels) + 1}",
        font=_FONT,
        latin=_LATIN,
        workbook=part.relate_to(book, RELATIONSHIP_TYPE.PACKAGE),
    )
    part._blob = text.encode()
    height = Cm(2.2 + 0.75 * len(labels)) if chart.across else Cm(7.5)
    drawing = _inline(chart, number, height, document.part.relate_to(part, RELATIONSHIP_TYPE.CHART))
    paragraph = document.add_paragraph(style="Figure")
    paragraph.add_run()._r.append(parse_xml(drawing))


def _series(chart: Chart) -> list[Series]:
    ends = spans(chart)
    below = tuple(min(span) for span in ends)
    is_lifted = any(bar.is_step for bar in chart.bars)
    if is_lifted and min(below) < 0:
        # Bars that cross zero cannot stand on others: each then stands for itself.
        is_lifted, ends = False, [(Decimal(0), end - start) for start, end in ends]

    def of(kind: str) -> tuple[Decimal | None, ...]:
        sizes = (abs(end - start) if is_lifted else end - start for start, end in ends)
        return tuple(size if kind == own else None for size, own in zip(sizes, kinds, strict=True))

    kinds = [
        "金额" if not bar.is_step else "增加" if end >= start else "减少"
        for bar, (start, end) in zip(chart.bars, ends, strict=True)
    ]
    used = [("起点", "", below)] if is_lifted else []
    used += [(kind, color, of(kind)) for kind, color in _COLORS.items() if kind in kinds]
    last = len(chart.bars) + 1
    return [
        Series(name, color, values, f"Sheet1!${column}$1", f"Sheet1!${column}$2:${column}${last}")
        for column, (name, color, values) in zip("BCDE", used, strict=False)
    ]


def _workbook(labels: list[str], series: list[Series]) -> bytes:
    """The numbers of a chart, which a word processor opens to edit it."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": FIXED_TIME})
        sheet = book.add_worksheet("Sheet1")
        for row, label in enumerate(labels, start=1):
            sheet.write_string(row, 0, label)
        for column, one in enumerate(series, start=1):
            sheet.write_string(0, column, one.name)
            for row, value in enumerate(one.values, start=1):
                if value is not None:
                    sheet.write(row, column, value)
    return buffer.getvalue()


def _inline(chart: Chart, number: int, height: Length, relation: str) -> str:
    names = f'name="图表{number}" descr={quoteattr(chart.spoken)}'
    return (
        f"<w:drawing {nsdecls('w', 'wp', 'a', 'r')}>"
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{_WIDTH}" cy="{height}"/>'
        f'<wp:docPr id="{number}" {names}/><wp:cNvGraphicFramePr/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="{relation}"/>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )


@cache
def _template() -> Template:
    text = (files("warehouse") / "publish" / "page" / "chart.xml").read_text("utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(text)
