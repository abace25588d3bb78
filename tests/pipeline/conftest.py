"""The example city, delivered and run once for all tests that only read it."""

from pathlib import Path

import pytest

from example_city import write_city
from tests.homes import deliver_folder, once, run_home
from warehouse.store.home import Home


@pytest.fixture(scope="session")
def city_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The deliveries of the example city."""
    return once(tmp_path_factory, "city-deliveries", write_city)


@pytest.fixture(scope="session")
def city(city_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which the example city was delivered and run. Copy it before you write to it: other processes read it."""

    def make(root: Path) -> None:
        deliver_folder(Home(root), city_folder)
        run_home(Home(root), stored=True)

    return Home(once(tmp_path_factory, "city", make))
