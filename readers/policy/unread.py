"""Files in a folder of policy that nothing reads: what an officer put there and believes to be in force.

Belongs here: finding them. Does not belong here: which files are read (`files.py`, `models.py`).
"""

from collections.abc import Iterator
from pathlib import Path

from readers.policy.files import policy_files
from readers.policy.models import is_model
from readers.policy.problems import Problem

#: Read by others than models: where catalogues are harvested.
_OTHERS = {"sources.toml"}
#: What file managers, editors and spreadsheets leave, and Python's own.
_ASIDE = (".", "~", "__")


def unread_files(folder: Path) -> tuple[Problem, ...]:
    """The files below a folder of policy that no part of the program reads, each with what to do.

    Hidden files and those that editors keep beside an open one are none of them.
    """
    read = {*policy_files(folder), *_OTHERS}
    return tuple(
        Problem.of(name, 0, "link_unread" if is_model(name) and (folder / name).is_symlink() else "unread_file")
        for name in _names(folder, folder)
        if name not in read
    )


def _names(folder: Path, root: Path) -> Iterator[str]:
    for file in sorted(folder.iterdir()):
        if file.name.startswith(_ASIDE) or file.name.endswith("~"):
            continue
        if file.is_dir() and not file.is_symlink():
            yield from _names(file, root)
        else:
            yield file.relative_to(root).as_posix()
