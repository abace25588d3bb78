"""What the tests of the readers share: the shipped policy, and files read into plain rows."""

import hashlib
import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from readers.policy.files import PolicySet, load
from readers.records import DeliveredFile, Layout, Reading, read

POLICY = Path(__file__).parents[2] / "policy"


class Got(NamedTuple):
    """A record as it was read; `body` and `violations` are decoded, `text` is the body as it stands."""

    pointer: str
    key: str | None
    raw: str
    body: Any
    text: str | None
    violations: Any


@cache
def shipped() -> PolicySet:
    return load(POLICY)


@cache
def layout(kind: str) -> Layout:
    return Layout.of(shipped().on(date.max), kind)


def delivered(path: Path) -> DeliveredFile:
    return DeliveredFile("anything.bin", hashlib.sha256(path.read_bytes()).hexdigest(), path)


def read_all(path: Path, kind: str) -> tuple[Reading, list[Got]]:
    """The reading, with its notes whole, and the records."""
    reading = read(delivered(path), layout(kind))
    got = [
        Got(
            row["source_pointer"],
            row["record_key"],
            row["raw"],
            None if row["body"] is None else json.loads(row["body"]),
            row["body"],
            json.loads(row["violations"] or "[]"),
        )
        for batch in reading.batches
        for row in batch.to_pylist()
    ]
    return reading, got
