"""Stage landing: pending deliveries come in, record by record, and nothing is lost.

The stage is built whole: what a record became depends on all deliveries of its deliverer. Its blocking check is the record
equation; while that fails, nothing downstream is built.
"""

from collections.abc import Iterator

import dagster as dg
from pydantic import Field

from assets_defs.stage import asset_key, asset_spec, commit_info, results
from quality.checks import RECORD_EQUATION, record_equation
from warehouse.ingest import SOURCES, ingest, pending
from warehouse.publish.receipt import write_receipts
from warehouse.registry import registry
from warehouse.resource import LakeResource

_TABLES = registry().of_stage("landing")
_GATE = asset_key(registry()["landing.current_record"])


class LandingConfig(dg.Config):
    """Which deliveries to take in."""

    deliverers: list[str] = Field(
        default=[],
        description="只接收这些交付单位的交付；留空为全部 / only deliveries of these deliverers; empty for all",
    )


@dg.multi_asset(
    name="landing",
    specs=[
        asset_spec(table, deps=[dg.AssetKey(["policy", "entry"])] if table.qualified in SOURCES else None)
        for table in _TABLES
    ],
    check_specs=[
        dg.AssetCheckSpec(RECORD_EQUATION, asset=_GATE, blocking=True, description="来件 = 接受 + 拒收 + 未变 + 搁置")
    ],
    description="落地 / landing",
)
def landing_stage(
    context: dg.AssetExecutionContext, config: LandingConfig, lake: LakeResource
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    store, policy = lake.open(), lake.policy()
    todo = pending(store, policy, config.deliverers)
    context.log.info("%d deliveries to read, %d withdrawals", len(todo.deliveries), len(todo.withdrawals))
    built = ingest(store, policy, todo, commit_info(context, "landing"))
    write_receipts(store, [d.delivery_id for d in todo.deliveries])
    yield from results(built)
    yield record_equation(store, _GATE)
