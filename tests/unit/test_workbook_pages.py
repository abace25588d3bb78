"""How a form is laid out on paper: groups stay whole, what stands side by side can be read, and no page is a thin line."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.workbooks import page
from warehouse.publish.form_layout import A3, A4, column_widths, layout, page_breaks
from warehouse.publish.form_page import FormColumn

#: Names take 51 characters, amounts 16 each: eight amounts fit on a page.
NAMES, AMOUNT = (30, 21), 16


def _form(*groups: tuple[str, int]) -> list[FormColumn]:
    names = [FormColumn("entity_name", "", "单位", "text"), FormColumn("entity_code", "", "代码", "text")]
    return names + [FormColumn(f"{group}{n}", group, f"{n}", "money") for group, count in groups for n in range(count)]


def _breaks(*groups: tuple[str, int]) -> Sequence[int]:
    columns = _form(*groups)
    return page_breaks(columns, [*NAMES, *[AMOUNT] * (len(columns) - 2)])


def test_what_fits_on_one_page_is_not_broken() -> None:
    assert _breaks(("期初", 4), ("期末", 4)) == []


def test_a_wide_form_is_broken_between_groups_and_names_stand_on_every_page() -> None:
    assert _breaks(("期初", 4), ("增加", 4), ("减少", 4), ("期末", 6)) == [10, 14]


def test_a_group_wider_than_a_page_is_broken() -> None:
    assert _breaks(("期初", 4), ("期末", 12)) == [10]
    assert _breaks(("期末", 12)) == [10]
    assert _breaks(("期末", 18)) == [10, 18]


def test_no_page_has_more_than_can_be_read() -> None:
    for groups in ((("a", 3), ("b", 11), ("c", 2), ("d", 7)), tuple((f"{n}", 1) for n in range(30))):
        places = [2, *_breaks(*groups), len(_form(*groups))]
        assert all(after - before <= 8 for before, after in pairwise(places))


def test_a_column_has_room_for_its_longest_figure_and_for_a_heading_of_two_lines() -> None:
    columns = [
        FormColumn("entity_name", "", "单位", "text"),
        FormColumn("a_cny", "", "原值", "money"),
        FormColumn("b_count", "", "期末在用资产卡片的数量", "count"),
    ]
    rows = [("某局", Decimal("-9999999999999.99"), 1), ("某中心", Decimal("0.00"), None)]
    assert column_widths(columns, rows) == [10, len("-9,999,999,999,999.99") + 2, 13]


@pytest.mark.parametrize(
    ("groups", "rows", "size", "is_across"), [(1, 3, A4, False), (2, 3, A4, True), (3, 3, A3, True)]
)
def test_the_smallest_paper_that_has_room_is_taken(groups: int, rows: int, size: int, is_across: bool) -> None:
    at = layout(_wide(groups * 3, rows))
    assert (at.is_turned, at.paper.size, at.paper.is_across, at.paper.scale) == (False, size, is_across, None)


def test_a_wide_form_of_few_rows_is_turned() -> None:
    one, many = layout(_wide(24, 1)), layout(_wide(24, 20))
    assert (one.is_turned, one.paper.size, one.paper.is_across) == (True, A4, False)
    assert (many.is_turned, many.paper.size, len(many.bands)) == (False, A3, 3)
    # The third figure of the first row: below the two before it, or beside them.
    assert one.cell(0, 4) == (6, 2)
    assert many.cell(0, 4) == (4, 4)


def test_a_form_without_rows_is_a_table() -> None:
    assert not layout(_wide(24, 0)).is_turned


def test_what_is_signed_never_stands_on_a_page_of_its_own() -> None:
    at = layout(_wide(24, 300))
    a_page = next(n for n in range(1, 300) if at.overflow(84 + 18 * n) > 1) - 1
    assert at.break_before_tail(3 * a_page, 40) == 3 * a_page - 3
    assert at.break_before_tail(3 * a_page - 1, 40) == 3 * a_page - 4
    assert at.break_before_tail(3 * a_page + 1, 40) is None


def _wide(amounts: int, rows: int):
    """A form with groups of three amounts."""
    columns = _form(*((f"{n}", 3) for n in range(amounts // 3)))
    return page("x", columns, [(f"甲乙丙丁{n}", f"{n:018}", *[Decimal("12345678.90")] * amounts) for n in range(rows)])
