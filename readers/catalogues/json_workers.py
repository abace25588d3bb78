"""Portions of a large catalogue read by processes beside this one, and given on in their order.

Belongs here: both sides of the line between them, and how each learns that the other has ended. Does not belong here: where portions
begin and end (`readers/catalogues/json_portions.py`), and what a record says.
"""

import mmap
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path

import pyarrow as pa

from readers.catalogues.json_portions import Portion, portion_items
from readers.json_records import Item
from readers.shapes import RECORD_SCHEMA, Layout, Record, record_batches

#: More than these would only wait for whoever takes the records.
_MOST_WORKERS = 4
#: A process is asked for so many portions ahead: it reads while the last one is taken, and no more than these wait in memory.
_AHEAD = 2


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

    def batches(self, portion: Portion) -> Iterator[pa.RecordBatch]:
        return record_batches(self.read(portion_items(self.path, portion, self.pointer)), self.layout)


class Worker:
    """A process that waits for its job, and then for portions of it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            # Not multiprocessing.Process: it would import the program that runs, and with it all of Dagster, once more in each.
            self.process = subprocess.Popen(  # noqa: S603 - this interpreter and a module of ours
                [sys.executable, "-P", "-m", __name__, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._line = Connection(ours.detach())

    def ask(self, asked: Job | Portion) -> None:
        with suppress(ConnectionError):  # it has ended, which is told where its answer is missed
            self._line.send(asked)

    def answer(self) -> Iterator[pa.RecordBatch]:
        """The batches of the portion that was asked for first; they lie in memory that the process wrote."""
        try:
            if error := self._line.recv():
                raise error
            descriptor = recv_handle(self._line)
        except (EOFError, ConnectionError, pickle.UnpicklingError) as error:
            raise LostWorkerError(
                f"读取进程被终止（{self.process.wait()}），可能是内存不足；请重新运行 "
                f"a reading process was ended ({self.process.wait()}), perhaps for want of memory; run it again"
            ) from error
        with os.fdopen(descriptor, "rb") as written:
            # At once, not page by page as it is looked at.
            memory = mmap.mmap(written.fileno(), 0, mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0), mmap.PROT_READ)
        yield from pa.ipc.open_stream(pa.py_buffer(memory))

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._line.close()


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
            yield from worker.answer()
            for portion in job.portions[number + count * _AHEAD :][:1]:
                worker.ask(portion)
    finally:
        for worker in workers:
            worker.end()


def _work(line: Connection) -> None:
    # An interrupt is for whoever started this process to answer; that it has ended shows at the line.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, ConnectionError):
        job: Job = line.recv()
        while True:
            portion: Portion = line.recv()
            try:
                written = _written(job.batches(portion))
            except Exception as error:
                line.send(error)
                continue
            line.send(None)
            send_handle(line, written, os.getppid())
            os.close(written)


def _written(batches: Iterable[pa.RecordBatch]) -> int:
    """The descriptor of a file without a name, with the batches: what is handed over so is not copied on the way."""
    # In memory where the system can.
    file = os.fdopen(os.memfd_create(__name__), "wb") if hasattr(os, "memfd_create") else tempfile.TemporaryFile()  # noqa: SIM115
    with file, pa.ipc.new_stream(file, RECORD_SCHEMA) as stream:
        for batch in batches:
            stream.write_batch(batch)
        return os.dup(file.fileno())


if __name__ == "__main__":
    _work(Connection(int(sys.argv[1])))
