"""What a DuckDB file of a report has for those who ask it: every cell as a row, and queries to begin with.

Belongs here: the text of the view `cell`, the table `example_query`. Does not belong here: writing the file (`data_files.py`).
"""

from collections.abc import Iterator, Sequence

from warehouse.publish.report.data_tables import DataColumn, DataTable
from warehouse.tables.quoting import identifier, literal


def cell_view(forms: Sequence[DataTable]) -> str:
    """CREATE VIEW of all cells of all forms: form, row, column, heading, value as text and, of a number, as a number; how to trace it."""
    selects = [_cells(table) for table in forms] or [
        "SELECT NULL::VARCHAR AS table_name, NULL::VARCHAR AS row_key, NULL::VARCHAR AS column_name, "
        "NULL::VARCHAR AS value_text, NULL::DECIMAL(38, 6) AS value_number WHERE FALSE"
    ]
    union = "\nUNION ALL\n".join(selects)
    return (
        "CREATE VIEW cell AS\n"
        "SELECT\n"
        "    c.table_name, f.form, c.row_key, k.position, c.column_name, k.heading, c.value_text, c.value_number,\n"
        "    f.source_table || ' ' || c.row_key || ' --column ' || c.column_name AS trace\n"
        f"FROM (\n{union}\n) AS c\n"
        "JOIN form AS f USING (table_name)\n"
        "JOIN form_column AS k USING (table_name, column_name)"
    )


def _cells(table: DataTable) -> str:
    """The shown cells of a form, a row each."""
    key = " || ' ' || ".join(f"{literal(f'{name}=')} || CAST({identifier(name)} AS VARCHAR)" for name in table.key)
    shown = [column for column in table.columns if column.is_shown]
    values = ", ".join(
        f"{{'column_name': {literal(column.name)}, 'value_text': CAST({identifier(column.name)} AS VARCHAR), "
        f"'value_number': {_number(column)}}}"
        for column in shown
    )
    return (
        f"SELECT {literal(table.name)} AS table_name, {key} AS row_key, unnest([{values}], recursive := TRUE) "
        f"FROM {identifier(table.name)}"
    )


def _number(column: DataColumn) -> str:
    is_number = column.decimal or column.type in ("BIGINT", "INTEGER")
    return f"CAST({identifier(column.name)} AS DECIMAL(38, 6))" if is_number else "CAST(NULL AS DECIMAL(38, 6))"


def examples(forms: Sequence[DataTable]) -> DataTable:
    """The table of queries to begin with, each for the tables that this report has."""
    rows = [(number, *pair) for number, pair in enumerate(_queries(forms), 1)]
    columns = [
        DataColumn("position", "BIGINT", "", "序号", "序号"),
        DataColumn("question", "VARCHAR", "", "问题", "查询回答的问题"),
        DataColumn("query", "VARCHAR", "", "查询", "可直接执行的 SQL"),
    ]
    return DataTable("example_query", "示例查询", "可直接执行，由此入手", columns, rows)


def _queries(forms: Sequence[DataTable]) -> Iterator[tuple[str, str]]:
    yield "本文件是什么", 'SELECT item, text FROM "README" ORDER BY position'
    yield "有哪些报表", "SELECT table_name, title, row_count FROM form ORDER BY table_name"
    yield "随报表说明了什么", "SELECT text FROM note ORDER BY position"
    yield "哪些核对不符", "SELECT * FROM form_check ORDER BY let_pass_by, form, code, entity_code"
    yield (
        "各表有多少个单元格，其中多少个是数",
        "SELECT table_name, count(*) AS cells, count(value_number) AS numbers FROM cell GROUP BY table_name ORDER BY ALL",
    )
    by_name = {table.name: table for table in forms}
    for table in forms:
        if table.name.endswith("_before") and table.name.removesuffix("_before") in by_name:
            continue
        yield f"《{table.title}》每一栏是什么", _columns_of(table)
        yield from _largest(table)
        before = by_name.get(f"{table.name}_before")
        if before:
            yield from _compared(table, before)
    if forms:
        yield (
            f"《{forms[0].title}》第一行各栏的数，及各自追溯的引用",
            "SELECT heading, value_text, trace FROM cell JOIN form_row USING (table_name, row_key) "
            f"WHERE table_name = {literal(forms[0].name)} AND form_row.position = 1 ORDER BY ALL",
        )


def _columns_of(table: DataTable) -> str:
    return (
        "SELECT position, column_name, heading, data_type, meaning FROM form_column "
        f"WHERE table_name = {literal(table.name)} ORDER BY position"
    )


def _largest(table: DataTable) -> Iterator[tuple[str, str]]:
    """The rows with most of the form's last amount."""
    amount, name = _last_amount(table), next((c for c in table.columns if c.is_shown and c.type == "VARCHAR"), None)
    if amount and name:
        yield (
            f"《{table.title}》{amount.heading}最大的十行",
            f"SELECT {identifier(name.name)}, {identifier(amount.name)} FROM {identifier(table.name)} "
            f"ORDER BY {identifier(amount.name)} DESC NULLS LAST, {', '.join(map(identifier, table.key))} LIMIT 10",
        )


def _compared(table: DataTable, before: DataTable) -> Iterator[tuple[str, str]]:
    """The last amount beside that of the year before, by the key without the period."""
    amount = _last_amount(table)
    key = [name for name in table.key if name != "period"]
    if amount and key and amount.name in {column.name for column in before.columns}:
        names, value = ", ".join(map(identifier, key)), identifier(amount.name)
        yield (
            f"《{table.title}》{amount.heading}与上年末相比",
            f"SELECT {names}, n.{value} AS now, b.{value} AS before, n.{value} - b.{value} AS difference "
            f"FROM {identifier(table.name)} AS n LEFT JOIN {identifier(before.name)} AS b USING ({names}) ORDER BY {names}",
        )


def _last_amount(table: DataTable) -> DataColumn | None:
    return next((column for column in reversed(table.columns) if column.decimal and column.name.endswith("_cny")), None)
