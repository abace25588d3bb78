"""`shuzhang audit verify`, `clock`: is the record itself whole, and that its times were those of a clock that was ahead.

Does not belong here: what is looked at (`warehouse/trace/audit.py`), putting a clock on record (`warehouse/intake/clock_ahead.py`).
"""

import os
from pathlib import Path

import typer

from pipelines.cli import console
from pipelines.cli.guard import ByOption, ReasonOption
from pipelines.cli.home_option import HomeOption, opened
from warehouse.intake.clock_ahead import put_clock_right
from warehouse.store.chain import ANCHOR_VARIABLE
from warehouse.store.home import Home, home_path
from warehouse.store.lake import Lake
from warehouse.trace.audit import audit

audit_app = typer.Typer(no_args_is_help=True, help="核对事件链 / the chain of events")


@audit_app.callback()
def chain() -> None:
    """核对事件链 / the chain of events."""


@audit_app.command()
def verify(home: HomeOption = None) -> None:
    """从头核对事件链，并核对湖和已接收的文件 / follow the chain, and hold the lake and what was received against it."""
    anchor = os.environ.get(ANCHOR_VARIABLE)
    found = audit(Lake(Home(home_path(home))), Path(anchor) if anchor else None)
    for note in found.notes:
        console.say(note)
    for fault in found.faults:
        console.warn(fault)
    if found.faults:
        raise typer.Exit(1)
    console.say(f"{found.events} 个事件，链首 / events, head: {found.head}")
    if anchor is None:
        console.say(
            f"未设 {ANCHOR_VARIABLE}：家目录外没有链首可比 / not set, so no head outside of the home was compared"
        )


@audit_app.command()
def clock(reason: ReasonOption, by: ByOption, home: HomeOption = None) -> None:
    """留档说明系统时钟此前走快，此后按现在的时钟记录 / put on record that the clock was ahead; times go by it again from now on."""
    done = put_clock_right(opened(home), reason, by)
    console.say(
        f"第 {done.from_event} 至 {done.to_event} 条事件的时间尚未到（最晚 {done.latest:%Y-%m-%d %H:%M} UTC），已留档；此后按现在的时钟记录"
        " / these events have times that had not come; that is on record, and times go by the clock from now on"
    )
    if done.received:
        console.say(
            f"其间接收的 {len(done.received)} 件交付和撤回按留档的时间计 / what was received meanwhile counts as received by now"
        )
    for delivery in done.dated_ahead:
        console.warn(
            f"{delivery.delivery_id}: 交付日期 {delivery.delivery_date} 尚未到，到那天之前一直算最近的一次；请用 shuzhang withdraw "
            f"{delivery.delivery_id} --reason … 撤回，以实际日期重新交付 / it is dated on a day to come, and stands over what is "
            "delivered until then: withdraw it, and deliver it again with its day"
        )
    if done.is_lake_ahead:
        console.warn(
            "数据湖的快照带有未来的时间，不能再写入：用 shuzhang rebuild --force 由保存的字节重建 / snapshots of the lake have "
            "times that have not come, so that nothing is written to it: `shuzhang rebuild --force` builds it anew from the kept bytes"
        )
