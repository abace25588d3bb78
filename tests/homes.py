"""Homes for tests: deliver folders and run, as the command line does, and look at the tables."""

import fcntl
import multiprocessing
import os
import shutil
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, ClassVar

import pytest

import pipelines.run
from example_city import AUTHORITIES, write_city
from pipelines.plan import Plan, plan
from pipelines.run import Outcome, run
from readers.policy.files import load
from tests.steps import execute
from warehouse.building.policy_entries import build_policy, policy_state
from warehouse.intake.deliveries import Delivery, Intake, find_manifests, read_manifest
from warehouse.intake.ingest import ingest
from warehouse.store.disk import write_whole
from warehouse.store.faults import VARIABLE
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake


class FirstHome:
    """The home that a home of tests begins as: nothing was delivered to it, its lake has its tables and the shipped policy.

    Making them is a third of a small run. Whole folders are delivered to homes that are born with it (`deliver_folder`), as are those of
    processes in which no test runs (`in_process`).
    """

    factory: ClassVar[pytest.TempPathFactory | None] = None

    @staticmethod
    def make(root: Path) -> None:
        home = Home(root).create()
        build_policy(Lake(home), load(home.policy), CommitInfo("test", "the shipped policy", ""))


def created(home: Home) -> Home:
    """The home with its folders, and a key that all homes of tests have: hashes under it can be compared."""
    if FirstHome.factory and not home.root.exists():
        shutil.copytree(once(FirstHome.factory, "first-home", FirstHome.make), home.root)
    home.create()
    key = home.root / "hash.key"
    if not key.exists():
        write_whole(key, b"a key that all homes of tests have", "key")
    return home


def name_authorities(home: Home, **units: str) -> None:
    """Name units as the city's authorities: `data_authority="U1"`."""
    rows = [f"{authority},{unit},,,a test,proposal,2025-01-01\n" for authority, unit in units.items()]
    header = "authority,unit_code,name_zh,name_en,source,status,effective_from\n"
    (created(home).policy / AUTHORITIES).write_text("".join((header, *rows)), "utf-8")


def deliver_folder(home: Home, folder: Path) -> list[str]:
    """Deliver a folder of delivery folders; returns the delivery ids in their order. The authorities that it names are the home's."""
    intake = Intake(created(home.create()))
    if (folder / AUTHORITIES).exists():
        shutil.copyfile(folder / AUTHORITIES, home.policy / AUTHORITIES)
    manifests = sorted(map(read_manifest, find_manifests(folder)), key=lambda m: (m.delivery_date, m.sequence or 1))
    received = [intake.receive(m.delivery(intake), sequence_given=m.sequence is not None) for m in manifests]
    return [receipt.delivery.delivery_id for receipt in received if receipt.repeats is None]


def deliver_files(
    home: Home,
    files: Iterable[Path],
    deliverer: str,
    kind: str,
    day: str,
    *,
    mode: str = "full",
    source: str = "default",
) -> str:
    """Deliver files; returns the delivery id, of the earlier delivery if this one repeats it."""
    intake = Intake(created(home))
    kept = intake.keep_files((file.name, file) for file in files)
    when = date.fromisoformat(day)
    delivery = Delivery(deliverer, source, kind, when, 1, mode, None, kept, datetime.now(UTC))
    receipt = intake.receive(delivery, sequence_given=False)
    return receipt.repeats or receipt.delivery.delivery_id


def run_home(home: Home, *, stored: bool = False, stages: Collection[str] = (), **options: Any) -> Outcome:
    """Run and insist that it succeeded.

    Args:
        stored: run it in Dagster, with its own record in the home, as the command line has it; that is half of a small run.
        stages: builds these with all that they read, by default all. Most of a small run is the tables of the books, empty as they may be.
    """
    with pytest.MonkeyPatch.context() as patch:
        if stages:
            patch.setattr(pipelines.run, "plan", partial(_plan_for, stages))
        if not stored:
            patch.setattr(pipelines.run, "_execute", execute)
        outcome = run(home, **options)
    assert outcome.problems == (), outcome.problems
    return outcome


def _plan_for(stages: Collection[str], lake: Lake, *options: Any) -> Plan:
    needed = {table.qualified for table in lake.tables.of_stage("landing")}  # they are one asset
    for table in reversed([*lake.tables.values()]):
        if table.stage in stages or table.qualified in needed:
            needed |= {table.qualified, *table.inputs}
    whole = plan(lake, *options)
    return replace(whole, assets=tuple(key for key in whole.assets if ".".join(key.path) in needed))


def take_in(home: Home, *deliverers: str, info: CommitInfo) -> None:
    """Read what was delivered, by default of all, after the home's policy if the lake has another one: no table beyond landing is built."""
    lake, policy = lake_of(home), load(home.create().policy)
    kept = "SELECT sql_sha256 FROM audit.materialization WHERE table_name = 'policy.entry' ORDER BY snapshot_id DESC LIMIT 1"
    if ask(home, kept) != [(policy_state(policy),)]:
        build_policy(lake, policy, info)
    ingest(lake, policy, deliverers, info)


def ask(home: Home, sql: str, **values: object) -> list[tuple[Any, ...]]:
    """Rows of a query over the lake."""
    with lake_of(home).reading() as connection:
        return connection.execute(sql, values).fetchall()


@lru_cache(maxsize=4)
def lake_of(home: Home) -> Lake:
    """The lake of a home, kept open between questions: opening one loads DuckDB's extensions."""
    return Lake(home)


def one(home: Home, sql: str, **values: object) -> Any:
    """The one value of a query over the lake."""
    ((value,),) = ask(home, sql, **values)
    return value


def small_city(folder: Path) -> Path:
    """Write a few deliveries of the example city: two agencies of eighty, with all that makes cards of their resources."""
    whole = folder.with_name(f"{folder.name}-whole")
    write_city(whole)
    folder.mkdir()
    for delivery in sorted(whole.iterdir()):
        _, _, name = delivery.name.partition("-")[2].partition("-")[2].partition("-")
        if name.startswith(("agriculture-", "weather-", "data-", "finance-organisations", "finance-authorisations")):
            delivery.rename(folder / delivery.name)
    (whole / AUTHORITIES).rename(folder / AUTHORITIES)
    shutil.rmtree(whole)
    return folder


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder that `make` fills, made by the first process of the test run that wants it; the others wait for it."""
    shared = factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else factory.getbasetemp()
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / f"{name}.made").exists():
            make(shared / name)
            lake_of.cache_clear()
            (shared / f"{name}.made").touch()
    return shared / name


def contents(home: Home) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table; of the audit what does not name a run, a time or a snapshot."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    # To ask one that has no file takes as long.
    filled = {name for (name,) in ask(home, "SELECT table_name FROM ducklake_table_info('lake') WHERE file_count > 0")}
    for table in lake_of(home).tables.values():
        if table.stage != "audit":
            found[table.qualified] = []
        if table.stage != "audit" and table.name in filled:
            found[table.qualified] = ask(home, f"SELECT * FROM {table.qualified} ORDER BY {', '.join(table.key)}")
    found["audit.materialization"] = ask(
        home,
        "SELECT table_name, partition_key, row_count, sql_sha256, policy_sha256 FROM audit.materialization "
        "QUALIFY row_number() OVER (PARTITION BY table_name, partition_key ORDER BY snapshot_id DESC) = 1 ORDER BY ALL",
    )
    return found


#: Forks of a process that has imported Dagster and Great Expectations once, which takes ten seconds.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.homes", "quality.gate"])


def in_process(work: Callable[..., object], *values: object, fault: str = "") -> multiprocessing.Process:
    """Start `work` in a process of its own, which dies at a fault point if one is named."""
    process = _FORKS.Process(target=_work, args=(fault, work, values), daemon=True)
    process.start()
    return process  # type: ignore[return-value]  # a context has a class of its own


def exit_code(work: Callable[..., object], *values: object, fault: str = "") -> int | None:
    """Do `work` in a process of its own; returns its exit code, negative for the signal that ended it."""
    process = in_process(work, *values, fault=fault)
    process.join(120)
    return process.exitcode


def _work(fault: str, work: Callable[..., object], values: tuple[object, ...]) -> None:
    os.environ[VARIABLE] = fault
    work(*values)
