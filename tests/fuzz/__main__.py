"""`python -m tests.fuzz --seconds 600 FOLDER`: fuzz the readers; findings go to the folder, and the exit code is 1 if there are any.

`python -m tests.fuzz --read FILE --kind KIND`: read one file again.
"""

import argparse
import sys
import time
from pathlib import Path

from tests.fuzz.campaign import campaign
from tests.fuzz.oracle import check


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("folder", type=Path, nargs="?", help="where findings are kept")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument(
        "--seed", type=int, default=time.time_ns(), help="the same cases again; by default others each time"
    )
    parser.add_argument("--read", type=Path, metavar="FILE")
    parser.add_argument("--kind", default="catalog")
    options = parser.parse_args()
    if options.read:
        print(check(options.read, options.kind))
        return 0
    if not options.folder:
        parser.error("a folder for findings is needed")
    before = set(options.folder.glob("*.txt"))
    count = campaign(options.seed, options.seconds, options.folder, check)
    findings = sorted(set(options.folder.glob("*.txt")) - before)
    print(f"seed {options.seed}: {count} cases, {len(findings)} findings")
    for finding in findings:
        print(f"{finding}: {finding.read_text('utf-8').splitlines()[-1]}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
