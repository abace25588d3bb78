"""Readers beside a run, writers beside each other, a home that was moved, a disk that is full: with real processes."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.homes import ask, contents, deliver_folder, exit_code, in_process, lake_of, one, run_home
from warehouse.intake.deliveries import Intake
from warehouse.publish.database import export_database
from warehouse.store.disk import FullDiskError, is_full_disk
from warehouse.store.engine import connect
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake
from warehouse.trace.tracer import trace

COMMITS = 10
#: What an analyst asks twice: a sum over a table that the run replaces, and how much of it there is.
QUESTION = (
    "SELECT (SELECT count(*) FROM lake.landing.record), (SELECT count(*) FROM lake.registry.asset_card), "
    "(SELECT sum(closing_cost_cny) FROM lake.report.form_r1)"
)
ANALYST = """
import sys
from pathlib import Path
from tests.integration.test_readers_and_writers import QUESTION, open_as_analyst, open_as_we_do
with (open_as_we_do if sys.argv[1] == "ours" else open_as_analyst)(Path(sys.argv[2])) as connection:
    connection.execute("BEGIN")
    for _ in range(3):
        print(connection.execute(QUESTION).fetchone(), flush=True)
        sys.stdin.readline()
    connection.execute("COMMIT")
    print(connection.execute(QUESTION).fetchone(), flush=True)
"""


def open_as_analyst(root: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB of its own with the lake attached by hand, as docs/analysts.md says."""
    connection = connect()
    connection.execute(
        f"ATTACH 'ducklake:sqlite:{root}/lake/catalog.sqlite' AS lake "
        f"(DATA_PATH '{root}/lake/data/', OVERRIDE_DATA_PATH true, READ_ONLY)"
    )
    return connection


def open_as_we_do(root: Path) -> duckdb.DuckDBPyConnection:
    """A read-only session of ours."""
    return Lake(Home(root)).attach(read_only=True)


def _copy(home: Home, target: Path) -> Home:
    lake_of.cache_clear()
    return Home(shutil.copytree(home.root, target))


def test_open_sessions_of_analysts_do_not_stop_a_run_and_see_one_snapshot(few: Home, tmp_path: Path) -> None:
    home = _copy(few, tmp_path / "home")
    analysts = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", ANALYST, kind, str(home.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind in ("ours", "plain")
    ]
    try:
        before = [_line(analyst) for analyst in analysts]
        for delivery in Intake(home).deliveries():
            if delivery.kind in ("costs", "evidence"):
                Intake(home).withdraw(delivery.delivery_id, "to see the figures move")
        run_home(home)
        for _ in range(2):
            assert [_ask_again(analyst) for analyst in analysts] == before
        after = [_ask_again(analyst) for analyst in analysts]
    finally:
        for analyst in analysts:
            analyst.kill()
            analyst.communicate()
    assert before == [str(ask(few, QUESTION)[0])] * 2
    assert after == [str(ask(home, QUESTION)[0])] * 2
    assert after != before


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line, "the analyst's session broke"
    return line


def _ask_again(process: subprocess.Popen[str]) -> str:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return _line(process)


def _write_often(home: Home, writer: str) -> None:
    lake = Lake(home)
    for number in range(COMMITS):

        def add(connection: duckdb.DuckDBPyConnection, number: int = number) -> None:
            connection.execute(
                "INSERT INTO quality.measure BY NAME SELECT 'test' AS rule_code, 'test' AS subject_kind, "
                "$key AS subject_key, 1 AS numerator, 1 AS denominator, true AS is_passed",
                {"key": f"{writer}{number}"},
            )

        lake.commit(CommitInfo("test", f"{writer}{number}", ""), add)


def test_of_two_writers_at_once_no_commit_is_lost(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    with Lake(home).reading():
        pass  # makes the lake
    writers = [in_process(_write_often, home, name) for name in "ab"]
    for writer in writers:
        writer.join(120)
        assert writer.exitcode == 0
    expected = sorted(f"{name}{number}" for name in "ab" for number in range(COMMITS))
    assert sorted(key for (key,) in ask(home, "SELECT subject_key FROM quality.measure")) == expected
    messages = [m for (m,) in ask(home, "SELECT commit_message FROM lake.snapshots()")]
    assert [m for m in messages if m in expected] != []
    assert sorted(m for m in messages if m in expected) == expected


@pytest.mark.long
def test_a_moved_home_runs_traces_exports_and_is_read(few: Home, tmp_path: Path) -> None:
    expected = contents(few)
    first = _copy(few, tmp_path / "first")
    home = Home(shutil.copytree(first.root, tmp_path / "deeper" / "second"))
    shutil.rmtree(first.root)
    assert run_home(home).run_id is None
    assert contents(home) == expected
    period = one(home, "SELECT max(period) FROM report.form_r1")
    found = trace(
        lake_of(home),
        "report.form_r1",
        {"period": period, "report_kind": "government", "level": "city", "entity_code": "city"},
        verify=True,
    )
    assert found.verified
    counts = export_database(lake_of(home), tmp_path / "lake.duckdb").counts
    assert counts["landing.record"] == len(expected["landing.record"])
    for delivery in Intake(home).deliveries():
        if delivery.kind == "evidence":
            Intake(home).withdraw(delivery.delivery_id, "the register is empty then")
    run_home(home)
    assert one(home, "SELECT count(*) FROM registry.asset_card") == 0
    with open_as_analyst(home.root) as connection:
        assert connection.execute("SELECT count(*) FROM lake.registry.asset_card").fetchall() == [(0,)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(  # noqa: S603
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    lake_of.cache_clear()
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607


def _fill(folder: Path, left: int) -> Path:
    """Leave so many bytes of room on the file system of a folder."""
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(folder).free - left))
    return ballast


def _shuzhang(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("shuzhang")
    return subprocess.run(  # noqa: S603
        [program, *arguments, "--home", str(home.root)], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("left", [0, *(pytest.param(size, marks=pytest.mark.long) for size in (100_000, 1_500_000))])
def test_a_full_disk_is_named_loses_nothing_and_the_next_run_makes_up_for_it(
    few: Home, few_deliveries: Path, small_disk: Path, left: int
) -> None:
    home = Home(small_disk / "home")
    deliver_folder(home, few_deliveries)
    ballast = _fill(small_disk, left)
    failed = _shuzhang(home, "run")
    assert failed.returncode == 1, failed.stderr
    assert str(small_disk) in failed.stderr.replace("\n", "")
    assert "磁盘已满" in failed.stderr
    assert "Traceback" not in failed.stderr
    ballast.unlink()
    run_home(home)
    assert _without_times(home) == _without_times(few)
    assert not [file for file in home.root.rglob(".part-*") if file.is_file()]


@pytest.mark.long
def test_a_delivery_for_which_there_is_no_room_is_refused_whole(few_deliveries: Path, small_disk: Path) -> None:
    home = Home(small_disk / "home").create()
    big = small_disk.parent / "big.csv"
    big.write_bytes(b"x" * 2_000_000)
    ballast = _fill(small_disk, 1_000_000)
    refused = _shuzhang(home, "deliver", str(big), "--from", "A", "--kind", "costs")
    assert refused.returncode == 1
    assert "磁盘已满" in refused.stderr
    assert Intake(home).deliveries() == []
    assert [file for file in home.blobs.rglob("*") if file.is_file()] == []
    ballast.unlink()
    assert _shuzhang(home, "deliver", str(big), "--from", "A", "--kind", "costs").returncode == 0


def _without_times(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """The tables without the times at which the two homes received the deliveries."""
    found = contents(home)
    del found["landing.delivery"]
    return found | {
        "landing.delivery": ask(home, "SELECT * EXCLUDE (recorded_at) FROM landing.delivery ORDER BY delivery_id")
    }


def _write_beyond_the_limit(home: Home) -> None:
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    def add(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(
            "INSERT INTO quality.measure BY NAME SELECT 'test' AS rule_code, 'test' AS subject_kind, "
            "sha256(CAST(range AS VARCHAR)) AS subject_key, 1 AS numerator, 1 AS denominator, true AS is_passed FROM range(50000)"
        )

    with pytest.raises(FullDiskError, match="磁盘已满"):
        Lake(home).commit(CommitInfo("test", "too much", ""), add)


def test_a_file_that_may_not_grow_is_a_full_disk_too(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    with Lake(home).reading():
        pass
    assert exit_code(_write_beyond_the_limit, home) == 0
    assert one(home, "SELECT count(*) FROM quality.measure") == 0


def test_other_errors_are_not_taken_for_a_full_disk() -> None:
    assert not is_full_disk(ValueError("a full moon"))
    assert not is_full_disk(FileNotFoundError(2, "No such file or directory"))
    error = RuntimeError("step failed")
    error.__cause__ = OSError(28, "No space left on device")
    assert is_full_disk(error)
