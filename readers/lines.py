"""Delimited text split into records, each with its physical lines kept verbatim.

Belongs here: what the policy files and delivered CSV files share. Does not belong here: encodings, headings,
meaning.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from readers.problems import Unreadable

# Fed after the last line: a quoted cell that is still open then swallows it, which the csv module does not
# report.
_END = "\x1a"


class Line(NamedTuple):
    """A record: its first and last physical line (1-based), its cells, and its text with line ends."""

    first: int
    last: int
    cells: list[str]
    text: str


class OpenQuoteError(ValueError):
    """A quoted cell is never closed. `line`: the physical line on which its record starts, 1-based."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}: a quoted cell is never closed")
        self.line = line


class LongCellError(ValueError):
    """A cell is longer than the csv module takes, as after a stray quotation mark. `line`: as above."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}: a cell is longer than {csv.field_size_limit()} characters")
        self.line = line


def split(text: str, delimiter: str = ",", *, blank_before_quote: bool = False) -> Iterator[Line]:
    """Split text into its records, blank lines included, with \\n, \\r\\n or \\r as line ends.

    Where the first line ends with a line feed, a carriage return alone ends none (`has_stray_returns`): a program that appended a cell
    to each line left it there, and the record goes on.

    blank_before_quote: a quoted cell may stand after a blank, as in `1, "2,3"`; blanks before cells are left out.

    Raises:
        OpenQuoteError, LongCellError: at the record that cannot be ended.
    """
    taken: list[str] = []

    def feed() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line
        taken.append("")
        yield _END

    strays = 0
    begun: list[str] = []
    first = 1
    ends_with_feed = _ends_with_feed(text)
    reader = csv.reader(feed(), delimiter=delimiter, skipinitialspace=blank_before_quote)
    while True:
        try:
            cells = next(reader)
        except csv.Error as error:
            raise LongCellError(first) from error
        if is_end := taken[-1] == "":
            if cells != [_END]:
                raise OpenQuoteError(first)
            if not begun:
                return
            cells = begun if begun != [""] else []
        elif begun:
            cells = [*begun[:-1], begun[-1] + (cells or [""])[0], *cells[1:]]
        if not is_end and ends_with_feed and taken[-1].endswith("\r"):
            begun, strays = cells or [""], strays + 1
            continue
        last = first + len(taken) - 1 - strays
        yield Line(first, last, cells, "".join(taken))
        if is_end:
            return
        begun, strays, first = [], 0, last + 1
        taken.clear()


def has_stray_returns(text: str) -> bool:
    """Whether carriage returns stand within lines that end with line feeds."""
    return _ends_with_feed(text) and re.search(r"\r(?!\n)", text) is not None


def _ends_with_feed(text: str) -> bool:
    end = re.search(r"\r\n|\n|\r", text)
    return end is not None and end[0] != "\r"


def longest_cell() -> int:
    """How many characters a cell may have, in every format; the csv module keeps it (`readers/apart.py` sets it)."""
    return csv.field_size_limit()


def too_long(place: str, characters: int) -> Unreadable:
    """What to say of a cell with so many characters, more than it may have."""
    return Unreadable("long_cell", place, f" ({characters:,} > {longest_cell():,})")


def without_line_end(text: str) -> str:
    """The text without its last line end."""
    for end in ("\r\n", "\n", "\r"):
        if text.endswith(end):
            return text[: -len(end)]
    return text
