"""Months of units closed and opened again, once nothing of the month is stale.

Does not belong here: what a closing says (`warehouse/intake/closing.py`).
"""

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pipelines.instance import shown_periods
from pipelines.plan import plan
from readers.near import near
from readers.policy.files import PolicySet
from warehouse import queries
from warehouse.building.removal import built_periods, no_such_period
from warehouse.intake.closing import KIND, file_name, put_closing
from warehouse.intake.deliveries import Delivery, DeliveryError, Intake
from warehouse.intake.ingest import pending
from warehouse.intake.own_delivery import label
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.store.on_record import reading_on_record
from warehouse.tables.own_forms import home_policy
from warehouse.tables.periods import following


@dataclass(frozen=True)
class UnitPeriod:
    """A month of a unit, with its cards in it. decider_name, reason: of the closing, None while it is open. is_whole, is_in_order:
    whether it holds."""

    period: str
    holder_code: str
    card_count: int
    decider_name: str | None
    reason: str | None
    is_whole: bool | None
    is_in_order: bool | None

    @property
    def is_closed(self) -> bool:
        return bool(self.is_whole and self.is_in_order)


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
        DeliveryError: the month is yet to come or was never run, what it would say is stale, it is decided already and waits for a run,
            no such unit is there, there is nothing to do, or it would close before one that is open, or open before one that is closed.
    """
    lake, policy = Lake(home), home_policy(home.policy)
    today = datetime.now(UTC).astimezone().date()
    if is_closed and period > f"{today:%Y-%m}":
        raise DeliveryError(f"{period}: 该月尚未到，不能结账 / the month has not begun, so it cannot be closed")
    if period not in (built := built_periods(lake)):
        if period in shown_periods(home):
            raise DeliveryError(
                f"{period}: 该期间只有 Dagster 知道，尚未生成，先运行 / only Dagster knows it, nothing was built of it: run it first: "
                f"shuzhang run --period {period}"
            )
        raise no_such_period(period, built)
    known = unit_periods(lake)
    of_month = {one.holder_code: one for one in known if one.period == period}
    if unknown := sorted(set(units) - set(of_month)):
        raise DeliveryError(
            f"--unit {unknown[0]}: {period} 没有这个单位 / no such unit in {period}{near(unknown[0], of_month, listed=False)}"
        )
    chosen = [one for code, one in of_month.items() if (not units or code in units) and one.is_closed != is_closed]
    _demand_undecided(lake, policy, period, chosen, is_closed=is_closed)
    if is_closed and (stale := plan(lake, policy, period, ()).assets):
        raise DeliveryError(
            f"{period}: 有 {len(stale)} 张表过期，先运行再结账 / {len(stale)} tables are stale: run it before it is closed: "
            f"shuzhang run --period {period}"
        )
    if not chosen:
        raise DeliveryError(f"{period}: {'已经结账 / closed already' if is_closed else '没有结账 / not closed'}")
    for one in chosen:
        demand_order(one, sorted(k.period for k in known if k.holder_code == one.holder_code and k.is_closed))
    codes = [one.holder_code for one in chosen]
    put_closing(lake, policy.on(today), period, codes, is_closed=is_closed, reason=reason, by=by)
    return chosen


def standing_closings(home: Home, period: str) -> list[str]:
    """The deliveries by which a month was closed or opened and that were not withdrawn."""
    intake = Intake(home)
    withdrawn = intake.withdrawals()
    return [one.delivery_id for one in _on(period, intake.deliveries()) if one.delivery_id not in withdrawn]


def _on(period: str, deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Of deliveries those that decide on a month."""
    return [
        delivery
        for delivery in deliveries
        if delivery.kind == KIND and any(file.name == file_name(period) for file in delivery.files)
    ]


def _demand_undecided(
    lake: Lake, policy: PolicySet, period: str, chosen: Collection[UnitPeriod], *, is_closed: bool
) -> None:
    """Refuse what is decided already and waits for a run, and to close a month, or do nothing, while any decision on it waits.

    Args:
        chosen: the months of units that are to be decided on.

    Raises:
        DeliveryError: it waits.
    """
    waiting = _on(period, pending(lake, policy, ()).deliveries)
    if not waiting:
        return
    said: dict[str, str] = {}
    for file in (file for delivery in waiting for file in delivery.files):
        with lake.home.blob(file.sha256).open(encoding="utf-8", newline="") as rows:
            said |= {row["holder_code"]: row["period_state"] for row in csv.DictReader(rows)}
    state = label(policy.on(date.max), "period_state", "closed" if is_closed else "open")
    if chosen and all(said.get(one.holder_code) == state for one in chosen):
        word = "已决定结账 / closing it is decided" if is_closed else "已决定重新打开 / opening it is decided"
    elif is_closed:
        word = "尚不能结账 / it cannot be closed yet"
    elif not chosen:
        word = "没有结账 / not closed"
    else:
        return
    named = [one.delivery_id for one in waiting]
    raise DeliveryError(
        f"{period}: {word}；该月有待运行的决定 {'、'.join(named)}：先运行 shuzhang run --period {period}，或用 shuzhang withdraw "
        f"{named[-1]} --reason … 撤回 / a decision on this month waits for a run: run it, or take it back by `shuzhang withdraw`"
    )


def demand_order(one: UnitPeriod, closed: list[str]) -> None:
    """Refuse to close a month that does not follow the last closed one, or to open one that is not the last.

    Args:
        closed: the months of the unit that are closed, in their order.

    Raises:
        DeliveryError: it is one of these.
    """
    if not closed:
        return
    at = f"{one.period} {one.holder_code}"
    if one.is_closed and one.period != closed[-1]:
        raise DeliveryError(
            f"{at}: 之后的 {closed[-1]} 已经结账，先重新打开之后的月份 / {closed[-1]} after it is closed: open the later months first"
        )
    if not one.is_closed and one.period != (due := following(closed[-1])):
        raise DeliveryError(
            f"{at}: 按月依次结账，该单位最后结账的月份是 {closed[-1]}，下一个是 {due} / months close in order: "
            f"the unit closed {closed[-1]} last, the next is {due}"
        )
