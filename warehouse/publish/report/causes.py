"""Why cells differ: which deliveries, decisions and entries of policy the figures of two times do not have in common.

The rows at which the traces of the old and of the new figure end are compared; what changed since the old snapshot among them is the cause.
All cells are traced together first: where one cause is left, it is that of each. Where there are more, the cells are halved, until each
has its own. A cell of a sum has the causes of its parts that changed, if these are all of its difference: a summary has what was left out
or corrected of it besides, and is traced itself. Nothing is guessed: where the old snapshot is gone, or the number of traces would be too
great, that is said.

Does not belong here: which cells differ (`cells.py`), what moved between two months (`movements.py`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from readers.kinds import KINDS
from warehouse.publish.report.cells import CellChange
from warehouse.publish.report.scope import UNIT, Entities
from warehouse.store.lake import Lake
from warehouse.store.on_record import NotOnRecordError
from warehouse.trace.tracer import Origin, Tracer
from warehouse.trace.walk import COMMITS, Leaf

DELIVERY, DECISION, WITHDRAWAL, POLICY = "delivery", "decision", "withdrawal", "policy"
MODEL, MOVEMENT, UNTRACED, UNKNOWN = "model", "movement", "untraced", "unknown"
#: What a cause of each kind is called.
CAUSES = {
    DELIVERY: "交付",
    DECISION: "决定",
    WITHDRAWAL: "撤回",
    POLICY: "政策",
    MODEL: "模型",
    MOVEMENT: "变动",
    UNTRACED: "未追溯",
    UNKNOWN: "未查明",
}
#: Kinds of deliveries in which persons decide.
_DECISIONS = frozenset({"decisions", "corrections", "closings"})
#: So many pairs of traces are made; each takes a second or more.
MOST_TRACES = 40

_RECORD, _DELIVERY, _ENTRY = "landing.record", "landing.delivery", "policy.entry"


@dataclass(frozen=True, order=True)
class Cause:
    """Why a cell differs. subject: the delivery, the entry of policy, the table. text: what a person is told."""

    kind: str
    subject: str
    text: str

    def __str__(self) -> str:
        return f"{CAUSES[self.kind]} {self.text}"


@dataclass(frozen=True)
class Time:
    """Of which period, and as of which snapshot of the lake, a figure is; by default as of the last one."""

    period: str
    snapshot: int | None = None


#: The causes of cells.
Causes = Mapping[CellChange, Sequence[Cause]]


def causes(
    lake: Lake,
    changes: Sequence[CellChange],
    before: Time,
    after: Time,
    known: Entities,
    most_traces: int = MOST_TRACES,
) -> dict[CellChange, Sequence[Cause]]:
    """The causes of every cell that differs.

    Args:
        known: the entities of all levels, by which sums are told from their parts.
        most_traces: beyond so many pairs of traces, cells have causes in common.
    """
    parts = dict(_parts(changes, known))
    lowest = [change for change in changes if not parts[change]]
    found: dict[CellChange, Sequence[Cause]] = {}
    if lowest:
        try:
            with Tracer.of_many(lake) as tracer:
                found |= _Comparison(tracer, before, after, most_traces).explained(lowest)
        except NotOnRecordError as error:
            found |= dict.fromkeys(lowest, (Cause(UNTRACED, "", str(error)),))
    for change in changes:
        if parts[change]:
            found[change] = sorted({cause for part in parts[change] for cause in found[part]})
    return found


def _parts(changes: Sequence[CellChange], known: Entities) -> Iterator[tuple[CellChange, list[CellChange]]]:
    """Of each cell the cells of the lowest level that changed below it; none for what is no sum of others."""
    by_column: dict[tuple[str, ...], dict[tuple[str, str], CellChange]] = defaultdict(dict)
    for change in changes:
        if (at := _entity(change)) is not None:
            by_column[_same(change)][at] = change
    for change in changes:
        at = _entity(change)
        if at is None or at[0] == UNIT or at not in known:
            yield change, []
            continue
        beside, units = by_column[_same(change)], known[at].units
        found = [beside[UNIT, unit] for unit in sorted(units) if (UNIT, unit) in beside]
        if not found:
            below = [one for one in beside if one in known and known[one].units < units]
            found = [beside[one] for one in below if not any(known[other].units < known[one].units for other in below)]
        yield change, found if _is_sum(change, found) else []


def _is_sum(change: CellChange, parts: Sequence[CellChange]) -> bool:
    return not change.is_number or change.difference == sum(part.difference or 0 for part in parts)


def _entity(change: CellChange) -> tuple[str, str] | None:
    key = change.key
    return (key["level"], key["entity_code"]) if {"level", "entity_code"} <= key.keys() else None


def _same(change: CellChange) -> tuple[str, ...]:
    """What a sum and its parts have in common: form, column and the rest of the key."""
    rest = [f"{name}={value}" for name, value in change.key.items() if name not in ("level", "entity_code")]
    return (change.form, change.column, *rest)


class _Comparison:
    """Traces of cells at two times, compared."""

    def __init__(self, tracer: Tracer, before: Time, after: Time, most_traces: int) -> None:
        self._tracer = tracer
        self._before = before
        self._after = after
        self._left = most_traces
        self._facts: _Facts | None = None

    def explained(self, changes: Sequence[CellChange]) -> dict[CellChange, Sequence[Cause]]:
        self._left -= 1
        old, new = self._origin(changes, self._before), self._origin(changes, self._after)
        self._facts = self._facts or _Facts(self._tracer, self._before.snapshot, self._after.snapshot)
        found = self._facts.causes(old, new)
        halves = _halves(changes) if len(found) > 1 else None
        if halves is None:
            return dict.fromkeys(changes, found)
        if self._left < 2:
            command = f"shuzhang trace {changes[0].table} period={self._after.period} {changes[0].shown_key} --column {changes[0].column}"
            more = Cause(UNTRACED, "", f"与另外 {len(changes) - 1} 格合并追溯，各格原因在所列之中；逐格查：{command}")
            return dict.fromkeys(changes, (*found, more))
        return self.explained(halves[0]) | self.explained(halves[1])

    def _origin(self, changes: Iterable[CellChange], time: Time) -> Origin:
        keys: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
        columns: dict[str, set[str]] = defaultdict(set)
        for change in changes:
            partition = self._tracer.lake.tables[change.table].partition
            period = {partition: time.period} if partition else {}
            keys[change.table][change.row_key] = {**period, **change.key}
            columns[change.table].add(change.column)
        rows = {table: [*of_table.values()] for table, of_table in keys.items()}
        return self._tracer.origin(rows, columns, time.snapshot)


def _halves(changes: Sequence[CellChange]) -> tuple[list[CellChange], list[CellChange]] | None:
    """The cells of half of the rows, or of one row half of the columns, and the others; None of a single cell."""
    groups: dict[tuple[str, ...], list[CellChange]] = defaultdict(list)
    for change in changes:
        groups[change.row_key, change.table].append(change)
    if len(groups) == 1:
        groups = {(str(number),): [change] for number, change in enumerate(changes)}
    if len(groups) == 1:
        return None
    ordered = [groups[at] for at in sorted(groups)]
    middle = len(ordered) // 2
    return [c for group in ordered[:middle] for c in group], [c for group in ordered[middle:] for c in group]


class _Facts:
    """What was known at two snapshots: deliveries with what became of them, and the entries of policy."""

    def __init__(self, tracer: Tracer, before: int | None, after: int | None) -> None:
        self._tracer = tracer
        #: Of two months as they are known now, nothing became known in between.
        self._one_time = before == after
        self._old = self._deliveries(before)
        self._new = self._deliveries(after)
        old, new = self._entries(before), self._entries(after)
        self._policy = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}

    def _at(self, table: str, snapshot: int | None) -> str:
        (found,) = self._tracer.connection.execute(
            f"SELECT max(snapshot_id) FROM {COMMITS} WHERE table_name = $table AND snapshot_id <= coalesce($most, snapshot_id)",
            {"table": table, "most": snapshot},
        ).fetchone() or (None,)
        return f"lake.{table} AT (VERSION => {int(found or 0)})"

    def _deliveries(self, snapshot: int | None) -> dict[str, tuple[str, str, str, str]]:
        rows = self._tracer.connection.execute(
            "SELECT delivery_id, kind, deliverer_code, status, coalesce(status_reason, '') "
            f"FROM {self._at(_DELIVERY, snapshot)}"
        ).fetchall()
        return {delivery_id: (kind, deliverer, status, reason) for delivery_id, kind, deliverer, status, reason in rows}

    def _entries(self, snapshot: int | None) -> dict[tuple[str, ...], str]:
        rows = self._tracer.connection.execute(
            "SELECT list_name, entry_key, CAST(effective_from AS VARCHAR), CAST(body AS VARCHAR) "
            f"FROM {self._at(_ENTRY, snapshot)}"
        ).fetchall()
        return {(name, key, day): body for name, key, day, body in rows}

    def causes(self, old: Origin, new: Origin) -> list[Cause]:
        """What two traces do not have in common and was not so before; else what they do not have in common at all."""
        come, gone = _unlike(new, old), _unlike(old, new)
        other = [leaf for leaf, says in new.leaves.items() if leaf in old.leaves and old.leaves[leaf] != says]
        found = [*self._records(come, gone), *self._entry_causes([*come, *gone, *other])]
        if not found:
            # A delivery as a whole takes part by its day or by what became of it; a new one does in nearly every trace.
            found = self._told(
                {
                    leaf.key[0]: []
                    for leaf in (*come, *gone, *other)
                    if leaf.table == _DELIVERY and self._is_news(leaf.key[0])
                }
            )
        if not found and not self._one_time:
            found = self._taking_part(come, gone)
        return sorted(found) or [self._otherwise(old, new)]

    def _is_news(self, delivery: str) -> bool:
        return self._one_time or self._old.get(delivery) != self._new.get(delivery)

    def _records(self, come: Sequence[Leaf], gone: Sequence[Leaf]) -> list[Cause]:
        """The deliveries that brought records, took their place, or took them away."""
        places: dict[str, list[str]] = defaultdict(list)
        for leaf in come:
            if leaf.table == _RECORD and self._is_news(leaf.key[0]):
                places[leaf.key[0]].append(leaf.place)
        taken = [leaf for leaf in gone if leaf.table == _RECORD]
        by = self._taken_by(taken)
        for leaf in taken:
            for delivery in by.get(leaf.key, [leaf.key[0]]):
                if self._is_news(delivery):
                    places.setdefault(delivery, [])
        return self._told(places)

    def _taken_by(self, records: Sequence[Leaf]) -> dict[tuple[str, ...], list[str]]:
        """The deliveries that changed or deleted records, by the keys of these."""
        found: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for delivery, prior, ordinal in self._tracer.connection.execute(
            "SELECT delivery_id, prior_delivery_id, CAST(prior_ordinal AS VARCHAR) FROM lake.landing.record_change "
            "WHERE change IN ('update', 'delete') AND prior_delivery_id IN (SELECT unnest($deliveries))",
            {"deliveries": sorted({leaf.key[0] for leaf in records})},
        ).fetchall():
            if self._is_news(delivery):
                found[prior, ordinal].append(delivery)
        return found

    def _entry_causes(self, leaves: Iterable[Leaf]) -> list[Cause]:
        return [
            Cause(POLICY, "|".join(leaf.key), f"{leaf.key[0]} {leaf.key[1]}，{leaf.key[2]} 起（{leaf.place}）")
            for leaf in leaves
            if leaf.table == _ENTRY and (self._one_time or leaf.key in self._policy)
        ]

    def _taking_part(self, come: Sequence[Leaf], gone: Sequence[Leaf]) -> list[Cause]:
        """What was known before, and takes part since, or does no more."""
        places: dict[str, list[str]] = defaultdict(list)
        for leaf in (*come, *gone):
            if leaf.table == _RECORD:
                places[leaf.key[0]].append(leaf.place)
        return self._told(places)

    def _told(self, places: Mapping[str, Sequence[str]]) -> list[Cause]:
        found = []
        for delivery, of_records in places.items():
            kind, deliverer, status, reason = self._new.get(delivery) or self._old[delivery]
            name = KINDS[kind].name_zh if kind in KINDS else kind
            first = f" {min(of_records)}" if of_records else ""
            more = f" 等 {len(of_records)} 条" if len(of_records) > 1 else ""
            text = f"{delivery}（{name}，{deliverer}）{first}{more}"
            if status == "withdrawn":
                found.append(Cause(WITHDRAWAL, delivery, f"{text}：{reason}" if reason else text))
            else:
                found.append(Cause(DECISION if kind in _DECISIONS else DELIVERY, delivery, text))
        return found

    def _otherwise(self, old: Origin, new: Origin) -> Cause:
        """What is said where the sources are the same."""
        common = old.models.keys() & new.models.keys()
        if changed := sorted(name for name in common if old.models[name] != new.models[name]):
            return Cause(MODEL, ",".join(changed), f"程序或规则的新版本：{'、'.join(changed)}")
        between = sorted(delivery for delivery in self._new if self._is_news(delivery))
        told = f"；其间新收或变动的交付：{'、'.join(between[:5])}" if between and not self._one_time else ""
        return Cause(UNKNOWN, "", f"新旧数字的来源相同{told}")


def _unlike(one: Origin, other: Origin) -> list[Leaf]:
    """The rows that one trace ends at and the other does not; a record that came again with the same bytes is the same."""
    bytes_there = {says for leaf, says in other.leaves.items() if leaf.table == _RECORD}
    return [
        leaf
        for leaf, says in one.leaves.items()
        if leaf not in other.leaves and not (leaf.table == _RECORD and says in bytes_there)
    ]


def told_causes(found: Collection[Cause]) -> str:
    """Causes in a line."""
    return "；".join(map(str, found))
