"""An asset card as people read it: its four blocks, what the books hold of it in a period, what happened to it, what to look at.

Belongs here: finding cards, and putting together what the tables say of them. Does not belong here: what a field of a card says
(`registry.card_field`), how a card looks (`publish/card_sheet.py`, the command line).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from warehouse import queries
from warehouse.building.build import parameters
from warehouse.store.lake import Lake, current_snapshot
from warehouse.store.on_record import reading_on_record

#: Blocks of a card in the order of the policy's paragraph 4.
BLOCKS = {"basic": "基本信息", "rights": "权利信息", "use": "使用信息", "management": "管理信息"}
#: What stands for a field that nobody said anything of.
UNKNOWN = "未知"
STATUSES = {"in_development": "开发中", "in_use": "在用", "disposed": "已处置", "not_yet": "尚未确认"}
SNAPSHOT_STATUSES: Mapping[str, str] = {
    "valued": "已计价",
    "unvalued": "未计价",
    "disposed": "已处置",
    "disposed_unvalued": "已处置，未计价",
    "not_yet_recognised": "尚未确认",
}
MOVEMENTS: Mapping[str, str] = {
    "addition": "增加",
    "reversal": "红字冲销",
    "part_disposal": "部分处置",
    "succession_in": "承接转入",
    "succession_out": "承接转出",
    "disposal": "整项转出",
    "impairment": "减值",
    "development": "开发支出",
    "development_in": "开发支出转入",
    "development_out": "开发支出转出",
    "completion": "开发完成转入",
    "stock": "存货",
    "development_reversal": "开发支出红字",
    "stock_reversal": "存货红字",
}
#: As what that is booked which became known after a closing.
LATE_ENTRIES: Mapping[str, str] = {
    **MOVEMENTS,
    "acquisition": "取得",
    "amortisation": "摊销",
    "opening_adjustment": "期初调整",
}
_SOURCES = {"delivery": "交付", "decision": "决定", "rule": "规则"}
#: What an amount of a card is made of, and its end.
SIDES = ("期初", "期初调整", "增加", "减少", "期末")
#: Amounts with all of these, then those with a closing alone, as `card_amounts` has them.
_AMOUNTS = ("账面原值", "累计摊销", "减值准备")
_CLOSINGS = ("账面价值", "开发支出", "存货")
#: Of each book beside the accounting book, as `card_books` has them.
_OF_BOOK = ("账面价值", "与会计账簿之差")


class NoSuchCardError(ValueError):
    """No card has this number, or this holder and code."""


@dataclass(frozen=True)
class Field:
    """A field of a card. value: None where it is not known. source: what it rests on, with the place that a trace begins from."""

    block: str
    name: str
    label_zh: str
    label_en: str
    value: str | None
    source: str


@dataclass(frozen=True)
class BookValue:
    """What the books hold of a card in a period: lines of a label and an amount for each of `SIDES`; None is not known."""

    period: str
    status: str
    lines: tuple[tuple[str, tuple[Decimal | None, ...]], ...]


@dataclass(frozen=True)
class Card:
    """A card. status: on the day that was asked for, else at present. movements: day, kind, amount (None: all that there was), document.
    late: what became known after a closing: month to which it belongs, month in which it is booked, as what, which amount, how much.
    findings: what it is about, message, mend."""

    card_id: str
    holder_code: str
    holder_name: str
    resource_code: str
    asset_name: str
    status: str
    recognised_date: date
    disposed_date: date | None
    disposal_document_no: str | None
    fields: tuple[Field, ...]
    book_value: BookValue | None
    movements: tuple[tuple[date, str, Decimal | None, str], ...]
    late: tuple[tuple[str, str, str, str, Decimal], ...]
    findings: tuple[tuple[str, str, str], ...]

    @property
    def blocks(self) -> Mapping[str, list[Field]]:
        """The fields by the Chinese name of their block."""
        return {name: [one for one in self.fields if one.block == block] for block, name in BLOCKS.items()}


@dataclass(frozen=True)
class Cards:
    """Cards that were asked for, in the order of their codes. snapshot: of the lake. period: of the book value; None if none is built."""

    cards: tuple[Card, ...]
    snapshot: int
    period: str | None
    as_of: date | None


def card_of(lake: Lake, name: str, period: str | None = None, as_of: date | None = None) -> Cards:
    """The card of a number, or of `holder/resource code`, where the code may be a former one.

    Raises:
        NoSuchCardError: there is none; the message names those that are near.
    """
    holder, _, code = name.partition("/")
    sought = {"card": None, "holder": holder, "code": code} if code else {"card": name, "holder": None, "code": None}
    with reading_on_record(lake) as connection:
        connection.execute("BEGIN")
        found = _cards(connection, sought, period, as_of)
        if not found.cards:
            near = [row[0] for row in connection.execute(queries.text("card_near"), {"text": name}).fetchall()]
            raise NoSuchCardError(
                f"{name}: no such card 没有该卡片" + (f"; did you mean 您是否要找: {', '.join(near)}?" if near else "")
            )
        return found


def cards_of_unit(lake: Lake, holder: str, period: str | None = None, as_of: date | None = None) -> Cards:
    """All cards of a unit.

    Raises:
        NoSuchCardError: it has none; the message names units that are near and have some.
    """
    with reading_on_record(lake) as connection:
        connection.execute("BEGIN")
        found = _cards(connection, {"card": None, "holder": holder, "code": None}, period, as_of)
        if not found.cards:
            near = [row[0] for row in connection.execute(queries.text("card_holders"), {"text": holder}).fetchall()]
            raise NoSuchCardError(
                f"{holder}: this unit has no card 该单位没有卡片"
                + (f"; did you mean 您是否要找: {', '.join(near)}?" if near else "")
            )
        return found


def _cards(
    connection: duckdb.DuckDBPyConnection, sought: Mapping[str, str | None], period: str | None, as_of: date | None
) -> Cards:
    heads = connection.execute(queries.text("card_heads"), dict(sought)).fetchall()
    snapshot = current_snapshot(connection)
    built = [row[0] for row in connection.execute(queries.text("built_months")).fetchall()]
    if period is not None and period not in built:
        raise NoSuchCardError(
            f"--period {period}: no value of this month was computed, there are {', '.join(built) or 'none'}; use `shuzhang run --period "
            f"{period}` 该期间没有计价，请先运行"
        )
    of = period or next((one for one in reversed(built) if as_of is None or one <= f"{as_of:%Y-%m}"), None)
    cards = [row[0] for row in heads]

    def ask(name: str) -> Mapping[str, list[tuple[Any, ...]]]:
        text = queries.text(name)
        values: dict[str, Any] = {"cards": cards, **parameters(text, of or "9999-12")}
        rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for card, *row in connection.execute(text, values).fetchall():
            rows[card].append(tuple(row))
        return rows

    fields, amounts, books, movements, late, findings = map(
        ask, ("card_fields", "card_amounts", "card_books", "card_movements", "card_late_movements", "findings_of_cards")
    )
    made = [
        Card(
            *head[:5],
            status=_status(head[5], head[6], head[7], as_of),
            recognised_date=head[6],
            disposed_date=head[7],
            disposal_document_no=head[8],
            fields=tuple(_field(row) for row in fields[head[0]]),
            book_value=_book_value(of, amounts[head[0]], books[head[0]]) if of else None,
            movements=tuple(
                (day, MOVEMENTS.get(kind, kind), amount, document)
                for day, kind, amount, document in movements[head[0]]
                if as_of is None or day <= as_of
            ),
            late=tuple(
                (of_month, in_month, LATE_ENTRIES.get(kind, kind), label, amount)
                for of_month, in_month, kind, label, amount in late[head[0]]
            ),
            findings=tuple(
                (about or kind, message or kind, mend or "") for kind, about, message, mend in findings[head[0]]
            ),
        )
        for head in heads
    ]
    return Cards(tuple(made), snapshot, of, as_of)


def _status(status: str, recognised: date, disposed: date | None, as_of: date | None) -> str:
    """The status of a card on a day; the tables have that of the present."""
    if as_of is not None and as_of < recognised:
        return STATUSES["not_yet"]
    if as_of is not None and disposed is not None and as_of < disposed:
        return STATUSES["in_use"]
    return STATUSES[status]


def _field(row: Sequence[Any]) -> Field:
    block, name, label_zh, label_en, value, kind, reference, delivery, ordinal = row
    place = f"{delivery} #{ordinal}" if delivery else ""
    source = "　".join(filter(None, (_SOURCES.get(kind or "", ""), reference, place)))
    return Field(block, name, label_zh, label_en, value, source)


def _book_value(period: str, found: list[tuple[Any, ...]], books: list[tuple[Any, ...]]) -> BookValue | None:
    if not found:
        return None
    status, *amounts = found[0]
    count = len(SIDES)
    sides = [(label, tuple(amounts[count * place : count * (place + 1)])) for place, label in enumerate(_AMOUNTS)]
    closings = [
        (label, (*(None,) * (count - 1), amount))
        for label, amount in zip(_CLOSINGS, amounts[count * len(_AMOUNTS) :], strict=True)
    ]
    beside = [
        (f"{book}{label}", (*(None,) * (count - 1), amount))
        for book, *both in books
        for label, amount in zip(_OF_BOOK, both, strict=True)
    ]
    return BookValue(period, SNAPSHOT_STATUSES.get(status, status), (*sides, *closings, *beside))
