"""Landing: deliveries from the intake into `landing.delivery`, `landing.delivery_file` and `landing.record`.

Belongs here: which deliveries are pending, one transaction for all of them. Does not belong here: reading their files
(`reading.py`), what becomes of a record (`landing_models.py`), what is held (`guard.py`).
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import Flag

import duckdb
import pyarrow as pa

from readers.kinds import CONTENT
from readers.limits import INTAKE_LIMITS
from readers.policy.files import PolicySet
from readers.profiling.lists import CONTENT_LISTS, CONTENT_VERSION
from readers.records import READING_VERSION
from warehouse.building.build import Built, record_model
from warehouse.building.commit_record import CommitRecord, recording
from warehouse.building.copies import Copies
from warehouse.building.row_hash import Written, row_hashes
from warehouse.intake.deliveries import OPERATOR, Delivery, Intake, Withdrawal
from warehouse.intake.landing_models import fill_models, outdated, portion_of
from warehouse.intake.reading import OF_LIMITS, FileOutcome, ReadFiles, file_row, read_files
from warehouse.intake.record_writer import RecordWriter
from warehouse.store.chain import READING, Note
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake
from warehouse.store.owed import RECEIPTS_OF, owe
from warehouse.tables.table import Table

#: The tables that Python fills here.
SOURCES = ("landing.delivery", "landing.delivery_file", "landing.record")

#: Lists that decide how a file is read; a change in them makes every file be read again, and so does a new version of the readers.
READING_LISTS = (
    "delivery_column",
    "heading_synonym",
    "bare_table",
    "column_part",
    "table_word",
    "money_unit",
    "holder_heading",
    "reading_setting",
)
_PART = 32


class Rereading(Flag):
    """Which deliveries are read again, since what decides how they are read has changed."""

    NONE = 0
    #: Those with a file that exceeded a limit.
    LIMITED = 1
    CONTENT = 2
    ALL = 4

    def concerns(self, kind: str, *, is_limited: bool) -> bool:
        """Whether a delivery is read again. is_limited: a file of it exceeded a limit."""
        return bool(
            Rereading.ALL in self
            or (Rereading.CONTENT in self and kind == CONTENT)
            or (Rereading.LIMITED in self and is_limited)
        )


@dataclass(frozen=True)
class Pending:
    """What a run has to take in: deliveries to read, withdrawals to note, and what of all that came before is read again."""

    deliveries: tuple[Delivery, ...]
    withdrawals: tuple[Withdrawal, ...]
    reread: Rereading

    def __bool__(self) -> bool:
        return bool(self.deliveries or self.withdrawals or self.reread)


def reading_hash(policy: PolicySet) -> str:
    """What decides how files are read, hashed: policy lists and the version of the readers, what decides of content alone, the limits."""

    def part(version: int, lists: Collection[str]) -> str:
        facts = f"{version}{''.join(policy.list_hashes[name] for name in lists)}"
        return hashlib.sha256(facts.encode()).hexdigest()[:_PART]

    return part(READING_VERSION, READING_LISTS) + part(CONTENT_VERSION, CONTENT_LISTS) + part(0, [INTAKE_LIMITS])


def rereading(before: str, policy: PolicySet) -> Rereading:
    """What is read again where files were read under the hash `before`."""
    now = reading_hash(policy)
    of_all, of_content, of_limits = (
        before[start : start + _PART] != now[start : start + _PART] for start in (0, _PART, 2 * _PART)
    )
    if of_all:
        return Rereading.ALL
    return (Rereading.CONTENT if of_content else Rereading.NONE) | (Rereading.LIMITED if of_limits else Rereading.NONE)


def pending(lake: Lake, policy: PolicySet, deliverers: Collection[str] = ()) -> Pending:
    """What has not been taken in yet, of `deliverers` and the operator if any are named."""
    with lake.reading() as connection:
        return _pending_in(connection, lake.home, policy, deliverers)


def _pending_in(
    connection: duckdb.DuckDBPyConnection, home: Home, policy: PolicySet, deliverers: Collection[str]
) -> Pending:
    intake = Intake(home)
    rows = connection.execute("SELECT delivery_id, status FROM landing.delivery").fetchall()
    before = connection.execute(
        "SELECT policy_sha256 FROM audit.materialization WHERE table_name = 'landing.record' "
        "ORDER BY snapshot_id DESC LIMIT 1"
    ).fetchone()
    status: dict[str, str] = dict(rows)
    known = intake.deliveries()
    reread = rereading(before[0], policy) if before else Rereading.NONE
    limited = {
        delivery_id
        for (delivery_id,) in connection.execute(
            "SELECT DISTINCT delivery_id FROM landing.delivery_file WHERE list_contains($rules, rule)",
            {"rules": list(OF_LIMITS)},
        ).fetchall()
    }
    deliveries = tuple(
        d
        for d in known
        if (d.delivery_id not in status and (not deliverers or d.deliverer_code in (*deliverers, OPERATOR)))
        or (d.delivery_id in status and reread.concerns(d.kind, is_limited=d.delivery_id in limited))
    )
    landed = set(status) | {d.delivery_id for d in deliveries}
    withdrawals = tuple(
        w for w in intake.withdrawals().values() if w.delivery_id in landed and status.get(w.delivery_id) != "withdrawn"
    )
    return Pending(deliveries, withdrawals, reread)


def ingest(
    lake: Lake, policy: PolicySet, deliverers: Collection[str], info: CommitInfo, *, read: ReadFiles = read_files
) -> tuple[Pending, list[Built]]:
    """Take pending deliveries in and build the models of the landing stage, in one transaction.

    Args:
        deliverers: take in deliveries of these and of the operator alone; empty for all.
        read: how files are read; of a run that has read some of them, from what it kept.

    Returns:
        What was taken in, and the tables written.
    """
    policy_hashes = policy.list_hashes

    def work(connection: duckdb.DuckDBPyConnection) -> tuple[Pending, list[Built]]:
        # Under the writers' lock: of two runs at once, the second finds nothing left of what the first took in.
        todo = _pending_in(connection, lake.home, policy, deliverers)
        copies = Copies(lake, connection, but_of="landing")
        if todo.reread:
            again = [d.delivery_id for d in todo.deliveries]
            for name in ("landing.record", "landing.delivery_file"):
                connection.execute(f"DELETE FROM {name} WHERE list_contains($again, delivery_id)", {"again": again})
        before = _statuses(connection)
        withdrawn = Intake(lake.home).withdrawals()
        readable = [delivery for delivery in todo.deliveries if delivery.delivery_id not in withdrawn]
        with RecordWriter(connection, lake.tables["landing.record"]) as writer:
            outcomes = _write_records(writer, read(lake.home, policy, readable, writer.take))
        _insert_files(connection, outcomes)
        for note in _reading_notes(outcomes):
            lake.note(*note)
        _replace_deliveries(connection, lake.home, todo)
        taken = {delivery.delivery_id for delivery in todo.deliveries} | {w.delivery_id for w in todo.withdrawals}
        whole = outdated(connection, lake.tables, policy_hashes)
        for name in SOURCES:
            copies.unfilled.written(lake.tables[name])
        portion = None if Rereading.ALL in todo.reread else portion_of(connection, lake.tables, taken, whole)
        filled = fill_models(connection, lake.tables, portion, copies)
        after = _statuses(connection)
        changed = [delivery_id for delivery_id, status in after.items() if before.get(delivery_id) != status]
        owe(lake.home, RECEIPTS_OF, {*changed, *(delivery.delivery_id for delivery in todo.deliveries)})
        with recording(lake, connection, info, copies=copies) as record:
            built = [_record_source(connection, lake.tables[name], todo, policy, record, writer) for name in SOURCES]
            for table, written in filled.items():
                built.append(record_model(lake.home, table, None, written, policy_hashes, record))
        return todo, built

    return lake.commit(info, work, keeps=True)


def _record_source(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    todo: Pending,
    policy: PolicySet,
    record: CommitRecord,
    writer: RecordWriter,
) -> Built:
    count = connection.execute(f"SELECT count(*) FROM {table.qualified}").fetchone() or (0,)
    is_whole = table.qualified == "landing.delivery"
    read = [delivery.delivery_id for delivery in todo.deliveries]
    if table.qualified == "landing.record":
        groups = writer.groups(read)
    elif is_whole:
        groups = row_hashes(connection, table, table.qualified)
    else:
        connection.register("read_now", pa.table({"delivery_id": pa.array(read, pa.string())}))
        relation = f"(FROM {table.qualified} SEMI JOIN read_now USING (delivery_id))"
        groups = row_hashes(connection, table, relation, within="read_now")
        connection.unregister("read_now")
    record.note(table, "", Written(count[0], groups, is_whole), sql_sha256="", policy_sha256=reading_hash(policy))
    return Built(table, "", record.snapshot_id, count[0], {})


def _statuses(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str | None]]:
    rows = connection.execute("SELECT delivery_id, status, status_reason FROM landing.delivery").fetchall()
    return {delivery_id: (status, reason) for delivery_id, status, reason in rows}


def _write_records(writer: RecordWriter, outcomes: Iterable[FileOutcome]) -> list[FileOutcome]:
    written: list[FileOutcome] = []
    for outcome in outcomes:
        writer.end_file(outcome)
        written.append(outcome)
    return written


def _insert_files(connection: duckdb.DuckDBPyConnection, outcomes: list[FileOutcome]) -> None:
    _insert_rows(connection, "landing.delivery_file", [file_row(outcome) for outcome in outcomes])


def _reading_notes(outcomes: Iterable[FileOutcome]) -> Iterator[Note]:
    """The events of files that were read: how many records the reader counted when it split each."""
    by_delivery: dict[str, list[FileOutcome]] = defaultdict(list)
    for outcome in outcomes:
        by_delivery[outcome.delivery_id].append(outcome)
    for delivery_id, files in by_delivery.items():
        counts = [[file.source_file, file.source_sha256, file.status, file.record_count] for file in files]
        yield Note(READING, delivery_id, {"files": counts, "records": sum(file.record_count for file in files)})


def _replace_deliveries(connection: duckdb.DuckDBPyConnection, home: Home, todo: Pending) -> None:
    intake = Intake(home)
    withdrawn = intake.withdrawals()
    counts = connection.execute(
        "SELECT delivery_id, count(*), count(*) FILTER (WHERE status = 'read') FROM landing.delivery_file GROUP BY ALL"
    ).fetchall()
    files = {delivery_id: (total, good) for delivery_id, total, good in counts}
    before = {delivery_id: status for delivery_id, (status, _) in _statuses(connection).items()}
    landed = {*before, *(d.delivery_id for d in todo.deliveries)}
    rows = []
    for d in intake.deliveries():
        if d.delivery_id not in landed:
            continue
        total, good = files.get(d.delivery_id, (0, 0))
        status = "withdrawn" if d.delivery_id in withdrawn else delivery_status(total, good)
        if (status, d.mode) == ("accepted", "full") and before.get(d.delivery_id) in ("held", "refused"):
            # The guard judges it anew; from here it has the least to do.
            status = before[d.delivery_id]
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
