"""Where the cells of a form stand on its sheet, and on which paper it is read.

A form stands as a table, a row an entity. It is printed on A4 if that has room for it, else on A3; one that is wider than A3 goes over
several pages across, groups of columns whole, the first two columns on each. A wide form of few rows would be a thin line on an empty
page: its items stand one below the other instead, its rows side by side, as forms of a single unit are laid out.

Belongs here: widths, places and pages, as numbers. Does not belong here: writing (`form_sheet.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from warehouse.publish.form_page import FormColumn, FormPage

#: Sizes of paper, as XLSX numbers them.
A3, A4 = 8, 9
#: So many characters stand side by side on paper and are read: on A4 upright and across, on A3 across. Where the workbook's default font
#: is missing a wider one takes its place, and pages have room for less than in Excel.
_A4_UPRIGHT_CHARS, _A4_CHARS, _A3_CHARS = 90, 145, 190
#: As many on one of several pages of A3, at four fifths of their size.
_PAGE_CHARS, _PRINT_SCALE = 180, 80
#: The first columns say whose a row is, and stand on each page.
NAMES = 2
#: Rows of a sheet above the figures: title, what it is of, and two of headings.
HEAD_ROWS = 4
#: A sheet has 1,048,576 rows; what stands above and below the figures needs a few.
MOST_ROWS = 1_048_000
#: Widths in characters: of a column at least and, by number format, at most; one that a group needs; what borders and margins take.
_LEAST, _ROOM = 8, 2
_MOST = {"text": 24, "note": 56}
_MOST_NAME = 32
#: In points: height and width of paper, what its margins take of both, a line of figures, and the width of a character in Excel.
_POINTS = {A4: (842, 595), A3: (1191, 842)}
_MARGINS_UP, _MARGINS_ACROSS = 94, 72
ROW_POINTS, HEAD_POINTS = 18, 84
_CHAR_POINTS = 5.25
#: A form is printed smaller by as much if it then has room on one page; of one with several, so many rows stand above what is signed.
_SQUEEZE, _KEPT_ROWS = 1.25, 3
#: Where items stand one below the other: the columns of groups and items, and that of each row.
_GROUP_CHARS, _ITEM_CHARS, _ENTITY_CHARS = 14, 18, 22


@dataclass(frozen=True)
class Paper:
    """How a sheet is printed. scale: in per cent, where it goes over several pages across; None where its width fits one."""

    size: int
    is_across: bool
    scale: int | None


@dataclass(frozen=True)
class FormLayout:
    """The places of a form. is_turned: its items stand one below the other. widths: of the sheet's columns. bands: of the sheet's columns
    that stand on a page, those of each page across: first and last; the first two stand on each."""

    is_turned: bool
    widths: Sequence[float]
    bands: Sequence[tuple[int, int]]
    paper: Paper

    def cell(self, row: int, column: int) -> tuple[int, int]:
        """Where a figure stands, from 0."""
        if self.is_turned:
            return HEAD_ROWS + column - NAMES, NAMES + row
        return HEAD_ROWS + row, column

    def lines(self, page: FormPage) -> int:
        """How many rows of the sheet have figures."""
        return len(page.columns) - NAMES if self.is_turned else len(page.rows)

    @property
    def last_column(self) -> int:
        return len(self.widths) - 1

    def overflow(self, points: float) -> float:
        """How many pages a form of a height takes, one below the other."""
        long, short = _POINTS[self.paper.size]
        height, width = (short, long) if self.paper.is_across else (long, short)
        if self.paper.scale is None:
            scale = min(1, (width - _MARGINS_ACROSS) / (sum(self.widths) * _CHAR_POINTS))
        else:
            scale = self.paper.scale / 100
        return points * scale / (height - _MARGINS_UP)

    def is_squeezed(self, points: float) -> bool:
        """Whether a form of a height is printed on one page, smaller if need be: a note alone on a page helps nobody."""
        return self.overflow(points) <= _SQUEEZE

    def break_before_tail(self, rows: int, tail: float) -> int | None:
        """The row of figures with which the last page begins, where it would have nothing but what stands below the figures."""
        a_page = int((1 / self.overflow(1) - HEAD_POINTS) // ROW_POINTS)
        rest = rows % a_page
        is_alone = rest == 0 or rest * ROW_POINTS + tail > a_page * ROW_POINTS
        return rows - _KEPT_ROWS if is_alone and rows > _KEPT_ROWS else None


def layout(page: FormPage, *, may_turn: bool = True) -> FormLayout:
    """How a form is laid out: by its columns and rows, and how much room its figures need."""
    widths = column_widths(page.columns, page.rows)
    breaks = page_breaks(page.columns, widths)
    turned = [_GROUP_CHARS, _ITEM_CHARS, *[_ENTITY_CHARS] * len(page.rows)]
    if breaks and may_turn and page.rows and sum(turned) <= _A4_CHARS:
        return FormLayout(True, turned, [(0, len(turned) - 1)], _paper(sum(turned)))
    if not breaks:
        return FormLayout(False, widths, [(0, len(widths) - 1)], _paper(sum(widths)))
    starts = [NAMES, *breaks]
    bands = [(first, after - 1) for first, after in zip(starts, [*breaks, len(widths)], strict=True)]
    return FormLayout(False, widths, bands, Paper(A3, True, _PRINT_SCALE))


def _paper(chars: float) -> Paper:
    return Paper(A4 if chars <= _A4_CHARS else A3, chars > _A4_UPRIGHT_CHARS, None)


def column_widths(columns: Sequence[FormColumn], rows: Sequence[Sequence[Any]]) -> list[float]:
    """The width of each column in characters: of its longest figure, since a figure that is cut shows as `####`; of texts up to a most."""
    return [_width(place, column, [row[place] for row in rows]) for place, column in enumerate(columns)]


def _width(place: int, column: FormColumn, cells: Sequence[Any]) -> float:
    numbers = [cell for cell in cells if isinstance(cell, int | Decimal)]
    texts = {cell for cell in cells if cell is not None and not isinstance(cell, int | Decimal)}
    shown = max((len(f"{number:,}") for number in (min(numbers), max(numbers))), default=0) if numbers else 0
    longest = max((chars(str(text)) for text in texts), default=0)
    if column.number_format in _MOST:
        longest = min(longest, _MOST_NAME if place < NAMES else _MOST[column.number_format])
    # A heading goes over two lines.
    head = (chars(column.label) + 1) // 2 if chars(column.label) > _LEAST else chars(column.label)
    return max(_LEAST, shown, longest, head) + _ROOM


def chars(text: str) -> int:
    """The width of a text in characters; Chinese ones count double."""
    return len(text) if text.isascii() else len(text.encode("gb18030", "replace"))


def page_breaks(columns: Sequence[FormColumn], widths: Sequence[float]) -> list[int]:
    """The columns with which another page begins, groups kept whole; the first two stand on every page. None if one page has all."""
    if sum(widths) <= _A3_CHARS:
        return []
    names = sum(widths[:NAMES])
    groups = [
        list(of) for _, of in groupby(range(NAMES, len(columns)), key=lambda place: columns[place].group or place)
    ]
    # A group that no page has room for is broken too.
    room = _PAGE_CHARS - names
    groups = [p for of in groups for p in ([of] if sum(widths[n] for n in of) <= room else [[n] for n in of])]
    breaks, used = [], names
    for group in groups:
        width = sum(widths[place] for place in group)
        if used + width > _PAGE_CHARS and used > names:
            breaks.append(group[0])
            used = names
        used += width
    return breaks
