"""Reading the lake with any SQL: SELECT, DESCRIBE, SUMMARIZE and the like; what writes is refused.

Does not belong here: how the answer is shown (`pipelines/cli/app.py`).
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse.store.lake import Lake
from warehouse.tables.quoting import literal

_READING = {
    duckdb.StatementType.SELECT,
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.RELATION,
}


class RefusedError(Exception):
    """The statement would do something else than read the lake."""


@dataclass(frozen=True)
class Answer:
    """Column names and rows of an answer."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def query(lake: Lake, sql: str, values: Mapping[str, object] | None = None) -> Answer:
    """Run reading statements, with `values` bound, and give the last one's answer.

    The lake is attached read-only and nothing outside of it can be opened: neither files nor the network.

    Raises:
        RefusedError: a statement does not read.
        duckdb.Error: the SQL is wrong.
    """
    with lake.reading():
        pass  # makes an empty lake on first use
    # An instance of its own: what is locked here stays locked for it.
    with closing(lake.attach(read_only=True)) as connection:
        return answer(connection, lake, sql, values)


def answer(
    connection: duckdb.DuckDBPyConnection, lake: Lake, sql: str, values: Mapping[str, object] | None = None
) -> Answer:
    """As `query`, over a connection to a lake that was attached read-only; it can open nothing else from then on."""
    connection.execute(f"SET allowed_directories = [{literal(str(lake.home.lake))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    statements = connection.extract_statements(sql)
    for statement in statements:
        if statement.type not in _READING:
            raise RefusedError(
                f"only reading statements are taken, not {statement.type.name}: {statement.query.strip()[:80]} 只接受查询语句"
            )
    found = Answer([], [])
    for statement in statements:
        cursor = connection.execute(statement, values or {})
        found = Answer([d[0] for d in cursor.description or ()], cursor.fetchall())
    return found
