"""Proving a lake: the sets of rows of its derived tables by their hashes, and seeded rows by deriving them again from the kept bytes.

Belongs here: which rows are drawn, and what came out table by table. Does not belong here: tracing a row (`trace.py`).
"""

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from readers.near import near
from warehouse.store.lake import Lake
from warehouse.store.on_record import RECORD, refuse
from warehouse.tables.quoting import identifier
from warehouse.tables.table import Table
from warehouse.trace.row_set import differing_sets
from warehouse.trace.tracer import Tracer
from warehouse.trace.walk import TraceError

Rows = dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class Proof:
    """What verifying a table's set of rows and `sampled` of its `row_count` rows showed; `failures` has one line a difference,
    `unproven` one a thing that had to be taken as it is stored.
    """

    table: str
    row_count: int
    sampled: int
    failures: tuple[str, ...]
    unproven: tuple[str, ...] = ()


def prove(lake: Lake, *, rows: int, seed: int, tables: Collection[str] = ()) -> Iterator[Proof]:
    """Verify the set of rows and up to `rows` rows of each derived table, or of `tables` alone; the same seed draws the same rows.

    Rows of all tables are proven together (`Tracer.prove`), so nothing is yielded before all are.

    Raises:
        TraceError: one of `tables` has no model, or a row cannot be traced.
        DamagedBlobError: kept bytes are missing or changed.
        NotOnRecordError: a table is not as a commit on record left it.
    """
    derived = {table.qualified: table for table in lake.tables.derived}
    unknown = sorted(set(tables) - set(derived))
    if unknown:
        raise TraceError(f"{unknown[0]}: no derived table 不是推得的表{near(unknown[0], derived)}")
    chosen = [name for name in derived if not tables or name in tables]
    with lake.reading() as connection:
        refuse(lake, connection, [*RECORD, *chosen])
    sets = dict(differing_sets(lake, chosen))
    of_table = {name: row_keys(lake, derived[name]) for name in chosen if not sets.get(name)}
    drawn = {name: _drawn(keys, rows, seed) for name, keys in of_table.items()}
    with Tracer(lake, keep=True) as tracer:
        found = [tracer.prove(together) for together in _by_partition(derived, drawn)]
    for name in chosen:
        if differing := sets.get(name):
            yield Proof(name, 0, 0, tuple(differing))
            continue
        shown = [of[name] for of in found if name in of]
        failures = tuple(line for differences, _ in shown for line in differences)
        unproven = {line for _, lines in shown for line in lines}
        yield Proof(name, len(of_table[name]), len(drawn[name]), failures, tuple(sorted(unproven)))


def _drawn(keys: list[dict[str, str]], rows: int, seed: int) -> list[dict[str, str]]:
    return random.Random(seed).sample(keys, min(rows, len(keys)))  # noqa: S311 - a sample, no secret


def _by_partition(tables: Mapping[str, Table], drawn: Mapping[str, list[dict[str, str]]]) -> list[Rows]:
    """Drawn rows by table, apart for each period; those of tables without one go with the last."""
    parts: dict[str, Rows] = {}
    for name, keys in drawn.items():
        partition = tables[name].partition
        for key in keys:
            parts.setdefault(key[partition] if partition else "", {}).setdefault(name, []).append(key)
    whole = parts.pop("", {})
    last = max(parts, default="")
    return [*(part for name, part in sorted(parts.items()) if name != last), whole | parts.get(last, {})]


def row_keys(lake: Lake, table: Table) -> list[dict[str, str]]:
    """The keys of all rows of a table in their order, values as text."""
    names = ", ".join(f"CAST({identifier(name)} AS VARCHAR)" for name in table.key)
    with lake.reading() as connection:
        rows = connection.execute(f"SELECT {names} FROM {table.qualified} ORDER BY ALL").fetchall()
    return [dict(zip(table.key, row, strict=True)) for row in rows]
