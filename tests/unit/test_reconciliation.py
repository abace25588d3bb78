"""Every kind of difference between cards and books, on small tables: the models over hand-made facts."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from readers.policy.files import load
from tests.policies import put_policy, refill_lists
from warehouse.building.build import parameters
from warehouse.tables.definitions import all_tables
from warehouse.tables.table import POLICY

MONTHS = ("2026-05", "2026-06", "2026-07")
SHIPPED = Path(__file__).parents[2] / "policy"


class Books:
    """The tables that the reconciliation reads, filled fact by fact."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        for table in all_tables().values():
            if table.stage != POLICY:
                self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.stage}")
                self.connection.execute(table.ddl())
        put_policy(self.connection, load(SHIPPED).entries)

    def insert(self, table: str, **values: object) -> None:
        names = [c.name for c in all_tables()[table].columns]
        relation = all_tables()[table]
        filled = dict.fromkeys(relation.key, "") | values
        assert set(filled) <= set(names)
        self.connection.execute(
            f"INSERT INTO {table} ({', '.join(filled)}) VALUES ({', '.join('?' * len(filled))})", [*filled.values()]
        )

    def unit(self, code: str, system: str | None) -> None:
        self.insert(
            "catalog.organisation", organisation_code=code, valid_from="2020-01-01", name=code, accounting_system=system
        )

    def card(self, unit: str, code: str, amounts: str, *, card_id: str = "") -> None:
        """`amounts`: cost/amortisation at the ends of May, June, July; `-` where the card does not count then."""
        card_id = card_id or f"{unit}:{code}"
        months = amounts.split()
        june = months[1] != "-"
        status = "valued" if june else "disposed" if months[0] != "-" else "not_yet_recognised"
        self.insert(
            "registry.asset_card",
            card_id=card_id, resource_id=card_id, holder_code=unit, resource_code=code, asset_name=code, right_holder_name=unit,
        )  # fmt: skip
        self.insert("catalog.resource", resource_id=card_id, holder_code=unit, holder_name=unit)
        if status == "not_yet_recognised":
            self.memo(unit, code, left="2026-07-01")
        cost, amortised = months[1].split("/") if june else (0, 0)
        self.insert(
            "valuation.snapshot",
            period="2026-06", card_id=card_id, holder_code=unit, resource_code=code, snapshot_status=status,
            closing_cost_cny=cost, closing_amortisation_cny=amortised, closing_impairment_cny=0, closing_development_cny=0,
            closing_stock_cny=0,
        )  # fmt: skip
        for month, amount in zip(MONTHS, months, strict=True):
            if amount != "-" and month != "2026-06":
                cost, amortised = amount.split("/")
                self.insert(
                    "valuation.balance",
                    period="2026-06", card_id=card_id, book_code="accounting", balance_kind="previous" if month < "2026-06" else "next",
                    cost_cny=cost, amortisation_cny=amortised, impairment_cny=0, development_cny=0, stock_cny=0,
                )  # fmt: skip

    def memo(self, unit: str, code: str, left: str | None = None) -> None:
        self.insert(
            "registry.memo_register",
            resource_id=f"{unit}:{code}", holder_code=unit, resource_code=code, entered_date="2026-01-01", left_date=left,
        )  # fmt: skip

    def line(self, unit: str, account: str, code: str, amount: str) -> None:
        self.insert(
            "finance.ledger_balance",
            period="2026-06", holder_code=unit, account_code=account, item_code=code, closing_balance_cny=amount,
        )  # fmt: skip
        self.insert("delivered.ledger", delivery_id="d", ordinal=0, holder_code=unit)

    def reconcile(self) -> dict[tuple[str, str, str], tuple[Decimal, str]]:
        """Difference and kind by unit, item and amount."""
        for table in ("catalog.roll_up", "finance.reconciliation", "finance.unit_rate"):
            model = str(all_tables()[table].model)
            self.connection.execute(f"INSERT INTO {table} {model}", parameters(model, "2026-06"))
        rows = self.connection.execute(
            "SELECT holder_code, item_code, amount_kind, difference_cny, difference_kind FROM finance.reconciliation"
        ).fetchall()
        return {(unit, item, amount): (difference, kind) for unit, item, amount, difference, kind in rows}

    def rates(self, unit: str) -> tuple[object, ...]:
        return self.connection.execute(
            "SELECT due_count, registered_count, booked_count, agreed_count, registered_pct, booked_pct, agreed_pct "
            "FROM finance.unit_rate WHERE entity_code = ?",
            [unit],
        ).fetchall()[0]


@pytest.fixture
def books() -> Books:
    found = Books()
    found.unit("u", "government")
    return found


@pytest.mark.parametrize(
    ("amounts", "lines", "kinds"),
    [
        ("90/9 90/10 90/11", "90 10", "matched matched matched"),
        ("90/9 90/10 90/11", "90 10.01", "matched amount_diff amount_diff"),
        ("90/9 90/10 90/11", "", "card_only card_only card_only"),
        ("90/9 90/10 90/11", "90 9", "matched period_shift period_shift"),
        ("90/9 90/10 90/11", "90 11", "matched period_shift period_shift"),
        ("- 90/10 90/11", "0 0", "card_only card_only card_only"),
        ("90/9 - -", "90 9", "period_shift period_shift period_shift"),
        ("90/9 - -", "90 8", "period_shift gl_only gl_only"),
        ("90/9 - -", "0 0", "matched matched matched"),
        ("- - 90/1", "90 1", "period_shift period_shift period_shift"),
        ("- - 90/1", "70 2", "in_memo_register_but_booked in_memo_register_but_booked in_memo_register_but_booked"),
    ],
)
def test_the_kind_of_a_difference(books: Books, amounts: str, lines: str, kinds: str) -> None:
    books.card("u", "a", amounts)
    books.card("u", "other", "5/1 5/1 5/1")
    books.line("u", "1701", "other", "5")
    books.line("u", "1702", "other", "1")
    for account, amount in zip(("1701", "1702"), lines.split(), strict=False):
        books.line("u", account, "a", amount)
    found = books.reconcile()
    assert " ".join(found["u", "a", amount][1] for amount in ("cost", "amortisation", "net")) == kinds
    cost, amortisation, net = (found["u", "a", amount][0] for amount in ("cost", "amortisation", "net"))
    assert net == cost - amortisation


def test_two_cards_of_one_resource_are_duplicates_even_if_the_sums_agree(books: Books) -> None:
    books.card("u", "a", "90/9 90/10 90/11")
    books.card("u", "a", "5/1 5/1 5/1", card_id="again")
    books.line("u", "1701", "a", "95")
    books.line("u", "1702", "a", "11")
    assert set(books.reconcile().values()) == {(Decimal(0), "duplicated_card")}
    assert books.rates("u")[:4] == (2, 2, 2, 0)


def test_what_no_card_knows_is_in_the_books_only_and_what_is_assigned_to_none_too(books: Books) -> None:
    books.card("u", "a", "90/9 90/10 90/11")
    for item, cost, amortised in (("a", "90", "10"), ("b", "7", "2"), ("", "3", "0")):
        books.line("u", "1701", item, cost)
        books.line("u", "1702", item, amortised)
    found = books.reconcile()
    assert found["u", "b", "net"] == (Decimal(-5), "gl_only")
    assert found["u", "", "cost"] == (Decimal(-3), "gl_only")
    assert found["u", "", "amortisation"] == (Decimal(0), "matched")
    assert books.rates("u") == (1, 1, 1, 1, Decimal(100), Decimal(100), Decimal(100))


@pytest.mark.parametrize(
    ("lines", "total", "cost"),
    [
        # The whole of the account beside its items, in the account itself or in sub-accounts: then the unit is compared by totals.
        ("1701:a:60 1701:b:40", "100", (Decimal(-100), "total_among_parts")),
        ("170101:a:60 170102:b:40", "100", (Decimal(-100), "total_among_parts")),
        ("1701:a:60 170101:a:50 170102:a:10 1701:b:40", "100", (Decimal(-100), "total_among_parts")),
        ("1701:a:60 1701:b:40", "99.99", (Decimal("-99.99"), "gl_only")),
        ("1701:a:60 1701:b:40", "0", (Decimal(0), "matched")),
    ],
)
def test_a_line_that_is_the_sum_of_its_parts_is_told_and_stays(
    books: Books, lines: str, total: str, cost: tuple[Decimal, str]
) -> None:
    books.card("u", "a", "60/6 60/6 60/6")
    books.card("u", "b", "40/4 40/4 40/4")
    for account, item, amount in (line.split(":") for line in lines.split()):
        books.line("u", account, item, amount)
    for item, amount in (("a", "6"), ("b", "4")):
        books.line("u", "1702", item, amount)
    books.line("u", "1701", "", total)
    found = books.reconcile()
    assert found.get(("u", "", "cost"), (Decimal(0), "matched")) == cost
    assert found.get(("u", "", "amortisation"), (Decimal(0), "matched")) == (Decimal(0), "matched")


def test_a_unit_with_one_account_in_total_only_is_compared_by_totals(books: Books) -> None:
    books.card("u", "a", "90/9 90/10 90/11")
    books.card("u", "b", "50/4 50/5 50/6")
    books.memo("u", "m")
    # What went to a card before, and what comes later, does not count.
    books.memo("u", "gone", left="2026-06-30")
    books.line("u", "1701", "a", "90")
    books.line("u", "1701", "b", "49")
    books.line("u", "1702", "", "15")
    assert books.reconcile() == {
        ("u", "", "cost"): (Decimal(1), "amount_diff"),
        ("u", "", "amortisation"): (Decimal(0), "matched"),
        ("u", "", "net"): (Decimal(1), "amount_diff"),
    }
    assert books.rates("u") == (3, 2, 2, 0, Decimal("66.67"), Decimal(100), Decimal(0))


def test_a_unit_that_is_not_registered_and_other_accounts(books: Books) -> None:
    books.card("nobody", "a", "90/9 90/10 90/11")
    books.line("nobody", "1701", "a", "90")
    books.line("nobody", "1702", "a", "10")
    books.line("nobody", "1601", "", "4000")
    assert {kind for _, kind in books.reconcile().values()} == {"matched"}
    assert books.rates("nobody")[:4] == (1, 1, 1, 1)
    assert books.rates("u") == (0, 0, 0, 0, None, None, None)


def test_the_tolerance_is_the_policys(books: Books) -> None:
    books.connection.execute(
        'UPDATE policy.entry SET body = json_merge_patch(body, \'{"value": "0.01"}\') '
        "WHERE entry_key = 'reconciliation_tolerance_cny'"
    )
    refill_lists(books.connection)
    books.card("u", "a", "90/9 90/10 90/11")
    books.line("u", "1701", "a", "90.01")
    books.line("u", "1702", "a", "10.02")
    found = books.reconcile()
    assert found["u", "a", "cost"] == (Decimal("-0.01"), "matched")
    assert found["u", "a", "amortisation"] == (Decimal("-0.02"), "amount_diff")


def test_sub_accounts_count_with_their_account_and_no_amount_twice(books: Books) -> None:
    books.card("u", "a", "90/9 90/10 90/11")
    books.card("u", "b", "50/4 50/5 50/6")
    for account, item, amount in (
        ("170101", "a", "60"), ("170102", "a", "30"), ("170201", "a", "10"),
        # The account itself has the sum of what is below it, which has the sum of its own.
        ("1701", "b", "50"), ("170101", "b", "50"), ("17010101", "b", "20"), ("17010102", "b", "30"), ("1702", "b", "5"),
    ):  # fmt: skip
        books.line("u", account, item, amount)
    assert set(books.reconcile().values()) == {(Decimal(0), "matched")}
    assert books.rates("u")[:4] == (2, 2, 2, 2)
