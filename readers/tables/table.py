"""A table of cells: what a reader knows of it, and how its format points at its rows.

Does not belong here: its header (`header.py`), its records (`table_records.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from readers.shapes import Column, Layout
from readers.tables.header import Found, Header, Row
from readers.values import DAY_0_OF_1900


class Numbered(NamedTuple):
    """A row, and its number among the table's rows that are not empty, from 1."""

    number: int
    row: Row


@dataclass
class Block:
    """Rows that make one record. `number`: of the first among the table's rows that are not empty, from 1."""

    number: int
    header: Header
    rows: list[Row] = field(default_factory=list)


class Form(NamedTuple):
    """How a format points at a block, and gives its text."""

    pointer: Callable[[Block], str]
    raw: Callable[[Block], str]


@dataclass(frozen=True)
class Table:
    """What a reader knows of a table besides its rows.

    place: how notes call it. name: the resource's where a list of fields has no column for it. head: the rows up to the first record.
    notes: whole when the records have been gone through. day_0: of serial numbers of days. counts_cells: a row with more of them than the
    header has moved its columns, as an unquoted comma does. units: of money, that the file states outside of the table: of columns, and
    under None of all.
    """

    layout: Layout
    found: Found
    place: str
    head: Sequence[Row] = ()
    notes: list[str] = field(default_factory=list)
    name: str = ""
    day_0: date = DAY_0_OF_1900
    counts_cells: bool = False
    units: Mapping[Column | None, Sequence[str]] = field(default_factory=dict)

    @property
    def above(self) -> Sequence[Row]:
        return self.head[: self.found.start]
