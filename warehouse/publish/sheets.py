"""What the workbooks for agencies share: rows as high as their wrapped text, and set up for A4 paper.

Belongs here: how a sheet of text looks on screen and paper. Does not belong here: what it says (`receipt.py`, `template.py`), and the forms
of reports, whose layout is policy (`workbook.py`).
"""

import re
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

#: The font that Windows and WPS have for Chinese; without one named, a row is as high as Calibri and Chinese is cut.
FONT = {"font_name": "SimSun", "font_size": 10}
#: A line of it in points; a program that has another font in its place needs no more.
_LINE_POINTS = 15
#: Room below the last line; heights are multiples of 0.75 points, a pixel.
_PADDING_POINTS = 1.5
#: The highest row that Excel has is 409 points.
_MOST_LINES = 26
#: Of a line as many characters are lost where a word does not fit into the rest.
_WORD_CHARS = 3
#: A cell holds as much text, in units of UTF-16.
_CELL_UNITS = 32_767
#: What no XML may hold, surrogates among it.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARGIN_CHARS = 100
_A4 = 9
_MARGIN_INCHES = 0.5


class Look:
    """The formats of a workbook: each sheet of it looks alike."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        cell = FONT | {"border": 1, "border_color": "#A6A6A6", "text_wrap": True, "valign": "top"}
        self.title = book.add_format(FONT | {"bold": True, "font_size": 16, "valign": "vcenter"})
        self.part = book.add_format(FONT | {"bold": True, "font_size": 12, "valign": "vcenter"})
        self.head = book.add_format(cell | {"bold": True, "bg_color": "#DCE6F1", "valign": "vcenter"})
        self.text = book.add_format(cell | {"num_format": "@"})
        self.number = book.add_format(cell | {"num_format": "#,##0"})
        self.money = book.add_format(cell | {"num_format": "#,##0.00"})
        self.fact = book.add_format(cell | {"num_format": "#,##0", "align": "left"})
        self.alarm = book.add_format(cell | {"bg_color": "#F8CBAD"})
        self.caution = book.add_format(cell | {"bg_color": "#FFF2CC"})
        self.plain = book.add_format(FONT | {"text_wrap": True, "valign": "top"})
        self.line = book.add_format(FONT | {"valign": "vcenter"})

    def of(self, value: object) -> Format:
        return self.number if isinstance(value, int) else self.text


def safe(text: str) -> str:
    """A text that XlsxWriter writes whole wherever it stands: in cells, comments, headers and properties.

    What no XML may hold is shown as `�`: in headers and comments it would be written as it is. A text longer than a cell may be is cut;
    it would be left out. One that begins with `<r>` and ends with `</r>` gets a space: it would be taken for markup of XlsxWriter's own,
    of which `<r>1 < 2</r>` leaves a file that nothing opens.
    """
    if not text.isprintable():
        text = _NO_XML.sub("\ufffd", text)
    if text.startswith("<r>") and text.endswith("</r>"):
        text += " "
    if len(text) > _CELL_UNITS // 2 and len(units := text.encode("utf-16-le")) > 2 * _CELL_UNITS:
        text = units[: 2 * (_CELL_UNITS - 1)].decode("utf-16-le", "ignore") + "…"
    return text


def margin(text: str) -> str:
    """A text as it may stand in a header or footer: these have 255 characters in all, and take `&` for a sign of their own."""
    return safe(text[:_MARGIN_CHARS]).replace("&", "&&")[:_MARGIN_CHARS]


def lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of a width in characters; Chinese ones count double."""
    whole, room = int(width) - 1, max(1, int(width) - _WORD_CHARS)
    sizes = (len(part.encode("gb18030", "replace")) for part in text.split("\n"))
    return sum(1 if size <= whole else 1 + (size - 1) // room for size in sizes)


def fitted(text: str, width: float) -> str:
    """A text, cut so that the highest row shows all of it in a column of that width."""
    if len(text) < width and "\n" not in text:
        return text
    text = text[: int(width) * _MOST_LINES]
    while lines(text, width) > _MOST_LINES:
        text = text[: len(text) * _MOST_LINES // (lines(text, width) + 1)].rstrip() + "…"
    return text


def row_points(texts: Sequence[str], widths: Sequence[float]) -> float:
    """The height of a row in points, so that the text of each cell is seen whole."""
    return _LINE_POINTS * min(_MOST_LINES, max(map(lines, texts, widths), default=1)) + _PADDING_POINTS


def write_row(
    sheet: Worksheet,
    row: int,
    values: Sequence[str | int | None],
    widths: Sequence[float],
    look: Look,
    style: Format | None = None,
    *,
    first: Format | None = None,
) -> None:
    """Write a row of texts and numbers, as high as they need; a text that no row could show whole ends in `…`.

    Args:
        style: of all its cells; by default that of their values. first: of the first cell.
    """
    shown = [fitted(of, width) if isinstance(of, str) else of for of, width in zip(values, widths, strict=True)]
    for column, value in enumerate(shown):
        as_it_is = safe(value) if isinstance(value, str) else value
        sheet.write(row, column, as_it_is, (first if column == 0 else None) or style or look.of(value))
    sheet.set_row(row, row_points([str(value or "") for value in shown], widths))


def write_across(
    sheet: Worksheet, row: int, first: int, value: str | int, widths: Sequence[float], style: Format
) -> None:
    """Write a value into the columns from `first` to the last as one cell, in a row as high as it needs."""
    width = sum(widths[first:])
    shown = safe(fitted(value, width)) if isinstance(value, str) else value
    if first < len(widths) - 1:
        sheet.merge_range(row, first, row, len(widths) - 1, "", style)
    sheet.write(row, first, shown, style)
    sheet.set_row(row, row_points([str(shown)], [width]))


def set_widths(sheet: Worksheet, widths: Sequence[float]) -> None:
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)


def set_up_print(sheet: Worksheet, title: str, *, header_rows: int = 0, pages_across: int = 1) -> None:
    """A4 across, all columns on a page, the header on each, pages numbered: units print, sign and file what they answer.

    Args:
        header_rows: so many rows from the top stand on every page. pages_across: over so many pages the columns go.
    """
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(pages_across, 0)
    sheet.set_margins(_MARGIN_INCHES, _MARGIN_INCHES, 0.6, 0.7)
    sheet.set_footer(f"&L{margin(title)}&R&P / &N")
    if header_rows:
        sheet.repeat_rows(0, header_rows - 1)
