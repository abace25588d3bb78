"""Stage report: the state-asset report forms of a period, as tables and as workbooks."""

from collections.abc import Iterator

import dagster as dg

from assets_defs.stage import PERIODS, asset_key, asset_spec, build_selected, cause_first, results, run_period
from warehouse.publish.workbook import publish_forms
from warehouse.resource import LakeResource
from warehouse.store.owed import owe
from warehouse.tables.definitions import all_tables

_TABLES = {asset_key(table): table for table in all_tables().of_stage("report")}


@dg.multi_asset(
    name="report",
    specs=[asset_spec(table) for table in _TABLES.values()],
    can_subset=True,
    partitions_def=PERIODS,
    description="报告 / report",
)
@cause_first
def report_stage(context: dg.AssetExecutionContext, lake: LakeResource) -> Iterator[dg.MaterializeResult]:
    """Build the forms of the period, then write each as a workbook under the home's `reports/<period>/`."""
    selected = [table for key, table in _TABLES.items() if key in context.selected_asset_keys]
    forms = [table for table in selected if table.layout_lists]
    for table in forms:
        owe(lake.open().home, table.qualified, [str(run_period(context))])
    built = build_selected(context, lake, selected, "report")
    files = publish_forms(lake.open(), forms, context.partition_key)
    yield from results(built, {name: {"workbook": dg.MetadataValue.path(file)} for name, file in files.items()})
