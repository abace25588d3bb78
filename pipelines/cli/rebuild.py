"""`shuzhang rebuild`: the lake of a home of an earlier version, built anew from its kept bytes.

Belongs here: the command, and telling what it does. Does not belong here: doing it (`pipelines/rebuild.py`).
"""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, chosen
from pipelines.cli.period import demand_period
from pipelines.misuse import MisuseError
from warehouse.intake.guard import undecided
from warehouse.publish.lineage_page import publish_lineage
from warehouse.store.home import Home
from warehouse.store.lake import Lake

if TYPE_CHECKING:
    from pipelines.rebuild import Findings

_NAMED_ENTRIES = 3


def rebuild(
    periods: Annotated[
        list[str] | None,
        typer.Option(
            "--period", help="另须生成的期间 / a period to build beside those built before", metavar="YYYY-MM"
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="已属本版本也重建 / also where nothing differs")] = False,
    home: HomeOption = None,
) -> None:
    """按本版本由保存的字节重建数据湖，旧的移开而不删除 / rebuild the lake from the kept bytes; the old one is set aside, not deleted."""
    # Dagster takes two seconds to import; the other commands do without.
    from pipelines.rebuild import RebuildError, examine, set_aside

    target = chosen(home)
    if not target.intake.is_dir():
        raise MisuseError(f"{target.root}: no home 不是家目录")
    for period in periods or ():
        demand_period(period)
    try:
        found = examine(target, periods or ())
        _tell_policy(target, found)
        if Lake(target).exists and (found.differing or force):
            for how, names in found.differing.items():
                console.say(f"与本版本不同 / differs from this version: {how}: {', '.join(names)}")
            _tell_aside(set_aside(target, found.periods))
        elif found.unfinished:
            console.say(
                f"继续未完成的重建 / a rebuild was cut off and goes on: {', '.join(map(str, found.unfinished))}"
            )
        else:
            if Lake(target).exists:
                console.say("数据湖已属本版本，未作改动 / the lake is of this version already, nothing was done")
            else:
                console.say("尚无数据湖，请用 shuzhang run 生成 / there is no lake yet; `shuzhang run` builds it")
            return
    except RebuildError as error:
        console.fail(str(error), 1)
    _run(target, found.periods)


def _run(home: Home, periods: Collection[str]) -> None:
    from pipelines.rebuild import run_again

    built, problems = [], []
    with console.RunDisplay() as display:
        for outcome in run_again(
            home,
            periods,
            starting=lambda plan: display.start(plan.period, len(plan.assets)),
            progress=display.advance,
        ):
            built.append(outcome.period)
            problems += outcome.problems
    lake = Lake(home)
    with lake.reading() as connection:
        ((deliveries, records),) = connection.execute(
            "SELECT (SELECT count(*) FROM landing.delivery), (SELECT count(*) FROM landing.record)"
        ).fetchall()
        waiting = undecided(connection)
    console.say(f"读取 / read: {deliveries} 次交付 / deliveries, {records} 条记录 / records")
    console.say(
        f"生成 / built: {len(lake.tables)} 张表 / tables, 期间 / periods {', '.join(dict.fromkeys(built)) or '-'}"
    )
    if not problems:
        publish_lineage(lake)
        console.say(f"报告与回执已重新写出 / reports and receipts are written anew: {home.reports}, {home.receipts}")
    for problem in dict.fromkeys((*problems, *waiting)):
        console.warn(problem)
    if problems:
        console.warn(
            "重建未完成；改正后再次执行 shuzhang rebuild 即继续 / not done: mend this, and `shuzhang rebuild` goes on"
        )
    if problems or waiting:
        raise typer.Exit(1)


def _tell_policy(home: Home, found: "Findings") -> None:
    for name in found.added:
        console.say(f"政策新增清单 / a list that came with this version was added to the policy: {home.policy / name}")
    for name, keys in found.lacking.items():
        named = "、".join(keys[:_NAMED_ENTRIES]) + (" …" if len(keys) > _NAMED_ENTRIES else "")
        console.warn(
            f"{name}: 随附清单有 {len(keys)} 项本家目录没有，未添加 / {len(keys)} shipped entries are not in this home's list, and "
            f"were not added: {named}"
        )
    console.say(f"政策没有错误，其余保持原样 / the policy has no errors, and is left as it is otherwise: {home.policy}")


def _tell_aside(aside: Path) -> None:
    size = sum(file.stat().st_size for file in aside.rglob("*") if file.is_file())
    console.say(f"旧数据湖移至 / the old lake was set aside: {aside} ({size / 1e6:,.1f} MB)")
    console.say(
        "以前快照的追溯只在其中；重建完成后不再需要它，可由人删除 / traces of earlier snapshots stand there alone; once the rebuild is "
        "done nothing needs it, and a person may remove it"
    )
