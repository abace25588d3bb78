"""The home that a command works on: the option `--home`, which all commands have, and opening it.

Does not belong here: what lies in a home (`warehouse/store/home.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated

import typer

from warehouse.store.disk import ForbiddenError, full_disk_named
from warehouse.store.home import HOME_VARIABLE, Home, home_path

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", envvar=HOME_VARIABLE, help="家目录 / home folder; default ./.shuzhang", show_default=False),
]

_CHOSEN: ContextVar[Path | None] = ContextVar("chosen", default=None)


def chosen(home: Path | None) -> Home:
    """The home of a command that makes none."""
    target = Home(home_path(home))
    _CHOSEN.set(target.root)
    return target


def opened(home: Path | None) -> Home:
    """The home of a command, made on first use; one that may not be written is taken as it is.

    Raises:
        DiskError: it is not there, and cannot be made.
    """
    target = chosen(home)
    try:
        return target.create()
    except ForbiddenError:
        if not (target.lake.is_dir() and target.policy.is_dir()):
            raise
        return target


@contextmanager
def disk_named() -> Iterator[None]:
    """Have an error that the disk of the home is the cause of name the home, whoever met it.

    Raises:
        DiskError: in place of such an error.
    """
    try:
        yield
    except Exception as error:
        root = _CHOSEN.get()
        if root is None:
            raise
        with full_disk_named(root):
            raise error
