"""What of the lake is not as the last commit on record left it, and how that is taken back.

DuckLake notes what each of its snapshots changed; the chain of events knows the snapshots of the commits. A table that another snapshot
changed is not what was built, and nor is one whose last commit the lake no longer has, since it was set back to an earlier state: it is
refused to whoever would read it, until a run restores it. So are tables, views and macros that no commit made.

Belongs here: finding such tables, refusing, restoring the rows of the last commit. Does not belong here: building them anew (a run does),
comparing rows with their hashes (`trace/row_set.py`).
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import duckdb

from warehouse import queries
from warehouse.store.chain import COMMIT, LAKE, RESTORED, ChainError, Event, event_named
from warehouse.store.lake import METADATA, CommitInfo, Lake, current_snapshot, lake_id
from warehouse.tables.quoting import identifier

#: What DuckLake writes of a table by its number: data, deletes, layout and definition alike.
_BY_NUMBER = re.compile(r"(?:^|,)[a-z_]+:(\d+)")


Of = TypeVar("Of")

#: What marks a macro among the names of what is not on record: any query may mean it, by the name of a function of DuckDB's.
CALL = "()"


#: The tables that every proof goes by: which model and which snapshot each table has, and the hashes of its rows.
RECORD = ("audit.materialization", "audit.rows_hash")


class NotOnRecordError(Exception):
    """A table is not as the last commit on record left it. The message names it and the command that mends it."""


@dataclass
class Commits:
    """The commits to a lake that stand, by the chain of events: those before which it was set back are none of them.

    begun: up to this snapshot it is older than the chain. by_snapshot: the events of the commits. restored: the snapshot at which a table
    was given back its rows last.
    """

    begun: int = -1
    by_snapshot: dict[int, Event] = field(default_factory=dict)
    restored: dict[str, int] = field(default_factory=dict)

    def undo(self, snapshot: int) -> None:
        """Forget the commits from a snapshot on: the lake was set back, and its numbers come again."""
        if next(reversed(self.by_snapshot), -1) < snapshot:
            return
        self.by_snapshot = {number: event for number, event in self.by_snapshot.items() if number < snapshot}
        self.restored = {table: number for table, number in self.restored.items() if number < snapshot}

    def has(self, snapshot: int, event: str | None) -> bool:
        """Whether a snapshot is that of a commit. event: the hash of the event that it names, if it does."""
        commit = self.by_snapshot.get(snapshot)
        return snapshot <= self.begun or (commit is not None and commit.sha256 == event)


def commits_to(lake: str, events: Iterable[Event]) -> Commits | None:
    """The commits to a lake, by its identity; None where the chain does not know it."""
    found: Commits | None = None
    waiting: list[Event] = []
    for event in events:
        if event.kind == LAKE:
            found = Commits(int(event.body["from_snapshot"])) if event.subject == lake else None
        elif event.kind == RESTORED:
            waiting.append(event)
        elif event.kind == COMMIT:
            if found is not None and event.body["lake"] == lake:
                snapshot = int(event.body["snapshot"])
                found.undo(snapshot)
                for wrong in {number for one in waiting for number in one.body["changed_by_snapshots"]}:
                    # A commit of that number was gone, and something else had it.
                    found.by_snapshot.pop(wrong, None)
                found.by_snapshot[snapshot] = event
                found.restored |= {one.subject: snapshot for one in waiting}
            waiting = []
    return found


def names_events(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the snapshots of a lake name events: those of a version that had no chain name none."""
    return any(_events_named(connection).values())


def lost_chain(lake: Lake) -> str:
    """What a person is told of a lake whose chain is gone."""
    return (
        f"{lake.chain.file}: 湖的快照指明了事件，而事件链没有这个湖的提交，无从证明；请从备份恢复 {lake.chain.folder}，"
        f"或用 shuzhang rebuild --force 从保存的字节重建 / the snapshots of the lake name events, and the chain has none of its "
        f"commits, so that nothing of it can be proven; restore {lake.chain.folder} from a backup, or build the lake anew from the "
        f"kept bytes with `shuzhang rebuild --force`"
    )


def not_on_record(lake: Lake, connection: duckdb.DuckDBPyConnection) -> dict[str, list[int]]:
    """The tables that are not as the last commit on record left them, each with the snapshots that changed them since or that are gone;
    what else stands in the lake and no commit made is among them, macros with `()` after their name.

    Args:
        connection: to the lake, for reading.

    Raises:
        ChainError: the chain has lost this lake.
    """
    # Of a commit that is made meanwhile the lake knows before the chain does.
    named = _events_named(connection)
    commits = commits_to(lake_id(connection), lake.chain.events())
    if commits is None:
        if any(named.values()):
            raise ChainError(lost_chain(lake))
        return {}  # a lake of a version that had no chain: the next commit begins it
    foreign = {number for number, event in named.items() if not commits.has(number, event)}
    last = max(named.keys() - foreign, default=0)
    if any(number > last for number in commits.by_snapshot):
        # Gone from the lake, or made meanwhile.
        last = max(
            (number for number, event in _events_named(connection).items() if commits.has(number, event)), default=0
        )
    found = _gone(lake, commits, last)
    commits.undo(last + 1)
    if not foreign:
        return found
    changes = connection.execute(
        f"SELECT snapshot_id, changes_made FROM {METADATA}.ducklake_snapshot_changes "
        "WHERE snapshot_id >= $first ORDER BY snapshot_id",
        {"first": min(foreign)},
    ).fetchall()
    names, defined = _names(connection)
    for snapshot, changed in changes:
        if snapshot not in foreign:
            continue
        tables = {name for number in _BY_NUMBER.findall(changed or "") for name in names.get(int(number), ())}
        tables |= defined.get(snapshot, set())
        for table in tables & set(lake.tables):
            if snapshot > commits.restored.get(table, -1):
                found.setdefault(table, []).append(snapshot)
    for stray in _strays(lake, connection):
        if stray.begin in foreign:
            found.setdefault(stray.name, []).append(stray.begin)
    return dict(sorted(found.items()))


def _gone(lake: Lake, commits: Commits, last: int) -> dict[str, list[int]]:
    """The tables of the commits after the last one that the lake has, with their snapshots."""
    found: dict[str, list[int]] = {}
    for snapshot, event in sorted(commits.by_snapshot.items()):
        if snapshot > last:
            for name in {table["table_name"] for table in event.body.get("tables", ())} & set(lake.tables):
                found.setdefault(name, []).append(snapshot)
    return found


def lost_files(lake: Lake, connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The data files that are not there with the size that the lake knows, by table. Others of the same size only `verify` finds."""
    data = lake.home.lake / "data"
    found: dict[str, list[str]] = {}
    for table, path, size in connection.execute(queries.text("lake_files")).fetchall():
        file = data / path
        if not file.is_file() or file.stat().st_size != size:
            found.setdefault(table, []).append(str(file))
    return found


def lost_snapshots(connection: duckdb.DuckDBPyConnection, commits: Commits) -> list[str]:
    """What a person is told of commits whose snapshots the lake no longer has between others: they expired."""
    here = _events_named(connection)
    last = max(here, default=0)
    return [told_expired(number) for number in sorted(commits.by_snapshot) if number < last and number not in here]


def told_expired(snapshot: int) -> str:
    """What a person is told of a snapshot that the lake no longer has."""
    return (
        f"快照 {snapshot} 已从湖中清除，经过它的追溯无从进行；用 shuzhang rebuild --force 从保存的字节重建 / snapshot {snapshot} is gone "
        f"from the lake, and nothing can be traced through it; build the lake anew from the kept bytes with `shuzhang rebuild --force`"
    )


def told_lost(found: Mapping[str, Sequence[str]]) -> str:
    """What a person is told of such files."""
    named = "; ".join(
        f"{table}: {files[0]}{f' (+{len(files) - 1})' if files[1:] else ''}" for table, files in found.items()
    )
    return (
        f"{named}: 数据文件缺失或被替换，不予显示；请从备份恢复，或用 shuzhang rebuild --force 从保存的字节重建 / data files are "
        f"missing or were replaced, so not shown; restore them from a backup, or build the lake anew with `shuzhang rebuild --force`"
    )


def concerning(found: Mapping[str, Sequence[Of]], tables: Collection[str] | None) -> dict[str, Sequence[Of]]:
    """What of all that is not on record concerns whoever reads some tables (None: all): these tables, and every macro."""
    return {name: found[name] for name in found if tables is None or name in tables or name.endswith(CALL)}


def refuse(lake: Lake, connection: duckdb.DuckDBPyConnection, tables: Collection[str] | None = None) -> None:
    """Refuse to go on where tables are not as a commit on record left them.

    Args:
        tables: those that will be read; by default all.

    Raises:
        NotOnRecordError: it names them, the snapshots and the mend.
    """
    if concerned := concerning(not_on_record(lake, connection), tables):
        raise NotOnRecordError(f"{lake.home.lake}: {told(concerned)}")
    if lost := concerning(lost_files(lake, connection), tables):
        raise NotOnRecordError(told_lost(lost))


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
        f"{named}: 不是最近一次记录在案的提交留下的样子，不予显示；用 shuzhang run 从输入重新生成 / not as the last commit on record left "
        f"it: something else changed or made it, or the lake was set back; so not shown; `shuzhang run` builds it anew from its inputs"
    )


def restore(lake: Lake, info: CommitInfo) -> dict[str, list[int]]:
    """Give each such table the rows that the last commit on record left it, in one commit; returns what was restored.

    What no commit made is dropped. What was written past the commits stays in its own snapshots, which the chain names.

    Raises:
        NotOnRecordError: data files are gone, so that there is nothing to go by but the kept bytes.
    """
    if lake.is_as_left():
        return {}  # a run asks before each of its stages
    with lake.reading() as connection:
        if lost := lost_files(lake, connection):
            raise NotOnRecordError(told_lost(lost))
        found = not_on_record(lake, connection)
        # A table that was dropped or renamed is made by the commit itself, and has no past for it: its rows are fetched before.
        fetched = {
            name: connection.execute(_as_of(lake, connection, name, snapshots)).to_arrow_table()
            for name, snapshots in found.items()
            if name in lake.tables and not _is_there(connection, name)
        }
    if not found:
        return {}

    def work(connection: duckdb.DuckDBPyConnection) -> dict[str, list[int]]:
        found = not_on_record(lake, connection)
        for stray in _strays(lake, connection):
            if stray.name in found:
                connection.execute(stray.drop)
                lake.note(RESTORED, stray.name, {"changed_by_snapshots": found[stray.name]})
        for name, snapshots in found.items():
            if name not in lake.tables:
                continue
            if name in fetched:
                connection.register("fetched", fetched[name])
            source = "FROM fetched" if name in fetched else _as_of(lake, connection, name, snapshots)
            connection.execute(f"CREATE OR REPLACE TEMP TABLE as_committed AS {source}")
            connection.execute(f"DELETE FROM {name}")
            connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM as_committed")
            connection.execute("DROP TABLE as_committed")
            lake.note(RESTORED, name, {"changed_by_snapshots": snapshots, "as_of_snapshot": snapshots[0] - 1})
        return found

    return lake.commit(info, work)


def _as_of(lake: Lake, connection: duckdb.DuckDBPyConnection, name: str, snapshots: Sequence[int]) -> str:
    """The query of a table's rows as they were before the first of some snapshots; of a lake that was set back, as they are."""
    columns = ", ".join(identifier(column.name) for column in lake.tables[name].columns)
    version = min(snapshots[0] - 1, current_snapshot(connection))
    return f"SELECT {columns} FROM {name} AT (VERSION => {version})"


def _is_there(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = 'lake' AND schema_name || '.' || table_name = $name",
        {"name": name},
    )
    return found.fetchone() is not None


def _events_named(connection: duckdb.DuckDBPyConnection) -> dict[int, str | None]:
    """The event that each snapshot names in what its commit said, if it does."""
    rows = connection.execute(
        f"SELECT snapshot_id, commit_extra_info FROM {METADATA}.ducklake_snapshot "
        f"LEFT JOIN {METADATA}.ducklake_snapshot_changes USING (snapshot_id) ORDER BY snapshot_id"
    ).fetchall()
    return {snapshot: event_named(extra) for snapshot, extra in rows}


class _Stray(NamedTuple):
    """What stands in the lake and is no table of ours: its name, of a macro with `()`, the snapshot that made it, and what drops it."""

    name: str
    begin: int
    drop: str


def _strays(lake: Lake, connection: duckdb.DuckDBPyConnection) -> list[_Stray]:
    found = []
    for what, schema, name, begin in connection.execute(queries.text("lake_objects")).fetchall():
        called = f"{schema}.{name}" + (CALL if "MACRO" in what else "")
        if called not in lake.tables:
            found.append(_Stray(called, begin, f"DROP {what} {identifier(schema)}.{identifier(name)}"))
    return found


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
