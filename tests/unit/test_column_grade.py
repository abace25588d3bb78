"""Grades of the platform's own columns: along lineage, lowered by declared steps alone; no published column above its door's."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import POLICY

from readers.policy.files import PolicyOnDay, PolicySet, load, policy_files
from warehouse.tables.definitions import all_tables
from warehouse.tables.table import Tables
from warehouse.trace.column_grade import DOORS, DoorError, column_grades, keep_door, overflows
from warehouse.trace.graph import ColumnRef, LineageGraph

DAY = date.max
SHIPPED = load(POLICY).on(DAY)
RANKS = {entry.entry_key: int(entry.body["rank"]) for entry in SHIPPED.of("grade_level")}
TABLES = all_tables().under(SHIPPED.policy)
BARE = Tables({name: replace(table, lowered=()) for name, table in TABLES.items()})
EDGES = [edge for edge in LineageGraph(TABLES).edges if edge.influence == "value"]
BODY = ColumnRef("landing.record", "body")


def policy_with(changes: Mapping[str, tuple[str, str]]) -> PolicyOnDay:
    """The shipped policy with one text of each of some lists replaced by another."""
    files = {name: path.read_bytes() for name, path in policy_files(POLICY).items()}
    for name, (before, after) in changes.items():
        text = files[name].decode()
        assert text.count(before) == 1
        files[name] = text.replace(before, after).encode()
    return PolicySet.of_files(files).on(DAY)


def body_graded(grade: str) -> PolicyOnDay:
    return policy_with({"column_grade.csv": ("landing.record,body,general_3,", f"landing.record,body,{grade},")})


def door_at(door: str, grade: str) -> PolicyOnDay:
    limit = next(entry.body["grade"] for entry in SHIPPED.of("door_limit") if entry.entry_key == door)
    return policy_with({"door_limit.csv": (f"\n{door},{limit},", f"\n{door},{grade},")})


@pytest.mark.parametrize("door", DOORS)
def test_the_shipped_policy_lets_every_door_be_used(door: str) -> None:
    keep_door(all_tables(), SHIPPED, door)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(door=st.sampled_from(DOORS), limit=st.sampled_from(sorted(RANKS)), body=st.sampled_from(sorted(RANKS)))
def test_no_published_column_is_above_its_door(door: str, limit: str, body: str) -> None:
    files = {name: path.read_bytes() for name, path in policy_files(POLICY).items()}
    files["column_grade.csv"] = files["column_grade.csv"].replace(b"body,general_3", f"body,{body}".encode())
    lines = [line for line in files["door_limit.csv"].decode().splitlines() if not line.startswith(f"{door},")]
    lines.append(f"{door},{limit},门,door,测试,proposal,2025-01-01")
    files["door_limit.csv"] = "\n".join(lines).encode()
    policy = PolicySet.of_files(files).on(DAY)
    grades = column_grades(TABLES, policy)
    shown = {entry.body["table"] for entry in policy.of("report_form")} | {
        "finance.difference",
        "finance.journal_entry",
    }
    published = shown if door == "workbook" else set(TABLES)
    above = {ref for ref, grade in grades.items() if ref.table in published and grade.rank > RANKS[limit]}
    assert {overflow.column for overflow in overflows(TABLES, policy, door)} == above
    if above:
        with pytest.raises(DoorError):
            keep_door(all_tables(), policy, door)
    else:
        keep_door(all_tables(), policy, door)


@settings(max_examples=12, deadline=None)
@given(body=st.sampled_from(sorted(RANKS)))
def test_a_column_is_never_below_what_it_is_computed_from_unless_a_step_says_so(body: str) -> None:
    policy = body_graded(body)
    for tables in (TABLES, BARE):
        grades = column_grades(tables, policy)
        lowered = {ColumnRef(n, c): s for n, t in tables.items() for s in t.lowered for c in s.columns}
        assert set(grades) == {ColumnRef(n, c.name) for n, t in tables.items() for c in t.columns}
        for edge in EDGES:
            step = lowered.get(edge.target)
            if step is None:
                assert grades[edge.target].rank >= grades[edge.source].rank
            else:
                assert grades[edge.target].rank <= RANKS[step.to]


def test_without_the_steps_what_agencies_deliver_reaches_the_workbooks() -> None:
    found = {str(overflow.column): overflow for overflow in overflows(BARE, SHIPPED, "workbook")}
    closing = found["report.form_r1.closing_cost_cny"]
    assert (closing.carries.grade, closing.carries.source, closing.limit) == ("general_3", BODY, "general_2")


def test_the_message_names_table_column_source_door_and_mend() -> None:
    with pytest.raises(DoorError) as caught:
        keep_door(all_tables(), door_at("workbook", "general_1"), "workbook")
    lines = str(caught.value).splitlines()
    (line,) = [line for line in lines if line.startswith("report.form_r1.closing_cost_cny ")]
    for part in (
        "general_2",
        "general_1",
        "landing.record.",
        "workbook",
        "warehouse/sql/report/form_r1.toml",
        "[[lowered]]",
    ):
        assert part in line


def test_what_policy_forgets_is_closed(tmp_path: Path) -> None:
    policy = policy_with({"column_grade.csv": ("landing.record,body,general_3,", "landing.record,bodi,general_3,")})
    # The line for all other columns takes it; without that one it has the highest grade there is.
    assert column_grades(TABLES, policy)[BODY].grade == "general_1"
    files = {name: path.read_bytes() for name, path in policy_files(POLICY).items()}
    without = {name: data for name, data in files.items() if name != "column_grade.csv"}
    assert column_grades(TABLES, PolicySet.of_files(without).on(DAY))[BODY].grade == "core"
    closed = PolicySet.of_files({name: data for name, data in files.items() if name != "door_limit.csv"}).on(DAY)
    with pytest.raises(DoorError, match="none"):
        keep_door(all_tables(), closed, "database")


def test_what_policy_and_tables_say_names_columns_that_are_there() -> None:
    names = {name: {column.name for column in table.columns} for name, table in TABLES.items()}
    for entry in SHIPPED.of("column_grade"):
        assert entry.body["column"] in {*names[entry.body["table"]], "*"}
    for name, table in TABLES.items():
        for step in table.lowered:
            assert set(step.columns) <= names[name]
            assert step.to in RANKS
            assert step.step in ("selection", "masking", "aggregation")
            assert step.reason_zh
            assert step.reason_en
