"""Denial constraints: the notation, dependencies against plain counting, and the dirty cells of real tables."""

import csv
from collections import Counter
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readers.policy.lists import LISTS
from readers.profiling.constraints import Constraint, ConstraintError, broken_cells

DEPENDENCY = "t1&t2&EQ(t1.x,t2.x)&IQ(t1.y,t2.y)"


def broken(text: str, names: list[str], rows: list[tuple[str | None, ...]]) -> set[tuple[int, str]]:
    columns = [pa.array(list(column), pa.string()) for column in zip(*rows, strict=True)] if rows else []
    table = pa.table(columns, [f"c{n}" for n in range(len(columns))]).append_column(
        "row_no", pa.array(range(len(rows)), pa.int64())
    )
    with duckdb.connect() as connection:
        connection.register("content", table)
        return broken_cells(connection, "content", {n: f"c{i}" for i, n in enumerate(names)}, Constraint.parse(text))


CELL = st.none() | st.sampled_from(["a", "b", "c"])


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=15))
def test_a_dependency_points_at_what_is_not_commonest(rows: list[tuple[str | None, str | None]]) -> None:
    expected = set()
    for x in {"a", "b", "c"}:
        counts = Counter(y for at, y in rows if at == x and y is not None)
        most = max(counts.values(), default=0)
        tops = [y for y, n in counts.items() if n == most]
        for number, (at, y) in enumerate(rows):
            if at == x and y is not None and (counts[y] < most or len(tops) > 1):
                expected.add((number, "y"))
    assert broken(DEPENDENCY, ["x", "y"], rows) == expected


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("ab")), min_size=1, max_size=10))
def test_a_dependency_that_holds_points_at_nothing(rows: list[tuple[str, str]]) -> None:
    holds = all(y == other for x, y in rows for at, other in rows if x == at)
    assert (broken(DEPENDENCY, ["x", "y"], list(rows)) == set()) == holds


def test_a_constraint_on_single_rows() -> None:
    rows = [("female", "husband"), ("female", "wife"), ("male", "husband")]
    found = broken('t1&EQ(t1.sex,"female")&EQ(t1.role,"husband")', ["sex", "role"], list(rows))
    assert found == {(0, "sex"), (0, "role")}


def test_two_rows_that_are_compared_in_order() -> None:
    rows = [("a", "1", "9"), ("a", "2", "3"), ("b", "1", "1")]
    text = "t1&t2&EQ(t1.k,t2.k)&LT(t1.from,t2.from)&GT(t1.to,t2.to)"
    assert {row for row, _ in broken(text, ["k", "from", "to"], list(rows))} == {0}


@pytest.mark.parametrize(
    "text",
    ["", "t1", "t1&t2", "t1&t2&IQ(t1.a,t2.a)", "t1&EQ(t1.a,t2.a)", "t1&LIKE(t1.a,t1.b)", "t1&EQ(t1.a; DROP,t1.b)x"],
)
def test_what_is_no_constraint_is_refused_here_and_by_the_policy(text: str) -> None:
    with pytest.raises(ConstraintError):
        Constraint.parse(text)
    if text != "t1&EQ(t1.a,t2.a)":
        assert not LISTS["content_constraint"].checks["constraint"].holds(text)


def test_a_column_that_is_not_there_is_told() -> None:
    with pytest.raises(ConstraintError, match="z"):
        broken("t1&t2&EQ(t1.x,t2.x)&IQ(t1.z,t2.z)", ["x"], [("a",)])


@pytest.mark.parametrize(
    ("table", "precision", "recall", "recall_of_named"),
    [("hospital", 0.94, 0.85, 0.95), ("hospital_100", 0.84, 0.71, 0.84)],
)
def test_the_constraints_of_real_tables_find_the_dirty_cells(
    real_data: Path, table: str, precision: float, recall: float, recall_of_named: float
) -> None:
    folder = real_data / "dq-holoclean" / "testdata"
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        names, *rows = csv.reader(stream)
    texts = [text for text in (folder / "hospital_constraints.txt").read_text("utf-8").splitlines() if text]
    with (folder / f"{table}_clean.csv").open(encoding="utf-8", newline="") as stream:
        right = {(int(row["tid"]), row["attribute"]): row["correct_val"] for row in csv.DictReader(stream)}
    empty = {"", "nan"}
    dirty = {
        (number, name)
        for number, row in enumerate(rows)
        for name, cell in zip(names, row, strict=True)
        if (number, name) in right and cell != right[number, name] and not {cell, right[number, name]} <= empty
    }
    cells = [tuple(cell or None for cell in row) for row in rows]
    found = set().union(*(broken(text, names, cells) for text in texts))
    named = frozenset().union(*(Constraint.parse(text).columns for text in texts))
    assert len(dirty) > 50
    assert len(found & dirty) / len(found) >= precision
    assert len(found & dirty) / len(dirty) >= recall
    assert len(found & dirty) / len({cell for cell in dirty if cell[1] in named}) >= recall_of_named


def test_the_notation_of_every_shipped_constraint_file_is_read(real_data: Path) -> None:
    for file in sorted((real_data / "dq-holoclean" / "testdata").glob("*_constraints.txt")):
        for text in filter(None, map(str.strip, file.read_text("utf-8").splitlines())):
            assert Constraint.parse(text).terms
            assert LISTS["content_constraint"].checks["constraint"].holds(text), text
