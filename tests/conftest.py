"""Fixtures that all tests share: where the real data lies, and homes that were run once."""

import csv
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dagster._core.storage.defs_state.base import set_defs_state_storage

from tests.homes import FirstHome, deliver_folder, once, run_home, small_city
from warehouse.store.home import Home

ROOT = Path(__file__).parents[1]

_connect = duckdb.connect


def _cheap(*arguments: Any, **options: Any) -> duckdb.DuckDBPyConnection:
    config = {**options.pop("config", {}), "allow_unsigned_extensions": True}
    connection = _connect(*arguments, config=config, **options)
    connection.execute("SET threads = 1")
    return connection


# There are more workers than cores, and tables of some rows: waking DuckDB's other threads takes a sixth of the tests' processor time.
# DuckDB (1.5.5) proves the signature of an extension at each LOAD, for 0.3 s of processor time, and each home of a test loads two.
duckdb.connect = _cheap


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage is not counted while the longest tests run: tracing takes a third to a half of what it traces (Python 3.11).

    What their fixtures do is counted, the run of the example city among it, and the commands that the pages show.
    The first test is one of the example city, which one process makes while others have tests that do without.
    """
    items.sort(key=lambda item: item.path.name != "test_city.py")
    pipeline, commands = ROOT / "tests" / "pipeline", ROOT / "tests" / "pipeline" / "test_docs_commands.py"
    for item in items:
        is_of_pipeline = item.path.is_relative_to(pipeline) and item.path != commands
        if item.get_closest_marker("slow") or is_of_pipeline:
            item.add_marker("no_cover")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real catalogues and tables: SHUZHANG_TEST_DATA, by default `../shared/data`.

    Its absence skips the test, and fails it under CI=true, where it must not go unnoticed.
    """
    folder = Path(os.environ.get("SHUZHANG_TEST_DATA") or ROOT / ".." / "shared" / "data").resolve()
    if not folder.is_dir():
        message = f"no real data at {folder}; set SHUZHANG_TEST_DATA to test on it"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _first_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    FirstHome.factory = tmp_path_factory


@pytest.fixture(scope="session")
def few_deliveries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Deliveries of two agencies of the example city."""
    return once(tmp_path_factory, "few-deliveries", small_city)


@pytest.fixture(scope="session")
def few_delivered(few_deliveries: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home to which they were delivered, not run yet. Copy it."""
    return Home(once(tmp_path_factory, "few-delivered", lambda root: deliver_folder(Home(root), few_deliveries)))


@pytest.fixture(scope="session")
def few(few_delivered: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same home, run once. Copy it before you write to it."""

    def make(root: Path) -> None:
        run_home(Home(shutil.copytree(few_delivered.root, root)))

    return Home(once(tmp_path_factory, "few", make))


@pytest.fixture(autouse=True)
def _limit_of_cells() -> None:
    """Frictionless sets Python's limit of a CSV cell for the whole process; a reader of ours has a process, and a limit, of its own."""
    csv.field_size_limit(131_072)


@pytest.fixture(autouse=True)
def _no_instance_is_left() -> Iterator[None]:
    """Dagster (1.13.27) forgets to let go of an instance that is entered twice, as contexts of schedules and sensors do.

    What loads definitions after it in the same process then fails (`Attempted to resolve undefined DagsterInstance weakref`).
    """
    with set_defs_state_storage(None):
        yield
