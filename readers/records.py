"""A delivered file into records: the one door to the readers.

Belongs here: recognising a format from the content, never from the name. Does not belong here: any format
itself.
"""

import mmap
from collections.abc import Iterator, Set
from itertools import chain

import pyarrow as pa

from readers.csv_file import read_csv
from readers.dcat_us import read_dcat_us
from readers.problems import Unreadable
from readers.shapes import CATALOG, RECORD_SCHEMA, Column, DeliveredFile, Layout, Reading, record_batches
from readers.xlsx_file import read_xlsx

__all__ = ["RECORD_SCHEMA", "Column", "DeliveredFile", "Layout", "Reading", "Unreadable", "read", "reread"]

_HEAD_BYTES = 4096
_UTF8_MARK = b"\xef\xbb\xbf"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_HTML = (b"<html", b"<!doctype html", b"<table", b"<body", b"<head", b"<meta")


def read(file: DeliveredFile, layout: Layout) -> Reading:
    """Split a delivered file into records of the layout's kind.

    CSV and XLSX are taken for every kind, DCAT-US 1.1 `data.json` for catalogues.

    Raises:
        Unreadable: the file cannot be split; also while `batches` are gone through, where the trouble lies
        further on.
    """
    with file.path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    text = head.removeprefix(_UTF8_MARK).lstrip()
    if not text and len(head) < _HEAD_BYTES:
        raise Unreadable("empty_file")
    notes: list[str] = []
    if head.startswith(_ZIP):
        return _reading("xlsx", None, read_xlsx(file.path, layout, notes), layout, notes)
    if head.startswith(_OLE):
        raise Unreadable("xls_not_supported")
    if text.startswith(b"<"):
        is_html = any(mark in text.lower() for mark in _HTML)
        raise Unreadable("html_page" if is_html else "not_recognised")
    if text.startswith((b"{", b"[")):
        if layout.kind != CATALOG:
            raise Unreadable("json_not_taken")
        return _reading("dcat_us", "utf-8", read_dcat_us(_mapped(file, head.startswith(_UTF8_MARK))), layout, notes)
    encoding, records = read_csv(file.path.read_bytes(), layout, notes)
    return _reading("csv", encoding, records, layout, notes)


def reread(file: DeliveredFile, layout: Layout, pointers: Set[str]) -> dict[str, tuple[str, str | None]]:
    """The records at some pointers, from the file's bytes: pointer to (raw, body); absent ones are left out.

    Raises:
        Unreadable: as `read`.
    """
    found = {}
    for batch in read(file, layout).batches:
        columns = [batch.column(name).to_pylist() for name in ("source_pointer", "raw", "body")]
        found |= {pointer: (raw, body) for pointer, raw, body in zip(*columns, strict=True) if pointer in pointers}
    return found


def _reading(format_: str, encoding: str | None, records: Iterator, layout: Layout, notes: list[str]) -> Reading:
    """The first batch is made at once, so that most of what makes a file unreadable is raised by `read`."""
    batches: Iterator[pa.RecordBatch] = record_batches(records, layout)
    first = next(batches, None)
    return Reading(format_, encoding, chain([first], batches) if first is not None else batches, notes)


def _mapped(file: DeliveredFile, marked: bool) -> memoryview:
    """The file's bytes without byte order mark, not copied into memory."""
    with file.path.open("rb") as stream:
        data = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    return data[len(_UTF8_MARK) :] if marked else data
