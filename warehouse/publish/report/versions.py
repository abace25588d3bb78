"""The versions of a report: which there are of a period, scope and kind, by the chain of events, and which comes next.

A draft, and one that was reviewed, may be written again under its number; a published one never, and what follows it has the next number.
Those of a period that was taken back are withdrawn: they stand no more, and none of them is written again.
Belongs here: that, and the cells of a version. Does not belong here: writing a version (`publish.py`), what differs (`cells.py`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.publish.report.cells import Cells, read_cells
from warehouse.publish.report.edition import AUDIT, PUBLISHED, Edition, Scope
from warehouse.store.chain import EDITION, PERIOD_REMOVED, Event
from warehouse.store.disk import file_sha256
from warehouse.store.folders import resolved
from warehouse.store.home import Home
from warehouse.store.on_record import NotOnRecordError

#: The file of a version that has its cells, exactly.
CELLS_FILE = f"{AUDIT}/cells.parquet"
#: Where versions had it that were written before.
_EARLIER_CELLS_FILE = "cells.parquet"
_FOLDER = "published"


@dataclass(frozen=True)
class Version:
    """A version as it was written last. folder: below the home. lake: the identity of the lake that its snapshot is of. is_withdrawn: its
    period was taken back since.
    """

    edition: Edition
    folder: str
    lake: str
    by: str
    reason: str
    files: Mapping[str, str]
    event: Event
    is_withdrawn: bool

    @property
    def is_published(self) -> bool:
        return self.edition.state == PUBLISHED


@dataclass(frozen=True)
class Versions:
    """The versions of a report of a period, scope and kind, in their order."""

    all: Sequence[Version]

    @property
    def open(self) -> Version | None:
        """The one that may be written again, if there is one."""
        last = self.all[-1] if self.all else None
        return None if last is None or last.is_published or last.is_withdrawn else last

    @property
    def published(self) -> Version | None:
        """The last one that was published, withdrawn or not."""
        return next((version for version in reversed(self.all) if version.is_published), None)

    @property
    def next_number(self) -> int:
        """The number of what is written next."""
        if self.open:
            return self.open.edition.version
        return self.all[-1].edition.version + 1 if self.all else 1


def report_folder(home: Home, period: str, scope: Scope, report_kind: str) -> Path:
    """Where the versions of a report lie."""
    return home.reports / _FOLDER / period / scope.slug / report_kind


def version_folder(home: Home, edition: Edition) -> Path:
    return report_folder(home, edition.period, edition.scope, edition.report_kind) / f"v{edition.version}"


def all_versions(events: Iterable[Event]) -> Iterator[Version]:
    """Every version that is on record, as it was written last."""
    last: dict[str, Event] = {}
    removed: dict[str, int] = {}
    for event in events:
        if event.kind == EDITION:
            last[event.subject] = event
        elif event.kind == PERIOD_REMOVED:
            removed[event.subject] = event.number
    for folder, event in last.items():
        yield _version(folder, event, event.number < removed.get(event.body["period"], 0))


def versions(home: Home, events: Iterable[Event], period: str, scope: Scope, report_kind: str) -> Versions:
    """The versions of one report."""
    prefix = report_folder(home, period, scope, report_kind).relative_to(home.root).as_posix()
    found = [version for version in all_versions(events) if version.folder.rpartition("/")[0] == prefix]
    return Versions(sorted(found, key=lambda version: version.edition.version))


def said(edition: Edition, *, lake: str, by: str, reason: str, restates: int | None, changed: int) -> dict[str, Any]:
    """What the event of a version says of it, besides its files."""
    return {
        "period": edition.period,
        "level": edition.scope.level,
        "code": edition.scope.code,
        "name": edition.scope.name,
        "report_kind": edition.report_kind,
        "kind_name": edition.kind_name,
        "version": edition.version,
        "state": edition.state,
        "snapshot": edition.snapshot,
        "lake": lake,
        "by": by,
        "reason": reason,
        "restates": restates,
        "changed_cells": changed,
    }


def kept_cells(home: Home, version: Version) -> Cells:
    """The cells of a version, as they were written.

    Raises:
        NotOnRecordError: the file is gone, or was changed.
    """
    name = CELLS_FILE if CELLS_FILE in version.files else _EARLIER_CELLS_FILE
    file = resolved(home.root / version.folder / name)
    if not file.is_file() or file_sha256(file) != version.files[name]:
        raise NotOnRecordError(
            f"{file}: 该版本的单元格文件缺失或被改动，无从比较；请从备份恢复 / the cells of this version are missing or were changed, "
            "so that nothing can be compared with them; restore the file from a backup"
        )
    return read_cells(file)


def _version(folder: str, event: Event, is_withdrawn: bool) -> Version:
    body = event.body
    scope = Scope(body["level"], body["code"], body["name"])
    edition = Edition(
        body["period"], scope, body["report_kind"], body["kind_name"], body["version"], body["state"], body["snapshot"]
    )
    return Version(
        edition, folder, body["lake"], body["by"], body["reason"], body["files"], event, is_withdrawn=is_withdrawn
    )
