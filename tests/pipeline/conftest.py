"""The example city, delivered and run once for all tests that only read it."""

from pathlib import Path

import pytest

from example_city import write_city
from tests.homes import deliver_folder, run_home
from warehouse.store.home import Home


@pytest.fixture(scope="session")
def city_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The deliveries of the example city."""
    folder = tmp_path_factory.mktemp("city")
    write_city(folder)
    return folder


@pytest.fixture(scope="session")
def city(city_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which the example city was delivered and run. Do not write to it."""
    home = Home(tmp_path_factory.mktemp("home"))
    deliver_folder(home, city_folder)
    run_home(home, stored=True)
    return home
