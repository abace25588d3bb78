"""A form of a period as it is shown: its rows, what its columns are called, the key of each row, so that each figure can be traced.

Does not belong here: reading it (`form_reader.py`), how it looks in a format (`workbook.py` and its neighbours).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from warehouse.tables.table import Table


@dataclass(frozen=True)
class FormColumn:
    """A column of a form: the table's column, the heading above and its own, and how numbers look.

    is_in_wan: of money, whether workbooks show it in 万元; its figures are in 元 all the same.
    """

    name: str
    group: str
    label: str
    number_format: str
    is_in_wan: bool = False


@dataclass(frozen=True)
class Within:
    """Whose rows are shown: those of a report's entities and units, in and below one entity. levels: of the entities that are shown."""

    report_kind: str
    level: str
    code: str
    levels: Sequence[str]


@dataclass(frozen=True)
class FormPage:
    """A form of a period, or some rows of it, with what it shows.

    form: its name in policy. table: whose rows these are. label: of the sheet. title: of the form. heading: title with the sheet's label
    where a workbook shows the form on several. rows: a cell a column. keys: of each row, the values of the table's key, as text in the
    key's order.
    """

    form: str
    table: Table
    period: str
    label: str
    title: str
    heading: str
    note: str
    columns: Sequence[FormColumn]
    rows: Sequence[Sequence[Any]]
    keys: Sequence[tuple[str, ...]]

    def reference(self, row: int, column: str) -> str:
        """What `shuzhang trace` takes to lead from a figure to its sources."""
        key = " ".join(f"{name}={value}" for name, value in zip(self.table.key, self.keys[row], strict=True))
        return f"{self.table.qualified} {key} --column {column}"
