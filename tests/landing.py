"""The models of stage landing on a plain DuckDB in memory: deliveries made up by a test, without home, lake or files."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import as_file, files

import duckdb
import pyarrow as pa

from readers.policy.files import PolicySet, load
from readers.shapes import Layout
from tests.policies import put_policy
from warehouse.intake.landing_models import fill_models, portion_of
from warehouse.tables.definitions import all_tables

Rows = dict[str, list[dict[str, object]]]

FIRST_DAY = date(2026, 1, 1)


@dataclass(frozen=True)
class Made:
    """A delivery of a test: `place` is its order in its deliverer's, `records` are keys with a title, None for a bad record.

    `listed`: the keys that its field list names, a field each.
    """

    deliverer: str
    place: int
    mode: str
    records: tuple[tuple[str, str | None], ...]
    decision: str | None = None
    status: str = "accepted"
    listed: tuple[str, ...] = ()

    @property
    def delivery_id(self) -> str:
        return f"{self.deliverer}-{self.place:02d}"


@cache
def _policy() -> PolicySet:
    with as_file(files("policy")) as folder:
        return load(folder)


def empty_landing() -> duckdb.DuckDBPyConnection:
    """A database with the shipped policy and nothing delivered."""
    connection = duckdb.connect(config={"threads": 1})
    for table in all_tables().values():
        if table.stage == "landing":
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.stage}")
            connection.execute(table.ddl())
    put_policy(connection, _policy().entries)
    return connection


def name_authorities(connection: duckdb.DuckDBPyConnection, units: Mapping[str, str]) -> None:
    """Name units of the city as its authorities, as `policy/authority_unit.csv` does."""
    connection.executemany(
        "INSERT INTO policy.authority_unit (entry_key, authority, unit_code, status, source, effective_from, is_first_version) "
        "VALUES ($1, $1, $2, 'proposal', 'a test', DATE '2025-01-01', true)",
        list(units.items()),
    )


def bring(
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    deliverer: str,
    bodies: Sequence[Mapping[str, str]],
    day: str = "2026-01-01",
    *,
    mode: str = "full",
    source: str = "default",
    holder: str | None = None,
) -> str:
    """Land a delivery of any kind, as reading its file does, with the keys that the shipped policy gives its records: gives its name."""
    found: Rows = {"delivery": [], "delivery_file": [], "record": []}
    made = Made(deliverer, (date.fromisoformat(day) - FIRST_DAY).days, mode, ())
    _add(found, made, kind, bodies)
    name = f"{kind}-{deliverer}-{source}-{day}"
    layout = Layout.of(_policy().on(date.fromisoformat(day)), kind)
    for row in (row for rows in found.values() for row in rows):
        row["delivery_id"] = name
    found["delivery"][0] |= {"holder_code": holder, "source_name": source}
    for row, body in zip(found["record"], bodies, strict=True):
        row |= {"source_name": source, "record_key": layout.record_key(body)}
    for table, rows in found.items():
        if rows:
            _insert(connection, f"landing.{table}", pa.Table.from_pylist(rows))
    return name


def put(connection: duckdb.DuckDBPyConnection, deliveries: Iterable[Made]) -> set[str]:
    """Land deliveries, as reading their files does, with the status that each says, and the decisions on them: gives their names."""
    rows: Rows = {"delivery": [], "delivery_file": [], "record": []}
    for made in deliveries:
        _add(rows, made, "catalog", [{"identifier": key, "title": title} for key, title in made.records])
        _list_fields(rows, made)
        if made.decision:
            decision = {
                "decision_id": made.delivery_id,
                "subject_kind": "交付",
                "subject_key": made.delivery_id,
                "decision": {"release": "放行", "refuse": "退回"}[made.decision],
                "reason": "因为",
                "decided_by": "数据团队",
                "decided_at": "2026-06-30",
            }
            own = replace(made, deliverer="shuzhang", mode="incremental", status="accepted")
            _add(rows, own, "decisions", [decision], of=made.delivery_id)
    for name, found in rows.items():
        if found:
            _insert(connection, f"landing.{name}", pa.Table.from_pylist(found))
    return {str(row["delivery_id"]) for row in rows["delivery"]}


def built(connection: duckdb.DuckDBPyConnection, changed: Collection[str] | None = None) -> dict[str, list[tuple]]:
    """Build the stage's models, and give every row of its tables. `changed`: build what follows from these deliveries alone."""
    fill_models(connection, all_tables(), portion_of(connection, all_tables(), changed) if changed else None)
    tables = all_tables().of_stage("landing")
    return {t.qualified: connection.execute(f"FROM {t.qualified} ORDER BY ALL").fetchall() for t in tables}


def _add(rows: Rows, made: Made, kind: str, bodies: Sequence[Mapping[str, str | None]], of: str = "") -> None:
    delivery_id = f"{made.delivery_id}{of}"
    day = FIRST_DAY + timedelta(made.place)
    source = {"source_file": "data.json", "source_sha256": "0" * 64, "source_pointer": ""}
    rows["delivery"].append({
        "delivery_id": delivery_id, "deliverer_code": made.deliverer, "source_name": of or "default", "kind": kind,
        "delivery_date": day, "sequence": 1, "mode": made.mode, "status": made.status, "file_count": 1,
        "recorded_at": datetime.combine(day, datetime.min.time(), UTC), **source,
    })  # fmt: skip
    rows["delivery_file"].append({
        "delivery_id": delivery_id, "file_no": 1, "size_bytes": 1, "record_count": len(bodies), "status": "read", **source,
    })  # fmt: skip
    for ordinal, body in enumerate(bodies, start=1):
        text = json.dumps({name: value for name, value in body.items() if value is not None}, ensure_ascii=False)
        digest = hashlib.sha256(text.encode()).hexdigest()
        rows["record"].append({
            "delivery_id": delivery_id, "ordinal": ordinal, "kind": kind, "deliverer_code": made.deliverer,
            "source_name": of or "default", "record_key": body.get("identifier") or body.get("decision_id"),
            "raw": text, "body": text, "raw_hash": digest, "canonical_hash": digest, **source,
        })  # fmt: skip


def _list_fields(rows: Rows, made: Made) -> None:
    """Add the records of a field list after those of the catalogue, as a reader does for a second sheet."""
    catalogue = rows["record"][-1] if made.records else None
    for number, key in enumerate(made.listed):
        assert catalogue, "a field list without a catalogue"
        text = json.dumps({"identifier": key, "name": "f"})
        rows["record"].append(catalogue | {
            "ordinal": len(made.records) + number + 1, "kind": "catalog.field", "record_key": f"field|{number}|{key}",
            "raw": text, "body": text,
        })  # fmt: skip
    rows["delivery_file"][-1]["record_count"] = len(made.records) + len(made.listed)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    connection.register("incoming", rows)
    connection.execute(f"INSERT INTO {table} BY NAME FROM incoming")
    connection.unregister("incoming")
