"""The lake as a Dagster resource. With `quality/checks.py` the only module below `assets_defs` that knows Dagster."""

import os
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from readers.policy import PolicySet, load
from warehouse.home import Home
from warehouse.lake import Lake

HOME_VARIABLE = "SHUZHANG_HOME"
DEFAULT_HOME = ".shuzhang"


def home_path(given: str | Path | None = None) -> Path:
    """The home that was given, else SHUZHANG_HOME, else `./.shuzhang`; absolute."""
    return Path(given or os.environ.get(HOME_VARIABLE) or DEFAULT_HOME).absolute()


class LakeResource(dg.ConfigurableResource):
    """The home that assets read and write. `home`: path, by default as `home_path` says."""

    home: str = ""
    _lake: Lake | None = PrivateAttr(default=None)

    def open(self) -> Lake:
        """The lake of the home, made on first use; one for all steps of a run."""
        if self._lake is None:
            self._lake = Lake(Home(home_path(self.home)).create())
        return self._lake

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
