"""Files that are there whole or not at all, and an error that says so when the disk is full or may not be written.

Belongs here: writing aside and renaming, telling what the disk is the cause of from other errors, whoever met it (Python, DuckDB, SQLite).
Does not belong here: where a file lies (`home.py`) and what stands in it.
"""

import errno
import hashlib
import os
import shutil
import ssl
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

_FORBIDDEN_NUMBERS = {errno.EROFS, errno.EACCES, errno.EPERM}
#: SQLite says the last of a folder in which it may not make its log.
_FORBIDDEN_WORDS = (
    "Read-only file system",
    "Permission denied",
    "attempt to write a readonly database",
    "unable to open database file",
)
_INDEX_BYTES = 32 << 10


class DiskError(OSError):
    """The disk does not take what is to be written; what was committed before stands. The message names folder, cause and mend."""


class FullDiskError(DiskError):
    """The disk is full."""


class ForbiddenError(DiskError):
    """The folder is read-only, or belongs to somebody else."""


def is_full_disk(error: BaseException) -> bool:
    """Whether a full disk is the cause of an error, or the cause of its cause."""
    return any(
        isinstance(seen, FullDiskError)
        or (isinstance(seen, OSError) and seen.errno in _NUMBERS)
        or any(words in str(seen) for words in _WORDS)
        for seen in _causes(error)
    )


def is_forbidden(error: BaseException, folder: Path) -> bool:
    """Whether the cause of an error, or of its cause, is that a folder may not be written."""
    for seen in _causes(error):
        # SSL's errors are OSError too, with numbers of their own: 1 is a certificate that fails.
        if isinstance(seen, OSError) and not isinstance(seen, ssl.SSLError) and seen.errno in _FORBIDDEN_NUMBERS:
            # A delivered file that may not be read is no fault of the folder.
            return seen.filename is None or Path(os.fsdecode(seen.filename)).is_relative_to(folder)
        if any(words in str(seen) for words in _FORBIDDEN_WORDS):
            return not _can_be_written(folder)
    return False


def _can_be_written(folder: Path) -> bool:
    """Whether this process may write every folder of a tree; the tables of a lake lie four folders deep."""
    return all(os.access(place, os.W_OK) for place, _, _ in os.walk(folder))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _stopped_for_room(error: BaseException, folder: Path) -> bool:
    """Whether SQLite says no more than that a write failed, and there is no room for its index of the log (32 KB)."""
    failed = any(_FAILED_WRITE in str(seen) for seen in _causes(error))
    return failed and shutil.disk_usage(folder).free < _INDEX_BYTES


def _said(error: BaseException) -> str:
    """The first line: Dagster's database adds its SQL and an address."""
    return str(error).strip().partition("\n")[0]


@contextmanager
def full_disk_named(folder: Path) -> Iterator[None]:
    """Turn whatever a full disk, or one that may not be written, raises within into one error.

    Raises:
        DiskError: naming `folder`.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, DiskError):
            raise
        if is_full_disk(error) or _stopped_for_room(error, folder):
            raise FullDiskError(
                f"{folder}: 磁盘已满，已有数据未受影响；请腾出空间后重新执行 / the disk is full, nothing that was there is lost; "
                f"free space there and run again ({_said(error)})"
            ) from error
        if is_forbidden(error, folder):
            raise ForbiddenError(
                f"{folder}: 只读或无写入权限，已有数据未受影响；请恢复写入权限后重新执行，只读的命令（status、sql、trace 等）仍可用 / "
                f"it is read-only, or may not be written by this user; nothing that was there is lost. Make it writable and run again; "
                f"what only reads (status, sql, trace and the like) works as it is ({_said(error)})"
            ) from error
        raise


@contextmanager
def placed(target: Path, place: str) -> Iterator[Path]:
    """A path to write to, beside `target`, which takes its place at the end; after an error it is gone.

    Args:
        place: the name of this place among the fault points.
    """
    with written_aside(target, place) as aside:
        yield aside
    put_in_place(aside, target, place)


@contextmanager
def written_aside(target: Path, place: str) -> Iterator[Path]:
    """A path to write to, beside `target`, whose bytes are on the disk at the end (`put_in_place`); after an error it is gone."""
    with full_disk_named(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=target.parent, prefix=".part-", suffix=target.suffix)
        os.close(number)
        aside = Path(name)
        try:
            yield aside
            sync(aside)
            reach("file.inside", place)
            aside.chmod(0o644)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise


def put_in_place(aside: Path, target: Path, place: str) -> None:
    """Have a file that was written aside take the place of `target`, whole."""
    with full_disk_named(target.parent):
        try:
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)
    reach("file.after", place)


def file_sha256(file: Path) -> str:
    """The hash of a file, read in portions."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
