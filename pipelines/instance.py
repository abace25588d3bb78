"""Dagster's own record of a home: its instance, the partitions that it shows, the runs that it knows.

It knows nothing of assets: to define all of them with their column lineage takes four seconds, which `status` and `deliver` need not wait
for. Does not belong here: running (`run.py`).
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

import dagster as dg

from pipelines.partitions import add_partitions, known_periods
from pipelines.reaper import reap_dead_runs
from warehouse.intake.deliveries import Intake
from warehouse.store.disk import DiskError, full_disk_named
from warehouse.store.home import Home


def open_instance(home: Home) -> dg.DagsterInstance:
    """The Dagster instance of a home, made on first use; the UI opens the same."""
    home.create()
    target = home.dagster / "dagster.yaml"
    if not target.exists():
        with as_file(files("pipelines") / "dagster.yaml") as shipped:
            shutil.copyfile(shipped, target)
    return dg.DagsterInstance.from_config(str(home.dagster))


def show_deliverers(home: Home) -> None:
    """Make everyone who delivered, and the month of the latest delivery, known to Dagster as partitions."""
    deliveries = Intake(home).deliveries()
    with open_instance(home) as instance:
        add_partitions(
            instance,
            periods={f"{delivery.delivery_date:%Y-%m}" for delivery in deliveries[-1:]},
            deliverers={delivery.deliverer_code for delivery in deliveries},
        )


def last_run(home: Home) -> dict[str, object] | None:
    """The last run that Dagster knows in this home: id, job, status and times; None before the first.

    Dead runs are put on record as such, unless the home cannot be written.
    """
    try:
        with full_disk_named(home.root), open_instance(home) as instance:
            reap_dead_runs(instance)
            return _last_run(instance)
    except DiskError:
        with _copied(home, "runs.db") as instance:
            return _last_run(instance)


def shown_periods(home: Home) -> list[str]:
    """The periods that Dagster shows in this home, in their order, whether or not anything was built of them."""
    try:
        with full_disk_named(home.root), open_instance(home) as instance:
            return sorted(known_periods(instance))
    except DiskError:
        with _copied(home, "runs/index.db") as instance:
            return sorted(known_periods(instance))


@contextmanager
def _copied(home: Home, database: str) -> Iterator[dg.DagsterInstance]:
    """A copy of one of Dagster's databases in a home that cannot be written: it opens no record for reading alone."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "history" / database
        target.parent.mkdir(parents=True)
        for file in (home.dagster / "history" / database).parent.glob(f"{target.name}*"):
            shutil.copyfile(file, target.with_name(file.name))
        with dg.DagsterInstance.from_config(folder) as instance:
            yield instance


def _last_run(instance: dg.DagsterInstance) -> dict[str, object] | None:
    records = instance.get_run_records(limit=1)
    if not records:
        return None
    record = records[0]
    started = record.start_time and datetime.fromtimestamp(record.start_time, UTC).isoformat()
    ended = record.end_time and datetime.fromtimestamp(record.end_time, UTC).isoformat()
    run = record.dagster_run
    return {
        "run_id": run.run_id,
        "job": run.job_name,
        "status": run.status.value,
        "started_at": started,
        "ended_at": ended,
    }
