"""A false period taken back: out of the lake, with its published files marked, and out of the partitions that Dagster shows.

Does not belong here: what goes from the lake and how that is on record (`warehouse/building/removal.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.instance import open_instance
from pipelines.partitions import drop_period, known_periods
from warehouse.building.removal import built_periods, no_such_period, remove_period
from warehouse.publish.withdrawn import mark_withdrawn
from warehouse.store.home import Home
from warehouse.store.lake import Lake


@dataclass(frozen=True)
class TakenBack:
    """What went with a period. rows: how many each table lost; none where Dagster alone knew it. notes: beside what was published."""

    rows: Mapping[str, int]
    notes: tuple[Path, ...]


def take_back(home: Home, period: str, reason: str, by: str) -> TakenBack:
    """Take a period back.

    Args:
        by: the office or post that decides.

    Raises:
        NoSuchPeriodError: neither the lake nor Dagster knows it.
        NotOnRecordError: one of its tables is not as a commit on record left it.
    """
    lake = Lake(home)
    with open_instance(home) as instance:
        built, shown = built_periods(lake), known_periods(instance)
        if period not in {*built, *shown}:
            raise no_such_period(period, sorted({*built, *shown}))
        rows = remove_period(lake, period, reason, by) if period in built else {}
        notes = mark_withdrawn(lake)
        drop_period(instance, period)
    return TakenBack(rows, tuple(notes))
