"""Runs beside runs, as real processes over one home: a killed one blocks nothing, two at once lose nothing and double nothing."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from pipelines.instance import open_instance
from pipelines.reaper import KILLED, reap_dead_runs
from tests.homes import ask, deliver_files, run_home
from warehouse.store.home import Home
from warehouse.store.process import PROCESS_TAG
from warehouse.tables.definitions import all_tables
from warehouse.tables.quoting import identifier

pytestmark = pytest.mark.long

DATASETS = (
    '{{"dataset": [{{"identifier": "{0}-1", "title": "人口信息"}}, {{"identifier": "{0}-2", "title": "企业信息"}}]}}'
)
COSTS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date\n{0}-1,v,1,清洗标注,开发,10.01,2026-05-31\n"


@dataclass(frozen=True)
class Scene:
    """A home in which a run was killed while two others went on, and one in which nothing of that happened."""

    home: Home
    undisturbed: Home
    exit_codes: list[int]
    killed: str
    others: list[str]
    reaped: list[list[str]]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("runs")
    home = Home(folder / "home").create()
    for deliverer in ("A-1", "B-1"):
        for name, kind, text in (("data.json", "catalog", DATASETS), ("costs.csv", "costs", COSTS)):
            (folder / name).write_text(text.format(deliverer), "utf-8")
            deliver_files(home, [folder / name], deliverer, kind, "2026-06-30")
    shutil.copytree(home.root, folder / "undisturbed")
    undisturbed = Home(folder / "undisturbed")
    run_home(undisturbed)

    processes: list[subprocess.Popen[bytes]] = []
    with open_instance(home) as instance:
        # The lake is there before any of them plans; then all three are stopped short of their first commit.
        assert ask(home, "SELECT count(*) FROM landing.delivery") == [(0,)]
        with (home.lake / "writer.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                processes += [_start(home), _start(home), _start(home)]
                runs = _until(lambda: _marked(instance, {process.pid for process in processes}))
                victim = processes.pop()
                before = reap_dead_runs(instance)
                victim.send_signal(signal.SIGKILL)
                victim.wait()
                after = reap_dead_runs(instance)
            except BaseException:
                for process in processes:
                    process.kill()
                raise
        exit_codes = [process.wait(timeout=120) for process in processes]
    others = [runs[process.pid] for process in processes]
    return Scene(home, undisturbed, exit_codes, runs[victim.pid], others, [before, after])


def _start(home: Home) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).with_name("shuzhang")), "run"]
    return subprocess.Popen(  # noqa: S603
        command, env=os.environ | {"SHUZHANG_HOME": str(home.root)}, stdout=subprocess.DEVNULL
    )


def _marked(instance: dg.DagsterInstance, pids: set[int]) -> dict[int, str]:
    """Run by process, of those that run steps already; empty until all do."""
    runs = [record.dagster_run for record in instance.get_run_records()]
    found = {int(run.tags[PROCESS_TAG].split()[2]): run.run_id for run in runs if PROCESS_TAG in run.tags}
    return found if set(found) == pids else {}


def _until(found: Callable[[], dict[int, str]]) -> dict[int, str]:
    limit = time.monotonic() + 120
    while time.monotonic() < limit:
        if result := found():
            return result
        time.sleep(0.1)
    raise AssertionError("the runs did not start")


def test_only_the_killed_run_is_put_on_record_as_failed(scene: Scene) -> None:
    assert scene.reaped == [[], [scene.killed]]
    with open_instance(scene.home) as instance:
        status = {record.dagster_run.run_id: record.dagster_run.status for record in instance.get_run_records()}
        assert status == {
            scene.killed: dg.DagsterRunStatus.FAILURE,
            **dict.fromkeys(scene.others, dg.DagsterRunStatus.SUCCESS),
        }
        messages = [entry.message for entry in instance.all_logs(scene.killed)]
        assert KILLED in messages


def test_both_others_end_well_and_each_has_its_commits(scene: Scene) -> None:
    assert scene.exit_codes == [0, 0]
    committed = ask(scene.home, "SELECT run_id, count(*) FROM audit.materialization GROUP BY ALL")
    tables = [table for table in all_tables().values() if table.stage != "audit"]
    assert dict(committed) == dict.fromkeys(scene.others, len(tables))
    assert "shuzhang trace landing.delivery delivery_id=" in (scene.home.reports / "lineage.html").read_text("utf-8")


def test_nothing_is_taken_in_twice_and_nothing_is_missing(scene: Scene) -> None:
    for table in all_tables().values():
        if table.stage == "audit":
            continue
        columns = ", ".join(identifier(column.name) for column in table.columns if column.name != "recorded_at")
        query = f"SELECT {columns} FROM {table.qualified} ORDER BY ALL"
        assert ask(scene.home, query) == ask(scene.undisturbed, query), table.qualified
    assert ask(scene.home, "SELECT count(*) FROM landing.record") == [(6,)]


def test_nothing_is_stale_afterwards(scene: Scene) -> None:
    assert run_home(scene.home).run_id is None
