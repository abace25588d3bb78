"""Files that are published: written aside, then put in their places together, each with its event in the chain.

A process that dies on the way leaves no file without its event: what is about to be put in place is noted first (`chain.py`), and whoever
comes next to the chain puts on record what was. Belongs here: doing that, finding what of it is no longer there. Does not belong here:
what a file says (`publish`).
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from warehouse.store.chain import EDITION, PUBLICATION, Chain, Event, Note
from warehouse.store.disk import file_sha256, put_in_place, written_aside
from warehouse.store.folders import SUMS, replace_folder, resolved
from warehouse.store.home import Home


class Publication:
    """Files that will be put in place together.

    period: that they are about, if they are about one. snapshot: of the lake, that they were made from.
    is_on_record: whether the chain says so; what goes elsewhere can be had of a home that may not be written.
    """

    def __init__(self, home: Home, place: str, snapshot: int, period: str) -> None:
        self._home = home
        self._place = place
        self._about = {"period": period, "snapshot": snapshot}
        self._files: list[tuple[Path, Path, str]] = []
        self.is_on_record = True

    @contextmanager
    def placed(self, target: Path) -> Iterator[Path]:
        """A path to write to, beside `target`, which takes its place with the others; after an error it is gone."""
        with written_aside(target, self._place) as aside:
            yield aside
        self.add(aside, target)

    def add(self, aside: Path, target: Path) -> None:
        """Have a file that was written aside take the place of `target` with the others."""
        self._files.append((aside, target.absolute(), file_sha256(aside)))

    def _put(self) -> None:
        if not self._files:
            return
        chain = Chain(self._home)
        if not any(self._is_inside(target) for _, target, _ in self._files) and not os.access(chain.folder, os.W_OK):
            for aside, target, _ in self._files:
                put_in_place(aside, target, self._place)
            self.is_on_record = False
            return
        with chain.locked() as end:
            lines = end.lines(self._notes())
            # In the order of the lines: what is in place when the process dies is the beginning of them.
            end.announce(lines, files=[(self._named(target), sha256) for _, target, sha256 in self._files])
            for aside, target, _ in self._files:
                put_in_place(aside, target, self._place)
            end.add(lines)

    def _named(self, target: Path) -> str:
        """Where a file is, below the home where it is there: a home can be moved."""
        return target.relative_to(self._home.root).as_posix() if self._is_inside(target) else str(target)

    def _is_inside(self, target: Path) -> bool:
        return target.is_relative_to(self._home.root)

    def _notes(self) -> Iterator[Note]:
        for _, target, sha256 in self._files:
            inside = self._is_inside(target)
            # Of a file that went elsewhere the name is told, not whose folder it lies in.
            name = self._named(target) if inside else target.name
            yield Note(PUBLICATION, name, {"sha256": sha256, "in_home": inside, **self._about})

    def _drop(self) -> None:
        for aside, _, _ in self._files:
            aside.unlink(missing_ok=True)


@contextmanager
def publishing(home: Home, place: str, snapshot: int, period: str = "") -> Iterator[Publication]:
    """Files to publish together; at the end of the block they are in their places and on record, after an error none of them.

    Args:
        place: the name of this place among the fault points.

    Raises:
        ClockError: nothing was written.
        FullDiskError: no file was replaced.
        AnchorError: in place and on record, but not at the anchor.
    """
    Chain(home).demand_clock()
    publication = Publication(home, place, snapshot, period)
    try:
        yield publication
        publication._put()
    finally:
        publication._drop()


def publish_edition(home: Home, aside: Path, target: Path, body: Mapping[str, Any]) -> None:
    """Have a folder that was written aside (`folders.written`, `folders.seal`) take its place in the home, whole, with one event that has
    the hashes of all its files. A folder that stands there is replaced.

    Args:
        body: what the event says besides, JSON-ready.
    """
    sums = file_sha256(aside / SUMS)
    subject = target.relative_to(home.root).as_posix()
    files = {
        file.relative_to(aside).as_posix(): file_sha256(file) for file in sorted(aside.rglob("*")) if file.is_file()
    }
    with Chain(home).locked() as end:
        lines = end.lines([Note(EDITION, subject, {**body, "files": files, "sha256": sums})])
        # Of this file follows that the others are there: the folder comes whole.
        end.announce(lines, files=[(f"{subject}/{SUMS}", sums)])
        replace_folder(aside, target)
        end.add(lines)


def note_copy(home: Home, target: Path, sums: str, snapshot: int, period: str) -> bool:
    """Put on record that a copy of an edition went elsewhere, by the name of its folder and the hash of its sums; whether that could be."""
    chain = Chain(home)
    if not os.access(chain.folder, os.W_OK):
        return False
    body = {"sha256": sums, "in_home": False, "period": period, "snapshot": snapshot}
    chain.append([Note(PUBLICATION, target.name, body)])
    return True


def _last_published(events: Iterable[Event]) -> dict[str, tuple[Event, str]]:
    """The files of the home as they were published last, each with the event and its hash; those of an edition that was written again
    go with it.
    """
    last: dict[str, tuple[Event, str]] = {}
    editions: dict[str, Event] = {}
    for event in events:
        if event.kind == PUBLICATION and event.body["in_home"]:
            last[event.subject] = event, event.body["sha256"]
        elif event.kind == EDITION:
            editions[event.subject] = event
    for folder, event in editions.items():
        last |= {f"{folder}/{name}": (event, sha256) for name, sha256 in event.body["files"].items()}
    return last


def altered(home: Home, events: Iterable[Event]) -> Iterator[str]:
    """What was published in the home and is not there as it was published last, a line a file."""
    for name, (event, sha256) in sorted(_last_published(events).items()):
        file = resolved(home.root / name)
        if not file.is_file():
            yield f"{name}: 已发布的文件不在了 / was published and is gone (event {event.number})"
        elif file_sha256(file) != sha256:
            yield f"{name}: 已发布的文件被改动 / was changed since it was published (event {event.number})"
