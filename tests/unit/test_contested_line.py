"""A voucher line that came twice: from two sources the later is rejected, in another month it is asked about; both are named."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from tests.landing import bring, built, empty_landing, name_authorities

UNIT, FINANCE = "12990100000000200X", "11990100000000400X"


@pytest.fixture
def books() -> Iterator[duckdb.DuckDBPyConnection]:
    with empty_landing() as connection:
        name_authorities(connection, {"finance_authority": FINANCE})
        connection.execute("UPDATE policy.guard_limit SET value = 1")
        yield connection


def line(amount: str, posted: str = "2026-03-15", number: str = "1") -> dict[str, str]:
    return {
        "holder_code": UNIT, "resource_code": "R", "voucher_no": "记-0001", "line_no": number, "cost_kind": "采集", "phase": "开发",
        "amount_cny": amount, "posted_date": posted,
    }  # fmt: skip


def unread(cost: dict[str, str], column: str) -> dict[str, Any]:
    """The line as its reader leaves it where the text of a column is no such value."""
    return {name: text for name, text in cost.items() if name != column} | {"unread": {column: cost[column]}}


#: So that a full delivery never deletes all there is.
OTHER = line("1.00", number="9") | {"voucher_no": "记-0900"}


def contested(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """The rule, the delivery of each record that came twice, and that of the other; the record equation holds."""
    built(connection)
    broken = (
        "SELECT delivery_id FROM landing.delivery_outcome "
        "WHERE in_count <> accepted_count + rejected_count + unchanged_count + held_count"
    )
    assert connection.execute(broken).fetchall() == []
    return connection.execute(
        "SELECT rule, delivery_id, other_delivery_id FROM landing.contested_line ORDER BY ALL"
    ).fetchall()


@pytest.mark.parametrize("late", [{"deliverer": FINANCE}, {"deliverer": UNIT, "source": "another system"}])
def test_the_later_of_two_sources_is_rejected_and_both_are_named(
    books: duckdb.DuckDBPyConnection, late: dict[str, str]
) -> None:
    second = bring(books, "costs", bodies=[line("40.00"), OTHER | {"line_no": "8"}], day="2026-04-02", **late)
    first = bring(books, "costs", UNIT, [line("3000.00"), OTHER], "2026-04-01")
    assert contested(books) == [("voucher_conflict", second, first)]
    standing = (
        "SELECT r.body ->> '$.amount_cny' FROM landing.current_record AS c JOIN landing.record AS r USING (delivery_id, ordinal) "
        "WHERE r.body ->> '$.line_no' = '1'"
    )
    assert books.execute(standing).fetchall() == [("3000.00",)]
    ((message,),) = books.execute("SELECT message_en FROM landing.rejected_record").fetchall()
    assert first in message
    assert f"{UNIT}|记-0001|1|2026-03" in message


def test_a_line_passes_to_another_source_when_the_first_lacks_it(books: duckdb.DuckDBPyConnection) -> None:
    bring(books, "costs", UNIT, [line("10.00"), OTHER], "2026-04-01")
    early = bring(books, "costs", FINANCE, [line("20.00")], "2026-04-02", mode="incremental")
    bring(books, "costs", UNIT, [OTHER], "2026-04-03")
    taken = bring(books, "costs", FINANCE, [line("30.00")], "2026-04-04", mode="incremental")
    back = bring(books, "costs", UNIT, [line("10.00"), OTHER], "2026-04-05")
    told = contested(books)
    assert [(rule, name) for rule, name, _ in told] == [("voucher_conflict", early), ("voucher_conflict", back)]
    assert books.execute(
        "SELECT count(*) FROM landing.rejected_record WHERE delivery_id = $d", {"d": taken}
    ).fetchone() == (0,)


def test_a_line_of_a_refused_record_claims_nothing(books: duckdb.DuckDBPyConnection) -> None:
    bring(books, "costs", "a stranger", [line("1.00")], "2026-04-01")
    bring(books, "costs", FINANCE, [unread(line("no amount"), "amount_cny")], "2026-04-02")
    bring(books, "costs", UNIT, [line("3.00")], "2026-04-03")
    assert contested(books) == []


@pytest.mark.parametrize(
    ("mode", "amount", "is_asked"),
    [("incremental", "5.00", True), ("incremental", "6.00", False), ("full", "5.00", False)],
)
def test_a_line_alike_but_for_its_month_is_asked_about_while_the_other_stands(
    books: duckdb.DuckDBPyConnection, mode: str, amount: str, is_asked: bool
) -> None:
    first = bring(books, "costs", UNIT, [line("5.00"), OTHER], "2026-04-01")
    second = bring(books, "costs", UNIT, [line(amount, "2026-04-15"), OTHER], "2026-05-01", mode=mode)
    third = bring(books, "costs", UNIT, [line(amount, "2026-04-15"), OTHER], "2026-05-02", mode=mode)
    assert contested(books) == [("voucher_moved", second, first)] * is_asked
    warned = "SELECT delivery_id, warned_count, rejected_count FROM landing.delivery_outcome ORDER BY 1"
    counts = [(first, 0, 0), (second, int(is_asked), 0), (third, 0, 0)]
    assert books.execute(warned).fetchall() == counts


def test_deliveries_taken_in_one_by_one_come_to_what_they_do_at_once(books: duckdb.DuckDBPyConnection) -> None:
    """Also where the earlier one by date is taken in last: what it claims was taken from the other."""
    for deliverer, day in ((FINANCE, "2026-04-03"), (UNIT, "2026-04-02"), (UNIT, "2026-04-01")):
        name = bring(books, "costs", deliverer, [line("7.00", number=day[-1]), line("8.00")], day, mode="incremental")
        told = built(books, {name})
    assert told == built(books)
    assert [rule for rule, *_ in contested(books)] == ["voucher_conflict"]
