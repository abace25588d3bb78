"""Units of money that a document in JSON states beside its table: `{"unit": "万元", "data": [...]}`.

Belongs here: where they may stand in a wrapper, and for which columns. Does not belong here: which units there are
(`readers/money.py`), and what follows from them (`table.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from readers.shapes import Column, Layout

#: Longer texts beside a table are other tables, and no remarks on this one.
_REMARK_BYTES = 1 << 16

_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def units_beside(beside: Sequence[Mapping[str, msgspec.Raw]], layout: Layout) -> Mapping[Column | None, Sequence[str]]:
    """The units stated in the objects around a table, by the column that they are said of; under None those of the whole table.

    A unit that is a number (`"unit": 10000`) is given as its text: nobody knows whether amounts are to be multiplied by it.
    """
    found: dict[Column | None, dict[str, None]] = {}
    for level in beside:
        for key, raw in level.items():
            if len(memoryview(raw)) > _REMARK_BYTES:
                continue
            try:
                value = _decode(raw)
            except (msgspec.DecodeError, RecursionError):
                continue
            for column, unit in _stated(key, value, layout):
                found.setdefault(column, {})[unit] = None
    return {column: list(units) for column, units in found.items()}


def _stated(key: str, value: Any, layout: Layout) -> Iterator[tuple[Column | None, str]]:
    money = layout.notation.money
    if isinstance(value, str):
        column = layout.column(key)
        of = column if column and column.value_type == "amount" else None
        yield from ((of, unit) for unit in money.stated([value, f"{key}: {value}"]))
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        if value != 1 and money.is_unit_heading(key):
            yield None, str(value)
    elif isinstance(value, dict):
        yield from _stated_in(value, layout)
    elif isinstance(value, list):
        for item in value:
            yield from _stated(key, item, layout)


def _stated_in(value: Mapping[str, Any], layout: Layout) -> Iterator[tuple[Column | None, str]]:
    """Those of an object; one that names columns (`{"name": "金额", "unit": "万元"}`) speaks of these alone."""
    texts = [text for text in value.values() if isinstance(text, str)]
    named = {column for text in texts if (column := layout.column(text)) and column.value_type == "amount"}
    for key, inner in value.items():
        for column, unit in _stated(key, inner, layout):
            yield from ((of, unit) for of in (named if column is None and named else [column]))
