"""The figures that a document of a report may say: those of its tables, and what is derived from them under a name.

Belongs here: where a figure stands, what is derived from it, how it is rounded and written. Does not belong here: which figures a
document says (`sections.py`), and what a sentence is made of (`blocks.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from warehouse.publish.form_page import FormPage
from warehouse.publish.report.edition import Check, CheckCounts, Report

#: What is said where a table has no figure.
NOT_RECORDED = "未记录"
_CENT = Decimal("0.01")
_YUAN_PER_WAN = 10_000


class Unit(Enum):
    """What a figure counts, and so how it is written: amounts in sentences in 万元, in tables in 元."""

    MONEY = "money"
    COUNT = "count"
    PERCENT = "percent"


@dataclass(frozen=True)
class Cell:
    """Where a figure stands in a report: page, number of the row, column."""

    page: FormPage
    row: int
    column: str

    @property
    def content(self) -> object:
        place = [column.name for column in self.page.columns].index(self.column)
        return self.page.rows[self.row][place]

    @property
    def value(self) -> Decimal | None:
        found = self.content
        return Decimal(found) if isinstance(found, int | Decimal) else None


@dataclass(frozen=True)
class CheckAmount:
    """Where a figure stands in a check: left, right or difference."""

    check: Check
    side: str

    @property
    def value(self) -> Decimal | None:
        text = getattr(self.check, self.side)
        return Decimal(text) if text else None


@dataclass(frozen=True)
class CheckTally:
    """Where the report has how many checks ended so: `passed` or `not_compared`."""

    counts: CheckCounts
    name: str

    @property
    def value(self) -> Decimal:
        return Decimal(getattr(self.counts, self.name))


@dataclass(frozen=True)
class Figure:
    """A number that a document says. how: the name of its derivation. of: what it is derived from, down to places in the report."""

    value: Decimal | None
    unit: Unit
    how: str
    of: "tuple[Figure | Cell | CheckAmount | CheckTally | Check, ...]"

    @property
    def said(self) -> str:
        """As a sentence has it: 12015.36万元, 305, 76.83%."""
        if self.value is None:
            return NOT_RECORDED
        if self.unit is Unit.MONEY:
            return f"{wan(self.value)}万元"
        return f"{rounded(self.value)}%" if self.unit is Unit.PERCENT else f"{self.value:f}"

    @property
    def exact(self) -> str:
        """As a table has it: 120,153,561.64; `-` for zero."""
        if self.value is None:
            return NOT_RECORDED
        if self.value == 0:
            return "-"
        if self.unit is Unit.COUNT:
            return f"{self.value:,f}"
        return f"{rounded(self.value):,}" + ("%" if self.unit is Unit.PERCENT else "")


def rounded(value: Decimal) -> Decimal:
    """To two decimals, half away from zero; never -0.00."""
    return value.quantize(_CENT, ROUND_HALF_UP) + 0


def wan(value: Decimal) -> Decimal:
    """An amount in 万元."""
    return rounded(value / _YUAN_PER_WAN)


def _difference(values: Sequence[Decimal]) -> Decimal:
    return values[0] - values[1]


def _size_of_difference(values: Sequence[Decimal]) -> Decimal:
    return abs(_difference(values))


def _share(values: Sequence[Decimal]) -> Decimal | None:
    return None if values[1] == 0 else rounded(100 * values[0] / values[1])


def _growth(values: Sequence[Decimal]) -> Decimal | None:
    return None if values[1] == 0 else rounded(100 * _difference(values) / abs(values[1]))


def _size_of_growth(values: Sequence[Decimal]) -> Decimal | None:
    grown = _growth(values)
    return None if grown is None else abs(grown)


#: What may be derived: from the values of the parts, in their order. `rows` counts places, whatever stands there.
DERIVATIONS: Mapping[str, Callable[[Sequence[Decimal]], Decimal | None]] = {
    "as it stands": lambda values: values[0],
    "sum": lambda values: sum(values, start=Decimal(0)),
    "difference": _difference,
    "size of difference": _size_of_difference,
    "share": _share,
    "growth": _growth,
    "size of growth": _size_of_growth,
}
ROWS = "rows"


def at(page: FormPage, row: int, column: str) -> Figure:
    """The figure of a cell, in the unit that the form gives its column."""
    unit = next(of.number_format for of in page.columns if of.name == column)
    return derived("as it stands", Cell(page, row, column), unit=Unit(unit))


def checked(check: Check, side: str) -> Figure:
    """The amount of a side of a check."""
    return derived("as it stands", CheckAmount(check, side), unit=Unit.MONEY)


def tallied(report: Report, name: str) -> Figure:
    """How many checks ended so, as the report has it."""
    return derived("as it stands", CheckTally(report.check_counts, name), unit=Unit.COUNT)


def counted(of: Sequence[Cell | Check]) -> Figure:
    """How many rows, each named by one of its cells, or checks."""
    return Figure(Decimal(len(of)), Unit.COUNT, ROWS, tuple(of))


def derived(how: str, *of: "Figure | Cell | CheckAmount | CheckTally", unit: Unit | None = None) -> Figure:
    """What follows from figures; nothing where one of them is not recorded.

    Args:
        how: a name in `DERIVATIONS`. unit: of the result, by default that of the first part.
    """
    known = [part.value for part in of if part.value is not None]
    if unit is None:
        (unit,) = {part.unit for part in of if isinstance(part, Figure)}
    return Figure(DERIVATIONS[how](known) if len(known) == len(of) else None, unit, how, of)


def share(part: Figure, whole: Figure) -> Figure:
    return derived("share", part, whole, unit=Unit.PERCENT)


def growth(now: Figure, before: Figure, *, size: bool = False) -> Figure:
    """By how many per cent it grew; size: without its sign, for a sentence that says whether up or down."""
    return derived("size of growth" if size else "growth", now, before, unit=Unit.PERCENT)
