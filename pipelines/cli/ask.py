"""`shuzhang status`, `rejected`, `sql`: what a home holds, what was rejected, and any query.

Belongs here: the commands. Does not belong here: the questions (`warehouse/asking`), how answers look (`console.py`).
"""

from typing import Annotated, Any

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from readers.policy.unread import unread_files
from warehouse.asking.query import query, query_all
from warehouse.asking.rejections import rejections
from warehouse.asking.status import status as figures
from warehouse.intake import received
from warehouse.intake.deliveries import Intake
from warehouse.intake.guard import undecided
from warehouse.store import chain_faults
from warehouse.store.lake import Lake
from warehouse.store.on_record import lost_files, not_on_record, told, told_lost
from warehouse.tables.own_forms import refused_forms


def status(
    json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
    deliveries: Annotated[bool, typer.Option(help="逐次列出交付 / list deliveries")] = False,
    home: HomeOption = None,
) -> None:
    """家目录的数字；留档有误或有交付搁置时以 1 结束 / the figures of the home; ends with 1 where its record is not as it was or a
    delivery is held."""
    from pipelines.instance import last_run

    lake = Lake(opened(home))
    if deliveries:
        columns = "d.delivery_id, d.deliverer_code, d.status, o.* EXCLUDE (delivery_id, deliverer_code, source_name, kind, status)"
        answer = query(
            lake,
            f"SELECT {columns} FROM landing.delivery AS d LEFT JOIN landing.delivery_outcome AS o USING (delivery_id) ORDER BY ALL",
        )
        console.show(answer, console.Format.JSON if json else None)
        return
    if faults := chain_faults.chain_faults(lake.chain):
        console.warn(chain_faults.told(lake.chain, faults))
    # First: of a table that is not there, no figure can be given.
    with lake.reading() as connection:
        if changed := not_on_record(lake, connection):
            console.warn(told(changed))
        if gone := lost_files(lake, connection):
            console.warn(told_lost(gone))
        waiting = undecided(connection)
    if lost := received.vanished(lake.home):
        console.warn(received.told(lost))
    refused = [str(problem) for problem in refused_forms(lake.home.policy)]
    unread = [str(problem) for problem in unread_files(lake.home.policy)]
    said = {"refused_forms": refused, "unread_policy": unread}
    found: dict[str, Any] = figures(lake) | said | {"last_run": last_run(lake.home)}
    if json:
        console.print_json(found)
    else:
        console.show_status(found)
        for line in (*waiting, *refused, *unread):
            console.warn(line)
    if faults or changed or gone or lost or waiting or refused:
        raise typer.Exit(1)


def rejected(
    delivery: Annotated[str | None, typer.Option(help="只看一次交付 / one delivery only")] = None,
    output: Annotated[console.Format, typer.Option("--format", help="输出格式 / output format")] = console.Format.TABLE,
    home: HomeOption = None,
) -> None:
    """拒收的文件和记录，以及提示：位置、规则、改正方法 / rejected files and records, and warnings: place, rule, mend."""
    lake = Lake(opened(home))
    if delivery:
        Intake(lake.home).must_have(delivery)
    console.show_rejections(rejections(lake, delivery), output)


def sql(
    text: Annotated[
        str | None, typer.Argument(help="查询语句，缺省读标准输入 / query; default: standard input")
    ] = None,
    output: Annotated[
        console.Format | None,
        typer.Option("--format", help="输出格式 / output format; default: table, csv into a pipe"),
    ] = None,
    home: HomeOption = None,
) -> None:
    """用 SQL 查询，只读；几条语句依次作答 / query with SQL, reading only; of several statements each is answered in turn."""
    for answer in query_all(Lake(opened(home)), text if text is not None else typer.get_text_stream("stdin").read()):
        console.show(answer, output)
