"""The inbox of a home: what others put there, received into the intake and archived, or put in quarantine with a report.

    inbox/FOLDER/manifest.toml …      a delivery; complete once its manifest is there, so that is to be put last
    inbox/DELIVERER/FILE              a delivery of one file without a manifest (`unlabelled.py`)
    inbox/DELIVERER/FOLDER/…          a delivery of a folder, with or without a manifest
    inbox/quarantine/…                what was not received, NAME.report.txt beside it

What has no manifest is complete when names, sizes and times of its files were the same in two looks `STABLE_SECONDS` apart; what
cannot be received so is left for `WAIT_SECONDS`, since its manifest may be on the way. Names that begin with `.` or `~$` or end as
unfinished downloads do are not looked at.
The archive is the kept bytes, `blobs/` by SHA-256: a file leaves the inbox once its bytes are kept there and its delivery is on
record, unless it changed meanwhile. What comes in is not trusted: nothing is read through a link or outside of its folder, and no
archive is unpacked. Does not belong here: reading the files' content (a run does).
"""

import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from warehouse.intake.deliveries import MANIFEST, OPERATOR, DeliveryError, Intake, Manifest, read_manifest
from warehouse.intake.unlabelled import manifest_of
from warehouse.store.home import Home, write_whole

#: A delivery without a manifest is taken when it was the same in two looks at least so far apart.
STABLE_SECONDS = 30
#: What has no manifest and cannot be received without one is given so long.
WAIT_SECONDS = 600

_QUARANTINE = "quarantine"
#: `taken` and `refused` are of earlier versions.
_NOT_DELIVERERS = (_QUARANTINE, "taken", "refused")
_UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".tmp", "~")


@dataclass(frozen=True)
class Taken:
    """What was received, by its path in the inbox; `delivery_id` is the earlier delivery's where it repeats one."""

    name: str
    deliverer_code: str
    delivery_id: str


@dataclass(frozen=True)
class Left:
    """What was not received, and why; `is_quarantined` if it was moved away, else it is tried again."""

    name: str
    reason: str
    is_quarantined: bool


@dataclass(frozen=True)
class Seen:
    """What has no manifest yet: a mark of its files' names, sizes and times, and when it was first seen so (seconds)."""

    mark: str
    since: float


@dataclass(frozen=True)
class Look:
    """What a look at the inbox came to; `seen` is to be given to the next one."""

    taken: list[Taken]
    left: list[Left]
    seen: dict[str, Seen]


@dataclass(frozen=True)
class _Drop:
    """Something in the inbox; `deliverer` is empty where it lies in no deliverer's folder."""

    path: Path
    name: str
    deliverer: str
    has_manifest: bool


def look(
    home: Home,
    seen: Mapping[str, Seen] | None = None,
    *,
    deliverers: Collection[str] = (),
    now: datetime | None = None,
) -> Look:
    """Receive what is complete in the inbox, in the order of dates and sequences.

    Args:
        seen: of the look before.
        deliverers: codes by which a folder may be named, besides those of earlier deliverers.
        now: the time of receipt; the clock's by default.
    """
    intake, now = Intake(home), now or datetime.now(UTC)
    on_record = intake.known()
    known = on_record.deliverers.union(deliverers)
    result = Look([], [], {})
    ready: list[tuple[_Drop, Manifest]] = []
    for drop in _drops(home.inbox, result):
        try:
            if (manifest := _manifest(drop, seen or {}, result, known, now)) is not None:
                ready.append((drop, manifest))
        except DeliveryError as error:
            result.left.append(_quarantine(home.inbox, drop, str(error)))
        except OSError as error:
            result.left.append(Left(drop.name, _unreadable(error), False))
    for drop, manifest in sorted(ready, key=lambda item: (item[1].delivery_date, item[1].sequence or 1, item[0].name)):
        try:
            before = _mark(drop.path)
            delivery = manifest.delivery(intake, follow_links=False)
            receipt = intake.receive(delivery, sequence_given=manifest.sequence is not None, known=on_record)
            result.left.extend(_archive(home, drop, manifest, before))
        except DeliveryError as error:
            result.left.append(_quarantine(home.inbox, drop, str(error)))
        except OSError as error:
            result.left.append(Left(drop.name, _unreadable(error), False))
        else:
            identity = receipt.repeats or receipt.delivery.delivery_id
            result.taken.append(Taken(drop.name, manifest.deliverer_code, identity))
    return result


def _drops(inbox: Path, result: Look) -> Iterator[_Drop]:
    for entry in _entries(inbox):
        if entry.name in _NOT_DELIVERERS:
            continue
        is_folder = entry.is_dir() and not entry.is_symlink()
        if is_folder and not _has_manifest(entry):
            try:
                children = _entries(entry)
            except OSError as error:
                result.left.append(Left(entry.name, _unreadable(error), False))
                continue
            for child in children:
                yield _Drop(child, f"{entry.name}/{child.name}", entry.name, _has_manifest(child))
        else:
            yield _Drop(entry, entry.name, "", is_folder)


def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = sorted(folder.iterdir())
    return [path for path in found if not path.name.startswith((".", "~$")) and not path.name.endswith(_UNFINISHED)]


def _has_manifest(path: Path) -> bool:
    return not path.is_symlink() and os.path.lexists(path / MANIFEST)


def _manifest(
    drop: _Drop, seen: Mapping[str, Seen], result: Look, known: Collection[str], now: datetime
) -> Manifest | None:
    """The manifest of what is complete; None, and a note in `result.seen`, of what is not."""
    files = list(_files(drop.path))
    if drop.has_manifest:
        manifest = read_manifest(drop.path)
        if manifest.deliverer_code == OPERATOR:
            raise DeliveryError(f"{drop.name}: {OPERATOR!r} is the operator's own code 该代码只供本系统使用")
        return manifest
    mark, before = _mark(drop.path), seen.get(drop.name)
    since = before.since if before and before.mark == mark else now.timestamp()
    age = now.timestamp() - since
    if age < STABLE_SECONDS:
        result.seen[drop.name] = Seen(mark, since)
        return None
    try:
        return manifest_of(drop.path.name, files, drop.deliverer, known, now.astimezone().date())
    except DeliveryError:
        if age < WAIT_SECONDS:
            result.seen[drop.name] = Seen(mark, since)
            return None
        raise


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """The files of a drop by name, in their order.

    Raises:
        DeliveryError: something in it is neither a file nor a folder.
    """
    kind = path.lstat().st_mode
    if stat.S_ISREG(kind):
        yield path.name, path
        return
    if not stat.S_ISDIR(kind):
        raise _not_a_file(path)
    for root, folders, files in os.walk(path, onerror=_raise, followlinks=False):
        folders.sort()
        for name in [*folders, *sorted(files)]:
            inner = Path(root) / name
            mode = inner.lstat().st_mode
            if stat.S_ISREG(mode):
                yield str(inner.relative_to(path)), inner
            elif not stat.S_ISDIR(mode):
                raise _not_a_file(inner)


def _raise(error: OSError) -> NoReturn:
    raise error


def _not_a_file(path: Path) -> DeliveryError:
    what = "a symbolic link" if path.is_symlink() else "not a file"
    return DeliveryError(f"{path.name!r} is {what}; put the file itself 不接受链接和特殊文件，请放入文件本身")


def _mark(path: Path) -> str:
    facts = [(name, file.lstat().st_size, file.lstat().st_mtime_ns) for name, file in _files(path)]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _archive(home: Home, drop: _Drop, manifest: Manifest, before: str) -> Iterator[Left]:
    """Take out of the inbox what was received: its bytes are kept. What the manifest does not name goes into quarantine."""
    if _mark(drop.path) != before:
        yield Left(
            drop.name, "it changed while it was received, and is received again 接收时仍在变化，将再次接收", False
        )
        return
    if drop.has_manifest:
        home.keep_file(drop.path / MANIFEST, follow_links=False)
        (drop.path / MANIFEST).unlink()
    for _, file in manifest.files:
        file.unlink(missing_ok=True)
    if not drop.path.is_dir():
        return
    for root, _, _ in os.walk(drop.path, topdown=False):
        if not any(Path(root).iterdir()):
            Path(root).rmdir()
    if drop.path.exists():
        yield _quarantine(home.inbox, drop, "files that the manifest does not name 清单未列出的文件")


def _quarantine(inbox: Path, drop: _Drop, reason: str) -> Left:
    """Move something away, beside a report; what is there already under the name stays as it is."""
    try:
        target, count = inbox / _QUARANTINE / drop.name, 1
        target.parent.mkdir(parents=True, exist_ok=True)
        while os.path.lexists(target):
            count += 1
            target = target.with_name(f"{drop.path.name}~{count}")
        drop.path.rename(target)
        report = (
            f"未接收 / not received: inbox/{drop.name}\n原因 / reason: {reason}\n"
            "处理 / what to do: 改正后重新放入 inbox / mend it and put it into the inbox again\n"
        )
        write_whole(target.with_name(f"{target.name}.report.txt"), report.encode(), "intake")
    except OSError as error:
        return Left(drop.name, f"{reason}; {_unreadable(error)}", False)
    return Left(drop.name, reason, True)


def _unreadable(error: OSError) -> str:
    return f"{error}; mend it, it is tried again 无法读取或移动，请处理后等待重试"
