"""What is a total in a workbook's forms: by level and parent, or by its name; and whether its figures are the sums."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workbooks import page
from warehouse.publish.form_page import FormColumn, FormPage
from warehouse.publish.form_totals import Spot, totals

NAME, CODE = FormColumn("entity_name", "", "单位", "text"), FormColumn("entity_code", "", "代码", "text")
PARENT = FormColumn("parent_code", "", "上级", "text")
COUNT, COST, SHARE = (
    FormColumn("n_count", "", "数量", "count"),
    FormColumn("cost_cny", "", "原值", "money"),
    FormColumn("s_pct", "", "比率", "percent"),
)


def _entities(rows: Sequence[tuple[str, str, str | None, Any]], *, form: str = "r", parents: bool = True) -> FormPage:
    """Rows by level, code, parent and cost."""
    columns = [NAME, CODE, PARENT, COST] if parents else [NAME, CODE, COST]
    shown = [(code, code, parent, cost) if parents else (code, code, cost) for _, code, parent, cost in rows]
    return page(form, columns, shown, [("2026-06", level, code) for level, code, _, _ in rows])


CITY = ("city", "city", None, Decimal("6.00"))
DISTRICTS = [("district", "d1", "city", Decimal("1.00")), ("district", "d2", "city", Decimal("5.00"))]
UNITS = [
    ("unit", "u1", "d1", Decimal("1.00")),
    ("unit", "d2", "d2", Decimal("2.00")),  # a unit may have the code of what is above it
    ("unit", "u3", "d2", Decimal("3.00")),
]


def test_a_level_is_the_sum_of_the_level_below_over_pages() -> None:
    found = totals([_entities([CITY]), _entities(DISTRICTS), _entities(UNITS)])
    assert found.parts == {
        Spot(0, 0): [Spot(1, 0), Spot(1, 1)],
        Spot(1, 0): [Spot(2, 0)],
        Spot(1, 1): [Spot(2, 1), Spot(2, 2)],
    }
    assert found.equal == {spot: {3} for spot in found.parts}
    assert found.unequal == []
    assert found.ends == {Spot(0, 0)}


def test_without_parents_only_what_is_alone_on_its_level_is_known_to_have_all() -> None:
    found = totals([_entities([CITY, *DISTRICTS], parents=False), _entities(UNITS, parents=False)])
    assert found.parts == {Spot(0, 0): [Spot(0, 1), Spot(0, 2)]}
    assert found.equal == {Spot(0, 0): {2}}


def test_a_figure_that_is_not_the_sum_is_told_to_the_cent() -> None:
    found = totals([_entities([("city", "city", None, Decimal("6.01")), *DISTRICTS])])
    (one,) = found.unequal
    assert (one.spot, one.column, one.stated, one.summed) == (Spot(0, 0), 3, Decimal("6.01"), Decimal("6.00"))
    assert found.equal == {}


def test_rows_of_other_forms_and_of_another_group_of_the_form_are_not_summed() -> None:
    table = "report.form_r1"
    assert totals([_entities([CITY]), _entities(DISTRICTS, form="other")]).parts == {}
    months = page(
        "r",
        [NAME, CODE, COST],
        [("全市", "city", Decimal("6.00")), ("d1", "d1", Decimal("6.00")), ("d1", "d1", Decimal("9.00"))],
        [("2026-06", "city", "city"), ("2026-06", "district", "d1"), ("2026-05", "district", "d1")],
        table=table,
    )
    assert totals([months]).parts == {Spot(0, 0): [Spot(0, 1)]}


def test_a_row_that_a_form_shows_twice_counts_once() -> None:
    assert totals([_entities([CITY]), _entities(DISTRICTS), _entities(DISTRICTS[:1])]).equal == {Spot(0, 0): {3}}


def test_a_row_called_total_is_that_of_its_page() -> None:
    columns = [NAME, CODE, COUNT, COST, SHARE]
    rows = [
        ("甲", "1", 2, Decimal("0.10"), Decimal("50.00")),
        ("小计", "", 2, Decimal("0.10"), None),
        ("乙", "2", None, Decimal("0.20"), Decimal("50.00")),
        (" 合计", "", 2, Decimal("0.30"), Decimal("100.00")),
    ]
    found = totals([page("own", columns, rows, table="registry.transfer")])
    assert found.parts == {Spot(0, 3): [Spot(0, 0), Spot(0, 2)]}
    assert found.equal == {Spot(0, 3): {2, 3}}


def test_what_is_written_as_text_is_in_no_sum() -> None:
    large = Decimal("12345678901234.56")
    rows = [("甲", "1", large), ("乙", "2", Decimal("1.00")), ("合计", "", large + 1)]
    found = totals([page("own", [NAME, CODE, COST], rows, table="registry.transfer")])
    assert (found.equal, found.unequal) == ({}, [])
    rows = [("甲", "1", "尚未记录"), ("乙", "2", Decimal("1.00")), ("合计", "", Decimal("1.00"))]
    assert totals([page("own", [NAME, CODE, COST], rows, table="registry.transfer")]).equal == {}


@settings(deadline=None)
@given(st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=8), st.integers(-1, 1))
def test_equal_means_to_the_cent(cents: list[int], off: int) -> None:
    amounts = [Decimal(cent).scaleb(-2) for cent in cents]
    rows = [(f"{n}", f"{n}", amount) for n, amount in enumerate(amounts)]
    rows.append(("合计", "", sum(amounts, Decimal(0)) + Decimal(off).scaleb(-2)))
    found = totals([page("own", [NAME, CODE, COST], rows, table="registry.transfer")])
    assert bool(found.equal) == (off == 0) == (not found.unequal)
