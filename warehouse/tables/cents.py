"""Whole cents in a model, said once: `cents(amount)` and `portion(whole, part, parts)`.

`cents(x)` is a DECIMAL(20, 2) in CNY as a HUGEINT of cents. `portion(w, p, n)` is `(w * p + n // 2) // n` of whole numbers, a HUGEINT:
what of `w` falls to `p` of `n` parts, rounded to the nearest, towards zero what is below it; NULL if `n` is 0.

DuckDB 1.5.5 divides 128-bit numbers bit by bit: half a microsecond a row, and a cast of DECIMAL(20, 2) to a whole number is such a
division. Of 64 bits it is a thirtieth of that, so numbers that fit are reckoned in these, and all others in 128 bits: the same
number either way. Does not belong here: how what is divided is rounded elsewhere (the models).
"""

from warehouse.tables.in_force import calls

#: DECIMAL(15, 2) times 100 is DECIMAL(18, 2), the widest that DuckDB keeps in 64 bits.
_NARROW_CNY = 9_999_999_999_999
#: Two such numbers multiplied, and half of a third, are below 2 ** 63.
_NARROW = 3_000_000_000


def expanded(sql: str) -> str:
    """The text of a model with the arithmetic in place of each `cents(amount)` and `portion(whole, part, parts)`.

    Raises:
        ValueError: such a call has more or fewer arguments.
    """
    return calls(calls(sql, "cents", 1, _cents), "portion", 3, _portion)


def _cents(amount: str) -> str:
    narrow = f"({amount}) BETWEEN -{_NARROW_CNY} AND {_NARROW_CNY}"
    return (
        f"CASE WHEN {narrow} THEN CAST(CAST(CAST({amount} AS DECIMAL(15, 2)) * 100 AS BIGINT) AS HUGEINT)"
        f" ELSE CAST(({amount}) * 100 AS HUGEINT) END"
    )


def _portion(whole: str, part: str, parts: str) -> str:
    narrow = " AND ".join(f"({number}) BETWEEN -{_NARROW} AND {_NARROW}" for number in (whole, part, parts))
    whole64, part64, parts64 = (f"CAST({number} AS BIGINT)" for number in (whole, part, parts))
    return (
        f"CASE WHEN {narrow} THEN CAST(({whole64} * {part64} + {parts64} // 2) // {parts64} AS HUGEINT)"
        f" ELSE (CAST({whole} AS HUGEINT) * ({part}) + ({parts}) // 2) // ({parts}) END"
    )
