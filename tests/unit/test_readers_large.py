"""Large catalogues, read in portions by several processes: the records of one reading, its errors, and no process left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from reading import delivered, layout

from readers import records
from readers.catalogues import json_portions, json_workers
from readers.catalogues.json_catalogue import large_dcat_us
from readers.catalogues.json_portions import portion_items, portions
from readers.catalogues.json_workers import Job, LostWorkerError, Worker, read_by_workers
from readers.records import Unreadable, read

pytestmark = pytest.mark.slow

TEXTS = st.text(max_size=6) | st.sampled_from(['"dataset": [', "}, {", "}]}", "a" * 300])
VALUES = st.recursive(
    st.none() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.just("dataset"), inner, max_size=3),
    max_leaves=6,
)
DATASETS = st.lists(
    st.fixed_dictionaries({"identifier": TEXTS}, optional={"title": TEXTS, "x": VALUES, "bureauCode": VALUES}) | VALUES,
    min_size=2,
    max_size=12,
)
AROUND = st.dictionaries(st.sampled_from(["@type", "x", "result", "conformsTo"]) | TEXTS, VALUES, max_size=2)


@pytest.fixture
def in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any catalogue is large, and a portion has a few records."""
    monkeypatch.setattr(records, "LARGE_BYTES", 0)
    monkeypatch.setattr(json_portions, "PORTION_BYTES", 1 << 16)


def whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> pa.Table:
    with monkeypatch.context() as patch:
        patch.setattr(records, "LARGE_BYTES", 1 << 60)
        return pa.Table.from_batches(read(delivered(path), layout("catalog")).batches, records.RECORD_SCHEMA)


def job(path: Path) -> Job:
    large = large_dcat_us(path, [])
    assert large is not None
    catalogue, found = large
    assert len(found) > 4
    return Job(path, "/dataset", catalogue.read, layout("catalog"), found)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(AROUND, DATASETS, AROUND, st.sampled_from([None, 1]), st.sampled_from(["", "\ufeff"]), st.integers(200, 900))
def test_portions_give_the_records_of_the_whole_or_leave_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: dict[str, Any],
    datasets: list[Any],
    after: dict[str, Any],
    indent: int | None,
    mark: str,
    size: int,
) -> None:
    path = tmp_path / "file"
    # Keys may come twice, as no dictionary has them.
    parts = [json.dumps(part, indent=indent)[1:-1] for part in (before, {"dataset": datasets}, after)]
    path.write_text(f"{mark}{{{','.join(filter(None, parts))}}}", "utf-8")
    monkeypatch.setattr(json_portions, "PORTION_BYTES", size)
    large = large_dcat_us(path, [])
    assume(large is not None)
    assert large is not None
    catalogue, found = large
    work = Job(path, "/dataset", catalogue.read, layout("catalog"), found)
    got = [batch for portion in found for batch in work.batches(portion)]
    assert pa.Table.from_batches(got, records.RECORD_SCHEMA) == whole(path, monkeypatch)


@pytest.fixture
def real(real_data: Path) -> Path:
    """A catalogue of several portions."""
    return real_data / "us-state-county-dcatus" / "01c-02_20220417.json"


@pytest.mark.parametrize("indent", [None, 2])
def test_portions_of_a_real_catalogue_are_found(
    real: Path, tmp_path: Path, in_portions: None, indent: int | None
) -> None:
    path = tmp_path / "file"
    datasets = json.loads(real.read_text("utf-8"))["dataset"]
    path.write_text(json.dumps({"@type": "dcat:Catalog", "dataset": datasets, "x": [1]}, indent=indent), "utf-8")
    found = portions(path, "dataset")
    assert found is not None
    assert len(found) >= path.stat().st_size // json_portions.PORTION_BYTES
    texts = [json.loads(bytes(item.data)) for portion in found for item in portion_items(path, portion, "")]
    assert texts == datasets


@pytest.mark.usefixtures("in_portions")
def test_processes_give_the_records_of_one(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = read(delivered(real), layout("catalog"))
    assert (reading.format, reading.encoding) == ("dcat_us", "utf-8")
    assert pa.Table.from_batches(reading.batches) == whole(real, monkeypatch)


@pytest.mark.usefixtures("in_portions")
def test_what_is_unreadable_far_into_the_file_is_told_as_by_one_process(
    real: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, data = tmp_path / "file", real.read_bytes()
    at = data.rindex(b'"title"')
    path.write_bytes(data[: at + 12] + b"\xff" + data[at + 13 :])
    told = []
    for size in (0, 1 << 60):
        monkeypatch.setattr(records, "LARGE_BYTES", size)
        with pytest.raises(Unreadable) as caught:
            list(read(delivered(path), layout("catalog")).batches)
        told.append((caught.value.rule, caught.value.place, str(caught.value)))
    assert told[0] == told[1]
    assert told[0][1].startswith("/dataset/")


@pytest.mark.usefixtures("in_portions")
def test_a_broken_reader_is_told_as_by_one_process(real: Path) -> None:
    work = job(real)
    broken = Job(work.path, work.pointer, partial(map, itemgetter("x")), work.layout, work.portions)
    with pytest.raises(TypeError, match="indices must be integers"):
        list(read_by_workers(broken))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that are started."""
    kept: list[subprocess.Popen[bytes]] = []

    def started() -> Worker:
        worker = Worker()
        kept.append(worker.process)
        return worker

    monkeypatch.setattr(json_workers, "Worker", started)
    return kept


@pytest.mark.usefixtures("in_portions")
def test_a_killed_process_is_told(real: Path, started: list[subprocess.Popen[bytes]]) -> None:
    batches = read_by_workers(job(real), 2)
    next(batches)
    started[1].kill()
    with pytest.raises(LostWorkerError, match="SIGKILL"):
        list(batches)
    assert [process.returncode for process in started] == [-signal.SIGKILL] * 2


@pytest.mark.usefixtures("in_portions")
def test_who_stops_reading_leaves_no_process(real: Path, started: list[subprocess.Popen[bytes]]) -> None:
    batches = read_by_workers(job(real), 2)
    next(batches)
    del batches
    assert all(process.returncode is not None for process in started)


_PARENT = """
import sys, time
sys.path.insert(0, {tests!r})
from pathlib import Path
from readers.catalogues import json_portions, json_workers
from test_readers_large import job
json_portions.PORTION_BYTES = 1 << 16
kept = []
start = json_workers.Worker
json_workers.Worker = lambda: kept.append(start()) or kept[-1]
batches = json_workers.read_by_workers(job(Path(sys.argv[1])), 2)
next(batches)
print(*(worker.process.pid for worker in kept), flush=True)
time.sleep(600)
"""


def test_a_killed_parent_leaves_no_process(real: Path) -> None:
    script = _PARENT.format(tests=str(Path(__file__).parent))
    command = [sys.executable, "-c", script, real]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:  # noqa: S603
        assert parent.stdout
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.kill()
    for pid in pids:
        while _lives(pid):
            time.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (ProcessLookupError, FileNotFoundError):
        return False
