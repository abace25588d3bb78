"""Readers that come to grief, each in a way of its own. They run in a process beside the tests, so they stand in a module of their own."""

import os
import signal
import time
from collections.abc import Iterator

import pyarrow as pa

import readers.records
from readers.problems import Unreadable
from readers.shapes import DeliveredFile, Layout, Reading, Record, record_batches


def read(file: DeliveredFile, layout: Layout) -> Reading:
    """Be killed by `b.json`, break at `c.json`, and read the others."""
    if file.name == "b.json":
        os.kill(os.getpid(), signal.SIGKILL)
    if file.name == "c.json":
        raise RuntimeError("boom")
    return readers.records.read(file, layout)


def cut_off(file: DeliveredFile, layout: Layout) -> Reading:
    """Give two batches of every file; `b.json` breaks off after them."""
    reading = readers.records.read(file, layout)
    (batch,) = reading.batches

    def batches() -> Iterator[pa.RecordBatch]:
        yield batch.slice(0, 2)
        yield batch.slice(2)
        if file.name == "b.json":
            raise Unreadable("truncated_json")

    return Reading(reading.format, reading.encoding, batches())


def batches_of(file: DeliveredFile) -> Iterator[pa.RecordBatch]:
    """The records of CSV that all the readers below begin with."""
    layout = Layout("costs", (), {}, frozenset())
    for n in range(3):
        record = Record(f"record {n}", f"{file.name} {n}", None)
        yield from record_batches([record], layout)


def good(file: DeliveredFile) -> Reading:
    return Reading("csv", "utf-8", batches_of(file), ["a note"])


def endless(file: DeliveredFile) -> Reading:
    """Give what there is, and never end."""

    def batches() -> Iterator[pa.RecordBatch]:
        yield from batches_of(file)
        time.sleep(600)

    return Reading("csv", "utf-8", batches())


def greedy(file: DeliveredFile) -> Reading:
    """Ask for memory until there is none."""
    kept = [bytes(1 << 20) for _ in range(1 << 12)]
    return Reading("csv", "utf-8", batches_of(file), [str(len(kept))])


def greedy_of_arrow(file: DeliveredFile) -> Reading:
    """The same of Arrow, which has memory of its own."""
    kept = pa.allocate_buffer(1 << 32)
    return Reading("csv", "utf-8", batches_of(file), [str(kept.size)])


def lost_once(file: DeliveredFile) -> Reading:
    """Be killed after a batch, the first time."""
    again = file.path.with_name("again")

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in batches_of(file):
            yield batch
            if not again.exists():
                again.touch()
                os.kill(os.getpid(), signal.SIGKILL)

    return Reading("csv", "utf-8", batches())


def aborted(_: DeliveredFile) -> Reading:
    """End the process as a library does that gets no memory."""
    os.write(2, b"memory allocation of 549755813888 bytes failed\n")
    os.abort()


def broken(_: DeliveredFile) -> Reading:
    """Raise what is no Exception, as a library in Rust does that panics."""
    raise BaseException("panicked")


def slow(file: DeliveredFile) -> Reading:
    """Take a while for each batch, but not too long for a file."""

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in batches_of(file):
            time.sleep(0.05)
            yield batch

    return Reading("csv", "utf-8", batches())
