"""The rate at which a forecast is worth a given amount, exactly; refused where there is none, or more than one.

A price paid and what it brings may have as many rates as its flows change sign (Descartes): -100, 230, -132 is worth nothing at 10 % and
at 20 %. Programs that look for a root give one of them without a word. Belongs here: that arithmetic. Does not belong here: reference
values, which are reckoned at the rate of a report (`warehouse/sql/valuation/income_method.sql`).
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

_MILLION = 1_000_000
#: No rate beyond it is looked for: 1,000 % a year.
_HIGHEST = 10 * _MILLION


class NoSingleRateError(ValueError):
    """No rate, or more than one; the message says which, in both languages."""


def implied_rate(price: Decimal, flows: Sequence[Decimal]) -> Decimal:
    """The yearly rate at which the flows of years 1, 2, ... are worth the price: the highest millionth at which they are still worth it.

    In whole numbers: no float takes part, and nothing is iterated until it is near enough.

    Raises:
        NoSingleRateError: the flows after the price do not change sign exactly once, or the rate lies beyond -100 % to 1,000 %.
    """
    signed = [-Fraction(price), *map(Fraction, flows)]
    signs = [flow > 0 for flow in signed if flow]
    changes = sum(one != other for one, other in pairwise(signs))
    if changes != 1 or signs[0]:
        raise NoSingleRateError(
            f"账面价值与预测收益的正负变化 {changes} 次，隐含的折现率不存在或不止一个，不予给出 / price and income change sign "
            f"{changes} times: there is no single rate, and none is given"
        )
    low, high = 1 - _MILLION, _HIGHEST
    if _worth(signed, low) < 0 or _worth(signed, high) >= 0:
        raise NoSingleRateError(
            "隐含的折现率在 -100% 至 1000% 之外，不予给出 / the rate lies beyond -100 % to 1,000 %, and none is given"
        )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _worth(signed, middle) >= 0 else (low, middle)
    return Decimal(low).scaleb(-6)


def _worth(signed: Sequence[Fraction], rate: int) -> Fraction:
    """What all flows come to at the end of the last year, at a rate in millionths; its sign is that of their present value."""
    growth, found = Fraction(_MILLION + rate, _MILLION), Fraction(0)
    for flow in signed:
        found = found * growth + flow
    return found
