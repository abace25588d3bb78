"""The set of rows that a partition has, as one hash: no row more, no row less, no row another.

Of a row, every column is written as `<bytes>:<text>` and `-` where it is NULL, one after the other, times as microseconds since 1970 UTC,
all else as DuckDB writes it as text; its SHA-256 stands for it. A group's hash is the SHA-256 over those of its rows in key order, a
partition's the SHA-256 over its groups, a line each: group, rows and hash, with tabs between. Groups are holders, in landing deliveries, so
that replacing one of them reads one of them.

Belongs here: reckoning them and which of them changed. Does not belong here: comparing (`trace/row_set.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from warehouse import queries
from warehouse.tables.quoting import identifier
from warehouse.tables.table import Column, Table

#: What a table is grouped by, the first that it has.
_GROUPS = {"landing": ("delivery_id",)}
_HOLDERS = ("holder_code",)

GROUP_COLUMNS = pa.schema(
    [("group_key", pa.string()), ("row_count", pa.int64()), ("rows_sha256", pa.string())],
)


@dataclass(frozen=True)
class Written:
    """What a commit wrote to a partition: the rows that it has now, and the groups that were written.

    groups: a row a group, columns as in `GROUP_COLUMNS`; a group that lost its rows has none and an empty hash.
    whole: the groups are all that the partition has.
    """

    row_count: int
    groups: pa.Table
    whole: bool


def hashes_query(table: Table, relation: str, where: str = "true") -> str:
    """The query of the groups of a relation that has the table's columns, in their order."""
    key = ", ".join(identifier(name) for name in table.key)
    return (
        f"SELECT {_group(table)} AS group_key, count(*) AS row_count, "
        f"sha256(string_agg(sha256({_text(table)}), '' ORDER BY {key})) AS rows_sha256 "
        f"FROM {relation} WHERE {where} GROUP BY ALL ORDER BY ALL"
    )


def row_hashes(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    relation: str,
    *,
    where: str = "true",
    values: Mapping[str, object] | None = None,
    within: str | None = None,
) -> pa.Table:
    """The groups of a relation.

    Args:
        within: a relation of `delivery_id`: those of them that have no rows are told too.
    """
    query = hashes_query(table, relation, where)
    if within is not None:
        query = (
            f"SELECT d.delivery_id AS group_key, coalesce(h.row_count, 0) AS row_count, coalesce(h.rows_sha256, '') AS rows_sha256 "
            f"FROM (SELECT DISTINCT delivery_id FROM {within}) AS d LEFT JOIN ({query}) AS h ON h.group_key = d.delivery_id"
        )
    return connection.execute(query, values or {}).to_arrow_table().cast(GROUP_COLUMNS)


def record_hashes(
    connection: duckdb.DuckDBPyConnection, written: Mapping[tuple[str, str], Written], snapshot_id: int
) -> dict[tuple[str, str], str]:
    """Put the groups that changed on record in `audit.rows_hash`; returns the hash of each partition, by table and partition."""
    parts = [
        groups.append_column("table_name", pa.array([name] * groups.num_rows, pa.string())).append_column(
            "partition_key", pa.array([partition] * groups.num_rows, pa.string())
        )
        for (name, partition), groups in ((key, one.groups) for key, one in written.items())
    ]
    keys = [{"table_name": n, "partition_key": p, "whole": one.whole} for (n, p), one in written.items()]
    connection.register("fresh", pa.concat_tables(parts))
    connection.register("written", pa.Table.from_pylist(keys))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE rows_state AS {queries.text('rows_hash_state')}")
    connection.execute(
        "INSERT INTO audit.rows_hash BY NAME SELECT * EXCLUDE (is_changed), $snapshot AS snapshot_id FROM rows_state WHERE is_changed",
        {"snapshot": snapshot_id},
    )
    found = connection.execute(queries.text("rows_hash_partitions")).fetchall()
    connection.execute("DROP TABLE rows_state")
    connection.unregister("fresh")
    connection.unregister("written")
    return {(name, partition): sha256 for name, partition, sha256 in found}


def _group(table: Table) -> str:
    columns = {column.name for column in table.columns}
    for name in _GROUPS.get(table.stage, _HOLDERS):
        if name in columns:
            return f"coalesce({identifier(name)}, '')"
    return "''"


def _text(table: Table) -> str:
    # The length before the text: no text can pass for two, nor for NULL.
    return " || ".join(f"coalesce(strlen({text}) || ':' || {text}, '-')" for text in map(_as_text, table.columns))


def _as_text(column: Column) -> str:
    name = identifier(column.name)
    if column.type == "TIMESTAMP WITH TIME ZONE":
        # As text it would be that of the session's zone.
        name = f"epoch_us({name})"
    return f"CAST({name} AS VARCHAR)"
