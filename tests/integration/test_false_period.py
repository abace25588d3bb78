"""A run that the UI starts for a false period ends at once, with what to do, and leaves nothing of it."""

import pytest

from pipelines.definitions import build_definitions
from pipelines.problems import problems
from pipelines.run import open_instance
from tests.homes import deliver_files
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
