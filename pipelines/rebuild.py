"""The lake of a home built anew from its kept bytes, for a home that an earlier version wrote.

All that a lake holds follows from `blobs/`, `intake/` and `policy/`. So the old lake is set aside whole, whatever its shape, and the runs
that built it are done again. What is to be built is noted in the old lake before its folder is renamed: a rebuild that was killed is told
by that note, and goes on.

Belongs here: what must be so before anything is touched, setting aside, the runs. Does not belong here: how it is told
(`cli/rebuild.py`), what a run does (`run.py`).
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import as_file, files
from itertools import count
from pathlib import Path

import dagster as dg
import duckdb

from pipelines.instance import open_instance
from pipelines.plan import Plan
from pipelines.reaper import IN_PROGRESS, reap_dead_runs
from pipelines.run import Outcome, run
from readers.policy.files import PolicySet, load
from warehouse import queries
from warehouse.intake.deliveries import Intake
from warehouse.intake.received import told, vanished
from warehouse.store.chain import Chain
from warehouse.store.disk import write_whole
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.tables.periods import is_period

_ASIDE = "lake-before-"
#: In a lake that was set aside: the periods to build again. It is removed once they are built.
_NOTE = "rebuild.json"
_NAMED_FILES = 5


class RebuildError(Exception):
    """The home cannot be rebuilt as it is, and its lake was not touched. The message says what a person must do."""


@dataclass(frozen=True)
class Findings:
    """What a home is like before it is rebuilt.

    added: files that its policy lacked and now has. lacking: keys of shipped entries that its own lists have not, by list.
    differing: tables that are not as this version has them, by how they differ. periods: those built before, in their order.
    unfinished: lakes set aside by a rebuild that did not come to its end.
    """

    added: tuple[str, ...]
    lacking: Mapping[str, list[str]]
    differing: Mapping[str, list[str]]
    periods: tuple[str, ...]
    unfinished: tuple[Path, ...]


def examine(home: Home, periods: Collection[str] = ()) -> Findings:
    """See whether a home can be rebuilt and what there is to do. Lists that came with this version are added to its policy.

    Args:
        periods: to build beside those that the lake names; needed where it cannot say which it has.

    Raises:
        PolicyError: a policy file is wrong; it names file, line and mend.
        ClockError: the clock is behind what is on record.
        RebuildError: kept bytes are missing, a run is going on, or the lake does not say what was built.
    """
    added = tuple(home.lacking_policy())
    home.create()
    policy = load(home.policy)
    Chain(home).demand_clock()
    _demand_bytes(home)
    if lost := vanished(home, but_withdrawn=True):
        raise RebuildError(told(lost))
    _refuse_runs(home)
    notes = _notes(home)
    noted = {period for note in notes for period in json.loads(note.read_text("utf-8"))}
    differing, built = _look(Lake(home), periods)
    ordered = tuple(sorted({*noted, *built, *periods}))
    return Findings(added, _lacking(policy), differing, ordered, tuple(note.parent for note in notes))


def set_aside(home: Home, periods: Collection[str]) -> Path:
    """Rename the lake's folder, under the writers' lock; returns where it is. The periods are noted in it.

    Raises:
        RebuildError: a run has begun.
    """
    with Lake(home).locked():
        _refuse_runs(home)
        write_whole(home.lake / _NOTE, json.dumps(list(periods)).encode(), "aside")
        name = f"{_ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        free = (home.root / (f"{name}-{number}" if number > 1 else name) for number in count(1))
        aside = next(folder for folder in free if not folder.exists())
        home.lake.rename(aside)
    return aside


def run_again(
    home: Home,
    periods: Collection[str],
    *,
    starting: Callable[[Plan], None] = lambda _: None,
    progress: Callable[[str], None] = lambda _: None,
) -> Iterator[Outcome]:
    """Run everything for each period and then for the default one; the first run takes in all deliveries.

    What was built already, by a rebuild that was killed, is not built again. When all runs have succeeded, no rebuild is unfinished.
    """
    succeeded = True
    for period in (*periods, None) if Intake(home).deliveries() else ():
        outcome = run(home, period=period, starting=starting, progress=progress)
        succeeded &= outcome.succeeded
        yield outcome
    for note in _notes(home) if succeeded else ():
        note.unlink()


def _notes(home: Home) -> list[Path]:
    return sorted(home.root.glob(f"{_ASIDE}*/{_NOTE}"))


def _demand_bytes(home: Home) -> None:
    """Refuse where kept bytes of a standing delivery are not there in full: the old lake may be all that is left of them."""
    intake = Intake(home)
    withdrawn = intake.withdrawals()
    missing = []
    for delivery in intake.deliveries():
        for file in delivery.files if delivery.delivery_id not in withdrawn else ():
            blob = home.blob(file.sha256)
            if not blob.is_file() or blob.stat().st_size != file.size_bytes:
                missing.append(f"{delivery.delivery_id} {file.name}: {blob}")
    if missing:
        named = "; ".join(missing[:_NAMED_FILES])
        raise RebuildError(
            f"{len(missing)} 个交付文件的原始字节缺失或不完整，请从备份恢复，或撤回这些交付，再重建 / kept bytes of {len(missing)} "
            f"delivered files are missing or cut off; restore them from a backup or withdraw the deliveries, then rebuild: {named}"
        )


def _refuse_runs(home: Home) -> None:
    with open_instance(home) as instance:
        reap_dead_runs(instance)
        going = [record.dagster_run.run_id for record in instance.get_run_records(dg.RunsFilter(statuses=IN_PROGRESS))]
    if going:
        raise RebuildError(
            f"运行正在进行，请等其结束，或在界面中终止，再重建 / a run is going on; wait for its end or end it in the UI, "
            f"then rebuild: {', '.join(going)}"
        )


def _look(lake: Lake, given: Collection[str]) -> tuple[dict[str, list[str]], set[str]]:
    """What of a lake differs from this version, and the periods that it was built for."""
    if not lake.exists:
        return {}, set()
    try:
        with closing(lake.attach(read_only=True)) as connection:
            differing = _differences(lake, connection)
            rows = connection.execute(queries.text("built_periods")).fetchall()
    except duckdb.Error as error:
        if given:
            return {"无法读取 / cannot be read": [str(error)]}, set()
        raise RebuildError(
            f"数据湖没有说明生成过哪些期间；请以 --period 逐一指定后重建 / the lake does not say which periods were built; name each "
            f"with --period, then rebuild ({error})"
        ) from error
    # What an earlier version took for a period, such as 2026-5, is built no more.
    return differing, {period for (period,) in rows if is_period(period)}


def _differences(lake: Lake, connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    rows = connection.execute(
        "SELECT schema_name || '.' || table_name, list(column_name || ' ' || data_type ORDER BY column_index) "
        "FROM duckdb_columns() WHERE database_name = 'lake' GROUP BY ALL"
    ).fetchall()
    present: dict[str, list[str]] = dict(rows)
    wanted = {name: [f"{column.name} {column.type}" for column in table.columns] for name, table in lake.tables.items()}
    found = {
        "没有 / not there": sorted(wanted.keys() - present.keys()),
        "本版本没有 / not of this version": sorted(present.keys() - wanted.keys()),
        "列不同 / other columns": [name for name in wanted if name in present and present[name] != wanted[name]],
    }
    return {how: names for how, names in found.items() if names}


def _lacking(policy: PolicySet) -> dict[str, list[str]]:
    """The keys of shipped entries that lists of a home have not: new ones, and those that an officer took out."""
    with as_file(files("policy")) as folder:
        shipped = load(folder)
    found = {}
    for name, entries in shipped.lists.items():
        own = {entry.entry_key for entry in policy.lists.get(name, ())}
        if keys := list(dict.fromkeys(entry.entry_key for entry in entries if entry.entry_key not in own)):
            found[name] = keys
    return found
