"""`shuzhang period list`, `close`, `open`, `remove`: months closed, opened again, and false ones taken back; and what a period that is
given as an option must look like.

Belongs here: the commands and how they are told. Does not belong here: closing (`pipelines/closing.py`) and taking back
(`pipelines/removal.py`).
"""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.guard import ByOption, ReasonOption
from pipelines.cli.home_option import HomeOption, opened
from pipelines.misuse import MisuseError
from warehouse.asking.query import Answer
from warehouse.building.removal import built_periods
from warehouse.store.lake import Lake
from warehouse.tables.periods import is_period, told

period_app = typer.Typer(no_args_is_help=True, help="期间 / periods")


def demand_period(period: str | None) -> None:
    """Refuse an option that is no period.

    Raises:
        MisuseError: it is none.
    """
    if period is not None and not is_period(period):
        raise MisuseError(f"--period {told(period)}")


_PeriodArgument = Annotated[str, typer.Argument(help="期间 / period, YYYY-MM", metavar="YYYY-MM")]
_UnitOption = Annotated[
    list[str] | None, typer.Option("--unit", help="只办这些单位，缺省为全部单位 / these units alone; default: all")
]


@period_app.command("list")
def list_periods(
    output: Annotated[console.Format, typer.Option("--format", help="输出格式 / output format")] = console.Format.TABLE,
    home: HomeOption = None,
) -> None:
    """各月份是否已生成、单位数、已结账的单位数和卡片数 / months: whether they were built, their units, how many of these are closed, and
    their cards."""
    from pipelines.closing import unit_periods  # see `remove`
    from pipelines.instance import shown_periods

    lake = Lake(opened(home))
    built = built_periods(lake)
    # What Dagster alone knows can be taken back too, so it is named.
    months = {period: [0, 0, 0] for period in sorted({*built, *shown_periods(lake.home)})}
    for one in unit_periods(lake):
        counts = months[one.period]
        counts[0] += 1
        counts[1] += one.is_closed
        counts[2] += one.card_count
        if one.is_whole is False:
            console.warn(
                f"{one.period} {one.holder_code}: "
                "结账不完整，不算数，请重新结账 / the closing is not whole: it closes nothing; close it again"
            )
        elif one.is_in_order is False:
            console.warn(
                f"{one.period} {one.holder_code}: "
                "与先结账的月份之间有未结账的月份，不算数 / it closes nothing while a month between it and those closed first is open"
            )
    names = ["period", "is_built", "unit_count", "closed_count", "card_count"]
    console.show(Answer(names, [(period, period in built, *counts) for period, counts in months.items()]), output)


@period_app.command()
def close(
    period: _PeriodArgument,
    reason: ReasonOption,
    by: ByOption,
    unit: _UnitOption = None,
    home: HomeOption = None,
) -> None:
    """结账：此后该月快照和以其为准的年初数不再变动 / close a month: its snapshot, and openings that go by it, move no more."""
    _decide(period, unit, home, is_closed=True, reason=reason, by=by)


@period_app.command("open")
def reopen(
    period: _PeriodArgument,
    reason: ReasonOption,
    by: ByOption,
    unit: _UnitOption = None,
    home: HomeOption = None,
) -> None:
    """重新打开已结账的月份 / open a closed month again."""
    _decide(period, unit, home, is_closed=False, reason=reason, by=by)


def _decide(period: str, units: list[str] | None, home: Path | None, *, is_closed: bool, reason: str, by: str) -> None:
    from pipelines.closing import decide_period  # see `remove`

    if not is_period(period):
        raise MisuseError(told(period))
    if not reason.strip() or not by.strip():
        raise MisuseError("--reason and --by must not be empty 理由和决定单位不能为空")
    done = decide_period(opened(home), period, units or (), is_closed=is_closed, reason=reason, by=by)
    word = "已结账 / closed" if is_closed else "已重新打开 / open again"
    console.say(
        f"{period}: {len(done)} 个单位、{sum(one.card_count for one in done)} 张卡片{word}，下次运行生效 / "
        "units, cards; the next run follows it"
    )


@period_app.command()
def remove(
    period: Annotated[str, typer.Argument(help="期间 / period, YYYY-MM", metavar="YYYY-MM")],
    reason: ReasonOption,
    by: ByOption = "数据团队",
    home: HomeOption = None,
) -> None:
    """撤回错误的期间：各表中该期间的行移除并留档，已发布的文件保留并注明已撤回 / take a false period back: its rows go, on record; what was
    published of it stays and is marked withdrawn."""
    # Dagster takes two seconds to import; the other commands do without.
    from pipelines.closing import standing_closings
    from pipelines.removal import take_back

    if not reason.strip() or not by.strip():
        raise MisuseError("--reason and --by must not be empty 理由和决定单位不能为空")
    target = opened(home)
    taken = take_back(target, period, reason, by)
    for table, count in taken.rows.items():
        console.say(f"{table}: {count:,} 行移除 / rows removed")
    for note in taken.notes:
        console.say(str(note))
    for closing in standing_closings(target, period):
        console.warn(
            f"{closing}: 该月的结账决定仍然有效，再次运行该月时照办；不需要的用 shuzhang withdraw {closing} --reason … 撤回 / "
            "this decision on the month stands, and holds once the month is run again; `shuzhang withdraw` takes it back"
        )
    console.say(f"{period}: 已撤回 / taken back")
