"""`shuzhang publish`: the report of a period as a version on record, in every format.

Belongs here: the command and what it says. Does not belong here: what publishing does (`warehouse/publish/report/publish.py`).
"""

import enum
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from pipelines.cli.period import demand_period
from pipelines.misuse import MisuseError
from warehouse.building.removal import built_periods
from warehouse.publish.report.edition import STATES
from warehouse.store.lake import Lake

ScopeOption = Annotated[
    str, typer.Option(help="city、district:代码 或 unit:代码 / city, district:CODE or unit:CODE", metavar="SCOPE")
]
KindOption = Annotated[
    str | None,
    typer.Option(
        help="报告种类，默认行政事业单位 government，单位报告按其所属 / kind of report; default: government, of a unit its own"
    ),
]


class State(enum.StrEnum):
    """How far a version has come."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"


def publish(
    period: Annotated[
        str | None, typer.Option(help="期间，默认最近的 / period, default the latest", metavar="YYYY-MM")
    ] = None,
    scope: ScopeOption = "city",
    kind: KindOption = None,
    state: Annotated[
        State, typer.Option(help="草稿、已审核、已发布；已发布的版本不再改动 / a published version is never changed")
    ] = State.DRAFT,
    out: Annotated[
        Path | None,
        typer.Option(help="另存一份可独立核对的副本 / a folder for a copy that stands alone", metavar="DIR"),
    ] = None,
    by: Annotated[str, typer.Option(help="审核或发布的单位或职务 / the office or post that reviews or publishes")] = "",
    reason: Annotated[str, typer.Option(help="理由，记入事件链 / why; on record")] = "",
    home: HomeOption = None,
) -> None:
    """发布报告：各种格式一次写成一个版本，数字有变动时另出新版本和更正表 / publish a report in every format, as a version; where figures
    changed since the last one, with a restatement."""
    # XlsxWriter and what else the formats need are for those who write files.
    from warehouse.publish.report.publish import publish as publish_report
    from warehouse.publish.report.scope import ScopeError

    demand_period(period)
    if state != State.DRAFT and not by.strip():
        raise MisuseError(f"--state {state}: --by is wanted 须注明由谁审核或发布")
    lake = Lake(opened(home))
    period = period or max(built_periods(lake), default=None)
    if period is None:
        raise ValueError("没有可以发布的期间，请先运行 / no period to publish yet; run `shuzhang run` first")
    try:
        done = publish_report(lake, period, scope, kind, state, out, by=by.strip(), reason=reason.strip())
    except ScopeError as error:
        raise MisuseError(str(error)) from error
    edition = done.edition
    named = f"{edition.title} 第 {edition.version} 版 / version {edition.version}, {STATES[edition.state]}"
    if done.is_new:
        console.say(f"{done.folder}")
        console.say(f"{named}: 已写出 / written")
    else:
        console.say(f"{named}: 没有新的数字，未写入 / nothing is new, nothing was written")
    if done.changes:
        console.say(
            f"与上一版不同 / other than in the version before: {len(done.changes):,} 格 / cells, audit/restatement.csv"
        )
    for note in done.notes:
        console.warn(note)
    if done.pending:
        console.warn(
            f"{done.pending} 次交付尚未接收，不在本报告内 / deliveries that no run took in are not in this report"
        )
    if out is not None:
        console.say(f"{out}: 副本 / copy; sha256sum -c SHA256SUMS")
        if not done.is_copy_on_record:
            console.warn(
                "家目录不可写，副本未记入事件链 / the home may not be written: the chain does not say of this copy"
            )
