"""The policy of a home in the lake: `policy.entry`, with the bytes of the files kept.

Does not belong here: reading and checking policy files (`readers/policy/files.py`).
"""

import hashlib

import duckdb

from readers.policy.files import PolicySet, policy_files
from warehouse.building.build import Built, check_key, record
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake


def policy_state(policy: PolicySet) -> str:
    """One hash of all that `policy.entry` would hold."""
    files = sorted(
        {
            (e["source_file"], e["source_sha256"])
            for e in policy.entries.select(["source_file", "source_sha256"]).to_pylist()
        }
    )
    return hashlib.sha256(repr(files).encode()).hexdigest()


def build_policy(lake: Lake, policy: PolicySet, info: CommitInfo) -> Built:
    """Replace `policy.entry` with the entries of the home's policy files."""
    table = lake.tables["policy.entry"]
    for file in policy_files(lake.home.policy).values():
        lake.home.keep(file.read_bytes())

    def work(connection: duckdb.DuckDBPyConnection) -> Built:
        connection.register("entries", policy.entries)
        check_key(connection, table, "entries")
        connection.execute("DELETE FROM policy.entry")
        key = ", ".join(table.key)
        connection.execute(f"INSERT INTO policy.entry BY NAME SELECT * FROM entries ORDER BY {key}")
        connection.unregister("entries")
        rows = policy.entries.num_rows
        return Built(table, "", record(connection, table, None, rows, policy_state(policy), "", info), rows, {})

    return lake.commit(info, work)


def policy_at(connection: duckdb.DuckDBPyConnection, home: Home, snapshot_id: int) -> PolicySet:
    """The policy that the lake held at a snapshot, from the kept bytes of its files."""
    kept = connection.execute(
        f"SELECT DISTINCT source_file, source_sha256 FROM lake.policy.entry AT (VERSION => {int(snapshot_id)})"
    ).fetchall()
    return PolicySet.of_files({name: home.read(sha256) for name, sha256 in kept})
