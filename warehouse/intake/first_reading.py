"""What a run read of pending deliveries before it landed them, kept for landing: each file is read once.

What is kept is found again by the delivery, whose identifier is a hash over those of its bytes, and by the reading hash of the policy.
Where nothing was read ahead, or under another policy, landing reads for itself. Belongs here: keeping records in bounded memory. Does
not belong here: reading (`reading.py`), what is read ahead (`pipelines/plan.py`).
"""

import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from readers.policy.files import PolicySet
from warehouse.intake.deliveries import Delivery
from warehouse.intake.ingest import reading_hash
from warehouse.intake.reading import FileOutcome, read_files
from warehouse.store.disk import full_disk_named
from warehouse.store.home import Home

#: Records beyond so many bytes wait in a file.
_HELD_BYTES = 64 << 20


class FirstReading:
    """The deliveries that a run has read ahead.

    held_bytes: of records kept in memory. The file that takes the rest has no name, so it ends with the process at the latest.
    """

    def __init__(self, held_bytes: int = _HELD_BYTES) -> None:
        self._room = held_bytes
        self._spilled: BinaryIO | None = None
        self._kept: dict[tuple[Path, str, str], list[tuple[FileOutcome, list[Callable[[], pa.Table]]]]] = {}

    def __enter__(self) -> "FirstReading":
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.clear()
        if self._spilled is not None:
            self._spilled.close()
            self._spilled = None

    def read_ahead(
        self, home: Home, policy: PolicySet, deliveries: Sequence[Delivery], take: Callable[[pa.Table], None]
    ) -> Generator[FileOutcome]:
        """As `read_files` does, and keep what was read of each delivery, once all of it was.

        Raises:
            FullDiskError: there is no room for what memory does not hold.
        """
        records: list[Callable[[], pa.Table]] = []

        def keep(table: pa.Table) -> None:
            records.append(self._hold(home, table))
            take(table)

        with closing(read_files(home, policy, deliveries, keep)) as outcomes:
            for delivery in deliveries:
                kept: list[tuple[FileOutcome, list[Callable[[], pa.Table]]]] = []
                for outcome in islice(outcomes, len(delivery.files)):
                    kept.append((outcome, [] if outcome.status == "rejected" else records.copy()))
                    records.clear()
                    yield outcome
                self._kept[_key(home, policy, delivery)] = kept

    def files(
        self, home: Home, policy: PolicySet, deliveries: Sequence[Delivery], take: Callable[[pa.Table], None]
    ) -> Generator[FileOutcome]:
        """As `read_files` does, of the deliveries that were read ahead under the same policy from what was kept."""
        unread = [delivery for delivery in deliveries if _key(home, policy, delivery) not in self._kept]
        with closing(read_files(home, policy, unread, take)) as outcomes:
            for delivery in deliveries:
                kept = self._kept.get(_key(home, policy, delivery))
                if kept is None:
                    yield from islice(outcomes, len(delivery.files))
                    continue
                for outcome, records in kept:
                    for load in records:
                        take(load())
                    yield outcome

    def _hold(self, home: Home, table: pa.Table) -> Callable[[], pa.Table]:
        """Keep a table; returns what gives it again."""
        if table.nbytes <= self._room:
            self._room -= table.nbytes
            return lambda: table
        with full_disk_named(home.root):
            if self._spilled is None:
                self._spilled = tempfile.TemporaryFile(dir=home.root, prefix=".part-")  # noqa: SIM115 - closed on exit
            start = self._spilled.seek(0, 2)
            with pa.ipc.new_stream(self._spilled, table.schema) as stream:
                stream.write_table(table)
            self._spilled.flush()
        return partial(_load, self._spilled, start)


def _key(home: Home, policy: PolicySet, delivery: Delivery) -> tuple[Path, str, str]:
    return home.root, delivery.delivery_id, reading_hash(policy)


def _load(file: BinaryIO, start: int) -> pa.Table:
    file.seek(start)
    with pa.ipc.open_stream(file) as stream:
        return stream.read_all()
