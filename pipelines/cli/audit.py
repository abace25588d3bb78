"""`shuzhang audit verify`: is the record itself whole?"""

import os
from pathlib import Path

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption
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
