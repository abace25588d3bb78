"""Tables in JSON, as portals export them: an array of objects, or of arrays with a header row, plain or in a wrapper.

Belongs here: finding the array (`{"data": {"rows": [...]}}`), a first element that describes the fields, values as
text. Does not belong here: standards in JSON (DCAT-US, CKAN), and what is the same for every table
(`readers/tables/table_records.py`). Rule: domain.md 1.3.
"""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from readers.json_records import place_of, repeated_key
from readers.kinds import CATALOG, FIELD_KIND
from readers.lines import longest_cell, too_long
from readers.problems import Unreadable
from readers.shapes import Layout, Record, Violation, json_text, shown
from readers.tables.header import HEADER_MIN_COLUMNS, HEADER_SCAN_ROWS, Found, Header, Row, find_header, heading_notes
from readers.tables.json_units import units_beside
from readers.tables.table import Block, Form, Table
from readers.tables.table_records import table_records

#: Wrappers may be nested as deep as this, and hold as many arrays.
_DEPTH = 4
_ARRAYS = 1000
#: Keys beyond so many, in the order in which they come, are not looked at as headings; their values are extras.
_KEYS = 1000
_CHUNK_BYTES = 1 << 20

_List = list[msgspec.Raw]
_Object = dict[str, msgspec.Raw]

_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_decode_level = msgspec.json.Decoder(_List | _Object).decode
_decode_keys = msgspec.json.Decoder(_Object).decode


class _Array(NamedTuple):
    """An array of a document: its JSON pointer, items, and what stands beside it in each object around it, the outermost first."""

    pointer: str
    items: Sequence[msgspec.Raw]
    beside: tuple[_Object, ...] = ()


class _Table(NamedTuple):
    """An array that is a table: the array, the keys of objects (else None), and header.

    below: the item from which records begin.
    """

    array: _Array
    keys: tuple[str, ...] | None
    found: Found
    below: int

    @property
    def pointer(self) -> str:
        return self.array.pointer

    @property
    def items(self) -> Sequence[msgspec.Raw]:
        return self.array.items


def read_json_table(data: memoryview, layout: Layout, notes: list[str]) -> tuple[str, Iterator[Record]]:
    """Split the array whose header or keys name most columns of the layout into records.

    data: JSON without byte order mark. A record's text is the item's, character for character.

    Returns: the encoding (UTF-8 or GB18030) and the records.

    Raises:
        Unreadable: at once, if it is no JSON, or no array in it is a table of the layout's kind.
    """
    no_table = Unreadable("not_a_catalogue" if layout.kind == CATALOG else "json_not_taken")
    best: _Table | None = None
    encoding, data = _in_utf8(data)
    if encoding != "utf-8":
        notes.append(f"文字按 {encoding} 解码 decoded as {encoding}")
    try:
        for array in islice(_arrays(_Array("", ()), _decode_level(data), 1), _ARRAYS):
            table = _table(array, layout)
            if table and (best is None or table.found.header.mapped_count > best.found.header.mapped_count):
                best = table
    except msgspec.ValidationError as error:
        raise no_table from error
    except (msgspec.DecodeError, RecursionError) as error:
        rule = "truncated_json" if "truncated" in str(error) else "invalid_json"
        raise Unreadable(rule, place_of(error, data), str(error)) from error
    if best is None:
        raise no_table
    start = best.found.start
    above = [_array_row(n, _value(item)) for n, item in enumerate(best.items[:start])]
    notes.extend(heading_notes(best.pointer or "/", above, best.found, layout))
    if best.keys is not None and best.below:
        notes.append(
            f"{best.pointer}/0: 首个元素是字段说明，不作为记录 the first element describes the fields, no record"
        )
    head = [*above, *([_array_row(start, _value(best.items[start]))] if best.keys is None else [])]
    units = units_beside(best.array.beside, layout)
    return encoding, _records(best, Table(layout, best.found, best.pointer or "/", head, notes, units=units))


def _in_utf8(data: memoryview) -> tuple[str, memoryview]:
    """The encoding, and the bytes in UTF-8; what is whole in UTF-8 is not copied."""
    decode = codecs.getincrementaldecoder("utf-8")().decode
    try:
        for start in range(0, len(data), _CHUNK_BYTES):
            decode(data[start : start + _CHUNK_BYTES], final=start + _CHUNK_BYTES >= len(data))
    except UnicodeDecodeError:
        try:
            return "gb18030", memoryview(bytes(data).decode("gb18030").encode())
        except UnicodeDecodeError as error:
            raise Unreadable("unknown_encoding", f"byte {error.start}") from error
    return "utf-8", data


def _arrays(place: _Array, value: _List | _Object, depth: int) -> Iterator[_Array]:
    """The arrays in nested objects, outer ones first. place: that of the value, without items."""
    if isinstance(value, list):
        yield place._replace(items=value)
        return
    for key, raw in value.items() if depth < _DEPTH else ():
        if bytes(memoryview(raw)[:1]) in (b"[", b"{"):
            name = key.replace("~", "~0").replace("/", "~1")
            beside = (*place.beside, {other: text for other, text in value.items() if other != key})
            yield from _arrays(_Array(f"{place.pointer}/{name}", (), beside), _decode_level(raw), depth + 1)


def _table(array: _Array, layout: Layout) -> _Table | None:
    items = array.items
    sample = [_value(item) for item in items[:HEADER_SCAN_ROWS]]
    objects, arrays = (sum(isinstance(value, kind) for value in sample) for kind in (dict, list))
    # Most items say what the table is made of; the others are rejected alone.
    if 2 * max(objects, arrays) <= len(sample):
        return None
    if arrays > objects:
        found = find_header([_array_row(n, value) for n, value in enumerate(sample)], layout)
        return found and _Table(array, None, found, found.end)
    first = sample[0] if isinstance(sample[0], dict) else {}
    keys = _keys(items)
    by_keys = Header.of(keys, layout)
    described = Header.of([_text(first.get(key)) or key for key in keys], layout)
    is_described = (
        bool(first) and len(sample) > 1 and described.mapped_count >= max(HEADER_MIN_COLUMNS, by_keys.mapped_count)
    )
    is_described = is_described and _describes(first, by_keys, described, keys)
    header = described if is_described else by_keys
    if header.mapped_count < HEADER_MIN_COLUMNS:
        return None
    return _Table(array, keys, Found(header, 0, 0), int(is_described))


def _describes(first: Mapping[str, Any], by_keys: Header, described: Header, keys: Sequence[str]) -> bool:
    """Whether the first of several objects gives the labels of keys, not values: all its values are text, and those
    whose key names a column name the same."""
    if not all(isinstance(value, str) for value in first.values()):
        return False
    pairs = [(a, b) for key, a, b in zip(keys, by_keys.columns, described.columns, strict=True) if a and key in first]
    return all(a == b for a, b in pairs) and any(first[key].strip() not in ("", key) for key in first)


def _value(item: msgspec.Raw) -> Any:
    """The value of an item; UNSET if it has none, as with a number of thousands of digits."""
    try:
        return _decode(item)
    except msgspec.DecodeError:
        return msgspec.UNSET


def _keys(items: Sequence[msgspec.Raw]) -> tuple[str, ...]:
    """The keys of objects, in the order in which they come."""
    keys: dict[str, None] = {}
    for item in items:
        try:
            keys.update(dict.fromkeys(_decode_keys(item)))
        except msgspec.DecodeError:
            continue  # no object: the record is rejected
        if len(keys) > _KEYS:
            break
    return tuple(keys)[:_KEYS]


def _records(table: _Table, known: Table) -> Iterator[Record]:
    broken: list[Record] = []
    form = Form(lambda block: _pointer(table.pointer, block), _raw)
    for record in table_records(_rows(table, broken), known, form):
        body = record.body or {}
        if record.kind != FIELD_KIND:
            _take_fields(body, known.layout)
        # Texts and numbers are alike in a body, and what headings mean stands elsewhere in the file: the two together.
        value = json_text(_decode(record.raw))
        found, canonical = record.violations, f"{value}\n{json_text(body)}"
        if (repeated := repeated_key(record.raw, value.encode())) is not None:
            found, canonical = [*found, Violation("json_repeated_key", "", shown(repeated))], record.raw
        yield record._replace(violations=found, canonical=canonical.encode())
    yield from broken


def _rows(table: _Table, broken: list[Record]) -> Iterator[Row]:
    """The items as rows; one that is not what the others are cannot be a row, and goes to `broken`."""
    positions = {key: position for position, key in enumerate(table.keys or ())}
    for number, item in enumerate(table.items):
        raw = bytes(memoryview(item)).decode()
        wrong: list[Violation] = []
        try:
            value = _decode(item)
        except msgspec.DecodeError as error:
            value, wrong = None, [Violation("json_syntax", "", shown(str(error)))]
        is_row = isinstance(value, list if table.keys is None else dict)
        if is_row and number < table.below:
            continue  # the header, and what stands above it
        if table.keys is None and isinstance(value, list):
            yield _checked(Row(number, number, _array_cells(value), raw), table.pointer)
        elif table.keys is not None and isinstance(value, dict):
            cells, nested = [""] * len(positions), {}
            for key, content in value.items():
                text = _text(content)
                if key in positions and text is not None:
                    cells[positions[key]] = text
                elif text != "":
                    nested[table.found.header.heading(positions[key]) if key in positions else key] = content
            yield _checked(Row(number, number, cells, raw, nested), table.pointer)
        else:
            broken.append(Record(f"{table.pointer}/{number}", raw, None, wrong))


def _checked(row: Row, pointer: str) -> Row:
    """The row, unless it has too long a cell."""
    # Only a long text can have one.
    if len(row.text) > longest_cell() and (most := max(map(len, row.cells), default=0)) > longest_cell():
        raise too_long(f"{pointer}/{row.first}", most)
    return row


def _take_fields(body: dict[str, Any], layout: Layout) -> None:
    """Move a nested list of fields (信息项) from the extras of a resource to its fields."""
    for key, value in list(body.get("extras", {}).items()):
        if "fields" in body or not (isinstance(value, list) and value and all(isinstance(v, dict) for v in value)):
            continue
        items = [_field(item, layout) for item in value]
        if all("name" in item or "english_name" in item for item in items):
            body["fields"] = items
            del body["extras"][key]
    if "extras" in body and not body["extras"]:
        del body["extras"]


def _field(item: Mapping[str, Any], layout: Layout) -> dict[str, Any]:
    taken: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for key, value in item.items():
        column, text = layout.column(key, of_field=True), _text(value)
        if column and column.of_field and text is not None and column.name not in taken:
            if text:
                taken[column.name] = text
        else:
            rest[key] = value
    return taken | {"extras": rest} if rest else taken


def _array_row(number: int, value: Any) -> Row:
    """An item as a row; an empty one if it is no array."""
    return Row(number, number, _array_cells(value) if isinstance(value, list) else [])


def _array_cells(value: list[Any]) -> list[str]:
    return [text if (text := _text(cell)) is not None else json_text(cell) for cell in value]


def _text(value: object) -> str | None:
    """A value as a cell has it: null is empty, and a list of plain values is joined; None for what is nested."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, list):
        texts = [_text(item) for item in value if not isinstance(item, list)]
        if len(texts) == len(value) and None not in texts:
            return ";".join(text for text in texts if text)
    return None


def _pointer(base: str, block: Block) -> str:
    first, last = block.rows[0].first, block.rows[-1].last
    return f"{base}/{first}" if first == last else f"{base}/{first}-{last}"


def _raw(block: Block) -> str:
    texts = [row.text for row in block.rows]
    return texts[0] if len(texts) == 1 else f"[{','.join(texts)}]"
