"""Provenance against brute force: for every construct, what is traced is what matters, and it is enough.

Belongs here: the laws of `warehouse/provenance/rewrite.py`. What is refused: `test_constructs.py`.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

import duckdb
import pytest
from brute_force import RELATIONS, Example, Row, causes
from hypothesis import given, settings
from hypothesis import strategies as st
from provenance_cases import CASES, Case

from warehouse.provenance.rewrite import Provenance, rewrite
from warehouse.provenance.tree import Relation, rederivation

_K = st.sampled_from(["x", "y", None])
_RANK = st.sampled_from([0, 1, 2, None])
_FLAG = st.sampled_from([True, False, None])


@st.composite
def examples(draw: st.DrawFn, most: int) -> dict[str, list[Row]]:
    """Rows for the three tables, `most` in all. Amounts are distinct powers of two: each matters to a sum."""
    a = draw(st.integers(0, min(most, 8)))
    b = draw(st.integers(0, min(most - a, 8)))
    c = draw(st.integers(0, min(most - a - b, 3)))
    items = ["[]", '[{"n": "p"}]', '[{"n": "p"}, {"n": "q"}]', '[{"n": "q"}, {"n": "q"}]']
    return {
        "s.a": [(n, draw(_K), draw(st.sampled_from([1 << n, None])), draw(_RANK), draw(_FLAG)) for n in range(a)],
        "s.b": [(10 + n, draw(st.integers(0, 1)), draw(_K), 1 << (10 + n)) for n in range(b)],
        "s.c": [(20 + n, draw(_K), f'{{"items": {draw(st.sampled_from(items))}}}') for n in range(c)],
    }


@cache
def _rewritten(sql: str, columns: tuple[str, ...] | None) -> Provenance:
    return rewrite(sql, RELATIONS, columns)


def traced_rows(example: Example, case: Case) -> dict[Row, set[object]]:
    """For each output row (its kept columns), the ids of the rows that the rewritten query returns."""
    provenance = _rewritten(case.sql, case.columns)
    width = len(provenance.sources)
    found: dict[Row, set[object]] = defaultdict(set)
    for row in example.run(provenance.sql):
        keys = row[len(row) - width :]
        found[row[: len(row) - width]] |= {key["id"] for key in keys if isinstance(key, dict)}
    return found


def kept(case: Case, rows: set[Row], names: Sequence[str]) -> set[Row]:
    """Rows with the traced columns alone."""
    places = [n for n, name in enumerate(names) if case.columns is None or name in case.columns]
    return {tuple(row[place] for place in places) for row in rows}


def output_names(example: Example, case: Case) -> list[str]:
    parameters = {"period": "2025-01"} if "$period" in case.sql else {}
    return [d[0] for d in example.connection.execute(case.sql, parameters).description or ()]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@settings(max_examples=12, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_trace_is_what_matters_and_is_enough(case: Case, data: st.DataObject) -> None:
    example = Example(data.draw(examples(case.most)))
    names = output_names(example, case)
    traced = traced_rows(example, case)
    assert set(traced) == kept(case, set(example.run(case.sql)), names)
    outcomes = {world: kept(case, rows, names) for world, rows in example.every_world(case.sql).items()}
    for row, ids in traced.items():
        assert row in kept(case, example.over(case.sql, ids), names), "the traced rows alone give the row"
        assert ids == {example.ids[place] for place in causes(row, outcomes, len(example.ids))}, row


@pytest.mark.slow
@pytest.mark.parametrize("case", [c for c in CASES.values() if c.single], ids=[n for n, c in CASES.items() if c.single])
def test_in_a_table_of_distinct_values_a_row_is_traced_if_and_only_if_deleting_it_shows(case: Case) -> None:
    example = Example(
        {
            "s.a": [(n, f"k{n % 37}", n * n + 1, n, n % 3 == 0) for n in range(150)],
            "s.b": [(1000 + n, n % 2, f"k{n % 41}", 3 * n * n + 2) for n in range(100)],
            "s.c": [(2000 + n, f"k{n % 43}", f'{{"items": [{{"n": "i{n}"}}]}}') for n in range(50)],
        }
    )
    names = output_names(example, case)
    whole = kept(case, set(example.run(case.sql)), names)
    matters: dict[Row, set[object]] = {row: set() for row in whole}
    for place, rows in example.without_each(case.sql).items():
        for row in whole - kept(case, rows, names):
            matters[row].add(example.ids[place])
    assert traced_rows(example, case) == matters


def test_a_reference_brings_a_column_and_a_join_of_totals_no_product() -> None:
    case = CASES["totals side by side"]
    rows: dict[str, list[Row]] = {
        "s.a": [(1, "x", 1, 1, True), (2, "y", 2, 2, True)],
        "s.b": [(10 + n, 0, "x", n) for n in range(30)],
        "s.c": [(50 + n, "x", "{}") for n in range(20)],
    }
    example = Example(rows)
    provenance = rewrite(case.sql, RELATIONS)
    assert [table for _, table in provenance.sources] == ["s.a", "s.b", "s.c"]
    found = example.run(f"SELECT * FROM ({provenance.sql}) WHERE id = 1")
    assert len(found) == 30
    assert {row[3]["id"] for row in found if isinstance(row[3], dict)} == {1}
    assert sum(row[5] is not None for row in found) == 20
    assert example.run(f"SELECT * FROM ({provenance.sql}) WHERE id = 2") == [(2, None, None, {"id": 2}, None, None)]


def test_an_output_row_without_sources_stays() -> None:
    example = Example({})
    for case in (CASES["whole sum"], CASES["whole max"]):
        (row,) = example.run(rewrite(case.sql, RELATIONS).sql)
        assert row[-1] is None


def test_a_null_group_key_is_a_group() -> None:
    rows: dict[str, list[Row]] = {"s.a": [(1, None, 4, 0, None), (2, None, None, 0, None), (3, "x", 1, 0, None)]}
    assert traced_rows(Example(rows), CASES["sum"]) == {(None, 4): {1}, ("x", 1): {3}}


def test_a_composite_key_is_returned_whole() -> None:
    example = Example({"s.b": [(1, 7, "x", 5)]})
    assert example.run(rewrite("SELECT b.k FROM s.b AS b", RELATIONS).sql) == [("x", {"part": 7, "id": 1})]


def test_what_was_excluded_stays_excluded_when_a_row_is_derived_again() -> None:
    """The version of a record that was accepted, joined to the last one seen, which was rejected.

    The rejection has no part in the row, and must yet hold when the row is derived from its own rows alone.
    """
    rows: dict[str, list[Row]] = {
        "s.a": [(1, "x", None, 1, None), (2, "x", None, 0, None)],
        "s.b": [(10, 0, None, 1)],
    }
    example, case = Example(rows), CASES["latest accepted"]
    assert traced_rows(example, case) == {(1, 2): {1, 2}}
    assert example.over(case.sql, [1, 2]) == {(1, 2)}
    retargeted = rederivation(case.sql, {"s.a": "one.a", "s.b": "one.b"})
    assert '"s"."b"' not in retargeted
    assert "s.b" in retargeted
    assert "one.b" not in retargeted


def test_a_cte_that_is_read_on_both_sides_of_an_anti_join_is_read_whole_on_the_right() -> None:
    case = CASES["anti join of the same table"]
    example = Example({"s.a": [(1, "x", None, 1, None), (2, "x", None, 2, None)]})
    assert example.over(case.sql, [1]) == set()
    assert example.over(case.sql, [2]) == {(2, 2)}


def test_columns_read_are_those_of_the_columns_traced() -> None:
    case = CASES["one total of two"]
    assert rewrite(case.sql, RELATIONS).columns == {
        "s.a": frozenset({"id", "k"}),
        "s.b": frozenset({"k", "amount", "part"}),
        "s.c": frozenset({"k"}),
    }
    assert rewrite(case.sql, RELATIONS, ["id", "n"]).columns == {
        "s.a": frozenset({"id", "k"}),
        "s.c": frozenset({"k"}),
    }
    anti = rewrite(CASES["anti join"].sql, RELATIONS)
    assert anti.columns == {"s.a": frozenset({"id", "k"})}
    assert anti.sources == (("__source_1", "s.a"),)


def test_a_left_join_that_could_multiply_a_sum_stays() -> None:
    sql = "SELECT a.k, sum(a.amount) AS total FROM s.a AS a LEFT JOIN s.{} AS j ON {} GROUP BY a.k"
    stays = rewrite(sql.format("b", "j.id = a.rank"), RELATIONS)
    assert set(stays.columns) == {"s.a", "s.b"}
    for table, condition in (("b", "j.id = a.rank AND 1 = j.part"), ("c", "j.id = a.rank AND j.k = a.k")):
        assert set(rewrite(sql.format(table, condition), RELATIONS).columns) == {"s.a"}


def test_the_first_row_is_the_right_one_whatever_duckdb_optimises() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA s")
    connection.execute("CREATE TABLE s.a (id INTEGER, k VARCHAR, amount INTEGER, rank INTEGER, flag BOOLEAN)")
    connection.execute("INSERT INTO s.a VALUES (0, 'y', 1, 0, NULL), (1, 'y', 2, 1, NULL), (2, 'y', 4, NULL, NULL)")
    for name in ("first of groups", "first row of duplicates"):
        (row,) = connection.execute(rewrite(CASES[name].sql, RELATIONS).sql).fetchall()
        assert row[:2] == ("y", 0)
        assert row[-1] == {"id": 0}


def test_unknown_names_are_named() -> None:
    with pytest.raises(ValueError, match=r"s\.z"):
        rewrite("SELECT z.id FROM s.z AS z", RELATIONS)
    with pytest.raises(ValueError, match="nothing"):
        rewrite(CASES["sum"].sql, RELATIONS, ["k", "nothing"])
    keyless = {"s.a": Relation("s.a", {"id": "INTEGER"}, ())}
    with pytest.raises(ValueError, match="without a key"):
        rewrite("SELECT a.id FROM s.a AS a", keyless)
