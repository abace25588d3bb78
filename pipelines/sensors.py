"""What happens by itself while the daemon runs: the inbox is emptied, failures are told, dead runs are put on record.

All are on from the start. Does not belong here: receiving (`warehouse/intake/inbox.py`), judging processes (`reaper.py`).
"""

import hashlib
import json
import shlex
from collections import defaultdict
from dataclasses import asdict

import dagster as dg

from pipelines.harvest import HARVEST, SOURCE_TAG
from pipelines.jobs import INGEST, JOB_NAMES
from pipelines.partitions import add_partitions
from pipelines.problems import problems
from pipelines.reaper import reap_dead_runs
from warehouse.intake.inbox import Seen, look
from warehouse.intake.landed import landed
from warehouse.resource import LakeResource
from warehouse.tables.periods import is_period


@dg.sensor(
    name="inbox",
    job_name=INGEST,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="接收家目录 inbox/ 中的交付，每个交付单位一次运行 / receives what lies in the home's inbox/, one run a deliverer",
)
def inbox_sensor(context: dg.SensorEvaluationContext, lake: LakeResource) -> dg.SensorResult | dg.SkipReason:
    store = lake.open()
    with store.reading() as connection:
        rows = connection.execute("SELECT DISTINCT organisation_code FROM catalog.organisation").fetchall()
    before = {name: Seen(**fields) for name, fields in json.loads(context.cursor or "{}").items()}
    found = look(store.home, before, deliverers={row[0] for row in rows})
    context.update_cursor(json.dumps({name: asdict(one) for name, one in found.seen.items()}))
    for one in found.left:
        state = "隔离 / quarantined" if one.is_quarantined else "未接收 / not received"
        context.log.error(f"inbox/{one.name}: {state}: {one.reason}")
    # What repeats a delivery that was taken in has nothing new for a run.
    known = landed(store) if found.taken else set()
    deliveries: dict[str, list[str]] = defaultdict(list)
    for one in found.taken:
        context.log.info(f"inbox/{one.name}: 已接收 / received: {one.deliverer_code} {one.delivery_id}")
        if one.delivery_id not in known:
            deliveries[one.deliverer_code].append(one.delivery_id)
    if not deliveries:
        return dg.SkipReason(
            f"没有新的交付 / no new delivery; {len(found.left)} 项未接收 / not received, {len(found.seen)} 项未完成 / not complete"
        )
    add_partitions(context.instance, deliverers=deliveries)
    return dg.SensorResult(
        run_requests=[
            # Deliveries that were received before make the same key, and Dagster starts no second run for a key.
            dg.RunRequest(run_key=hashlib.sha256(" ".join(sorted(ids)).encode()).hexdigest(), partition_key=deliverer)
            for deliverer, ids in sorted(deliveries.items())
        ]
    )


@dg.sensor(
    name="dead_runs",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="进程已不在的运行记为失败 / runs whose process is gone are put on record as failed",
)
def dead_runs_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    reaped = reap_dead_runs(context.instance)
    return dg.SkipReason(f"{len(reaped)} 次运行的进程已不在 / runs had lost their process {' '.join(reaped)}")


@dg.run_failure_sensor(
    name="run_failed",
    # Runs of the command line name no code location, so only a sensor of all locations sees them.
    monitor_all_code_locations=True,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="运行失败写入守护进程日志 / tells a failed run in the daemon's log",
)
def run_failed_sensor(context: dg.RunFailureSensorContext) -> None:
    run = context.dagster_run
    logs = context.instance.all_logs(
        run.run_id, of_type={dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.ASSET_CHECK_EVALUATION}
    )
    causes = problems(entry.dagster_event for entry in logs if entry.dagster_event) or [
        str(context.failure_event.message)
    ]
    context.log.error(
        "\n".join(
            [
                f"运行失败 / run failed: 作业 / job {run.job_name}, 分区 / partition {run.tags.get('dagster/partition', '-')}, "
                f"运行 / run {run.run_id}",
                *(f"  原因 / cause: {cause}" for cause in causes),
                f"  处理 / what to do: 按原因改正，然后重新运行 `{command_again(run)}`，或在界面中重新执行 / mend the cause, "
                f"then run again, or re-execute it in the UI",
            ]
        )
    )


def command_again(run: dg.DagsterRun) -> str:
    """The command that does again what a run did. Assets that were chosen in the UI are no job: what is stale of all of them is built."""
    if run.job_name == HARVEST:
        return shlex.join(["shuzhang", HARVEST, *filter(None, [run.tags.get(SOURCE_TAG)])])
    words = ["shuzhang", "run"]
    if run.job_name in JOB_NAMES:
        words += ["--job", run.job_name]
    partition = run.tags.get("dagster/partition", "")
    if run.job_name == INGEST:
        words += ["--from", partition] if partition else []
    elif is_period(partition):
        words += ["--period", partition]
    return shlex.join(words)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    name="run_recovered",
    monitor_all_code_locations=True,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="失败后的首次成功写入守护进程日志 / tells the first success after a failure in the daemon's log",
)
def run_recovered_sensor(context: dg.RunStatusSensorContext) -> None:
    run = context.dagster_run
    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
    same = context.instance.get_run_records(dg.RunsFilter(job_name=run.job_name, statuses=ended), limit=50)
    ids = [record.dagster_run.run_id for record in same]
    before = same[ids.index(run.run_id) + 1 :] if run.run_id in ids else []
    if before and before[0].dagster_run.status is dg.DagsterRunStatus.FAILURE:
        context.log.info(
            f"已恢复 / recovered: 作业 / job {run.job_name}, 运行 / run {run.run_id}, "
            f"此前失败 / failed before: {before[0].dagster_run.run_id}"
        )


SENSORS = [inbox_sensor, dead_runs_sensor, run_failed_sensor, run_recovered_sensor]
