"""A large array in a JSON document in portions, found in bounded memory: what may be read piece by piece, or by several processes.

Belongs here: where portions begin and end. Nothing is taken on trust: where the text around two items shows up again a portion
may end, and the parser proves that it does. A document that is unusual in any way is left to those who take it whole. Does not
belong here: what an item says, and what the document is (`readers/catalogues/json_catalogue.py`).
"""

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from msgspec import MsgspecError, Raw
from msgspec.json import decode

from readers.json_records import Item

#: A portion has at most so many bytes.
PORTION_BYTES = 4 << 20

#: The end of an object and the beginning of the next, up to its first key.
_BETWEEN = re.compile(rb'\}\s*,\s*\{\s*"[^"\\]{0,200}"')
#: The first end of an item is looked for at so many places, any other at fewer, since each may cost a portion's parsing.
_FIRST_TRIES, _TRIES = 1000, 16


class Portion(NamedTuple):
    """Items of an array that follow each other: where their text begins and ends in the file, the first one's number, how many items."""

    start: int
    end: int
    first: int
    length: int


def portions(path: Path, key: str) -> list[Portion] | None:
    """The portions of the array under a key that a document has once; None if they are not found as simply as that."""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        name = b'"%b"' % key.encode()
        head = _text(stream, 0, PORTION_BYTES)
        opening = re.search(name + rb"\s*:\s*\[", head)
        between = opening and _between(_text(stream, opening.end(), PORTION_BYTES))
        # The key once more would leave it open which array counts.
        if not opening or not between or name in head[: opening.start()]:
            return None
        found: list[Portion] = []
        start, number = opening.end(), 0
        while True:
            window = _text(stream, start, PORTION_BYTES)
            is_last = start + len(window) == size
            # The last bracket closes the array, or one near it does.
            for end in _ends(window, b"]" if is_last else between):
                text = window[:end] if is_last else window[: end + 1]
                if count := _count(text):
                    break
            else:
                return None
            found.append(Portion(start, start + len(text), number, count))
            if is_last:
                return None if name in window[end:] else found
            start += window.index(b",", len(text)) + 1
            number += count


def portion_items(path: Path, portion: Portion, pointer: str) -> Iterator[Item]:
    """The items of a portion of the array that stands at a pointer."""
    with path.open("rb") as stream:
        text = _text(stream, portion.start, portion.end - portion.start)
    for number, data in enumerate(decode(b"[%b]" % text, type=list[Raw]), start=portion.first):
        yield Item(f"{pointer}/{number}", data)


def shortened(path: Path, kept: list[Portion], last: Portion) -> bytes:
    """The document with the items of the first portions alone. last: the portion with which the array ends."""
    with path.open("rb") as stream:
        return _text(stream, 0, kept[-1].end) + _text(stream, last.end, -1)


def _text(stream: BinaryIO, start: int, size: int) -> bytes:
    stream.seek(start)
    return stream.read(size)


def _between(window: bytes) -> bytes | None:
    """What stands between the first item and the second."""
    tried = islice(_BETWEEN.finditer(window), _FIRST_TRIES)
    return next((match[0] for match in tried if _count(window[: match.start() + 1])), None)


def _ends(window: bytes, mark: bytes) -> Iterator[int]:
    """Where a mark stands, from the last place back."""
    end = len(window)
    for _ in range(_TRIES):
        end = window.rfind(mark, 0, end)
        if end < 0:
            return
        yield end


def _count(text: bytes) -> int:
    """How many whole items a text has; 0 if it is not made of whole ones."""
    try:
        return len(decode(b"[%b]" % text, type=list[Raw]))
    except (MsgspecError, RecursionError, UnicodeDecodeError):
        return 0
