"""The files of a delivery into records as `landing.record` has them.

Belongs here: what became of each file, and the columns that place a record in its delivery. Does not belong here: formats (`readers`),
writing (`record_writer.py`), which deliveries are read (`ingest.py`).
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import islice

import pyarrow as pa

from readers.apart import SIDE_BY_SIDE, ReadEnd, Reader, ReadingApart
from readers.kinds import CONTENT, KINDS
from readers.limits import ReadingLimits
from readers.policy.files import PolicyOnDay, PolicySet
from readers.records import DeliveredFile as SourceFile
from readers.records import Layout, Unreadable, read
from readers.tables.header import untold
from warehouse.intake.deliveries import Delivery
from warehouse.store.home import Home

#: Rules that say what became of the reader, not what the bytes are: another machine, or another version, may read the same file.
OF_READER = ("too_costly", "reader_broke")
#: Rules under which another limit in policy/intake_limit.csv may take the file.
OF_LIMITS = ("too_costly", "long_cell")


@dataclass
class FileOutcome:
    """A delivered file as it was read: a row of `landing.delivery_file`. Its records have ordinals from `first_ordinal` on."""

    delivery_id: str
    file_no: int
    source_file: str
    source_sha256: str
    size_bytes: int
    source_pointer: str = ""
    format: str | None = None
    encoding: str | None = None
    record_count: int = 0
    status: str = "read"
    rule: str | None = None
    place: str | None = None
    message_zh: str | None = None
    message_en: str | None = None
    mend_zh: str | None = None
    mend_en: str | None = None
    notes: str | None = None
    first_ordinal: int = 1


#: `read_files`, or what gives the same as it.
ReadFiles = Callable[[Home, PolicySet, Sequence[Delivery], Callable[[pa.Table], None]], Generator[FileOutcome]]

#: Bytes that are read while another process starts, and bytes that are read while a file is begun and ended.
_BYTES_A_START, _BYTES_A_FILE = 4 << 20, 1 << 18


@dataclass(frozen=True)
class _Begun:
    """A file that is being read. parts: None where it is known what became of it."""

    delivery: Delivery
    outcome: FileOutcome
    parts: ReadingApart | None


def read_files(
    home: Home,
    policy: PolicySet,
    deliveries: Sequence[Delivery],
    take: Callable[[pa.Table], None],
    *,
    prove: bool = False,
    known: Mapping[int, FileOutcome] | None = None,
) -> Generator[FileOutcome]:
    """Each file of each delivery as it was read; a file that cannot be split has no records and says why.

    The next files are being read while the records of one are taken.

    Args:
        take: is given the records of a file as they are read, with what places them in their delivery, so that no file need be
            held whole. Trouble may lie far into a file: where the outcome says `rejected`, what was given of it counts for nothing.
        prove: check first that the kept bytes still have their hash, and make no key where the home has none: nothing is hashed then.
        known: by number, what became of files of the one delivery that are not tried again, since their reader had to be ended.

    Raises:
        DamagedBlobError: they have not.
    """
    upcoming = _begin(home, policy, deliveries, prove=prove, known=known or {})
    side_by_side = _side_by_side(deliveries)
    ahead: deque[_Begun] = deque()
    count = 0
    told: set[str] = set()
    try:
        while ahead := ahead + deque(islice(upcoming, side_by_side - len(ahead))):
            begun = ahead[0]
            outcome = begun.outcome
            if outcome.file_no == 1:
                count, told = 0, set()
            outcome.first_ordinal = count + 1
            for batch in _batches(begun, told):
                take(_placed(batch, begun.delivery, outcome, count + outcome.record_count))
                outcome.record_count += batch.num_rows
            if outcome.status == "rejected":
                outcome.record_count = 0
            count += outcome.record_count
            ahead.popleft()
            yield outcome
    finally:
        for begun in ahead:
            if begun.parts is not None:
                begun.parts.close()


def _side_by_side(deliveries: Sequence[Delivery]) -> int:
    """How many of their files are worth reading at a time: a process takes a while to start."""
    files = [file for delivery in deliveries for file in delivery.files]
    work = sum(file.size_bytes + _BYTES_A_FILE for file in files)
    return min(SIDE_BY_SIDE, 1 + work // _BYTES_A_START)


def _begin(
    home: Home, policy: PolicySet, deliveries: Sequence[Delivery], *, prove: bool, known: Mapping[int, FileOutcome]
) -> Iterator[_Begun]:
    """Files that are being read from the moment on that they are asked for here."""
    keyed = home.has_hash_key or not prove
    limits = ReadingLimits.of(policy)
    for delivery in deliveries:
        reader = _reader(home, policy.on(delivery.delivery_date), delivery.kind, keyed=keyed)
        for file_no, file in enumerate(delivery.files, start=1):
            if prove:
                home.read(file.sha256)
            if file_no in known:
                yield _Begun(delivery, replace(known[file_no]), None)
                continue
            outcome = FileOutcome(delivery.delivery_id, file_no, file.name, file.sha256, file.size_bytes)
            source = SourceFile(file.name, file.sha256, home.blob(file.sha256), file.resource_code)
            yield _Begun(delivery, outcome, ReadingApart(reader, source, limits))


def _reader(home: Home, policy: PolicyOnDay, kind: str, *, keyed: bool) -> Reader:
    """How the files of a kind are read."""
    if kind == CONTENT:
        # The detectors are imported where content came, and no sooner.
        from warehouse.intake.content_records import ContentRules, content_reading

        return partial(content_reading, rules=ContentRules.of(policy), key=home.hash_key if keyed else None)
    return _table_reader(policy, kind)


# It takes as long to make, and to tell a process of it, as a small file to read; and a thousand deliveries have a dozen.
@lru_cache(maxsize=len(KINDS))
def _table_reader(policy: PolicyOnDay, kind: str) -> Reader:
    return partial(read, layout=Layout.of(policy, kind))


def _batches(begun: _Begun, told: set[str]) -> Iterator[pa.RecordBatch]:
    """The batches of a file; what became of it is in its outcome when they have ended. told: of headings, in the delivery so far."""
    outcome = begun.outcome
    try:
        for part in begun.parts or ():
            if isinstance(part, ReadEnd):
                outcome.format, outcome.encoding = part.format, part.encoding
                outcome.notes = "\n".join(untold(part.notes, told)) or None
            else:
                yield part
    except Unreadable as problem:
        outcome.status, outcome.rule, outcome.place = "rejected", problem.rule, problem.place
        outcome.message_zh, outcome.message_en = problem.message_zh, problem.message_en
        outcome.mend_zh, outcome.mend_en = problem.mend_zh, problem.mend_en


def file_row(outcome: FileOutcome) -> dict[str, object]:
    """The row of `landing.delivery_file`."""
    return {name: value for name, value in vars(outcome).items() if name != "first_ordinal"}


def _placed(batch: pa.RecordBatch, delivery: Delivery, outcome: FileOutcome, before: int) -> pa.Table:
    """A batch with the columns that place it in its delivery; so many records of the delivery came before it."""
    constant: Mapping[str, str] = {
        "delivery_id": delivery.delivery_id,
        "deliverer_code": delivery.deliverer_code,
        "source_name": delivery.source_name,
        "source_file": outcome.source_file,
        "source_sha256": outcome.source_sha256,
    }
    table = pa.Table.from_batches([batch])
    for name, value in constant.items():
        table = table.append_column(name, pa.repeat(pa.scalar(value), batch.num_rows))
    ordinals = pa.array(range(before + 1, before + batch.num_rows + 1), pa.int64())
    return table.append_column("ordinal", ordinals)
