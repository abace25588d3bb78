"""Whole cents in a model: the text in place of `cents` and `portion` gives what 128 bits give, for whatever is narrow or wide."""

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from warehouse.tables.cents import expanded

#: Amounts that fit DECIMAL(20, 2), in cents.
_AMOUNTS = st.one_of(st.integers(-(10**20) + 1, 10**20 - 1), st.integers(-(10**10), 10**10))
#: What may be multiplied by another without leaving 128 bits.
_FACTORS = st.one_of(st.integers(-(10**18), 10**18), st.integers(2_999_999_998, 3_000_000_002), st.integers(-40, 40))

_CONNECTION = duckdb.connect()


def _asked(sql: str, *values: object) -> object:
    (row,) = _CONNECTION.execute(expanded(sql), values).fetchall()
    return row[0] if len(row) == 1 else row


@given(_AMOUNTS)
@example(999_999_999_999_900)
@example(999_999_999_999_901)
@example(-999_999_999_999_901)
def test_cents_of_an_amount(number: int) -> None:
    sql = "SELECT cents(d.amount), typeof(cents(d.amount)) FROM (SELECT CAST(? AS DECIMAL(20, 2)) AS amount) AS d"
    text = f"{'-' if number < 0 else ''}{abs(number) // 100}.{abs(number) % 100:02}"
    assert _asked(sql, text) == (number, "HUGEINT")


@given(_FACTORS, _FACTORS, _FACTORS)
@example(3_000_000_000, 3_000_000_000, 3_000_000_000)
@example(-3_000_000_000, 3_000_000_000, 2_999_999_999)
@example(-10_000, 1, 36)
@example(7, 3, 0)
def test_a_portion_is_that_of_128_bits(whole: int, part: int, parts: int) -> None:
    numbers = "(SELECT ?::HUGEINT AS w, ?::HUGEINT AS p, ?::HUGEINT AS n)"
    found = _asked(
        f"SELECT portion(x.w, x.p, x.n), (x.w * x.p + x.n // 2) // x.n FROM {numbers} AS x", whole, part, parts
    )
    wanted = None
    if parts:
        half = abs(parts) // 2 * (1 if parts > 0 else -1)
        top = whole * part + half
        wanted = abs(top) // abs(parts) * (1 if (top < 0) == (parts < 0) else -1)
    assert found == (wanted, wanted)


def test_calls_may_stand_in_each_other() -> None:
    sql = (
        "SELECT portion(cents(x.a) - 1, least(x.b, 2), x.c) FROM (SELECT 1.5::DECIMAL(20, 2) AS a, 5 AS b, 4 AS c) AS x"
    )
    assert _asked(sql) == (149 * 2 + 2) // 4
    assert "cents(" not in expanded(sql)


@pytest.mark.parametrize("call", ["cents(a, b)", "portion(a, b)", "portion(a, b, c, d)"])
def test_a_call_with_other_arguments_is_refused(call: str) -> None:
    with pytest.raises(ValueError, match="arguments"):
        expanded(f"SELECT {call} FROM t")
