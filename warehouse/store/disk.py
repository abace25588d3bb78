"""Files that are there whole or not at all, and an error that says so when the disk is full.

Belongs here: writing aside and renaming, telling a full disk from other errors, whoever met it (Python, DuckDB, SQLite).
Does not belong here: where a file lies (`home.py`) and what stands in it.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.store.faults import reach

#: EFBIG is the limit on one file's size, EDQUOT a quota: the mend is the same.
_NUMBERS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

#: DuckDB and SQLite hand the system's words on, or have words of their own; no code.
_WORDS = ("No space left on device", "database or disk is full", "Disk quota exceeded", "File too large")
_FAILED_WRITE = "disk I/O error"
_INDEX_BYTES = 32 << 10


class FullDiskError(OSError):
    """The disk is full; what was committed before stands. The message names the folder and the mend."""


def is_full_disk(error: BaseException) -> bool:
    """Whether a full disk is the cause of an error, or the cause of its cause."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, FullDiskError) or (isinstance(seen, OSError) and seen.errno in _NUMBERS):
            return True
        if any(words in str(seen) for words in _WORDS):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _stopped_for_room(error: BaseException, folder: Path) -> bool:
    """Whether SQLite says no more than that a write failed, and there is no room for its index of the log (32 KB)."""
    seen: BaseException | None = error
    while seen is not None:
        if _FAILED_WRITE in str(seen):
            return shutil.disk_usage(folder).free < _INDEX_BYTES
        seen = seen.__cause__ or seen.__context__
    return False


@contextmanager
def full_disk_named(folder: Path) -> Iterator[None]:
    """Turn whatever a full disk raises within into one error.

    Raises:
        FullDiskError: naming `folder`.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, FullDiskError) or not (is_full_disk(error) or _stopped_for_room(error, folder)):
            raise
        raise FullDiskError(
            f"{folder}: 磁盘已满，已有数据未受影响；请腾出空间后重新执行 / the disk is full, nothing that was there is lost; "
            f"free space there and run again ({error})"
        ) from error


@contextmanager
def placed(target: Path, place: str) -> Iterator[Path]:
    """A path to write to, beside `target`, which takes its place at the end; after an error it is gone.

    Args:
        place: the name of this place among the fault points.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with full_disk_named(target.parent):
        number, name = tempfile.mkstemp(dir=target.parent, prefix=".part-", suffix=target.suffix)
        os.close(number)
        aside = Path(name)
        try:
            yield aside
            sync(aside)
            reach("file.inside", place)
            aside.chmod(0o644)
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)
    reach("file.after", place)


def sync(file: Path) -> None:
    """Have the bytes of a file on the disk, whatever happens next."""
    with file.open("rb") as written:
        os.fsync(written.fileno())


def write_whole(target: Path, data: bytes, place: str) -> None:
    """Write a file so that it is there whole or not at all, whenever the process dies.

    Raises:
        FullDiskError: nothing was written.
    """
    with placed(target, place) as aside:
        aside.write_bytes(data)
