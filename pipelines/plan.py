"""What a run would do: the period, what is pending, what is stale.

Belongs here: choosing assets before a run starts. Does not belong here: running (`run.py`), judging staleness (`warehouse`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import dagster as dg
import msgspec
import pyarrow as pa

from assets_defs.quality import GATE_TABLE
from assets_defs.stage import asset_key
from quality.rules import gate_is_closed
from readers.policy.files import PolicySet
from warehouse import queries
from warehouse.building.build import partition_key, stale_now
from warehouse.building.policy_entries import policy_state
from warehouse.building.staleness import materializations
from warehouse.intake.deliveries import Delivery
from warehouse.intake.ingest import SOURCES, Pending, pending
from warehouse.intake.reading import ReadFiles, read_files
from warehouse.store.lake import Lake
from warehouse.store.owed import RECEIPTS_OF, owed
from warehouse.tables.periods import is_period
from warehouse.tables.table import POLICY_ENTRY, Table


@dataclass(frozen=True)
class Plan:
    """The assets to materialise for a period; none if nothing is stale."""

    period: str
    pending: Pending
    assets: tuple[dg.AssetKey, ...]


def plan(
    lake: Lake,
    policy: PolicySet,
    period: str | None,
    deliverers: Collection[str],
    read: ReadFiles = read_files,
    suspect: Collection[str] = (),
) -> Plan:
    """Plan a run.

    Args:
        period: YYYY-MM; by default that of `default_period`.
        deliverers: take in deliveries of these alone; empty for all.
        read: how pending files are read, if the period is found in them.
        suspect: tables to build in any case, since something else than a commit had changed them.

    Raises:
        ValueError: nothing was delivered, so there is no period.
    """
    todo = pending(lake, policy, deliverers)
    period = period or default_period(lake, policy, todo, read)
    tables = lake.tables.under(policy)
    with lake.reading() as connection:
        last = materializations(connection, period)
    entry = last.get(POLICY_ENTRY)
    policy_stale = entry is None or entry.sql_sha256 != policy_state(policy)
    hashes = policy.list_hashes
    unlanded = bool(todo or owed(lake.home, RECEIPTS_OF)) or not all(name in last for name in SOURCES)
    stale = stale_now(tables, last, hashes, SOURCES if unlanded else ())
    names = {table.qualified for table in stale}
    # A run that died between a commit and its files left them owed.
    owing = {
        table.qualified for table in tables.derived if partition_key(table, period) in owed(lake.home, table.qualified)
    }
    again = owing | {name for name in suspect if name in tables and tables[name].model}
    # What is built anew makes stale what is made from it, which would be left to another run.
    names |= again | {table.qualified for table in _downstream(lake, again | (names & set(suspect)))}
    if policy_stale:
        names.add(POLICY_ENTRY)
    if unlanded or any(table.stage == "landing" for table in stale):
        names |= {table.qualified for table in tables.of_stage("landing")}
        names |= {t.qualified for t in _downstream(lake, names)}
    if names and gate_is_closed(lake):
        # Its table may be up to date: the gate must be asked again all the same before anything behind it is built.
        names.add(GATE_TABLE)
    return Plan(period, todo, tuple(asset_key(t) for t in tables.values() if t.qualified in names))


def default_period(lake: Lake, policy: PolicySet, todo: Pending, read: ReadFiles = read_files) -> str:
    """The latest month in the ledger deliveries that is not after its delivery's date, else in the cost deliveries, else the month of
    the latest delivery.

    Deliveries that are pending count: their files are read for it, so that one run takes them in and reports their month. Of ledgers
    and costs, `read` may keep what it reads, for landing.

    Raises:
        ValueError: nothing was delivered.
    """
    with lake.reading() as connection:
        row = connection.execute(queries.text("latest_months")).fetchone() or (None, None)
        last = connection.execute("SELECT strftime(max(delivery_date), '%Y-%m') FROM landing.delivery").fetchone() or (
            None,
        )
    withdrawn = {w.delivery_id for w in todo.withdrawals}
    deliveries = [d for d in todo.deliveries if d.delivery_id not in withdrawn]
    for kind, column, landed in (("ledger", "period", row[0]), ("costs", "posted_date", row[1])):
        months = _months(lake, policy, [d for d in deliveries if d.kind == kind], column, read)
        found = [month for month in (landed, *months) if month]
        if found:
            return max(found)
    dates = [f"{d.delivery_date:%Y-%m}" for d in deliveries] + [month for month in last if month]
    if not dates:
        raise ValueError("nothing was delivered yet; use `shuzhang deliver` 尚无交付，请先用 shuzhang deliver 交付")
    return max(dates)


def _months(lake: Lake, policy: PolicySet, deliveries: Sequence[Delivery], column: str, read: ReadFiles) -> set[str]:
    """The months in a column of the records of deliveries, those that do not lie after theirs: 2062-06 is a slip of the pen."""
    months: set[str] = set()
    of_file: set[str] = set()
    latest = {delivery.delivery_id: f"{delivery.delivery_date:%Y-%m}" for delivery in deliveries}

    def take(records: pa.Table) -> None:
        bodies = (msgspec.json.decode(body) for body in records.column("body").to_pylist() if body)
        of_file.update(str(body.get(column, ""))[:7] for body in bodies)

    for outcome in read(lake.home, policy, deliveries, take):
        if outcome.record_count:
            months |= {month for month in of_file if is_period(month) and month <= latest[outcome.delivery_id]}
        of_file.clear()
    return months


def _downstream(lake: Lake, names: Collection[str]) -> list[Table]:
    reached = set(names)
    for table in lake.tables.derived:
        if reached & (set(table.inputs) - {POLICY_ENTRY}):
            reached.add(table.qualified)
    return [lake.tables[name] for name in reached]
