"""Versions of a report: whole or not there, drafts written again, published ones for good, withdrawn with their period."""

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from tests.report_cells import CITY, files_of, page, plain
from warehouse.publish.report.causes import Cause, _halves, _parts
from warehouse.publish.report.cells import CellChange, cells, differences, write_cells
from warehouse.publish.report.edition import DRAFT, PUBLISHED, Edition
from warehouse.publish.report.scope import Entity
from warehouse.publish.report.versions import (
    CELLS_FILE,
    Versions,
    kept_cells,
    report_folder,
    said,
    version_folder,
    versions,
)
from warehouse.store import folders
from warehouse.store.chain import EDITION, PERIOD_REMOVED, Chain, Note
from warehouse.store.folders import seal, turns, written
from warehouse.store.home import Home
from warehouse.store.on_record import NotOnRecordError
from warehouse.store.published import altered, publish_edition

PERIOD, KIND = "2026-06", "government"


class DeadError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def _publish(home: Home, version: int, state: str, cost: str, cells_file: str = CELLS_FILE) -> Path:
    edition = Edition(PERIOD, CITY, KIND, "行政事业性国有资产报告", version, state, 7)
    target = version_folder(home, edition)
    with turns(target.parent), written(target) as aside:
        (aside / "text.txt").write_text(cost, "utf-8")
        (aside / "more").mkdir()
        (aside / cells_file).parent.mkdir(exist_ok=True)
        (aside / "more" / f"{cost}.txt").write_text("x", "utf-8")
        write_cells(cells([page({("city", "city"): ("全市", 1, Decimal(cost))})]), aside / cells_file)
        seal(aside, read_only=state == PUBLISHED)
        body = said(edition, lake="a lake", by="财政局", reason="", restates=None, changed=0)
        publish_edition(home, aside, target, body)
    return target


def _versions(home: Home) -> Versions:
    return versions(home, Chain(home).events(), PERIOD, CITY, KIND)


def _altered(home: Home) -> list[str]:
    return [*altered(home, Chain(home).events())]


def test_a_draft_is_written_again_under_its_number_and_what_it_was_is_on_record(home: Home) -> None:
    assert _versions(home).next_number == 1
    target = _publish(home, 1, DRAFT, "1.00")
    assert _versions(home).next_number == 1
    assert _publish(home, 1, DRAFT, "2.00") == target
    assert _altered(home) == []
    assert sorted(files_of(target)) == ["SHA256SUMS", CELLS_FILE, "more/2.00.txt", "text.txt"]
    events = [event for event in Chain(home).events() if event.kind == EDITION]
    assert ["more/1.00.txt" in event.body["files"] for event in events] == [True, False]
    draft = _versions(home).open
    assert draft is not None
    assert [*plain(kept_cells(home, draft)).values()] == ["全市", "1", "2.00"]


def test_a_published_version_is_read_only_whole_and_followed_by_the_next_number(home: Home) -> None:
    target = _publish(home, 1, PUBLISHED, "1.00")
    assert all(file.stat().st_mode & 0o222 == 0 for file in target.rglob("*") if file.is_file())
    found = _versions(home)
    assert (found.open, found.next_number) == (None, 2)
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=target, check=False).returncode == 0  # noqa: S607
    before = files_of(target)
    _publish(home, 2, DRAFT, "3.00")
    assert files_of(target) == before
    found = _versions(home)
    assert [found.published and found.published.edition.version, found.next_number] == [1, 2]


def test_cells_are_found_where_versions_of_before_have_them(home: Home) -> None:
    """They stood beside the editions, in the folder that everybody is given."""
    _publish(home, 1, PUBLISHED, "1.00", "cells.parquet")
    (version,) = _versions(home).all
    assert [*kept_cells(home, version)]


def test_a_changed_file_is_told_and_nothing_is_compared_with_it(home: Home) -> None:
    target = _publish(home, 1, PUBLISHED, "1.00")
    file = target / CELLS_FILE
    file.chmod(0o644)
    file.write_bytes(file.read_bytes() + b"x")
    (target / "text.txt").unlink()
    assert [line.partition(":")[0].rpartition("/")[2] for line in _altered(home)] == ["cells.parquet", "text.txt"]
    version = _versions(home).published
    assert version is not None
    with pytest.raises(NotOnRecordError):
        kept_cells(home, version)


def test_versions_of_a_period_that_was_taken_back_stand_no_more(home: Home) -> None:
    _publish(home, 1, PUBLISHED, "1.00")
    _publish(home, 2, DRAFT, "2.00")
    Chain(home).append([Note(PERIOD_REMOVED, PERIOD, {"reason": "x", "by": "y", "tables": []})])
    found = _versions(home)
    assert [version.is_withdrawn for version in found.all] == [True, True]
    # The draft is not written again: it says of itself that it was withdrawn.
    assert (found.open, found.next_number) == (None, 3)
    _publish(home, 3, DRAFT, "2.00")
    assert [version.is_withdrawn for version in _versions(home).all] == [True, True, False]


@pytest.mark.parametrize("place", ["edition", "replaced", "after"])
def test_a_process_that_dies_on_the_way_leaves_one_whole_version(
    home: Home, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = _publish(home, 1, DRAFT, "1.00")

    def die(point: str, at: str = "") -> None:
        if place in (at, point.partition(".")[2]):
            raise DeadError

    with monkeypatch.context() as patch:
        patch.setattr(folders, "reach", die)
        # A process that dies removes nothing.
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(DeadError):
            _publish(home, 1, DRAFT, "2.00")
    # Who reads meanwhile sees what is on record, and so does who comes next.
    assert _altered(home) == []
    wanted = "2.00" if place == "after" else "1.00"
    assert _figure(home) == wanted
    with turns(report_folder(home, PERIOD, CITY, KIND)):
        assert (target / "text.txt").read_text("utf-8") == wanted
    assert sorted(file.name for file in target.parent.iterdir()) == [".lock", "v1"]
    assert _altered(home) == []
    _publish(home, 1, DRAFT, "3.00")
    assert _figure(home) == "3.00"
    assert _altered(home) == []


def _figure(home: Home) -> str | None:
    draft = _versions(home).open
    assert draft is not None
    return [*plain(kept_cells(home, draft)).values()][2]


ENTITIES = {
    ("unit", "U1"): Entity("甲", frozenset({"U1"})),
    ("unit", "U2"): Entity("乙", frozenset({"U2"})),
    ("department", "D"): Entity("部门", frozenset({"U1", "U2"})),
    ("district", "R"): Entity("区", frozenset({"U1", "U2", "U3"})),
    ("city", "city"): Entity("全市", frozenset({"U1", "U2", "U3", "U4"})),
}


def _changed(*entities: tuple[str, str]) -> list[CellChange]:
    """Each unit by one, and what is above by all of them."""
    units = sum(level == "unit" for level, _ in entities) or 1
    before = cells([page({at: ("x", 1, Decimal(1)) for at in entities})])
    after = cells([page({at: ("x", 1, Decimal(1 + (1 if at[0] == "unit" else units))) for at in entities})])
    return differences(before, after)


def test_a_sum_has_the_cells_of_the_lowest_level_that_changed_below_it() -> None:
    def parts(*entities: tuple[str, str]) -> dict[str, list[str]]:
        found = _parts(_changed(*entities), ENTITIES)
        return {change.key["entity_code"]: [part.key["entity_code"] for part in of] for change, of in found}

    assert parts(("city", "city"), ("department", "D"), ("unit", "U1"), ("unit", "U2")) == {
        "city": ["U1", "U2"], "D": ["U1", "U2"], "U1": [], "U2": [],
    }  # fmt: skip
    # Where no unit stands on the form, the next level does.
    assert parts(("city", "city"), ("district", "R"), ("department", "D")) == {"city": ["D"], "R": ["D"], "D": []}
    assert parts(("city", "city")) == {"city": []}


def test_a_sum_that_differs_by_more_than_its_parts_is_none() -> None:
    """A correction of the city's total beside a unit that changed."""
    before = cells([page({at: ("x", 1, Decimal(1)) for at in (("city", "city"), ("unit", "U1"))})])
    after = cells([page({("city", "city"): ("x", 1, Decimal(9)), ("unit", "U1"): ("x", 1, Decimal(2))})])
    assert [of for _, of in _parts(differences(before, after), ENTITIES)] == [[], []]


def test_cells_are_halved_by_rows_and_then_by_columns() -> None:
    changes = _changed(("unit", "U1"), ("unit", "U2"))
    halves = _halves(changes)
    assert halves is not None
    assert [[change.key["entity_code"] for change in half] for half in halves] == [["U1"], ["U2"]]
    assert _halves(halves[0]) is None


def test_a_cause_reads_in_chinese() -> None:
    assert str(Cause("delivery", "D", "D（成本，甲）")) == "交付 D（成本，甲）"
