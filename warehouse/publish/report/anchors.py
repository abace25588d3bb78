"""The figures of a report: which columns have them, how one is written for readers, and by which name the pages link to its trace.

Belongs here: what the HTML pages of a report have in common. Does not belong here: how a page looks.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from warehouse.publish.form_page import FormColumn, FormPage

#: The formats of columns whose cells are traced: what is counted and what is money. A share is of two figures that are.
TRACED = frozenset({"count", "money"})


def figures(page: FormPage) -> Iterator[tuple[int, FormColumn]]:
    """The columns of a page that have figures, with their places."""
    return ((place, column) for place, column in enumerate(page.columns) if column.number_format in TRACED)


def anchor(table: str, key: tuple[str, ...], column: str) -> str:
    """The name of a figure on the trace page, as it stands after `#`; the pages' scripts make the same."""
    return "/".join(quote(part, safe="") for part in (table, *key, column))


def plain(value: Any) -> str | None:
    """A cell as text without commas, which scripts reckon and sort by; None where there is none."""
    if value is None:
        return None
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def shown(value: Any, number_format: str) -> str:
    """A cell as a reader sees it; the pages' scripts write it alike."""
    if value is None or value == "":
        return ""
    if number_format in TRACED or number_format == "percent":
        return f"{value:,}" if isinstance(value, int | Decimal) else str(value)
    return str(value)


def english(column: str) -> str:
    """A column's English heading, of its name: `closing_cost_cny` is “closing cost (CNY)”."""
    words = column.split("_")
    units = {"cny": " (CNY)", "pct": " (%)", "count": " (number)", "date": " date", "code": " code", "label": ""}
    unit = units.get(words[-1]) if len(words) > 1 else None
    return " ".join(words) if unit is None else " ".join(words[:-1]) + unit
