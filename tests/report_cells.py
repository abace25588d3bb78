"""Pages of a report in memory, and cells as plain dicts, for tests of versions and comparisons."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from warehouse.publish.form_page import FormColumn, FormPage
from warehouse.publish.report.cells import REMOVED, CellChange, Cells
from warehouse.publish.report.edition import Edition, Report, Scope
from warehouse.tables.definitions import all_tables

COLUMNS = (
    FormColumn("entity_name", "", "单位", "text"),
    FormColumn("closing_count", "期末", "数量", "count"),
    FormColumn("closing_cost_cny", "期末", "原值", "money"),
)
CITY = Scope("city", "city", "全市")

#: A cell by form, column and key of its row.
Place = tuple[str, str, str]


def page(rows: Mapping[tuple[str, str], Sequence[Any]], period: str = "2026-06", form: str = "r1") -> FormPage:
    """A page of form R1: values by level and entity."""
    keys = [(period, "government", *at) for at in rows]
    table = all_tables()["report.form_r1"]
    return FormPage(form, table, period, "全市", "表 R1", "表 R1", "", COLUMNS, [*rows.values()], keys)


def report(pages: Sequence[FormPage], version: int = 1, state: str = "draft") -> Report:
    edition = Edition("2026-06", CITY, "government", "行政事业性国有资产报告", version, state, 7)
    return Report(edition, pages, (), (), ())


def plain(found: Cells) -> dict[Place, str | None]:
    """The value of every cell."""
    return {
        (*at, key): value
        for at, column in found.items()
        for key, value in zip(column.cells["row_key"].to_pylist(), column.cells["value"].to_pylist(), strict=True)
    }


def applied(before: Mapping[Place, str | None], changes: Iterable[CellChange]) -> dict[Place, str | None]:
    """Cells after changes, each of which must find what it says was there."""
    after = dict(before)
    for change in changes:
        at = (change.form, change.column, change.row_key)
        if change.kind == "added":
            assert at not in after
        else:
            assert after.pop(at) == change.before
        if change.kind != REMOVED:
            after[at] = change.after
    return after


def files_of(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
