"""What is stale: a table whose model, policy or inputs changed since it was last written.

The lake's own record (`audit.materialization`) decides, not Dagster's event log, so that a moved or restored home knows.
Does not belong here: building.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import duckdb

from warehouse.tables.table import POLICY_ENTRY, Table, Tables

#: The table of what was committed.
MATERIALIZATION = "audit.materialization"


@dataclass(frozen=True)
class Materialization:
    """The last commit of one partition of a table."""

    snapshot_id: int
    sql_sha256: str
    policy_sha256: str
    input_snapshots: Mapping[str, int]


def materializations(
    connection: duckdb.DuckDBPyConnection, period: str | None, record: str = MATERIALIZATION
) -> dict[str, Materialization]:
    """The last commit of every table, of partitioned ones that of `period`. record: the relation to read."""
    rows = connection.execute(
        f"SELECT table_name, snapshot_id, sql_sha256, policy_sha256, input_snapshots FROM {record} "
        "WHERE partition_key IN ('', $period) "
        "QUALIFY row_number() OVER (PARTITION BY table_name ORDER BY snapshot_id DESC) = 1",
        {"period": period or ""},
    ).fetchall()
    return {name: Materialization(s, sql, policy, json.loads(inputs)) for name, s, sql, policy, inputs in rows}


def stale_tables(
    tables: Tables,
    last: Mapping[str, Materialization],
    *,
    model_hashes: Mapping[str, str],
    policy_hashes: Mapping[str, str],
    changed_sources: Collection[str],
) -> list[Table]:
    """Derived tables that must be built, in order.

    Args:
        last: the last commit of each table.
        model_hashes, policy_hashes: what each table's model and policy lists hash to now.
        changed_sources: qualified names of the tables that Python fills and will fill anew.
    """
    stale: dict[str, Table] = {}
    for table in tables.derived:
        name, before = table.qualified, last.get(table.qualified)
        # policy.entry is compared list by list: a changed rate makes stale its list, what used it, and nothing else.
        inputs = [source for source in table.inputs if source != POLICY_ENTRY]
        if (
            before is None
            or before.sql_sha256 != model_hashes[name]
            or before.policy_sha256 != policy_hashes[name]
            or any(source in stale or source in changed_sources for source in inputs)
            or any(
                source in last and last[source].snapshot_id != before.input_snapshots.get(source) for source in inputs
            )
        ):
            stale[name] = table
    return list(stale.values())
