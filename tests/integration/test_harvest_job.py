"""The harvest in Dagster: a schedule a source, a run that harvests it, and a run of `ingest` only for what is new; the command line."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.definitions import build_definitions
from pipelines.harvest import harvest_schedules, harvested_sensor
from pipelines.problems import problems
from tests.bad_server import Server
from warehouse.intake.deliveries import Intake
from warehouse.resource import LakeResource
from warehouse.store.home import Home

DATA = b'{"dataset": [{"identifier": "n-1", "title": "one"}]}'


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().serving() as serving:
        serving.routes["/data.json"] = [*[lambda r: r.answer(DATA)] * 3, lambda r: r.answer(status=404)]
        yield serving


@pytest.fixture
def home(tmp_path: Path, server: Server) -> Home:
    made = Home(tmp_path / "home").create()
    (made.policy / "sources.toml").write_text(
        '[portal]\ndeliverer = "A-1"\nkind = "catalog"\nschedule = "30 2 * * 1"\nallow_private = true\nallow_http = true\n'
        f'url = "http://127.0.0.1:{server.port}/data.json"\n[wrong]\nkind = "catalog"\n',
        "utf-8",
    )
    return made


def test_a_source_has_a_schedule_and_only_what_is_new_starts_a_run(
    home: Home, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lake = LakeResource(home=str(home.root))
    definitions = build_definitions(lake)
    # As the daemon does: only this finds names that conflict.
    dg.Definitions.validate_loadable(definitions)
    assert "sources.toml:8 [missing_entry] [wrong]" in caplog.text
    (schedule,) = harvest_schedules(home)
    assert (schedule.name, schedule.job_name) == ("harvest_portal", "harvest")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 2 * * 1", "Asia/Shanghai")
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert "harvest_portal" in {found.name for found in definitions.schedules or ()}
    job = definitions.resolve_job_def("harvest")
    with dg.DagsterInstance.ephemeral(str(tmp_path)) as instance:
        requests = schedule.evaluate_tick(dg.build_schedule_context(instance)).run_requests or ()
        assert len(requests) == 1
        request = requests[0]

        def run() -> dg.ExecuteInProcessResult:
            return job.execute_in_process(
                instance=instance, run_config=request.run_config, tags=dict(request.tags), raise_on_error=False
            )

        def after(result: dg.ExecuteInProcessResult) -> object:
            finished = instance.get_run_by_id(result.run_id)
            assert finished is not None
            event = result.get_run_success_event()
            context = dg.build_run_status_sensor_context("harvested", event, instance, finished)
            return harvested_sensor(context)

        asked = after(run())
        (delivery,) = Intake(home).deliveries()
        assert isinstance(asked, dg.RunRequest)
        assert (asked.run_key, asked.partition_key) == (delivery.delivery_id, "A-1")
        assert instance.get_dynamic_partitions("deliverer") == ["A-1"]
        # What was received and not taken in, for the run died in between, is asked for until it is: by the same key.
        unchanged = after(run())
        assert isinstance(unchanged, dg.RunRequest)
        assert unchanged.run_key == asked.run_key
        ingest = definitions.resolve_job_def("ingest")
        graph = definitions.resolve_asset_graph()
        landing = [*graph.asset_keys_for_group("policy"), *graph.asset_keys_for_group("landing")]
        assert ingest.execute_in_process(instance=instance, partition_key="A-1", asset_selection=landing).success
        assert isinstance(after(run()), dg.SkipReason)
        failed = run()
    assert not failed.success
    (told,) = problems(failed.all_events)
    assert "portal http://127.0.0.1" in told
    assert "[http_status]" in told
    assert [d.delivery_id for d in Intake(home).deliveries()] == [delivery.delivery_id]


def test_the_command_line(home: Home) -> None:
    def call(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["harvest", *arguments], env={"SHUZHANG_HOME": str(home.root)})
        return result.exit_code, result.output

    code, output = call("--list")
    assert code == 1
    assert "portal: 30 2 * * 1 http://127.0.0.1" in output
    assert "未采集 / never" in output
    assert "sources.toml:8 [missing_entry] [wrong]" in output
    code, output = call("portal")
    assert code == 0
    assert output.startswith("portal: 新交付 / received ")
    assert call("portal", "--again")[1].startswith("portal: 未变 / unchanged ")
    assert call("portal")[0] == 0
    code, output = call()
    assert code == 1
    assert "[http_status]" in output
    assert "[missing_entry]" in output
    status = CliRunner().invoke(app, ["status"], env={"SHUZHANG_HOME": str(home.root)})
    assert "采集失败 / harvest failed: portal http://127.0.0.1" in status.output
    assert "采集失败 / harvest failed: sources.toml:8 [missing_entry] [wrong]" in status.output
