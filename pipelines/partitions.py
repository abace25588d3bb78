"""The partitions of jobs and assets, and the arithmetic of periods.

Periods partition assets, so they are defined beside them (`assets_defs/stage.py`). Deliverers partition the job `ingest` alone: one
run has one partitioning, and its assets hold the records of all deliverers. Does not belong here: the default period (`plan.py`).
"""

import fcntl
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import dagster as dg

from assets_defs.stage import PERIODS
from warehouse.tables.periods import checked

DELIVERERS = dg.DynamicPartitionsDefinition(name="deliverer")


def add_partitions(
    instance: dg.DagsterInstance, *, periods: Iterable[str] = (), deliverers: Iterable[str] = ()
) -> None:
    """Make periods and deliverers known to Dagster; known ones stay as they are.

    Raises:
        PeriodError: a period is none.
    """
    periods = [checked(period) for period in periods]
    # Dagster looks up what is there and then inserts: of two processes at once, one fails (UNIQUE constraint, seen).
    with (Path(instance.root_directory) / "partitions.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for definition, keys in ((PERIODS, periods), (DELIVERERS, deliverers)):
            name = str(definition.name)
            new = sorted(set(keys) - set(instance.get_dynamic_partitions(name)))
            if new:
                instance.add_dynamic_partitions(name, new)


def known_periods(instance: dg.DagsterInstance) -> list[str]:
    """The periods that Dagster shows, whoever added them: the UI takes any text for one."""
    return [*instance.get_dynamic_partitions(str(PERIODS.name))]


def drop_period(instance: dg.DagsterInstance, period: str) -> None:
    """Have Dagster show a period no more."""
    if period in known_periods(instance):
        instance.delete_dynamic_partition(str(PERIODS.name), period)


def month_before(day: date) -> str:
    """The period that had ended on a day: YYYY-MM of the month before."""
    return f"{day.replace(day=1) - timedelta(days=1):%Y-%m}"


def last_year_end(period: str) -> str:
    """The latest December that is not after a period."""
    year, month = period.split("-")
    return period if month == "12" else f"{int(year) - 1:04}-12"
