"""The whole pipeline, deliver and run: 1,000, 10,000 or 100,000 resources, seconds and peak memory by step.

Floors: for `deliver`, hashing the files and copying them; for `landing`, DuckDB's own CSV reader over the files and then the stage's
models; for the others, the stage's models run bare, their inputs and outputs in memory: no keys checked, nothing kept.
"""

import hashlib
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.deliveries import write_deliveries
from benchmarks.measure import Result, main, measured
from pipelines.instance import open_instance
from pipelines.run import run as run_pipeline
from warehouse.building.build import parameters
from warehouse.intake.deliveries import Intake, find_manifests, read_manifest
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.tables.quoting import literal
from warehouse.tables.table import STAGES

RESOURCES = {"small": 1_000, "medium": 10_000, "large": 100_000}


class _Memory:
    """Resident memory of this process, looked at every few milliseconds (Linux)."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, int]] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "_Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            self.seen.append((time.time(), pages * 4096))

    def peak_mb(self, start: float, end: float) -> float:
        """The most that was seen between two times, in MiB."""
        # A step that is shorter than a look shares the look that follows.
        within = [size for at, size in self.seen if start <= at <= end + 0.05]
        return round(max(within, default=0) / (1 << 20), 1)


def run(size: str) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as name, _Memory() as memory:
        folder, home = Path(name) / "deliveries", Home(Path(name) / "home")
        records = write_deliveries(folder, RESOURCES[size])
        copied = _seconds(lambda: _copy(folder, Path(name) / "copy"))
        start = time.time()
        deliver(home, folder)
        took = time.time() - start
        yield _at(measured("deliver", size, took, floor=copied, records=records), memory, start, start + took)
        start = time.time()
        outcome = run_pipeline(home)
        took = time.time() - start
        if outcome.run_id is None or outcome.problems:
            raise AssertionError(outcome)
        with open_instance(home) as instance:
            steps = [
                (s.step_key, s.start_time or 0, s.end_time or 0) for s in instance.get_run_step_stats(outcome.run_id)
            ]
        floors = _floors(home, folder, outcome.period)
        for step, begun, ended in sorted(steps, key=lambda step: step[1]):
            result = measured(f"run: {step}", size, ended - begun, floor=floors.get(step), records=RESOURCES[size])
            yield _at(result, memory, begun, ended)
        result = measured("run", size, took, floor=sum(floors.values()), records=RESOURCES[size])
        yield _at(result, memory, start, start + took)


def deliver(home: Home, folder: Path) -> None:
    """Deliver a folder of delivery folders, as the command line does."""
    intake = Intake(home.create())
    known = intake.known()
    for manifest in map(read_manifest, find_manifests(folder)):
        intake.receive(manifest.delivery(intake), sequence_given=False, known=known)


def _at(result: Result, memory: _Memory, start: float, end: float) -> Result:
    return replace(result, peak_rss_mb=memory.peak_mb(start, end))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _copy(folder: Path, target: Path) -> None:
    for file in folder.rglob("*.csv"):
        hashlib.sha256(file.read_bytes())
    shutil.copytree(folder, target)


def _floors(home: Home, folder: Path, period: str) -> dict[str, float]:
    """Seconds of the bare work of each step."""
    lake = Lake(home)
    floors: dict[str, float] = {}
    connection = lake.attach(read_only=True)
    try:
        connection.execute("USE memory")
        for stage in STAGES:
            connection.execute(f"CREATE SCHEMA memory.{stage}")
        for table in lake.tables.values():
            connection.execute(f"CREATE TABLE memory.{table.qualified} AS SELECT * FROM lake.{table.qualified}")
        start = time.perf_counter()
        for kind in sorted({file.name for file in folder.rglob("*.csv")}):
            pattern = literal(f"{folder}/*/{kind}")
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE read AS SELECT * FROM read_csv({pattern}, all_varchar => true, header => true)"
            )
        floors["landing"] = time.perf_counter() - start
        for table in lake.tables.derived:
            step = f"{table.stage}_by_period" if table.partition and table.stage != "report" else table.stage
            start = time.perf_counter()
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE built AS {table.model}", parameters(str(table.model), period)
            )
            floors[step] = floors.get(step, 0.0) + time.perf_counter() - start
    finally:
        connection.close()
    return floors


if __name__ == "__main__":
    main(__doc__, run)
