"""`shuzhang harvest`: sources of the home's policy/sources.toml, now.

Belongs here: the command and how it looks. Does not belong here: harvesting (`warehouse/harvest`), schedules (`harvest.py`).
"""

from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from warehouse.harvest.run import harvest as harvest_sources
from warehouse.harvest.sources import read_sources
from warehouse.harvest.state import FAILED, RECEIVED, overview
from warehouse.store.home import Home

_SAID = {
    RECEIVED: "新交付 / received",
    "unchanged": "未变 / unchanged",
    FAILED: "失败 / failed",
    None: "未采集 / never",
}


def harvest(
    names: Annotated[list[str] | None, typer.Argument(help="来源名称，缺省为全部 / sources, default all")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="来源称未变时也重新取 / fetch also what the source says did not change")
    ] = False,
    listing: Annotated[
        bool, typer.Option("--list", help="检查并列出来源，不采集 / check and list the sources, harvest nothing")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
    home: HomeOption = None,
) -> None:
    """采集 policy/sources.toml 中的来源，新的内容登记为交付 / harvest sources; what is new is received as a delivery."""
    target = opened(home)
    if listing:
        _list(target, json)
        return
    results = []
    for found in harvest_sources(target, names or (), now=datetime.now(UTC), again=again):
        results.append(found)
        if found.outcome == FAILED:
            console.warn(found.reason or "")
        elif not json:
            console.say(f"{found.source}: {_SAID[found.outcome]} {found.delivery_id}")
    if any(found.outcome == RECEIVED for found in results):
        from pipelines.instance import show_deliverers  # Dagster takes two seconds to import

        show_deliverers(target)
    if json:
        console.print_json([vars(found) for found in results])
    elif not results:
        console.say(f"{target.policy / 'sources.toml'}: 没有来源 / no source")
    if any(found.outcome == FAILED for found in results):
        raise typer.Exit(1)


def _list(home: Home, json: bool) -> None:
    sources, found = read_sources(home), overview(home)
    if json:
        console.print_json(found)
    for source in [] if json else found:
        console.say(
            f"{source['source']}: {source['schedule'] or '-'} {source['url'] or '-'} {_SAID[source['outcome']]} "
            f"{source['harvested_at'] or ''}"
        )
    for problems in sources.problems.values():
        for problem in problems:
            console.warn(str(problem))
    if sources.problems:
        raise typer.Exit(1)
