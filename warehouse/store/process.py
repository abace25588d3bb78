"""Which process does a run, said so that another process can tell later whether it still lives.

Does not belong here: what becomes of a run whose process is gone (`pipelines/reaper.py`).
"""

import os
from pathlib import Path

#: The run tag that carries a mark.
PROCESS_TAG = "shuzhang/process"

_PROC = Path("/proc")
_BOOT = _PROC / "sys" / "kernel" / "random" / "boot_id"


def mark(run_id: str) -> str:
    """This process as one that does `run_id`: run, boot, process id and its start in clock ticks after the boot.

    The start tells a process from a later one that got its number, and no clock takes part that can be set. The run is named
    since Dagster copies a run's tags to the run that repeats it. Empty where the system has no `/proc`.
    """
    start = _start(os.getpid())
    return f"{run_id} {_BOOT.read_text().strip()} {os.getpid()} {start}" if start else ""


def is_gone(mark: str) -> bool:
    """Whether the process of a mark is known to have ended; a mark that says nothing is not known to."""
    parts = mark.split()
    if len(parts) != 4 or not _BOOT.is_file():
        return False
    _, boot, pid, start = parts
    return boot != _BOOT.read_text().strip() or _start(int(pid)) != start


def marks(mark: str, run_id: str) -> bool:
    """Whether a mark was made for this run."""
    return mark.partition(" ")[0] == run_id


def _start(pid: int) -> str | None:
    """Field `starttime` of proc(5) stat; None where there is no such process, or only its exit status is left to fetch."""
    try:
        # The name in parentheses may itself hold spaces and parentheses.
        fields = (_PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]
