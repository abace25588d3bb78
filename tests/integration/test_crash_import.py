"""An import that is killed while its records are written: nothing of it is seen, the next run starts again, and nothing counts twice."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

import warehouse.intake.reading
import warehouse.intake.record_writer
from benchmarks.catalogues import write_catalogue
from readers.apart import ReadEnd, ReadingApart
from tests.homes import ask, contents, deliver_files, exit_code, lake_of, one, take_in
from warehouse.intake.record_writer import RecordWriter
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo

INFO = CommitInfo("test", "test", "run")
#: Records of the catalogue, one in ten invalid; the import writes them in portions of a few dozen, and dies after some.
DATASETS, BATCH, PORTION_BYTES, PORTIONS = 600, 50, 1 << 18, 3


def _take_in(home: Home) -> None:
    take_in(home, info=INFO)


class _InSmallBatches(ReadingApart):
    def __iter__(self) -> Iterator[pa.RecordBatch | ReadEnd]:
        while (part := next(self, None)) is not None:
            if isinstance(part, ReadEnd):
                yield part
            else:
                yield from (part.slice(start, BATCH) for start in range(0, part.num_rows, BATCH))


def _take_in_and_die(home: Home, portions: int) -> None:
    """Take in, in small portions, and die when so many were written."""
    warehouse.intake.reading.ReadingApart = _InSmallBatches
    warehouse.intake.record_writer._PORTION_BYTES = PORTION_BYTES
    genuine, written = RecordWriter._insert, 0

    def insert(self: RecordWriter, records: pa.Table) -> None:
        nonlocal written
        genuine(self, records)
        written += 1
        if written == portions:
            os.kill(os.getpid(), signal.SIGKILL)

    RecordWriter._insert = insert
    _take_in(home)


def _stored(home: Home) -> set[Path]:
    """Files of records, whether they count or not."""
    return set((home.lake / "data" / "landing" / "record").rglob("*.parquet"))


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a catalogue taken in, and its next version delivered: some changed, some gone, some new. Copy it."""
    folder = tmp_path_factory.mktemp("delivered")
    home, file = Home(folder / "home"), folder / "data.json"
    write_catalogue(file, DATASETS - 50)
    deliver_files(home, [file], "A", "catalog", "2026-01-01")
    _take_in(home)
    write_catalogue(file, DATASETS, changed_percent=10)
    deliver_files(home, [file], "A", "catalog", "2026-02-01")
    lake_of.cache_clear()
    return home


@pytest.fixture(scope="module")
def undisturbed(delivered: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    home = Home(shutil.copytree(delivered.root, tmp_path_factory.mktemp("undisturbed") / "home"))
    _take_in(home)
    return contents(home)


@pytest.mark.long
def test_an_import_killed_half_way_starts_again_and_counts_nothing_twice(
    delivered: Home, undisturbed: dict[str, list[tuple[object, ...]]], tmp_path: Path
) -> None:
    home = Home(shutil.copytree(delivered.root, tmp_path / "home"))
    before, stored = contents(home), _stored(home)
    assert exit_code(_take_in_and_die, home, PORTIONS) == -signal.SIGKILL
    assert (
        len(_stored(home) - stored) == PORTIONS
    )  # it did die half-way: so many portions lie there, and count for nothing
    assert contents(home) == before
    _take_in(home)
    assert contents(home) == undisturbed
    counts = ask(
        home,
        "SELECT in_count, accepted_count + rejected_count + unchanged_count + held_count FROM landing.delivery_outcome",
    )
    assert sorted(counts) == [(DATASETS - 50, DATASETS - 50), (DATASETS, DATASETS)]
    assert one(home, "SELECT count(DISTINCT (delivery_id, ordinal)) = count(*) FROM landing.record")
    # What the dead one had written is gone, and every file that is left counts.
    listed = ask(home, "SELECT data_file FROM ducklake_list_files('lake', 'record', schema => 'landing')")
    assert {Path(file) for (file,) in listed} == _stored(home)
    lake_of.cache_clear()
