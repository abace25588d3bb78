"""`shuzhang run`: one run, its progress, and what came out.

Belongs here: the command. Does not belong here: what a run does (`pipelines/run.py`).
"""

from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from pipelines.cli.period import demand_period
from readers.near import near
from warehouse.asking.status import reconciliation
from warehouse.asking.status import status as figures
from warehouse.intake.deliveries import DeliveryError, Intake
from warehouse.intake.guard import undecided
from warehouse.intake.landed import landed
from warehouse.publish.lineage_page import publish_lineage
from warehouse.store.chain import Chain
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.store.on_record import told


def run(
    period: Annotated[
        str | None,
        typer.Option(help="期间 YYYY-MM / period; 默认为最新账期 / default: the latest in the ledgers"),
    ] = None,
    deliverers: Annotated[
        list[str] | None, typer.Option("--from", help="只接收这些单位的交付 / take in these deliverers alone")
    ] = None,
    job: Annotated[str, typer.Option(help="作业 / job: everything, ingest, month_end, year_end")] = "everything",
    home: HomeOption = None,
) -> None:
    """生成所有过期的表，一次 Dagster 运行 / materialise all that is stale, in one Dagster run."""
    from pipelines.run import (
        run as run_all,  # Dagster takes two seconds to import; the other commands do without
    )

    demand_period(period)
    target = opened(home)
    known = {delivery.deliverer_code for delivery in Intake(target).deliveries()}
    if unknown := sorted(set(deliverers or ()) - known):
        raise DeliveryError(
            f"--from {unknown[0]}: nothing was delivered by it 该单位没有交付{near(unknown[0], known, listed=False)}"
        )
    before = landed(Lake(target))
    with console.RunDisplay() as display:
        outcome = run_all(
            target,
            job=job,
            period=period,
            deliverers=deliverers or (),
            starting=lambda plan: display.start(plan.period, len(plan.assets)),
            progress=display.advance,
        )
    if outcome.restored:
        console.warn(told(outcome.restored))
    for problem in (*outcome.problems, *outcome.refused):
        console.warn(problem)
    if not outcome.succeeded:
        _say_head(target)
        raise typer.Exit(1)
    lake = Lake(target)
    if outcome.run_id is None:
        console.say(f"{outcome.period}: 没有过期的表，未启动运行 / nothing is stale, no run was started")
    else:
        publish_lineage(lake)
        console.show_summary(figures(lake), reconciliation(lake, outcome.period), outcome.period, target)
    _say_head(target)
    console.show_file_warnings(lake, landed(lake) - before)
    with lake.reading() as connection:
        waiting = undecided(connection)
    for line in waiting:
        console.warn(line)
    if waiting or outcome.refused:
        raise typer.Exit(1)


def _say_head(home: Home) -> None:
    # Last: what is published is in the chain too.
    console.say(f"事件链链首 / head of the chain of events: {Chain(home).head()}")
