"""Runs whose process is gone, put on record as failed.

A run that is killed leaves Dagster's storage as it was: it would show as running for ever, and hold up the queue of runs. Does
not belong here: telling processes apart (`warehouse/store/process.py`).
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from warehouse.store.process import PROCESS_TAG, is_gone, marks

#: A run with one of these has a process, or had one: of one that was killed before its first step Dagster says that it did not start.
IN_PROGRESS = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]

#: A run marks itself as it starts, within seconds; one that did not by then never will.
_START = timedelta(seconds=180)

KILLED = (
    "运行进程已不在（被终止或机器重启），未提交的内容未写入，数据湖完好；请重新运行 / "
    "the process of this run is gone (killed, or the machine restarted); what it had not committed was not written and the lake "
    "is whole; run again"
)


def reap_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Report every run as failed that is in progress by the record and has no living process; returns their ids."""
    reaped = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=IN_PROGRESS)):
        run_id = record.dagster_run.run_id
        mark = record.dagster_run.tags.get(PROCESS_TAG, "")
        unmarked_for = datetime.now(UTC) - record.update_timestamp.replace(tzinfo=UTC)
        gone = is_gone(mark) if marks(mark, run_id) else unmarked_for > _START
        # It may have ended well since it was looked up; its status cannot change any more once its process is gone.
        run = instance.get_run_by_id(run_id) if gone else None
        if run is not None and run.status in IN_PROGRESS:
            instance.report_run_failed(run, KILLED)
            reaped.append(run_id)
    return reaped
