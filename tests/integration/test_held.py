"""A delivery that would delete too much is held, and a person's decision on it has lineage like everything else."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets_defs.landing import HELD_TAG
from pipelines.cli.app import app
from pipelines.instance import open_instance
from pipelines.run import run
from readers.policy.files import load
from tests.homes import ask, deliver_files, lake_of, one, take_in
from warehouse.intake.deliveries import DeliveryError, Intake
from warehouse.intake.guard import GuardError, decide, refusal, undecided, withdraw
from warehouse.intake.ingest import pending
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo
from warehouse.store.owed import RECEIPTS_OF, owed
from warehouse.trace.tracer import trace

INFO = CommitInfo("test", "test", "run")
STATUSES = "SELECT delivery_id, status FROM landing.delivery WHERE kind = 'catalog'"
TITLES = [f"目录{n}" for n in range(3, 10)]
KEYS = "SELECT record_key FROM landing.current_record WHERE kind = 'catalog' ORDER BY ALL"


def _take_in(home: Home, *deliverers: str) -> None:
    take_in(home, *deliverers, info=INFO)


def _deliver(home: Home, folder: Path, day: str, numbers: range) -> str:
    file = folder / "data.json"
    datasets = [{"identifier": f"n-{n}", "title": f"目录{n}"} for n in numbers]
    file.write_text(json.dumps({"day": day, "dataset": datasets}, ensure_ascii=False), "utf-8")
    return deliver_files(home, [file], "A", "catalog", day)


def _command(home: Home, *arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments, "--home", str(home.root)])
    assert result.exit_code == 0, result.output
    return result.output


def _lines(home: Home) -> list[str]:
    with lake_of(home).reading() as connection:
        return undecided(connection)


def test_a_run_that_holds_a_delivery_says_so_where_runs_are_listed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    _deliver(home, tmp_path, "2026-01-01", range(10))
    _deliver(home, tmp_path, "2026-01-02", range(3))
    run(home, job="ingest")
    with open_instance(home) as instance:
        (record,) = instance.get_run_records()
    assert record.dagster_run.tags[HELD_TAG] == "1"


def test_a_held_delivery_waits_for_a_decision_that_is_traced_to_its_bytes(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    first = _deliver(home, tmp_path, "2026-01-01", range(10))
    second = _deliver(home, tmp_path, "2026-01-02", range(3))
    _take_in(home)
    assert dict(ask(home, STATUSES)) == {first: "accepted", second: "held"}
    assert len(ask(home, KEYS)) == 10
    (line,) = _lines(home)
    assert f"A {second}" in line
    assert "deletes 7 of the 10 records that stood (70.00 %), limit 20.00 %" in line
    document = json.loads(_command(home, "held", "--format", "json"))
    figures = ("delivery_id", "deleted_count", "limit_share", "titles")
    assert [[row[name] for name in figures] for row in document] == [[second, 7, "0.2000", "; ".join(TITLES)]]
    assert "另 2 条" in _command(home, "held")
    assert all(title in _command(home, "held", second) for title in TITLES)
    assert trace(lake_of(home), "landing.delivery_guard", {"delivery_id": second}, verify=True).verified
    before = home.root / "owed"
    for note in before.iterdir():
        note.unlink()

    lake, policy = lake_of(home), load(home.policy)
    with pytest.raises(DeliveryError, match="its status is accepted"):
        decide(lake, policy, first, "release", "why", "office")
    with pytest.raises(DeliveryError, match="no such delivery"):
        decide(lake, policy, "nothing", "refuse", "why", "office")
    _command(home, "refuse", second, "--reason", "文件不全", "--by", "数据局")
    # The operator's decisions come with a run for any deliverer.
    assert [d.kind for d in pending(lake, policy, ["B"]).deliveries] == ["decisions"]
    _take_in(home, "B")
    assert dict(ask(home, STATUSES)) == {first: "accepted", second: "refused"}
    assert _lines(home) == []
    assert second in owed(home, RECEIPTS_OF)
    assert one(home, f"SELECT rejected_count FROM landing.delivery_outcome WHERE delivery_id = '{second}'") == 3

    _command(home, "release", second, "--reason", "确已注销")
    _take_in(home)
    assert dict(ask(home, STATUSES)) == {first: "accepted", second: "accepted"}
    assert [row[0] for row in ask(home, KEYS)] == [f"n-{n}" for n in range(3)]
    reason = one(home, f"SELECT status_reason FROM landing.delivery WHERE delivery_id = '{second}'")
    assert reason.startswith("放行 / released: 确已注销")
    found = trace(lake_of(home), "landing.delivery_guard", {"delivery_id": second}, verify=True, limit=100)
    assert found.verified
    assert any("确已注销" in (source["raw"] or "") for source in found.sources)
    assert any("guard_deletion_share" in (source["raw"] or "") for source in found.sources)

    # The decision taken back, the delivery is held again; and where it is late, an earlier one is judged in its place.
    release = max((d for d in Intake(home).deliveries() if d.kind == "decisions"), key=lambda d: d.order)
    refusal = min((d for d in Intake(home).deliveries() if d.kind == "decisions"), key=lambda d: d.order)
    Intake(home).withdraw(release.delivery_id, "mistaken")
    Intake(home).withdraw(refusal.delivery_id, "mistaken")
    late = _deliver(home, tmp_path, "2025-12-31", range(1, 30))
    _take_in(home)
    assert dict(ask(home, STATUSES)) == {late: "accepted", first: "held", second: "held"}


@pytest.mark.long
def test_withdrawing_what_alone_says_something_is_guarded_as_a_full_delivery_is(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    only = _deliver(home, tmp_path, "2026-01-01", range(10))
    _take_in(home)
    lake, policy = lake_of(home), load(home.policy)
    with pytest.raises(GuardError, match=r"takes 10 of the 10 records that stand, limit 20.00 %: not withdrawn"):
        withdraw(lake, policy, only, "错发")
    assert Intake(home).withdrawals() == {}
    # What another delivery says as well is not gone.
    again = _deliver(home, tmp_path, "2026-01-02", range(9))
    _take_in(home)
    withdraw(lake, policy, again, "错发")
    # What was withdrawn a moment ago says nothing any more, though the tables still have it.
    with pytest.raises(GuardError, match="takes 9 of the 9 records"):
        withdraw(lake, policy, only, "错发")
    _take_in(home)
    assert len(ask(home, KEYS)) == 10
    withdraw(lake, policy, only, "错发", force=True)
    _take_in(home)
    assert ask(home, KEYS) == []
    with pytest.raises(DeliveryError, match=r"it was withdrawn \(错发\)"):
        decide(lake, policy, only, "release", "why", "office")


def test_the_same_bytes_after_a_refusal_are_told_so_and_may_be_released(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    first = _deliver(home, tmp_path, "2026-01-01", range(10))
    second = _deliver(home, tmp_path, "2026-01-02", range(3))
    _take_in(home)
    _command(home, "refuse", second, "--reason", "文件不全")
    _take_in(home)
    assert _deliver(home, tmp_path, "2026-01-02", range(3)) == second
    told = refusal(lake_of(home), second)
    assert told is not None
    assert f"shuzhang release {second}" in told
    assert "文件不全" in told
    assert refusal(lake_of(home), first) is None
