"""The four sets of real catalogues, delivered to one home in two rounds: earlier snapshots first, then the newest.

`python -m tests.real HOME [DATA]` delivers both rounds and runs after each, which `make verify-real` then proves by sample; with `--costs`
it lays invented costs over them, of which `make publish-real` makes a report.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.homes import deliver_files, run_home
from tests.real_costs import PERIOD, lay_over
from warehouse.store.home import Home

FEDERAL_DATES = ("2025-01-31", "2025-02-04")


@dataclass(frozen=True)
class RealFile:
    """A catalogue as it would be delivered: its file, who delivers it, and the date."""

    path: Path
    deliverer: str
    day: str


def real_rounds(data: Path) -> tuple[list[RealFile], list[RealFile]]:
    """What is delivered before the first run, and before the second."""
    first = [
        *_federal(data, FEDERAL_DATES[0]),
        *_portals(data / "us-state-county-dcatus" / "prior"),
        RealFile(data / "cn-beijing-catalog" / "目录清单.xlsx", "BEIJING", "2026-02-11"),
        RealFile(data / "cn-portal-catalogs-2018" / "hrbdata.xlsx", "HARBIN", "2018-12-31"),
    ]
    return first, [*_federal(data, FEDERAL_DATES[1]), *_portals(data / "us-state-county-dcatus")]


def deliver_round(home: Home, files: list[RealFile]) -> list[str]:
    """Deliver a round; returns the delivery ids in its order."""
    return [deliver_files(home, [file.path], file.deliverer, "catalog", file.day) for file in files]


def _federal(data: Path, day: str) -> Iterator[RealFile]:
    for path in sorted((data / "us-federal-2025" / day).glob("*.json")):
        yield RealFile(path, path.stem.upper(), day)


def _portals(folder: Path) -> Iterator[RealFile]:
    """Files are called <portal>_<yyyymmdd>.json."""
    for path in sorted(folder.glob("*_*.json")):
        portal, day = path.stem.rsplit("_", 1)
        yield RealFile(path, portal.upper(), f"{day[:4]}-{day[4:6]}-{day[6:]}")


def _main() -> None:
    root = Path(__file__).parents[1]
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("home", type=Path)
    options.add_argument("data", type=Path, nargs="?", default=root / ".." / "shared" / "data")
    options.add_argument("--costs", action="store_true", help="lay invented costs over them")
    given = options.parse_args()
    home = Home(given.home.absolute())
    for files in real_rounds(given.data):
        deliver_round(home, files)
        run_home(home)
    if given.costs:
        print(f"{lay_over(home, home.root / 'invented'):,} cards with invented costs")
        run_home(home, period=PERIOD)


if __name__ == "__main__":
    _main()
