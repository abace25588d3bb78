"""Cards against the books of the example city: exactly the differences that the generator made, and sums that are whole."""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from assets_defs.stage import asset_key
from quality.checks import reconciled
from tests.homes import ask, lake_of, one
from warehouse.asking.status import reconciliation
from warehouse.building.build import parameters
from warehouse.store.home import Home
from warehouse.tables.definitions import all_tables
from warehouse.trace.tracer import Tracer

PERIOD = "2026-06"
PARTS = ("cost", "amortisation", "net")
#: A unit's development is compared where it has some.
ALL_PARTS = (*PARTS, "development")


@pytest.fixture(scope="module")
def expected(city_folder: Path) -> dict:
    """What the generator knows by construction, without any reader."""
    return json.loads((city_folder / "expected.json").read_text("utf-8"))


def test_the_differences_are_those_that_the_generator_made(city: Home, expected: dict) -> None:
    found = ask(
        city,
        "SELECT holder_code, item_code, amount_kind, CAST(card_amount_cny AS VARCHAR), CAST(ledger_amount_cny AS VARCHAR), "
        "difference_kind FROM finance.reconciliation WHERE difference_kind <> 'matched'",
    )
    made = [tuple(difference.values()) for difference in expected["differences"]]
    assert sorted(found) == sorted(made)
    assert {row[-1] for row in found} == {
        "amount_diff", "card_only", "gl_only", "in_memo_register_but_booked", "period_shift",
    }  # fmt: skip


def test_what_matches_has_no_difference_at_all(city: Home) -> None:
    assert (
        one(city, "SELECT sum(abs(difference_cny)) FROM finance.reconciliation WHERE difference_kind = 'matched'") == 0
    )


def test_the_sides_are_whole(city: Home, expected: dict) -> None:
    """Every card and every balance of the accounts is in exactly one row of each amount."""
    sides = {
        amount: (cards, card, ledger)
        for amount, cards, card, ledger in ask(
            city,
            "SELECT amount_kind, sum(card_count), sum(card_amount_cny), sum(ledger_amount_cny) FROM finance.reconciliation GROUP BY ALL",
        )
    }
    cost, amortised, impaired, stock = (
        Decimal(expected[f"closing_{name}_cny"]) for name in ("cost", "amortisation", "impairment", "stock")
    )
    differing = dict.fromkeys(ALL_PARTS, Decimal(0))
    for d in expected["differences"]:
        differing[d["amount_kind"]] += Decimal(d["card_cny"]) - Decimal(d["ledger_cny"])
    for amount, total in zip(PARTS, (cost, amortised, cost - amortised - impaired), strict=True):
        assert sides[amount] == (expected["closing_count"], total, total - differing[amount])
    # Sub-accounts count with theirs; 1703 of enterprises is what they impaired.
    delivered = dict(
        ask(city, "SELECT account_code[1:4], sum(closing_balance_cny) FROM finance.ledger_balance GROUP BY ALL")
    )
    development = Decimal(expected["closing_development_cny"])
    assert sides["development"][1:] == (development, development - differing["development"])
    assert delivered["1701"] == sides["cost"][2]
    assert delivered["1702"] == sides["amortisation"][2]
    assert delivered["1703"] + delivered["5301"] == sides["development"][2] + impaired
    assert (sides["impairment"][1:], sides["stock"][1:]) == ((impaired, impaired), (stock, stock))
    assert delivered["1405"] == stock > 0


def test_units_sum_to_the_city_and_rows_to_their_unit(city: Home) -> None:
    counts = ("due_count", "registered_count", "booked_count", "agreed_count", "differing_count")
    amounts = [f"{side}_{part}_cny" for side in ("card", "ledger", "difference") for part in PARTS]
    sums = ", ".join(f"sum({name})" for name in (*counts, *amounts))
    units = ask(city, f"SELECT {sums} FROM finance.unit_rate WHERE level = 'unit'")
    assert units == ask(city, f"SELECT {', '.join((*counts, *amounts))} FROM finance.unit_rate WHERE level = 'city'")
    for part in PARTS:
        stated = f"SELECT entity_code, difference_{part}_cny FROM finance.unit_rate WHERE level = 'unit' AND difference_{part}_cny <> 0"
        rows = (
            f"SELECT holder_code, sum(difference_cny) FROM finance.reconciliation WHERE amount_kind = '{part}' "
            "GROUP BY ALL HAVING sum(difference_cny) <> 0"
        )
        assert sorted(ask(city, stated)) == sorted(ask(city, rows))
    assert (
        one(
            city,
            "SELECT count(*) FROM finance.unit_rate WHERE difference_net_cny <> difference_cost_cny - difference_amortisation_cny",
        )
        == 0
    )


def test_the_shares_follow_from_cards_memo_and_differences(city: Home, expected: dict) -> None:
    (row,) = ask(
        city,
        "SELECT due_count, registered_count, booked_count, agreed_count, differing_count, registered_pct, booked_pct, agreed_pct "
        "FROM finance.unit_rate WHERE level = 'city'",
    )
    cards = {(d["holder_code"], d["resource_code"]): d for d in expected["differences"] if Decimal(d["card_cny"])}
    kinds: dict[tuple[str, str], set[str]] = {}
    for d in expected["differences"]:
        kinds.setdefault((d["holder_code"], d["resource_code"]), set()).add(d["kind"])
    unbooked = [key for key in cards if kinds[key] == {"card_only"}]
    due, registered = expected["closing_count"] + expected["memo"], expected["closing_count"]
    # Of what has no value nothing is booked.
    booked, agreed = expected["closing_booked"] - len(unbooked), expected["closing_booked"] - len(cards)
    assert row[:5] == (due, registered, booked, agreed, len(kinds))
    shares = ((registered, due), (booked, registered), (agreed, registered))
    assert row[5:] == tuple(Decimal((part * 10000 + whole // 2) // whole) / 100 for part, whole in shares)
    figures = reconciliation(lake_of(city), PERIOD)
    assert figures is not None
    assert (figures["agreed"], figures["differing"]) == (agreed, registered - agreed)


def test_balances_of_the_months_beside_are_the_snapshots_of_those_months(city: Home) -> None:
    balance = str(all_tables()["valuation.balance"].model)
    columns = "card_id, cost_cny, amortisation_cny, impairment_cny, development_cny, stock_cny"
    for kind, month in (("previous", "2026-05"), ("next", "2026-07"), ("opening", "2025-12")):
        found = ask(
            city, f"SELECT {columns} FROM valuation.balance WHERE balance_kind = $k AND has_cost ORDER BY ALL", k=kind
        )
        built = ask(
            city,
            f"SELECT {columns} FROM ({balance}) WHERE balance_kind = 'closing' AND has_cost ORDER BY ALL",
            **parameters(balance, month),
        )
        assert found == built
        assert len(found) > 150


@pytest.fixture(scope="module")
def tracer(city: Home) -> Iterator[Tracer]:
    """One tracer for the rows of all tests here."""
    with Tracer(lake_of(city), keep=True) as opened:
        yield opened


@pytest.mark.parametrize("kind", ["amount_diff", "card_only", "gl_only", "in_memo_register_but_booked", "period_shift"])
def test_a_difference_traces_to_the_bytes_of_its_ledger_line(city: Home, tracer: Tracer, kind: str) -> None:
    unit, item, booked = ask(
        city,
        "SELECT holder_code, item_code, ledger_amount_cny FROM finance.reconciliation "
        "WHERE difference_kind = $k AND amount_kind = 'cost' ORDER BY ALL LIMIT 1",
        k=kind,
    )[0]
    key = {"period": PERIOD, "holder_code": unit, "item_code": item, "amount_kind": "cost"}
    found = tracer.trace("finance.reconciliation", key, verify=True)
    assert found.verified, found.differences
    lines = [
        body
        for body in (_body(city, s["key"]) for s in found.sources if s["table"] == "landing.record")
        if "account_code" in body and body["resource_code"] == item
    ]
    assert [Decimal(line["closing_cny"]) for line in lines] == ([booked] if booked else [])


def _body(home: Home, key: dict) -> dict:
    return json.loads(
        one(home, "SELECT body FROM landing.record WHERE delivery_id = $delivery_id AND ordinal = $ordinal", **key)
    )


def test_the_check_warns_with_counts_and_sums(city: Home, expected: dict) -> None:
    result = reconciled(lake_of(city), asset_key(all_tables()["finance.reconciliation"]), PERIOD)
    assert not result.passed
    assert result.severity.value == "WARN"
    # A card counts once, by the kind of its cost if that differs.
    items = {
        (d["holder_code"], d["resource_code"]): d["kind"]
        for d in sorted(expected["differences"], key=lambda d: (d["amount_kind"] == "cost", d["amount_kind"]))
    }
    kinds = Counter(items.values())
    assert {name: value.value for name, value in result.metadata.items() if name in kinds} == kinds
    total = sum(
        Decimal(d["card_cny"]) - Decimal(d["ledger_cny"]) for d in expected["differences"] if d["amount_kind"] == "net"
    )
    assert result.metadata["difference_net_cny"].value == f"{total:,}"


def test_the_workbook_shows_shares_statement_and_what_to_do(city: Home, expected: dict) -> None:
    book = openpyxl.load_workbook(city.reports / PERIOD / "reconciliation.xlsx", data_only=True)
    assert book.sheetnames == ["汇总", "核对表", "待处理"]
    shares, statement, todo = (
        [row for row in book[name].iter_rows(min_row=5, values_only=True) if row[1]] for name in book.sheetnames
    )
    stored = ask(city, "SELECT entity_code, agreed_pct, difference_net_cny FROM finance.unit_rate ORDER BY ALL")
    shown = sorted((row[1], row[9], row[18]) for row in shares)
    assert [(code, pct is None, f"{net:.2f}") for code, pct, net in shown] == [
        (code, pct is None, f"{net:.2f}") for code, pct, net in stored
    ]
    assert len(statement) == one(city, "SELECT count(*) FROM finance.reconciliation")
    assert len(todo) == len(expected["differences"])
    assert all(row[6] and row[8] for row in todo)
