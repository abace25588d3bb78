"""The readers take damaged files of every format; `make fuzz` does this for minutes, this for a few hundred cases."""

import itertools
import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.fuzz.campaign import Finding, campaign, case, try_case
from tests.fuzz.oracle import BrokenLawError, check
from tests.fuzz.seeds import Seed, seeds

pytestmark = pytest.mark.slow

SEED = 20260630
CASES = 300
FORMATS = {"dcat_us", "dcat_us_3", "ckan", "json", "dcat_ap", "csv", "xlsx", "xls"}


@pytest.mark.parametrize("seed", seeds(), ids=lambda seed: seed.name)
def test_whole_files_are_read(tmp_path: Path, seed: Seed) -> None:
    (tmp_path / "file").write_bytes(seed.data)
    assert check(tmp_path / "file", seed.kind) in (FORMATS if seed.name != "ckan error" else {"ckan_error"})


def test_damaged_files_give_records_or_a_known_refusal(tmp_path: Path) -> None:
    found = [try_case(SEED, number, tmp_path / "file", check) for number in range(CASES)]
    assert [one for one in found if isinstance(one, Finding)] == []
    counts = Counter(found)
    # Damage that all files die of, or none, would be no test.
    assert CASES / 4 < sum(counts[name] for name in FORMATS) < CASES * 0.9


def test_a_case_is_always_the_same() -> None:
    assert [case(SEED, number) for number in range(20)] == [case(SEED, number) for number in range(20)]


def _breaks_in_turn(file: Path, kind: str) -> str:
    """A reader that breaks in all three ways, by the case's number, which it counts in a file beside the case."""
    counter = file.with_name("count")
    number = len(counter.read_bytes()) if counter.exists() else 0
    counter.write_bytes(b"." * (number + 1))
    if number == 1:
        raise BrokenLawError("a law")
    if number == 3:
        os.kill(os.getpid(), signal.SIGSEGV)
    if number == 5:
        time.sleep(3600)
    return kind


def test_an_exception_a_crash_and_a_hang_are_findings(tmp_path: Path) -> None:
    assert campaign(SEED, 120, tmp_path / "found", _breaks_in_turn, cases=6, case_seconds=0.5) == 6
    said = {file.read_text("utf-8").splitlines()[-1]: file for file in (tmp_path / "found").glob("*.txt")}
    ways = ("tests.fuzz.oracle.BrokenLawError: a law", "the process ended with -11", "no end after 0.5 seconds")
    assert said.keys() == set(ways)
    for way, number in zip(ways, itertools.count(1, 2)):
        made = case(SEED, number)
        assert said[way].with_suffix(".bin").read_bytes() == made.data
        assert f"--kind {made.kind}" in said[way].read_text("utf-8").splitlines()[0]
