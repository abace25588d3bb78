"""`shuzhang held`, `release`, `refuse`: what the guard holds, and a person's decisions on it.

Belongs here: the commands and how they look. Does not belong here: what is held (`warehouse/intake/guard.py`).
"""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from pipelines.misuse import MisuseError
from readers.policy.files import load
from warehouse.asking.query import Answer
from warehouse.intake.deliveries import Intake
from warehouse.intake.guard import Held, decide
from warehouse.intake.guard import held as held_deliveries
from warehouse.store.lake import Lake
from warehouse.store.on_record import reading_on_record

_SHOWN = 5

DeliveryArgument = Annotated[str, typer.Argument(help="交付标识 / delivery")]
ReasonOption = Annotated[str, typer.Option(help="理由 / why")]
ByOption = Annotated[str, typer.Option("--by", help="决定的单位或岗位，不填个人姓名 / office or post that decides")]


def held(
    delivery: Annotated[
        str | None,
        typer.Argument(help="只看一次交付，列出全部将删除的记录 / one delivery, with all that it would delete"),
    ] = None,
    output: Annotated[console.Format, typer.Option("--format", help="输出格式 / output format")] = console.Format.TABLE,
    home: HomeOption = None,
) -> None:
    """被搁置的交付：将删除什么、上限、是否已被取代 / held deliveries: what they would delete, the limit, what superseded them."""
    target = opened(home)
    if delivery:
        Intake(target).must_have(delivery)
    with reading_on_record(Lake(target)) as connection:
        found = held_deliveries(connection, delivery)
    if output is not console.Format.TABLE:
        console.show(_rows(found), output)
        return
    for one in found:
        console.say(f"{one.deliverer_code} {one.kind} {one.delivery_date} {one.delivery_id}\n  {one.reason}")
        shown = one.titles if delivery else one.titles[:_SHOWN]
        for title in shown:
            console.say(f"  - {title}")
        if more := len(one.titles) - len(shown):
            console.say(f"  … 另 {more} 条 / {more} more: shuzhang held {one.delivery_id}")
    console.say(f"{len(found)} 次交付被搁置 / deliveries held")


def _rows(found: list[Held]) -> Answer:
    names = [name for name in Held.__dataclass_fields__ if name != "titles"]
    return Answer(
        [*names, "titles"], [(*(getattr(one, name) for name in names), "; ".join(one.titles)) for one in found]
    )


def release(
    delivery: DeliveryArgument, reason: ReasonOption, by: ByOption = "数据团队", home: HomeOption = None
) -> None:
    """放行被搁置的交付 / let a held delivery pass."""
    _decide("release", delivery, reason, by, home)
    console.say(f"{delivery}: 已放行，下次运行生效 / released; the next run takes it in")


def refuse(
    delivery: DeliveryArgument, reason: ReasonOption, by: ByOption = "数据团队", home: HomeOption = None
) -> None:
    """退回被搁置的交付 / refuse a held delivery."""
    _decide("refuse", delivery, reason, by, home)
    console.say(f"{delivery}: 已退回，下次运行生效 / refused; the next run leaves it out")


def _decide(decision: str, delivery: str, reason: str, by: str, home: Path | None) -> None:
    if not reason.strip() or not by.strip():
        raise MisuseError("--reason and --by must not be empty 理由和决定单位不能为空")
    target = opened(home)
    Intake(target).must_have(delivery)
    decide(Lake(target), load(target.policy), delivery, decision, reason, by)
