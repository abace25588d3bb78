"""Errors that the disk is the cause of name the folder, the cause and the mend; others stay what they are."""

import errno
import sqlite3
from pathlib import Path

import pytest

from warehouse.store.disk import ForbiddenError, FullDiskError, full_disk_named, is_forbidden


@pytest.mark.parametrize(
    ("number", "error", "word"),
    [
        (errno.ENOSPC, FullDiskError, "磁盘已满"),
        (errno.EDQUOT, FullDiskError, "磁盘已满"),
        (errno.EROFS, ForbiddenError, "只读或无写入权限"),
        (errno.EACCES, ForbiddenError, "只读或无写入权限"),
    ],
)
def test_the_folder_the_cause_and_the_mend_are_named(
    tmp_path: Path, number: int, error: type[Exception], word: str
) -> None:
    with pytest.raises(error) as told, full_disk_named(tmp_path):
        raise RuntimeError("a step failed\nmore") from OSError(number, "cause", str(tmp_path / "file"))
    assert str(told.value).startswith(f"{tmp_path}: {word}")
    assert "重新执行" in str(told.value)
    assert "more" not in str(told.value)


def test_what_a_database_says_is_believed_where_the_folder_may_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = sqlite3.OperationalError("unable to open database file")
    assert not is_forbidden(error, tmp_path)
    monkeypatch.setattr("warehouse.store.disk.os.access", lambda *_: False)
    assert is_forbidden(error, tmp_path)
    assert not is_forbidden(sqlite3.OperationalError("no such table: x"), tmp_path)


def test_a_file_elsewhere_that_may_not_be_read_is_no_fault_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(PermissionError, match="delivered"), full_disk_named(tmp_path / "home"):
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "delivered.csv"))
