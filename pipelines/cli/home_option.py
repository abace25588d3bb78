"""The option `--home`, which all commands have."""

from pathlib import Path
from typing import Annotated

import typer

from warehouse.store.home import HOME_VARIABLE

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", envvar=HOME_VARIABLE, help="家目录 / home folder; default ./.shuzhang", show_default=False),
]
