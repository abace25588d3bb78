"""`readers.policy.unread`: a file that an officer put into the policy is read, or it is said that it is not."""

import os
from pathlib import Path

import pytest

from readers.policy.unread import unread_files
from tests.own_forms import put, shipped_copy


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    return shipped_copy(tmp_path / "policy")


def test_of_the_shipped_policy_every_file_is_read(policy: Path) -> None:
    assert unread_files(policy) == ()
    put(policy)
    assert unread_files(policy) == ()


@pytest.mark.parametrize(
    "name",
    [
        "parameter.CSV",
        "parameter.xlsx",
        "forms/r1.csv",
        "forms/own_a.TOML",
        "quality/06/x.toml",
        "rates/a.csv",
        "x.sql",
    ],
)
def test_a_name_that_nothing_reads_is_said(policy: Path, name: str) -> None:
    (policy / name).parent.mkdir(exist_ok=True)
    (policy / name).write_text("", "utf-8")
    (found,) = unread_files(policy)
    assert (found.file, found.rule) == (name, "unread_file")
    assert all(found[2:])


def test_a_link_to_sql_and_a_pipe_are_said(policy: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.sql").write_text("SELECT 1", "utf-8")
    (policy / "forms" / "own_a.sql").symlink_to(tmp_path / "elsewhere.sql")
    os.mkfifo(policy / "forms" / "own_b.sql")
    assert [(found.file, found.rule) for found in unread_files(policy)] == [
        ("forms/own_a.sql", "link_unread"),
        ("forms/own_b.sql", "unread_file"),
    ]


@pytest.mark.parametrize(
    "name", [".DS_Store", "~$parameter.csv", ".parameter.csv.swp", "parameter.csv~", "__pycache__/a.pyc"]
)
def test_what_editors_leave_is_no_policy(policy: Path, name: str) -> None:
    (policy / name).parent.mkdir(exist_ok=True)
    (policy / name).write_text("", "utf-8")
    assert unread_files(policy) == ()
