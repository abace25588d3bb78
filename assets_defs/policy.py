"""Stage policy: the files under the home's `policy/`, one row an entry."""

from collections.abc import Iterator

import dagster as dg

from assets_defs.stage import asset_spec, commit_info, results
from warehouse.policy import build_policy
from warehouse.registry import registry
from warehouse.resource import LakeResource


@dg.multi_asset(name="policy", specs=[asset_spec(registry()["policy.entry"], deps=[])], description="政策 / policy")
def policy_stage(context: dg.AssetExecutionContext, lake: LakeResource) -> Iterator[dg.MaterializeResult]:
    yield from results([build_policy(lake.open(), lake.policy(), commit_info(context, "policy"))])
