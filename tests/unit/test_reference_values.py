"""Reference values on small tables, by hand and to the cent: what each method gives, and why it gives nothing where it does not.

Does not belong here: the comparison with other programs (`test_reference_agreement.py`), and that none of it reaches the books
(`test_reference_law.py`).
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.reference_facts import METHODS, ReferenceFacts
from warehouse.tables.definitions import all_tables

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def all_values() -> ReferenceFacts:
    return ReferenceFacts()


@pytest.fixture
def values(all_values: ReferenceFacts) -> Iterator[ReferenceFacts]:
    yield all_values
    all_values.clear()


@pytest.mark.parametrize(
    ("score", "cost", "found"),
    [
        ("72", "100000.00", "90000.00"),  # 72 of the 80 that are expected: 0.9
        ("80", "100000.00", "100000.00"),
        ("100", "100000.00", "100000.00"),  # 1.25 without an appraisal counts as 1
        ("60", "0.01", "0.01"),  # 0.75 of a cent
        ("65.43", "123456.78", "100972.21"),  # 0.817875: 100,972.2139...
        ("59.99", "100000.00", "quality_below_gate"),
        (None, "100000.00", "quality_not_assessed"),
        ("72", None, "cost_missing"),
        ("72", "0.00", "cost_missing"),
    ],
)
def test_the_cost_method_is_cost_times_the_quality_that_is_there(
    values: ReferenceFacts, score: str | None, cost: str | None, found: str
) -> None:
    values.card(score=score, cost=cost)
    assert values.found("cost") == found


def test_development_and_stock_are_cost_too(values: ReferenceFacts) -> None:
    values.card(cost="1000.00", closing_development_cny="200.00", closing_stock_cny="30.00", score="80")
    assert values.found("cost") == "1230.00"


def test_a_quality_above_what_is_expected_counts_with_an_appraisal_in_force(values: ReferenceFacts) -> None:
    values.card(score="100")
    values.appraisal()
    assert values.found("cost") == "125000.00"
    assert values.ask("SELECT is_factor_capped FROM valuation.quality_adjustment") == [(False,)]
    values.set("quality_factor", upper_bound="1.2")
    assert values.found("cost") == "factor_out_of_bounds"


def test_without_one_the_factor_is_capped_and_says_so(values: ReferenceFacts) -> None:
    values.card(score="100")
    values.appraisal("2025-05-31")  # a year, and a month too long ago
    assert values.found("cost") == "100000.00"
    assert values.ask("SELECT is_factor_capped, measured_factor FROM valuation.quality_adjustment") == [
        (True, Decimal("1.250000"))
    ]


def test_too_little_that_was_assessed_is_no_score(values: ReferenceFacts) -> None:
    values.card()
    values.set("quality_assessed_min_pct", value="60.01")
    assert values.found("cost") == "quality_not_assessed"


PUBLIC, OPENED, SHARED, CLOSED = (
    ("unconditional", "unconditional"),
    ("conditional", "conditional"),
    ("none", "conditional"),
    ("none", "none"),
)


def test_the_expert_guideline(values: ReferenceFacts) -> None:
    values.card()
    values.fields(PUBLIC, OPENED, SHARED, CLOSED)
    # 100,000 x 0.9 x (1 + 0.8 + 0.5 + 0) / 4 x (1 - 0.2)
    assert values.found("expert") == "41400.00"
    values.set("expert_return_rate", value="0.1")
    values.set("expert_monopoly", value="0.25")
    assert values.found("expert") == "56925.00"


@pytest.mark.parametrize(
    ("access", "found"), [((), "no_fields"), ((CLOSED, CLOSED), "no_circulation"), ((PUBLIC,), "72000.00")]
)
def test_what_does_not_circulate_has_no_value_by_the_guideline(
    values: ReferenceFacts, access: tuple[tuple[str, str], ...], found: str
) -> None:
    values.card()
    values.fields(*access)
    assert values.found("expert") == found


# 10% of 100, 100, 1,100: 90.909..., 82.644..., 826.446...
@pytest.mark.parametrize(
    ("kind", "flows", "rate", "found"),
    [
        ("direct", ("100", "100", "1100"), "0.1", "1000.00"),
        ("direct", ("60000", "60000", "60000"), "0.08", "154625.82"),
        ("share", ("60000/0.3", "60000/0.3", "60000/0.3"), "0.08", "46387.75"),
        ("share", ("100/0.5", "200/0.25"), "0.25", "72.00"),
        ("excess", ("60000/20000", "60000/20000", "60000/20000"), "0.08", "103083.88"),
        ("incremental", ("60000/45000", "50000/10000"), "0.1", "46694.21"),
        ("direct", ("0.01",), "0.3", "0.01"),
        ("direct", ("-100", "300"), "0.1", "157.02"),  # a year that costs lowers it
        ("direct", ("-300", "100"), "0.1", "value_not_positive"),
        ("excess", ("100/100",), "0.1", "value_not_positive"),
    ],
)
def test_income_is_discounted_to_the_day_of_the_appraisal(
    values: ReferenceFacts, kind: str, flows: tuple[str, ...], rate: str, found: str
) -> None:
    values.card()
    values.forecast(kind, flows, rate)
    assert values.found(kind) == found
    others = {"direct", "share", "excess", "incremental"} - {kind}
    assert {values.shown(other) for other in others} == {"no_forecast"}


@pytest.mark.parametrize(
    ("kind", "flows", "more", "found"),
    [
        ("share", ("100",), {}, "input_missing"),
        ("excess", ("100/1", "100"), {}, "input_missing"),
        ("incremental", ("100",), {}, "input_missing"),
        ("share", ("100/0.51",), {}, "share_out_of_bounds"),
        ("share", ("100/-0.1",), {}, "share_out_of_bounds"),
        ("direct", ("100",), {"discount_rate": "0.01"}, "rate_out_of_bounds"),
        ("direct", ("100",), {"discount_rate": "0.31"}, "rate_out_of_bounds"),
        ("direct", ("100",), {"risk_free_rate": "0.07", "risk_premium": "0.01"}, "rate_out_of_bounds"),
        ("direct", ("100",), {"risk_free_rate": "0.02", "risk_premium": "0.05"}, "rate_parts_differ"),
        ("direct", ("100",), {"risk_free_rate": "0.02", "risk_premium": "0.06"}, "92.59"),
        ("direct", ("1",) * 16, {}, "years_out_of_bounds"),
        ("direct", ("100",), {"year_no": 2}, "years_incomplete"),
        ("direct", ("100",), {"year_no": 0}, "years_incomplete"),
        ("direct", ("100",), {"appraisal_date": "2026-07-01"}, "no_forecast"),  # known only after the period
        ("direct", ("100",), {"appraisal_date": "2025-05-31"}, "appraisal_expired"),
        ("direct", ("100",), {"valid_to": "2026-06-29"}, "appraisal_expired"),
        ("direct", ("100",), {"appraisal_date": "2023-06-30", "valid_to": "2099-12-31"}, "92.59"),
        ("direct", ("100",), {"appraisal_date": "2023-06-29", "valid_to": "2099-12-31"}, "appraisal_expired"),
        ("direct", ("100",), {"valid_to": "2026-06-30"}, "92.59"),
        ("direct", ("9999999999999999",) * 15, {"discount_rate": "0.02"}, "128492635005740445.17"),
    ],
)
def test_a_forecast_that_is_not_in_order_says_why_there_is_no_value(
    values: ReferenceFacts, kind: str, flows: tuple[str, ...], more: dict[str, Any], found: str
) -> None:
    values.card()
    values.forecast(kind, flows, **more)
    assert values.found(kind) == found


def test_years_of_one_report_that_contradict_each_other_are_not_chosen_between(values: ReferenceFacts) -> None:
    values.card()
    values.forecast("direct", ("100", "100"))
    values.connection.execute("UPDATE delivered.forecast SET discount_rate = 0.09 WHERE year_no = 2")
    assert values.found("direct") == "rates_differ"
    values.connection.execute("UPDATE delivered.forecast SET appraiser = '乙' WHERE year_no = 2")
    assert values.found("direct") == "appraisal_inconsistent"


def test_the_latest_report_counts_and_of_one_delivered_twice_the_last(values: ReferenceFacts) -> None:
    values.card()
    values.forecast("direct", ("100", "100", "1100"), "0.1", appraisal_date="2025-12-31", document_no="评0")
    values.forecast("direct", ("110",), "0.1")
    assert values.found("direct") == "100.00"
    values.forecast("direct", ("220",), "0.1", delivery_date="2026-07-02")
    assert values.found("direct") == "200.00"


@pytest.mark.parametrize(
    ("comparables", "found"),
    [
        ((("1", "200000", "0.95 1 1 0.8 1", {}),), "152000.00"),
        ((("1", "100", "1.1 1.2 1 1 1", {}),), "132.00"),
        # The mean of two, and the sum of two parts.
        ((("1", "100", "1 1 1 1 1", {}), ("2", "101", "1 1 1 1 1", {})), "100.50"),
        ((("1", "0.01", "1 1 1 1 1", {}), ("2", "0.02", "1 1 1 1 1", {})), "0.02"),
        ((("1", "100", "1 1 1 1 1", {"part_no": 1}), ("1", "50", "0.5 1 1 1 1", {"part_no": 2})), "125.00"),
        ((("1", "100", "1 1 1 1 1", {"part_no": 2}),), "parts_incomplete"),
        ((("1", "100", "0.49 1 1 1 1", {}),), "factor_out_of_bounds"),
        ((("1", "100", "1 1 1 5.01 1", {}),), "factor_out_of_bounds"),
        ((("1", "9999999999999999", "999999 999999 999999 999999 999999", {}),), "factor_out_of_bounds"),
        ((("1", "100", "1 1.01 1 1 1", {"supply_basis": None}),), "factor_without_basis"),
        ((("1", "100", "1 1 1 1 1", {"supply_basis": None}),), "100.00"),
        ((("1", "0", "1 1 1 1 1", {}),), "price_not_positive"),
        ((("1", "100", "1 1 1 1 1", {"valid_to": "2026-05-31"}),), "appraisal_expired"),
        # One that does not count leaves the others.
        ((("1", "100", "0.1 1 1 1 1", {}), ("2", "300", "1 1 1 1 1", {})), "300.00"),
        # A part without any leaves none.
        ((("1", "100", "1 1 1 1 1", {"part_no": 1}), ("2", "3", "9 1 1 1 1", {"part_no": 2})), "factor_out_of_bounds"),
        ((), "no_comparable"),
    ],
)
def test_the_market_method_adjusts_what_was_sold(
    values: ReferenceFacts, comparables: tuple[tuple[str, str, str, dict[str, Any]], ...], found: str
) -> None:
    values.card()
    for number, price, factors, more in comparables:
        values.comparable(number, price, factors, **more)
    assert values.found("market") == found


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, "90000.00"),
        ({"result": "fail"}, "appraisal_failed"),
        ({"amount_cny": None}, "appraisal_without_amount"),
        ({"amount_cny": "-1"}, "value_not_positive"),
        ({"valid_to": "2026-05-31"}, "appraisal_expired"),
        ({"issued_date": "2025-06-29"}, "appraisal_expired"),
        ({"issued_date": "2025-06-30"}, "90000.00"),
        ({"issued_date": "2026-07-01"}, "no_appraisal"),
        ({"review_kind": "security"}, "no_appraisal"),
    ],
)
def test_an_appraised_value_stands_while_it_is_in_force(
    values: ReferenceFacts, more: dict[str, Any], found: str
) -> None:
    values.card()
    values.appraisal(**more)
    assert values.found("appraisal") == found


def test_a_card_that_is_not_held_has_no_reference_value(values: ReferenceFacts) -> None:
    values.card("gone", snapshot_status="disposed")
    values.card("coming", snapshot_status="not_yet_recognised")
    values.build()
    assert values.ask("SELECT count(*) FROM valuation.reference_value") == [(0,)]


def test_a_card_without_book_value_may_have_one_by_income(values: ReferenceFacts) -> None:
    values.card(cost=None, snapshot_status="unvalued")
    values.forecast("direct", ("108",))
    assert values.found("direct") == "100.00"
    assert values.shown("cost") == "cost_missing"


def test_each_bar_moves_one_parameter_by_its_step(values: ReferenceFacts) -> None:
    values.card()
    values.fields(PUBLIC, OPENED, SHARED, CLOSED)
    values.forecast("excess", ("110/22", "121/24.2"), "0.1")
    values.comparable("1", "100", "0.95 1 1 0.8 1")
    values.comparable("2", "200", "1 1 1 0.5 1")
    values.build()
    # 72 points a step of 5: 67 and 77 of 80.
    assert values.bars("cost") == {"cost": ("81000.00", "99000.00"), "quality_score": ("83750.00", "96250.00")}
    # Circulation 0.575, risk 0.2; nothing is returned or monopolised, which cannot be less.
    assert values.bars("expert") == {
        "expert_circulation": ("34200.00", "48600.00"),
        "cost": ("37260.00", "45540.00"),
        "quality_score": ("38525.00", "44275.00"),
        "expert_realisation_risk": ("43987.50", "38812.50"),
        "expert_monopoly": ("41400.00", "43470.00"),
        "expert_return_rate": ("41400.00", "43470.00"),
    }
    # 200 less 40; at 9 and 11 per cent 88 / 1.09 + 96.8 / 1.09^2 and the like.
    assert values.bars("excess") == {
        "income": ("140.00", "180.00"),
        "deduction": ("164.00", "156.00"),
        "discount_rate": ("162.21", "157.84"),
    }
    # The mean of 76 and 100.
    assert values.bars("market")["market_capacity"] == ("80.63", "95.38")
    assert values.bars("market")["market_supply"] == ("83.60", "92.40")


def test_the_range_is_what_its_bars_and_its_comparables_span(values: ReferenceFacts) -> None:
    values.card()
    values.comparable("1", "100", "0.95 1 1 0.8 1")
    values.comparable("2", "200", "1 1 1 0.5 1")
    values.forecast("direct", ("108",))
    values.build()
    ranges = {
        method: (str(low), str(value), str(high))
        for method, low, value, high in values.ask(
            "SELECT reference_method, low_cny, value_cny, high_cny FROM valuation.reference_value WHERE has_evidence"
        )
    }
    assert ranges == {
        "cost": ("81000.00", "90000.00", "99000.00"),
        "market": ("76.00", "88.00", "100.00"),
        "direct": ("90.00", "100.00", "110.00"),
    }


def test_every_reason_that_a_model_gives_has_words(values: ReferenceFacts) -> None:
    models = "".join(str(all_tables()[f"valuation.{name}"].model) for name in METHODS)
    reasons = {row[0] for row in values.ask("SELECT reason FROM policy.valuation_reason")}
    assert reasons == {reason for reason in reasons if f"'{reason}'" in models}
