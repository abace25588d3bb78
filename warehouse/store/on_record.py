"""What of the lake was written by something else than a commit on record, and how that is taken back.

DuckLake notes what each of its snapshots changed; the chain of events knows the snapshots of the commits. A table that another snapshot
changed is not what was built: it is refused to whoever would read it, until a run restores it.

Belongs here: finding such tables, refusing, restoring the rows of the last commit. Does not belong here: building them anew (a run does),
comparing rows with their hashes (`trace/row_set.py`).
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb

from warehouse.store.chain import COMMIT, LAKE, RESTORED, Chain
from warehouse.store.lake import METADATA, CommitInfo, Lake, lake_id
from warehouse.tables.quoting import identifier

#: What DuckLake writes of a table by its number: data, deletes, layout and definition alike.
_BY_NUMBER = re.compile(r"(?:^|,)[a-z_]+:(\d+)")


class NotOnRecordError(Exception):
    """A table was changed by something else than a commit on record. The message names it and the command that mends it."""


def not_on_record(lake: Lake, connection: duckdb.DuckDBPyConnection) -> dict[str, list[int]]:
    """The tables that are not as a commit on record left them, each with the snapshots that changed it since.

    Args:
        connection: to the lake, for reading.
    """
    known, restored = _commits(lake.chain, lake_id(connection))
    if known is None:
        return {}  # a lake of a version that had no chain: the next commit begins it
    snapshots = connection.execute(f"SELECT snapshot_id FROM {METADATA}.ducklake_snapshot").fetchall()
    foreign = {number for (number,) in snapshots} - known
    if not foreign:
        return {}
    changes = connection.execute(
        f"SELECT snapshot_id, changes_made FROM {METADATA}.ducklake_snapshot_changes "
        "WHERE snapshot_id >= $first ORDER BY snapshot_id",
        {"first": min(foreign)},
    ).fetchall()
    names, defined = _names(connection)
    found: dict[str, list[int]] = {}
    for snapshot, changed in changes:
        if snapshot not in foreign:
            continue
        tables = {name for number in _BY_NUMBER.findall(changed or "") for name in names.get(int(number), ())}
        tables |= defined.get(snapshot, set())
        for table in tables & set(lake.tables):
            if snapshot > restored.get(table, -1):
                found.setdefault(table, []).append(snapshot)
    return dict(sorted(found.items()))


def refuse(lake: Lake, connection: duckdb.DuckDBPyConnection, tables: Collection[str] | None = None) -> None:
    """Refuse to go on where tables are not as a commit on record left them.

    Args:
        tables: those that will be read; by default all.

    Raises:
        NotOnRecordError: it names them, the snapshots and the mend.
    """
    found = not_on_record(lake, connection)
    concerned = {name: found[name] for name in found if tables is None or name in tables}
    if concerned:
        raise NotOnRecordError(f"{lake.home.lake}: {told(concerned)}")


@contextmanager
def reading_on_record(lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    """As `Lake.reading`, for what is published: every table is as a commit on record left it.

    Raises:
        NotOnRecordError: one is not.
    """
    with lake.reading() as connection:
        refuse(lake, connection)
        yield connection


def told(found: Mapping[str, Collection[int]]) -> str:
    """What a person is told of such tables."""
    named = "; ".join(f"{name} (快照 snapshot {', '.join(map(str, numbers))})" for name, numbers in found.items())
    return (
        f"{named}: 这些表被记录在案的提交以外的操作改过，不予显示；用 shuzhang run 从输入重新生成 / changed by something else than a "
        f"commit on record, so not shown; `shuzhang run` builds them anew from their inputs"
    )


def restore(lake: Lake, info: CommitInfo) -> dict[str, list[int]]:
    """Give each such table the rows that the last commit on record left it, in one commit; returns what was restored.

    What was written past the commits stays in its own snapshots, which the chain names.
    """
    with lake.reading() as connection:
        found = not_on_record(lake, connection)
        # A table that was dropped or renamed is made by the commit itself, and has no past for it: its rows are fetched before.
        fetched = {
            name: connection.execute(_as_of(lake, name, snapshots)).to_arrow_table()
            for name, snapshots in found.items()
            if not _is_there(connection, name)
        }
    if not found:
        return {}

    def work(connection: duckdb.DuckDBPyConnection) -> dict[str, list[int]]:
        found = not_on_record(lake, connection)
        for name, snapshots in found.items():
            if name in fetched:
                connection.register("fetched", fetched[name])
            source = "FROM fetched" if name in fetched else _as_of(lake, name, snapshots)
            connection.execute(f"CREATE OR REPLACE TEMP TABLE as_committed AS {source}")
            connection.execute(f"DELETE FROM {name}")
            connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM as_committed")
            connection.execute("DROP TABLE as_committed")
            lake.note(RESTORED, name, {"changed_by_snapshots": snapshots, "as_of_snapshot": snapshots[0] - 1})
        return found

    return lake.commit(info, work)


def _as_of(lake: Lake, name: str, snapshots: Sequence[int]) -> str:
    """The query of a table's rows as they were before the first of some snapshots."""
    columns = ", ".join(identifier(column.name) for column in lake.tables[name].columns)
    return f"SELECT {columns} FROM {name} AT (VERSION => {int(snapshots[0]) - 1})"


def _is_there(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = 'lake' AND schema_name || '.' || table_name = $name",
        {"name": name},
    )
    return found.fetchone() is not None


def _commits(chain: Chain, lake: str) -> tuple[set[int] | None, Mapping[str, int]]:
    """The snapshots of a lake that are on record, None where the chain does not know it; and when each table was restored last."""
    known: set[int] | None = None
    restored: dict[str, Any] = {}
    waiting: list[str] = []
    for event in chain.events():
        if event.kind == LAKE:
            known = set(range(int(event.body["from_snapshot"]) + 1)) if event.subject == lake else None
            restored.clear()
        elif event.kind == RESTORED:
            waiting.append(event.subject)
        elif event.kind == COMMIT:
            if known is not None and event.body["lake"] == lake:
                known.add(event.body["snapshot"])
                restored |= dict.fromkeys(waiting, event.body["snapshot"])
            waiting = []
    return known, restored


def _names(connection: duckdb.DuckDBPyConnection) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """The names that tables have and had by DuckLake's number, and those that a snapshot gave or took away."""
    rows = connection.execute(
        f"SELECT t.table_id, s.schema_name || '.' || t.table_name, t.begin_snapshot, t.end_snapshot "
        f"FROM {METADATA}.ducklake_table AS t JOIN {METADATA}.ducklake_schema AS s ON s.schema_id = t.schema_id"
    ).fetchall()
    names: dict[int, set[str]] = defaultdict(set)
    defined: dict[int, set[str]] = defaultdict(set)
    for number, name, begin, end in rows:
        names[number].add(name)
        # A renamed table is told of as a new one alone; that the old name went is seen here.
        defined[begin].add(name)
        if end is not None:
            defined[end].add(name)
    return names, defined
