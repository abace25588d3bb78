"""Records as tables: which columns a file has, its lines, and in what written form each value stands in it.

Belongs here: headings, the layout of 政务信息资源目录 (one line an item), dates and amounts as people write
them. Does not belong here: bytes (`writers.py`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from example_city.model import Column, Layout, Record, columns

Cell = str | int | Decimal | date | None

_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
_PADDING = ("  ", "　", "")


@dataclass(frozen=True)
class Grid:
    """A table of cells.

    `header` is the place of its header line, `blocks` are the first and last line of each record.
    The first `block_width` columns of a block describe the resource and may be merged.
    """

    lines: tuple[tuple[Cell, ...], ...]
    header: int
    blocks: tuple[tuple[int, int], ...] = ()
    block_width: int = 0


@dataclass(frozen=True)
class _Slot:
    """A column of a file, and the name under which a record has its value."""

    name: str
    column: Column


def grid(kind: str, records: Iterable[Record], layout: Layout) -> Grid:
    """The records of a kind as a table."""
    records = list(records)
    own = _used([_Slot(c.name, c) for c in columns(kind)], [r.cells for r in records])
    # A record has the values of an item under their names without prefix.
    item_slots = [_Slot(c.name.removeprefix("field_"), c) for c in columns(f"{kind}.field")]
    items = _used(item_slots, [f for r in records for f in r.fields])
    header = (*(getattr(s.column, layout.headings) for s in own + items), *(name for name, _ in layout.extra))
    body: list[tuple[Cell, ...]] = []
    blocks: list[tuple[int, int]] = []
    for number, record in enumerate(records):
        values = _written_row(own, record.cells, layout, number)
        first = len(body)
        for place, item in enumerate(record.fields if items else [{}]):
            shown = values if place == 0 or not layout.merged else (None,) * len(own)
            body.append((*shown, *_written_row(items, item, layout, number), *(v for _, v in layout.extra)))
        blocks.append((first, len(body) - 1))
    return _interrupted(header, body, blocks, layout, len(own))


def _used(slots: Iterable[_Slot], rows: list[Mapping[str, str]]) -> list[_Slot]:
    """The slots of required columns, and those that any row fills."""
    return [s for s in slots if s.column.is_required or any(row.get(s.name) for row in rows)]


def _written_row(slots: list[_Slot], cells: Mapping[str, str], layout: Layout, number: int) -> tuple[Cell, ...]:
    return tuple(written(cells.get(s.name, ""), s.column, layout, number) for s in slots)


def _interrupted(
    header: tuple[Cell, ...],
    body: list[tuple[Cell, ...]],
    blocks: list[tuple[int, int]],
    layout: Layout,
    width: int,
) -> Grid:
    """The table with a title above it and empty lines between its records."""
    lines: list[tuple[Cell, ...]] = []
    if layout.title:
        lines.append((layout.title, *(None,) * (len(header) - 1)))
    top = len(lines)
    lines.append(header)
    placed: list[tuple[int, int]] = []
    blank_after = sorted(layout.blank_after)
    for first, last in blocks:
        while blank_after and first >= blank_after[0]:
            lines.append((None,) * len(header))
            blank_after.pop(0)
        placed.append((len(lines), len(lines) + last - first))
        lines += body[first : last + 1]
    return Grid(tuple(lines), top, tuple(placed), width)


def written(value: str, column: Column, layout: Layout, number: int) -> Cell:
    """A canonical value as the layout writes it in record `number`; what is no such value stands as it is."""
    if not value:
        return None
    if column.value_type == "date" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return _written_date(value, layout)
    if column.value_type == "amount" and re.fullmatch(r"-?\d+\.\d{2}", value):
        return _written_amount(Decimal(value), layout, number)
    if column.value_type == "integer" and value.isdecimal():
        if layout.amount == "fullwidth":
            return value.translate(_FULL_WIDTH)
        return int(value) if layout.form == "xlsx" else value
    return value + _PADDING[number % 3] if layout.padded else value


def _written_date(value: str, layout: Layout) -> Cell:
    year, month, day = value.split("-")
    if layout.date == "slash":
        return f"{year}/{int(month)}/{int(day)}"
    if layout.date == "chinese":
        return f"{year}年{int(month)}月{int(day)}日"
    if layout.date == "cell" and layout.form == "xlsx":
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def _written_amount(value: Decimal, layout: Layout, number: int) -> Cell:
    if layout.amount == "number" and layout.form == "xlsx":
        return value
    if layout.amount == "currency":
        return f"￥{value:,.2f}" if number % 3 else f"¥ {value:,.2f}"
    if layout.amount == "fullwidth":
        return f"{value:.2f}".translate(_FULL_WIDTH)
    return f"{value:.2f}"


def dcat_catalogue(records: Iterable[Record]) -> dict[str, object]:
    """The records as a DCAT-US 1.1 catalogue; `fields`, an extension, lists the items of a dataset."""
    return {
        "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "@type": "dcat:Catalog",
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "describedBy": "https://project-open-data.cio.gov/v1.1/schema/catalog.json",
        "dataset": [record.verbatim if record.verbatim else _dataset(record) for record in records],
    }


def _dataset(record: Record) -> dict[str, object]:
    cells = {name: value for name, value in record.cells.items() if value}
    page = cells.get("landing_page", "")
    dataset: dict[str, object] = {
        "@type": "dcat:Dataset",
        "identifier": cells.get("identifier"),
        "title": cells.get("title"),
        "description": cells.get("abstract"),
        "keyword": cells.get("keywords", "").split(";"),
        "theme": [cells.get("theme")],
        "publisher": {"@type": "org:Organization", "name": cells.get("provider_name")},
        "contactPoint": {
            "@type": "vcard:Contact",
            "fn": f"{cells.get('provider_name')}数据管理岗",
            "hasEmail": "mailto:data@example.invalid",
        },
        "accessLevel": cells.get("access_level"),
        "accrualPeriodicity": cells.get("update_cycle"),
        "issued": cells.get("issued_date"),
        "modified": cells.get("modified_date"),
        "landingPage": page or None,
        "license": cells.get("license"),
        "distribution": [
            {
                "@type": "dcat:Distribution",
                "title": cells.get("title"),
                "format": cells.get("format_type"),
                "accessURL": f"{page}/{cells.get('format_type')}",
            }
        ],
        "fields": [
            {
                "name": item.get("english_name"),
                "title": item.get("name"),
                "type": item.get("data_type"),
                "description": f"{item.get('name')}（长度 {item.get('length') or '不限'}）",
            }
            for item in record.fields
        ],
    }
    return {name: value for name, value in dataset.items() if value is not None}
