"""The figures of a report's forms, laid out as policy says: sheets (`report_sheet`), titles and notes (`report_form`), columns
(`report_column`).

Belongs here: which rows and columns a page shows, each row with its key, so that each figure can be traced. The figures are the table's
own; nothing is computed here. Does not belong here: how a page looks in a format (`workbook.py` and its neighbours).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse import queries
from warehouse.building.build import parameters
from warehouse.store.lake import Lake
from warehouse.tables.quoting import identifier
from warehouse.tables.table import Table

#: The units of an entity, and the entities that have no others.
_UNITS = (
    "SELECT w.unit_code FROM report.placement AS w "
    "WHERE w.period = $period AND w.level = $level AND w.entity_code = $code AND w.report_kind = $kind"
)
_ENTITIES = (
    "list_contains($levels, level) AND (level, entity_code) IN "
    f"(SELECT (p.level, p.entity_code) FROM report.placement AS p WHERE p.period = $period AND p.unit_code IN ({_UNITS}))"
)


#: Money that workbooks show in 万元.
_IN_WAN = "money_wan"


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
class Sheet:
    """A sheet of a workbook: the form that lays it out, its name, and which rows of the form's table it shows, in which order.

    shows: `column=value` and `column<>value`, with semicolons between; empty for every row of the period. order_by: columns, or
    `column=value` for what has that value first.
    """

    form: str
    label: str
    shows: str
    order_by: str


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


def form_pages(
    lake: Lake, connection: duckdb.DuckDBPyConnection, name: str, period: str, within: Within | None = None
) -> Iterator[FormPage]:
    """The sheets of a workbook of a period, as policy lays them out; all rows, or those within an entity.

    Raises:
        LookupError: the policy has no layout for one of the sheets.
    """
    sheets = [Sheet(*row) for row in _asked(connection, "report_sheets", {"workbook": name}, period).fetchall()]
    if not sheets:
        raise LookupError(
            f"policy/report_sheet.csv has no sheet of “{name}”; take them over from the shipped policy "
            "缺少该工作簿的工作表，请从随附的政策文件补入"
        )
    forms = [sheet.form for sheet in sheets]
    for sheet in sheets:
        form = _asked(connection, "report_form", {"form": sheet.form}, period).fetchone()
        if form is None:
            raise LookupError(
                f"policy/report_form.csv has no entry “{sheet.form}”; take it over from the shipped policy "
                "缺少该报表版式，请从随附的政策文件补入"
            )
        qualified, title, note = form
        columns = [
            FormColumn(name, group, label, "money" if look == _IN_WAN else look, look == _IN_WAN)
            for name, group, label, look in _asked(
                connection, "report_columns", {"form": sheet.form}, period
            ).fetchall()
        ]
        table = lake.tables[qualified]
        rows = _rows(connection, table, columns, period, sheet, within)
        heading = title if forms.count(sheet.form) == 1 else f"{title}（{sheet.label}）"
        keys = [tuple(map(str, row[len(columns) :])) for row in rows]
        shown = [row[: len(columns)] for row in rows]
        yield FormPage(sheet.form, table, period, sheet.label, title, heading, note, columns, shown, keys)


def _asked(
    connection: duckdb.DuckDBPyConnection, question: str, of: Mapping[str, str], period: str
) -> duckdb.DuckDBPyConnection:
    """What policy says of a layout on the last day of a period."""
    text = queries.text(question)
    return connection.execute(text, {**of, **parameters(text, period)})


def _rows(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    columns: Sequence[FormColumn],
    period: str,
    sheet: Sheet,
    within: Within | None,
) -> list[tuple[Any, ...]]:
    """The rows that a sheet shows: what its columns have, then what the table's key has."""
    shown = [re.split("(=|<>)", term, maxsplit=1) for term in sheet.shows.split(";") if term]
    order = [term.partition("=") for term in sheet.order_by.split(";")]
    known = {column.name for column in table.columns}
    for file, names in (
        ("report_column", [column.name for column in columns]),
        ("report_sheet", [term[0] for term in (*shown, *order)]),
    ):
        if unknown := [name for name in names if name not in known]:
            raise LookupError(f"policy/{file}.csv: {table.qualified} has no column {', '.join(unknown)} 报表没有该列")
    values: dict[str, Any] = {"period": period} if table.partition else {}
    # A table of no month is shown as it stands.
    conditions = [f"{identifier(table.partition)} = $period"] if table.partition else []
    for number, (name, sign, value) in enumerate(shown):
        values[f"shown_{number}"] = value
        conditions.append(f"{identifier(name)} {sign} $shown_{number}")
    if within and "level" in known:
        values |= {
            "kind": within.report_kind,
            "level": within.level,
            "code": within.code,
            "levels": list(within.levels),
        }
        conditions.append(_ENTITIES)
        # Rates of agreement are of units of every kind.
        if "report_kind" in known:
            conditions.append("report_kind = $kind")
    elif within and "holder_code" in known:
        values |= {"period": period, "kind": within.report_kind, "level": within.level, "code": within.code}
        conditions.append(f"holder_code IN ({_UNITS})")
    terms = []
    for number, (name, first, value) in enumerate(order):
        if first:
            values[f"first_{number}"] = value
        terms.append(f"{identifier(name)} <> $first_{number}" if first else identifier(name))
    read = [*(column.name for column in columns), *table.key]
    return connection.execute(
        f"SELECT {', '.join(map(identifier, read))} FROM {table.qualified} "
        f"WHERE {' AND '.join(conditions) or 'TRUE'} ORDER BY {', '.join(terms)}",
        values,
    ).fetchall()
