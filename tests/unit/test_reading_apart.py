"""A file that is too much for its reader is told as such, and the next is read: in time, memory and size, and however the reader ends."""

import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from readers import apart
from readers.apart import ReadEnd, Reader, ReadingApart
from readers.limits import ReadingLimits
from readers.problems import Unreadable
from readers.shapes import DeliveredFile
from tests import troubled_readers as readers

LIMITS = ReadingLimits(256 << 20, 1 << 20, 30, 1, 1000)


@pytest.fixture
def file(tmp_path: Path) -> DeliveredFile:
    path = tmp_path / "a.csv"
    path.write_text("x\n", "utf-8")
    return DeliveredFile("a.csv", "0", path)


def taken(reader: Reader, file: DeliveredFile, limits: ReadingLimits = LIMITS) -> tuple[list[str], ReadEnd]:
    """The texts of the records, and what came last."""
    texts: list[str] = []
    for part in ReadingApart(reader, file, limits):
        if isinstance(part, ReadEnd):
            return texts, part
        texts += part.column("raw").to_pylist()
    raise AssertionError("no end")


@pytest.mark.parametrize(
    ("reader", "limits", "rule", "told"),
    [
        (readers.endless, replace(LIMITS, seconds=0.5), "too_costly", "> 1 s"),
        (readers.greedy, LIMITS, "too_costly", "> 256 MB"),
        (readers.greedy_of_arrow, LIMITS, "too_costly", "> 256 MB"),
        (readers.good, replace(LIMITS, file_bytes=1), "too_costly", "2 > 1 bytes"),
        (readers.aborted, LIMITS, "too_costly", "SIGABRT: memory allocation of 549755813888 bytes failed"),
        (readers.broken, LIMITS, "reader_broke", "BaseException: panicked (troubled_readers.py:"),
    ],
)
def test_a_reader_that_is_ended_is_told_with_its_figure_and_the_next_file_is_read(
    file: DeliveredFile, reader: Reader, limits: ReadingLimits, rule: str, told: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        list(ReadingApart(reader, file, limits))
    assert caught.value.rule == rule
    assert told in caught.value.message_zh
    assert told in caught.value.message_en
    assert taken(readers.good, file) == (
        ["a.csv 0", "a.csv 1", "a.csv 2"],
        ReadEnd("csv", "utf-8", ("a note",)),
    )


def test_one_process_reads_file_after_file(file: DeliveredFile) -> None:
    taken(readers.good, file)
    *others, first = apart._idle
    for reader in (readers.slow, readers.good):
        taken(reader, file)
    assert apart._idle == [*others, first]


def test_files_that_were_begun_are_read_side_by_side_and_wait_for_who_takes_their_records(
    file: DeliveredFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "_idle", [])
    monkeypatch.setattr(apart, "SIDE_BY_SIDE", 2)
    begun = [ReadingApart(readers.good, file, LIMITS) for _ in range(3)]
    processes = [reading._at_work.process for reading in begun]
    assert len({process.process.pid for process in processes if process}) == 3
    given = [list(reading) for reading in reversed(begun)]
    assert [len(parts) for parts in given] == [len(given[0])] * 3
    # Two wait for another file, of the third there is no need.
    assert apart._idle == [processes[2], processes[1]]
    for process in processes:
        assert process is not None
        process.end()


def test_a_process_that_was_lost_once_is_no_fault_of_the_file(file: DeliveredFile) -> None:
    assert taken(readers.lost_once, file)[0] == ["a.csv 0", "a.csv 1", "a.csv 2"]


def test_time_is_that_of_the_reader_not_of_who_takes_its_records(file: DeliveredFile) -> None:
    parts = ReadingApart(readers.slow, file, replace(LIMITS, seconds=0.4))
    count = 0
    for _ in parts:
        time.sleep(0.2)
        count += 1
    assert count == 4


def test_who_stops_reading_leaves_no_process(file: DeliveredFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_idle", [process := apart._Process()])
    parts = ReadingApart(readers.good, file, LIMITS)
    next(parts)
    parts.close()
    assert process.process.returncode == -signal.SIGKILL
    assert apart._idle == []


def test_what_was_begun_and_is_not_wanted_leaves_no_process(
    file: DeliveredFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "_idle", [process := apart._Process()])
    ReadingApart(readers.endless, file, LIMITS).close()
    assert process.process.returncode == -signal.SIGKILL
    assert apart._idle == []
