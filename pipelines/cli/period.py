"""`shuzhang period remove`: a false period taken back; and what a period that is given as an option must look like.

Belongs here: the command and how it is told. Does not belong here: taking it back (`pipelines/removal.py`).
"""

from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.guard import ByOption, ReasonOption
from pipelines.cli.home_option import HomeOption, opened
from pipelines.misuse import MisuseError
from warehouse.tables.periods import is_period, told

period_app = typer.Typer(no_args_is_help=True, help="期间 / periods")


def demand_period(period: str | None) -> None:
    """Refuse an option that is no period.

    Raises:
        MisuseError: it is none.
    """
    if period is not None and not is_period(period):
        raise MisuseError(f"--period {told(period)}")


@period_app.callback()
def periods() -> None:
    """A group of its own, so that `remove` is named."""


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
    from pipelines.removal import take_back

    if not reason.strip() or not by.strip():
        raise MisuseError("--reason and --by must not be empty 理由和决定单位不能为空")
    taken = take_back(opened(home), period, reason, by)
    for table, count in taken.rows.items():
        console.say(f"{table}: {count:,} 行移除 / rows removed")
    for note in taken.notes:
        console.say(str(note))
    console.say(f"{period}: 已撤回 / taken back")
