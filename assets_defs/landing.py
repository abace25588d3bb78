"""Stage landing: pending deliveries come in, record by record, and nothing is lost.

The stage is built whole: what a record became depends on all deliveries of its deliverer. Its blocking check is the record
equation; while that fails, nothing downstream is built. A delivery that the guard holds is a warning: what stood stands.
The data version of its tables is a hash of the delivered bytes, so that a source which brought nothing new makes nothing stale.
"""

import hashlib
from collections.abc import Iterator

import dagster as dg
from pydantic import Field

from assets_defs.stage import asset_key, asset_spec, cause_first, commit_info, restored, results
from quality.checks import NOTHING_HELD, RECORD_EQUATION, nothing_held, record_equation
from readers.policy.files import PolicySet
from warehouse.building.build import policy_hash
from warehouse.intake.first_reading import FirstReading
from warehouse.intake.guard import GUARD
from warehouse.intake.ingest import SOURCES, ingest, reading_hash
from warehouse.intake.landed import delivered_hash
from warehouse.intake.received import catch_up, demand_received
from warehouse.publish.receipt import write_receipts
from warehouse.resource import LakeResource
from warehouse.store.owed import RECEIPTS_OF, owed
from warehouse.tables.definitions import all_tables

_TABLES = all_tables().of_stage("landing")
_GATE = asset_key(all_tables()["landing.current_record"])
_GUARD = asset_key(all_tables()[GUARD])
#: On a run: how many deliveries wait for a decision.
HELD_TAG = "shuzhang/held"


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
        dg.AssetCheckSpec(RECORD_EQUATION, asset=_GATE, blocking=True, description="来件 = 接受 + 拒收 + 未变 + 搁置"),
        dg.AssetCheckSpec(
            NOTHING_HELD, asset=_GUARD, description="没有待决定的交付 / no delivery waits for a decision"
        ),
    ],
    description="落地 / landing",
)
@cause_first
def landing_stage(
    context: dg.AssetExecutionContext,
    config: LandingConfig,
    lake: LakeResource,
    first_reading: dg.ResourceParam[FirstReading],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    store, policy = restored(context, lake), lake.policy()
    # A run of the UI begins here.
    catch_up(store.home)
    demand_received(store.home)
    info = commit_info(context, "landing")
    taken, built = ingest(store, policy, config.deliverers, info, read=first_reading.files)
    context.log.info("%d deliveries read, %d withdrawals", len(taken.deliveries), len(taken.withdrawals))
    write_receipts(store, sorted(owed(store.home, RECEIPTS_OF)))
    yield from results(built, versions=_versions(delivered_hash(store), policy))
    yield record_equation(store, _GATE)
    held = nothing_held(store, _GUARD)
    if not held.passed:
        # The list of runs and the run's own page show a run's tags; a check is seen on its asset alone.
        context.instance.add_run_tags(context.run.run_id, {HELD_TAG: f"{held.metadata['held'].value}"})
    yield held


def _versions(delivered: str, policy: PolicySet) -> dict[str, str]:
    """Data versions of the stage's tables: all that is in them follows from the delivered bytes, the models and the policy."""
    hashes = policy.list_hashes
    facts = {
        table.qualified: (delivered, table.model, policy_hash(table, hashes) if table.model else reading_hash(policy))
        for table in _TABLES
    }
    return {name: hashlib.sha256(repr(fact).encode()).hexdigest() for name, fact in facts.items()}
