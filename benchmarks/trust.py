"""What is always on so that figures prove themselves, as a share of deliver and run: 1,000, 10,000 or 100,000 resources.

Each function of the proof is timed where it is called, within the one run that it is a part of: two runs of the same work differ by more
than the proof takes. What is nested is counted once.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

from benchmarks.deliveries import write_deliveries
from benchmarks.measure import Result, main, measured
from benchmarks.run import RESOURCES, deliver
from pipelines.run import run as run_pipeline
from warehouse.building.row_hash import changed_groups, row_hashes
from warehouse.intake.received import catch_up, demand_received
from warehouse.store import run_events
from warehouse.store.chain import Chain, End
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.store.on_record import restore

_PARTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "hashes of the rows": (row_hashes, changed_groups),
    "snapshots compared": (restore,),
    "what was received": (catch_up, demand_received),
    "chain of events": (
        *(Chain.append, Chain._end, End.lines, End.announce, End.add),
        *(Lake._events, Lake._copy_events, run_events.begin, run_events.end),
    ),
}


class _Clock:
    """Seconds by part, of the outermost call alone."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(_PARTS, 0.0)
        self._within = False

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def told(*args: Any, **kwargs: Any) -> Any:
            if self._within:
                return function(*args, **kwargs)
            self._within, start = True, time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self._within = False
                self.seconds[part] += time.perf_counter() - start

        return told


@contextmanager
def _clocked() -> Iterator[_Clock]:
    """The functions are timed wherever a module or a class has them."""
    clock, before = _Clock(), []
    names = ("warehouse", "pipelines", "assets_defs", "benchmarks")
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] in names]
    owners = [*modules, Chain, End, Lake]
    for part, functions in _PARTS.items():
        for function in functions:
            for owner in owners:
                for name in [name for name, value in vars(owner).items() if value is function]:
                    setattr(owner, name, clock.timed(part, function))
                    before.append((owner, name, function))
    try:
        yield clock
    finally:
        for owner, name, function in before:
            setattr(owner, name, function)


def run(size: str) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as name, _clocked() as clock:
        folder, home = Path(name) / "deliveries", Home(Path(name) / "home")
        write_deliveries(folder, RESOURCES[size])
        for work, did in (("deliver", lambda: deliver(home, folder)), ("run", lambda: run_pipeline(home))):
            before = dict(clock.seconds)
            start = time.perf_counter()
            did()
            took = time.perf_counter() - start
            shares = {part: seconds - before[part] for part, seconds in clock.seconds.items()}
            for part, seconds in {**shares, "in all": sum(shares.values())}.items():
                yield measured(f"{work}: {part}", size, seconds, floor=took)


if __name__ == "__main__":
    main(__doc__, run)
