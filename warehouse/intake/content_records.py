"""Delivered tables (kind `content`) as records: one a table, one a column, with figures of what they contain.

The rows themselves stay in the kept bytes: the lake has no value of a column that speaks of persons. Belongs here: what identifies a
table and a column, and their records. Does not belong here: the figures (`readers/profiling`), reading files
(`readers/tables/content.py`).
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from readers.kinds import COLUMN_KIND, CONTENT
from readers.profiling.detectors import Detectors
from readers.profiling.detectors.masking import masked
from readers.profiling.profile import ContentRules, profile
from readers.shapes import (
    Column,
    DeliveredFile,
    Layout,
    Reading,
    Record,
    Violation,
    json_text,
    record_batches,
)
from readers.tables.content import ContentTable, read_content

#: A table is known by its name, a column by it and its heading.
LAYOUT = Layout(
    CONTENT,
    (Column("table_name", CONTENT, "表名", "text", True), Column("heading", CONTENT, "列名", "text", True)),
    {},
    frozenset(),
)


def content_reading(file: DeliveredFile, rules: ContentRules, key: bytes | None) -> Reading:
    """A delivered file of tables as records of the kinds `content` and `content.column`.

    Args:
        key: of the keyed hashes, which stand apart from the body; without one there are none.

    Raises:
        Unreadable: it is no table; also while `batches` are gone through.
    """
    delivered = read_content(file.path)
    notes = delivered.notes
    records = _records(file, delivered.tables, delivered.format, rules, key, notes)
    return Reading(delivered.format, delivered.encoding, record_batches(records, LAYOUT), notes)


def _records(
    file: DeliveredFile,
    tables: Iterator[ContentTable],
    format_: str,
    rules: ContentRules,
    key: bytes | None,
    notes: list[str],
) -> Iterator[Record]:
    found = list(tables)
    for table in (_without_persons(table, rules.detectors) for table in found):
        # Sheets are told apart only where there are several, so that renaming a lone one makes no other table.
        name = table_name(file.name) + (f"!{table.sheet}" if len(found) > 1 else "")
        about: dict[str, Any] = {"table_name": name, "format": format_}
        if file.resource_code:
            about["resource_code"] = file.resource_code
        if table.title:
            about["title"] = table.title
            notes.append(f"{table.place}: 表头之上的内容 above the header: {table.title[:200]}")
        profiled = profile(table, rules, key, {name, file.resource_code or name})
        yield Record(table.place, table.raw, about | profiled.table, _violations(table))
        for figures, keyed, cell in zip(profiled.columns, profiled.keyed, table.cells, strict=True):
            pointer = f"{table.place}, column {figures['column_no']}"
            yield Record(pointer, cell, {"table_name": name} | figures, kind=COLUMN_KIND, keyed=keyed)


def _without_persons(table: ContentTable, detectors: Detectors) -> ContentTable:
    """A table whose title and headings hold nothing that may not be shown: in a file without a header, or with another delimiter than it
    seems to have, a row of data is taken for one."""
    *known, title_known = detectors.known_in([*table.headings, table.title])
    if not any((*known, title_known)):
        return table
    cells = tuple(masked(cell) if hidden else cell for cell, hidden in zip(table.cells, known, strict=True))
    return replace(
        table,
        title=masked(table.title) if title_known else table.title,
        headings=tuple(f"column_{n}" if known[n - 1] else name for n, name in enumerate(table.headings, start=1)),
        cells=cells,
        raw=json_text([cells]) if any(known) else table.raw,
    )


def table_name(file_name: str) -> str:
    """What a file calls its table: its name without folder, ending and number of the copy, as in `名单 (1).csv`."""
    stem = PurePosixPath(file_name).stem.strip()
    if stem.endswith(")") and (start := stem.rfind("(")) > 0 and stem[start + 1 : -1].isdigit():
        return stem[:start].strip()
    return stem


def _violations(table: ContentTable) -> list[Violation]:
    found = []
    if not table.has_header:
        found.append(Violation("no_headings", ""))
    if table.ragged_rows:
        places = "、".join(table.ragged_places)
        found.append(Violation("ragged_rows", "", value=f"{table.ragged_rows} ({places})"))
    return found
