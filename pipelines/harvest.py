"""The harvest in Dagster: a job that harvests one source, a schedule for each source of the home, and the run that takes in what came.

A harvest is a run and no tick, since it may take minutes and a tick may not; a source that fails is a failed run, which is told like
any other. Only a delivery that was not taken in yet starts a run of `ingest`. Does not belong here: harvesting (`warehouse/harvest`).
"""

from datetime import UTC, datetime

import dagster as dg

from pipelines.jobs import INGEST, JOBS
from pipelines.partitions import add_partitions
from pipelines.schedules import TIME_ZONE
from warehouse.harvest.run import harvest
from warehouse.harvest.sources import read_sources
from warehouse.harvest.state import FAILED
from warehouse.resource import LakeResource
from warehouse.store.home import Home
from warehouse.store.lake import Lake

HARVEST = "harvest"
#: Ops and jobs of one repository must not share a name.
_STEP = "harvest_source"
#: Run tags: what a run harvests, and what is to be taken in after it.
SOURCE_TAG, _DELIVERER_TAG, _DELIVERY_TAG = "shuzhang/source", "shuzhang/deliverer", "shuzhang/delivery"


class HarvestConfig(dg.Config):
    """source: its name in the home's policy/sources.toml."""

    source: str


@dg.op(name=_STEP, description="采集一个来源 / harvest one source")
def _harvest_op(context: dg.OpExecutionContext, config: HarvestConfig, lake: LakeResource) -> None:
    opened = lake.open()
    for found in harvest(opened.home, [config.source], now=datetime.now(UTC)):
        if found.outcome == FAILED:
            raise dg.Failure(found.reason, allow_retries=False)
        context.log.info(f"{found.source}: {found.outcome} {found.delivery_id}")
        # An earlier harvest may have died between receiving it and saying so here.
        if found.deliverer_code and found.delivery_id and not _is_landed(opened, found.delivery_id):
            add_partitions(context.instance, deliverers=[found.deliverer_code])
            tags = {_DELIVERER_TAG: found.deliverer_code, _DELIVERY_TAG: found.delivery_id}
            context.instance.add_run_tags(context.run_id, tags)


def _is_landed(lake: Lake, delivery_id: str) -> bool:
    with lake.reading() as connection:
        row = connection.execute("SELECT count(*) FROM landing.delivery WHERE delivery_id = $id", {"id": delivery_id})
        return row.fetchone() != (0,)


@dg.job(
    name=HARVEST,
    description="采集一个来源，新的内容登记为交付 / harvest one source; what is new is received as a delivery",
)
def _harvest_job() -> None:
    _harvest_op()


HARVEST_JOB = _harvest_job


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    name="harvested",
    monitored_jobs=[HARVEST_JOB],
    request_job=next(job for job in JOBS if job.name == INGEST),
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="采集到新交付时接收它 / takes in what a harvest brought",
)
def harvested_sensor(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
    tags = context.dagster_run.tags
    if _DELIVERY_TAG not in tags:
        return dg.SkipReason("没有新的内容 / nothing new")
    return dg.RunRequest(run_key=tags[_DELIVERY_TAG], partition_key=tags[_DELIVERER_TAG])


def harvest_schedules(home: Home) -> list[dg.ScheduleDefinition]:
    """A schedule for each source of the home's list, off until it is turned on; what is wrong in the list is told in the log."""
    sources = read_sources(home)
    for problems in sources.problems.values():
        for problem in problems:
            dg.get_dagster_logger().error(str(problem))
    return [
        dg.ScheduleDefinition(
            name=f"{HARVEST}_{source.name}",
            job=HARVEST_JOB,
            cron_schedule=source.schedule,
            execution_timezone=TIME_ZONE,
            run_config={"ops": {_STEP: {"config": {"source": source.name}}}},
            tags={SOURCE_TAG: source.name},
            description=f"采集 / harvests {source.url}",
        )
        for source in sources.good.values()
    ]
