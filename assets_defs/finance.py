"""Stage finance: asset cards against the ledger balances of a period, as tables and as a workbook.

The checks warn: differences are for people to settle, and nothing downstream waits for them.
"""

from collections.abc import Iterator

import dagster as dg

from assets_defs.stage import PERIODS, asset_key, asset_spec, build_selected, cause_first, results, run_period
from quality.checks import JOURNALS_BALANCE, RECONCILED, journals_balance, reconciled
from warehouse import queries
from warehouse.publish.workbook import RECONCILIATION_TABLES, publish_reconciliation
from warehouse.resource import LakeResource
from warehouse.store.lake import Lake
from warehouse.store.owed import owe
from warehouse.tables.definitions import all_tables

_TABLES = {asset_key(table): table for table in all_tables().of_stage("finance")}
_STATEMENT = asset_key(all_tables()["finance.reconciliation"])
_JOURNAL = asset_key(all_tables()["finance.journal_entry"])


@dg.multi_asset(
    name="finance",
    specs=[asset_spec(table) for table in _TABLES.values()],
    check_specs=[
        dg.AssetCheckSpec(
            RECONCILED, asset=_STATEMENT, description="卡片与财务账相符 / the cards agree with the books"
        ),
        dg.AssetCheckSpec(
            JOURNALS_BALANCE, asset=_JOURNAL, description="凭证建议借贷相等 / the entries that are proposed balance"
        ),
    ],
    can_subset=True,
    partitions_def=PERIODS,
    description="财务 / finance",
)
@cause_first
def finance_stage(
    context: dg.AssetExecutionContext, lake: LakeResource
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Build the tables of the period, then write them as a workbook under the home's `reports/<period>/`."""
    selected = [table for key, table in _TABLES.items() if key in context.selected_asset_keys]
    published = set(RECONCILIATION_TABLES) & {table.qualified for table in selected}
    for name in published:
        owe(lake.open().home, name, [str(run_period(context))])
    built = build_selected(context, lake, selected, "finance")
    file = publish_reconciliation(lake.open(), context.partition_key) if published else None
    extra: dict[str, dict[str, dg.MetadataValue]] = {
        name: {"workbook": dg.MetadataValue.path(file)} for name in published if file
    }
    if any(one.table.qualified == "finance.difference" for one in built):
        extra["finance.difference"] = _counts(lake.open(), context.partition_key)
    yield from results(built, extra)
    checks = {check.name for check in context.selected_asset_check_keys}
    if RECONCILED in checks:
        yield reconciled(lake.open(), _STATEMENT, context.partition_key)
    if JOURNALS_BALANCE in checks:
        yield journals_balance(lake.open(), _JOURNAL, context.partition_key)


def _counts(lake: Lake, period: str) -> dict[str, dg.MetadataValue]:
    """Items and units that differ, and the age of the oldest difference: numbers, which the UI plots over time."""
    with lake.reading() as connection:
        answer = connection.execute(queries.text("difference_counts"), {"period": period})
        names = [column[0] for column in answer.description or ()]
        (row,) = answer.fetchall()
    return {name: dg.MetadataValue.int(value) for name, value in zip(names, row, strict=True)}
