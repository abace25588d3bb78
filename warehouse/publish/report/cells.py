"""The figures of a report as cells: form, key of the row, column, and the value as exact text; and what differs between two sets of them.

Whole columns are held and compared first, so that what did not change costs little. Belongs here: reading cells from pages, keeping them
in a file, telling differences. Does not belong here: why a cell differs (`causes.py`, `movements.py`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.publish.form_page import FormColumn, FormPage

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
#: How numbers look in columns whose values are amounts or counts; the others are texts.
_NUMBERS = frozenset({"money", "count", "percent"})

_CELLS = pa.schema([("row_key", pa.string()), ("row_name", pa.string()), ("value", pa.string())])
_COLUMN = pa.schema([(name, pa.string()) for name in ("form", "table_name", "column_name", "label", "number_format")])
_NO_CELLS = _CELLS.empty_table()


@dataclass(frozen=True)
class CellColumn:
    """A column of a form. cells: a row each, with the row's key, what the row is called, and the value, all text."""

    form: str
    table: str
    name: str
    label: str
    number_format: str
    cells: pa.Table

    @property
    def is_number(self) -> bool:
        return self.number_format in _NUMBERS


def shown_key(row_key: str) -> str:
    """A row's key as `shuzhang trace` takes it."""
    return " ".join(f"{name}={value}" for name, value in json.loads(row_key).items())


#: The columns of a report's forms, by form and column.
Cells = Mapping[tuple[str, str], CellColumn]


@dataclass(frozen=True)
class CellChange:
    """A cell that differs. before, after: the values; of one that was added or removed, the side where it is not has none.

    row_key: JSON of the key of its table, without the period.
    """

    form: str
    table: str
    row_key: str
    row_name: str
    column: str
    label: str
    is_number: bool
    kind: str
    before: str | None
    after: str | None

    @property
    def key(self) -> dict[str, str]:
        return json.loads(self.row_key)

    @property
    def shown_key(self) -> str:
        return shown_key(self.row_key)

    @property
    def difference(self) -> Decimal | None:
        """By how much a number differs; an empty one counts as nothing."""
        return Decimal(self.after or "0") - Decimal(self.before or "0") if self.is_number else None


def cells(pages: Iterable[FormPage]) -> Cells:
    """The cells of pages. A row that several sheets of a form show is there once."""
    found: dict[tuple[str, str], CellColumn] = {}
    seen: dict[str, set[str]] = {}
    for page in pages:
        known = seen.setdefault(page.form, set())
        keys = [_row_key(page, key) for key in page.keys]
        new = [place for place, key in enumerate(keys) if key not in known]
        known.update(keys)
        own = [keys[place] for place in new]
        names = [_text(page.rows[place][0]) for place in new]
        for number, column in enumerate(page.columns):
            values = [_text(page.rows[place][number]) for place in new]
            table = pa.table([own, names, values], schema=_CELLS)
            at = (page.form, column.name)
            earlier = [found[at].cells] if at in found else []
            found[at] = _column(page, column, pa.concat_tables([*earlier, table]))
    return found


def _column(page: FormPage, column: FormColumn, table: pa.Table) -> CellColumn:
    label = f"{column.group}{column.label}"
    return CellColumn(page.form, page.table.qualified, column.name, label, column.number_format, table)


def _row_key(page: FormPage, key: Sequence[str]) -> str:
    parts = dict(zip(page.table.key, key, strict=True))
    parts.pop(page.table.partition or "", None)
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def _text(value: Any) -> str | None:
    """A value as text that loses nothing.

    Raises:
        TypeError: it is of a type that has no exact text, such as a float.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__}: no cell of a report has such a value 报表单元格没有此类值")


def write_cells(found: Cells, file: Path) -> None:
    """Keep cells in a Parquet file, a row a cell; a column of a form is a row group."""
    schema = pa.unify_schemas([_COLUMN, _CELLS])
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for column in found.values():
            head = (column.form, column.table, column.name, column.label, column.number_format)
            heads = [pa.repeat(pa.scalar(text, pa.string()), len(column.cells)) for text in head]
            writer.write_table(
                pa.table([*heads, *column.cells.columns], schema=schema), row_group_size=max(1, len(column.cells))
            )


def read_cells(file: Path) -> Cells:
    """The cells of a file."""
    found: dict[tuple[str, str], CellColumn] = {}
    with pq.ParquetFile(file) as kept:
        for number in range(kept.num_row_groups):
            table = kept.read_row_group(number)
            if len(table):
                head = [table[name][0].as_py() for name in _COLUMN.names]
                found[head[0], head[2]] = CellColumn(*head, cells=table.select(_CELLS.names))
    return found


def differences(before: Cells, after: Cells) -> list[CellChange]:
    """The cells that differ, form by form and column by column in their order after, then those that are no more."""
    changes: list[CellChange] = []
    with closing(duckdb.connect(config={"threads": 1})) as connection:
        for at in (*after, *(at for at in before if at not in after)):
            old = before[at].cells if at in before else _NO_CELLS
            new = after[at].cells if at in after else _NO_CELLS
            if not old.select(["row_key", "value"]).equals(new.select(["row_key", "value"])):
                column = after.get(at) or before[at]
                changes += [
                    CellChange(
                        column.form, column.table, key, name or "", column.name, column.label, column.is_number, *rest
                    )
                    for key, name, *rest in _compared(connection, old, new)
                ]
    return changes


def _compared(connection: duckdb.DuckDBPyConnection, old: pa.Table, new: pa.Table) -> list[tuple[Any, ...]]:
    connection.register("old_cells", old)
    connection.register("new_cells", new)
    return connection.execute(
        "WITH old AS (SELECT row_number() OVER () AS place, * FROM old_cells), "
        "new AS (SELECT row_number() OVER () AS place, * FROM new_cells) "
        "SELECT coalesce(n.row_key, o.row_key), coalesce(n.row_name, o.row_name), "
        "CASE WHEN o.row_key IS NULL THEN $added WHEN n.row_key IS NULL THEN $removed ELSE $changed END, o.value, n.value "
        "FROM old AS o FULL JOIN new AS n ON n.row_key = o.row_key "
        "WHERE o.row_key IS NULL OR n.row_key IS NULL OR o.value IS DISTINCT FROM n.value ORDER BY n.place, o.place",
        {"added": ADDED, "removed": REMOVED, "changed": CHANGED},
    ).fetchall()
