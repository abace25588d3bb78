"""What all benchmarks share: options, timing, peak memory, and how results are printed.

Does not belong here: what is measured.
"""

import argparse
import json
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection

SIZES = ("small", "medium", "large")
#: Work that takes longer than this is not repeated.
_ONCE_SECONDS = 60.0


@dataclass(frozen=True)
class Result:
    """One figure: seconds of the work (median), of its floor and of its peers; peak resident memory of the process tree."""

    name: str
    size: str
    seconds: float
    floor_seconds: float | None
    ratio: float | None
    records_per_second: float | None
    peak_rss_mb: float
    peers: dict[str, float] = field(default_factory=dict)


def measured(
    name: str,
    size: str,
    seconds: float,
    *,
    floor: float | None = None,
    records: int | None = None,
    peers: dict[str, float] | None = None,
    peak_mb: float | None = None,
) -> Result:
    """A result with its ratio and rate reckoned; memory is what the process and its children have needed at most so far."""
    return Result(
        name=name,
        size=size,
        seconds=round(seconds, 4),
        floor_seconds=None if floor is None else round(floor, 4),
        ratio=None if not floor else round(seconds / floor, 2),
        records_per_second=None if records is None or not seconds else round(records / seconds),
        peak_rss_mb=round(peak_rss_mb() if peak_mb is None else peak_mb, 1),
        peers={peer: round(value, 4) for peer, value in (peers or {}).items()},
    )


def median_seconds(work: Callable[[], object], *, times: int = 3) -> float:
    """The median of several runs, or the time of one that takes more than a minute."""
    taken: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
        if taken[0] > _ONCE_SECONDS:
            break
    return statistics.median(taken)


def apart(work: Callable[..., object], *arguments: object) -> tuple[float, float]:
    """Seconds and peak MiB of `work` in a process of its own, so that no earlier work counts; it must be importable."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_told, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    finally:
        process.join()


def _told(to: Connection, work: Callable[..., object], arguments: Sequence[object]) -> None:
    start = time.perf_counter()
    work(*arguments)
    to.send((time.perf_counter() - start, peak_rss_mb()))


def peak_rss_mb() -> float:
    """Peak resident memory of this process and of its largest child so far, in MiB (Linux counts in KiB, macOS in bytes)."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / unit


def main(
    description: str | None, run: Callable[[str], Iterable[Result]], arguments: Sequence[str] | None = None
) -> None:
    """Command line of a benchmark: `run` takes the size and gives results, which are printed as they come, or as JSON."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    options = parser.parse_args(arguments)
    results = []
    for result in run(options.size):
        results.append(asdict(result))
        if not options.json:
            _print(result)
    if options.json:
        json.dump(results, sys.stdout, indent=1, ensure_ascii=False)
        sys.stdout.write("\n")


def _print(result: Result) -> None:
    floor = "" if result.floor_seconds is None else f"  floor {result.floor_seconds:.3f} s  ratio {result.ratio}"
    rate = "" if result.records_per_second is None else f"  {result.records_per_second:,} records/s"
    peers = "".join(f"  {name} {seconds:.3f} s" for name, seconds in result.peers.items())
    sys.stdout.write(
        f"{result.name} [{result.size}]: {result.seconds:.3f} s{floor}{rate}  {result.peak_rss_mb:.0f} MiB{peers}\n"
    )
    sys.stdout.flush()
