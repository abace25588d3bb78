"""A delivered file read in a process beside this one, within limits: whatever a file does to its reader, the others are read.

A process reads file after file, since starting one takes as long as reading some dozen small files; it is replaced when it ended or
was ended. Several read side by side where as many readings were begun. Belongs here: both sides of the line, and the limits. Does not
belong here: how a file is read (`readers/records.py`), what becomes of one that is not (`warehouse/intake/reading.py`).
"""

import atexit
import csv
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow as pa

from readers.limits import ReadingLimits
from readers.problems import Unreadable
from readers.processes import LostWorkerError, ReadingProcess, hand_over, leave_signals_alone, written
from readers.shapes import DeliveredFile, Reading

#: How a file is read. It goes to another process, so it is a function of a module, or a `partial` of one.
Reader = Callable[[DeliveredFile], Reading]

#: A process that was lost may have been ended by the system for the sake of others: it is tried as often as this.
_TRIES = 2
_MEGABYTE = 1 << 20


@dataclass(frozen=True)
class ReadEnd:
    """What is known of a file once it was read: see `Reading`."""

    format: str
    encoding: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Task:
    """A file to be read; reader: None if it is that of the task before."""

    file: DeliveredFile
    reader: Reader | None
    limits: ReadingLimits
    size_bytes: int

    @property
    def is_too_large(self) -> bool:
        return self.size_bytes > self.limits.file_bytes


@dataclass(frozen=True)
class _End:
    """What came after the last batch. is_spent: the process holds on to so much memory that another is to read the next file."""

    end: ReadEnd | Unreadable
    is_spent: bool = False


class _Process(ReadingProcess):
    """A process that reads files; `reader`: the one that it was given last."""

    reader: Reader | None = None

    def __init__(self) -> None:
        super().__init__(__name__)


#: How many files are read at a time, at most: beyond that, those who take what was read are the slower ones.
SIDE_BY_SIDE = min(os.cpu_count() or 1, 4)
#: Processes that wait for a file.
_idle: list[_Process] = []


@dataclass
class _AtWork:
    """The process that reads a file, while it does."""

    process: _Process | None

    def leave(self, *, keeps: bool = False) -> None:
        """Let it go: to read another file, if it can and there is room."""
        process, self.process = self.process, None
        if process is not None and keeps and len(_idle) < SIDE_BY_SIDE:
            _idle.append(process)
        elif process is not None:
            process.end()


@atexit.register
def _end_idle() -> None:
    while _idle:
        _idle.pop().end()


# A fork has no part in the line of its parent.
os.register_at_fork(after_in_child=_idle.clear)


class ReadingApart(Iterator[pa.RecordBatch | ReadEnd]):
    """The batches of a file, then what else is known of it. It is read from the start on, one batch ahead of who takes them.

    Raises:
        Unreadable: as the reader says; or `too_costly`: it exceeded a limit or was ended, and so `reader_broke`: it raised what
            is no finding about the file.
    """

    def __init__(self, reader: Reader, file: DeliveredFile, limits: ReadingLimits) -> None:
        task = _Task(file, reader, limits, file.path.stat().st_size)
        self._at_work = _AtWork(None if task.is_too_large else _asked(task))
        self._given = self._give(task, self._at_work)

    def __next__(self) -> pa.RecordBatch | ReadEnd:
        return next(self._given)

    def close(self) -> None:
        """Read no further."""
        self._given.close()
        self._at_work.leave()

    # It knows nothing of the object, which would be in a circle with it: whoever lets go of a reading ends its process at once.
    @staticmethod
    def _give(task: _Task, at_work: _AtWork) -> Generator[pa.RecordBatch | ReadEnd]:
        if task.is_too_large:
            raise Unreadable("too_costly", "", f"{task.size_bytes:,} > {task.limits.file_bytes:,} bytes")
        given = 0
        for left in reversed(range(_TRIES)):
            try:
                # What was given on before the process was lost is not given on again.
                for number, part in enumerate(_parts(task, at_work)):
                    if number >= given:
                        given += 1
                        yield part
                return
            except LostWorkerError as error:
                if not left:
                    raise Unreadable("too_costly", "", str(error)) from error


def _parts(task: _Task, at_work: _AtWork) -> Iterator[pa.RecordBatch | ReadEnd]:
    process = at_work.process = at_work.process or _asked(task)
    keeps = False
    try:
        limit = left = task.limits.seconds_for(task.size_bytes)
        while True:
            # The time that the reader is waited for: what is done with its records meanwhile is not its fault.
            began = time.monotonic()
            if not process.has_answered(left):
                raise Unreadable("too_costly", "", f"> {limit:,.0f} s")
            left -= time.monotonic() - began
            answer = process.answer()
            if isinstance(answer, _End):
                keeps = not answer.is_spent
                if isinstance(answer.end, Unreadable):
                    raise answer.end
                yield answer.end
                return
            if isinstance(answer, LostWorkerError):
                raise answer
            # It reads on while these are taken, and waits then: no more than two portions are in memory.
            process.ask(None)
            yield from process.batches()
    finally:
        at_work.leave(keeps=keeps)


def _asked(task: _Task) -> _Process:
    """A process that was told to read a file."""
    process = _idle.pop() if _idle else _Process()
    reader = None if process.reader is task.reader else task.reader
    process.reader = task.reader
    process.ask(replace(task, reader=reader))
    return process


def _serve(line: Connection) -> None:
    leave_signals_alone()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Now, so that the first file is not reckoned what the libraries take up.
    import_module("readers.records")
    reader: Reader | None = None
    fresh = _data_bytes()
    with suppress(EOFError, ConnectionError):
        while True:
            task: _Task = line.recv()
            reader = task.reader or reader
            if reader is None:
                raise AssertionError("the first task names its reader")
            _limit(task)
            ended = _read(line, reader, task)
            if isinstance(ended, ReadEnd):
                line.send(_End(ended, is_spent=_data_bytes() - fresh > task.limits.memory_bytes // 4))
            elif isinstance(ended, Unreadable):
                line.send(_End(ended, is_spent=ended.rule in ("too_costly", "reader_broke")))
            else:
                line.send(ended)


def _read(line: Connection, reader: Reader, task: _Task) -> ReadEnd | Unreadable | LostWorkerError:
    """Read a file and give its batches on as they come, one ahead of who takes them."""
    try:
        reading = reader(task.file)
        has_given = False
        for batch in reading.batches:
            if has_given:
                line.recv()
            descriptor = written([batch])
            line.send(None)
            hand_over(line, descriptor)
            has_given = True
        if has_given:
            line.recv()
        return ReadEnd(reading.format, reading.encoding, tuple(reading.notes))
    except (EOFError, ConnectionError):
        raise
    except (Unreadable, LostWorkerError) as problem:
        return problem
    except MemoryError:
        return Unreadable("too_costly", "", f"> {task.limits.memory_bytes // _MEGABYTE:,} MB")
    except BaseException as error:  # a library in Rust may raise what is no Exception
        place = traceback.extract_tb(error.__traceback__)[-1]
        detail = f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"
        return Unreadable("reader_broke", "", detail)


def _limit(task: _Task) -> None:
    """Bound what this process may allocate from here on, and how long it may go on if nobody is left to end it."""
    # The csv module keeps it for all of the process; the readers of other formats ask it there.
    csv.field_size_limit(task.limits.cell_characters)
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    # Not the address space, of which the libraries reserve much more than they use. What is mapped of files does not count either.
    bound = _data_bytes() + task.limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (bound if most < 0 else min(bound, most), most))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    bound = int(usage.ru_utime + usage.ru_stime + (os.cpu_count() or 1) * task.limits.seconds_for(task.size_bytes)) + 60
    resource.setrlimit(resource.RLIMIT_CPU, (bound if most < 0 else min(bound, most), most))


def _data_bytes() -> int:
    """What this process has allocated, as the system counts it against its limit; 0 where the system does not say."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[5]) * resource.getpagesize() if statm.exists() else 0


if __name__ == "__main__":
    # What goes over the line is of the module, not of the program that it is here.
    from readers.apart import _serve as serve

    serve(Connection(int(sys.argv[1])))
