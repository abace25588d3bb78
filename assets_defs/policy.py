"""Stage policy: the files under the home's `policy/`, one row an entry."""

from collections.abc import Iterator

import dagster as dg

from assets_defs.stage import asset_spec, commit_info, results
from warehouse.building.policy_entries import build_policy
from warehouse.resource import LakeResource
from warehouse.tables.definitions import all_tables


@dg.multi_asset(name="policy", specs=[asset_spec(all_tables()["policy.entry"], deps=[])], description="政策 / policy")
def policy_stage(context: dg.AssetExecutionContext, lake: LakeResource) -> Iterator[dg.MaterializeResult]:
    yield from results([build_policy(lake.open(), lake.policy(), commit_info(context, "policy"))])
