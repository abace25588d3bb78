"""Portions of a large catalogue read by processes beside this one, and given on in their order.

Belongs here: what is asked of them, and by turns of which. Does not belong here: the line between them (`readers/processes.py`), where
portions begin and end (`readers/catalogues/json_portions.py`), and what a record says.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow as pa

from readers.catalogues.json_portions import Portion, portion_items
from readers.json_records import Item
from readers.processes import LostWorkerError, ReadingProcess, hand_over, leave_signals_alone, written
from readers.shapes import Layout, Record, record_batches

__all__ = ["Job", "LostWorkerError", "Worker", "read_by_workers"]

#: More than these would only wait for whoever takes the records.
_MOST_WORKERS = 4
#: A process is asked for so many portions ahead: it reads while the last one is taken, and no more than these wait in memory.
_AHEAD = 2


@dataclass(frozen=True)
class Job:
    """What a process is asked: the portions of an array of a file, each into batches of records."""

    path: Path
    pointer: str
    read: Callable[[Iterable[Item]], Iterator[Record]]
    layout: Layout
    portions: Sequence[Portion]

    def batches(self, portion: Portion) -> Iterator[pa.RecordBatch]:
        return record_batches(self.read(portion_items(self.path, portion, self.pointer)), self.layout)


class Worker(ReadingProcess):
    """A process that waits for its job, and then for portions of it."""

    def __init__(self) -> None:
        super().__init__(__name__)

    def portion(self) -> Iterator[pa.RecordBatch]:
        """The batches of the portion that was asked for first."""
        if error := self.answer():
            raise error
        yield from self.batches()


def read_by_workers(job: Job, count: int | None = None) -> Iterator[pa.RecordBatch]:
    """The batches of all portions, in the order of the array; as many processes as there are cores read them by turns.

    Raises:
        Unreadable, or whatever else a reader raised, where its record would have come.
        LostWorkerError: a process was ended from outside.
    """
    count = min(count or os.cpu_count() or 1, _MOST_WORKERS, len(job.portions))
    workers: list[Worker] = []
    try:
        for _ in range(count):
            workers.append(Worker())
            workers[-1].ask(replace(job, portions=()))
        for number, portion in enumerate(job.portions[: count * _AHEAD]):
            workers[number % count].ask(portion)
        for number in range(len(job.portions)):
            worker = workers[number % count]
            yield from worker.portion()
            for portion in job.portions[number + count * _AHEAD :][:1]:
                worker.ask(portion)
    finally:
        for worker in workers:
            worker.end()


def _work(line: Connection) -> None:
    leave_signals_alone()
    with suppress(EOFError, ConnectionError):
        job: Job = line.recv()
        while True:
            portion: Portion = line.recv()
            try:
                batches = written(job.batches(portion))
            except Exception as error:
                line.send(error)
                continue
            line.send(None)
            hand_over(line, batches)


if __name__ == "__main__":
    _work(Connection(int(sys.argv[1])))
