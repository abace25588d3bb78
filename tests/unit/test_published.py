"""Published files and runs in the chain of events: together or not at all, whenever the process dies, and told when they change."""

from pathlib import Path

import pytest

from warehouse.store import published
from warehouse.store.chain import COMMIT, PUBLICATION, READING, Chain, Note
from warehouse.store.home import Home
from warehouse.store.published import altered, publishing
from warehouse.store.run_events import begin, end, without_end


class DeadError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def _publish(home: Home, files: dict[Path, bytes]) -> None:
    with publishing(home, "report", 7, "2026-06") as publication:
        for target, data in files.items():
            with publication.placed(target) as aside:
                aside.write_bytes(data)


def _files(home: Home) -> list[str]:
    return [event.subject for event in Chain(home).events() if event.kind == PUBLICATION]


def _altered(home: Home) -> list[str]:
    return [line.partition(":")[0] for line in altered(home, Chain(home).events())]


def test_each_file_has_its_event_and_is_compared_with_the_last_one(home: Home, tmp_path: Path) -> None:
    first, second, outside = home.reports / "2026-06" / "a.xlsx", home.receipts / "b.xlsx", tmp_path / "c.duckdb"
    _publish(home, {first: b"1", second: b"2", outside: b"3"})
    events = [*Chain(home).events()]
    assert [event.subject for event in events] == ["reports/2026-06/a.xlsx", "receipts/b.xlsx", "c.duckdb"]
    assert {(event.body["period"], event.body["snapshot"]) for event in events} == {("2026-06", 7)}
    assert str(tmp_path) not in Chain(home).file.read_text("utf-8")
    _publish(home, {first: b"another"})
    assert _altered(home) == []
    outside.unlink()  # elsewhere, files are not ours
    first.write_bytes(b"1")
    second.unlink()
    assert _altered(home) == ["receipts/b.xlsx", "reports/2026-06/a.xlsx"]


def test_an_error_while_one_is_written_leaves_all_as_they_were(home: Home) -> None:
    first, second = home.reports / "a.xlsx", home.reports / "b.xlsx"
    _publish(home, {first: b"before"})

    def fail() -> None:
        with publishing(home, "report", 8) as publication:
            with publication.placed(first) as aside:
                aside.write_bytes(b"after")
            with publication.placed(second):
                raise DeadError

    with pytest.raises(DeadError):
        fail()
    assert [file.name for file in home.reports.iterdir()] == ["a.xlsx"]
    assert first.read_bytes() == b"before"
    assert _files(home) == ["reports/a.xlsx"]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_process_that_dies_between_two_files_leaves_none_without_its_event(
    home: Home, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = [home.reports / f"{number}.xlsx" for number in range(2)]
    _publish(home, dict.fromkeys(targets, b"before"))
    placed = 0

    def put(aside: Path, target: Path, _: str) -> None:
        nonlocal placed
        if placed == count:
            raise DeadError
        placed += 1
        aside.replace(target)

    with monkeypatch.context() as patch:
        patch.setattr(published, "put_in_place", put)
        patch.setattr("warehouse.store.chain.End.add", _die)
        with pytest.raises(DeadError):
            _publish(home, dict.fromkeys(targets, b"after"))
    assert [target.read_bytes() for target in targets].count(b"after") == count
    # Who reads meanwhile sees it as it is, and who appends next puts it on record.
    assert _altered(home) == []
    Chain(home).append([Note("test", "", {})])
    assert len(_files(home)) == 2 + count
    assert _altered(home) == []


def _die(*_: object) -> None:
    raise DeadError


def test_a_run_says_what_it_took_in_and_one_without_an_end_is_known(home: Home) -> None:
    chain = Chain(home)

    def commit(run_id: str, *read: str) -> None:
        chain.append([*(Note(READING, name, {"records": 1}) for name in read), Note(COMMIT, "1", {"run_id": run_id})])

    commit("earlier", "old")
    begin(chain, "mine", "everything", ["2026-06"])
    commit("other", "theirs")
    commit("mine", "new", "old")
    end(chain, "mine", "everything", ["2026-06"], "succeeded")
    begin(chain, "killed", "ingest", [])
    *_, ended, begun = chain.events()
    assert ended.body["deliveries"] == ["new"]
    assert ended.body["outcome"] == "succeeded"
    assert without_end(chain.events()) == [begun]
