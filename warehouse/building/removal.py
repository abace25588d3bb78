"""A false period taken back: its rows go from every table that has periods, in one commit, and that they went is on record.

The record of the commit has no model for them, so that the period is stale if it is ever run again, and is not among those that a rebuild
builds. Belongs here: which periods the lake has, removing one, what was removed. Does not belong here: the workbooks that were published of
it (`publish/withdrawn.py`), Dagster's partitions.
"""

from collections.abc import Mapping
from typing import Any

import duckdb

from readers.near import near
from warehouse import queries
from warehouse.building.commit_record import recording
from warehouse.building.row_hash import NOTHING
from warehouse.store.chain import COMMIT, PERIOD_REMOVED, Chain, Event
from warehouse.store.lake import CommitInfo, Lake
from warehouse.store.on_record import refuse
from warehouse.store.owed import WITHDRAWN, owe
from warehouse.tables.quoting import identifier
from warehouse.tables.table import Table


class NoSuchPeriodError(ValueError):
    """The lake has no such period. The message names those that it has."""


def no_such_period(period: str, known: list[str]) -> NoSuchPeriodError:
    return NoSuchPeriodError(f"{period}: 没有这个期间 / no such period{near(period, known)}")


def built_periods(lake: Lake) -> list[str]:
    """The periods that the lake has, in their order."""
    with lake.reading() as connection:
        return [period for (period,) in connection.execute(queries.text("built_periods")).fetchall()]


def remove_period(lake: Lake, period: str, reason: str, by: str) -> dict[str, int]:
    """Take a period back; returns the rows that each table lost.

    Args:
        by: the office or post that decides.

    Raises:
        NoSuchPeriodError: the lake has no such period.
        NotOnRecordError: one of the tables is not as a commit on record left it.
    """
    tables = [table for table in lake.tables.values() if table.partition]
    if period not in (known := built_periods(lake)):
        raise no_such_period(period, known)
    info = CommitInfo("shuzhang", f"remove period {period}", "", "period")

    def work(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
        refuse(lake, connection, [table.qualified for table in tables])
        removed = [_removed(connection, table, period) for table in tables]
        lake.note(PERIOD_REMOVED, period, {"reason": reason, "by": by, "tables": removed})
        with recording(lake, connection, info) as record:
            for table in tables:
                record.note(table, period, NOTHING, sql_sha256="", policy_sha256="", inputs=())
        return {told["table_name"]: told["row_count"] for told in removed}

    owe(lake.home, WITHDRAWN, [period])
    return lake.commit(info, work)


def _removed(connection: duckdb.DuckDBPyConnection, table: Table, period: str) -> dict[str, Any]:
    """Remove the rows of a table; how many there were, and the hash of their set as it stood on record."""
    where, values = f"{identifier(str(table.partition))} = $period", {"period": period}
    (count,) = connection.execute(f"SELECT count(*) FROM {table.qualified} WHERE {where}", values).fetchone() or (0,)
    (sha256,) = connection.execute(
        "SELECT max_by(rows_sha256, snapshot_id) FROM audit.materialization "
        "WHERE table_name = $name AND partition_key = $period",
        {"name": table.qualified, **values},
    ).fetchone() or (None,)
    connection.execute(f"DELETE FROM {table.qualified} WHERE {where}", values)
    return {"table_name": table.qualified, "row_count": count, "rows_sha256": sha256}


def removals(chain: Chain) -> Mapping[str, Event]:
    """The periods that were taken back and not built again since, each with the event that says so."""
    found: dict[str, Event] = {}
    for event in chain.events():
        if event.kind == PERIOD_REMOVED:
            found[event.subject] = event
        elif event.kind == COMMIT:
            for table in event.body.get("tables", ()):
                if table["sql_sha256"]:
                    found.pop(table["partition_key"], None)
    return found
