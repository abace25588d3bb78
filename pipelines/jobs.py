"""The jobs, which the command line, the schedules, the sensors and the UI start alike.

A job is a choice of stages, never a list of tables. Does not belong here: what is stale (`plan.py`), when a job runs
(`schedules.py`, `sensors.py`).
"""

import dagster as dg

from pipelines.partitions import DELIVERERS

INGEST = "ingest"
MONTH_END = "month_end"
YEAR_END = "year_end"
EVERYTHING = "everything"


def landing_config(deliverers: list[str]) -> dict[str, object]:
    """Run configuration that takes in the deliveries of these deliverers alone; of all if there are none."""
    return {"ops": {"landing": {"config": {"deliverers": deliverers}}}}


JOBS = [
    dg.define_asset_job(
        INGEST,
        selection=dg.AssetSelection.groups("policy", "landing", "delivered", "catalog"),
        config=dg.PartitionedConfig(DELIVERERS, run_config_for_partition_key_fn=lambda key: landing_config([key])),
        description="接收一个交付单位的交付 / take in the deliveries of one deliverer",
    ),
    dg.define_asset_job(
        MONTH_END,
        selection=dg.AssetSelection.groups("valuation", "finance", "report")
        .upstream()
        .required_multi_asset_neighbors(),
        description="月结：一个月的账及其所依据的一切 / month end: the books of a month and all that they rest on",
    ),
    dg.define_asset_job(
        YEAR_END,
        selection=dg.AssetSelection.all(),
        description="年结：十二月，全部阶段 / year end: every stage, for a December",
    ),
    dg.define_asset_job(
        EVERYTHING, selection=dg.AssetSelection.all(), description="全部阶段 / every stage, for any period"
    ),
]
JOB_NAMES = tuple(job.name for job in JOBS)
