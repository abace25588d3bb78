"""A process is told from one that ended, from one that got its number later, and from one before the machine restarted."""

import os
import subprocess
import sys
import uuid

import pytest

from warehouse.store.process import is_gone, mark, marks

SAY_AND_WAIT = (
    "import sys; from warehouse.store.process import mark; print(mark('run-1'), flush=True); sys.stdin.read()"
)


def test_this_process_lives() -> None:
    assert not is_gone(mark("run-1"))


def test_a_process_lives_until_it_is_killed_and_is_gone_before_its_parent_has_noticed() -> None:
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", SAY_AND_WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout
        said = child.stdout.readline()
        assert not is_gone(said)
    finally:
        child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, though no one has fetched its exit status
    assert is_gone(said)
    child.communicate()
    assert is_gone(said)


def test_a_later_process_with_the_same_number_is_another_one() -> None:
    run, boot, pid, start = mark("run-1").split()
    assert is_gone(f"{run} {boot} {pid} {int(start) - 1}")


def test_no_process_outlives_a_restart() -> None:
    run, _, pid, start = mark("run-1").split()
    assert is_gone(f"{run} {uuid.uuid4()} {pid} {start}")


@pytest.mark.parametrize("text", ["", "run-1", "run-1 x"])
def test_what_says_nothing_is_not_known_to_be_gone(text: str) -> None:
    assert not is_gone(text)


def test_a_mark_is_of_one_run() -> None:
    assert marks(mark("run-1"), "run-1")
    assert not marks(mark("run-1"), "run-2")
