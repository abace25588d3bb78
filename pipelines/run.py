"""One run: what is stale, materialised through Dagster in this process, with its progress told as it goes.

Does not belong here: what is stale (`plan.py`), what is built (`assets_defs`).
"""

import shutil
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import as_file, files

import dagster as dg

from pipelines.definitions import EVERYTHING, build_definitions
from pipelines.plan import Plan, plan
from readers.policy import load
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.resource import LakeResource


@dataclass(frozen=True)
class Outcome:
    """What a run did. `run_id` is None where nothing was stale and no run was started; `problems` says what a person must do."""

    period: str
    run_id: str | None
    materialised: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def succeeded(self) -> bool:
        return not self.problems


def open_instance(home: Home) -> dg.DagsterInstance:
    """The Dagster instance of a home, made on first use; the UI opens the same."""
    home.create()
    target = home.dagster / "dagster.yaml"
    if not target.exists():
        with as_file(files("pipelines") / "dagster.yaml") as shipped:
            shutil.copyfile(shipped, target)
    return dg.DagsterInstance.from_config(str(home.dagster))


def run(
    home: Home,
    *,
    period: str | None = None,
    deliverers: Collection[str] = (),
    starting: Callable[[Plan], None] = lambda _: None,
    progress: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Materialise all that is stale, in one Dagster run.

    Args:
        starting: told the plan before the run.
        progress: told the name of each table when it is written.

    Raises:
        PolicyError: a policy file is wrong.
        ValueError: there is no period to run for.
    """
    lake = Lake(home.create())
    chosen = plan(lake, load(home.policy), period, deliverers)
    starting(chosen)
    if not chosen.assets:
        return Outcome(chosen.period, None, (), ())
    run_id = str(uuid.uuid4())
    with open_instance(home) as instance:
        instance.add_dynamic_partitions("period", [chosen.period])
        instance.add_event_listener(run_id, lambda entry: _tell(entry, progress))
        definitions = build_definitions(LakeResource(home=str(home.root)))
        result = definitions.resolve_job_def(EVERYTHING).execute_in_process(
            instance=instance,
            run_id=run_id,
            partition_key=chosen.period,
            asset_selection=list(chosen.assets),
            run_config=_run_config(chosen, deliverers),
            raise_on_error=False,
        )
        written = tuple(
            ".".join(event.asset_key.path) for event in result.get_asset_materialization_events() if event.asset_key
        )
        return Outcome(chosen.period, run_id, written, tuple(_problems(result)))


def _run_config(chosen: Plan, deliverers: Collection[str]) -> dict[str, object]:
    # The event log of the run is in the instance; on the console it would drown the progress.
    config: dict[str, object] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    if dg.AssetKey(["landing", "record"]) in chosen.assets:
        config["ops"] = {"landing": {"config": {"deliverers": list(deliverers)}}}
    return config


def _tell(entry: dg.EventLogEntry, progress: Callable[[str], None]) -> None:
    event = entry.dagster_event
    if event is not None and event.is_step_materialization and event.asset_key is not None:
        progress(".".join(event.asset_key.path))


def _problems(result: dg.ExecuteInProcessResult) -> list[str]:
    problems = []
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            cause = error.cause if error and error.cause else error
            problems.append(f"{event.step_key}: {cause.message.strip() if cause else 'failed'}")
    problems += [
        f"{check.asset_key.to_user_string()} {check.check_name}: {check.description}"
        for check in result.get_asset_check_evaluations()
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
    ]
    if not result.success and not problems:
        problems.append(f"run {result.run_id} failed; see it in the Dagster UI 运行失败，请在 Dagster 界面查看")
    return problems


def last_run(home: Home) -> dict[str, object] | None:
    """The last run that Dagster knows in this home: id, job, status and times; None before the first."""
    with open_instance(home) as instance:
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
