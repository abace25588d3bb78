"""A process beside this one that gives record batches: how it is started, what goes over the line, how each learns that the other ended.

Does not belong here: what it is asked (`readers/apart.py` for whole files, `readers/catalogues/json_workers.py` for portions).
"""

import mmap
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from typing import Any

import pyarrow as pa

from readers.shapes import RECORD_SCHEMA

#: Arrow's allocator would take a gigabyte at once and use it up later, so that no limit on memory told what was used.
_ENVIRONMENT = {"MIMALLOC_ARENA_EAGER_COMMIT": "0"}
#: Of what a process said before it ended, a message shows its last line, up to so many characters.
_SAID_CHARS = 200


class LostWorkerError(Exception):
    """A process that read ended before its time, as one does that the system ends for want of memory."""


class ReadingProcess:
    """A process that runs a module of ours, which serves the line that it is given the descriptor of."""

    def __init__(self, module: str) -> None:
        ours, theirs = socket.socketpair()
        # What it says before it ends is the one word on why: of want of memory, a library says how much it wanted.
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `end`
        with theirs:
            # Not multiprocessing.Process: it would import the program that runs, and with it all of Dagster, once more in each.
            self.process = subprocess.Popen(  # noqa: S603 - this interpreter and a module of ours
                [sys.executable, "-P", "-m", module, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stderr=self._said,
                env=os.environ | _ENVIRONMENT,
                pass_fds=[theirs.fileno()],
            )
        self._line = Connection(ours.detach())

    def ask(self, asked: object) -> None:
        with suppress(ConnectionError):  # it has ended, which is told where its answer is missed
            self._line.send(asked)

    def has_answered(self, seconds: float) -> bool:
        """Wait for an answer, or its end, for so many seconds at most."""
        with suppress(ConnectionError):
            return self._line.poll(max(seconds, 0))
        return True

    def answer(self) -> Any:
        """What it answers first.

        Raises:
            LostWorkerError: it has ended.
        """
        try:
            return self._line.recv()
        except (EOFError, ConnectionError, pickle.UnpicklingError) as error:
            raise self._lost() from error

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The batches that it hands over; they lie in memory that the process wrote.

        Raises:
            LostWorkerError: it has ended.
        """
        try:
            descriptor = recv_handle(self._line)
        except (EOFError, ConnectionError) as error:
            raise self._lost() from error
        with os.fdopen(descriptor, "rb") as written:
            # At once, not page by page as it is looked at.
            memory = mmap.mmap(written.fileno(), 0, mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0), mmap.PROT_READ)
        yield from pa.ipc.open_stream(pa.py_buffer(memory))

    def _lost(self) -> LostWorkerError:
        code = self.process.wait()
        self._said.seek(0)
        said = self._said.read().decode(errors="replace").strip().splitlines()[-1:]
        how = f"{signal.Signals(-code).name}" if code < 0 else f"exit {code}"
        return LostWorkerError(": ".join([how, *(line[:_SAID_CHARS] for line in said)]))

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._line.close()
        self._said.close()


def written(batches: Iterable[pa.RecordBatch]) -> int:
    """The descriptor of a file without a name, with the batches: what is handed over so is not copied on the way."""
    # In memory where the system can.
    file = os.fdopen(os.memfd_create(__name__), "wb") if hasattr(os, "memfd_create") else tempfile.TemporaryFile()  # noqa: SIM115
    with file, pa.ipc.new_stream(file, RECORD_SCHEMA) as stream:
        for batch in batches:
            stream.write_batch(batch)
        return os.dup(file.fileno())


def hand_over(line: Connection, descriptor: int) -> None:
    """Give what was written to the process that started this one; it is closed here."""
    send_handle(line, descriptor, os.getppid())
    os.close(descriptor)


def leave_signals_alone() -> None:
    """An interrupt is for whoever started this process to answer; that it has ended shows at the line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
