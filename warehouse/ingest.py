"""Landing: deliveries from the intake into `landing.delivery`, `landing.delivery_file` and `landing.record`.

Belongs here: which deliveries are pending, reading their files, one transaction for all of them. Does not belong here:
formats (`readers`), what becomes of a record (the models of the stage).
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from readers.policy import PolicySet
from readers.records import DeliveredFile as SourceFile
from readers.records import Layout, Unreadable, read
from warehouse.build import Built, build_in, record
from warehouse.home import Home
from warehouse.intake import Delivery, Intake, Withdrawal
from warehouse.lake import CommitInfo, Lake

#: The tables that Python fills here.
SOURCES = ("landing.delivery", "landing.delivery_file", "landing.record")

#: Lists that decide how a file is read; a change in them makes every file be read again.
READING_LISTS = ("delivery_column", "heading_synonym")

#: Records are written in portions of about this size: each INSERT makes a Parquet file, and memory stays bounded.
_PORTION_BYTES = 256 << 20


class ReadError(Exception):
    """A file broke its reader, which is a fault of ours; the message names deliverer, delivery, file and what to do."""


@dataclass(frozen=True)
class Pending:
    """What a run has to take in: deliveries to read, withdrawals to note, and whether all that came before is read again."""

    deliveries: tuple[Delivery, ...]
    withdrawals: tuple[Withdrawal, ...]
    reread: bool

    def __bool__(self) -> bool:
        return bool(self.deliveries or self.withdrawals or self.reread)


@dataclass
class FileOutcome:
    """A delivered file as it was read: a row of `landing.delivery_file`, and its records."""

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
    batches: list[pa.RecordBatch] = field(default_factory=list)


def reading_hash(policy: PolicySet) -> str:
    """One hash of the policy lists that decide how files are read."""
    return hashlib.sha256("".join(policy.list_hash(name) for name in READING_LISTS).encode()).hexdigest()


def pending(lake: Lake, policy: PolicySet, deliverers: Collection[str] = ()) -> Pending:
    """What has not been taken in yet, of `deliverers` if any are named."""
    intake = Intake(lake.home)
    with lake.reading() as connection:
        rows = connection.execute("SELECT delivery_id, status FROM landing.delivery").fetchall()
        before = connection.execute(
            "SELECT policy_sha256 FROM audit.materialization WHERE table_name = 'landing.record' "
            "ORDER BY snapshot_id DESC LIMIT 1"
        ).fetchone()
    status: dict[str, str] = dict(rows)
    known = intake.deliveries()
    reread = before is not None and before[0] != reading_hash(policy)
    deliveries = tuple(
        d
        for d in known
        if (d.delivery_id not in status and (not deliverers or d.deliverer_code in deliverers))
        or (reread and d.delivery_id in status)
    )
    landed = set(status) | {d.delivery_id for d in deliveries}
    withdrawals = tuple(
        w for w in intake.withdrawals().values() if w.delivery_id in landed and status.get(w.delivery_id) != "withdrawn"
    )
    return Pending(deliveries, withdrawals, reread)


def ingest(lake: Lake, policy: PolicySet, todo: Pending, info: CommitInfo) -> list[Built]:
    """Take pending deliveries in and build the models of the landing stage, in one transaction."""
    policy_hashes = {name: policy.list_hash(name) for name in policy.lists}

    def work(connection: duckdb.DuckDBPyConnection) -> list[Built]:
        if todo.reread:
            for name in ("landing.record", "landing.delivery_file"):
                connection.execute(f"DELETE FROM {name}")
        withdrawn = Intake(lake.home).withdrawals()
        readable = [delivery for delivery in todo.deliveries if delivery.delivery_id not in withdrawn]
        _insert_files(connection, _insert_records(connection, lake.home, policy, readable))
        _replace_deliveries(connection, lake.home, todo)
        built = []
        for name in SOURCES:
            count = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
            rows = count[0] if count else 0
            snapshot = record(connection, lake.tables[name], None, rows, "", reading_hash(policy), info)
            built.append(Built(lake.tables[name], "", snapshot, rows, {}))
        models = [table for table in lake.tables.of_stage("landing") if table.model]
        return built + build_in(connection, lake.home, models, None, policy_hashes, info)

    return lake.commit(info, work)


def read_files(home: Home, policy: PolicySet, delivery: Delivery, *, prove: bool = False) -> Iterator[FileOutcome]:
    """Each file of a delivery as it was read, with its record batches; a file that cannot be split has none and says why.

    Args:
        prove: check first that the kept bytes still have their hash.

    Raises:
        DamagedBlobError: they have not.
        ReadError: a reader broke.
    """
    layout = Layout.of(policy, delivery.kind)
    for file_no, file in enumerate(delivery.files, start=1):
        outcome = FileOutcome(delivery.delivery_id, file_no, file.name, file.sha256, file.size_bytes)
        if prove:
            home.read(file.sha256)
        try:
            reading = read(SourceFile(file.name, file.sha256, home.blob(file.sha256)), layout)
            outcome.batches = list(reading.batches)
            outcome.format, outcome.encoding = reading.format, reading.encoding
            outcome.record_count = sum(batch.num_rows for batch in outcome.batches)
            outcome.notes = "\n".join(reading.notes) or None
        except Unreadable as problem:
            outcome.status, outcome.rule, outcome.place = "rejected", problem.rule, problem.place
            outcome.message_zh, outcome.message_en = problem.message_zh, problem.message_en
            outcome.mend_zh, outcome.mend_en = problem.mend_zh, problem.mend_en
        except Exception as error:
            raise ReadError(
                f"{delivery.deliverer_code} {delivery.delivery_id} {file.name}: 读取程序出错，请将此消息告知开发者，并先撤回该交付以继续 / "
                f"the reader broke; report this, and go on by `shuzhang withdraw {delivery.delivery_id} --reason …` "
                f"({type(error).__name__}: {error})"
            ) from error
        yield outcome


def _insert_records(
    connection: duckdb.DuckDBPyConnection, home: Home, policy: PolicySet, deliveries: Collection[Delivery]
) -> list[FileOutcome]:
    outcomes: list[FileOutcome] = []
    portion: list[pa.Table] = []
    for delivery in deliveries:
        ordinal = 0
        for outcome in read_files(home, policy, delivery):
            for batch in outcome.batches:
                portion.append(stamped(batch, delivery, outcome, ordinal))
                ordinal += batch.num_rows
            outcome.batches = []
            outcomes.append(outcome)
            if sum(table.nbytes for table in portion) > _PORTION_BYTES:
                _flush(connection, portion)
    _flush(connection, portion)
    return outcomes


def stamped(batch: pa.RecordBatch, delivery: Delivery, outcome: FileOutcome, ordinal: int) -> pa.Table:
    """A batch with the columns that place it in its delivery; `ordinal` counts the records before it."""
    constant: Mapping[str, str] = {
        "delivery_id": delivery.delivery_id,
        "kind": delivery.kind,
        "deliverer_code": delivery.deliverer_code,
        "source_name": delivery.source_name,
        "source_file": outcome.source_file,
        "source_sha256": outcome.source_sha256,
    }
    table = pa.Table.from_batches([batch])
    for name, value in constant.items():
        table = table.append_column(name, pa.repeat(pa.scalar(value), batch.num_rows))
    ordinals = pa.array(range(ordinal + 1, ordinal + batch.num_rows + 1), pa.int64())
    return table.append_column("ordinal", ordinals)


def _flush(connection: duckdb.DuckDBPyConnection, portion: list[pa.Table]) -> None:
    if not portion:
        return
    connection.register("portion", pa.concat_tables(portion))
    connection.execute(
        "INSERT INTO landing.record BY NAME SELECT *, sha256(raw) AS raw_hash, "
        "sha256(coalesce(body, raw)) AS canonical_hash FROM portion ORDER BY delivery_id, ordinal"
    )
    connection.unregister("portion")
    portion.clear()


def _insert_files(connection: duckdb.DuckDBPyConnection, outcomes: list[FileOutcome]) -> None:
    _insert_rows(connection, "landing.delivery_file", [file_row(outcome) for outcome in outcomes])


def file_row(outcome: FileOutcome) -> dict[str, object]:
    """The row of `landing.delivery_file`."""
    return {name: value for name, value in vars(outcome).items() if name != "batches"}


def _replace_deliveries(connection: duckdb.DuckDBPyConnection, home: Home, todo: Pending) -> None:
    intake = Intake(home)
    withdrawn = intake.withdrawals()
    counts = connection.execute(
        "SELECT delivery_id, count(*), count(*) FILTER (WHERE status = 'read') FROM landing.delivery_file GROUP BY ALL"
    ).fetchall()
    files = {delivery_id: (total, good) for delivery_id, total, good in counts}
    before = connection.execute("SELECT delivery_id FROM landing.delivery").fetchall()
    landed = {row[0] for row in before} | {d.delivery_id for d in todo.deliveries}
    rows = []
    for d in intake.deliveries():
        if d.delivery_id not in landed:
            continue
        total, good = files.get(d.delivery_id, (0, 0))
        status = "withdrawn" if d.delivery_id in withdrawn else delivery_status(total, good)
        rows.append(
            delivery_row(d)
            | {
                "status": status,
                "status_reason": withdrawn[d.delivery_id].reason if status == "withdrawn" else None,
                "recorded_at": d.recorded_at,
            }
        )
    connection.execute("DELETE FROM landing.delivery")
    _insert_rows(connection, "landing.delivery", rows)


def delivery_status(file_count: int, read_count: int) -> str:
    """accepted, partial (a file could not be read, so nothing is deleted for its absence) or rejected."""
    if read_count == 0:
        return "rejected"
    return "accepted" if read_count == file_count else "partial"


def delivery_row(delivery: Delivery) -> dict[str, object]:
    """The columns of `landing.delivery` that follow from the kept manifest alone."""
    return {
        "delivery_id": delivery.delivery_id,
        "deliverer_code": delivery.deliverer_code,
        "source_name": delivery.source_name,
        "kind": delivery.kind,
        "delivery_date": delivery.delivery_date,
        "sequence": delivery.sequence,
        "mode": delivery.mode,
        "holder_code": delivery.holder_code,
        "file_count": len(delivery.files),
        "source_file": f"{delivery.delivery_id}.json",
        "source_sha256": hashlib.sha256(delivery.facts()).hexdigest(),
        "source_pointer": "",
    }


def _insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, object]]) -> None:
    if not rows:
        return
    connection.register("incoming", pa.Table.from_pylist(rows))
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")
    connection.unregister("incoming")
