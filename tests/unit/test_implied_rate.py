"""The rate at which a forecast is worth an amount: the one that there is, as another program finds it, and none where there are two."""

from decimal import Decimal

import numpy_financial
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.asking.implied_rate import NoSingleRateError, implied_rate


def rate(price: str, *flows: str) -> Decimal:
    return implied_rate(Decimal(price), [Decimal(flow) for flow in flows])


@pytest.mark.parametrize(
    ("price", "flows", "found"),
    [
        ("100", ("110",), "0.100000"),
        ("1000", ("100", "100", "1100"), "0.100000"),
        ("100", ("50",), "-0.500000"),
        ("100", ("-10", "121"), "0.051135"),  # a first year that costs is no second change of sign
        ("100", ("0", "121"), "0.100000"),
    ],
)
def test_the_rate_is_exact_to_the_millionth(price: str, flows: tuple[str, ...], found: str) -> None:
    assert str(rate(price, *flows)) == found


def test_of_two_roots_neither_is_given() -> None:
    """-100, 230, -132 is worth nothing at 10 % and at 20 %: what looks for a root gives one of them without a word."""
    for root in (0.1, 0.2):
        assert numpy_financial.npv(root, [-100, 230, -132]) == pytest.approx(0, abs=1e-9)
    with pytest.raises(NoSingleRateError, match="2"):
        rate("100", "230", "-132")


@pytest.mark.parametrize(
    ("price", "flows"),
    [
        ("100", ()),
        ("100", ("-1",)),
        ("0", ("1", "2")),  # any rate does
        ("-5", ("1",)),
        ("1", ("1000",)),  # 99,900 % a year
    ],
)
def test_where_there_is_no_rate_none_is_given(price: str, flows: tuple[str, ...]) -> None:
    with pytest.raises(NoSingleRateError):
        rate(price, *flows)


@given(
    price=st.integers(1, 10**9),
    flows=st.lists(st.integers(1, 10**9), min_size=1, max_size=15),
)
def test_a_single_root_is_the_one_that_numpy_financial_finds(price: int, flows: list[int]) -> None:
    try:
        found = implied_rate(Decimal(price), [Decimal(flow) for flow in flows])
    except NoSingleRateError:
        return  # beyond the rates that are looked for
    assert float(numpy_financial.irr([-price, *flows])) == pytest.approx(float(found), abs=2e-6, rel=1e-6)
