"""A page of figures, whatever they are of: what is seen first, headline figures, charts, tables, notes.

Belongs here: what `html/report.html` shows, and writing it. Does not belong here: what a report (`page.py`) or a catalogue
(`overview.py`) puts into it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from warehouse.publish.report.anchors import TRACED, anchor, plain, shown
from warehouse.publish.report.charts import Chart
from warehouse.publish.report.edition import LEVELS, Check
from warehouse.publish.report.offline import packed, write_offline
from warehouse.publish.report.scope import UNIT

#: Rows of a table that stand in the page as they are, for who runs no scripts; the others are in its data.
_FIRST_ROWS = 20
#: A browser sorts and filters so many rows at once; a longer table is in the other formats.
MOST_ROWS = 5_000


@dataclass(frozen=True)
class Headline:
    """A figure that stands above all tables. before: what it was, and the difference, as readers see them."""

    zh: str
    en: str
    text: str
    href: str | None = None
    before: str = ""
    change: str = ""


@dataclass(frozen=True)
class Heading:
    """A column's heading; group: the heading above."""

    name: str
    group: str
    label: str
    en: str
    number_format: str


@dataclass(frozen=True)
class Sheet:
    """A table. contents: where it stands in the contents, under which name and as which part of it, which may be empty; in both languages.
    table, keys: of the rows' traces, empty where they have none. whole: of so many rows `rows` are the first.
    """

    name: str
    zh: str
    en: str
    contents: tuple[tuple[str, str], tuple[str, str]]
    note: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Any]]
    table: str = ""
    keys: Sequence[tuple[str, ...]] = ()
    whole: int = 0


@dataclass(frozen=True)
class View:
    """A page. about: under its title, in both languages. checks: those that nobody let pass are seen before all else."""

    title: str
    about_zh: str
    about_en: str
    headlines: Sequence[Headline]
    charts: Sequence[Chart]
    sheets: Sequence[Sheet]
    checks: Sequence[Check] = ()
    notes: Sequence[str] = ()
    trace_href: str | None = None


def write_view(view: View, target: Path) -> None:
    """Write a page."""
    write_offline(
        target,
        "report.html",
        scripts=["common.js", "report.js"],
        styles=["common.css", "report.css"],
        values={
            "view": view,
            "failed": _failed([check for check in view.checks if not check.let_pass_by]),
            "let_pass": [_check(check) for check in view.checks if check.let_pass_by],
            "contents": _contents(view.sheets),
            "tables": [_table(sheet, view.trace_href) for sheet in view.sheets],
        },
    )


def _failed(checks: Sequence[Check]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Failed checks of units, or of what no unit failed, and the same checks of the levels above."""
    of_units = {(check.form, check.code) for check in checks if check.level == UNIT}
    is_above = [check.level != UNIT and (check.form, check.code) in of_units for check in checks]
    told = [_check(check) for check in checks]
    return (
        [one for one, above in zip(told, is_above, strict=True) if not above],
        [one for one, above in zip(told, is_above, strict=True) if above],
    )


def _check(check: Check) -> dict[str, Any]:
    """A check as readers see it: amounts grouped, the level named, and the code of an entity that has one."""
    level = LEVELS.get(check.level, (check.level, check.level))
    amounts = {name: _grouped(getattr(check, name)) for name in ("left", "right", "difference")}
    return {**vars(check), **amounts, "level": level, "entity_code": check.shown_code}


def _grouped(amount: str) -> str:
    return f"{Decimal(amount):,}" if re.fullmatch(r"-?\d+(\.\d+)?", amount) else amount


def _contents(sheets: Sequence[Sheet]) -> list[dict[str, Any]]:
    """The names under which tables stand in the contents, in their order, each with its parts."""
    found: dict[tuple[str, str], list[Sheet]] = {}
    for sheet in sheets:
        found.setdefault(sheet.contents[0], []).append(sheet)
    return [{"name": name, "sheets": of} for name, of in found.items()]


def _table(sheet: Sheet, trace_href: str | None) -> dict[str, Any]:
    rows = [[plain(value) for value in row] for row in sheet.rows]
    linked = trace_href is not None and bool(sheet.keys)
    return {
        "sheet": sheet,
        "groups": _groups(sheet.headings),
        "first": [
            [
                _cell(sheet, heading, at, value, trace_href if linked else None)
                for heading, value in zip(sheet.headings, row, strict=True)
            ]
            for at, row in enumerate(sheet.rows[:_FIRST_ROWS])
        ],
        "data": packed(
            {
                "table": sheet.table,
                "href": trace_href if linked else None,
                "headings": [[h.name, h.group, h.label, h.en, h.number_format] for h in sheet.headings],
                "rows": rows,
                "keys": sheet.keys if linked else [],
            }
        ),
    }


def _cell(sheet: Sheet, heading: Heading, row: int, value: Any, trace_href: str | None) -> dict[str, Any]:
    is_figure = heading.number_format in TRACED and value is not None
    return {
        "text": shown(value, heading.number_format),
        "is_number": heading.number_format in TRACED or heading.number_format == "percent",
        "is_note": heading.number_format == "note",
        "href": f"{trace_href}#{anchor(sheet.table, sheet.keys[row], heading.name)}"
        if trace_href and is_figure
        else None,
    }


def _groups(headings: Sequence[Heading]) -> list[tuple[str, int]]:
    """Neighbours under one heading, with how many they are; empty where no column has one."""
    groups: list[tuple[str, int]] = []
    for heading in headings:
        if groups and groups[-1][0] == heading.group:
            groups[-1] = (heading.group, groups[-1][1] + 1)
        else:
            groups.append((heading.group, 1))
    return groups if any(name for name, _ in groups) else []
