"""The clock of the machine, which may be set back: what is recorded never goes backwards, and a clock too far behind is named.

Does not belong here: how far behind is taken (`clock_back_seconds` of policy/intake_limit.csv).
"""

from collections.abc import Callable
from datetime import UTC, datetime

from readers.limits import intake_limits
from readers.policy.files import load
from warehouse.store.home import Home

#: What a person does about a clock that is behind what is on record.
_MEND = (
    "请先校准时钟；时钟无误而此前走快的，用 shuzhang audit clock --reason … --by … 留档说明",
    "set the clock right first; if it is right and was ahead before, put that on record by `shuzhang audit clock`",
)


class ClockError(Exception):
    """The clock of the machine is behind what is on record; the message names both times and the mend."""


def tolerance_of(home: Home) -> int:
    """By how many seconds the clock may be behind the record of a home."""
    return intake_limits(load(home.policy))["clock_back_seconds"]


def not_before(
    now: datetime, last: datetime | None, tolerance_seconds: Callable[[], int], mend: tuple[str, str] = _MEND
) -> datetime:
    """The time `now`, or `last` where the clock is behind it.

    Args:
        last: the latest time on record, if there is any.
        tolerance_seconds: asked only where the clock is behind.
        mend: what to do about it, in Chinese and English.

    Raises:
        ClockError: it is behind by more than the tolerance.
    """
    if last is None or now >= last:
        return now
    behind, tolerance = (last - now).total_seconds(), tolerance_seconds()
    if behind > tolerance:
        raise ClockError(
            f"{_shown(now)}: 系统时钟早于最近一次记录 {_shown(last)}，相差 {behind:,.0f} 秒，容许 {tolerance} 秒"
            f"（policy/intake_limit.csv 的 clock_back_seconds）；{mend[0]} / the clock is behind the last record by {behind:,.0f} s, "
            f"and {tolerance} s are taken; {mend[1]}"
        )
    return last


def _shown(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(sep=" ", timespec="seconds")
