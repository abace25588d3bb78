"""Column lineage: which columns an output is made of, and which decide where it stands."""

import pytest
from brute_force import RELATIONS
from provenance_cases import CASES

from warehouse.provenance.columns import column_lineage


def lineage(sql: str) -> dict[str, dict[str, str]]:
    """Output column -> `table.column` -> influence."""
    return {
        output: {f"{table}.{column}": influence for table, column, influence in origins}
        for output, origins in column_lineage(sql, RELATIONS).items()
    }


def test_values_and_filters_of_one_table() -> None:
    assert lineage("SELECT a.id, a.amount * a.rank AS v, 7 AS seven FROM s.a AS a WHERE a.flag") == {
        "id": {"s.a.id": "value", "s.a.flag": "filter"},
        "v": {"s.a.amount": "value", "s.a.rank": "value", "s.a.flag": "filter"},
        "seven": {"s.a.flag": "filter"},
    }


def test_a_column_that_filters_and_is_returned_is_a_value() -> None:
    assert lineage("SELECT a.id FROM s.a AS a WHERE a.id > 1") == {"id": {"s.a.id": "value"}}


def test_joins_filter_by_what_they_compare() -> None:
    assert lineage("SELECT a.id, b.amount FROM s.a AS a LEFT JOIN s.b AS b ON b.k = a.k") == {
        "id": {"s.a.id": "value", "s.a.k": "filter", "s.b.k": "filter"},
        "amount": {"s.b.amount": "value", "s.a.k": "filter", "s.b.k": "filter"},
    }


def test_the_right_side_of_an_anti_join_filters_with_all_that_decides_its_rows() -> None:
    sql = """
        WITH p AS (SELECT b.k FROM s.b AS b WHERE b.part = 0)
        SELECT a.id FROM s.a AS a ANTI JOIN p ON p.k = a.k
    """
    assert lineage(sql) == {"id": {"s.a.id": "value", "s.a.k": "filter", "s.b.k": "filter", "s.b.part": "filter"}}


def test_groups_filter_by_their_key_and_an_aggregate_by_its_own_condition() -> None:
    sql = "SELECT a.k, sum(a.amount) FILTER (WHERE a.flag) AS total, count(*) AS n FROM s.a AS a GROUP BY a.k"
    assert lineage(sql) == {
        "k": {"s.a.k": "value"},
        "total": {"s.a.amount": "value", "s.a.flag": "filter", "s.a.k": "filter"},
        "n": {"s.a.k": "filter"},
    }


def test_a_first_row_filters_by_partition_and_order() -> None:
    sql = """
        SELECT a.id FROM s.a AS a
        QUALIFY row_number() OVER (PARTITION BY a.k ORDER BY a.rank DESC, a.id) = 1
    """
    assert lineage(sql) == {"id": {"s.a.id": "value", "s.a.k": "filter", "s.a.rank": "filter"}}


def test_a_union_has_the_origins_of_all_branches_by_position() -> None:
    sql = """
        SELECT a.id, a.k AS label FROM s.a AS a WHERE a.flag
        UNION ALL SELECT b.amount, 'b' FROM s.b AS b
        UNION ALL SELECT 0, c.k FROM s.c AS c
    """
    assert lineage(sql) == {
        "id": {"s.a.id": "value", "s.b.amount": "value", "s.a.flag": "filter"},
        "label": {"s.a.k": "value", "s.c.k": "value", "s.a.flag": "filter"},
    }


def test_an_unnested_list_is_the_value_and_decides_how_many_rows() -> None:
    assert lineage(CASES["unnest"].sql) == {
        "id": {"s.c.id": "value", "s.c.body": "filter"},
        "no": {"s.c.body": "value"},
        "n": {"s.c.body": "value"},
    }


def test_ctes_subqueries_and_duplicates_are_followed_to_the_tables() -> None:
    sql = """
        WITH g AS (SELECT a.k, max(a.amount) AS top FROM s.a AS a WHERE a.rank > 0 GROUP BY a.k)
        SELECT DISTINCT q.label, q.double_top FROM (
            SELECT x.top * 2 AS double_top, y.k AS label FROM g AS x JOIN g AS y ON y.top = x.top
        ) AS q
    """
    everything = {"s.a.amount": "filter", "s.a.rank": "filter", "s.a.k": "filter"}
    assert lineage(sql) == {
        "label": everything | {"s.a.k": "value"},
        "double_top": everything | {"s.a.amount": "value"},
    }


def test_having_filters_and_its_aggregates_are_no_values() -> None:
    sql = "SELECT a.k, sum(a.amount) AS total FROM s.a AS a GROUP BY a.k HAVING max(a.rank) > 1"
    assert lineage(sql) == {
        "k": {"s.a.k": "value", "s.a.rank": "filter"},
        "total": {"s.a.amount": "value", "s.a.k": "filter", "s.a.rank": "filter"},
    }


def test_a_window_takes_its_value_from_its_function_and_its_rows_from_partition_and_order() -> None:
    sql = """
        SELECT a.id, sum(a.amount) FILTER (WHERE a.flag) OVER (PARTITION BY a.k ORDER BY a.rank) AS total
        FROM s.a AS a
    """
    filters = {"s.a.flag": "filter", "s.a.k": "filter", "s.a.rank": "filter"}
    assert lineage(sql) == {"id": {"s.a.id": "value"}, "total": filters | {"s.a.amount": "value"}}


@pytest.mark.parametrize("negated", ["", "NOT "])
def test_exists_and_in_filter_by_what_they_compare_and_what_decides_their_rows(negated: str) -> None:
    filters = {"s.a.k": "filter", "s.b.k": "filter", "s.b.part": "filter"}
    exists = f"WHERE {negated}EXISTS (SELECT b.amount FROM s.b AS b WHERE b.k = a.k AND b.part = 1)"
    in_ = f"WHERE a.k {negated}IN (SELECT b.k FROM s.b AS b WHERE b.part = 1)"
    for condition in (exists, in_):
        assert lineage(f"SELECT a.id FROM s.a AS a {condition}") == {"id": filters | {"s.a.id": "value"}}


def test_a_scalar_subquery_is_the_value_and_what_decides_its_rows_filters_it_alone() -> None:
    sql = "SELECT a.id, (SELECT max(b.amount) FROM s.b AS b WHERE b.k = a.k) AS top FROM s.a AS a"
    assert lineage(sql) == {
        "id": {"s.a.id": "value"},
        "top": {"s.b.amount": "value", "s.a.k": "filter", "s.b.k": "filter"},
    }


def test_intersect_and_except_filter_by_all_that_they_compare() -> None:
    for operation in ("INTERSECT", "EXCEPT"):
        assert lineage(f"SELECT a.k, a.rank AS n FROM s.a AS a {operation} SELECT b.k, b.part FROM s.b AS b") == {
            "k": {"s.a.k": "value", "s.a.rank": "filter", "s.b.k": "filter", "s.b.part": "filter"},
            "n": {"s.a.rank": "value", "s.a.k": "filter", "s.b.k": "filter", "s.b.part": "filter"},
        }


def test_a_lateral_subquery_uses_the_rows_before_it() -> None:
    assert lineage(CASES["lateral"].sql) == {
        "id": {"s.a.id": "value", "s.a.k": "filter", "s.b.k": "filter", "s.b.part": "filter"},
        "b": {"s.b.id": "value", "s.a.k": "filter", "s.b.k": "filter", "s.b.part": "filter"},
    }


def test_a_recursion_carries_values_from_step_to_step() -> None:
    sql = """
        WITH RECURSIVE r AS (
            SELECT a.id, a.amount AS x, 0 AS y, 0 AS n FROM s.a AS a
            UNION ALL SELECT b.id, b.part, r.x, r.n + 1 FROM r JOIN s.b AS b ON b.k = CAST(r.y AS VARCHAR)
        ) SELECT r.n, r.y FROM r
    """
    filters = {"s.a.amount": "filter", "s.b.part": "filter", "s.b.k": "filter"}
    assert lineage(sql) == {"n": filters, "y": filters | {"s.a.amount": "value", "s.b.part": "value"}}


@pytest.mark.parametrize("name", CASES)
def test_every_construct_has_lineage(name: str) -> None:
    found = column_lineage(CASES[name].sql, RELATIONS)
    for origins in found.values():
        assert list(origins) == sorted(origins)
        for table, column, influence in origins:
            assert column in RELATIONS[table].columns
            assert influence in ("value", "filter")
