"""`shuzhang list`: a workbook that policy lays out, written when it is asked for, as XLSX and CSV.

Belongs here: the command. Does not belong here: how workbooks are laid out and written (`warehouse/publish/workbook.py`), and those that
every run writes.
"""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from pipelines.cli.period import demand_period
from pipelines.misuse import MisuseError
from readers.near import near
from warehouse import queries
from warehouse.building.build import parameters
from warehouse.store.lake import Lake


def show_list(
    name: Annotated[str, typer.Argument(help="工作簿，如 unassessed、registration、asset_list / workbook")],
    period: Annotated[
        str | None, typer.Option(help="期间，默认最近的 / period, default: the latest", metavar="YYYY-MM")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="写入的文件夹，默认家目录的报告 / folder; default: the home's reports")
    ] = None,
    home: HomeOption = None,
) -> None:
    """清单：未认定、登记项目、资产目录、备查簿等，写为 XLSX 和 CSV / lists as XLSX and CSV: unassessed, registration, assets and others."""
    demand_period(period)
    # It takes a quarter of a second to import.
    from warehouse.publish.workbook import publish_workbooks

    lake = Lake(opened(home))
    with lake.reading() as connection:
        built = [row[0] for row in connection.execute(queries.text("built_periods")).fetchall()]
        if not built or (period is not None and period not in built):
            raise MisuseError(
                f"--period {period or ''}: nothing was built for it 没有该期间; there are 现有: {', '.join(built)}"
            )
        of = period or built[-1]
        text = queries.text("workbooks")
        known = [row[0] for row in connection.execute(text, dict(parameters(text, of))).fetchall()]
    if name not in known:
        raise MisuseError(f"{name}: no such list 没有该清单{near(name, known)}")
    folder = out or lake.home.reports / of
    folder.mkdir(parents=True, exist_ok=True)
    for file in publish_workbooks(lake, [name], of, folder, as_csv=True):
        console.say(str(file))
