"""`warehouse.publish.report.trace_figures`: of which rows it is shown line by line what they are made of."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from warehouse.publish.form_page import FormColumn
from warehouse.publish.report.trace_figures import Figures
from warehouse.tables.definitions import all_tables

#: A city of two districts, one with two units, the other with none.
_BELOW = {0: [1, 2], 1: [3, 4]}
_UNITS = {3, 4}


def _figures(cells: list[list[str | None]], cut: list[int] | None = None) -> Figures:
    columns = [FormColumn("closing_count", "", "数量", "count"), FormColumn("closing_cost_cny", "", "原值", "money")]
    keys = [("2026-06", "government", "level", str(n)) for n in range(len(cells))]
    return Figures(all_tables()["report.form_r1"], columns, keys, [""] * len(cells), cells, _BELOW, cut or [], 0)


@given(st.lists(st.integers(0, 9), min_size=2, max_size=2), st.integers(0, 9), st.integers(0, 4), st.integers(0, 1))
def test_a_row_has_lines_if_nothing_is_below_it_or_it_is_not_their_sum(
    units: list[int], other: int, changed: int, column: int
) -> None:
    cells: list[list[str | None]] = [
        [str(count), f"{count}.00"] for count in (sum(units) + other, sum(units), other, *units)
    ]
    assert set(_figures(cells).with_lines) == {2, *_UNITS}
    cells[changed][column] = str(Decimal(cells[changed][column] or 0) + 1)
    above = {lower: place for place, lowers in _BELOW.items() for lower in lowers}
    wanted = (
        {2, *_UNITS} | ({changed} if changed in _BELOW else set()) | {above[changed]} if changed else {0, 2, *_UNITS}
    )
    assert set(_figures(cells).with_lines) == wanted


def test_nothing_is_a_zero_and_what_is_below_a_row_that_is_cut_is_not_reckoned() -> None:
    nothing: list[list[str | None]] = [["0", "0.00"], [None, None], ["0", None], [None, "0.00"], [None, None]]
    assert set(_figures(nothing).with_lines) == {2, *_UNITS}
    unequal: list[list[str | None]] = [["9", "9.00"], *nothing[1:]]
    assert set(_figures(unequal, cut=[0]).with_lines) == {2, *_UNITS}
