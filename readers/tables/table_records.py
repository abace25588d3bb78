"""The rows of a table into records: what delimited text, workbooks and tables in JSON share.

Belongs here: one row a record, or for catalogues with fields one block of rows; lists of fields. Does not belong here: encodings,
workbooks, which rows are no records (`record_rows.py`), and what a row says (`row_body.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from readers.kinds import FIELD_KIND
from readers.shapes import Record
from readers.tables.header import Header, Row
from readers.tables.record_rows import RecordRows
from readers.tables.row_body import RowBody, RowReading
from readers.tables.table import Block, Form, Numbered, Table


def table_records(rows: Iterable[Row], table: Table, form: Form) -> Iterator[Record]:
    """The records of the rows below a header. A row without content is none, and ends a block; nor are those that `remarks.py` tells."""
    sifted = RecordRows(table, form)
    for _, part in groupby(sifted.rows(rows), key=itemgetter(0)):
        yield from _records((row for _, row in part), sifted, form, table)
    table.notes.extend(sifted.remarks.notes(table.place))
    table.notes.extend(sifted.notes)


def _records(rows: Iterable[Numbered], sifted: RecordRows, form: Form, table: Table) -> Iterator[Record]:
    reading = sifted.reading
    if reading.header.lists_fields:
        yield from _field_records(rows, reading, form, table.name)
        return
    for block in _blocks(rows, reading.header):
        bodies = [reading.body(row) for row in block.rows]
        body = _merged(bodies)
        if extras := _extras(bodies, body):
            body["extras"] = extras
        violations = [violation for of in bodies for violation in of.violations]
        yield Record(form.pointer(block), form.raw(block), body, [*violations, *sifted.filled_down(body)])


def _field_records(rows: Iterable[Numbered], reading: RowReading, form: Form, name: str) -> Iterator[Record]:
    """Each row of a list of fields is a record. Where it says nothing of the resource, that of the row above is meant."""
    header = reading.header
    is_linked = any(column and not column.of_field for column in header.columns)
    above: dict[str, Any] = {} if is_linked or not name else {"title": name}
    for number, row in rows:
        if row.is_empty:
            continue
        resource, item, extras, violations, _ = reading.body(row)
        above = resource if resource.keys() & {"identifier", "title"} else above | resource
        body = dict(above)
        if item:
            body["fields"] = [item]
        if extras:
            body["extras"] = extras
        block = Block(number, header, [row])
        yield Record(form.pointer(block), form.raw(block), body, violations, kind=FIELD_KIND)


def _blocks(rows: Iterable[Numbered], header: Header) -> Iterator[Block]:
    """The rows of each record: one row, or in a catalogue with field columns all rows of a resource."""
    mapped = [(position, column) for position, column in enumerate(header.columns) if column]
    fields = [position for position, column in mapped if column.of_field]
    resource = {column.name: position for position, column in mapped if not column.of_field}
    identity, providers = (
        [resource[name] for name in names if name in resource]
        for names in (("identifier", "title"), ("provider_code", "provider_name"))
    )

    def continues(cells: Sequence[str]) -> bool:
        """Whether a row has a field of the resource of the block's first: it names the same, or says nothing else of it."""
        if not any(cells[position] for position in fields):
            return False
        same = any(cells[position] for position in identity) and all(
            cells[position] == first[position] for position in identity
        )
        return all(cells[position] in ("", first[position]) for position in (providers if same else resource.values()))

    block: Block | None = None
    cells: list[str] = []
    for number, row in rows:
        if row.is_empty:
            if block:
                yield block
            block = None
            continue
        if fields:
            cells = [cell.strip() for cell in row.cells] + [""] * (len(header.columns) - len(row.cells))
            if block and continues(cells):
                block.rows.append(row)
                continue
        if block:
            yield block
        block, first = Block(number, header, [row]), cells
    if block:
        yield block


def _merged(bodies: Sequence[RowBody]) -> dict[str, Any]:
    """The body of a block of rows: of each column the first cell that is filled, and a field a row."""
    merged = bodies[-1].record
    for body in reversed(bodies[:-1]):
        merged = merged | body.record
    if fields := [body.field for body in bodies if body.field]:
        merged["fields"] = fields
    return merged


def _extras(bodies: Sequence[RowBody], merged: dict[str, Any]) -> dict[str, Any]:
    """What maps to nothing: of the first row, and under `_later_rows` what later rows say beyond it."""
    later = {}
    for number, body in enumerate(bodies[1:], start=2):
        said = {name: text for name, text in body.extras.items() if bodies[0].extras.get(name) != text}
        said |= {name: text for name, text in body.record.items() if merged[name] != text}
        if said:
            later[str(number)] = said
    return bodies[0].extras | ({"_later_rows": later} if later else {})
