"""A row of cells into a body: each cell under its column's name, in its plain form, with what is wrong with it.

Belongs here: cells under columns, amounts into yuan, parts of an amount. Does not belong here: what a value's plain form is
(`readers/values.py`), which rows are records (`record_rows.py`), whether a value is acceptable.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from readers.headings import heading_key
from readers.shapes import UNREAD, UNSAID, Column, Violation, shown
from readers.tables.cells import Fault, has_unseen, lost, plain
from readers.tables.header import Header, Row
from readers.tables.table import Table
from readers.values import PLAIN_TYPES, Notation, settled

_ONE = Decimal(1)


class Scale(NamedTuple):
    """How the amounts of a column become yuan. conflict: the units that heading and lines above say, where they differ or are not yuan."""

    factor: Decimal = _ONE
    conflict: str = ""


class RowBody(NamedTuple):
    record: dict[str, Any]
    field: dict[str, Any]
    extras: dict[str, Any]
    violations: list[Violation]
    parts: dict[Column, list[str]]


class _Place(NamedTuple):
    """What is asked of the column at a position, once a cell."""

    column: Column | None
    name: str = ""
    of_field: bool = False
    is_plain: bool = False
    is_key: bool = False

    @classmethod
    def of(cls, column: Column | None) -> "_Place":
        if column is None:
            return _NO_COLUMN
        return cls(column, column.name, column.of_field, column.value_type in PLAIN_TYPES, column.is_key)


_NO_COLUMN = _Place(None)


class RowReading:
    """How the rows below a header become bodies. scales: by position, what makes amounts yuan."""

    def __init__(self, header: Header, table: Table, scales: Sequence[Scale]) -> None:
        self.header = header
        self.scales = scales
        self._places = [_Place.of(column) for column in header.columns]
        notation = table.layout.notation
        self.counts_cells = table.counts_cells
        self.notation = Notation(notation.zone, table.day_0, notation.money)
        self.unit_positions = [
            position
            for position, column in enumerate(header.columns)
            if column is None and notation.money.is_unit_heading(header.headings[position])
        ]

    def body(self, row: Row) -> RowBody:
        """The body of a row, and what is wrong with its cells."""
        # Runs once a cell, so it asks nothing of a column by a call.
        body = RowBody({}, {}, {}, [], {})
        record, fields, extras, violations, parts = body
        places, width = self._places, len(self._places)
        faults = row.faults
        unit = self._unit(row) if self.unit_positions else ""
        has_odd = has_unseen("".join(row.cells))
        for position, cell in enumerate(row.cells):
            text = cell.strip()
            column, name, of_field, is_plain, is_key = places[position] if position < width else _NO_COLUMN
            if faults and position in faults:
                self._fault(faults[position], column, position, violations)
            if not text:
                continue
            if has_odd or text[0] in "='":
                is_odd = has_odd and has_unseen(text)
                if is_odd:
                    violations.append(self._violation("unseen_characters", column, position, ascii(text)[1:-1]))
                if (is_odd or text[0] in "='") and not (text := plain(text)):
                    continue
            if column is None:
                extras[self.header.heading(position)] = text
                continue
            of = fields if of_field else record
            if not is_plain:
                value = self._value(column, position, text, unit, violations, parts)
                if value is None:
                    of.setdefault(UNREAD, {})[name] = text
                    continue
                text = value
            elif ("E+" in text or (is_key and ("-" in text or "日" in text))) and (fault := lost(text, is_code=is_key)):
                violations.append(self._violation(fault.rule, column, position, fault.value))
            if text:
                of[name] = text
        if self.counts_cells and any(map(str.strip, row.cells[width:])):
            violations.append(Violation("more_cells", "", shown(",".join(row.cells[width:]))))
        for column, texts in parts.items():
            if (total := _summed(texts)) is None:
                record.setdefault(UNREAD, {})[column.name] = " ".join(texts)
            else:
                record[column.name] = total
        if row.nested:
            extras.update(row.nested)
        return body

    def _unit(self, row: Row) -> str:
        """The unit of money that a row names in a column of its own, "" if none does."""
        cells = (row.cells[position] for position in self.unit_positions if position < len(row.cells))
        return next((key for cell in cells if (key := heading_key(cell)) in self.notation.money.factors), "")

    def _value(
        self,
        column: Column,
        position: int,
        text: str,
        unit: str,
        violations: list[Violation],
        parts: dict[Column, list[str]],
    ) -> str | None:
        """A date, number or amount in its plain form; None where it is none, "" where it is a part of a column.

        unit: of money, that the row names.
        """
        if column.value_type != "amount":
            return settled(column.value_type, text, self.notation)
        scale = self.scales[position]
        if unit:
            scale = self._with_unit(scale, unit)
        if scale.conflict and self.notation.money.of_amount(text) is None:
            rule = "unit_missing" if scale.conflict == UNSAID else "unit_conflict"
            violations.append(self._violation(rule, column, position, text, scale.conflict))
            return settled("amount", text, self.notation)
        found = settled("amount", text, self.notation, scale.factor)
        if sign := self.header.signs.get(position):
            parts.setdefault(column, []).append(text if found is None else _negated(found) if sign < 0 else found)
            return ""
        return found

    def _with_unit(self, scale: Scale, unit: str) -> Scale:
        """The scale of a column in a row that names a unit, which may say what the table does not, but nothing else than it."""
        factor = self.notation.money.factors[unit]
        if factor is None or (scale.conflict != UNSAID and factor != scale.factor):
            return Scale(conflict="、".join(filter(None, [scale.conflict, unit])))
        return scale if scale.conflict not in ("", UNSAID) else Scale(factor)

    def _fault(self, fault: Fault, column: Column | None, position: int, violations: list[Violation]) -> None:
        rule = fault.rule
        if rule == "date_in_cell":
            if column is None or column.value_type not in PLAIN_TYPES:
                return
            rule = "date_for_code" if column.is_key else "date_for_text"
        elif rule == "lost_digits":
            if column is not None and column.value_type not in PLAIN_TYPES:
                return
            rule = rule if column else "lost_digits_beside"
        elif rule == "number_format" and (column is None or column.value_type != "amount"):
            return
        elif rule == "struck_out" and any(violation.rule == rule for violation in violations):
            return  # once a row
        violations.append(self._violation(rule, column, position, fault.value))

    def _violation(
        self, rule: str, column: Column | None, position: int, value: str, expected: str | None = None
    ) -> Violation:
        name = column.heading if column else self.header.heading(position)
        return Violation(rule, name, shown(value), expected)


def _negated(text: str) -> str:
    return text[1:] if text.startswith("-") else f"-{text}" if text.strip("0.") else text


def _summed(texts: Sequence[str]) -> str | None:
    """The sum of parts of an amount; None where one is none."""
    if any(settled("amount", text) is None for text in texts):
        return None
    return settled("amount", format(sum(map(Decimal, texts), Decimal()), "f"))
