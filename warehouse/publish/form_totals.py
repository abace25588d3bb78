"""Which rows of a workbook's forms are the sum of which others, and whether their figures are.

A row of a level is the sum of the rows of the level below whose parent it is; a row that is called 合计 is that of its page. Where the
figures differ, as counts of different things and sums after elimination do, that is told and nothing is mended.

Belongs here: finding totals and comparing them, to the cent. Does not belong here: formulas and how they look (`form_sheet.py`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from warehouse.publish.form_page import FormPage

#: From the ground up, as `catalog.roll_up` has them.
LEVELS = ("unit", "department", "district", "city")
_TOTALS, _SUBTOTAL = ("合计", "总计"), "小计"
#: A row's name is one of its first two cells.
_NAMES = 2
_SUMMED = ("count", "money")
#: A spreadsheet's doubles hold 15 digits exactly: amounts below this, in cents, and counts below that.
_EXACT_CNY, _EXACT_COUNT = Decimal(10) ** 13, 10**15


class Spot(NamedTuple):
    """A row of a workbook: its page and its place in the page, from 0."""

    page: int
    row: int


@dataclass(frozen=True)
class Unequal:
    """A figure that is not the sum of the rows of the level below."""

    spot: Spot
    column: int
    stated: Decimal | int
    summed: Decimal | int


@dataclass
class Totals:
    """parts: of a row, those that it is the sum of. equal: its columns whose figures are that sum. unequal: those that are not."""

    parts: dict[Spot, list[Spot]] = field(default_factory=dict)
    equal: dict[Spot, set[int]] = field(default_factory=dict)
    unequal: list[Unequal] = field(default_factory=list)

    @cached_property
    def ends(self) -> set[Spot]:
        """The totals that are in no other."""
        return self.parts.keys() - {part for parts in self.parts.values() for part in parts}


def is_exact(value: Any) -> bool:
    """Whether a spreadsheet holds a number as it is; beyond 15 digits it is written as text."""
    if isinstance(value, Decimal):
        return abs(value) < _EXACT_CNY
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _EXACT_COUNT


def totals(pages: Sequence[FormPage]) -> Totals:
    """The totals of a workbook with these pages."""
    found = Totals()
    for spot, parts in _by_level(pages):
        found.parts[spot] = parts
    for spot, parts in _by_name(pages):
        found.parts.setdefault(spot, parts)
    for spot, parts in found.parts.items():
        _compare(pages, spot, parts, found)
    return found


class _Entity(NamedTuple):
    spot: Spot
    code: str
    parent: str | None


def _by_level(pages: Sequence[FormPage]) -> Iterator[tuple[Spot, list[Spot]]]:
    for levels in _entities(pages).values():
        present = [level for level in LEVELS if level in levels]
        for below, level in pairwise(present):
            under = defaultdict[str | None, list[Spot]](list)
            for entity in levels[below]:
                under[entity.parent].append(entity.spot)
            upper = levels[level]
            for entity in upper:
                # Where a form does not show the parents, what is alone has all.
                parts = under[entity.code] + (under[None] if len(upper) == 1 else [])
                if parts:
                    yield entity.spot, parts


def _entities(pages: Sequence[FormPage]) -> Mapping[tuple[str, ...], Mapping[str, list[_Entity]]]:
    """The rows of entities by form, what else is in their key, and level; a row that a form shows twice counts once."""
    found: dict[tuple[str, ...], dict[str, list[_Entity]]] = defaultdict(lambda: defaultdict(list))
    known = set[tuple[str, ...]]()
    for number, page in enumerate(pages):
        key = page.table.key
        if not {"level", "entity_code"} <= {*key}:
            continue
        level, code = key.index("level"), key.index("entity_code")
        others = [place for place in range(len(key)) if place not in (level, code)]
        parent = next((place for place, column in enumerate(page.columns) if column.name == "parent_code"), None)
        for row, values in enumerate(page.keys):
            if (page.form, *values) in known:
                continue
            known.add((page.form, *values))
            above = None if parent is None else page.rows[row][parent]
            group = (page.form, *(values[other] for other in others))
            found[group][values[level]].append(_Entity(Spot(number, row), values[code], above))
    return found


def _by_name(pages: Sequence[FormPage]) -> Iterator[tuple[Spot, list[Spot]]]:
    for number, page in enumerate(pages):
        names = [{str(cell).strip() for cell in row[:_NAMES]} for row in page.rows]
        called = [row for row, of in enumerate(names) if of & {*_TOTALS}]
        if len(called) == 1:
            others = (row for row, of in enumerate(names) if row != called[0] and _SUBTOTAL not in of)
            if parts := [Spot(number, row) for row in others]:
                yield Spot(number, called[0]), parts


def _compare(pages: Sequence[FormPage], spot: Spot, parts: Sequence[Spot], found: Totals) -> None:
    page = pages[spot.page]
    for place, column in enumerate(page.columns):
        stated = page.rows[spot.row][place]
        if column.number_format not in _SUMMED or not is_exact(stated):
            continue
        cells = [pages[part.page].rows[part.row][place] for part in parts]
        if not all(cell is None or is_exact(cell) for cell in cells):
            continue
        summed = sum(cell for cell in cells if cell is not None)
        if summed == stated:
            found.equal.setdefault(spot, set()).add(place)
        else:
            found.unequal.append(Unequal(spot, place, stated, summed))
