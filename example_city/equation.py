"""What must become of the example city's records, by the generator's own objects, not by its files.

Belongs here: the record equation in = accepted + rejected + unchanged + held over a series of deliveries,
and what stands in the end. Does not belong here: writing, and any use of the readers or the models, which
this is to be held against.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from example_city.model import Delivery, Record


@dataclass
class Counts:
    """The record equation of a kind, with the records that full deliveries took away."""

    received: int = 0
    accepted: int = 0
    rejected: int = 0
    unchanged: int = 0
    held: int = 0
    deleted: int = 0

    def as_dict(self) -> dict[str, int]:
        """The counts under the names of `shuzhang status`."""
        return {
            "in": self.received,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "unchanged": self.unchanged,
            "held": self.held,
            "deleted": self.deleted,
        }


@dataclass
class Outcome:
    """What became of all deliveries: counts by kind, and the records that stand, by group and key."""

    counts: dict[str, Counts] = field(default_factory=dict)
    standing: dict[tuple[str, str, str], dict[str, Record]] = field(default_factory=dict)

    def records(self, kind: str) -> list[Record]:
        """The records of a kind that stand in the end."""
        return [r for (_, _, k), group in self.standing.items() if k == kind for r in group.values()]


def outcome(deliveries: Iterable[Delivery]) -> Outcome:
    """Take the deliveries in their order, as deliveries.md says."""
    found = Outcome()
    for delivery in sorted(deliveries, key=lambda d: (d.day, d.sequence)):
        _take(delivery, found)
    return found


def _take(delivery: Delivery, found: Outcome) -> None:
    counts = found.counts.setdefault(delivery.kind, Counts())
    standing = found.standing.setdefault(delivery.group, {})
    present: set[str] = set()
    for record in (record for file in delivery.files if not file.spoil for record in file.records):
        if not record.is_record:
            continue
        counts.received += 1
        key = None if record.verbatim else record.key(delivery.kind)
        if key:
            present.add(key)
        if record.rule or key is None:
            counts.rejected += 1
        elif key in standing and standing[key].content == record.content:
            counts.unchanged += 1
        else:
            counts.accepted += 1
            standing[key] = record
    # A file that could not be read may hold what seems to be missing: then nothing is taken away.
    if delivery.mode == "full" and not any(file.spoil for file in delivery.files):
        for key in set(standing) - present:
            del standing[key]
            counts.deleted += 1
