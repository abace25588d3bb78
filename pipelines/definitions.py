"""Everything that Dagster knows: one `build_definitions` for the UI, the command line and tests alike."""

from functools import cache

import dagster as dg

from assets_defs import (
    catalog,
    classification,
    delivered,
    finance,
    landing,
    policy,
    quality,
    registry,
    report,
    valuation,
)
from pipelines.harvest import HARVEST_JOB, harvest_schedules, harvested_sensor
from pipelines.jobs import JOBS
from pipelines.schedules import SCHEDULES
from pipelines.sensors import SENSORS
from warehouse.intake.first_reading import FirstReading
from warehouse.resource import LakeResource
from warehouse.store.home import Home, home_path
from warehouse.tables.definitions import all_tables
from warehouse.tables.own_forms import home_tables, own_tables
from warehouse.tables.table import Tables

#: Of every home the same.
_ASSETS = [
    policy.policy_stage,
    landing.landing_stage,
    delivered.delivered_stage,
    catalog.catalog_stage,
    quality.quality_stage,
    quality.quality_gate,
    classification.classification_stage,
    registry.registry_stage,
    valuation.valuation_stage,
    valuation.valuation_by_period_stage,
    finance.finance_stage,
]


def assets_of(tables: Tables) -> list[dg.AssetsDefinition]:
    """The assets over the tables that a home has: forms of its own are tables of stage report."""
    return [*_ASSETS, report.report_stage(tables) if own_tables(tables) else _shipped_report()]


@cache
def _shipped_report() -> dg.AssetsDefinition:
    return report.report_stage(all_tables())


def build_definitions(lake: LakeResource | None = None, first_reading: FirstReading | None = None) -> dg.Definitions:
    """All assets, jobs, schedules and sensors over one home: its list of sources gives the schedules of the harvest, its policy the
    forms of its own.

    Args:
        lake: the home; by default the one that SHUZHANG_HOME names.
        first_reading: what this process has read of pending deliveries; by default nothing.
    """
    lake = lake or LakeResource()
    home = Home(home_path(lake.home))
    return dg.Definitions(
        assets=assets_of(home_tables(home.policy)),
        jobs=[*JOBS, HARVEST_JOB],
        schedules=[*SCHEDULES, *harvest_schedules(home)],
        sensors=[*SENSORS, harvested_sensor],
        resources={"lake": lake, "first_reading": first_reading or FirstReading()},
        # A job without an executor of its own runs multiprocess: 12 s for two trivial steps against 0.2 s in-process.
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `workspace.yaml` loads."""
    return build_definitions()
