"""Peers that the project does not depend on: run in an environment of their own, which is installed from the network on first use.

Does not belong here: what a peer is asked.
"""

import subprocess
import sys
from pathlib import Path

_SECONDS = 900


def seconds_aside(package: str, script: str, *, given: str = "") -> float | None:
    """What a script prints last, a number of seconds; None, and a word of it, where the package does not install or the script fails."""
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "run", "--no-project", "--quiet", "--with", package, "python", "-c", script]
    try:
        done = subprocess.run(  # noqa: S603 - a command of ours
            command, input=given, capture_output=True, text=True, timeout=_SECONDS, check=True
        )
        return float(done.stdout.split()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        print(f"{package} was not run: {type(error).__name__}", file=sys.stderr)
        return None
