"""The lake as a Dagster resource. With `quality/checks.py` the only module below `assets_defs` that knows Dagster."""

import dagster as dg
from pydantic import PrivateAttr

from readers.policy.files import PolicySet, load
from warehouse.store.home import Home, home_path
from warehouse.store.lake import Lake
from warehouse.store.process import PROCESS_TAG, mark


class LakeResource(dg.ConfigurableResource):
    """The home that assets read and write. `home`: path, by default as `home_path` says."""

    home: str = ""
    _lake: Lake | None = PrivateAttr(default=None)

    def open(self) -> Lake:
        """The lake of the home, made on first use; one for all steps of a run."""
        if self._lake is None:
            self._lake = Lake(Home(home_path(self.home)).create())
        return self._lake

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Mark the run with its process, wherever it was started; a sensor has no run."""
        if context.run is not None and context.instance is not None:
            context.instance.add_run_tags(context.run.run_id, {PROCESS_TAG: mark(context.run.run_id)})

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        if self._lake is not None:
            self._lake.close()
            self._lake = None

    def policy(self) -> PolicySet:
        """The policy that is in force in the home.

        Raises:
            PolicyError: a policy file is wrong; it names file, line and mend.
        """
        return load(Home(home_path(self.home)).create().policy)
