"""The chain of events of a home: what was delivered, committed, decided and published, each event naming the hash of the one before.

`<home>/audit/events.jsonl` has a line an event, canonical JSON, and its `previous` is the SHA-256 of the line before it (of the first,
64 zeros), so that anybody can follow it with `sha256sum`. `<home>/audit/head.json` names the last line; the file that SHUZHANG_ANCHOR
names, on another machine's share if need be, gets a line for each new head. The lake has a copy, `audit.event`.

An event of a commit is noted aside before the lake commits and added after it, so that a process that dies in between leaves neither a
commit without its event nor an event without its commit. So it is with the files that are published.
Does not belong here: what the events say (who appends them), finding what does not follow from them (`trace/audit.py`).
"""

import fcntl
import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from warehouse.store.clock import not_before, tolerance_of
from warehouse.store.disk import file_sha256, full_disk_named, write_whole
from warehouse.store.faults import reach
from warehouse.store.home import Home

ANCHOR_VARIABLE = "SHUZHANG_ANCHOR"
#: What the first event names as the one before it.
NOTHING_BEFORE = "0" * 64

#: Kinds of events.
LAKE, DELIVERY, WITHDRAWAL, READING = "lake", "delivery", "withdrawal", "reading"
COMMIT, RESTORED, POLICY, PERIOD_REMOVED = "commit", "restored", "policy", "period_removed"
RUN, PUBLICATION, EDITION = "run", "publication", "edition"
#: That the clock was ahead at the events before: this one and those that follow have the right time again.
CLOCK = "clock"


class ChainError(Exception):
    """The chain of events is not what its head says. The message names the place and what a person must do."""


class AnchorError(OSError):
    """The head could not be written where SHUZHANG_ANCHOR says; in the home it is on record."""


class Note(NamedTuple):
    """What is to become an event: its kind, what it is about, and what it says, JSON-ready."""

    kind: str
    subject: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """An event of the chain, with its line as it stands in the file."""

    number: int
    at: str
    kind: str
    subject: str
    body: Mapping[str, Any]
    previous: str
    line: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.line).hexdigest()


@dataclass(frozen=True)
class Head:
    """The last event: its number (0 before the first), the hash of its line, the byte at which that begins in the file, and the lake
    whose commits the chain has by then.
    """

    number: int
    sha256: str
    start: int = 0
    lake: str = ""

    def __str__(self) -> str:
        return f"{self.number} {self.sha256}"


START = Head(0, NOTHING_BEFORE)


#: What a person is told where the head's file is gone.
#: A line of an anchor's file: the chain's name, and a head.
_ANCHORED = re.compile(r"([0-9a-f]{64}) ([0-9]+) ([0-9a-f]{64})")
LOST_HEAD = "缺失，尾部是否被截去无从得知，请从备份恢复 / is missing, so that a cut of the end could not be seen; restore it from a backup"


def is_head_lost(head: Head, events: Iterable[Event]) -> bool:
    """Whether events that the chain has were once named by a head, and are not: what is added at once has one time."""
    return head == START and len({event.at for event in events}) > 1


def parse(line: bytes) -> Event:
    """The event of a line.

    Raises:
        ValueError: the line is none.
    """
    try:
        fields = json.loads(line)
        return Event(
            *(fields[name] for name in ("number", "at", "kind", "subject", "body", "previous")),
            line=line,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"no event: {line[:80]!r}") from error


class Chain:
    """The chain of a home. Appending takes turns under an OS file lock; reading needs none."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.folder = home.root / "audit"
        self.file = self.folder / "events.jsonl"
        self._head = self.folder / "head.json"
        self._pending = self.folder / "pending.json"

    @property
    def exists(self) -> bool:
        return self.file.is_file()

    def lines(self) -> list[bytes]:
        """The lines of the file that are whole, without their ends."""
        data = self.file.read_bytes() if self.exists else b""
        return data[: data.rfind(b"\n") + 1].splitlines()

    def events(self) -> Iterator[Event]:
        """The events in their order, as the file has them; a commit that is on its way is among them once the lake has it.

        Raises:
            ChainError: a line is no event.
        """
        landed = self._landed()  # first: what is added meanwhile, the file has by then
        lines = self.lines()
        lines += [line for line in landed if line not in lines[-len(landed) :]]
        for number, line in enumerate(lines, 1):
            try:
                yield parse(line)
            except ValueError as error:
                raise ChainError(
                    f"{self.file}:{number}: 该行不是事件，请从备份恢复 / the line is no event; restore the file from a backup ({error})"
                ) from error

    def head(self) -> Head:
        """The last event that the head's file names; `START` where there is none.

        Raises:
            ChainError: the file names none.
        """
        if not self._head.is_file():
            return START
        try:
            return Head(**json.loads(self._head.read_text("utf-8")))
        except (TypeError, ValueError) as error:
            raise ChainError(
                f"{self._head}: 链首文件已损坏，请从备份恢复 / the file of the head is damaged; restore it from a backup ({error})"
            ) from error

    def append(self, notes: Iterable[Note]) -> Head:
        """Add events, at once and as a whole; returns the new head.

        Raises:
            ChainError: the chain was cut or changed at its end.
            AnchorError: on record, but not at the anchor.
        """
        with self.locked() as end:
            return end.add(end.lines(notes))

    @contextmanager
    def locked(self) -> Iterator["End"]:
        """The end of the chain, nobody else adding to it, and what a crash left there settled."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "chain.lock").open("a") as lock, full_disk_named(self.folder):
            fcntl.flock(lock, fcntl.LOCK_EX)
            landed = self._landed()
            end = self._end()
            if end.head != self.head():
                # Of a process that died before it wrote the head; what is added now has another time.
                write_whole(self._head, json.dumps(asdict(end.head)).encode(), "head")
            if landed:
                end.add(landed)
            self._pending.unlink(missing_ok=True)
            yield end

    def demand_clock(self) -> None:
        """Refuse to go on while the clock is behind the last event.

        Raises:
            ClockError: it is, by more than policy lets pass.
        """
        if lines := self._tail(self.head()).splitlines():
            try:
                last = datetime.fromisoformat(parse(lines[-1]).at)
            except ValueError:
                # What is no event is for those who follow the chain to name, with the mend.
                return
            not_before(datetime.now(UTC), last, lambda: tolerance_of(self.home))

    def _tail(self, head: Head) -> bytes:
        """The whole lines from the one that a head names on: appending costs the same however long the chain is."""
        if not self.exists:
            return b""
        with self.file.open("rb") as file:
            file.seek(head.start)
            tail = file.read()
        return tail[: tail.rfind(b"\n") + 1]

    def _end(self) -> "End":
        head = self.head()
        whole = self._tail(head)
        lines = whole.splitlines()
        if head != START and (not lines or hashlib.sha256(lines[0]).hexdigest() != head.sha256):
            raise ChainError(
                f"{self.file}: 事件链缺少或改动了链首所指的第 {head.number} 条；请先用 shuzhang audit verify 查明，再从备份恢复 / the "
                f"chain does not have event {head.number} that its head names; see `shuzhang audit verify`, then restore it"
            )
        # More lines than the head names are those of a process that died before it wrote the head.
        events = [*map(parse, lines)]
        if is_head_lost(head, events):
            raise ChainError(f"{self._head}: {LOST_HEAD}")
        return End(self, events, head.start + len(whole), head.lake)

    def _landed(self) -> list[bytes]:
        """The lines that were noted aside for a commit which the lake has, or for files that are in place, and which the file has not."""
        if not self._pending.is_file():
            return []
        fields = json.loads(self._pending.read_text("utf-8"))
        noted = [line.encode() for line in fields["lines"]]
        if files := fields.get("files"):
            in_place = list(takewhile(lambda one: _is_in_place(self.home, *one), files))
            noted = noted[: len(in_place)]
        elif not _has_commit(self.home, fields["snapshot"], hashlib.sha256(noted[-1]).hexdigest()):
            return []
        here = set(self.lines()[-len(fields["lines"]) :])
        return [line for line in noted if line not in here]


class End:
    """The end of a chain while it is locked."""

    def __init__(self, chain: Chain, tail: Sequence[Event], size: int, lake: str) -> None:
        self._chain = chain
        self._last: Event | None = None
        self._size = size
        self._lake = lake
        self._go_on(tail)

    @property
    def head(self) -> Head:
        last = self._last
        return Head(last.number, last.sha256, self._size - len(last.line) - 1, self._lake) if last else START

    def _go_on(self, events: Sequence[Event]) -> None:
        for event in events:
            self._last = event
            self._lake = event.subject if event.kind == LAKE else self._lake

    @property
    def at(self) -> str:
        """Now, and never before the last event."""
        return max(_now(), self._last.at) if self._last else _now()

    def lines(self, notes: Iterable[Note]) -> list[bytes]:
        """The lines that events would have here, each naming the one before."""
        notes = [*notes]
        puts_right = any(note.kind == CLOCK for note in notes)
        head, at, lines = self.head, _now() if puts_right else self.at, []
        for note in notes:
            fields = {
                "at": at,
                "body": note.body,
                "kind": note.kind,
                "number": head.number + 1,
                "previous": head.sha256,
                "subject": note.subject,
            }
            line = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
            head = Head(head.number + 1, hashlib.sha256(line).hexdigest())
            lines.append(line)
        return lines

    def announce(
        self, lines: Sequence[bytes], *, snapshot_id: int | None = None, files: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Note aside the lines of what is about to be done.

        Args:
            snapshot_id: of the commit that will be made, whose own line is the last.
            files: that will be put in place in their order, each with its line: path, absolute or below the home, and hash.
        """
        fields = {"snapshot": snapshot_id, "files": files, "lines": [line.decode() for line in lines]}
        write_whole(self._chain._pending, json.dumps(fields, ensure_ascii=False).encode(), "pending")

    def add(self, lines: Sequence[bytes]) -> Head:
        """Add lines to the file, then name the last of them as the head."""
        if not lines:
            return self.head
        chain = self._chain
        data = b"".join(line + b"\n" for line in lines)
        with chain.file.open("ab") as file:
            file.truncate(self._size)  # of a line that was cut off, nothing was ever named
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        reach("file.inside", "head")
        self._size += len(data)
        self._go_on([*map(parse, lines)])
        head = self.head
        write_whole(chain._head, json.dumps(asdict(head)).encode(), "head")
        chain._pending.unlink(missing_ok=True)
        _anchor(chain, head)
        return head


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _anchor(chain: Chain, head: Head) -> None:
    """Write the head where SHUZHANG_ANCHOR says, after the name of the chain: the hash of its first event."""
    anchor = os.environ.get(ANCHOR_VARIABLE)
    if not anchor:
        return
    with chain.file.open("rb") as file:
        name = hashlib.sha256(file.readline().rstrip(b"\n")).hexdigest()
    try:
        # A line that was torn stays a line of its own, which an audit names.
        start = "\n" if _is_torn(Path(anchor)) else ""
        with Path(anchor).open("a", encoding="utf-8") as file:
            file.write(f"{start}{name} {head}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise AnchorError(
            f"{anchor}: 链首未能写到 {ANCHOR_VARIABLE} 指定的位置，家目录内已记录；请修复，下一事件会再写 / the head is on record in the "
            f"home, but could not be written where {ANCHOR_VARIABLE} says; mend that, the next event writes it again ({error})"
        ) from error


def _is_torn(anchor: Path) -> bool:
    """Whether a file ends within a line, as far as it may be read."""
    try:
        with anchor.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"
    except OSError:  # it is empty, not there yet, or may be written alone
        return False


class Anchored(NamedTuple):
    """What an anchor's file has: the heads of a chain, in their order, and the numbers of lines that are no heads of any."""

    heads: list[Head]
    illegible: list[int]


def anchored(chain: Chain, anchor: Path) -> Anchored:
    """What an anchor's file has of a chain.

    Raises:
        AnchorError: it cannot be read.
    """
    try:
        text = anchor.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AnchorError(
            f"{anchor}: 无法读取，家目录外没有链首可比；请恢复该文件 / it cannot be read, so that no head outside of the home is compared; "
            f"restore the file ({error})"
        ) from error
    lines = chain.lines()
    name = hashlib.sha256(lines[0]).hexdigest() if lines else NOTHING_BEFORE
    found = Anchored([], [])
    for number, line in enumerate(text.splitlines(), 1):
        match = _ANCHORED.fullmatch(line)
        if match is None:
            found.illegible.append(number)
        elif match[1] == name:
            found.heads.append(Head(int(match[2]), match[3]))
    return found


def _is_in_place(home: Home, path: str, sha256: str) -> bool:
    file = home.root / path
    return file.is_file() and file_sha256(file) == sha256


def last_commit(home: Home) -> tuple[int, str | None] | None:
    """The last snapshot of the lake and the event that it names; asked of its catalogue itself, since DuckDB takes long to begin."""
    return _commit(home, "ORDER BY snapshot_id DESC LIMIT 1")


def _has_commit(home: Home, snapshot_id: int, sha256: str) -> bool:
    """Whether the lake has a snapshot that names an event."""
    return _commit(home, "WHERE snapshot_id = ?", snapshot_id) == (snapshot_id, sha256)


def _commit(home: Home, which: str, *values: int) -> tuple[int, str | None] | None:
    catalogue = home.lake / "catalog.sqlite"
    if not catalogue.is_file():
        return None
    with closing(sqlite3.connect(f"{catalogue.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        row = connection.execute(
            "SELECT snapshot_id, commit_extra_info FROM ducklake_snapshot "
            f"LEFT JOIN ducklake_snapshot_changes USING (snapshot_id) {which}",
            values,
        ).fetchone()
    return row and (row[0], event_named(row[1]))


def event_named(said: str | None) -> str | None:
    """The event that a snapshot names in what its commit said, if it does."""
    try:
        return json.loads(said or "{}").get("event")
    except (ValueError, AttributeError):
        return None  # whoever wrote it, it was no commit of ours
