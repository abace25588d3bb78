"""The policy of a home in the lake: `policy.entry` and the table of each list, with the bytes of the files kept.

Does not belong here: reading and checking policy files (`readers/policy/files.py`).
"""

import hashlib
from collections.abc import Collection, Sequence

import duckdb

from readers.policy.files import PolicySet, policy_files
from warehouse import queries
from warehouse.building.build import Built, check_key, fill, record_model
from warehouse.building.commit_record import CommitRecord, recording
from warehouse.building.copies import Copies
from warehouse.building.gone_forms import drop_gone
from warehouse.building.row_hash import Written, row_hashes
from warehouse.store.chain import POLICY as CHANGED_POLICY
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake
from warehouse.tables.table import POLICY, POLICY_ENTRY, Table

#: A temporary copy of the entries.
_COPY = "entry_copy"


def policy_state(policy: PolicySet) -> str:
    """One hash of all that `policy.entry` would hold."""
    files = sorted(
        {
            (e["source_file"], e["source_sha256"])
            for e in policy.entries.select(["source_file", "source_sha256"]).to_pylist()
        }
    )
    return hashlib.sha256(repr(files).encode()).hexdigest()


def build_policy(
    lake: Lake, policy: PolicySet, info: CommitInfo, selected: Collection[str] | None = None
) -> list[Built]:
    """Replace tables of the stage, in one transaction; `policy.entry` gets the entries of the home's policy files.

    Args:
        selected: qualified names; all of the stage unless given.
    """
    tables = lake.tables.of_stage(POLICY)
    hashes = policy.list_hashes
    for file in policy_files(lake.home.policy).values():
        lake.home.keep(file.read_bytes())

    def work(connection: duckdb.DuckDBPyConnection) -> list[Built]:
        chosen = [table for table in tables if selected is None or table.qualified in selected]
        # Each list's model would read the file of all entries again.
        connection.register("entries", policy.entries)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {_COPY} AS FROM entries")
        copies = Copies(lake, connection)
        with recording(lake, connection, info, copies=copies) as record:
            if POLICY_ENTRY in {table.qualified for table in chosen}:
                _note_changes(lake, connection, drop_gone(lake, connection, record))
            return [
                record_model(
                    lake.home,
                    table,
                    None,
                    fill(connection, table, None, instead={POLICY_ENTRY: _COPY}, copies=copies),
                    hashes,
                    record,
                )
                if table.model
                else _fill_entries(connection, table, policy, record, copies)
                for table in chosen
            ]

    return lake.commit(info, work, keeps=True)


def _note_changes(lake: Lake, connection: duckdb.DuckDBPyConnection, dropped: Sequence[str]) -> None:
    """Have the chain of events say which files the policy is of, and which entries an officer changed: list, key, day, old and new hash.

    Args:
        dropped: the tables of own forms that went with it.
    """
    files = connection.execute(f"SELECT DISTINCT source_file, source_sha256 FROM {_COPY} ORDER BY ALL").fetchall()
    is_first = connection.execute(f"SELECT 1 FROM {POLICY_ENTRY} LIMIT 1").fetchone() is None
    changes = [] if is_first else [list(row) for row in connection.execute(queries.text("policy_changes")).fetchall()]
    told = {"dropped": [*dropped]} if dropped else {}
    lake.note(CHANGED_POLICY, "policy", {"files": dict(files), "changes": changes, **told})


def _fill_entries(
    connection: duckdb.DuckDBPyConnection, table: Table, policy: PolicySet, record: CommitRecord, copies: Copies
) -> Built:
    check_key(connection, table, _COPY)
    connection.execute(f"DELETE FROM {table.qualified}")
    connection.execute(f"INSERT INTO {table.qualified} BY NAME SELECT * FROM {_COPY} ORDER BY {', '.join(table.key)}")
    rows = policy.entries.num_rows
    copies.wrote(table, rows)
    written = Written(rows, row_hashes(connection, table, _COPY), whole=True)
    record.note(table, "", written, sql_sha256=policy_state(policy), policy_sha256="")
    return Built(table, "", record.snapshot_id, rows, {})


def policy_at(connection: duckdb.DuckDBPyConnection, home: Home, snapshot_id: int) -> PolicySet:
    """The policy that the lake held at a snapshot, from the kept bytes of its files."""
    kept = connection.execute(
        f"SELECT DISTINCT source_file, source_sha256 FROM lake.policy.entry AT (VERSION => {int(snapshot_id)})"
    ).fetchall()
    return PolicySet.of_files({name: home.read(sha256) for name, sha256 in kept})
