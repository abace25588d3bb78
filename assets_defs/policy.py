"""Stage policy: the files under the home's `policy/`, one row an entry, and a typed table a list."""

from collections.abc import Iterator

import dagster as dg

from assets_defs.stage import asset_key, asset_spec, cause_first, commit_info, restored, results
from warehouse.building.policy_entries import build_policy
from warehouse.resource import LakeResource
from warehouse.tables.definitions import all_tables
from warehouse.tables.table import POLICY

_TABLES = {asset_key(table): table for table in all_tables().of_stage(POLICY)}


@dg.multi_asset(
    name=POLICY,
    specs=[asset_spec(table, deps=None if table.model else []) for table in _TABLES.values()],
    can_subset=True,
    description="政策 / policy",
)
@cause_first
def policy_stage(context: dg.AssetExecutionContext, lake: LakeResource) -> Iterator[dg.MaterializeResult]:
    selected = {_TABLES[key].qualified for key in context.selected_asset_keys}
    yield from results(build_policy(restored(context, lake), lake.policy(), commit_info(context, POLICY), selected))
