"""The restatement of a version: every cell that is another one than in the version before, with the old and the new value and the cause.

Belongs here: its lines and its files. Does not belong here: what differs (`cells.py`), why (`causes.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.publish.csv_file import write_csv_file
from warehouse.publish.report.causes import UNTRACED, Cause, Time, causes, told_causes
from warehouse.publish.report.cells import ADDED, CHANGED, REMOVED, CellChange
from warehouse.publish.report.edition import Edition
from warehouse.publish.report.scope import counted
from warehouse.publish.report.versions import Version
from warehouse.store.lake import Lake

FILE_NAME = "restatement.csv"
#: The same without what spreadsheets need: the exact texts.
EXACT_FILE_NAME = "restatement.parquet"
KINDS = {ADDED: "新增", REMOVED: "删除", CHANGED: "变更"}
_HEADS = ("报表", "行", "行键", "栏", "栏目", "类型", "原数", "现数", "差额", "原因")
_NAMES = (
    "form",
    "row_name",
    "row_key",
    "column_name",
    "label",
    "change",
    "old_value",
    "new_value",
    "difference",
    "cause",
)


@dataclass(frozen=True)
class Restated:
    """A cell that is another one than before, and why."""

    change: CellChange
    causes: Sequence[Cause]

    @property
    def values(self) -> tuple[str | None, ...]:
        one = self.change
        difference = one.difference
        return (
            *(one.form, one.row_name, one.shown_key, one.column, one.label, KINDS[one.kind], one.before, one.after),
            *(None if difference is None else format(difference, "f"), told_causes(self.causes)),
        )


def restated(
    lake: Lake, before: Version, lake_identity: str, edition: Edition, changes: Sequence[CellChange]
) -> list[Restated]:
    """The restatement of an edition: what changed since the version before, with causes.

    Args:
        lake_identity: of the lake as it is; snapshots of another one cannot be traced.
    """
    if before.lake != lake_identity:
        gone = Cause(UNTRACED, "", "湖在上一版之后重建，旧快照已不在，无从追溯")
        return [Restated(change, (gone,)) for change in changes]
    with lake.reading() as connection:
        known = counted(connection, edition.period, edition.report_kind)
    old = Time(edition.period, before.edition.snapshot)
    found = causes(lake, changes, old, Time(edition.period, edition.snapshot), known)
    return [Restated(change, found[change]) for change in changes]


def write_restatement(lines: Sequence[Restated], folder: Path) -> None:
    """Write the restatement for spreadsheets, and exactly."""
    write_csv_file(folder / FILE_NAME, _HEADS, (line.values for line in lines))
    columns = zip(*(line.values for line in lines), strict=True) if lines else [()] * len(_NAMES)
    schema = pa.schema([(name, pa.string()) for name in _NAMES])
    pq.write_table(
        pa.table([pa.array(column, pa.string()) for column in columns], schema=schema), folder / EXACT_FILE_NAME
    )
