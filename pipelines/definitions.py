"""Everything that Dagster knows: one `build_definitions` for the UI, the command line and tests alike."""

import dagster as dg

from assets_defs import catalog, classification, landing, policy, quality, registry, report, valuation
from warehouse.resource import LakeResource

#: The job of `shuzhang run`; the UI launches the same.
EVERYTHING = "everything"

ASSETS = [
    policy.policy_stage,
    landing.landing_stage,
    catalog.catalog_stage,
    quality.quality_stage,
    classification.classification_stage,
    registry.registry_stage,
    valuation.valuation_stage,
    valuation.valuation_by_period_stage,
    report.report_stage,
]


def build_definitions(lake: LakeResource | None = None) -> dg.Definitions:
    """All assets and jobs over one home.

    Args:
        lake: the home; by default the one that SHUZHANG_HOME names.
    """
    return dg.Definitions(
        assets=ASSETS,
        jobs=[dg.define_asset_job(EVERYTHING, selection=dg.AssetSelection.all(), description="全部阶段 / every stage")],
        resources={"lake": lake or LakeResource()},
        # A job without an executor of its own runs multiprocess: 12 s for two trivial steps against 0.2 s in-process.
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `workspace.yaml` loads."""
    return build_definitions()
