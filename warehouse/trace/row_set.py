"""Proving the set of rows of a table: no row more and no row less than the last commit left, by the hashes that it put on record.

Belongs here: reckoning the hashes again and comparing. Does not belong here: how they are reckoned (`building/row_hash.py`), deriving rows
(`proof.py`).
"""

from collections.abc import Collection, Iterator

import duckdb

from warehouse import queries
from warehouse.building.row_hash import RowHashes, ordered_rows_query
from warehouse.store.lake import Lake, demand_shape
from warehouse.tables.quoting import identifier
from warehouse.tables.table import Table

#: DuckLake's own record says that nothing happened, so that only the kept bytes are left to go by.
_MEND = "；用 shuzhang rebuild --force 从保存的字节重建 / `shuzhang rebuild --force` builds the lake anew from the kept bytes"


def differing_sets(lake: Lake, tables: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """What differs in each table's set of rows, a line a group; of a table that no commit with hashes has written, nothing is said.

    Args:
        tables: qualified names.

    Raises:
        SchemaDriftError: another version wrote the lake, and hashed in another way.
    """
    with lake.reading() as connection:
        demand_shape(connection, lake.tables["audit.rows_hash"])
        recorded: dict[str, dict[tuple[str, str], tuple[int, str]]] = {}
        for name, partition, group, count, sha256 in connection.execute(queries.text("rows_hash_recorded")).fetchall():
            recorded.setdefault(name, {})[partition, group] = (count, sha256)
        for name in tables:
            if name in recorded:
                try:
                    yield name, _differing(connection, lake.tables[name], recorded[name])
                except (duckdb.IOException, duckdb.InvalidInputException) as error:
                    yield name, [f"{name}: 数据文件无法读取 / its data files cannot be read ({error}){_MEND}"]


def _differing(
    connection: duckdb.DuckDBPyConnection, table: Table, recorded: dict[tuple[str, str], tuple[int, str]]
) -> list[str]:
    partitions = [""]
    if table.partition:
        rows = connection.execute(f"SELECT DISTINCT {identifier(table.partition)} FROM {table.qualified}").fetchall()
        partitions = sorted({*(str(value) for (value,) in rows), *(partition for partition, _ in recorded)})
    here: dict[tuple[str, str], tuple[int, str]] = {}
    for partition in partitions:
        where = f"{identifier(table.partition)} = $partition" if table.partition else "true"
        values = {"partition": partition} if table.partition else {}
        rows = connection.execute(ordered_rows_query(table, table.qualified, where), values)
        for group in RowHashes().take(rows).groups().to_pylist():
            here[partition, group["group_key"]] = (group["row_count"], group["group_sha256"])
    return [
        f"{table.qualified} {' '.join(part for part in key if part)}: 记录 {recorded.get(key, (0, ''))[0]} 行，"
        f"现有 {here.get(key, (0, ''))[0]} 行，行集哈希不符 / rows on record and here differ in number or content{_MEND}"
        for key in sorted({*recorded, *here})
        if recorded.get(key, (0, "")) != here.get(key, (0, ""))
    ]
