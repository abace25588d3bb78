"""Stage finance: asset cards against the ledger balances of a period, as tables and as a workbook.

The check on the reconciliation warns: differences are for people to settle, and nothing downstream waits for them.
"""

from collections.abc import Iterator

import dagster as dg

from assets_defs.stage import PERIODS, asset_key, asset_spec, build_selected, cause_first, results, run_period
from quality.checks import RECONCILED, reconciled
from warehouse.publish.workbook import RECONCILIATION_TABLES, publish_reconciliation
from warehouse.resource import LakeResource
from warehouse.store.owed import owe
from warehouse.tables.definitions import all_tables

_TABLES = {asset_key(table): table for table in all_tables().of_stage("finance")}
_STATEMENT = asset_key(all_tables()["finance.reconciliation"])


@dg.multi_asset(
    name="finance",
    specs=[asset_spec(table) for table in _TABLES.values()],
    check_specs=[
        dg.AssetCheckSpec(RECONCILED, asset=_STATEMENT, description="卡片与财务账相符 / the cards agree with the books")
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
    yield from results(built, {name: {"workbook": dg.MetadataValue.path(file)} for name in published if file})
    if any(check.name == RECONCILED for check in context.selected_asset_check_keys):
        yield reconciled(lake.open(), _STATEMENT, context.partition_key)
