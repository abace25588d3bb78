"""`shuzhang ungraded`: the lists of names to grade, for units to fill in and deliver back.

Belongs here: the command. Does not belong here: what a list says (`warehouse/publish/ungraded.py`).
"""

from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from warehouse import queries
from warehouse.publish.ungraded import publish_ungraded
from warehouse.store.lake import Lake


def ungraded(
    agency: Annotated[
        list[str] | None,
        typer.Option(
            help="单位代码，可多次；默认为有待定级信息项的全部单位 / code, may be repeated; default: all that have names to grade"
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """待定级清单：规则不认得的信息项名称，填写后作为决定交回 / names of fields to grade: XLSX to fill in and deliver back."""
    lake = Lake(opened(home))
    with lake.reading() as connection:
        every = [code for (code,) in connection.execute(queries.text("ungraded_holders")).fetchall()]
    for code in agency or every:
        console.say(str(publish_ungraded(lake, code)))
