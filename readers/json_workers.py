"""Portions of a large catalogue read by processes beside this one, and given on in their order.

Belongs here: both sides of the pipe, and how each learns that the other has ended. Does not belong here: where portions begin and
end (`readers/json_portions.py`), and what a record says.
"""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from readers.json_portions import Portion, portion_items
from readers.json_records import Item
from readers.shapes import Layout, Record, record_batches

#: More than these would only wait for whoever takes the records.
_MOST_WORKERS = 4
_PIPE_BYTES = 1 << 20


class LostWorkerError(Exception):
    """A process that read a portion ended before its time, as one does that the system ends for want of memory."""


@dataclass(frozen=True)
class Job:
    """What a process is asked: the portions of an array of a file, each into batches of records."""

    path: Path
    pointer: str
    read: Callable[[Iterable[Item]], Iterator[Record]]
    layout: Layout
    portions: Sequence[Portion]

    def batches(self, portion: Portion) -> list[pa.RecordBatch]:
        return list(record_batches(self.read(portion_items(self.path, portion, self.pointer)), self.layout))


def read_by_workers(job: Job, workers: int | None = None) -> Iterator[pa.RecordBatch]:
    """The batches of all portions, in the order of the array; as many processes as there are cores read them by turns.

    Each process holds what it has read until it is taken, so that no more than one portion a process waits.

    Raises:
        Unreadable, or whatever else a reader raised, where its record would have come.
        LostWorkerError: a process was ended from outside.
    """
    count = min(workers or os.cpu_count() or 1, _MOST_WORKERS, len(job.portions))
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for number in range(count):
            processes.append(start())
            _ask(processes[-1], replace(job, portions=job.portions[number::count]))
        for number in range(len(job.portions)):
            yield from _answer(processes[number % count])
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def start() -> subprocess.Popen[bytes]:
    """A process that waits for its job."""
    # Not multiprocessing: it would import the program that runs, and with it all of Dagster, once more in each.
    return subprocess.Popen(  # noqa: S603 - this interpreter and a module of ours
        [sys.executable, "-P", "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, pipesize=_PIPE_BYTES
    )


def _ask(process: subprocess.Popen[bytes], job: Job) -> None:
    assert process.stdin  # noqa: S101 - asked for in `start`
    with suppress(BrokenPipeError):  # it has ended, which is told where its answer is missed
        pickle.dump(job, process.stdin)
        process.stdin.flush()


def _answer(process: subprocess.Popen[bytes]) -> list[pa.RecordBatch]:
    assert process.stdout  # noqa: S101 - asked for in `start`
    try:
        answer = pickle.load(process.stdout)  # noqa: S301 - from a process of ours
    except (EOFError, pickle.UnpicklingError) as error:
        raise LostWorkerError(
            f"读取进程被终止（{process.wait()}），可能是内存不足；请重新运行 "
            f"a reading process was ended ({process.wait()}), perhaps for want of memory; run it again"
        ) from error
    if isinstance(answer, Exception):
        raise answer
    return answer


def _work() -> None:
    # Whoever started this process ends it: its death is seen by the pipe, and an interrupt is its own to answer.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    job: Job = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    for portion in job.portions:
        try:
            answer = job.batches(portion)
        except Exception as error:
            answer = error
        pickle.dump(answer, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _work()
