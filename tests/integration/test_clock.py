"""A clock that went back is named wherever something would be written; one that was ahead is put on record, and the home goes on."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli.app import app
from pipelines.run import run
from tests.homes import ask, created, deliver_files, lake_of, one
from warehouse.intake.clock_ahead import put_clock_right
from warehouse.intake.deliveries import DeliveryError, Intake
from warehouse.intake.received import catch_up
from warehouse.publish.database import export_database
from warehouse.store.chain import CLOCK, RUN, Chain, Note
from warehouse.store.clock import ClockError
from warehouse.store.home import Home
from warehouse.trace.audit import audit

YEAR = timedelta(days=365)
#: Where times on record are taken from the clock.
CLOCKS = ("warehouse.store.chain", "warehouse.intake.deliveries", "warehouse.building.commit_record", "tests.homes")


class Ahead(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) + YEAR


def ahead(work: Callable[[], object]) -> None:
    """Do something while the clock is a year ahead."""
    with pytest.MonkeyPatch.context() as patch:
        for module in CLOCKS:
            patch.setattr(f"{module}.datetime", Ahead)
        work()


def deliver(home: Home, name: str, day: str = "2026-06-01") -> str:
    file = home.root.parent / f"{name}.json"
    file.write_text(f'{{"dataset": [{{"identifier": "{name}", "title": "x"}}]}}', "utf-8")
    return deliver_files(home, [file], "A", "catalog", day, source=name)


def shuzhang(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments], env={"SHUZHANG_HOME": f"{home.root}", "COLUMNS": "200"})


def run_ahead(home: Home) -> None:
    """Run a home under a clock that is ahead; DuckDB's own is not asked by Python, so its stamps are moved."""
    ahead(lambda: run(home, period="2026-06"))
    lake_of.cache_clear()
    with closing(sqlite3.connect(home.lake / "catalog.sqlite")) as catalogue, catalogue:
        rows = catalogue.execute("SELECT snapshot_id, snapshot_time FROM ducklake_snapshot").fetchall()
        for snapshot, stamp in rows:
            moved = datetime.fromisoformat(stamp) + YEAR
            catalogue.execute(
                "UPDATE ducklake_snapshot SET snapshot_time = ? WHERE snapshot_id = ?", (moved.isoformat(" "), snapshot)
            )


def times(home: Home) -> list[datetime]:
    """When deliveries and withdrawals were received, in the order of their events."""
    intake = Intake(home)
    received = {one.delivery_id: one.recorded_at for one in intake.deliveries()}
    events = [event for event in Chain(home).events() if event.kind in ("delivery", "withdrawal")]
    return [
        received[event.subject] if event.kind == "delivery" else intake.withdrawals()[event.subject].recorded_at
        for event in events
    ]


@pytest.mark.long
def test_nothing_is_written_while_the_clock_is_behind_the_record(tmp_path: Path) -> None:
    home = created(Home(tmp_path / "home"))
    first = deliver(home, "a")
    run(home, period="2026-06")
    ahead(lambda: Chain(home).append([Note(RUN, "r", {"phase": "begin", "job": "j", "periods": []})]))
    before = [*Chain(home).events()], sorted(home.intake.iterdir())
    # What a run would take in is nothing, and its export writes no table: the clock is looked at all the same.
    for work in (
        lambda: run(home, period="2026-06"),
        lambda: export_database(lake_of(home), tmp_path / "lake.duckdb"),
        lambda: deliver(home, "b"),
        lambda: Intake(home).withdraw(first, "x"),
    ):
        with pytest.raises((ClockError, DeliveryError), match="shuzhang audit clock"):
            work()
    assert not (tmp_path / "lake.duckdb").exists()
    assert ([*Chain(home).events()], sorted(home.intake.iterdir())) == before
    result = shuzhang(home, "rebuild", "--force")
    assert isinstance(result.exception, ClockError)
    assert home.lake.exists()


def test_a_clock_that_was_ahead_is_put_on_record_and_what_follows_is_in_order(tmp_path: Path) -> None:
    home = created(Home(tmp_path / "home"))
    deliver(home, "a")
    with pytest.raises(DeliveryError, match="nothing to put right"):
        put_clock_right(home, "校时", "数据团队")
    tomorrow = (datetime.now(UTC) + YEAR).date().isoformat()
    ahead(lambda: deliver(home, "b", tomorrow))
    ahead(lambda: Intake(home).withdraw(deliver(home, "c"), "x"))
    with pytest.raises(DeliveryError, match="shuzhang audit clock"):
        deliver(home, "d")
    told = shuzhang(home, "audit", "clock", "--reason", "主板电池没电", "--by", "数据团队")
    assert told.exit_code == 0
    event = [*Chain(home).events()][-1]
    first, last = event.number - 3, event.number - 1
    assert f"第 {first} 至 {last} 条事件" in told.output
    assert "3 件交付和撤回" in told.output
    assert "-catalog-" in told.output
    assert tomorrow in told.output
    assert "rebuild" not in told.output
    assert (event.kind, event.body["from_event"], event.body["to_event"]) == (CLOCK, first, last)
    assert event.body["reason"] == "主板电池没电"
    deliver(home, "d")
    assert times(home) == sorted(times(home))
    assert max(times(home)) <= datetime.now(UTC)
    assert catch_up(home) == 0
    run(home, period="2026-06")
    assert one(home, "SELECT max(recorded_at) FROM landing.delivery") <= datetime.now(UTC)
    found = audit(lake_of(home))
    assert found.faults == ()
    assert [note for note in found.notes if "主板电池没电" in note]
    with pytest.raises(DeliveryError, match="nothing to put right"):
        put_clock_right(home, "再次", "数据团队")


@pytest.mark.long
def test_a_lake_with_snapshots_of_a_time_to_come_is_built_anew(tmp_path: Path) -> None:
    home = created(Home(tmp_path / "home"))
    deliver(home, "a")
    run_ahead(home)
    told = shuzhang(home, "audit", "clock", "--reason", "误设年份", "--by", "数据团队")
    assert "shuzhang rebuild --force" in told.output
    deliver(home, "b")
    failed = run(home, period="2026-06")
    assert "shuzhang rebuild --force" in failed.problems[0]
    assert shuzhang(home, "rebuild", "--force").exit_code == 0
    lake_of.cache_clear()
    now = datetime.now(UTC)
    snapshots = ask(home, "SELECT snapshot_time FROM lake.snapshots() ORDER BY snapshot_id")
    assert snapshots == sorted(snapshots)
    assert snapshots[-1][0] <= now
    assert one(home, "SELECT max(committed_at) FROM audit.materialization") <= now
    assert one(home, "SELECT count(*) FROM catalog.resource") == 2
    assert audit(lake_of(home)).faults == ()
    assert run(home, period="2026-06").problems == ()
