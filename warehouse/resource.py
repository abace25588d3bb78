"""The lake as a Dagster resource. Below `assets_defs` only it and the checks of `quality` know Dagster."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from readers.policy.files import PolicySet
from warehouse.intake.deliveries import Intake
from warehouse.intake.run_period import demand_plausible
from warehouse.store import run_events
from warehouse.store.home import Home, home_path
from warehouse.store.lake import Lake
from warehouse.store.process import PROCESS_TAG, mark
from warehouse.tables.own_forms import home_policy

#: Lakes that this process has open while it runs their jobs, by home. To open one once more takes 0.3 s each for reading and for writing,
#: most of it DuckDB's check of its extensions.
_LENT: dict[Path, Lake] = {}


@contextmanager
def lent(lake: Lake) -> Iterator[None]:
    """Have runs in this process go on with a lake that it has open; the first run to end closes it."""
    _LENT[lake.home.root] = lake
    try:
        yield
    finally:
        del _LENT[lake.home.root]


class LakeResource(dg.ConfigurableResource):
    """The home that assets read and write. `home`: path, by default as `home_path` says."""

    home: str = ""
    _lake: Lake | None = PrivateAttr(default=None)
    _begun: bool = PrivateAttr(default=False)
    _periods: tuple[str, ...] = PrivateAttr(default=())

    def open(self) -> Lake:
        """The lake of the home, made on first use; one for all steps of a run."""
        if self._lake is None:
            home = Home(home_path(self.home)).create()
            self._lake = _LENT.get(home.root) or Lake(home)
        return self._lake

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Mark the run with its process, wherever it was started; a sensor has no run."""
        if context.run is not None and context.instance is not None:
            context.instance.add_run_tags(context.run.run_id, {PROCESS_TAG: mark(context.run.run_id)})

    def begin(self, run: dg.DagsterRun, period: str | None) -> Lake:
        """The lake for a step of a run that builds tables: before the first of them, the chain is told of the run.

        Raises:
            PeriodError: the run's period is none, or implausible: the UI takes any text for a new partition.
        """
        lake = self.open()
        if not self._begun:
            if period is not None:
                demand_plausible(period, self.policy(), Intake(lake.home).deliveries())
            self._periods = (period,) if period else ()
            run_events.begin(lake.chain, run.run_id, run.job_name, self._periods)
            self._begun = True
        return lake

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        if self._lake is None:
            return
        if self._begun and context.run is not None and context.instance is not None:
            run, self._begun = context.run, False
            run_events.end(self._lake.chain, run.run_id, run.job_name, self._periods, _outcome(context.instance, run))
        self._lake.close()
        self._lake = None

    def policy(self) -> PolicySet:
        """The policy that is in force in the home, without own forms that break a rule.

        Raises:
            PolicyError: a policy file is wrong; it names file, line and mend.
        """
        return home_policy(Home(home_path(self.home)).create().policy)


def _outcome(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """How a run ends: it has succeeded where every step has, which Dagster itself says a moment later."""
    plan = run.execution_plan_snapshot_id and instance.get_execution_plan_snapshot(run.execution_plan_snapshot_id)
    steps = set(plan.step_keys_to_execute) if plan else set()
    logs = instance.all_logs(run.run_id, of_type={dg.DagsterEventType.STEP_SUCCESS, dg.DagsterEventType.STEP_SKIPPED})
    ended = {entry.dagster_event.step_key for entry in logs if entry.dagster_event}
    return "succeeded" if steps <= ended else "failed"
