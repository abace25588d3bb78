"""A home of an earlier version is built anew from its kept bytes; what cannot be rebuilt is left as it is."""

import fcntl
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TextIO

import dagster as dg
import pytest
from typer.testing import CliRunner, Result

from pipelines.cli.app import app, main
from pipelines.instance import open_instance
from pipelines.reaper import IN_PROGRESS
from pipelines.rebuild import examine, set_aside
from readers.policy.problems import PolicyError
from tests.equal_homes import compare
from tests.homes import exit_code, lake_of, one, run_home
from warehouse.intake.deliveries import Intake
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake
from warehouse.store.process import PROCESS_TAG, mark
from warehouse.trace.proof import prove

PERIODS = ("2026-05", "2026-06")
#: What an officer edited.
EDITED = "parameter.csv"
#: A lake of another version: columns, tables and their order are not those of this one.
SPOILT = (
    "ALTER TABLE landing.record DROP COLUMN violations",
    "ALTER TABLE landing.delivery RENAME COLUMN kind TO delivery_kind",
    "CREATE TABLE catalog.former AS SELECT 1 AS a",
    "DROP TABLE report.form_r1",
)


@pytest.fixture(scope="module")
def built(few_delivered: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home that was run for two periods. Copy it."""
    home = Home(shutil.copytree(few_delivered.root, tmp_path_factory.mktemp("built") / "home"))
    edited = home.policy / EDITED
    edited.write_text(edited.read_text("utf-8") + "\n", "utf-8")
    for period in PERIODS[::-1]:
        run_home(home, period=period)
    lake_of.cache_clear()
    yield home
    lake_of.cache_clear()


@pytest.fixture
def former(built: Home, tmp_path: Path) -> Home:
    """The same home as if an earlier version had written its lake."""
    home = Home(shutil.copytree(built.root, tmp_path / "home"))
    with closing(Lake(home).attach(read_only=False)) as connection:
        for statement in SPOILT:
            connection.execute(statement)
    return home


def _rebuild(home: Home, *options: str) -> Result:
    return CliRunner().invoke(app, ["rebuild", "--home", str(home.root), *options], env={"COLUMNS": "200"})


def _aside(home: Home) -> list[Path]:
    return sorted(home.root.glob("lake-before-*"))


def _files(folder: Path) -> dict[str, bytes]:
    """The files of a lake that nobody has open. SQLite's log is empty then, and comes and goes with readers."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.startswith("catalog.sqlite-")
    }


def _differing(before: Home, after: Home) -> list[str]:
    return [verdict.table for verdict in compare(before.root, after.root, {}) if not verdict.equal]


@pytest.mark.long
def test_the_rebuilt_lake_is_the_one_that_was_built_in_the_first_place(built: Home, former: Home) -> None:
    added = former.policy / "grade_matrix.csv"
    added.unlink()
    before = _files(former.lake)
    done = _rebuild(former)
    assert done.exit_code == 0, done.output
    assert _differing(built, former) == []
    assert all(not proof.failures for proof in prove(Lake(former), rows=1, seed=1))
    (aside,) = _aside(former)
    assert _files(aside) == before
    deliveries, records = len(Intake(former).deliveries()), one(former, "SELECT count(*) FROM landing.record")
    for told in (
        str(added), str(aside), "landing.record", "landing.delivery", "catalog.former", "report.form_r1", "2026-05, 2026-06",
        f"{deliveries} 次交付", f"{records} 条记录",
    ):  # fmt: skip
        assert told in done.output, told
    assert (former.policy / EDITED).read_bytes() == (built.policy / EDITED).read_bytes()
    again = _rebuild(former)
    assert (again.exit_code, _aside(former)) == (0, [aside])
    assert "nothing was done" in again.output


def _command(home: Home, *options: str) -> None:
    sys.exit(_rebuild(home, *options).exit_code)


@pytest.mark.long
def test_a_rebuild_that_is_killed_goes_on_and_loses_no_period(built: Home, tmp_path: Path) -> None:
    home = Home(shutil.copytree(built.root, tmp_path / "home"))
    assert exit_code(_command, home) == 0
    assert _aside(home) == []
    # In their order: noted but not set aside; set aside, no lake; half a lake; one period of two.
    for fault, options, asides in (
        ("file.after:aside", ("--force",), 0),
        ("file.inside:catalogue", ("--force",), 1),
        ("commit.inside:landing", (), 1),
        ("commit.after:valuation_by_period", (), 1),
    ):
        assert exit_code(_command, home, *options, fault=fault) == -signal.SIGKILL
        assert len(_aside(home)) == asides, fault
        assert examine(home).periods == PERIODS, fault
    assert exit_code(_command, home) == 0
    assert len(_aside(home)) == 1
    assert _differing(built, home) == []
    assert examine(home).unfinished == ()


def test_what_is_wrong_is_told_before_anything_is_touched(former: Home) -> None:
    before = _files(former.lake)
    file = former.policy / "parameter.csv"
    policy = file.read_text("utf-8")
    file.write_text(policy + "x\n", "utf-8")
    with pytest.raises(PolicyError, match=rf"parameter\.csv:{len(policy.splitlines()) + 1}"):
        examine(former)
    file.write_text(policy, "utf-8")

    delivery = Intake(former).deliveries()[0]
    blob = former.blob(delivery.files[0].sha256)
    data = blob.read_bytes()
    for spoil in (lambda: blob.write_bytes(data[:-1]), blob.unlink):
        spoil()
        refused = _rebuild(former)
        assert refused.exit_code == 1
        assert delivery.delivery_id in refused.output
    blob.write_bytes(data)

    with open_instance(former) as instance:
        run = dg.DagsterRun("everything", status=dg.DagsterRunStatus.STARTED)
        run = run.with_tags({PROCESS_TAG: mark(run.run_id)})
        assert run.status in IN_PROGRESS
        instance.add_run(run)
        refused = _rebuild(former)
        assert refused.exit_code == 1
        assert run.run_id in refused.output
        instance.delete_run(run.run_id)

    assert _aside(former) == []
    assert _files(former.lake) == before


def test_a_lake_that_does_not_say_its_periods_wants_them_named(former: Home) -> None:
    (former.lake / "catalog.sqlite").write_bytes(b"no catalogue at all, whoever wrote it")
    refused = _rebuild(former)
    assert (refused.exit_code, _aside(former)) == (1, [])
    assert "--period" in refused.output
    found = examine(former, PERIODS[::-1])
    assert found.periods == PERIODS
    assert found.differing
    assert set_aside(former, found.periods) == _aside(former)[0]
    assert examine(former).periods == PERIODS


@pytest.mark.parametrize("options", [["--home", "nowhere"], ["--period", "2026-13"]])
def test_misuse(built: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHUZHANG_HOME", str(built.root))
    monkeypatch.setattr("sys.argv", ["shuzhang", "rebuild", *options])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert not (tmp_path / "nowhere").exists()


def test_a_home_without_a_lake_is_left_to_the_first_run(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    done = _rebuild(home)
    assert done.exit_code == 0
    assert "shuzhang run" in done.output


def test_a_writer_that_waited_while_the_lake_was_set_aside_writes_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home").create()
    info = CommitInfo("t", "t", "")
    Lake(home).commit(info, lambda _: None)
    at_the_lock = threading.Event()
    lock = fcntl.flock

    def told(file: TextIO, operation: int) -> None:
        at_the_lock.set()
        lock(file, operation)

    def write() -> None:
        Lake(home).commit(info, lambda connection: connection.execute("CREATE TABLE catalog.late (a INTEGER)"))

    writer = threading.Thread(target=write)
    with Lake(home).locked():
        monkeypatch.setattr(fcntl, "flock", told)
        writer.start()
        assert at_the_lock.wait(60)
        aside = home.lake.rename(home.root / "aside")
    writer.join()
    assert (aside / "catalog.sqlite").is_file()
    assert one(home, "SELECT count(*) FROM catalog.late") == 0
    assert (home.lake / "writer.lock").read_text() == ""
