"""The forms of a period read from the lake, laid out as policy says: sheets (`report_sheet`), titles and notes (`report_form`), columns
(`report_column`).

Belongs here: which rows and columns a sheet shows, in which order. The figures are the table's own; nothing is computed here. Does not
belong here: what is read (`form_page.py`), how it looks.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse import queries
from warehouse.building.build import parameters
from warehouse.publish.form_page import FormColumn, FormPage, Within
from warehouse.store.lake import Lake
from warehouse.tables.quoting import identifier
from warehouse.tables.table import Table

#: Money that workbooks show in 万元.
_IN_WAN = "money_wan"
_PLACEMENT = "report.placement"
#: Larger tables are read where they are, as often as sheets show them: a copy would take memory.
_MOST_ROWS = 20_000


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


class FormReader:
    """The forms of a period, read in one connection: policy is asked for their layouts once, and a table once for all sheets that show it.

    Args:
        connection: that reads the lake; small tables are copied into it, of this period.
    """

    def __init__(self, lake: Lake, connection: duckdb.DuckDBPyConnection, period: str) -> None:
        self._lake, self._connection, self._period = lake, connection, period
        self._forms = {form: tuple(said) for form, *said in self._asked("report_forms")}
        self._sheets: dict[str, list[Sheet]] = {}
        for workbook, *sheet in self._asked("report_sheets"):
            self._sheets.setdefault(workbook, []).append(Sheet(*sheet))
        self._columns: dict[str, list[FormColumn]] = {}
        for form, name, group, label, look in self._asked("report_columns"):
            column = FormColumn(name, group, label, "money" if look == _IN_WAN else look, look == _IN_WAN)
            self._columns.setdefault(form, []).append(column)
        self._counts: dict[str, int] = dict(self._asked("filled_tables"))
        self._copies: dict[str, str] = {}

    def pages(self, workbook: str, within: Within | None = None) -> Iterator[FormPage]:
        """The sheets of a workbook, as policy lays them out; all rows, or those within an entity.

        Raises:
            LookupError: the policy has no layout for one of the sheets.
        """
        sheets = self._sheets.get(workbook, [])
        if not sheets:
            raise LookupError(
                f"policy/report_sheet.csv has no sheet of “{workbook}”; take them over from the shipped policy "
                "缺少该工作簿的工作表，请从随附的政策文件补入"
            )
        forms = [sheet.form for sheet in sheets]
        for sheet in sheets:
            if sheet.form not in self._forms:
                raise LookupError(
                    f"policy/report_form.csv has no entry “{sheet.form}”; take it over from the shipped policy "
                    "缺少该报表版式，请从随附的政策文件补入"
                )
            qualified, title, note = self._forms[sheet.form]
            columns, table = self._columns.get(sheet.form, []), self._lake.tables[qualified]
            rows = self._rows(table, columns, sheet, within)
            heading = title if forms.count(sheet.form) == 1 else f"{title}（{sheet.label}）"
            keys = [tuple(map(str, row[len(columns) :])) for row in rows]
            shown = [row[: len(columns)] for row in rows]
            yield FormPage(sheet.form, table, self._period, sheet.label, title, heading, note, columns, shown, keys)

    def _asked(self, question: str) -> list[tuple[Any, ...]]:
        text = queries.text(question)
        return self._connection.execute(text, parameters(text, self._period)).fetchall()

    def _rows(
        self, table: Table, columns: Sequence[FormColumn], sheet: Sheet, within: Within | None
    ) -> list[tuple[Any, ...]]:
        """The rows that a sheet shows: what its columns have, then what the table's key has."""
        _demand("report_column", table, [column.name for column in columns])
        conditions, values = _of_period(table, self._period)
        of_sheet, terms, sheet_values = _rows_shown(table, sheet)
        below, below_values = list[str](), dict[str, Any]()
        if within:
            below, below_values = _rows_within(table, within, self._relation(self._lake.tables[_PLACEMENT]))
        where = " AND ".join((*conditions, *of_sheet, *below)) or "TRUE"
        read = ", ".join(map(identifier, (*(column.name for column in columns), *table.key)))
        return self._connection.execute(
            f"SELECT {read} FROM {self._relation(table)} WHERE {where} ORDER BY {', '.join(terms)}",
            values | sheet_values | below_values | ({"period": self._period} if below else {}),
        ).fetchall()

    def _relation(self, table: Table) -> str:
        """A copy of a small table in memory: several sheets show it, and DuckLake (d8a1881e) takes 8 ms to open one each time."""
        name = table.qualified
        if name not in self._copies:
            self._copies[name] = name
            if self._counts.get(name, 0) <= _MOST_ROWS:
                self._copies[name] = f"shown_{table.stage}_{table.name}_{self._period.replace('-', '_')}"
                conditions, values = _of_period(table, self._period)
                self._connection.execute(
                    f"CREATE OR REPLACE TEMP TABLE {self._copies[name]} AS FROM {name} WHERE {' AND '.join(conditions) or 'TRUE'}",
                    values,
                )
        return self._copies[name]


def _of_period(table: Table, period: str) -> tuple[list[str], dict[str, Any]]:
    """The condition of a table's rows of a period, and its value: a table of no month is shown as it stands."""
    if table.partition is None:
        return [], {}
    return [f"{identifier(table.partition)} = $period"], {"period": period}


def _rows_shown(table: Table, sheet: Sheet) -> tuple[list[str], list[str], dict[str, Any]]:
    """What a sheet says of rows: conditions, terms of their order, values of both."""
    shown = [re.split("(=|<>)", term, maxsplit=1) for term in sheet.shows.split(";") if term]
    order = [term.partition("=") for term in sheet.order_by.split(";")]
    _demand("report_sheet", table, [term[0] for term in (*shown, *order)])
    conditions, terms, values = list[str](), list[str](), dict[str, Any]()
    for number, (name, sign, value) in enumerate(shown):
        values[f"shown_{number}"] = value
        conditions.append(f"{identifier(name)} {sign} $shown_{number}")
    for number, (name, first, value) in enumerate(order):
        if first:
            values[f"first_{number}"] = value
        terms.append(f"{identifier(name)} <> $first_{number}" if first else identifier(name))
    return conditions, terms, values


def _rows_within(table: Table, within: Within, placement: str) -> tuple[list[str], dict[str, Any]]:
    """The conditions of rows of an entity and of what is below it, and their values; none of a table of neither.

    Args:
        placement: the relation that says which units are below an entity.
    """
    known = {column.name for column in table.columns}
    values = {"kind": within.report_kind, "level": within.level, "code": within.code}
    units = (
        f"SELECT w.unit_code FROM {placement} AS w "
        "WHERE w.period = $period AND w.level = $level AND w.entity_code = $code AND w.report_kind = $kind"
    )
    if "level" in known:
        entities = f"SELECT (p.level, p.entity_code) FROM {placement} AS p WHERE p.period = $period AND p.unit_code IN ({units})"
        conditions = [f"list_contains($levels, level) AND (level, entity_code) IN ({entities})"]
        # Rates of agreement are of units of every kind.
        conditions += ["report_kind = $kind"] if "report_kind" in known else []
        return conditions, values | {"levels": list(within.levels)}
    return ([f"holder_code IN ({units})"], values) if "holder_code" in known else ([], {})


def _demand(file: str, table: Table, names: Sequence[str]) -> None:
    known = {column.name for column in table.columns}
    if unknown := [name for name in names if name not in known]:
        raise LookupError(f"policy/{file}.csv: {table.qualified} has no column {', '.join(unknown)} 报表没有该列")
