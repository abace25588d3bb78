"""The files of a delivery into records as `landing.record` has them.

Belongs here: what became of each file, and the columns that place a record in its delivery. Does not belong here: formats (`readers`),
writing (`record_writer.py`), which deliveries are read (`ingest.py`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import pyarrow as pa

from readers.apart import ReadEnd, Reader, read_apart
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
ReadFiles = Callable[[Home, PolicySet, Delivery, Callable[[pa.Table], None]], Iterator[FileOutcome]]


def read_files(
    home: Home,
    policy: PolicySet,
    delivery: Delivery,
    take: Callable[[pa.Table], None],
    *,
    prove: bool = False,
    known: Mapping[int, FileOutcome] | None = None,
) -> Iterator[FileOutcome]:
    """Each file of a delivery as it was read; a file that cannot be split has no records and says why.

    Args:
        take: is given the records of a file as they are read, with what places them in their delivery, so that no file need be
            held whole. Trouble may lie far into a file: where the outcome says `rejected`, what was given of it counts for nothing.
        prove: check first that the kept bytes still have their hash, and make no key where the home has none: nothing is hashed then.
        known: by number, what became of files that are not tried again, since their reader had to be ended.

    Raises:
        DamagedBlobError: they have not.
    """
    keyed = home.has_hash_key or not prove
    reader = _reader(home, policy.on(delivery.delivery_date), delivery.kind, keyed=keyed)
    limits = ReadingLimits.of(policy)
    count = 0
    told: set[str] = set()
    for file_no, file in enumerate(delivery.files, start=1):
        outcome = FileOutcome(
            delivery.delivery_id, file_no, file.name, file.sha256, file.size_bytes, first_ordinal=count + 1
        )
        if prove:
            home.read(file.sha256)
        if known and file_no in known:
            yield replace(known[file_no], first_ordinal=count + 1)
            continue
        source = SourceFile(file.name, file.sha256, home.blob(file.sha256), file.resource_code)
        for batch in _batches(source, reader, limits, outcome, told):
            take(_placed(batch, delivery, outcome, count + outcome.record_count))
            outcome.record_count += batch.num_rows
        if outcome.status == "rejected":
            outcome.record_count = 0
        count += outcome.record_count
        yield outcome


def _reader(home: Home, policy: PolicyOnDay, kind: str, *, keyed: bool) -> Reader:
    """How the files of a kind are read."""
    if kind == CONTENT:
        # The detectors are imported where content came, and no sooner.
        from warehouse.intake.content_records import ContentRules, content_reading

        return partial(content_reading, rules=ContentRules.of(policy), key=home.hash_key if keyed else None)
    return partial(read, layout=_layout(policy, kind))


# It takes as long to make as a small file to read, and a thousand deliveries have a dozen.
_layout = lru_cache(maxsize=len(KINDS))(Layout.of)


def _batches(
    source: SourceFile, reader: Reader, limits: ReadingLimits, outcome: FileOutcome, told: set[str]
) -> Iterator[pa.RecordBatch]:
    """The batches of a file; what became of it is in `outcome` when they have ended. told: of headings, in the delivery so far."""
    try:
        for part in read_apart(reader, source, limits):
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
