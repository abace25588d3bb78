"""Where a file of RDF breaks the rules, for errors of which the parser says no place: those of meaning, not of syntax.

The file is read once more, in such portions that the one that fails shows where. Does not belong here: what is wrong (`rdf.py`).
"""

from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec
from msgspec.json import decode

from readers.json_records import line_and_column

_CONTEXT, _GRAPH = "@context", "@graph"


class Lines:
    """A stream that gives a line a time, and says how many were asked for: a parser that fails has just seen the one that it fails at."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._is_whole = True
        self.number = 0

    def read(self, size: int = -1) -> bytes:
        part = self._stream.readline(size)
        self.number += self._is_whole and bool(part)
        self._is_whole = part.endswith(b"\n")
        return part


def place_in_json(data: bytes, meant: bytes, fails: Callable[[bytes], bool]) -> tuple[str, str]:
    """The line and column where the node of a JSON-LD document begins that cannot be read, and its JSON pointer.

    Both are "" if no node is it alone; of a document without `@graph` the node is the whole.

    Args:
        data: the document as delivered. meant: the same with all contexts in it. fails: whether a document cannot be read.
    """
    top, whole = _top(data), _top(meant)
    if isinstance(top, dict):
        if fails(_document(whole, [])):
            return line_and_column(data, data.find(b'"@context"')), f"/{_CONTEXT}"
        if _GRAPH not in top:
            return line_and_column(data, data.find(b"{")), ""
        listed, nodes = _items(top[_GRAPH]), _items(whole[_GRAPH])
        start, pointer = data.find(bytes(top[_GRAPH])), f"/{_GRAPH}"
    else:
        listed, nodes, start, pointer = top, whole, 0, ""
    if not fails(_document(whole, nodes)):
        return "", ""
    good, bad = 0, len(nodes)  # so many first ones can be read, and cannot
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (good, middle) if fails(_document(whole, nodes[:middle])) else (middle, bad)
    for item in listed[:good]:
        start = data.find(bytes(item), start) + len(bytes(item))
    return line_and_column(data, data.find(bytes(listed[good]), start)), f"{pointer}/{good}"


def _top(data: bytes) -> Any:
    return decode(data, type=dict[str, msgspec.Raw] | list[msgspec.Raw])


def _items(part: msgspec.Raw) -> list[msgspec.Raw]:
    return decode(part, type=list[msgspec.Raw]) if bytes(part).startswith(b"[") else [part]


def _document(whole: Any, nodes: list[msgspec.Raw]) -> bytes:
    """A document of some of the nodes, under the context of the whole."""
    if isinstance(whole, list):
        return msgspec.json.encode(nodes)
    context = {_CONTEXT: whole[_CONTEXT]} if _CONTEXT in whole else {}
    return msgspec.json.encode(context | {_GRAPH: nodes})
