"""Files that are published: written aside, then put in their places together, each with its event in the chain.

A process that dies on the way leaves no file without its event: what is about to be put in place is noted first (`chain.py`), and whoever
comes next to the chain puts on record what was. Belongs here: doing that, finding what of it is no longer there. Does not belong here:
what a file says (`publish`).
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.store.chain import PUBLICATION, Chain, Event, Note
from warehouse.store.disk import file_sha256, put_in_place, written_aside
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


def altered(home: Home, events: Iterable[Event]) -> Iterator[str]:
    """What was published in the home and is not there as it was published last, a line a file."""
    last = {e.subject: e for e in events if e.kind == PUBLICATION and e.body["in_home"]}
    for name, event in sorted(last.items()):
        file = home.root / name
        if not file.is_file():
            yield f"{name}: 已发布的文件不在了 / was published and is gone (event {event.number})"
        elif file_sha256(file) != event.body["sha256"]:
            yield f"{name}: 已发布的文件被改动 / was changed since it was published (event {event.number})"
