"""Months of units closed and opened again, once nothing of the month is stale.

Does not belong here: what a closing says (`warehouse/intake/closing.py`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.plan import plan
from readers.near import near
from readers.policy.files import load
from warehouse import queries
from warehouse.building.removal import built_periods, no_such_period
from warehouse.intake.closing import put_closing
from warehouse.intake.deliveries import DeliveryError
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.store.on_record import reading_on_record


@dataclass(frozen=True)
class UnitPeriod:
    """A month of a unit, with its cards in it. decider_name, reason: of the closing, None while it is open. is_whole: whether it holds."""

    period: str
    holder_code: str
    card_count: int
    decider_name: str | None
    reason: str | None
    is_whole: bool | None

    @property
    def is_closed(self) -> bool:
        return bool(self.is_whole)


def unit_periods(lake: Lake) -> list[UnitPeriod]:
    """The months that the lake has, of all units, in their order."""
    with reading_on_record(lake) as connection:
        rows = connection.execute(queries.text("period_states"), {"periods": built_periods(lake)}).fetchall()
    return [UnitPeriod(*row) for row in rows]


def decide_period(
    home: Home, period: str, units: Collection[str], *, is_closed: bool, reason: str, by: str
) -> list[UnitPeriod]:
    """Close a month of units, or open it again; the next run follows it.

    Args:
        units: none for all of which it is not so already.

    Returns:
        What was closed or opened.

    Raises:
        NoSuchPeriodError: the lake has no such month.
        DeliveryError: what it would say is stale, there is no such unit, or there is nothing to do.
    """
    lake, policy = Lake(home), load(home.policy)
    if period not in (built := built_periods(lake)):
        raise no_such_period(period, built)
    if is_closed and (stale := plan(lake, policy, period, ()).assets):
        raise DeliveryError(
            f"{period}: 有 {len(stale)} 张表过期，先运行再结账 / {len(stale)} tables are stale: run it before it is closed: "
            f"shuzhang run --period {period}"
        )
    of_month = {one.holder_code: one for one in unit_periods(lake) if one.period == period}
    if unknown := sorted(set(units) - set(of_month)):
        raise DeliveryError(
            f"--unit {unknown[0]}: {period} 没有这个单位 / no such unit in {period}{near(unknown[0], of_month, listed=False)}"
        )
    chosen = [one for code, one in of_month.items() if (not units or code in units) and one.is_closed != is_closed]
    if not chosen:
        state = "已经结账 / closed already" if is_closed else "没有结账 / not closed"
        raise DeliveryError(f"{period}: {state}")
    today = datetime.now(UTC).astimezone().date()
    codes = [one.holder_code for one in chosen]
    put_closing(lake, policy.on(today), period, codes, is_closed=is_closed, reason=reason, by=by)
    return chosen
