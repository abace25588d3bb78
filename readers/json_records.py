"""JSON documents into the texts of their records, and a text into a value: what all JSON catalogues share.

Belongs here: splitting in bounded memory, and telling a bad record from a bad file. A record that breaks the syntax
of JSON is rejected alone, as long as brackets and quotation marks still say where it ends. Does not belong here: what
the keys of a record mean, and tables in JSON (`readers/tables/json_table.py`).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from readers.problems import Unreadable
from readers.shapes import Violation, shown

#: A record may have so many bytes; of a longer one the first RAW_HEAD characters are kept.
MAX_RECORD_BYTES = 32 << 20
RAW_HEAD = 1000
#: Objects and arrays may stand inside each other so deep.
MAX_DEPTH = 100

# Decimals keep the digits of a number as delivered.
_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode = msgspec.json.Encoder(order="sorted", decimal_format="number").encode
# A string, an open quotation mark, or a mark that separates. Possessive, so that a string of gigabytes needs no memory.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{},:]', re.DOTALL)
_BYTE = re.compile(r"\(byte (\d+)\)$")
_PAIRS = {ord("["): ord("]"), ord("{"): ord("}")}


def line_and_column(data: Any, at: int) -> str:
    """The place of a byte of a text in UTF-8, as `line 3, column 5`; both count from 1, columns in characters."""
    before = bytes(data[:at])
    start = before.rfind(b"\n") + 1
    line = before.count(b"\n") + 1
    return f"line {line}, column {len(before[start:].decode(errors='replace')) + 1}"


def place_of(error: Exception, data: Any) -> str:
    """Where the parser's error in a text in UTF-8 is; "" if it does not say."""
    found = _BYTE.search(str(error))
    return line_and_column(data, int(found[1])) if found else ""


class Item(NamedTuple):
    """The text of a record as it stands in the file: JSON pointer and bytes."""

    pointer: str
    data: Any


class Parsed(NamedTuple):
    """A record: pointer, text, its value (None if it is no object or cannot be used), and what is wrong with its JSON.

    canonical: of a value, its text with sorted keys and no white space between.
    """

    pointer: str
    raw: str
    value: dict[str, Any] | None
    violations: Sequence[Violation] = ()
    canonical: bytes | None = None


def items(pointer: str, array: Iterable[Any]) -> Iterator[Item]:
    """The items of an array that stands at a pointer."""
    return (Item(f"{pointer}/{number}", data) for number, data in enumerate(array))


def lines(data: Any) -> Iterator[Item]:
    """The lines of a file of JSON lines, without empty ones; the pointer counts lines from 1. `data`: an mmap's view."""
    buffer, start, number = data.obj, len(data.obj) - len(data), 0
    while start < len(buffer):
        end = buffer.find(b"\n", start)
        end = len(buffer) if end < 0 else end
        number += 1
        if end - start > MAX_RECORD_BYTES or buffer[start:end].strip():
            yield Item(f"line {number}", memoryview(buffer)[start:end])
        start = end + 1


def parsed(found: Iterable[Item]) -> Iterator[Parsed]:
    """Each record's text and value.

    Raises:
        Unreadable: a text is not in UTF-8.
    """
    for pointer, data in found:
        view = memoryview(data)
        if len(view) > MAX_RECORD_BYTES:
            raw = bytes(view[: 4 * RAW_HEAD]).decode(errors="replace")[:RAW_HEAD]
            size = Violation("record_too_large", "", f"{len(view):,}", f"{MAX_RECORD_BYTES:,}")
            yield Parsed(pointer, f"{raw}…", None, [size])
            continue
        try:
            raw = str(view, "utf-8").strip()
        except UnicodeDecodeError as error:
            raise Unreadable("not_utf8", pointer) from error
        yield _parsed(pointer, raw)


def _parsed(pointer: str, raw: str) -> Parsed:
    try:
        value = _decode(raw)
        # So many brackets are rare, and deep ones rarer.
        if raw.count("{") + raw.count("[") > MAX_DEPTH and _is_deep(value, 0):
            raise RecursionError
    except RecursionError:
        return Parsed(pointer, raw, None, [Violation("json_too_deep", "", None, str(MAX_DEPTH))])
    except (msgspec.DecodeError, UnicodeError) as error:
        return Parsed(pointer, raw, None, [_syntax_violation(raw, error)])
    if not isinstance(value, dict):
        return Parsed(pointer, raw, None)
    canonical = _encode(value)
    if (repeated := repeated_key(raw, canonical)) is not None:
        return Parsed(pointer, raw, value, [Violation("json_repeated_key", "", shown(repeated))], raw.encode())
    return Parsed(pointer, raw, value, (), canonical)


def _is_deep(value: Any, depth: int) -> bool:
    if depth >= MAX_DEPTH:
        return True
    parts = value.values() if type(value) is dict else value if type(value) is list else ()
    return any(_is_deep(part, depth + 1) for part in parts if type(part) is dict or type(part) is list)


def repeated_key(raw: str, encoded: bytes) -> str | None:
    """A key that an object of a text has twice. `encoded`: what the text was decoded to, encoded again."""
    # Each key has a colon, and each text keeps its own: a value that is written with fewer lost a key. Only then, or where
    # a colon may be escaped, is the text looked at closely.
    if raw.count(":") == encoded.count(b":") and "\\u003" not in raw:
        return None
    repeated: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in found:
            if key in seen:
                repeated.append(key)
            seen.add(key)

    json.loads(raw, object_pairs_hook=pairs, parse_int=str, parse_float=str)
    return repeated[0] if repeated else None


def _syntax_violation(raw: str, error: Exception) -> Violation:
    """NaN and Infinity are told by name: many programs write them, though they are not JSON."""
    constants: list[str] = []
    try:
        json.loads(raw, parse_constant=constants.append, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        constants.clear()
    if constants:
        return Violation("json_not_a_number", "", constants[0])
    return Violation("json_syntax", "", shown(str(error)))


def broken_array(
    data: Any, places: Sequence[tuple[str, ...]], notes: list[str]
) -> tuple[tuple[str, ...], list[Any]] | None:
    """The first array at one of some places (keys from the top), of JSON that is not valid as a whole, and its items.

    Brackets and quotation marks alone say where an item ends; None if there is no such array.

    Raises:
        Unreadable: they do not say it, or what is around the array is not JSON.
    """
    place, spans = _spans(data, {tuple(json.dumps(key).encode() for key in place): place for place in places})
    if place is None:
        return None
    found = [data[start:end] for start, end in spans]
    begin, end = spans[0][0], spans[-1][1]
    around = bytes(data[:begin]) + bytes(data[end:])
    try:
        msgspec.json.decode(around)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        at = int(said[1]) if (said := _BYTE.search(str(error))) else None
        place = "" if at is None else line_and_column(data, at if at < begin else at + end - begin)
        raise Unreadable("invalid_json", place, _BYTE.sub("", str(error)).strip()) from error
    blank = [number for number, item in enumerate(found) if len(item) < RAW_HEAD and not bytes(item).strip()]
    if blank and len(found) > 1:
        raise Unreadable("invalid_json", line_and_column(data, spans[blank[0]][0]), "a comma too many")
    notes.append(
        "JSON 语法有误，按括号逐条分开 the JSON has syntax errors; its records were told apart by their brackets"
    )
    return place, [] if blank else found


def _spans(
    data: Any, places: Mapping[tuple[bytes, ...], tuple[str, ...]]
) -> tuple[tuple[str, ...] | None, list[tuple[int, int]]]:
    """The first array at one of some places: the place, and where its items begin and end."""
    place = None
    depths = {len(keys) for keys in places}
    stack: list[int] = []
    keys: list[bytes] = []
    key, inside, start = b"", 0, 0
    spans: list[tuple[int, int]] = []
    for token in _TOKEN.finditer(data):
        at = token.start()
        mark = data[at]
        if mark == 34:  # a quotation mark
            if data[token.end() - 1] != 34 or token.end() - at == 1:
                raise Unreadable("truncated_json")
            if len(stack) <= max(depths):
                key = bytes(data[at : min(token.end(), at + RAW_HEAD)])
        elif mark == 58:  # a colon
            keys[len(stack) - 1 :] = [key]
        elif mark in _PAIRS:
            if mark == 91 and place is None and len(stack) in depths and tuple(keys) in places:
                place = places[tuple(keys)]
                inside, start = len(stack) + 1, token.end()
            stack.append(mark)
        elif mark == 44:  # a comma
            if inside == len(stack):
                spans.append((start, at))
                start = token.end()
        else:
            if not stack or _PAIRS[stack[-1]] != mark:
                raise Unreadable("invalid_json", line_and_column(data, at))
            if inside == len(stack):
                spans.append((start, at))
                inside = 0
            stack.pop()
            del keys[len(stack) :]
    if stack:
        raise Unreadable("truncated_json")
    return place, spans
