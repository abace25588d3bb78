"""Two months of a report beside each other: every cell that differs, and why.

Belongs here: comparing months, with the entries between them and, where these do not explain a cell, the traces of both. Does not belong
here: versions of one month (`restatement.py`), how a comparison is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import duckdb

from warehouse.building.staleness import materializations
from warehouse.publish.report.causes import UNTRACED, Cause, Time, causes
from warehouse.publish.report.cells import CellChange, cells, differences
from warehouse.publish.report.collect import collect
from warehouse.publish.report.edition import DRAFT, Scope
from warehouse.publish.report.movements import Booked, entries_between
from warehouse.publish.report.restatement import Restated
from warehouse.publish.report.scope import counted
from warehouse.store.lake import Lake
from warehouse.store.on_record import reading_on_record

#: Of cells that no entries explain, as many pairs of traces are made.
MOST_TRACES = 6


@dataclass(frozen=True)
class Comparison:
    """Cells that differ between two months, with causes. lacking: months between them whose entries are not known."""

    scope: Scope
    forms: Sequence[str]
    lines: Sequence[Restated]
    lacking: Sequence[str]


def compare(
    lake: Lake,
    scope: Scope,
    report_kind: str,
    before: str,
    after: str,
    *,
    form: str | None = None,
    most_traces: int = MOST_TRACES,
) -> Comparison:
    """Compare two months as they are known now.

    Args:
        form: this one alone.

    Raises:
        NotOnRecordError: a table is not as a commit on record left it.
    """
    with reading_on_record(lake) as connection:
        pages = [
            collect(lake, connection, period, scope, report_kind, version=1, state=DRAFT).pages
            for period in (before, after)
        ]
        forms = list(dict.fromkeys(page.form for page in pages[1]))
        old, new = (cells(page for page in of if form in (None, page.form)) for of in pages)
        changes = differences(old, new)
        known = counted(connection, after, report_kind)
        cards = sorted({change.key["card_id"] for change in changes if "card_id" in change.key})
        entries, lacking = entries_between(connection, before, after, cards)
        since = _built_at(connection, before, changes)
    booked = Booked(entries, known)
    found: dict[CellChange, list[Cause]] = {}
    left: dict[CellChange, Decimal | None] = {}
    for change in changes:
        found[change], rest = booked.of(change)
        if rest or not found[change]:
            left[change] = rest
    traced = causes(lake, [*left], Time(before, since), Time(after), known, most_traces) if most_traces else {}
    for change, rest in left.items():
        found[change] += _of_rest(rest if found[change] else None, traced.get(change) or [_untraced(change, after)])
    return Comparison(scope, forms, [Restated(change, found[change]) for change in changes], lacking)


def _of_rest(rest: Decimal | None, traced: Sequence[Cause]) -> list[Cause]:
    """The causes of what entries leave over."""
    first = traced[0] if rest is None else replace(traced[0], text=f"其余 {rest:+,}：{traced[0].text}")
    return [first, *traced[1:]]


def _untraced(change: CellChange, period: str) -> Cause:
    key = f"period={period} {change.shown_key}"
    return Cause(UNTRACED, "", f"shuzhang trace {change.table} {key} --column {change.column}")


def _built_at(connection: duckdb.DuckDBPyConnection, period: str, changes: Sequence[CellChange]) -> int | None:
    """The snapshot at which the tables of a month were built last."""
    last = materializations(connection, period)
    return max(
        (last[table].snapshot_id for table in {change.table for change in changes} if table in last), default=None
    )
