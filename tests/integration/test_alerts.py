"""Alerts: a failed run is told with its cause and what to do, in both languages; the first success after it too."""

import shlex
from pathlib import Path

import dagster as dg
import pytest
from typer.main import get_group

from pipelines.cli.app import app
from pipelines.definitions import build_definitions
from pipelines.instance import open_instance
from pipelines.reaper import KILLED
from pipelines.sensors import command_again, run_failed_sensor, run_recovered_sensor
from warehouse.resource import LakeResource
from warehouse.store.home import Home


def _tell_failure(instance: dg.DagsterInstance, run: dg.DagsterRun, event: dg.DagsterEvent) -> None:
    context = dg.build_run_status_sensor_context("run_failed", event, instance, run)
    run_failed_sensor(context.for_run_failure())


def _tell_success(instance: dg.DagsterInstance, run: dg.DagsterRun, event: dg.DagsterEvent) -> None:
    run_recovered_sensor(dg.build_run_status_sensor_context("run_recovered", event, instance, run))


def test_a_failure_and_the_recovery_are_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    home = Home(tmp_path).create()
    parameters = home.policy / "parameter.csv"
    right = parameters.read_text("utf-8")
    job = build_definitions(LakeResource(home=str(home.root))).resolve_job_def("ingest")
    with open_instance(home) as instance:
        instance.add_dynamic_partitions("deliverer", ["A-1"])

        def run() -> dg.ExecuteInProcessResult:
            policy = [dg.AssetKey(["policy", "entry"])]
            return job.execute_in_process(
                instance=instance, partition_key="A-1", asset_selection=policy, raise_on_error=False
            )

        first = run()
        capfd.readouterr()
        _tell_success(instance, first.dagster_run, first.get_run_success_event())
        assert "recovered" not in capfd.readouterr().err

        parameters.write_text(right + "no,such,row\n", "utf-8")
        failed = run()
        capfd.readouterr()
        _tell_failure(instance, failed.dagster_run, failed.get_run_failure_event())
        told = capfd.readouterr().err
        for part in (
            "运行失败",
            "job ingest",
            "partition A-1",
            failed.run_id,
            "policy:",
            "parameter.csv",
            "what to do",
        ):
            assert part in told

        parameters.write_text(right, "utf-8")
        healed = run()
        capfd.readouterr()
        _tell_success(instance, healed.dagster_run, healed.get_run_success_event())
        told = capfd.readouterr().err
        assert "已恢复" in told
        assert healed.run_id in told
        assert failed.run_id in told


def test_a_killed_run_is_told_as_such(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with open_instance(Home(tmp_path)) as instance:
        run = instance.create_run_for_job(build_definitions().resolve_job_def("everything"))
        event = instance.report_run_failed(run, KILLED)
        _tell_failure(instance, run, event)
        assert KILLED in capfd.readouterr().err


@pytest.mark.parametrize(
    ("job", "tags", "command"),
    [
        ("month_end", {"dagster/partition": "2026-06"}, "shuzhang run --job month_end --period 2026-06"),
        ("ingest", {"dagster/partition": "A 1"}, "shuzhang run --job ingest --from 'A 1'"),
        ("ingest", {}, "shuzhang run --job ingest"),
        ("__ASSET_JOB", {"dagster/partition": "2026-06"}, "shuzhang run --period 2026-06"),
        ("year_end", {"dagster/partition": "2026-5"}, "shuzhang run --job year_end"),
        ("harvest", {"shuzhang/source": "city_portal"}, "shuzhang harvest city_portal"),
    ],
)
def test_the_command_of_an_alert_is_one_that_there_is(job: str, tags: dict[str, str], command: str) -> None:
    told = command_again(dg.DagsterRun(job_name=job, tags=tags))
    assert told == command
    _, name, *arguments = shlex.split(told)
    # Options that it has not, or arguments that it does not take, are refused here.
    get_group(app).commands[name].make_context(name, arguments)
