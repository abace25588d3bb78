"""A delivered file into records: the one door to the readers.

Belongs here: recognising a format from the content, never from the name. Does not belong here: any format
itself.
"""

import mmap
from collections.abc import Iterable, Iterator
from itertools import chain

import pyarrow as pa

from readers.catalogues.dcat_ap import read_dcat_ap
from readers.catalogues.json_catalogue import large_dcat_us, read_json_catalogue
from readers.catalogues.json_workers import Job, LostWorkerError, read_by_workers
from readers.catalogues.no_catalogue import refuse_error, refuse_report
from readers.catalogues.rdf import JSON_LD, is_json_ld, syntax_of
from readers.kinds import CATALOG
from readers.magic import OLE, UTF8_MARK, ZIP, head_of, markup
from readers.problems import Unreadable
from readers.shapes import (
    RECORD_SCHEMA,
    Column,
    DeliveredFile,
    Layout,
    Reading,
    Record,
    record_batches,
)
from readers.tables.csv_file import read_csv
from readers.tables.json_table import read_json_table
from readers.tables.xls_file import read_xls
from readers.tables.xlsx_file import read_xlsx

__all__ = [
    "RECORD_SCHEMA",
    "Column",
    "DeliveredFile",
    "Layout",
    "LostWorkerError",
    "Reading",
    "Unreadable",
    "read",
]

#: Raise it when a reader gives other records for equal bytes: homes then read their deliveries again.
READING_VERSION = 13

#: A catalogue of so many bytes is read by several processes: starting them takes as long as reading half of that.
LARGE_BYTES = 64 << 20


def read(file: DeliveredFile, layout: Layout) -> Reading:
    """Split a delivered file into records of the layout's kind.

    CSV, XLSX, XLS and tables in JSON are taken for every kind, DCAT-US and CKAN in JSON and DCAT-AP for catalogues.

    Raises:
        Unreadable: the file cannot be split; also while `batches` are gone through, where the trouble lies
        further on.
    """
    head, text = head_of(file.path)
    notes: list[str] = []
    if head.startswith(ZIP):
        return _reading("xlsx", None, read_xlsx(file.path, layout, notes), layout, notes)
    if head.startswith(OLE):
        return _reading("xls", None, read_xls(file.path, layout, notes), layout, notes)
    if syntax := syntax_of(head):
        if layout.kind != CATALOG:
            raise Unreadable("rdf_not_taken")
        return _reading("dcat_ap", "utf-8", read_dcat_ap(file.path, syntax, notes), layout, notes)
    if text.startswith(b"<"):
        raise markup(text)
    if text.startswith((b"{", b"[")):
        is_large = layout.kind == CATALOG and file.path.stat().st_size >= LARGE_BYTES
        if is_large and (large := large_dcat_us(file.path, notes)):
            catalogue, portions = large
            job = Job(file.path, "/dataset", catalogue.read, layout, portions)
            return _begun(catalogue.format, "utf-8", read_by_workers(job), notes)
        data = _mapped(file, head.startswith(UTF8_MARK))
        if layout.kind == CATALOG and (catalogue := read_json_catalogue(data, notes)):
            return _reading(catalogue.format, "utf-8", catalogue.records, layout, notes)
        if layout.kind == CATALOG and is_json_ld(data):
            return _reading("dcat_ap", "utf-8", read_dcat_ap(file.path, JSON_LD, notes), layout, notes)
        encoding, records = _table(data, layout, notes)
        return _reading("json", encoding, records, layout, notes)
    encoding, records = read_csv(file.path.read_bytes(), layout, notes)
    return _reading("csv", encoding, records, layout, notes)


def _table(data: memoryview, layout: Layout, notes: list[str]) -> tuple[str, Iterator[Record]]:
    """A table in JSON; what is none is named as what it is."""
    try:
        return read_json_table(data, layout, notes)
    except Unreadable as problem:
        if problem.rule in ("not_a_catalogue", "json_not_taken"):
            refuse_report(data)
            refuse_error(data)
        raise


def _reading(
    format_: str, encoding: str | None, records: Iterable[Record], layout: Layout, notes: list[str]
) -> Reading:
    return _begun(format_, encoding, record_batches(records, layout), notes)


def _begun(format_: str, encoding: str | None, batches: Iterator[pa.RecordBatch], notes: list[str]) -> Reading:
    """The first batch is made at once, so that most of what makes a file unreadable is raised by `read`."""
    first = next(batches, None)
    return Reading(format_, encoding, chain([first], batches) if first is not None else batches, notes)


def _mapped(file: DeliveredFile, marked: bool) -> memoryview:
    """The file's bytes without byte order mark, not copied into memory."""
    with file.path.open("rb") as stream:
        data = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    return data[len(UTF8_MARK) :] if marked else data
