"""Case after case in a process of its own, so that one that ends the process or never ends is a finding like any other.

Case N of a seed is always the same. A finding is kept with its bytes; of those that break in the same way the first.
Does not belong here: what must hold of a reading (`oracle.py`).
"""

import hashlib
import logging
import math
import multiprocessing
import random
import resource
import time
import traceback
from collections.abc import Callable
from multiprocessing.sharedctypes import SynchronizedArray
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.fuzz.mutations import damaged
from tests.fuzz.seeds import Seed, seeds

#: A case may take so long, and the process that reads it so much address space.
CASE_SECONDS = 60.0
MEMORY_BYTES = 6 << 30
_OTHER_KIND = 0.03

Check = Callable[[Path, str], str]
_PROCESSES = multiprocessing.get_context("spawn")


class Finding(NamedTuple):
    """A case that broke a law, what happened, and what findings that break in the same way have in common."""

    case: Seed
    problem: str
    way: str

    def keep(self, folder: Path) -> None:
        """Keep its bytes, and beside them what happened and how to see it again."""
        kept = folder / f"{hashlib.sha256(self.way.encode()).hexdigest()[:12]}.bin"
        if kept.exists():
            return
        folder.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(self.case.data)
        again = f"python -m tests.fuzz --read {kept} --kind {self.case.kind}"
        kept.with_suffix(".txt").write_text(f"{again}\n{self.case.name}\n\n{self.problem}\n", "utf-8")


def case(seed: int, number: int) -> Seed:
    """The case of a number: a damaged file, under the name of the whole one."""
    chance = random.Random(f"{seed}:{number}")  # noqa: S311
    whole = chance.choice(seeds())
    kind = chance.choice(("catalog", "costs", "organisations")) if chance.random() < _OTHER_KIND else whole.kind
    return Seed(whole.name, kind, damaged(chance, whole.data, [other.data for other in seeds()]))


def try_case(seed: int, number: int, file: Path, check: Check) -> str | Finding:
    """Read a case; returns what came of it: a rule or a format, or a finding if a law was broken."""
    made = case(seed, number)
    file.write_bytes(made.data)
    try:
        return check(file, made.kind)
    except Exception as error:  # whatever a reader lets out
        frame = traceback.extract_tb(error.__traceback__)[-1]
        way = f"{type(error).__name__} {frame.filename} {frame.name} {frame.line}"
        return Finding(made, traceback.format_exc().rstrip(), way)


def campaign(
    seed: int,
    seconds: float,
    folder: Path,
    check: Check,
    *,
    cases: float = math.inf,
    case_seconds: float = CASE_SECONDS,
) -> int:
    """Cases 0, 1, 2 … of a seed for so many seconds, or so many cases; returns how many. Findings are kept in the folder."""
    deadline = time.monotonic() + seconds
    number = 0
    with TemporaryDirectory() as name:
        file = Path(name) / "case.bin"
        while number < cases and time.monotonic() < deadline:
            progress = _PROCESSES.Array("d", [number, math.inf])
            worker = _PROCESSES.Process(target=_work, args=(seed, file, folder, check, progress), daemon=True)
            worker.start()
            problem = ""
            while not problem and progress[0] < cases and time.monotonic() < deadline:
                worker.join(0.05)
                if worker.exitcode is not None:
                    problem = f"the process ended with {worker.exitcode}"
                elif time.monotonic() - progress[1] > case_seconds:
                    problem = f"no end after {case_seconds} seconds"
            worker.kill()
            worker.join()
            number = int(progress[0])
            if problem:
                made = case(seed, number)
                Finding(made, problem, f"{problem} {made.name}").keep(folder)
                number += 1
    return number


def _work(seed: int, file: Path, folder: Path, check: Check, progress: "SynchronizedArray[float]") -> None:
    logging.disable()  # libraries tell of every oddity
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    number = int(progress[0])
    while True:
        progress[:] = [number, time.monotonic()]
        found = try_case(seed, number, file, check)
        if isinstance(found, Finding):
            found.keep(folder)
        number += 1
