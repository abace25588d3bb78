"""Delimited text: encoding and delimiter found by what maps most headings, lines kept verbatim.

Does not belong here: what is the same for every table (`readers/tables/table.py`).
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import NamedTuple

from readers.lines import LongCellError, OpenQuoteError, has_stray_returns, split, without_line_end
from readers.problems import Unreadable
from readers.shapes import Layout, Record
from readers.tables.header import HEADER_SCAN_ROWS, Found, Row, find_header, heading_notes
from readers.tables.table import Block, Form, Table
from readers.tables.table_records import table_records

DELIMITERS = (",", "\t", ";", "|")
#: The Chinese comma and semicolon stand in texts too: they delimit only where nothing else does.
WIDE_DELIMITERS = ("，", "；")

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_HEAD_BYTES = 4096
HEAD_CHARACTERS = 1 << 18
# Control characters that text seldom has; tab, line ends, form feed, Ctrl-Z and escape are met in exports.
_CONTROLS = frozenset(map(chr, range(32))) - frozenset("\t\n\v\f\r\x1a\x1b")


_MARK = "\ufeff"
_PADDING = b"\0\x1a"
_EURO_ERRORS = "euro-of-windows"

# The private use area: GB18030 puts there what it has no character for.
PRIVATE = re.compile("[\ue000-\uf8ff]")


class _Choice(NamedTuple):
    encoding: str
    delimiter: str
    text: str
    found: Found


def read_csv(data: bytes, layout: Layout, notes: list[str]) -> tuple[str, Iterator[Record]]:
    """Split delimited text into records, below the first row that names the most columns of the layout.

    A catalogue may lack a header, if its rows have one of the forms of policy/bare_table.csv.

    Returns: the encoding (UTF-8, GB18030, Big5 or UTF-16, decoded strictly) and the records.

    Raises:
        Unreadable: at once, or while the records are gone through (a quotation mark without a partner).
    """
    texts = list(decoded(data))
    choice = _choose(texts, layout)
    if choice is None:
        raise no_header(texts[0][1])
    rows = delimited_rows(choice.text, choice.delimiter)
    head = list(islice(rows, choice.found.end or 1))
    place = f"line {head[choice.found.start].first}"
    if choice.encoding != "utf-8":
        others = "、".join(encoding for encoding, _ in texts if encoding != choice.encoding)
        also = f"（{others} 也可解码 whole in {others} too）" if others else ""
        notes.append(f"文字按 {choice.encoding} 解码{also} decoded as {choice.encoding}")
    if has_stray_returns(choice.text):
        notes.append("行内有多余的回车符，按无处理 carriage returns within lines are taken as nothing")
    notes.extend(heading_notes(place, head[: choice.found.start], choice.found, layout))
    below = chain(head[choice.found.end :], rows)
    table = Table(layout, choice.found, place, head, notes, counts_cells=True)
    return choice.encoding, table_records(below, table, Form(_pointer, _raw))


def decoded(data: bytes) -> Iterator[tuple[str, str]]:
    """(encoding, text) for every encoding in which the bytes are whole."""
    data = _without_padding(data)
    if data.startswith(_UTF16_MARKS):
        candidates = [("utf-16", "utf-16")]
    elif b"\0" in data[:_HEAD_BYTES]:
        candidates = [("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be")]
    else:
        if (text := _whole(data, "utf-8-sig")) is not None:
            yield "utf-8", text.lstrip(_MARK)  # programs that join files leave several
            return
        _refuse_damaged_utf8(data)
        candidates = [("gb18030", "gb18030"), ("big5", "cp950")]
        if not any(_whole(data, codec) is not None for _, codec in candidates):
            with suppress(UnicodeDecodeError):
                yield "gb18030", data.decode("gb18030", _EURO_ERRORS)
                return
    texts = [(name, text) for name, codec in candidates if (text := _whole(data, codec)) is not None]
    if not texts:
        if _is_binary(data[:_HEAD_BYTES].decode("latin-1")):
            raise Unreadable("not_recognised")
        raise Unreadable("unknown_encoding", _line_of(data, _failure(data, "gb18030")))
    yield from texts


def _without_padding(data: bytes) -> bytes:
    """The bytes without what old programs fill a file up with: NUL and Ctrl-Z at its end, where there is no NUL before."""
    rest = data.rstrip(_PADDING)
    return data if b"\0" in rest else rest


def _euro(error: UnicodeError) -> tuple[str, int]:
    """The euro sign of Windows in what else is GB18030."""
    if isinstance(error, UnicodeDecodeError) and error.object[error.start] == 0x80:
        return "€", error.start + 1
    raise error


codecs.register_error(_EURO_ERRORS, _euro)


def _is_binary(text: str) -> bool:
    return not _CONTROLS.isdisjoint(text)


def _whole(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _failure(data: bytes, codec: str) -> int:
    """The byte at which decoding fails; the length if it does not."""
    try:
        data.decode(codec)
    except UnicodeDecodeError as error:
        return error.start
    return len(data)


def _refuse_damaged_utf8(data: bytes) -> None:
    """Refuse UTF-8 with a broken byte: GB18030 would often take it, and make nonsense of the Chinese."""
    start = _failure(data, "utf-8")
    chinese = sum(
        character >= "\u2e80" for character in data[max(0, start - _HEAD_BYTES) : start].decode("utf-8", "ignore")
    )
    if chinese >= 4:
        raise Unreadable("unknown_encoding", _line_of(data, start))


def _line_of(data: bytes, position: int) -> str:
    number = data.count(b"\n", 0, position) + 1
    return f"line {number}"


def _choose(texts: list[tuple[str, str]], layout: Layout) -> _Choice | None:
    """The encoding and delimiter under which a header names most columns; a table without a header comes after all.

    Of equals it is the text with fewer private characters, which one encoding read as another is full of, then the first.
    """
    return _best(texts, layout, DELIMITERS) or _best(texts, layout, WIDE_DELIMITERS)


def _best(texts: list[tuple[str, str]], layout: Layout, delimiters: Sequence[str]) -> _Choice | None:
    best: _Choice | None = None
    best_rank = (False, 0, 0)
    for encoding, text in texts:
        doubtful = len(PRIVATE.findall(text[:HEAD_CHARACTERS]))
        for delimiter in delimiters:
            found = find_header(head_rows(text, delimiter), layout)
            if found is None:
                continue
            rank = (not found.bare, found.header.mapped_count, -doubtful)
            if best is None or rank > best_rank:
                best, best_rank = _Choice(encoding, delimiter, text, found), rank
    return best


def head_rows(text: str, delimiter: str) -> list[Row]:
    """The rows among which a header is looked for."""
    rows: list[Row] = []
    with suppress(Unreadable):  # the cut fell into a quoted cell, or the delimiter is not this one
        rows.extend(islice(delimited_rows(text[:HEAD_CHARACTERS], delimiter), HEADER_SCAN_ROWS))
    return rows


def delimited_rows(text: str, delimiter: str) -> Iterator[Row]:
    """The rows of delimited text.

    Raises:
        Unreadable: at the row that cannot be ended.
    """
    try:
        for line in split(text, delimiter, blank_before_quote=True):
            yield Row(*line)
    except OpenQuoteError as error:
        raise Unreadable("open_quote", f"line {error.line}") from error
    except LongCellError as error:
        raise Unreadable("long_cell", f"line {error.line}") from error


def no_header(text: str) -> Unreadable:
    """What to say of text in which no header was found."""
    if _is_binary(text[:_HEAD_BYTES]):
        return Unreadable("not_recognised")
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            return Unreadable("no_header", f"line {number}", line.strip()[:120])
    return Unreadable("empty_file")


def _pointer(block: Block) -> str:
    records = _span(block.number, block.number + len(block.rows) - 1)
    return f"record {records}, line {_span(block.rows[0].first, block.rows[-1].last)}"


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _raw(block: Block) -> str:
    return without_line_end("".join(row.text for row in block.rows))
