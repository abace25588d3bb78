"""What a changed policy would do, before it takes effect: the tables that it makes stale, built in memory beside those that stand.

Belongs here: building aside, and comparing old with new. Does not belong here: checking policy files (`readers/policy`), taking them over
(`building/policy_entries.py`), how a difference is shown.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from readers.kinds import CONTENT
from readers.policy.files import PolicySet
from warehouse.building.build import fill, partition_key, stale_now
from warehouse.building.staleness import materializations
from warehouse.building.unfilled import Unfilled
from warehouse.intake.deliveries import Intake
from warehouse.intake.ingest import Rereading, rereading
from warehouse.intake.landing_models import fill_models
from warehouse.intake.reading import read_files
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.store.on_record import refuse
from warehouse.tables.quoting import identifier, literal
from warehouse.tables.table import POLICY, POLICY_ENTRY, Table, Tables

#: Of each column, as many of the commonest changes are told.
_MOST_CHANGES = 5
_RECORDS = "landing.record"


@dataclass(frozen=True)
class Change:
    """How often a column goes from one value to another."""

    column: str
    before: Any
    after: Any
    rows: int


@dataclass(frozen=True)
class TableDiff:
    """What a policy would change in a table: rows by key that come, go and change, the commonest changes, sums of money.

    changes: of columns that are no money. totals: of each money column the sum as it stands and as it would be.
    """

    table: Table
    added: int
    removed: int
    changed: int
    changes: tuple[Change, ...]
    totals: Mapping[str, tuple[Decimal, Decimal]]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True)
class PolicyDiff:
    """What a policy would change. rereads: every delivery would be read again; what follows from that is not in `tables`.

    Where content alone would be read again, it was, and `tables` has what follows.
    """

    rereads: bool
    tables: tuple[TableDiff, ...]


def policy_diff(lake: Lake, policy: PolicySet, period: str) -> PolicyDiff:
    """Compare the tables as they stand with what the policy would make of them; nothing is written.

    Args:
        period: of the tables that have one, YYYY-MM.

    Raises:
        ValueError: nothing was taken in yet.
        ModelError: a model under this policy breaks its contract.
        NotOnRecordError: a table is not as the last commit on record left it.
    """
    with lake.reading():
        pass  # makes an empty lake on first use
    with closing(lake.attach(read_only=True)) as connection:
        refuse(lake, connection)
        last = materializations(connection, period)
        if "landing.record" not in last:
            raise ValueError("nothing was taken in yet; use `shuzhang run` 尚未接收任何交付，请先运行 shuzhang run")
        tables = lake.tables.under(policy)
        hashes = policy.list_hashes
        again = rereading(last[_RECORDS].policy_sha256, policy)
        content = _content(connection, lake.home, policy) if Rereading.CONTENT in again else None
        stale = stale_now(tables, last, hashes, (_RECORDS,) if content is not None else ())
        with _aside(connection, policy, tables, stale, period, content):
            # What became of the lists themselves is what was edited.
            found = tuple(_compared(connection, table, period) for table in stale if table.stage != POLICY)
        return PolicyDiff(Rereading.ALL in again, tuple(diff for diff in found if diff))


def _content(connection: duckdb.DuckDBPyConnection, home: Home, policy: PolicySet) -> pa.Table | None:
    """The records of the content deliveries that were taken in, as they would be read under the policy; None if there are none."""
    rows = connection.execute(
        "SELECT delivery_id FROM lake.landing.delivery WHERE kind = $kind AND status <> 'withdrawn'", {"kind": CONTENT}
    ).fetchall()
    landed = {delivery_id for (delivery_id,) in rows}
    read: list[pa.Table] = []
    taken: list[pa.Table] = []
    for outcome in read_files(
        home, policy, [d for d in Intake(home).deliveries() if d.delivery_id in landed], taken.append
    ):
        read += taken if outcome.record_count else []
        taken.clear()
    return pa.concat_tables(read) if read else None


@contextmanager
def _aside(
    connection: duckdb.DuckDBPyConnection,
    policy: PolicySet,
    tables: Tables,
    stale: list[Table],
    period: str,
    content: pa.Table | None,
) -> Iterator[None]:
    """The tables under the policy in the default database; those that it leaves alone are the lake's."""
    # One snapshot throughout, whatever is committed meanwhile.
    connection.execute("ATTACH ':memory:' AS proposed; USE proposed; BEGIN")
    for stage in {table.stage for table in tables.values()}:
        connection.execute(f"CREATE SCHEMA {stage}")
    connection.execute(tables[POLICY_ENTRY].ddl())
    connection.register("entries", policy.entries)
    connection.execute(f"INSERT INTO {POLICY_ENTRY} BY NAME SELECT * FROM entries")
    connection.unregister("entries")
    unfilled = Unfilled.of(connection, tables)
    landing = any(table.stage == "landing" for table in stale)
    # The guard judges deliveries anew, in a copy.
    own = {POLICY_ENTRY, *(table.qualified for table in stale)} | ({"landing.delivery"} if landing else set())
    if landing:
        own |= {table.qualified for table in tables.of_stage("landing") if table.model}
    if content is not None:
        own.add(_RECORDS)
        _put_records(connection, tables[_RECORDS], content)
    for name, table in tables.items():
        if name not in own and table not in unfilled:
            connection.execute(f"CREATE VIEW {name} AS FROM lake.{name}")
        elif name not in (POLICY_ENTRY, _RECORDS):
            connection.execute(table.ddl())
            if table.partition is not None and table not in unfilled:
                connection.execute(
                    f"INSERT INTO {name} SELECT * FROM lake.{name} WHERE {identifier(table.partition)} <> $value",
                    {"value": partition_key(table, period)},
                )
    for table in stale:
        if table.stage == POLICY:
            fill(connection, table, period)
    if landing:
        connection.execute("INSERT INTO landing.delivery SELECT * FROM lake.landing.delivery")
        fill_models(connection, tables)
    for table in stale:
        if table.stage not in (POLICY, "landing"):
            fill(connection, table, period)
    yield


def _put_records(connection: duckdb.DuckDBPyConnection, table: Table, content: pa.Table) -> None:
    """`landing.record` with content as it would be read, and all else as it stands."""
    connection.execute(table.ddl("landing.content_record"))
    connection.register("reread", content)
    connection.execute("INSERT INTO landing.content_record BY NAME SELECT * FROM reread")
    connection.unregister("reread")
    connection.execute(
        f"CREATE VIEW {_RECORDS} AS SELECT r.* FROM lake.{_RECORDS} AS r JOIN lake.landing.delivery AS d USING (delivery_id) "
        f"WHERE d.kind <> {literal(CONTENT)} UNION ALL BY NAME SELECT * FROM landing.content_record"
    )


def _is_there(connection: duckdb.DuckDBPyConnection, table: Table) -> bool:
    found = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = 'lake' AND schema_name = $stage AND table_name = $name",
        {"stage": table.stage, "name": table.name},
    )
    return found.fetchone() is not None


def _compared(connection: duckdb.DuckDBPyConnection, table: Table, period: str) -> TableDiff:
    values = {"value": partition_key(table, period)} if table.partition else {}
    # The lake has no table yet of a form of the city's own that is new.
    stood = f"lake.{table.qualified}" if _is_there(connection, table) else f"(FROM {table.qualified} WHERE false)"
    where = f"WHERE {identifier(table.partition)} = $value" if table.partition else ""
    for name, source in (("before", stood), ("after", table.qualified)):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name}_rows AS SELECT * FROM {source} {where}", values)
    key = ", ".join(identifier(column) for column in table.key)
    others = [column for column in table.columns if column.name not in table.key]
    differ = " OR ".join(f"b.{identifier(c.name)} IS DISTINCT FROM a.{identifier(c.name)}" for c in others) or "false"
    (added, removed, changed) = connection.execute(
        f"SELECT (SELECT count(*) FROM after_rows ANTI JOIN before_rows USING ({key})), "
        f"(SELECT count(*) FROM before_rows ANTI JOIN after_rows USING ({key})), "
        f"(SELECT count(*) FROM before_rows AS b JOIN after_rows AS a USING ({key}) WHERE {differ})"
    ).fetchone() or (0, 0, 0)
    changes = []
    # Of money each row has another value, and its sums tell more; a hash tells nothing.
    for column in (c.name for c in others if changed and not c.name.endswith(("_cny", "_hash"))):
        rows = connection.execute(
            f"SELECT b.{identifier(column)}, a.{identifier(column)}, count(*) FROM before_rows AS b "
            f"JOIN after_rows AS a USING ({key}) WHERE b.{identifier(column)} IS DISTINCT FROM a.{identifier(column)} "
            f"GROUP BY ALL ORDER BY 3 DESC, 1, 2 LIMIT {_MOST_CHANGES}"
        ).fetchall()
        changes += [Change(column, *row) for row in rows]
    totals = {}
    for column in (c.name for c in table.columns if c.name.endswith("_cny") and (added or removed or changed)):
        before, after = (
            connection.execute(
                f"SELECT coalesce(sum({identifier(column)}), 0) FROM {name}_rows WHERE {table.totals_where or 'true'}"
            ).fetchone()
            for name in ("before", "after")
        )
        if before and after and before != after:
            totals[column] = (before[0], after[0])
    return TableDiff(table, added, removed, changed, tuple(changes), totals)
