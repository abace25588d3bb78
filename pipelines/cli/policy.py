"""`shuzhang policy check` and `shuzhang policy diff`: is the edited policy sound, and what would it do.

Belongs here: the commands and how a difference is shown. Does not belong here: what is compared (`warehouse/asking/policy_diff.py`).
"""

from datetime import date
from typing import Annotated, Any

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from pipelines.cli.period import demand_period
from readers.policy.files import Entry, PolicySet, load
from readers.policy.lists.reading import SPEAKERS
from readers.policy.unread import unread_files
from warehouse.asking.policy_diff import PolicyDiff, policy_diff
from warehouse.intake.ingest import pending
from warehouse.intake.landed import first_day, judged_day
from warehouse.store.lake import Lake
from warehouse.tables.own_forms import home_policy, standing
from warehouse.trace.column_grade import DOORS, keep_door

policy_app = typer.Typer(
    no_args_is_help=True, help="政策清单：检查、预览影响 / policy lists: check, and see what they would do"
)


@policy_app.command()
def check(home: HomeOption = None) -> None:
    """检查政策文件：有误则指出文件、行、规则和改正办法 / check the policy files: what is wrong, with file, line, rule and mend."""
    lake = Lake(opened(home))
    policy = load(lake.home.policy)
    day = judged_day(lake)
    for name in sorted(policy.lists):
        console.say(f"{name}: {_told(policy, name, day)}")
    if (first := first_day(lake)) is not None:
        late = sum(len(_late(policy, name, first)) for name in policy.lists)
        if late:
            console.say(
                f"{late} 项的首个版本晚于最早的交付（{first}）才生效：此前即按首个版本 / of {late} entries the first version takes effect "
                f"after the earliest delivery ({first}): before its day it holds all the same"
            )
    unread = unread_files(lake.home.policy)
    for problem in unread:
        console.warn(str(problem))
    if unnamed := _unnamed_authorities(policy):
        console.warn(console.unnamed_line(unnamed, None))
    stands = standing(policy)
    for door in DOORS:
        keep_door(stands.tables, stands.policy.on(day), door)
    if stands.refused:
        for problem in stands.refused:
            console.warn(str(problem))
        raise typer.Exit(1)
    console.say("已读文件没有错误 / nothing is wrong in what is read" if unread else "没有错误 / nothing is wrong")


def _unnamed_authorities(policy: PolicySet) -> list[str]:
    """Authorities that may speak for others and that no unit is named as."""
    may = {e.body["who"] for e in policy.lists.get("authority", ()) if e.body["is_allowed"] == "yes"}
    return sorted(may - set(SPEAKERS) - {e.body["authority"] for e in policy.lists.get("authority_unit", ())})


def _told(policy: PolicySet, name: str, day: date) -> str:
    """How many entries a list has, and which of their versions are still to come."""
    ahead = sorted(entry.effective_from for entry in policy.lists[name] if entry.effective_from > day)
    told = f"{len(policy.on(day).of(name))} 项 / entries"
    later = [one for one in ahead if one not in {entry.effective_from for entry in policy.on(day).of(name)}]
    return told + (f"，{len(later)} 项尚未生效 / to come, from {later[0]}" if later else "")


def _late(policy: PolicySet, name: str, day: date) -> list[Entry]:
    """The entries of a list whose first version takes effect after a day."""
    return [entry for entry in policy.on(date.min).of(name) if entry.effective_from > day]


@policy_app.command()
def diff(
    period: Annotated[
        str | None, typer.Option(help="期间 / period, YYYY-MM; default as for `run`", metavar="YYYY-MM")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
    home: HomeOption = None,
) -> None:
    """改动后的政策会使哪些表、哪些行改变；什么也不写入 / what the edited policy would change, row by row; nothing is written."""
    demand_period(period)
    # Dagster takes two seconds to import, and only a plan needs it.
    from pipelines.plan import default_period

    lake = Lake(opened(home))
    policy = home_policy(lake.home.policy)
    found = policy_diff(lake, policy, period or default_period(lake, policy, pending(lake, policy)))
    if json:
        console.print_json(_document(found))
    else:
        _show(found)


def _document(found: PolicyDiff) -> dict[str, Any]:
    return {
        "rereads": found.rereads,
        "tables": [
            {
                "table": diff.table.qualified,
                "added": diff.added,
                "removed": diff.removed,
                "changed": diff.changed,
                "changes": [vars(change) for change in diff.changes],
                "totals": {name: {"before": before, "after": after} for name, (before, after) in diff.totals.items()},
            }
            for diff in found.tables
        ],
    }


def _show(found: PolicyDiff) -> None:
    if found.rereads:
        console.warn(
            "读取规则已改：下次运行会重新读取全部交付，由此引起的变化不在下列之中 / how files are read has changed: the next run reads "
            "every delivery again, and what follows from that is not told here"
        )
    for diff in found.tables:
        console.say(
            f"{diff.table.qualified} {diff.table.label}: {diff.added} 增 / added, {diff.removed} 减 / removed, "
            f"{diff.changed} 变 / changed"
        )
        for change in diff.changes:
            console.say(f"    {change.column}: {_cell(change.before)} → {_cell(change.after)} × {change.rows:,}")
        for name, (before, after) in diff.totals.items():
            console.say(f"    {name} 合计 / total: {before:,} → {after:,} ({after - before:+,})")
    if not found.tables and not found.rereads:
        console.say("没有变化 / nothing would change")


def _cell(value: object) -> str:
    text = "∅" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
