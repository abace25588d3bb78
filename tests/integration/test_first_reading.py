"""A run reads each file once: what its plan read for the period is what landing takes in."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

import warehouse.intake.reading
from readers.apart import Reader, ReadingApart
from readers.limits import ReadingLimits
from readers.policy.files import PolicySet, load
from readers.shapes import DeliveredFile
from tests.homes import created, deliver_files, deliver_folder, lake_of, one, run_home
from warehouse.intake.deliveries import Delivery, Intake
from warehouse.intake.first_reading import FirstReading
from warehouse.intake.reading import FileOutcome, ReadFiles, read_files
from warehouse.store.home import Home

COSTS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date\n"
FILES = {
    "a.csv": COSTS + "".join(f"R-{n},v,{n},清洗标注,开发,10.01,2026-04-{n:02d}\n" for n in range(1, 31)),
    "b.csv": COSTS + "R-1,w,1,清洗标注,开发,x,2026-05-31\n",
    "c.csv": "",
    "d.csv": COSTS + "R-1,w,2,清洗标注,开发,1.00,2026-06-01\n",
}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each file was read, by its hash."""
    counted: Counter[str] = Counter()
    read = warehouse.intake.reading.ReadingApart

    def count(reader: Reader, file: DeliveredFile, limits: ReadingLimits) -> ReadingApart:
        counted[file.sha256] += 1
        return read(reader, file, limits)

    monkeypatch.setattr(warehouse.intake.reading, "ReadingApart", count)
    return counted


def _delivered(home: Home) -> dict[str, int]:
    """The files of all deliveries, by hash, each once."""
    return {file.sha256: 1 for d in Intake(home).deliveries() for file in d.files}


def test_a_run_reads_each_file_once(few_deliveries: Path, tmp_path: Path, reads: Counter[str]) -> None:
    home = Home(tmp_path / "home")
    early = shutil.copytree(few_deliveries, tmp_path / "early")
    for ledger in early.glob("*-ledger"):
        shutil.rmtree(ledger)
    deliver_folder(home, early)
    outcome = run_home(home, job="ingest")
    assert reads == _delivered(home)
    months = "SELECT max(left(body ->> '$.{}', 7)) FROM landing.record WHERE kind = '{}'"
    assert outcome.period == one(home, months.format("posted_date", "costs"))

    before = _delivered(home)
    reads.clear()
    assert deliver_folder(home, few_deliveries)
    outcome = run_home(home, job="ingest")
    assert reads == dict.fromkeys(_delivered(home).keys() - before, 1)
    assert outcome.period == one(home, months.format("period", "ledger"))

    # All is read again under another policy.
    reads.clear()
    synonyms = home.policy / "heading_synonym.csv"
    synonyms.write_text("".join(synonyms.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    assert run_home(home, job="ingest").period == outcome.period
    assert reads == _delivered(home)
    lake_of.cache_clear()


@pytest.fixture
def delivered(tmp_path: Path) -> tuple[Home, PolicySet, Delivery]:
    """A delivery of four files: one good, one with a bad record, one that is no table, and another good one."""
    home = created(Home(tmp_path / "home"))
    files = [tmp_path / name for name in FILES]
    for file in files:
        file.write_text(FILES[file.name], "utf-8")
    deliver_files(home, files, "A", "costs", "2026-06-30")
    return home, load(home.policy), Intake(home).deliveries()[0]


def _all(
    read: ReadFiles, home: Home, policy: PolicySet, delivery: Delivery
) -> list[tuple[FileOutcome, list[pa.Table]]]:
    """What a reading gives, file by file; of those that could not be read, no records."""
    found, tables = [], []
    for outcome in read(home, policy, [delivery], tables.append):
        found.append((outcome, tables.copy() if outcome.status == "read" else []))
        tables.clear()
    return found


@pytest.mark.parametrize("held_bytes", [0, 10_000, 1 << 20])
def test_what_was_read_ahead_is_what_reading_gives(
    delivered: tuple[Home, PolicySet, Delivery], reads: Counter[str], held_bytes: int
) -> None:
    home, _, delivery = delivered
    wanted = _all(read_files, *delivered)
    assert [outcome.status for outcome, _ in wanted] == ["read", "read", "rejected", "read"]
    reads.clear()
    with FirstReading(held_bytes) as first:
        assert _all(first.read_ahead, *delivered) == wanted
        for _ in range(2):  # a commit that found the catalogue locked works again
            assert _all(first.files, home, load(home.policy), delivery) == wanted
        assert set(reads.values()) == {1}
    assert _all(first.files, *delivered) == wanted
    assert set(reads.values()) == {2}


def test_nothing_is_taken_that_landing_would_not_have_read(
    delivered: tuple[Home, PolicySet, Delivery], tmp_path: Path, reads: Counter[str]
) -> None:
    home, policy, delivery = delivered
    shorter = {name: entries[1:] if name == "heading_synonym" else entries for name, entries in policy.lists.items()}
    other_bytes = replace(delivery, files=(delivery.files[0], delivery.files[3]))
    other_home = Home(shutil.copytree(home.root, tmp_path / "other"))
    with FirstReading() as first:
        _all(first.read_ahead, *delivered)
        reads.clear()
        for times, others in enumerate(
            ((home, PolicySet(shorter), delivery), (home, policy, other_bytes), (other_home, policy, delivery)), start=1
        ):
            assert _all(first.files, *others) == _all(read_files, *others)
            assert reads[delivery.files[0].sha256] == 2 * times


def test_half_a_reading_is_none(delivered: tuple[Home, PolicySet, Delivery], reads: Counter[str]) -> None:
    home, policy, delivery = delivered
    with FirstReading() as first:
        half = first.read_ahead(home, policy, [delivery], lambda _: None)
        assert next(half).source_file == "a.csv"
        reads.clear()
        assert _all(first.files, *delivered) == _all(read_files, *delivered)
        assert set(reads.values()) == {2}


def _open_files(home: Home) -> Iterator[str]:
    for entry in Path("/proc/self/fd").iterdir():
        if entry.is_symlink() and str(home.root) in (target := str(entry.readlink())):
            yield target


def test_what_memory_does_not_hold_waits_in_a_file_that_goes_with_the_run(
    delivered: tuple[Home, PolicySet, Delivery],
) -> None:
    home = delivered[0]
    before = set(home.root.rglob("*"))
    with FirstReading(held_bytes=0) as first:
        _all(first.read_ahead, *delivered)
        assert len(list(_open_files(home))) == 1
        assert set(home.root.rglob("*")) == before
    assert list(_open_files(home)) == []
