"""Forms as sheets of a workbook, in the look of government forms: title, who reports, period and unit of money above; merged headings;
`-` for zero; totals as formulas; note and lines for signatures below.

Money is written as numbers with two decimals; what a spreadsheet's doubles do not hold exactly is written as text and stays exact. The way
to a figure's sources stands at the end of its row, with the column's name as a comment of its heading; only the figures of totals that are
in no other, and those of forms that are turned, have it as a comment of their own: thousands of comments make a workbook slow to open.

XlsxWriter writes it and not rustpy-xlsxwriter, which is several times as fast: the latter writes plain tables, without merged cells,
formulas, comments and set-up for print, DECIMAL columns of Arrow as blanks and records by position
(`findings/rustpy-xlsxwriter-columns.sh`).

Belongs here: how a form is written. Does not belong here: where its cells stand (`form_layout.py`), what stands around them
(`form_frame.py`), what is a total (`form_totals.py`), which workbooks there are (`workbook.py`, `report/workbook.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from xlsxwriter.utility import quote_sheetname, xl_range
from xlsxwriter.worksheet import Worksheet

from warehouse.publish.form_frame import Imprint, is_traced, set_up_print, write_bottom, write_top
from warehouse.publish.form_layout import HEAD_ROWS, NAMES, ROW_POINTS, FormLayout
from warehouse.publish.form_look import FormLook, across, look_of, write_cell
from warehouse.publish.form_page import FormPage
from warehouse.publish.form_totals import Spot, Totals
from warehouse.publish.sheets import row_points, safe

#: A formula sums at most so many ranges.
_MOST_RANGES = 200
_TRACE_CHARS = 60
_COMMENT = {"x_scale": 3, "y_scale": 0.7, "font_name": "SimSun", "font_size": 9}


@dataclass(frozen=True)
class Place:
    """Where one of a workbook's pages stands: its sheet's name and its layout."""

    sheet: str
    layout: FormLayout


class _Sums:
    """What of one page is a total, and the formulas."""

    def __init__(self, number: int, places: Sequence[Place], found: Totals) -> None:
        self.number, self.places, self.found = number, places, found
        self.rows = {spot.row for spot in found.parts if spot.page == number}
        self.ends = {spot.row for spot in found.ends if spot.page == number}
        self.unequal = [of for of in found.unequal if of.spot.page == number]
        self.differing = {(of.spot.row, of.column) for of in self.unequal}

    def formula(self, row: int, column: int) -> str | None:
        """The sum of a total's parts, as ranges of what stands side by side; None where it is no sum, or of too many ranges for one."""
        spot = Spot(self.number, row)
        if column not in self.found.equal.get(spot, ()):
            return None
        ranges = []
        for page, spots in groupby(self.found.parts[spot], key=lambda part: part.page):
            sheet, of = self.places[page].sheet, self.places[page].layout
            prefix = "" if page == self.number else f"{quote_sheetname(sheet)}!"
            for _, run in groupby(enumerate(part.row for part in spots), key=lambda pair: pair[1] - pair[0]):
                side_by_side = [place for _, place in run]
                first, last = (of.cell(place, column) for place in (side_by_side[0], side_by_side[-1]))
                ranges.append(f"{prefix}{xl_range(*first, *last)}")
        # Doubles add up to 0.30000000000000004: the total is a figure to the cent.
        return f"=ROUND(SUM({','.join(ranges)}),2)" if len(ranges) <= _MOST_RANGES else None


def write_form(
    sheet: Worksheet,
    look: FormLook,
    page: FormPage,
    number: int,
    places: Sequence[Place],
    found: Totals,
    imprint: Imprint,
) -> None:
    """Write a form into its sheet.

    Args:
        number: of the page among those of the workbook, places and totals of which are given.
    """
    sums, at = _Sums(number, places, found), places[number].layout
    for column, width in enumerate(at.widths):
        sheet.set_column(column, column, width)
    sheet.set_default_row(ROW_POINTS)
    sheet.set_comments_author("数账")
    write_top(sheet, look, page, at, imprint)
    if at.is_turned:
        _write_turned_heads(sheet, look, page)
    else:
        _write_heads(sheet, look, page, at)
    figures = _write_figures(sheet, look, page, at, sums)
    last_row, tail = write_bottom(sheet, look, page, at, sums.unequal)
    sheet.freeze_panes(HEAD_ROWS, NAMES)
    if not at.is_turned and len(page.rows) > 1:
        sheet.autofilter(HEAD_ROWS - 1, 0, HEAD_ROWS + len(page.rows) - 1, at.last_column)
    set_up_print(sheet, page, at, imprint, last_row, figures, tail)
    if is_traced(page) and not at.is_turned:
        _write_traces(sheet, look, page, at)
    if imprint.index:
        sheet.write_url(0, at.last_column + 2, f"internal:{quote_sheetname(imprint.index)}!A1", look.link, "返回目录")


def _write_heads(sheet: Worksheet, look: FormLook, page: FormPage, at: FormLayout) -> None:
    """A group's heading stands over its columns of each page; what stands on every page has its own."""
    columns, top, below = page.columns, HEAD_ROWS - 2, HEAD_ROWS - 1
    apart = {first for first, _ in at.bands}
    place = 0
    while place < len(columns):
        group, end = columns[place].group, place
        while group and end + 1 < len(columns) and columns[end + 1].group == group and end + 1 not in apart:
            end += 1
        if group:
            across(sheet, top, place, end, group, look.head)
            for inner in range(place, end + 1):
                sheet.write_string(below, inner, safe(columns[inner].label), look.head)
        else:
            sheet.merge_range(top, place, below, place, "", look.head)
            sheet.write_string(top, place, safe(columns[place].label), look.head)
        place = end + 1
    if is_traced(page):
        for place, column in enumerate(columns):
            row = below if column.group else top
            sheet.write_comment(row, place, f"溯源：行末的“溯源”，后接 --column {column.name}", _COMMENT)


def _write_turned_heads(sheet: Worksheet, look: FormLook, page: FormPage) -> None:
    """Above: whose the figures are; on the left: what they are, by group."""
    top, below = HEAD_ROWS - 2, HEAD_ROWS - 1
    sheet.merge_range(top, 0, below, 1, "", look.head)
    sheet.write_string(top, 0, "项目", look.head)
    for place, row in enumerate(page.rows, NAMES):
        for line, value in zip((top, below), row, strict=False):
            write_cell(sheet, line, place, value, look.head)
    row = HEAD_ROWS
    for group, of in groupby(page.columns[NAMES:], key=lambda column: column.group or column.name):
        members = list(of)
        if not members[0].group:
            across(sheet, row, 0, 1, members[0].label, look.item)
        else:
            if len(members) > 1:
                sheet.merge_range(row, 0, row + len(members) - 1, 0, "", look.head)
            sheet.write_string(row, 0, safe(group), look.head)
            for line, column in enumerate(members, row):
                sheet.write_string(line, 1, safe(column.label), look.item)
        row += len(members)


def _write_figures(sheet: Worksheet, look: FormLook, page: FormPage, at: FormLayout, sums: _Sums) -> float:
    """Write the figures; returns their height in points."""
    points = 0.0
    styles = [look.cells[look_of(column), "plain"] for column in page.columns]
    notes = [place for place, column in enumerate(page.columns) if column.number_format == "note"]
    for row, values in enumerate(page.rows):
        if at.is_turned or row in sums.rows:
            _write_total(sheet, look, page, at, sums, row)
        else:
            for place, value in enumerate(values):
                write_cell(sheet, HEAD_ROWS + row, place, value, styles[place])
        if notes and not at.is_turned:
            texts = [str(values[place] or "") for place in notes]
            height = row_points(texts, [at.widths[place] for place in notes])
            if height > ROW_POINTS:
                sheet.set_row(HEAD_ROWS + row, height)
                points += height - ROW_POINTS
    return points + ROW_POINTS * at.lines(page)


def _write_total(sheet: Worksheet, look: FormLook, page: FormPage, at: FormLayout, sums: _Sums, row: int) -> None:
    """A row that may have formulas, and the way to the sources of each figure that nothing else sums."""
    kind = "total" if row in sums.rows else "plain"
    for place, column in enumerate(page.columns):
        value = page.rows[row][place]
        if at.is_turned and place < NAMES:
            continue
        style = look.cells[look_of(column), "unequal" if (row, place) in sums.differing else kind]
        line, across_at = at.cell(row, place)
        if formula := sums.formula(row, place):
            sheet.write_formula(line, across_at, formula, style, value)
        else:
            write_cell(sheet, line, across_at, value, style)
        if is_traced(page) and place >= NAMES and value is not None and (at.is_turned or row in sums.ends):
            sheet.write_comment(line, across_at, safe(f"shuzhang trace {page.reference(row, column.name)}"), _COMMENT)


def _write_traces(sheet: Worksheet, look: FormLook, page: FormPage, at: FormLayout) -> None:
    """At the end of each row, beyond what is printed."""
    place = at.last_column + 2
    sheet.set_column(place - 1, place - 1, 2)
    sheet.set_column(place, place, _TRACE_CHARS)
    sheet.write_string(HEAD_ROWS - 1, place, "溯源", look.trace_head)
    for row in range(len(page.rows)):
        reference = page.reference(row, page.columns[0].name).rpartition(" --column ")[0]
        sheet.write_string(HEAD_ROWS + row, place, safe(reference), look.trace)
