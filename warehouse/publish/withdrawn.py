"""Files of a period that was taken back: they stay as they were published, and each is marked as withdrawn by a note beside it.

Does not belong here: taking a period back (`building/removal.py`).
"""

from pathlib import Path

from warehouse.building.removal import removals
from warehouse.publish.report.versions import all_versions
from warehouse.store.chain import Event
from warehouse.store.disk import write_whole
from warehouse.store.lake import Lake
from warehouse.store.owed import WITHDRAWN, owed, strike_out

_SUFFIX = " 已撤回 WITHDRAWN.txt"


def mark_withdrawn(lake: Lake) -> list[Path]:
    """Write the notes that are owed; returns them. Of a period that was built again since, none is."""
    written = []
    removed = removals(lake.chain)
    for period in sorted(owed(lake.home, WITHDRAWN)):
        for file in _published(lake, period) if period in removed else ():
            note = _note(file)
            write_whole(note, _text(file, removed[period]).encode(), "report")
            written.append(note)
        strike_out(lake.home, WITHDRAWN, period)
    return written


def unmark(file: Path) -> None:
    """A file that is published anew is not withdrawn."""
    _note(file).unlink(missing_ok=True)


def _published(lake: Lake, period: str) -> list[Path]:
    """The files of a period, without notes and what a process that died left half written; of the versions of a report their folders,
    in which nothing is changed.
    """
    files = (lake.home.reports / period).rglob("*")
    found = [f for f in files if f.is_file() and not f.name.endswith(_SUFFIX) and not f.name.startswith(".")]
    withdrawn = [v for v in all_versions(lake.chain.events()) if v.is_withdrawn and v.edition.period == period]
    return sorted([*found, *(lake.home.root / version.folder for version in withdrawn)])


def _note(file: Path) -> Path:
    return file.with_name(file.name + _SUFFIX)


def _text(file: Path, event: Event) -> str:
    return "\n".join(
        [
            f"已撤回 / WITHDRAWN: {file.name}",
            "",
            f"期间 / period: {event.subject}",
            f"撤回时间 / withdrawn at: {event.at[:19].replace('T', ' ')} UTC",
            f"理由 / reason: {event.body['reason']}",
            f"决定 / decided by: {event.body['by']}",
            "",
            f"本期间已撤回，其中的数字不再有效，仅按发布时原样留存（事件链第 {event.number} 条）。",
            f"The period was taken back: these figures no longer hold. They are kept as they were published (event {event.number} of "
            "the chain).",
            "",
        ]
    )
