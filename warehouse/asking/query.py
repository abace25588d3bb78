"""Reading the lake with any SQL: SELECT, DESCRIBE, SUMMARIZE and the like; what writes or looks elsewhere is refused.

Belongs here: the engine's own locks, and running what was judged. Does not belong here: judging a statement (`judge.py`), how the answer
is shown (`pipelines/cli/ask.py`).
"""

from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse.asking.judge import reading
from warehouse.store.lake import Lake
from warehouse.store.on_record import lost_files, not_on_record, refuse
from warehouse.tables.quoting import literal

#: What shows the rows that were written and deleted between snapshots.
_CHANGES = ("table_changes", "table_insertions", "table_deletions")


@dataclass(frozen=True)
class Answer:
    """Column names and rows of an answer."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def query(lake: Lake, sql: str, values: Mapping[str, object] | None = None) -> Answer:
    """Run a reading statement, with `values` bound; of several, the last one's answer.

    Raises:
        see `query_all`.
    """
    return query_all(lake, sql, values)[-1]


def query_all(lake: Lake, sql: str, values: Mapping[str, object] | None = None) -> list[Answer]:
    """Run reading statements, with `values` bound; an answer each.

    The lake is attached read-only and nothing outside of it can be opened: neither files nor the network.

    Raises:
        RefusedError: a statement does not only read the lake; none was run.
        NotOnRecordError: it reads a table that is not as a commit on record left it.
        UnknownTableError: it reads a table that is not there.
        WrongSqlError: there is no statement, or it is no SQL.
        duckdb.Error: it cannot be run.
    """
    if not lake.exists:
        with lake.reading():
            pass  # makes an empty lake
    # An instance of its own: what is locked here stays locked for it.
    with closing(lake.attach(read_only=True)) as connection:
        if changed := {*not_on_record(lake, connection), *lost_files(lake, connection)}:
            refuse(lake, connection, _tables_read(connection, sql, changed))
        return answers(connection, lake, sql, values)


def answers(
    connection: duckdb.DuckDBPyConnection, lake: Lake, sql: str, values: Mapping[str, object] | None = None
) -> list[Answer]:
    """As `query_all`, over a connection to a lake that was attached read-only; it can open nothing else from then on."""
    # DuckLake opens its Parquet as any reader does, so that its folder stays allowed: what a statement may ask for is judged besides.
    connection.execute(f"SET allowed_directories = [{literal(str(lake.home.lake / 'data'))}]")
    # Nothing is written, not even what does not fit into memory.
    connection.execute("SET temp_directory = ''")
    connection.execute("SET autoload_known_extensions = false")
    # Else a name that is no table's may be that of a variable of this program.
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return [_answer(connection.execute(statement, values or {})) for statement in reading(connection, sql)]


def _answer(cursor: duckdb.DuckDBPyConnection) -> Answer:
    return Answer([d[0] for d in cursor.description or ()], cursor.fetchall())


def _tables_read(connection: duckdb.DuckDBPyConnection, sql: str, tables: Collection[str]) -> set[str]:
    """The tables among some that a query reads, in whatever way; all of them where DuckDB cannot tell."""
    # These name their table by a text, however it is put together.
    if any(function in sql.lower() for function in _CHANGES):
        return set(tables)
    try:
        named = {
            name.replace('"', "").lower()
            for statement in connection.extract_statements(sql)
            for name in connection.get_table_names(statement.query, qualified=True)
        }
    except duckdb.Error:
        return set(tables)
    return {
        table
        for table in tables
        if any(f".{name}".endswith(f".{table}".lower()) for name in named) or table.partition(".")[2].lower() in named
    }
