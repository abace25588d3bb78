"""A process that dies at any fault point loses nothing: the lake stays readable, and the next run makes up for it.

One home goes through all of it: each run of it is killed where the one before was not, and goes on where that one stopped.
"""

import shutil
import signal
from pathlib import Path

import pytest

from pipelines.definitions import assets_of
from readers.policy.files import load
from tests.homes import (
    ask,
    contents,
    created,
    deliver_files,
    exit_code,
    lake_of,
    run_home,
)
from tests.kills import kill
from warehouse.building.policy_entries import build_policy
from warehouse.intake.deliveries import Intake
from warehouse.publish.database import export_database
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake
from warehouse.store.owed import owed
from warehouse.tables.definitions import all_tables
from warehouse.trace.audit import audit

KILLED = -signal.SIGKILL


def _published(home: Home) -> dict[str, bytes]:
    """Reports and receipts by name; the times of receipt in them are the intake's, so they are equal as well."""
    files = [file for folder in (home.reports, home.receipts) for file in folder.rglob("*") if file.is_file()]
    # Data Docs say when they were written.
    docs = home.reports / "quality"
    assert (docs / "index.html").is_file()
    return {
        str(file.relative_to(home.root)): file.read_bytes()
        for file in files
        if not file.name.startswith(".part-") and docs not in file.parents
    }


def _written(home: Home) -> set[str]:
    """The tables that were written so far, as a reader sees it."""
    return {row[0] for row in ask(home, "SELECT DISTINCT table_name FROM audit.materialization")}


@pytest.mark.long
def test_a_run_killed_at_every_commit_and_file_ends_as_an_undisturbed_one(
    few_delivered: Home, few: Home, tmp_path: Path
) -> None:
    home = Home(shutil.copytree(few_delivered.root, tmp_path / "home"))
    for fault in ("file.inside:catalogue", "file.inside:blob"):
        assert exit_code(run_home, home, fault=fault) == KILLED
    steps = {asset.op.name: frozenset(".".join(key.path) for key in asset.keys) for asset in assets_of(all_tables())}
    for step in ("policy", "landing"):
        before, tables = _written(home), steps.pop(step)
        for point in ("before", "inside", "after"):
            assert exit_code(run_home, home, fault=f"commit.{point}:{step}") == KILLED
            assert _written(home) == before | (tables if point == "after" else set()), f"{step}: {point}"
    for fault in ("file.inside:receipt", "file.after:receipt"):
        assert exit_code(run_home, home, fault=fault) == KILLED
    assert exit_code(run_home, home, fault="commit.before:delivered") == KILLED
    while steps:
        # Whichever step commits first: Dagster orders those that do not depend on each other as it likes.
        before = _written(home)
        for fault in ("commit.before", "commit.inside"):
            assert exit_code(run_home, home, fault=fault) == KILLED
            assert _written(home) == before, fault
        assert exit_code(run_home, home, fault="commit.after") == KILLED
        (step,) = [name for name, tables in steps.items() if tables == _written(home) - before]
        del steps[step]
        owing = sorted(note.name.partition("@")[0] for note in home.owed.iterdir())
        if owing and steps:
            # Its files are owed, so the step comes again; die once the last of them is there.
            assert exit_code(run_home, home, fault=f"file.struck:{owing[-1]}") == KILLED, step
            assert not list(home.owed.iterdir())
    for fault in ("file.inside:report", "file.after:report", "file.inside:head"):
        assert exit_code(run_home, home, fault=fault) == KILLED
        # A file that was put in place is on record, whether or not its process came to say so.
        assert audit(Lake(home)).faults == (), fault
    run_home(home)
    assert contents(home) == contents(few)
    assert _published(home) == _published(few)
    assert not list(home.owed.iterdir())
    assert run_home(home).run_id is None


@pytest.mark.parametrize("fault", ["file.inside:policy", "file.inside:blob", "file.after:blob", "file.inside:intake"])
def test_a_delivery_that_was_cut_off_is_not_on_record_and_is_made_again(tmp_path: Path, fault: str) -> None:
    file = tmp_path / "data.json"
    file.write_text('{"dataset": [{"identifier": "1", "title": "x"}]}', "utf-8")
    home, arguments = Home(tmp_path / "home"), ([file], "A", "catalog", "2026-01-01")
    assert exit_code(deliver_files, home, *arguments, fault=fault) == KILLED
    assert Intake(home).deliveries() == []
    deliver_files(home, *arguments)
    (delivery,) = Intake(home).deliveries()
    assert home.read(delivery.files[0].sha256) == file.read_bytes()


def test_a_delivery_is_on_record_as_soon_as_its_file_is(tmp_path: Path) -> None:
    file = tmp_path / "data.json"
    file.write_text('{"dataset": []}', "utf-8")
    home, arguments = Home(tmp_path / "home"), ([file], "A", "catalog", "2026-01-01")
    assert exit_code(deliver_files, home, *arguments, fault="file.after:intake") == KILLED
    (delivery,) = Intake(home).deliveries()
    assert deliver_files(home, *arguments) == delivery.delivery_id
    assert len(Intake(home).deliveries()) == 1


def _export(home: Home, target: Path) -> None:
    export_database(lake_of(home), target)


@pytest.mark.long
def test_an_export_that_was_cut_off_leaves_the_one_before(few: Home, tmp_path: Path) -> None:
    target = tmp_path / "lake.duckdb"
    home = Home(shutil.copytree(few.root, tmp_path / "home"))
    assert exit_code(_export, home, target) == 0
    before = target.read_bytes()
    assert exit_code(_export, home, target, fault="file.inside:export") == KILLED
    assert target.read_bytes() == before


@pytest.mark.parametrize("point", ["inside", "before"])
def test_a_first_commit_that_was_cut_off_leaves_an_empty_lake_and_is_made_again(
    few_delivered: Home, tmp_path: Path, point: str
) -> None:
    home = Home(shutil.copytree(few_delivered.root, tmp_path / "home"))
    assert exit_code(_build_policy, home, fault=f"commit.{point}:policy") == KILLED
    assert (home.lake / "catalog.sqlite").is_file()
    assert _written(home) == set()
    assert exit_code(_build_policy, home) == 0
    assert {name.partition(".")[0] for name in _written(home)} == {"policy"}


def test_a_key_that_was_cut_off_is_none(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    assert exit_code(_key, home, fault="file.inside:key") == KILLED
    assert not (home.root / "hash.key").exists()
    assert len(home.hash_key) == 32


def _key(home: Home) -> bytes:
    return home.hash_key


def _build_policy(home: Home) -> None:
    build_policy(Lake(home), load(home.policy), CommitInfo("test", "test", "run", "policy"))


@pytest.mark.long
def test_homes_that_are_killed_at_random_moments_end_as_one_that_was_left_alone(
    few_deliveries: Path, tmp_path: Path
) -> None:
    city = shutil.copytree(few_deliveries, tmp_path / "city")
    for folder in filter(Path.is_dir, city.iterdir()):
        if "organisations" not in folder.name and "weather-catalog" not in folder.name:
            shutil.rmtree(folder)
    # Every stage commits in the same way; `make kills` goes through all of them, and through the birth of a home.
    assert kill(tmp_path, city, 12, seed=12, job="ingest", stages=("landing",), born=created) >= 1


def test_only_the_named_point_is_reached(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert exit_code(_export, home, tmp_path / "a.duckdb", fault="commit.inside:elsewhere") == 0
    assert owed(home, "landing.delivery") == set()
