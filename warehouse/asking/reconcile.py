"""What the reconciliation of a period says of each unit: what differs, how old it is, and the entries that are proposed.

Belongs here: asking the lake. Does not belong here: how it is printed (`pipelines/cli/reconcile.py`) or written (`publish/statement.py`,
`publish/journal.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

import duckdb

from warehouse import queries

Row = TypeVar("Row")


@dataclass(frozen=True)
class UnitResult:
    """A unit at the end of a period. differing_count: items that differ, a card once; since_period: of the oldest of them.

    Amounts are cards less books, in CNY.
    """

    holder_code: str
    entity_name: str
    card_count: int
    differing_count: int
    difference_cost_cny: Decimal
    difference_net_cny: Decimal
    since_period: str | None
    is_maybe_older: bool


@dataclass(frozen=True)
class Difference:
    """An amount in which an item differs: both sides and cards less books in CNY, kind, mend, and since when it has stood."""

    item_code: str
    item_label: str | None
    amount_kind: str
    amount_label: str
    card_amount_cny: Decimal
    ledger_amount_cny: Decimal
    difference_cny: Decimal
    difference_label: str
    difference_label_en: str
    matching_period: str | None
    since_period: str
    standing_months: int
    is_maybe_older: bool
    mend_zh: str
    mend_en: str


@dataclass(frozen=True)
class Sum:
    """Cards and books of a unit in a kind of amount, in CNY; differing_count: items that differ in it."""

    amount_label: str
    account_codes: str
    card_amount_cny: Decimal
    ledger_amount_cny: Decimal
    difference_cny: Decimal
    differing_count: int


@dataclass(frozen=True)
class JournalLine:
    """A line of an entry that is proposed; amounts in CNY."""

    booking_month: str
    belonging_month: str
    card_id: str
    journal_no: str
    line_no: int
    resource_code: str
    entry_summary: str
    account_code: str
    account_name: str
    debit_cny: Decimal
    credit_cny: Decimal
    follows_from: str | None


def unit_results(connection: duckdb.DuckDBPyConnection, period: str) -> list[UnitResult]:
    """Every unit that was reconciled; none before the period was built."""
    return _asked(connection, UnitResult, "reconcile_units", period)


def differences(connection: duckdb.DuckDBPyConnection, period: str, unit: str) -> list[Difference]:
    """What differs of a unit, by item, cost first."""
    return _asked(connection, Difference, "reconcile_rows", period, unit)


def sums(connection: duckdb.DuckDBPyConnection, period: str, unit: str) -> list[Sum]:
    return _asked(connection, Sum, "reconcile_sums", period, unit)


def journal(connection: duckdb.DuckDBPyConnection, period: str, unit: str) -> list[JournalLine]:
    """The lines of a unit's entries, year to date, the lines of an entry together."""
    return _asked(connection, JournalLine, "journal_lines", period, unit)


def entry_counts(connection: duckdb.DuckDBPyConnection, period: str) -> dict[str, tuple[int, int]]:
    """Entries that are proposed by unit, and how many of them do not balance, which wrong accounts of policy alone can bring about."""
    rows = connection.execute(queries.text("journal_units"), {"period": period}).fetchall()
    return {unit: (entries, unbalanced) for unit, entries, unbalanced in rows}


def _asked(
    connection: duckdb.DuckDBPyConnection, row: Callable[..., Row], question: str, period: str, unit: str | None = None
) -> list[Row]:
    values = {"period": period} if unit is None else {"period": period, "unit": unit}
    answer = connection.execute(queries.text(question), values)
    names = [column[0] for column in answer.description or ()]
    return [row(**dict(zip(names, found, strict=True))) for found in answer.fetchall()]
