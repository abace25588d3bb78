"""Ingest of a DCAT-US catalogue of 10,000, 100,000 or 300,000 datasets, and of an XLSX of as many rows up to 100,000.

First ingest, from bytes to the committed tables of the stage landing; the same bytes again; one dataset in a hundred changed.
Floor: the file split and decoded by msgspec and each dataset judged by jsonschema-rs, in one thread, nothing kept. For the workbook:
fastexcel reading its cells. Each runs in a process of its own.
"""

import mmap
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks.catalogues import write_catalogue, write_workbook
from benchmarks.measure import Result, apart, main, measured
from readers.policy.files import load
from warehouse.building.policy_entries import build_policy
from warehouse.intake.deliveries import Intake, Manifest
from warehouse.intake.ingest import ingest, pending
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake

DATASETS = {"small": 10_000, "medium": 100_000, "large": 300_000}
_WORKBOOK_ROWS = 100_000
_INFO = CommitInfo("benchmark", "ingest", "benchmark")


def run(size: str) -> Iterator[Result]:
    datasets = DATASETS[size]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        first, changed, home = root / "data.json", root / "changed.json", root / "home"
        write_catalogue(first, datasets)
        write_catalogue(changed, datasets, changed_percent=1)
        _prepare(home)
        floor, _ = apart(_floor, first)
        seconds, peak = apart(_ingest, home, first, date(2026, 7, 1))
        yield measured("first ingest", size, seconds, floor=floor, records=datasets, peak_mb=peak)
        again, peak = apart(_ingest, home, first, date(2026, 7, 2))
        yield measured("the same bytes again", size, again, floor=floor, records=datasets, peak_mb=peak)
        some, peak = apart(_ingest, home, changed, date(2026, 7, 3))
        yield measured("1 % changed", size, some, floor=seconds, records=datasets, peak_mb=peak)
        workbook, rows = root / "catalogue.xlsx", min(datasets, _WORKBOOK_ROWS)
        write_workbook(workbook, rows)
        floor, _ = apart(_read_cells, workbook)
        _prepare(root / "other")
        seconds, peak = apart(_ingest, root / "other", workbook, date(2026, 7, 1))
        yield measured("workbook", size, seconds, floor=floor, records=rows, peak_mb=peak)


def _prepare(root: Path) -> None:
    """A home with its policy in the lake, as every home has after its first run."""
    home = Home(root).create()
    build_policy(Lake(home), load(home.policy), _INFO)


def _ingest(root: Path, file: Path, day: date) -> None:
    home = Home(root)
    lake, intake, policy = Lake(home), Intake(home), load(home.policy)
    manifest = Manifest("BENCH", "catalog", day, None, "default", "full", None, ((file.name, file),))
    intake.receive(manifest.delivery(intake), sequence_given=False)
    if pending(lake, policy):
        ingest(lake, policy, (), _INFO)


def _floor(file: Path) -> None:
    import msgspec

    from readers.catalogues.schema_check import dcat_us_1_1

    class Catalogue(msgspec.Struct):
        dataset: list[msgspec.Raw]

    check = dcat_us_1_1(federal=True)
    with file.open("rb") as stream:
        data = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
        for dataset in msgspec.json.decode(data, type=Catalogue).dataset:
            check.violations(msgspec.json.decode(dataset))


def _read_cells(file: Path) -> None:
    import fastexcel

    fastexcel.read_excel(file).load_sheet(0, header_row=None, dtypes="string").to_arrow()


if __name__ == "__main__":
    main(__doc__, run)
