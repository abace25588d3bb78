"""The set of rows that a partition has, as one hash: no row more, no row less, no row another.

A row is written column after column. Text is written as `<bytes>:<text>`, NULL as `:`; of all other types the text that DuckDB makes of a
value, times as microseconds since 1970 UTC, with a comma after it, NULL as the comma alone. So no two rows are written alike, nor two
sequences of rows. A group's hash is the SHA-256 of its rows in key order, a partition's the SHA-256 over its groups, a line each: group,
rows and hash, with tabs between. Groups are holders, in landing deliveries, so that replacing one of them reads one of them.

Belongs here: reckoning them and which of them changed. Does not belong here: comparing (`trace/row_set.py`).
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse import queries
from warehouse.provenance.tree import retarget
from warehouse.tables.quoting import identifier
from warehouse.tables.table import Column, Table

#: What a table is grouped by, the first that it has.
_GROUPS = {"landing": ("delivery_id",)}
_HOLDERS = ("holder_code",)

GROUP_COLUMNS = pa.schema(
    [("group_key", pa.string()), ("row_count", pa.int64()), ("group_sha256", pa.string())],
)

_PARTITION = ("table_name", "partition_key")
_CHANGED = (*_PARTITION, *GROUP_COLUMNS.names)

#: Types of which DuckDB writes no value with a comma.
_BARE = re.compile(r"BOOLEAN|BIGINT|INTEGER|DATE|DECIMAL\(\d+,(\d+)\)")
_TEXT = {"VARCHAR", "JSON"}

#: The text of so many rows is in memory at once.
_BATCH_ROWS = 2048


@dataclass(frozen=True)
class Written:
    """What a commit wrote to a partition: the rows that it has now, and the groups that were written.

    groups: a row a group, columns as in `GROUP_COLUMNS`; a group that lost its rows has none and an empty hash.
    whole: the groups are all that the partition has.
    totals: of its money columns, and counts by the tallied one.
    """

    row_count: int
    groups: pa.Table
    whole: bool
    totals: Mapping[str, int | Decimal] = field(default_factory=dict)


#: That a partition holds nothing; `empty_table` would import pandas, which every command would wait for.
NOTHING = Written(0, pa.Table.from_batches([], GROUP_COLUMNS), whole=True)


def rows_query(table: Table, relation: str) -> str:
    """The query of the group and the text of each row of a relation that has the table's columns, in the relation's order."""
    return (
        f"SELECT {_group(table)} AS group_key, concat({', '.join(_written(table.columns))}) AS row_text FROM {relation}"
    )


def ordered_rows_query(table: Table, relation: str, where: str = "true") -> str:
    """As `rows_query`, in the order of the groups and of the key."""
    key = ", ".join(identifier(name) for name in table.key)
    return f"{rows_query(table, relation)} WHERE {where} ORDER BY group_key, {key}"


class RowHashes:
    """The groups of rows that come in key order within each.

    SHA-256 is reckoned here, over the texts of many rows at once: DuckDB's takes four times as long (1.5.5).
    """

    def __init__(self) -> None:
        self._hashes: dict[str, hashlib._Hash] = {}
        self._counts: dict[str, int] = {}

    def take(self, rows: duckdb.DuckDBPyConnection) -> "RowHashes":
        """Take the rows that a query of `rows_query` gives; returns itself."""
        for batch in rows.to_arrow_reader(_BATCH_ROWS):
            if batch.num_rows:
                self._take(batch)
        return self

    def _take(self, batch: pa.RecordBatch) -> None:
        texts = batch.column("row_text")
        _, ends, data = texts.buffers()
        places = np.frombuffer(ends, np.int32)[texts.offset :]
        view = memoryview(data)
        runs = pc.call_function("run_end_encode", [batch.column("group_key")])
        bounds = [0, *runs.run_ends.to_pylist()]
        for group, (start, end) in zip(runs.values.to_pylist(), pairwise(bounds), strict=True):
            if group not in self._hashes:
                self._hashes[group], self._counts[group] = hashlib.sha256(), 0
            self._hashes[group].update(view[places[start] : places[end]])
            self._counts[group] += end - start

    def forget(self, groups: Iterable[str]) -> None:
        """Have taken nothing of some groups."""
        for group in groups:
            self._hashes.pop(group, None)
            self._counts.pop(group, None)

    def groups(self, at_least: Collection[str] = ()) -> pa.Table:
        """A row a group, columns as in `GROUP_COLUMNS`.

        Args:
            at_least: groups that are told even if they have no rows.
        """
        names = sorted({*self._hashes, *at_least})
        counts = [self._counts.get(name, 0) for name in names]
        hashes = [self._hashes[name].hexdigest() if name in self._hashes else "" for name in names]
        return pa.table([names, counts, hashes], GROUP_COLUMNS)


def row_hashes(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    relation: str,
    *,
    is_ordered: bool = False,
    within: str | None = None,
) -> pa.Table:
    """The groups of a relation.

    Args:
        is_ordered: the relation is a table whose rows were put there in key order.
        within: a relation of `delivery_id`: those of them that have no rows are told too.
    """
    at_least = []
    if within is not None:
        at_least = [name for (name,) in connection.execute(f"SELECT DISTINCT delivery_id FROM {within}").fetchall()]
    if connection.execute(f"SELECT 1 FROM {relation} LIMIT 1").fetchone() is None:
        # A third of the tables: the text of no rows takes a millisecond to plan.
        return RowHashes().groups(at_least)
    # DuckDB gives the rows of a table in the order in which they were put there, unless it is told that it need not.
    query = rows_query(table, relation) if is_ordered else ordered_rows_query(table, relation)
    return RowHashes().take(connection.execute(query)).groups(at_least)


def changed_groups(
    connection: duckdb.DuckDBPyConnection, written: Mapping[tuple[str, str], Written], record: str
) -> tuple[list[dict[str, object]], dict[tuple[str, str], str]]:
    """The groups that what was written changed, and the hash of each partition, by table and partition.

    Args:
        record: the relation to read in place of `audit.rows_hash`.

    Returns:
        The groups have the columns of `audit.rows_hash` but the snapshot; a group that is gone has no rows and an empty hash.
    """
    before: dict[tuple[str, str], dict[str, tuple[int, str]]] = {key: {} for key in written}
    connection.register("written", pa.table([[*column] for column in zip(*written, strict=True)], _PARTITION))
    for name, partition, group, *found in connection.execute(
        retarget(queries.text("rows_hash_before"), {"audit.rows_hash": record})
    ).fetchall():
        before[name, partition][group] = (found[0], found[1])
    connection.unregister("written")
    changed: list[dict[str, object]] = []
    partitions: dict[tuple[str, str], str] = {}
    for (name, partition), one in written.items():
        had = before[name, partition]
        groups, counts, hashes = (one.groups.column(n).to_pylist() for n in GROUP_COLUMNS.names)
        fresh = {group: (count, sha256) for group, count, sha256 in zip(groups, counts, hashes, strict=True)}
        has = (dict.fromkeys(had, (0, "")) if one.whole else had) | fresh
        for group, state in has.items():
            if had.get(group, (0, "")) != state:
                changed.append(dict(zip(_CHANGED, (name, partition, group, *state), strict=True)))
        told = "".join(f"{group}\t{count}\t{sha256}\n" for group, (count, sha256) in sorted(has.items()) if count)
        partitions[name, partition] = hashlib.sha256(told.encode()).hexdigest()
    return changed, partitions


def _group(table: Table) -> str:
    columns = {column.name for column in table.columns}
    for name in _GROUPS.get(table.stage, _HOLDERS):
        if name in columns:
            return f"coalesce({identifier(name)}, '')"
    return "''"


def _written(columns: Iterable[Column]) -> Iterable[str]:
    """The arguments of `concat`, which writes nothing for NULL."""
    for column in columns:
        name = identifier(column.name)
        bare = _BARE.fullmatch(column.type)
        if column.type == "TIMESTAMP WITH TIME ZONE":
            # As text it would be that of the session's zone.
            yield from (f"epoch_us({name})", "','")
        elif bare and bare[1]:
            # The same text in a ninth of the time: DuckDB 1.5.5 writes decimals of more than 18 digits slowly.
            narrow = f"CAST(TRY_CAST({name} AS DECIMAL(18, {bare[1]})) AS VARCHAR)"
            yield from (f"coalesce({narrow}, CAST({name} AS VARCHAR))", "','")
        elif bare:
            yield from (name, "','")
        elif column.type in _TEXT:
            yield from (f"strlen({name})", "':'", name)
        else:
            raise ValueError(f"{column.name}: no way to write a {column.type} as text")
