"""Cells of a report: exact, kept exactly, and what differs between two sets of them is told so that one follows from the other."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.report_cells import applied, page, plain, report
from warehouse.publish.report.cell_table import write_cell_table
from warehouse.publish.report.cells import ADDED, CHANGED, REMOVED, cells, differences, read_cells, write_cells

CITY, UNIT = ("city", "city"), ("unit", "U1")
VALUES = st.tuples(
    st.one_of(st.none(), st.text(max_size=4)),
    st.one_of(st.none(), st.integers(-5, 5)),
    st.one_of(st.none(), st.decimals(-99, 99, places=2)),
)
ROWS = st.dictionaries(st.tuples(st.sampled_from(["city", "unit"]), st.sampled_from("abc 1=")), VALUES, max_size=5)


def test_values_are_exact_text() -> None:
    found = plain(
        cells([page({CITY: ("全市", 3, Decimal("12345678901234567.10")), UNIT: (None, 0, Decimal("-0.00"))})])
    )
    key = '{"report_kind":"government","level":"unit","entity_code":"U1"}'
    assert (
        found["r1", "closing_cost_cny", '{"report_kind":"government","level":"city","entity_code":"city"}']
        == "12345678901234567.10"
    )
    assert [found["r1", name, key] for name in ("entity_name", "closing_count", "closing_cost_cny")] == [
        None,
        "0",
        "-0.00",
    ]


def test_of_dates_truths_and_powers_the_text_is_the_usual_one() -> None:
    assert [*plain(cells([page({CITY: (date(2026, 6, 30), True, Decimal("1E+3"))})])).values()] == [
        "2026-06-30", "true", "1000",
    ]  # fmt: skip


def test_a_float_is_no_cell() -> None:
    with pytest.raises(TypeError):
        cells([page({CITY: ("全市", 1, 0.1)})])


def test_a_row_on_two_sheets_is_there_once_and_another_form_is_apart() -> None:
    one = page({CITY: ("全市", 1, None), UNIT: ("甲", 2, None)})
    two = page({UNIT: ("甲", 2, None), ("unit", "U2"): ("乙", 3, None)})
    other = page({UNIT: ("甲", 9, None)}, form="r9")
    found = plain(cells([one, two, other]))
    assert len(found) == (3 + 1) * 3
    assert found["r9", "closing_count", '{"report_kind":"government","level":"unit","entity_code":"U1"}'] == "9"


@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS)
def test_what_differs_leads_from_one_to_the_other(before: dict, after: dict) -> None:
    old, new = cells([page(before)]), cells([page(after)])
    changes = differences(old, new)
    assert applied(plain(old), changes) == plain(new)
    # Nothing else is told: no cell twice, none that is the same.
    assert len({(c.form, c.column, c.row_key) for c in changes}) == len(changes)
    assert all(change.kind != CHANGED or change.before != change.after for change in changes)


@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_kept_cells_are_those_that_were_written(tmp_path_factory: pytest.TempPathFactory, rows: dict) -> None:
    file = tmp_path_factory.mktemp("cells") / "cells.parquet"
    found = cells([page(rows)])
    write_cells(found, file)
    assert plain(read_cells(file)) == plain(found)
    assert differences(read_cells(file), found) == []
    first = file.read_bytes()
    write_cells(found, file)
    assert file.read_bytes() == first


def test_months_are_compared_row_by_row_and_differences_are_exact() -> None:
    before = cells([page({CITY: ("全市", 1, Decimal("0.10")), UNIT: ("甲", 1, None)}, period="2026-05")])
    after = cells([page({CITY: ("全市", 1, Decimal("0.30")), ("unit", "U2"): ("乙", 4, None)})])
    found = {(c.shown_key, c.column): (c.kind, c.difference) for c in differences(before, after)}
    assert found == {
        ("report_kind=government level=city entity_code=city", "closing_cost_cny"): (CHANGED, Decimal("0.20")),
        ("report_kind=government level=unit entity_code=U1", "entity_name"): (REMOVED, None),
        ("report_kind=government level=unit entity_code=U1", "closing_count"): (REMOVED, Decimal(-1)),
        ("report_kind=government level=unit entity_code=U1", "closing_cost_cny"): (REMOVED, Decimal(0)),
        ("report_kind=government level=unit entity_code=U2", "entity_name"): (ADDED, None),
        ("report_kind=government level=unit entity_code=U2", "closing_count"): (ADDED, Decimal(4)),
        ("report_kind=government level=unit entity_code=U2", "closing_cost_cny"): (ADDED, Decimal(0)),
    }


def test_the_table_for_spreadsheets_has_every_cell_and_runs_no_formula(tmp_path: Path) -> None:
    write_cell_table(report([page({CITY: ('=HYPERLINK("x")', 1, Decimal("-5.00"))})]), tmp_path)
    lines = (tmp_path / "cells.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + 3
    assert "\"'=HYPERLINK(" in lines[1]
    assert lines[3].endswith(",-5.00")
