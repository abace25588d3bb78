"""`shuzhang quality report`: the letters that tell agencies what to mend.

Belongs here: the command. Does not belong here: what a letter says (`warehouse/publish/letter.py`).
"""

from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from warehouse import queries
from warehouse.store.lake import Lake

quality_app = typer.Typer(no_args_is_help=True, help="质量：整改通知 / quality: letters to agencies")


@quality_app.callback()
def quality() -> None:
    """A group of its own, so that `report` is named."""


@quality_app.command()
def report(
    agency: Annotated[
        list[str] | None,
        typer.Option(
            help="单位代码，可多次；默认为有问题的全部单位 / code, may be repeated; default: all that have to mend something"
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """整改通知：单位的哪些目录记录违反哪些规则、在哪里、怎样改正 / what each agency has to mend, where and how, as DOCX and HTML."""
    # It takes half a second to import.
    from warehouse.publish.letter import publish_letter

    lake = Lake(opened(home))
    with lake.reading() as connection:
        every = [code for (code,) in connection.execute(queries.text("letter_agencies")).fetchall()]
    for code in agency or every:
        for file in publish_letter(lake, code):
            console.say(str(file))
