"""Fault points: named places at which a test has this process die, as a power cut would. Off unless SHUZHANG_FAULT names one.

The points are `commit.before`, `commit.inside` and `commit.after` (place: the step that commits), `file.inside` and `file.after`
(place: `blob`, `intake`, `receipt`, `report`, `export`, `policy`, `key`,
`catalogue`, `aside`, `edition`, `replaced`), and `file.struck` (place: the table whose files
were owed). Does not belong here: what a crash must leave behind, which is what tests/integration/test_crash.py says.
"""

import os
import signal

#: `<point>` or `<point>:<place>`, for example `commit.inside:landing`.
VARIABLE = "SHUZHANG_FAULT"


def reach(point: str, place: str = "") -> None:
    """Die here by SIGKILL, if SHUZHANG_FAULT names this point, at any place or at this one."""
    wanted = os.environ.get(VARIABLE)
    if wanted and wanted in (point, f"{point}:{place}"):
        os.kill(os.getpid(), signal.SIGKILL)
