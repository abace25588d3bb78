"""Homes that are killed at random moments, again and again, and end as one that was left alone.

`python -m tests.kills FOLDER [--count 200] [--seed N] [--job everything]`: a process delivers, runs and exports, and is killed by SIGKILL
at a moment that chance says; another one goes on in the same home, and so on until one comes to its end. Then the home is compared with the
undisturbed one, and another is begun. Does not belong here: named fault points (`tests/integration/test_crash.py`).
"""

import argparse
import random
import shutil
import signal
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import duckdb

from tests.homes import contents, deliver_folder, exit_code, in_process, lake_of, run_home, small_city
from warehouse.publish.database import export_database
from warehouse.store.home import Home
from warehouse.store.lake import Lake

#: A process of its own that works undisturbed is given so many seconds.
_MOST_SECONDS = 900


def work(home: Home, city: Path, job: str, stages: Collection[str] = ()) -> None:
    """Deliver all, run, export: whatever of it was done before is done no more. stages: of the run, as `run_home` takes them."""
    deliver_folder(home, city)
    run_home(home, job=job, stages=stages)
    export_database(Lake(home), _exported(home))


def _exported(home: Home) -> Path:
    return home.root / "exported.duckdb"


def kill(
    folder: Path,
    city: Path,
    count: int,
    seed: int,
    job: str,
    stages: Collection[str] = (),
    say: Callable[[str], None] = print,
    born: Callable[[Home], object] = lambda _: None,
) -> int:
    """Kill the work on homes in `folder` so many times; returns how many homes came to their end and were compared.

    Args:
        born: makes a home what the work finds, with no kill; by default it finds nothing.

    Raises:
        AssertionError: a home ended otherwise than the one that was left alone, or work that was not killed failed.
    """
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    undisturbed = Home(folder / "undisturbed")
    assert exit_code(str) == 0  # what all forks share is loaded
    born(undisturbed)
    began = time.monotonic()
    assert _ended(_MOST_SECONDS, undisturbed, city, job, stages) == 0
    seconds = time.monotonic() - began
    wanted = _result(undisturbed)
    kills = homes = 0
    while True:
        home = Home(folder / f"home-{homes}")
        born(home)
        code = None
        while code != 0:
            # Once there were enough, the last one may come to its end.
            patience = chance.uniform(0, seconds) if kills < count else _MOST_SECONDS
            code = _ended(patience, home, city, job, stages)
            assert code in (0, -signal.SIGKILL), f"{home.root}: exit {code} after {kills} kills (seed {seed})"
            kills += code != 0
            _readable(home)
        homes += 1
        say(f"{home.root.name}: {kills} of {count} kills")
        found = _result(home)
        differing = [name for name in wanted if found.get(name) != wanted[name]]
        assert not differing, f"{home.root}: {differing} differ after {kills} kills (seed {seed})"
        shutil.rmtree(home.root)
        if kills >= count:
            return homes


def _ended(patience: float, *values: object) -> int | None:
    """The exit code of the work, which is killed after so many seconds."""
    process = in_process(work, *values)
    process.join(patience)
    process.kill()
    process.join()
    return process.exitcode


def _readable(home: Home) -> None:
    """Who reads between two kills sees a whole lake, or an empty one."""
    lake = Lake(home)
    with lake.reading() as connection:
        connection.execute("SELECT count(*) FROM landing.delivery")
    lake.close()


def _result(home: Home) -> dict[str, list[tuple[Any, ...]]]:
    """All tables of the lake and their number of rows in what was exported; times of receipt are each home's own."""
    found = contents(home)
    columns = [column.name for column in lake_of(home).tables["landing.delivery"].columns]
    at = columns.index("recorded_at")
    found["landing.delivery"] = [row[:at] + row[at + 1 :] for row in found["landing.delivery"]]
    lake_of.cache_clear()
    with duckdb.connect(str(_exported(home)), read_only=True) as exported:
        found["exported"] = exported.execute(
            "SELECT schema_name, table_name, estimated_size FROM duckdb_tables() WHERE schema_name <> 'audit' ORDER BY ALL"
        ).fetchall()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--job", default="everything")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    city = small_city(options.folder / "city")
    print(f"seed {options.seed}")
    homes = kill(options.folder, city, options.count, options.seed, options.job)
    print(f"{options.count} kills, {homes} homes as the undisturbed one")


if __name__ == "__main__":
    main()
