"""When the books are closed. The period comes from the time that a tick was scheduled for, never from the clock.

Both are stopped until someone turns them on in the UI: an installation has its own closing days. A tick adds its period to
the partitions; a tick that is evaluated twice starts one run. Does not belong here: what a job builds (`jobs.py`).
"""

import dagster as dg

from pipelines.jobs import MONTH_END, YEAR_END
from pipelines.partitions import add_partitions, month_before

TIME_ZONE = "Asia/Shanghai"


def _close(context: dg.ScheduleEvaluationContext, period: str) -> dg.RunRequest:
    add_partitions(context.instance, periods=[period])
    return dg.RunRequest(run_key=period, partition_key=period)


@dg.schedule(
    name="month_end",
    job_name=MONTH_END,
    cron_schedule="0 3 1 * *",
    execution_timezone=TIME_ZONE,
    description="每月1日3时：上月月结 / on the 1st at 3:00, for the month before",
)
def month_end_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _close(context, month_before(context.scheduled_execution_time.date()))


@dg.schedule(
    name="year_end",
    job_name=YEAR_END,
    cron_schedule="0 4 15 1 *",
    execution_timezone=TIME_ZONE,
    description="1月15日4时：上年年结 / on 15 January at 4:00, for the year before",
)
def year_end_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _close(context, f"{context.scheduled_execution_time.year - 1:04}-12")


SCHEDULES = [month_end_schedule, year_end_schedule]
