"""A clock that was ahead, put right: on record are the events that have times which had not come, why, and who says so.

Times on record never go backwards, so that a clock which was ahead would lock the home until that date. What is put on record here is the
one way out: a file of the intake and an event of the chain, after which times go by the clock again. What was received meanwhile counts
as received by then at the latest; its own file stays as it was written. Snapshots of the lake cannot be dated anew: with some of a time to
come it is built anew from the kept bytes (`pipelines/rebuild.py`).
Does not belong here: how far behind the clock may be (`warehouse/store/clock.py`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile

from warehouse.intake.deliveries import CLOCK_ENDING, Delivery, DeliveryError, Intake
from warehouse.store.clock import tolerance_of
from warehouse.store.home import Home
from warehouse.store.lake import Lake, last_snapshot_time


@dataclass(frozen=True)
class PutRight:
    """What was put right. latest: the time that was furthest ahead. received: files of the intake that count as received by now.

    dated_ahead: deliveries that stand and are dated on a day to come. is_lake_ahead: whether snapshots of the lake have times to come.
    """

    from_event: int
    to_event: int
    latest: datetime
    received: Sequence[str]
    dated_ahead: Sequence[Delivery]
    is_lake_ahead: bool


def put_clock_right(home: Home, reason: str, by: str) -> PutRight:
    """Put on record that the clock was ahead at the last events, and that times go by it again from now on.

    Args:
        by: the office or post that says so.

    Raises:
        DeliveryError: reason or office is empty, or the clock is not behind the record.
    """
    if not reason.strip() or not by.strip():
        raise DeliveryError("--reason and --by must not be empty 理由和决定单位不能为空")
    intake, lake, now = Intake(home), Lake(home), datetime.now(UTC)
    events = [*lake.chain.events()]
    ahead = [*takewhile(lambda event: datetime.fromisoformat(event.at) > now, reversed(events))]
    latest = max((datetime.fromisoformat(event.at) for event in ahead), default=now)
    if (latest - now).total_seconds() <= tolerance_of(home):
        raise DeliveryError(
            f"{lake.chain.file}: 最近的事件不晚于系统时钟，无须留档；时钟仍走快的，请先校准 / the last event is not ahead of the clock, "
            "so there is nothing to put right; if the clock is still ahead, set it right first"
        )
    received = [
        *(f"{one.delivery_id}.delivery.json" for one in intake.deliveries() if one.recorded_at > now),
        *(f"{one.delivery_id}.withdrawal.json" for one in intake.withdrawals().values() if one.recorded_at > now),
    ]
    span = {"from_event": ahead[-1].number, "to_event": ahead[0].number}
    fields = {"recorded_at": now.isoformat(), "reason": reason, "by": by, "latest": latest.isoformat(), **span}
    text = json.dumps(fields | {"received": received}, ensure_ascii=False, indent=1)
    intake.put(f"{now:%Y%m%dT%H%M%S%fZ}{CLOCK_ENDING}", text)
    withdrawn, today = intake.withdrawals(), now.astimezone().date()
    dated = [d for d in intake.deliveries() if d.delivery_date > today and d.delivery_id not in withdrawn]
    return PutRight(**span, latest=latest, received=received, dated_ahead=dated, is_lake_ahead=_is_ahead(lake, now))


def _is_ahead(lake: Lake, now: datetime) -> bool:
    if not lake.exists:
        return False
    with lake.reading() as connection:
        last = last_snapshot_time(connection)
    return last is not None and last > now
