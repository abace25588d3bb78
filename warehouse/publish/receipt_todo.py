"""What a deliverer must do about a delivery, the costliest first: what all of it was held or refused for, then rejected files, rejected
records, and what was only warned of.

Belongs here: the order, and places in words. Does not belong here: asking the lake, and the workbook (`receipt.py`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from typing import Any

from readers.problems import WARNING
from warehouse.intake.units import Doubt

#: Of the places of a fault so many are written.
_SHOWN_PLACES = 12
#: How a place in delimited text counts records; its line says the same to people.
_COUNTED = re.compile(r"^record [\d-]+, (?=line )")
_NUMBERED = re.compile(r"(.*?)(\d+)(?:-(\d+))?", re.DOTALL)

_ASK = (
    "请与数据团队联系，由其放行（release）或退回（refuse）；此前的记录照旧有效",
    "ask the data team to release or refuse it; what stood before stands meanwhile",
)
_AGAIN = ("改正后重新交付", "mend it and deliver it again")
_LATER = ("请核对；有误的在下次交付时改正", "check it; if it is wrong, mend it with the next delivery")
_NO_RECORD = (
    "文件中没有一条记录",
    "there is no record in the file",
    "在表头之下（模板在示例行之下）填写后重新交付",
    "fill in records below the header (in a template below the example row) and deliver it again",
)


class Weight(IntEnum):
    """What something costs the deliverer: all of the delivery is out, a file is, records are, or nothing yet."""

    DELIVERY = 0
    FILE = 1
    RECORDS = 2
    WARNING = 3


@dataclass(frozen=True)
class Todo:
    """Something to do. records: how many are concerned, 0 where they were not counted. place: file and place, a line each."""

    weight: Weight
    records: int
    place: str
    message_zh: str
    message_en: str
    mend_zh: str
    mend_en: str


@dataclass(frozen=True)
class Fault:
    """What is wrong with records of a file, in the same words: a row of `queries/receipt_rejected.sql` or `receipt_warned.sql`.

    is_run: the records follow each other. places: the first of them. raw: the first record's text, where it is shown.
    """

    source_file: str
    rule: str
    column_name: str
    message_zh: str
    message_en: str
    mend_zh: str | None
    mend_en: str | None
    records: int
    is_run: bool
    last_place: str
    places: Sequence[str]
    raw: str | None

    @property
    def where(self) -> str:
        """The places in words: those that follow each other as one."""
        if self.is_run:
            return _span(short(self.places[0]), short(self.last_place))
        spans = list(_spans(map(short, self.places)))
        whole = len(spans) <= _SHOWN_PLACES and self.records == len(self.places)
        return "；".join(spans[:_SHOWN_PLACES]) + ("" if whole else " …")


def todos(
    facts: Mapping[str, Any],
    files: Sequence[Mapping[str, Any]],
    rejected: Sequence[Fault],
    warned: Sequence[Fault],
    doubts: Iterable[Doubt],
) -> list[Todo]:
    """What the deliverer must do, the costliest first, and then what concerns most records.

    Args:
        facts: of the delivery, as `queries/receipt_deliveries.sql` has them.
        files: its files, as `queries/receipt_files.sql` has them.
    """

    def rule(fault: Fault) -> tuple[str, str, str]:
        return fault.source_file, fault.rule, fault.column_name

    by_rule = [list(group) for _, group in groupby(sorted(rejected, key=rule), key=rule)]
    found = [
        *_of_delivery(facts),
        *(todo for file in files for todo in _of_file(file)),
        *(_of_faults(Weight.RECORDS, faults) for faults in by_rule),
        *(_of_doubt(doubt) for doubt in doubts),
        *(_of_faults(Weight.WARNING, [fault]) for fault in warned),
    ]
    # Of warnings, what was not counted concerns a whole file or delivery, and comes first.
    return sorted(found, key=lambda todo: (todo.weight, todo.records > 0, -todo.records))


def short(place: str) -> str:
    """A place without what people do not count by."""
    return _COUNTED.sub("", place)


def _of_delivery(facts: Mapping[str, Any]) -> Iterator[Todo]:
    reason = facts["status_reason"] or ""
    if facts["status"] == "held":
        yield Todo(
            Weight.DELIVERY, facts["held_count"] or 0, "", f"整次交付被搁置：{reason}", "the delivery is held", *_ASK
        )
    elif facts["status"] == "refused":
        count = facts["rejected_count"] or 0
        yield Todo(Weight.DELIVERY, count, "", f"整次交付被退回：{reason}", "the delivery was refused", *_AGAIN)


def _of_file(file: Mapping[str, Any]) -> Iterator[Todo]:
    name = file["source_file"]
    if file["status"] == "rejected":
        place = _joined(name, file["place"])
        yield Todo(
            Weight.FILE, 0, place, *(file[part] or "" for part in ("message_zh", "message_en", "mend_zh", "mend_en"))
        )
    elif not file["record_count"]:
        yield Todo(Weight.FILE, 0, name, *_NO_RECORD)
    for note in (file["notes"] or "").splitlines():
        if note.startswith(WARNING):
            yield Todo(Weight.WARNING, 0, name, note.removeprefix(WARNING), "", *_LATER)


def _of_faults(weight: Weight, faults: Sequence[Fault]) -> Todo:
    """Faults of a rule and column as one thing to do, in the words of the first."""
    first = faults[0]
    is_many = len(faults) > 1
    return Todo(
        weight,
        sum(fault.records for fault in faults),
        _joined(first.source_file, first.where + (" …" if is_many else "")),
        first.message_zh + ("（等）" if is_many else ""),
        first.message_en + (" (and others)" if is_many else ""),
        first.mend_zh or "",
        first.mend_en or "",
    )


def _of_doubt(doubt: Doubt) -> Todo:
    place = _joined(doubt.file, short(doubt.place))
    return Todo(Weight.WARNING, doubt.records, place, doubt.message_zh, doubt.message_en, doubt.mend_zh, doubt.mend_en)


def _joined(*parts: str | None) -> str:
    return "\n".join(part for part in parts if part)


def _spans(places: Iterable[str]) -> Iterator[str]:
    """Places, with those that follow each other as one: `表!3-5`."""
    first = last = ""
    for place in places:
        if first and _follows(last, place):
            last = place
            continue
        if first:
            yield _span(first, last)
        first = last = place
    if first:
        yield _span(first, last)


def _follows(place: str, other: str) -> bool:
    before, after = _NUMBERED.fullmatch(place), _NUMBERED.fullmatch(other)
    return bool(before and after and before[1] == after[1] and int(before[3] or before[2]) + 1 == int(after[2]))


def _span(first: str, last: str) -> str:
    """From one place to another; what they share is written once."""
    start, end = _NUMBERED.fullmatch(first), _NUMBERED.fullmatch(last)
    if first == last:
        return first
    if start and end and start[1] == end[1]:
        return f"{start[1]}{start[2]}-{end[3] or end[2]}"
    return f"{first} – {last}"
