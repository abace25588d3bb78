"""The header of a table whose columns nobody knows beforehand, found by how its rows look.

Belongs here: which rows are title, header and data. Does not belong here: headers whose headings the policy knows (`table.py`).
"""

import re
from collections.abc import Sequence
from statistics import median_high
from typing import NamedTuple

from readers.tables.header import HEADER_SCAN_ROWS, Row, distinct

__all__ = ["HEADER_SCAN_ROWS", "ContentHeader", "content_header"]

#: A header fills as many of the columns that rows fill as a rule.
_LEAST_FILLED = 0.6
#: Longer text is a heading only where what stands below it is much shorter.
_HEADING_CHARS = 60
#: A row with a greater share of numbers, dates and codes is one of data.
_MOST_VALUES = 0.2

# pandas writes the first for an empty heading; the others stand for nothing in the tables of offices.
_BLANK = re.compile(r"Unnamed: \d+(_level_\d+)?|[-—/\\]+")
_VALUE = re.compile(
    r"[-+¥]?[\d.,:/%\s-]*\d[\d.,:/%\s-]*|\d{4}年\d{1,2}月.*|\d+[*＊x×].*|[*＊]{2,}|(?=.*\d)[0-9A-Z]{12,}"
)


class ContentHeader(NamedTuple):
    """A header in rows `start` to `end` (exclusive, from 0), its headings made distinct; `title` is what stands above it.

    `start == end`: the table has no header, and its columns are called column_1 and so on.
    """

    headings: tuple[str, ...]
    title: str
    start: int
    end: int

    @property
    def is_named(self) -> bool:
        return self.end > self.start


def content_header(rows: Sequence[Row]) -> ContentHeader | None:
    """The header among the first rows of a table; None where no row has content.

    It is the first row that fills most of the columns that rows fill as a rule, each with another text, hardly any of which is a
    number or a date. With groups above columns it takes two rows.
    """
    blank_free = [[_heading(cell) for cell in row.cells] for row in rows]
    filled = [sum(map(bool, cells)) for cells in blank_free]
    usual = median_high(n for n in filled if n) if any(filled) else 0
    if not usual:
        return None
    width = max(len(cells) for cells in blank_free)
    least = max(1 if usual < 2 else 2, _LEAST_FILLED * usual)
    for number, cells in enumerate(blank_free):
        if filled[number] < least:
            continue
        if not _is_header(cells, blank_free[number + 1 :]):
            break
        below = blank_free[number + 1] if number + 1 < len(blank_free) else []
        end = number + 1
        if _is_second_row(cells, below):
            cells, end = _joined(cells, below), end + 1
        return ContentHeader(distinct(_unnamed(cells)), _title(rows[:number]), number, end)
    first = next(number for number, n in enumerate(filled) if n >= least)
    return ContentHeader(tuple(f"column_{n}" for n in range(1, width + 1)), _title(rows[:first]), first, first)


def _heading(cell: str) -> str:
    text = " ".join(cell.split())
    return "" if _BLANK.fullmatch(text) else text


def _is_header(cells: Sequence[str], below: Sequence[Sequence[str]] = ()) -> bool:
    texts = [text for text in cells if text]
    values = sum(
        _VALUE.fullmatch(text) is not None or (len(text) > _HEADING_CHARS and not _stands_out(position, text, below))
        for position, text in enumerate(cells)
        if text
    )
    return values <= _MOST_VALUES * len(texts) and len(set(texts)) >= len(texts) / 2


def _stands_out(position: int, text: str, below: Sequence[Sequence[str]]) -> bool:
    """Whether a long text differs from all that stands below it, as a heading does from values and prose from prose does not."""
    lengths = [len(row[position]) for row in below if position < len(row) and row[position]]
    return bool(lengths) and 2 * max(lengths) < len(text)


def _is_second_row(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether a row names columns of the groups above it: it fills where the upper is a group, and is empty elsewhere."""
    filled = [position for position, text in enumerate(lower) if text]
    if not filled or not _is_header(lower):
        return False

    def of_group(position: int) -> bool:
        beside = position + 1 < len(upper) and not upper[position + 1] and position + 1 in filled
        return not (position < len(upper) and upper[position]) or beside

    alone = [position for position, text in enumerate(upper) if text and position not in filled]
    return bool(alone) and all(of_group(position) for position in filled)


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    joined, group = [], ""
    for position in range(max(len(upper), len(lower))):
        up = upper[position] if position < len(upper) else ""
        low = lower[position] if position < len(lower) else ""
        group = up or group
        joined.append(f"{group} {low}".strip() if low else up)
    return joined


def _unnamed(cells: Sequence[str]) -> list[str]:
    return [text or f"column_{number}" for number, text in enumerate(cells, start=1)]


def _title(above: Sequence[Row]) -> str:
    texts = [_heading(cell) for row in above for cell in row.cells]
    return " ".join(text for text in texts if text)
