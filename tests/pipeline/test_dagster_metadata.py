"""What Dagster is told of each table that was written: rows, exact and plotted money, counts by grade; and the instance's settings."""

from collections.abc import Iterator

import dagster as dg
import pytest

from pipelines.instance import open_instance
from tests.homes import ask, lake_of, one
from warehouse.asking.status import status
from warehouse.store.home import Home
from warehouse.tables.definitions import all_tables


@pytest.fixture(scope="module")
def instance(city: Home) -> Iterator[dg.DagsterInstance]:
    with open_instance(city) as opened:
        yield opened


def _told(instance: dg.DagsterInstance, table: str) -> dict[str, object]:
    event = instance.get_latest_materialization_event(dg.AssetKey(table.split(".")))
    assert event
    assert event.asset_materialization
    return {name: value.value for name, value in event.asset_materialization.metadata.items()}


@pytest.mark.parametrize("table", [t.qualified for t in all_tables().values() if t.stage != "audit"])
def test_the_rows_of_every_table_are_told(city: Home, instance: dg.DagsterInstance, table: str) -> None:
    assert _told(instance, table)["dagster/row_count"] == one(city, f"SELECT count(*) FROM {table}")


def test_grades_are_counted(city: Home, instance: dg.DagsterInstance) -> None:
    told = _told(instance, "classification.resource_grade")
    found = {name: value for name, value in told.items() if name.startswith("grade: ")}
    counts = ask(city, "SELECT 'grade: ' || grade, count(*) FROM classification.resource_grade GROUP BY ALL")
    assert found == dict(counts)
    assert len(found) > 1


def test_the_reports_totals_are_those_of_the_city_and_exact_beside_the_plot(
    city: Home, instance: dg.DagsterInstance
) -> None:
    told = _told(instance, "report.form_r1")
    exact = told["exact"]
    assert isinstance(exact, dict)
    closing = one(
        city, "SELECT closing_cost_cny FROM report.form_r1 WHERE level = 'city' AND report_kind = 'government'"
    )
    assert exact["closing_cost_cny"] == f"{closing:,}"
    assert "," in exact["closing_cost_cny"]
    assert told["closing_cost_cny"] == float(closing)


def test_what_differs_and_what_is_found_are_numbers_to_plot(city: Home, instance: dg.DagsterInstance) -> None:
    told = _told(instance, "finance.difference")
    (counted,) = ask(
        city,
        "SELECT count(DISTINCT (holder_code, item_code)), count(DISTINCT holder_code), max(standing_months) FROM finance.difference",
    )
    assert (told["differing_items"], told["differing_units"], told["oldest_months"]) == counted
    assert told["difference_cny"] == float(
        one(city, "SELECT sum(difference_cny) FROM finance.difference WHERE amount_kind = 'net'")
    )
    figures = status(lake_of(city))
    for table, figure in (
        ("valuation.control_finding", "control_findings"),
        ("registry.card_finding", "card_findings"),
        ("registry.register_finding", "register_findings"),
        ("registry.reality_finding", "reality_findings"),
    ):
        counts = dict(ask(city, f"SELECT finding_kind, count(*) FROM {table} GROUP BY ALL"))
        assert len(counts) > 1
        found = {name: value for name, value in _told(instance, table).items() if name.startswith("finding_kind: ")}
        assert found == {f"finding_kind: {kind}": count for kind, count in counts.items()}
        # Status tells of a count with what else is not as registered.
        counted = "SELECT finding_kind, count(*) FROM registry.count_finding GROUP BY ALL"
        assert figures[figure] == counts | (dict(ask(city, counted)) if figure == "reality_findings" else {})


def test_what_controls_hold_is_a_number_of_each_even_where_it_is_zero(city: Home, instance: dg.DagsterInstance) -> None:
    told = _told(instance, "valuation.control_finding")
    holding = ask(city, "SELECT DISTINCT kind FROM policy.control_finding_kind WHERE effect = 'hold'")
    assert len(holding) > 5
    for (kind,) in holding:
        (expected,) = ask(
            city,
            "SELECT count(*) FILTER (WHERE held_cny > 0), coalesce(sum(held_cny), 0) FROM valuation.control_finding "
            "WHERE finding_kind = $kind",
            kind=kind,
        )
        assert (told[f"held: {kind}"], told[f"held_cny: {kind}"]) == expected
    assert told["held_findings"] == one(city, "SELECT count(*) FROM valuation.control_finding WHERE held_cny > 0")


def test_no_newsletter_dialog_and_no_telemetry(instance: dg.DagsterInstance) -> None:
    assert instance.nux_enabled is False
    assert instance.telemetry_enabled is False


def test_the_partitions_are_those_of_the_home(city: Home, instance: dg.DagsterInstance) -> None:
    deliverers = ask(city, "SELECT DISTINCT deliverer_code FROM landing.delivery")
    assert set(instance.get_dynamic_partitions("deliverer")) == {code for (code,) in deliverers}
    assert "2026-06" in instance.get_dynamic_partitions("period")
