"""What moved between two months: the entries that were booked in between, with the voucher lines that they follow from.

The amounts of a closing differ by just these; what they leave over became known after the earlier month was built, which the traces of both
tell (`causes.py`). Belongs here: entries by unit and card, and which of them a cell has. Does not belong here: comparing traces.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from warehouse import queries
from warehouse.publish.report.causes import MOVEMENT, Cause
from warehouse.publish.report.cells import CHANGED, CellChange
from warehouse.publish.report.scope import Entities
from warehouse.tables.periods import following

#: What the kinds of entries are called.
_KINDS = {
    "acquisition": "取得",
    "development": "开发支出",
    "completion": "开发完成",
    "stock": "存货取得",
    "expense": "费用化支出",
    "amortisation": "摊销",
    "impairment": "减值",
    "reversal": "红字冲销",
    "development_reversal": "开发支出冲销",
    "stock_reversal": "存货冲销",
    "part_disposal": "部分处置",
    "disposal": "整项处置",
    "development_write_off": "开发支出转销",
    "stock_out": "存货转出",
    "opening_adjustment": "期初调整",
    "succession_in": "拆分合并转入",
    "succession_out": "拆分合并转出",
}
#: An amount of a form: of the closing, or of what was added or left within the year.
_AMOUNT = re.compile(r"(closing|addition|reduction)_(cost|amortisation|impairment|development|stock|carrying)_cny")
#: How many cards there are, of the closing, or that came or left within the year; and the kinds of entries by which they do.
_COUNT = re.compile(r"(closing|addition|reduction)_count")
_BEGIN = frozenset({"acquisition", "completion", "succession_in"})
_END = frozenset({"disposal", "succession_out"})
_MEASURES = ("cost", "amortisation", "impairment", "development", "stock")
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Entries:
    """The entries of a kind of a unit, or of a single card: how many cards, the amounts by measure, voucher lines and the first of them."""

    holder_code: str
    card_id: str | None
    kind: str
    cards: int
    amounts: Mapping[str, Decimal]
    lines: int
    first_source: str


def entries_between(
    connection: duckdb.DuckDBPyConnection, before: str, after: str, cards: Iterable[str]
) -> tuple[list[Entries], list[str]]:
    """What was booked after one month up to another, and the months of which nothing is known, since their year was not built to its end.

    Args:
        cards: those whose entries are wanted one by one.
    """
    built = {period for (period,) in connection.execute(queries.text("built_months")).fetchall()}
    found: list[Entries] = []
    lacking: list[str] = []
    month = following(before)
    while month <= after:
        last = min(f"{month[:4]}-12", after)
        if last in built:
            rows = connection.execute(
                queries.text("movements_between"), {"period": last, "first": month, "last": last, "cards": [*cards]}
            ).fetchall()
            found += [_entries(row) for row in rows]
        else:
            lacking.append(f"{month} – {last}")
        month = following(last)
    return found, lacking


def _entries(row: Sequence[Any]) -> Entries:
    holder, card, kind, cards, *sums, lines, first = row
    amounts: dict[str, Decimal] = dict(zip(_MEASURES, sums, strict=True))
    amounts["carrying"] = amounts["cost"] - amounts["amortisation"] - amounts["impairment"]
    return Entries(holder, card, kind, cards, amounts, int(lines), first)


class Booked:
    """The entries between two months, by what a cell is of."""

    def __init__(self, entries: Iterable[Entries], known: Entities) -> None:
        self._known = known
        self._by_holder: dict[str, list[Entries]] = {}
        self._by_card: dict[str, list[Entries]] = {}
        for one in entries:
            self._by_holder.setdefault(one.holder_code, []).append(one)
            if one.card_id is not None:
                self._by_card.setdefault(one.card_id, []).append(one)

    def of(self, change: CellChange) -> tuple[list[Cause], Decimal | None]:
        """The entries that a cell follows, and what they leave over of its difference; None where entries do not make such a cell."""
        entries = self._entries(change)
        if change.kind != CHANGED:
            return [_told(one.kind, [one], None) for one in entries], None
        if change.difference is None:
            return [], None
        if match := _COUNT.fullmatch(change.column):
            return _counted(match[1], entries, change.difference), None
        if not (match := _AMOUNT.fullmatch(change.column)):
            return [], None
        part, measure = match.groups()
        sign = {"closing": 0, "addition": 1, "reduction": -1}[part]
        taken = [
            one for one in entries if one.amounts[measure] * (sign or 1) > 0 or (not sign and one.amounts[measure])
        ]
        kinds = {one.kind: [other for other in taken if other.kind == one.kind] for one in taken}
        told = [_told(kind, of_kind, measure) for kind, of_kind in sorted(kinds.items())]
        total = sum((one.amounts[measure] for one in taken), _ZERO)
        return told, change.difference - (total if sign >= 0 else -total)

    def _entries(self, change: CellChange) -> list[Entries]:
        key = change.key
        if "card_id" in key:
            return self._by_card.get(key["card_id"], [])
        entity = self._known.get((key.get("level", ""), key.get("entity_code", "")))
        return [one for unit in sorted(entity.units if entity else ()) for one in self._by_holder.get(unit, ())]


def _counted(part: str, entries: Iterable[Entries], difference: Decimal) -> list[Cause]:
    """The entries that make a count of cards another one; none where their number is another, since not every acquisition is of a new
    card.
    """
    begun = [one for one in entries if one.kind in _BEGIN and part != "reduction"]
    ended = [one for one in entries if one.kind in _END and part != "addition"]
    for taken in (ended, begun, [*begun, *ended]):
        count = sum(one.cards * (-1 if one in ended and part == "closing" else 1) for one in taken)
        if taken and count == difference:
            kinds = sorted({one.kind for one in taken})
            return [_told(kind, [one for one in taken if one.kind == kind], None) for kind in kinds]
    return []


def _told(kind: str, entries: Sequence[Entries], measure: str | None) -> Cause:
    amount = sum((one.amounts[measure] for one in entries), _ZERO) if measure else None
    cards, lines = sum(one.cards for one in entries), sum(one.lines for one in entries)
    shown = f" {amount:+,}" if amount is not None else ""
    first = min(
        (one.first_source for one in entries if one.lines), default=entries[0].first_source if cards == 1 else ""
    )
    more = f" 等 {lines} 行" if lines > 1 else ""
    source = f"：{first}{more}" if first else ""
    return Cause(MOVEMENT, kind, f"{_KINDS.get(kind, kind)}{shown}，{cards} 张卡片{source}")
