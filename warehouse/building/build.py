"""Building derived tables: each model's SELECT into its table, with the key asserted and the commit on record.

Belongs here: replacing the partitions of a stage's tables in one transaction. Does not belong here: which tables are stale
(`staleness.py`), how the record is written (`commit_record.py`), landing (`ingest.py`), Dagster.
"""

import hashlib
import re
from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from warehouse.building.commit_record import CommitRecord, recording
from warehouse.building.copies import Copies
from warehouse.building.row_hash import Written, row_hashes
from warehouse.building.staleness import Materialization, stale_tables
from warehouse.provenance.tree import retarget
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake
from warehouse.tables.periods import checked
from warehouse.tables.quoting import identifier
from warehouse.tables.table import Table, Tables

_PARAMETER = re.compile(r"\$(period|period_end|year_start)\b")


class ModelError(Exception):
    """A model broke its contract: wrong columns or types, or a key that is empty or not unique."""


@dataclass(frozen=True)
class Built:
    """What a commit wrote to one partition of a table."""

    table: Table
    partition_key: str
    snapshot_id: int
    row_count: int
    totals: Mapping[str, int | Decimal]


def build(
    lake: Lake,
    tables: Iterable[Table],
    *,
    period: str | None,
    policy_hashes: Mapping[str, str],
    info: CommitInfo,
) -> list[Built]:
    """Build tables in the order given, in one transaction; a table that is partitioned by period gets `period` alone.

    Args:
        tables: with the models that they have under the policy in force (`Tables.under`).
        policy_hashes: hash of each policy list, as `readers.policy.PolicySet.list_hash` gives it.

    Raises:
        ModelError: nothing is committed then.
    """
    given = {table.qualified: table for table in tables}
    ordered = [given[name] for name in lake.tables if name in given]

    def work(connection: duckdb.DuckDBPyConnection) -> list[Built]:
        copies = Copies(lake, connection)
        with recording(lake, connection, info, period, copies) as record:
            return [
                record_model(
                    lake.home,
                    table,
                    period,
                    fill(connection, table, period, copies=copies),
                    policy_hashes,
                    record,
                )
                for table in ordered
            ]

    return lake.commit(info, work, keeps=True)


def record_model(
    home: Home,
    table: Table,
    period: str | None,
    written: Written,
    policy_hashes: Mapping[str, str],
    record: CommitRecord,
) -> Built:
    """Put on record what `fill` wrote, with the model kept; once in a transaction, after the tables that it reads."""
    partition = partition_key(table, period)
    record.note(
        table,
        partition,
        written,
        sql_sha256=home.keep(str(table.model).encode()),
        policy_sha256=policy_hash(table, policy_hashes),
    )
    return Built(table, partition, record.snapshot_id, written.row_count, written.totals)


def fill(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    period: str | None,
    *,
    within: str | None = None,
    instead: Mapping[str, str] | None = None,
    copies: Copies | None = None,
) -> Written:
    """Replace a table's partition by what its model gives now.

    Args:
        instead: relations to read in place of tables, with the same rows.
        within: a relation of `delivery_id`: replace the rows of these deliveries alone. The model reads each table of its stage
            through the view `WITHIN_TABLE`, which has no more than their rows.
        copies: in memory, of tables of the lake; kept of what is built.

    Raises:
        ModelError: columns, types or key are not those of the definition.
    """
    read = dict(instead or {})
    if copies:
        read = copies.instead(name for name in table.inputs if name not in read) | read
    if within is not None:
        own = [name for name in table.inputs if name.startswith(f"{table.stage}.")]
        read |= {name: f"{within}_{name.partition('.')[2]}" for name in own if name not in read}
    model = retarget(str(table.model), read) if read else str(table.model)
    key = ", ".join(identifier(column) for column in table.key)
    # In key order, in which the rows are hashed and stand in the file.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE built AS FROM (\n{model}\n) ORDER BY {key}",
        parameters(model, partition_key(table, period)),
    )
    check_columns(connection, table, "built")
    check_key(connection, table, "built")
    if copies and table in copies.unfilled:
        pass
    elif within is not None:
        connection.execute(f"DELETE FROM {table.qualified} WHERE delivery_id IN (SELECT delivery_id FROM {within})")
    elif table.partition is None:
        connection.execute(f"DELETE FROM {table.qualified}")
    else:
        connection.execute(
            f"DELETE FROM {table.qualified} WHERE {identifier(table.partition)} = $value",
            {"value": partition_key(table, period)},
        )
    connection.execute(f"INSERT INTO {table.qualified} SELECT * FROM built")
    groups = row_hashes(connection, table, "built", is_ordered=True, within=within)
    rows = count = sum(groups["row_count"].to_pylist())
    if within is not None:
        (count,) = connection.execute(f"SELECT count(*) FROM {table.qualified}").fetchone() or (0,)
    totals = _totals(connection, table, "built" if within is None else table.qualified)
    if copies:
        copies.wrote(table, rows, whole="built" if within is None and table.partition is None else None)
    connection.execute("DROP TABLE IF EXISTS built")
    return Written(count, groups, within is None, totals)


def partition_key(table: Table, period: str | None) -> str:
    """The partition that a run of `period` writes: the period, or empty text where the table has no partitions.

    Raises:
        ModelError: the table has periods, and none was given.
        PeriodError: what was given is none.
    """
    if table.partition is None:
        return ""
    if period is None:
        raise ModelError(f"{table.qualified} is built for a period; none was given 该表按期间生成，但未指定期间")
    return checked(period)


def policy_hash(table: Table, policy_hashes: Mapping[str, str]) -> str:
    """One hash of the policy lists that a table's model reads; empty text where it reads none."""
    lists = sorted(table.policy_lists)
    return hashlib.sha256("".join(policy_hashes[name] for name in lists).encode()).hexdigest() if lists else ""


def stale_now(
    tables: Tables,
    last: Mapping[str, Materialization],
    policy_hashes: Mapping[str, str],
    changed_sources: Collection[str] = (),
) -> list[Table]:
    """The derived tables that must be built, by the models of this version and the policy's lists as they are now."""
    return stale_tables(
        tables,
        last,
        model_hashes={t.qualified: hashlib.sha256(str(t.model).encode()).hexdigest() for t in tables.derived},
        policy_hashes={t.qualified: policy_hash(t, policy_hashes) for t in tables.derived},
        changed_sources=changed_sources,
    )


def parameters(model: str, period: str) -> dict[str, str | date]:
    """Values to bind to a model: of `$period` (YYYY-MM), `$period_end` (its last day) and `$year_start` (1 January), those that it has."""
    wanted = set(_PARAMETER.findall(model))
    if not wanted:
        return {}
    year, month = (int(part) for part in period.split("-"))
    values = {
        "period": period,
        "period_end": date(year, month, monthrange(year, month)[1]),
        "year_start": date(year, 1, 1),
    }
    return {name: values[name] for name in wanted}


def check_key(connection: duckdb.DuckDBPyConnection, table: Table, relation: str) -> None:
    """Assert that the defined key is unique in `relation`; emptiness is refused by NOT NULL.

    Raises:
        ModelError: it names a few of the keys.
    """
    key = ", ".join(identifier(column) for column in table.key)
    twice = connection.execute(
        f"SELECT {key}, count(*) FROM {relation} GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 5"
    ).fetchall()
    if twice:
        raise ModelError(f"{table.qualified}: the key ({', '.join(table.key)}) is not unique 键不唯一: {twice}")


def check_columns(connection: duckdb.DuckDBPyConnection, table: Table, relation: str) -> None:
    """Assert that `relation` has the defined columns and types, in its order.

    Raises:
        ModelError: it names both.
    """
    found = [(row[0], row[1]) for row in connection.execute(f"DESCRIBE {relation}").fetchall()]
    wanted = [(column.name, column.type) for column in table.columns]
    if found != wanted:
        differing = [f"{f} / {w}" for f, w in zip(found, wanted, strict=False) if f != w]
        raise ModelError(
            f"{table.qualified}: the model's columns differ from the definition 模型的列与定义不符 (model / definition): "
            f"{differing or (found, wanted)}"
        )


def _totals(connection: duckdb.DuckDBPyConnection, table: Table, relation: str) -> dict[str, int | Decimal]:
    """Sums of the money columns of a relation that has a table's columns, and counts by the tallied one, for the run's metadata."""
    totals: dict[str, int | Decimal] = {}
    if table.tally:
        column = identifier(table.tally)
        counts = connection.execute(f"SELECT {column}, count(*) FROM {relation} GROUP BY ALL ORDER BY ALL").fetchall()
        totals |= {f"{table.tally}: {value}": count for value, count in counts}
    if money := [c.name for c in table.columns if c.name.endswith("_cny")]:
        sums = ", ".join(f"coalesce(sum({identifier(name)}), 0)" for name in money)
        row = connection.execute(f"SELECT {sums} FROM {relation} WHERE {table.totals_where or 'true'}").fetchone()
        totals |= dict(zip(money, row or (), strict=True))
    return totals
