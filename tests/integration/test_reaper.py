"""Runs that were killed before they began are put on record as failed, once they have had the time to begin."""

from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipelines import reaper
from pipelines.definitions import build_definitions
from pipelines.instance import open_instance
from warehouse.resource import LakeResource
from warehouse.store.home import Home


def test_a_run_that_never_began_is_no_run_to_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home").create()
    job = build_definitions(LakeResource(home=str(home.root))).resolve_job_def("everything")
    with open_instance(home) as instance:
        run = instance.create_run_for_job(job)
        assert run.status is dg.DagsterRunStatus.NOT_STARTED
        assert reaper.reap_dead_runs(instance) == []
        monkeypatch.setattr(reaper, "_START", timedelta(0))
        assert reaper.reap_dead_runs(instance) == [run.run_id]
        assert [one.status for one in instance.get_runs()] == [dg.DagsterRunStatus.FAILURE]
