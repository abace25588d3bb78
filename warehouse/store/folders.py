"""Folders that are there whole or not at all: written aside, with the hashes of their files, and renamed into place.

A rename takes the place of no folder that has files, so one that is replaced is set aside first, for a moment. A process that dies in that
moment leaves it there, where `resolved` finds its files and `settle` gives it back its place. Belongs here: that. Does not belong here:
what is on record of a folder (`published.py`), what it has.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.store.disk import file_sha256, full_disk_named, sync
from warehouse.store.faults import reach

#: The file of a folder that has the hashes of all others, as `sha256sum -c` takes it.
SUMS = "SHA256SUMS"
_READ_ONLY = 0o444


@contextmanager
def turns(folder: Path) -> Iterator[None]:
    """Be the only one that writes folders in `folder`; what a process left that died there is settled."""
    with full_disk_named(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            settle(folder)
            yield


def settle(folder: Path) -> None:
    """Remove what was left half written in a folder, and give back its place to what was set aside for something that never came."""
    for left in folder.glob(".part-*"):
        shutil.rmtree(left)
    for before in folder.glob(".before-*"):
        give_back(folder / before.name.removeprefix(".before-"))


def give_back(target: Path) -> None:
    """Give a folder back its place if it was set aside for one that never came; what came has it for good."""
    before = _before(target)
    if before.exists() and target.exists():
        shutil.rmtree(before)
    elif before.exists():
        before.rename(target)


@contextmanager
def written(target: Path) -> Iterator[Path]:
    """A folder to write to, beside `target`; gone at the end unless it was put in place (`seal`, then `replace_folder`)."""
    with full_disk_named(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=".part-"))
        try:
            aside.chmod(0o755)
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def seal(aside: Path, *, read_only: bool) -> str:
    """Write the hashes of a folder's files beside them, have all on the disk, and return the hash of that file."""
    files = sorted(file for file in aside.rglob("*") if file.is_file() and file.name != SUMS)
    lines = [f"{file_sha256(file)}  {file.relative_to(aside).as_posix()}\n" for file in files]
    (aside / SUMS).unlink(missing_ok=True)  # of a copy it may not be written
    (aside / SUMS).write_text("".join(lines), "utf-8")
    for file in (*files, aside / SUMS):
        sync(file)
        file.chmod(_READ_ONLY if read_only else 0o644)
    reach("file.inside", "edition")
    return file_sha256(aside / SUMS)


def replace_folder(aside: Path, target: Path) -> None:
    """Have a folder that was written aside take the place of `target`."""
    before = _before(target)
    with full_disk_named(target.parent):
        if target.exists():
            target.rename(before)
            reach("file.inside", "replaced")
        aside.rename(target)
        _sync_folder(target.parent)
        reach("file.after", "edition")
        shutil.rmtree(before, ignore_errors=True)


def resolved(file: Path) -> Path:
    """Where a file is whose folder was set aside for another one that never came; else the file itself."""
    for folder in file.parents:
        if not folder.exists() and _before(folder).exists():
            return _before(folder) / file.relative_to(folder)
    return file


def _before(target: Path) -> Path:
    return target.with_name(f".before-{target.name}")


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
