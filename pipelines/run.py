"""One run: what is stale, materialised through Dagster in this process, with its progress told as it goes.

Does not belong here: what is stale (`plan.py`), what is built (`assets_defs`), Dagster's record of a home (`instance.py`).
"""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import dagster as dg

from pipelines.definitions import build_definitions
from pipelines.instance import open_instance
from pipelines.jobs import EVERYTHING, INGEST, JOB_NAMES, YEAR_END, landing_config
from pipelines.misuse import MisuseError
from pipelines.partitions import add_partitions, last_year_end
from pipelines.plan import Plan, default_period, plan
from pipelines.problems import problems
from pipelines.reaper import reap_dead_runs
from readers.near import near
from readers.policy.files import PolicySet, load
from warehouse.intake.deliveries import Intake
from warehouse.intake.first_reading import FirstReading
from warehouse.intake.ingest import pending
from warehouse.intake.received import catch_up, demand_received
from warehouse.intake.run_period import demand_plausible
from warehouse.publish.withdrawn import mark_withdrawn
from warehouse.resource import LakeResource, lent
from warehouse.store.disk import full_disk_named
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake
from warehouse.store.on_record import restore
from warehouse.tables.own_forms import home_standing
from warehouse.tables.periods import checked


@dataclass(frozen=True)
class Outcome:
    """What a run did. `run_id` is None where nothing was stale and no run was started; `problems` says what a person must do.

    restored: tables that something else than a commit on record had changed, by the snapshots that did; they have their rows again.
    refused: why forms of the city's own were left out.
    """

    period: str
    run_id: str | None
    materialised: tuple[str, ...]
    problems: tuple[str, ...]
    restored: Mapping[str, Sequence[int]] = field(default_factory=dict)
    refused: tuple[str, ...] = ()

    @property
    def succeeded(self) -> bool:
        return not self.problems


def run(
    home: Home,
    *,
    job: str = EVERYTHING,
    period: str | None = None,
    deliverers: Collection[str] = (),
    starting: Callable[[Plan], None] = lambda _: None,
    progress: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Materialise what is stale of a job's assets, in one Dagster run of that job.

    Args:
        job: `year_end` takes a December alone, by default the last one that is not after the default period.
        starting: told the plan before the run.
        progress: told the name of each table when it is written.

    Raises:
        PolicyError: a policy file is wrong.
        FullDiskError: there is no room for the run's record.
        VanishedError: something that was received is gone or changed.
        ClockError: the clock is behind what is on record.
        MisuseError: there is no such job, or it is not for this period.
        PeriodError: the period is none, or implausible.
        ValueError: nothing was delivered, so there is no period.
    """
    if job not in JOB_NAMES:
        raise MisuseError(f"--job {job}: no such job 没有这个作业{near(job, JOB_NAMES)}")
    if period is not None:
        checked(period)
    lake = Lake(home.create())
    lake.chain.demand_clock()
    if period is not None:
        demand_plausible(period, load(home.policy), Intake(home).deliveries())
    with FirstReading() as first_reading, lent(lake):
        definition = build_definitions(LakeResource(home=str(home.root)), first_reading).resolve_job_def(job)
        catch_up(home)
        demand_received(home)
        restored = restore(lake, CommitInfo("shuzhang", "restore", "")) if lake.exists else {}
        mark_withdrawn(lake)  # a process that took a period back may have died before it did
        stands = home_standing(home.policy)
        chosen = _choose(lake, stands.policy, definition, period, deliverers, first_reading, restored)
        starting(chosen)
        outcome = _execute(home, definition, chosen, deliverers, progress)
        return replace(outcome, restored=restored, refused=tuple(map(str, stands.refused)))


def _execute(
    home: Home,
    job: dg.JobDefinition,
    chosen: Plan,
    deliverers: Collection[str],
    progress: Callable[[str], None],
) -> Outcome:
    run_id = str(uuid.uuid4())
    # Dagster's own record of the run is in the home too.
    with full_disk_named(home.root), open_instance(home) as instance:
        reap_dead_runs(instance)
        known = [delivery.deliverer_code for delivery in Intake(home).deliveries()]
        add_partitions(instance, periods=[chosen.period], deliverers=known)
        if not chosen.assets:
            return Outcome(chosen.period, None, (), ())
        instance.add_event_listener(run_id, lambda entry: _tell(entry, progress))
        result = job.execute_in_process(
            instance=instance,
            run_id=run_id,
            partition_key=_partition(job.name, chosen, deliverers),
            asset_selection=list(chosen.assets),
            run_config=_run_config(chosen, deliverers),
            raise_on_error=False,
        )
        written = tuple(
            ".".join(event.asset_key.path) for event in result.get_asset_materialization_events() if event.asset_key
        )
        return Outcome(chosen.period, run_id, written, tuple(_problems(result)))


def _choose(
    lake: Lake,
    policy: PolicySet,
    job: dg.JobDefinition,
    period: str | None,
    deliverers: Collection[str],
    first_reading: FirstReading,
    restored: Collection[str],
) -> Plan:
    if job.name == YEAR_END:
        todo = pending(lake, policy, deliverers)
        period = period or last_year_end(default_period(lake, policy, todo, first_reading.read_ahead))
        if last_year_end(period) != period:
            raise MisuseError(f"--period {period}: {YEAR_END} is for a December, YYYY-12 年结只用于十二月")
    chosen = plan(lake, policy, period, deliverers, first_reading.read_ahead, restored)
    selected = job.asset_layer.executable_asset_keys
    return replace(chosen, assets=tuple(key for key in chosen.assets if key in selected))


def _partition(job: str, chosen: Plan, deliverers: Collection[str]) -> str | None:
    if job != INGEST:
        return chosen.period
    # The partitions of this job are deliverers; a run that takes in several of them is a run of none.
    return next(iter(deliverers)) if len(deliverers) == 1 else None


def _run_config(chosen: Plan, deliverers: Collection[str]) -> dict[str, object]:
    # The event log of the run is in the instance; on the console it would drown the progress.
    config: dict[str, object] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    if dg.AssetKey(["landing", "record"]) in chosen.assets:
        config |= landing_config(list(deliverers))
    return config


def _tell(entry: dg.EventLogEntry, progress: Callable[[str], None]) -> None:
    event = entry.dagster_event
    if event is not None and event.is_step_materialization and event.asset_key is not None:
        progress(".".join(event.asset_key.path))


def _problems(result: dg.ExecuteInProcessResult) -> list[str]:
    found = problems(result.all_events)
    if not result.success and not found:
        found.append(f"run {result.run_id} failed; see it in the Dagster UI 运行失败，请在 Dagster 界面查看")
    return found
