"""Whether a statement reads the lake and does nothing else, by what DuckDB's parser makes of it.

The engine alone cannot tell. DuckLake reads the Parquet of a lake through the same file system as `read_blob`, so the folder has to be
allowed; what is allowed can be written too, and DuckDB (1.5.5) allows the file of every attached catalogue by itself: `EXPLAIN ANALYZE`
of a COPY wrote over both. So a statement is taken only if it is one SELECT, or the EXPLAIN of one, in whose whole tree every table is
one of the catalogue and every table function one of those below, which take no path and run no SQL that is given to them as text.

Belongs here: judging. Does not belong here: running what was judged, and the engine's own locks (`query.py`).
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import duckdb

from readers.near import near
from warehouse.tables.quoting import literal

#: What may stand in FROM with arguments: rows out of values, DuckDB's catalogue, the past of a DuckLake (also as `lake.snapshots()`).
TABLE_FUNCTIONS = frozenset({
    "unnest", "range", "generate_series", "repeat", "repeat_row", "json_each", "json_tree", "pg_timezone_names",
    "duckdb_columns", "duckdb_constraints", "duckdb_databases", "duckdb_extensions", "duckdb_functions", "duckdb_keywords",
    "duckdb_schemas", "duckdb_settings", "duckdb_tables", "duckdb_types", "duckdb_views",
    "pragma_collations", "pragma_database_size", "pragma_platform", "pragma_show", "pragma_table_info", "pragma_version",
    "ducklake_snapshots", "ducklake_current_snapshot", "ducklake_last_committed_snapshot", "ducklake_table_info",
    "ducklake_table_changes", "ducklake_table_insertions", "ducklake_table_deletions", "ducklake_options", "ducklake_settings",
    "snapshots", "current_snapshot", "last_committed_snapshot", "table_info",
    "table_changes", "table_insertions", "table_deletions", "options", "settings",
})  # fmt: skip

#: EXPLAIN with what may stand between it and the statement that it explains.
_EXPLAIN = re.compile(
    r"\s*EXPLAIN\b(\s+ANALYZE\b)?(\s*\(\s*(ANALYZE|FORMAT\s+\w+)(\s*,\s*(ANALYZE|FORMAT\s+\w+))*\s*\))?", re.IGNORECASE
)
#: The schemas whose tables need no schema before their names.
_SEARCHED = ("main", "pg_catalog")

_Name = tuple[str, str, str]


class RefusedError(Exception):
    """The statement would do something else than read the lake."""


class WrongSqlError(ValueError):
    """What was given is no SQL, or no statement. The message has DuckDB's own words behind ours."""


class UnknownTableError(Exception):
    """The statement names a table that the lake has not; the message names what is near."""


def reading(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """The statements of `sql`, each as it is to be run; all are judged before any is given.

    Raises:
        RefusedError: a statement does not only read the lake.
        UnknownTableError: it reads a table that is not there.
        WrongSqlError: there is no statement, or it is no SQL.
    """
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        # IMPORT DATABASE opens its file as it is parsed (DuckDB 1.5.5); it is no SELECT either.
        raise WrongSqlError(f"SQL 无法解析 / it cannot be read as SQL: {error}") from error
    if not statements:
        raise WrongSqlError("没有语句 / there is no statement")
    return [_judged(connection, statement, sql) for statement in statements]


def _judged(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement, sql: str) -> str:
    if statement.type == duckdb.StatementType.SELECT and statement.query.strip():
        _judge(connection, statement.query)
        return statement.query
    if statement.type == duckdb.StatementType.EXPLAIN and (explain := _EXPLAIN.match(statement.query)):
        explained = connection.extract_statements(statement.query[explain.end() :])
        if len(explained) == 1 and explained[0].type == duckdb.StatementType.SELECT:
            _judge(connection, explained[0].query)
            # Put together from what was judged: what runs is that, and not what the whole text may also be.
            return f"{explain[0]} {explained[0].query}"
    shown = " ".join((statement.query.strip() or sql.strip()).split())[:80]
    raise RefusedError(
        f"只接受查询语句（SELECT、FROM、DESCRIBE、SUMMARIZE、SHOW，及其 EXPLAIN；PIVOT 须写明 IN (…)）/ only reading statements are taken "
        f"(SELECT, FROM, DESCRIBE, SUMMARIZE, SHOW, EXPLAIN of these; PIVOT with IN (…)), not {_kind(statement)}: {shown}"
    )


def _kind(statement: duckdb.Statement) -> str:
    # `UPDATE EXTENSIONS` has a type without a name (DuckDB 1.5.5).
    return statement.type.name if statement.type in duckdb.StatementType.__members__.values() else "this"


def _judge(connection: duckdb.DuckDBPyConnection, select: str) -> None:
    # As a literal: a value that is bound has DuckDB's Python package import pandas, which takes most of a second.
    row = connection.execute(f"SELECT json_serialize_sql({literal(select)})").fetchone()
    try:
        tree = json.loads(row[0]) if row else {"error": True}
        nodes = list(_nodes(tree))
    except RecursionError as error:
        raise RefusedError("语句嵌套过深，无法判定 / it is nested too deeply to be judged") from error
    if tree["error"]:
        raise RefusedError(
            f"该语句无法判定：{tree.get('error_message')} / it cannot be judged ({tree.get('error_message')})"
        )
    for function in (node["function"] for node in nodes if node.get("type") == "TABLE_FUNCTION"):
        name = str(function.get("function_name", "")).lower()
        if name not in TABLE_FUNCTIONS:
            raise RefusedError(
                f"{name}(…): 查询只读湖仓的表，不接受该表函数 / a query reads the tables of the lake alone, and does not take "
                f"this table function"
            )
    named = {
        (node["catalog_name"].lower(), node["schema_name"].lower(), node["table_name"].lower())
        for node in nodes
        if node.get("type") == "BASE_TABLE"
    }
    # The name of a CTE stands for it only where it is in force; one that is no file anywhere needs no such distinction.
    named -= {("", "", name) for name in _cte_names(nodes) if not {".", "/"} & set(name)}
    if named:
        _must_be_there(connection, named)


def _must_be_there(connection: duckdb.DuckDBPyConnection, named: Iterable[_Name]) -> None:
    """That each name is one of a table or view: DuckDB would take any other for that of a file, or of a Python variable."""
    # `duckdb_tables()` counts the rows of every table of a DuckLake, which takes ten times as long.
    relations = connection.execute(
        "SELECT DISTINCT database_name, schema_name, table_name FROM duckdb_columns()"
    ).fetchall()
    known: set[_Name] = set()
    for database, schema, name in relations:
        known |= {(database, schema, name), ("", schema, name)}
        if schema in _SEARCHED:
            known |= {("", database, name), ("", "", name)}
    for catalog, schema, name in sorted(set(named) - known):
        written = ".".join(part for part in (catalog, schema, name) if part)
        tables = [f"{s}.{n}" for d, s, n in relations if d != "system"]
        raise UnknownTableError(
            f"{written}: 湖仓没有这张表，SHOW ALL TABLES 列出全部 / no such table in the lake; SHOW ALL TABLES lists them"
            f"{near(written, tables, listed=False)}"
        )


def _cte_names(nodes: Iterable[dict[str, Any]]) -> set[str]:
    return {entry["key"].lower() for node in nodes for entry in (node.get("cte_map") or {}).get("map", ())}


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of a JSON document."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
