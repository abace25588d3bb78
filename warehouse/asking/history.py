"""The catalogue as it was known at a time, of what is dated up to a day: the two times of a delivery, asked apart.

`recorded_at` says when a delivery was received, `delivery_date` what day it is about. Their models are run again, in memory, over the
deliveries that both let through: a late delivery is in the past that it is about, and in no past before it came. What the guard held and
what was withdrawn later is as it was known then. Policy is the one that the lake held then.

The bytes are read as the home reads them now: a heading that policy has learned since counts. What the tables said, to the letter, is the
lake's own time travel (`AT (VERSION => …)`).
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime

import duckdb
import pyarrow as pa

from warehouse import queries
from warehouse.building.build import fill
from warehouse.intake.deliveries import OPERATOR, Intake
from warehouse.intake.landing_models import fill_models
from warehouse.store.lake import Lake
from warehouse.store.on_record import refuse
from warehouse.tables.table import POLICY, POLICY_ENTRY

#: The stages that are there in a past; the others follow from a period, which has its own reports.
STAGES = (POLICY, "landing", "delivered", "catalog")


@contextmanager
def past(lake: Lake, known_at: datetime, effective: date = date.max) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose default database has the tables of landing and catalog as of then; the lake is attached as `lake`.

    Args:
        known_at: deliveries, withdrawals and decisions that were received up to this time.
        effective: deliveries dated up to this day.

    Raises:
        NotOnRecordError: a table that is read for it is not as the last commit on record left it.
    """
    with lake.reading():
        pass  # makes an empty lake on first use
    with closing(lake.attach(read_only=True)) as connection:
        refuse(lake, connection, (POLICY_ENTRY, "landing.record", "landing.delivery_file", "audit.materialization"))
        # One snapshot throughout, whatever is committed meanwhile.
        connection.execute("ATTACH ':memory:' AS past; USE past; BEGIN")
        for stage in STAGES:
            connection.execute(f"CREATE SCHEMA {stage}")
        snapshot = _policy_snapshot(connection, known_at)
        connection.execute(f"CREATE VIEW policy.entry AS FROM lake.policy.entry AT (VERSION => {snapshot})")
        _fill_deliveries(connection, lake, known_at, effective)
        for name in ("record", "delivery_file"):
            connection.execute(
                f"CREATE VIEW landing.{name} AS SELECT * FROM lake.landing.{name} SEMI JOIN landing.delivery USING (delivery_id)"
            )
        derived = [table for stage in STAGES for table in lake.tables.of_stage(stage) if table.model]
        for table in derived:
            connection.execute(table.ddl())
        for table in derived:
            if table.stage == POLICY:
                fill(connection, table, None)
        fill_models(connection, lake.tables)
        for table in derived:
            if table.stage not in (POLICY, "landing"):
                fill(connection, table, None)
        yield connection


def _policy_snapshot(connection: duckdb.DuckDBPyConnection, known_at: datetime) -> int:
    """The snapshot of the policy that was in force then; of the first one, if there was none yet."""
    row = connection.execute(
        "SELECT snapshot_id FROM lake.audit.materialization WHERE table_name = 'policy.entry' "
        "ORDER BY committed_at <= $known_at DESC, CASE WHEN committed_at <= $known_at THEN -snapshot_id ELSE snapshot_id END LIMIT 1",
        {"known_at": known_at},
    ).fetchone()
    if row is None:
        raise ValueError("nothing was taken in yet; use `shuzhang run` 尚未接收任何交付，请先运行 shuzhang run")
    return int(row[0])


def _fill_deliveries(connection: duckdb.DuckDBPyConnection, lake: Lake, known_at: datetime, effective: date) -> None:
    withdrawals = Intake(lake.home).withdrawals().values()
    schema = pa.schema(
        [("delivery_id", pa.string()), ("recorded_at", pa.timestamp("us", "UTC")), ("reason", pa.string())]
    )
    rows = [{"delivery_id": w.delivery_id, "recorded_at": w.recorded_at, "reason": w.reason} for w in withdrawals]
    connection.execute(lake.tables["landing.delivery"].ddl())
    connection.register("withdrawal", pa.Table.from_pylist(rows, schema))
    connection.execute(
        f"INSERT INTO landing.delivery BY NAME {queries.text('past_delivery')}",
        {"known_at": known_at, "effective": effective, "operator": OPERATOR},
    )
    connection.unregister("withdrawal")
