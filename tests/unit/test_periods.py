"""A period is a real month as YYYY-MM, wherever it enters; what is none is refused with what was meant."""

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cli.period import demand_period
from pipelines.misuse import MisuseError
from pipelines.partitions import add_partitions
from pipelines.run import run
from tests.unit.reading import shipped
from warehouse.building.build import partition_key
from warehouse.intake.deliveries import Delivery
from warehouse.intake.run_period import demand_plausible
from warehouse.store.home import Home
from warehouse.tables.definitions import all_tables
from warehouse.tables.periods import PeriodError, checked, is_period, told

FALSE = (
    "2026-5", "2026-13", "2026-00", "2026-005", "0000-01", "26-05", "2026/05", "2026-05-01", "２０２６-05", "2026-05\n", " 2026-05", "",
)  # fmt: skip


def _delivery(day: str) -> Delivery:
    return Delivery(
        "A", "x", "catalog", date.fromisoformat(day), 1, "full", None, (), datetime(2026, 6, 16, tzinfo=UTC)
    )


@given(st.integers(1, 9999), st.integers(1, 12))
def test_every_month_is_a_period_and_they_sort_as_time_goes(year: int, month: int) -> None:
    period = f"{year:04}-{month:02}"
    assert checked(period) == period
    assert period > f"{year - 1:04}-12"


@pytest.mark.parametrize("text", FALSE)
def test_what_is_no_period_is_refused_wherever_it_enters(text: str, tmp_path: Path) -> None:
    assert not is_period(text)
    with pytest.raises(PeriodError):
        checked(text)
    with pytest.raises(PeriodError):
        partition_key(all_tables()["report.form_r1"], text)
    with pytest.raises(PeriodError):
        run(Home(tmp_path / "home"), period=text)
    with pytest.raises(MisuseError, match="--period"):
        demand_period(text)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        with pytest.raises(PeriodError):
            add_partitions(instance, periods=[text])
        assert instance.get_dynamic_partitions("period") == []
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-5", "2026-05"),
        ("2026年5月", "2026-05"),
        ("2026/12", "2026-12"),
        ("２０２６-５", "2026-05"),
        ("202605", "2026-05"),
    ],
)
def test_the_month_that_was_meant_is_named(text: str, meant: str) -> None:
    assert f"did you mean 您是否要找: {meant}?" in told(text)


@pytest.mark.parametrize("text", ["2026-13", "may", "2026", "26-05"])
def test_no_month_is_guessed_where_none_is_near(text: str) -> None:
    assert "YYYY-MM" in told(text)
    assert "did you mean" not in told(text)


@pytest.mark.parametrize(
    ("period", "told"),
    [("0026-06", "plausible_year_first"), ("1948-12", "plausible_year_first"), ("2029-01", "plausible_years_ahead")],
)
def test_a_month_of_another_century_is_refused_with_the_bound_that_says_so(period: str, told: str) -> None:
    with pytest.raises(PeriodError, match=told):
        demand_plausible(period, shipped(), [_delivery("2026-06-15"), _delivery("2025-01-01")])


@pytest.mark.parametrize("period", ["1949-01", "2028-12"])
def test_a_month_within_the_bounds_passes(period: str) -> None:
    demand_plausible(period, shipped(), [_delivery("2026-06-15")])
    demand_plausible(period, shipped(), [])


def test_no_table_without_periods_reads_one_that_has_them() -> None:
    """Else it would keep what a period that was taken back had said."""
    tables = all_tables()
    periodic = {table.qualified for table in tables.values() if table.partition}
    assert periodic
    for table in tables.derived:
        assert table.partition or not periodic & set(table.inputs), table.qualified
