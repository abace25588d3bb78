"""`shuzhang history`: the catalogue as it was known at a time, of what is dated up to a day.

Belongs here: the command and how times are written. Does not belong here: what was known when (`warehouse/asking/history.py`).
"""

from datetime import date, datetime, time
from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from pipelines.misuse import MisuseError
from warehouse.asking.history import past
from warehouse.asking.query import answers
from warehouse.store.lake import Lake

_RESOURCES = "SELECT * FROM catalog.resource ORDER BY resource_id"


def history(
    sql: Annotated[
        str, typer.Argument(help="查询 landing 与 catalog 的表 / query of the tables of landing and catalog")
    ] = _RESOURCES,
    known_at: Annotated[
        str | None,
        typer.Option(
            help="当时所知：日期（含当日）或时间 / as known at: a date (that day included) or a time; default: now",
            metavar="YYYY-MM-DD[THH:MM[:SS][+HH:MM]]",
        ),
    ] = None,
    effective: Annotated[
        str | None,
        typer.Option(help="交付日期截至 / of deliveries dated up to; default: all", metavar="YYYY-MM-DD"),
    ] = None,
    output: Annotated[
        console.Format | None,
        typer.Option("--format", help="输出格式 / output format; default: table, csv into a pipe"),
    ] = None,
    home: HomeOption = None,
) -> None:
    """过去某时所知的目录 / the catalogue as it was known at a time, of what is dated up to a day."""
    lake = Lake(opened(home))
    with past(lake, _moment(known_at), _day(effective)) as connection:
        for answer in answers(connection, lake, sql):
            console.show(answer, output)


def _moment(text: str | None) -> datetime:
    """A time, in the local zone where it names none; a date alone is the end of that day."""
    if text is None:
        return datetime.now().astimezone()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MisuseError(
            f"--known-at {text!r} is no date or time, such as 2026-06-30 or 2026-06-30T17:00 应为日期或时间"
        ) from error
    if "T" not in text and " " not in text.strip() and ":" not in text:
        moment = datetime.combine(moment.date(), time.max)
    return moment if moment.tzinfo else moment.astimezone()


def _day(text: str | None) -> date:
    if text is None:
        return date.max
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise MisuseError(f"--effective {text!r} is no date, such as 2026-06-30 应为日期") from error
