"""A run that the UI starts for a false period ends at once, with what to do, and leaves nothing of it; a period that Dagster alone knows
is listed, is not closed, and can be taken back."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli.app import app
from pipelines.definitions import build_definitions
from pipelines.instance import open_instance
from pipelines.partitions import add_partitions
from pipelines.problems import problems
from tests.homes import deliver_files, run_home
from warehouse.intake.deliveries import DeliveryError
from warehouse.resource import LakeResource
from warehouse.store.home import Home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("false")
    file = folder / "data.json"
    file.write_text('{"dataset": [{"identifier": "1", "title": "x"}]}', "utf-8")
    home = Home(folder / "home").create()
    deliver_files(home, [file], "A", "catalog", "2026-06-01")
    return home


@pytest.mark.parametrize(
    ("name", "text", "mend", "first"),
    [
        *(
            (name, "2026-5", "did you mean 您是否要找: 2026-05?", "'2026-5': 不是期间")
            for name in ("everything", "month_end", "year_end", "__ASSET_JOB")
        ),
        ("everything", "2062-12", "plausible_years_ahead", "2062-12: 晚于最近一次交付"),
    ],
)
def test_a_partition_that_is_no_period_ends_every_job_before_it_writes(
    home: Home, name: str, text: str, mend: str, first: str
) -> None:
    definitions = build_definitions(LakeResource(home=str(home.root)))
    job = definitions.get_repository_def().get_job(name)
    with open_instance(home) as instance:
        instance.add_dynamic_partitions("period", [text])
        # As the UI launches it: the tag alone says the partition.
        result = job.execute_in_process(instance=instance, raise_on_error=False, tags={"dagster/partition": text})
    assert not result.success
    (told,) = problems(result.all_events)
    assert mend in told
    (failed,) = result.get_step_failure_events()
    error = failed.step_failure_data.error
    assert error
    # The message that the run's page begins with: what is wrong and what to do, not where it happened.
    assert first in error.message.partition("\n")[0]
    assert not (home.lake / "catalog.sqlite").exists()
    assert not list(home.reports.iterdir())
    assert not home.owed.exists()


def test_what_is_listed_can_be_taken_back_and_the_other_way_round(tmp_path: Path) -> None:
    def period(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["period", *arguments], env={"SHUZHANG_HOME": f"{tmp_path}", "COLUMNS": "200"})

    def listed() -> dict[str, bool]:
        return {row["period"]: row["is_built"] for row in json.loads(period("list", "--format", "json").stdout)}

    young = Home(tmp_path)
    file = tmp_path / "data.json"
    file.write_text('{"dataset": [{"identifier": "1", "title": "x"}]}', "utf-8")
    deliver_files(young, [file], "A", "catalog", "2026-06-01")
    with open_instance(young) as instance:
        add_partitions(instance, periods=["2026-06", "2062-06"])
        instance.add_dynamic_partitions("period", ["2026-5"])
    assert listed() == {"2026-06": False, "2026-5": False, "2062-06": False}
    closing = period("close", "2026-06", "--reason", "x", "--by", "y")
    assert isinstance(closing.exception, DeliveryError)
    assert "shuzhang run --period 2026-06" in str(closing.exception)
    run_home(young, period="2026-06", stages=["valuation"])
    assert listed() == {"2026-06": True, "2026-5": False, "2062-06": False}
    for text in ("2026-5", "2062-06", "2026-06"):
        assert period("remove", text, "--reason", "x").exit_code == 0
    assert listed() == {}
