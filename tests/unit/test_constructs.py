"""What a model may not use (`warehouse/provenance/constructs.py`), and how its text is read (`warehouse/provenance/tree.py`)."""

import duckdb
import pytest
from brute_force import RELATIONS
from sqlglot import exp

from warehouse.provenance import constructs
from warehouse.provenance.columns import column_lineage
from warehouse.provenance.rewrite import rewrite
from warehouse.provenance.tree import UnsupportedConstruct, inputs, parse, render, retarget
from warehouse.tables.definitions import all_tables

REFUSED = {
    "union beside a recursion": (
        "WITH RECURSIVE u AS (SELECT a.id FROM s.a AS a UNION ALL SELECT b.id FROM s.b AS b), "
        "r AS (SELECT u.id FROM u UNION ALL SELECT b.id FROM r JOIN s.b AS b ON b.part = r.id) SELECT r.id FROM r",
        "does not read itself",
    ),
    "framed row_number": (
        "SELECT a.id FROM s.a AS a QUALIFY row_number() OVER "
        "(ORDER BY a.id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) = 1",
        "with a frame",
    ),
    "nth_value": ("SELECT nth_value(a.id, 2) OVER () AS r FROM s.a AS a", "NTH_VALUE"),
    "lag not null": ("SELECT lag(a.id IGNORE NULLS) OVER (ORDER BY a.id) AS r FROM s.a AS a", "IGNORE NULLS"),
    "lag by a column": ("SELECT lag(a.id, a.rank) OVER (ORDER BY a.id) AS r FROM s.a AS a", "no whole number"),
    "list in order over": ("SELECT list(a.id ORDER BY a.k) OVER () AS r FROM s.a AS a", "of this form"),
    "rank over nothing": ("SELECT rank() AS r FROM s.a AS a", "RANK"),
    "window in where": ("SELECT a.id FROM s.a AS a WHERE count(*) OVER () > 1", "window function"),
    "window in a group key": ("SELECT count(*) AS n FROM s.a AS a GROUP BY rank() OVER (ORDER BY a.id)", "window"),
    "median over": ("SELECT median(a.id) OVER () AS r FROM s.a AS a", "MEDIAN"),
    "named window": (
        "SELECT a.id FROM s.a AS a WINDOW w AS (ORDER BY a.id) QUALIFY row_number() OVER w = 1",
        "WINDOWS",
    ),
    "exists in a join": (
        "SELECT a.id FROM s.a AS a JOIN s.b AS b ON EXISTS (SELECT 1 FROM s.c AS c WHERE c.k = b.k)",
        "EXISTS here",
    ),
    "subquery in a sum": ("SELECT sum((SELECT max(b.id) FROM s.b AS b)) AS r FROM s.a AS a", "subquery here"),
    "limit in exists": ("SELECT a.id FROM s.a AS a WHERE EXISTS (SELECT 1 FROM s.b AS b LIMIT 1)", "LIMIT"),
    "in of two columns": (
        "SELECT a.id FROM s.a AS a WHERE (a.k, a.rank) IN (SELECT (b.k, b.part) FROM s.b AS b)",
        "IN of several columns",
    ),
    "group key as an expression in a subquery": (
        "SELECT a.rank % 2 AS odd, (SELECT max(b.id) FROM s.b AS b WHERE b.part = a.rank % 2) AS r "
        "FROM s.a AS a GROUP BY a.rank % 2",
        "more than their columns",
    ),
    "any subquery": ("SELECT a.id FROM s.a AS a WHERE a.k = ANY (SELECT b.k FROM s.b AS b)", "subquery"),
    "semi join": ("SELECT a.id FROM s.a AS a SEMI JOIN s.b AS b ON b.k = a.k", "SEMI JOIN"),
    "asof join": ("SELECT a.id FROM s.a AS a ASOF JOIN s.b AS b ON b.k = a.k AND b.id >= a.id", "ASOF JOIN"),
    "natural join": ("SELECT a.id FROM s.a AS a NATURAL JOIN s.b AS b", "NATURAL JOIN"),
    "positional join": ("SELECT a.id FROM s.a AS a POSITIONAL JOIN s.b AS b", "POSITIONAL JOIN"),
    "correlated": ("SELECT a.id FROM s.a AS a, (SELECT a.k AS k) AS l", "could not be resolved"),
    "except all": ("SELECT a.id FROM s.a AS a EXCEPT ALL SELECT b.id FROM s.b AS b", "EXCEPT ALL"),
    "intersect all": ("SELECT a.id FROM s.a AS a INTERSECT ALL SELECT b.id FROM s.b AS b", "INTERSECT ALL"),
    "recursive union": (
        "WITH RECURSIVE r AS (SELECT a.id FROM s.a AS a UNION SELECT b.id FROM r JOIN s.b AS b ON b.part = r.id) "
        "SELECT r.id FROM r",
        "RECURSIVE other than",
    ),
    "recursive twice": (
        "WITH RECURSIVE r AS (SELECT a.id FROM s.a AS a UNION ALL SELECT x.id FROM r AS x JOIN r AS y ON y.id < x.id) "
        "SELECT r.id FROM r",
        "RECURSIVE other than",
    ),
    "recursive totals": (
        "WITH RECURSIVE r AS (SELECT a.id FROM s.a AS a UNION ALL SELECT max(r.id) - 1 AS id FROM r) SELECT r.id FROM r",
        "RECURSIVE that groups",
    ),
    "recursive exclusion": (
        "WITH RECURSIVE r AS (SELECT a.id FROM s.a AS a UNION ALL "
        "SELECT b.id FROM s.b AS b ANTI JOIN r ON r.id = b.id) SELECT r.id FROM r",
        "RECURSIVE that groups",
    ),
    "union by name": ("SELECT a.id FROM s.a AS a UNION ALL BY NAME SELECT b.id FROM s.b AS b", "by_name"),
    "ordered union": ("SELECT a.id FROM s.a AS a UNION ALL SELECT b.id FROM s.b AS b ORDER BY 1", "order"),
    "nested with": (
        "SELECT q.id FROM (WITH p AS (SELECT a.id FROM s.a AS a) SELECT p.id FROM p) AS q",
        "WITH inside",
    ),
    "cte head": ("WITH p(i) AS (SELECT a.id FROM s.a AS a) SELECT p.i FROM p", "column names of a CTE"),
    "alias head": ("SELECT q.i FROM (SELECT a.id FROM s.a AS a) AS q(i)", "column names in the alias"),
    "limit": ("SELECT a.id FROM s.a AS a LIMIT 1", "LIMIT"),
    "order": ("SELECT a.id FROM s.a AS a ORDER BY a.id", "ORDER"),
    "distinct on": ("SELECT DISTINCT ON (a.k) a.k, a.id FROM s.a AS a", "DISTINCT ON"),
    "group by all": ("SELECT a.k, count(*) AS n FROM s.a AS a GROUP BY ALL", "GROUP BY ALL"),
    "rollup": ("SELECT a.k, count(*) AS n FROM s.a AS a GROUP BY ROLLUP (a.k)", "ROLLUP"),
    "pivot": ("SELECT * FROM s.a PIVOT (sum(amount) FOR k IN ('x'))", "pivot"),
    "sample": ("SELECT a.id FROM s.a AS a USING SAMPLE 3", "SAMPLE"),
    "table function": ("SELECT r.i FROM range(3) AS r(i)", "table function"),
    "star with exclude": ("SELECT * EXCLUDE (k) FROM s.a AS a", "EXCLUDE"),
    "columns": ("SELECT COLUMNS(*) FROM s.a AS a", "COLUMNS"),
    "unnest as a value": ("SELECT unnest([a.id]) AS i FROM s.a AS a", "UNNEST"),
    "lambda": ("SELECT list_transform([a.id], lambda x: x + 1) AS i FROM s.a AS a", "LIST_TRANSFORM|LAMBDA"),
    "random": ("SELECT random() AS r FROM s.a AS a", "RANDOM"),
    "clock": ("SELECT now() AS r FROM s.a AS a", "now"),
    "today": ("SELECT a.id FROM s.a AS a WHERE current_date > DATE '2025-01-01'", "CURRENT_DATE"),
    "unknown function": ("SELECT frobnicate(a.id) AS r FROM s.a AS a", "frobnicate"),
    "any_value": ("SELECT any_value(a.id) AS r FROM s.a AS a", "ANY_VALUE"),
    "first": ("SELECT a.k, first(a.id) AS r FROM s.a AS a GROUP BY a.k", "FIRST"),
    "median": ("SELECT median(a.id) AS r FROM s.a AS a", "MEDIAN"),
    "count_if": ("SELECT count_if(a.flag) AS r FROM s.a AS a", "COUNT_IF"),
    "top n": ("SELECT max(a.id, 2) AS r FROM s.a AS a", "MAX"),
    "arg_max of n": ("SELECT arg_max(a.k, a.id, 2) AS r FROM s.a AS a", "ARG_MAX"),
    "reserved name": ("SELECT a.id AS __source_1 FROM s.a AS a", "reserved name __source_1"),
    "insert": ("INSERT INTO s.a SELECT * FROM s.a", "one SELECT"),
    "two statements": ("SELECT 1 AS x; SELECT 2 AS x", "one SELECT"),
}


@pytest.mark.parametrize(("sql", "name"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_understood_is_refused_by_name(sql: str, name: str) -> None:
    with pytest.raises((UnsupportedConstruct, ValueError), match=name):
        rewrite(sql, RELATIONS)


def test_a_refusal_says_where() -> None:
    with pytest.raises(UnsupportedConstruct) as refusal:
        rewrite("WITH best AS (SELECT max(a.id, 2) AS r FROM s.a AS a) SELECT best.r FROM best", RELATIONS)
    assert refusal.value.construct == "function MAX(a.id, 2) of this form"
    assert refusal.value.where == "CTE best: MAX(a.id, 2)"


def test_the_whitelist_names_node_types_that_exist() -> None:
    for name in constructs._EXPRESSIONS:
        assert issubclass(getattr(exp, name), exp.Expr), name


@pytest.mark.parametrize(
    "condition",
    [
        "c.k = c.body ->> '$.x'",
        "c.k LIKE c.body ->> '$.x'",
        "c.id = 1 AND c.body ->> '$.x' = 'y'",
        "NOT c.body ->> '$.x' = 'y'",
        "'1' < c.body->'$.x'->>'$.y'",
        "c.k || lower(c.body ->> '$.x') = coalesce(c.k, '') || (c.body).x ->> '$.x'",
    ],
)
def test_a_bare_arrow_right_of_an_operator_is_refused_since_duckdb_reads_it_otherwise(condition: str) -> None:
    sql = f"SELECT c.id FROM s.c AS c WHERE {condition}"
    for read in (rewrite, column_lineage):
        with pytest.raises(UnsupportedConstruct, match="without parentheses"):
            read(sql, RELATIONS)


@pytest.mark.parametrize(
    "condition",
    [
        "c.k = (c.body ->> '$.x')",
        "c.body ->> '$.x' = c.k AND c.id = 1",
        "c.id = 1 AND (c.body ->> '$.x') = 'y' AND NOT (c.body ->> '$.x') IS NULL",
        "coalesce(c.body ->> '$.x', c.body -> '$.y' ->> '$.x') = 'y'",
        "CASE WHEN c.body ->> '$.x' = 'y' THEN c.body ->> '$.x' ELSE c.body ->> '$.y' END = 'y'",
        "(c.body ->> '$.x') NOT BETWEEN 'a' AND 'b' OR c.k || (c.body ->> '$.x') = 'xy'",
        "c.k IN (c.body ->> '$.x', lower(c.body ->> '$.y'))",
        "CAST(c.body ->> '$.n' AS INTEGER) % 2 = 0 OR (c.body::JSON ->> '$.x') = 'y'",
    ],
)
def test_arrows_that_both_read_alike_give_the_same_rows(condition: str) -> None:
    sql = f"SELECT c.id FROM s.c AS c WHERE {condition}"
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA s; CREATE TABLE s.c (id INTEGER, k VARCHAR, body JSON)")
    connection.execute(
        """INSERT INTO s.c VALUES (1, 'y', '{"x": "y", "n": "2"}'), (2, 'x', '{"y": {"x": "y"}}'),
        (3, 'x', '{}'), (4, 'b', '{"x": "b", "n": "3"}'), (5, 'x', '{"x": "a"}')"""
    )
    rewritten = connection.execute(f"SELECT id FROM ({rewrite(sql, RELATIONS).sql})").fetchall()
    assert sorted(rewritten) == sorted(connection.execute(sql).fetchall())


def test_inputs_are_named_once_in_the_order_of_the_text() -> None:
    ctes = "WITH z AS (SELECT * FROM s.c), a AS (SELECT * FROM s.b)"
    sql = f"{ctes} SELECT * FROM s.a JOIN a ON TRUE JOIN z ON TRUE, s.c"
    assert inputs(sql) == ("s.c", "s.b", "s.a")
    with pytest.raises(ValueError, match=r"stage\.table"):
        inputs("SELECT * FROM loose")


def test_retargeting_keeps_what_columns_call_their_table() -> None:
    sql = "SELECT a.id, b.k FROM s.a JOIN s.b AS b ON b.k = a.k WHERE $period < '2026'"
    assert retarget(sql, {"s.a": "temp.kept_1", "s.b": '"lake".s."b c"'}) == (
        'SELECT a.id, b.k FROM temp.kept_1 AS a JOIN "lake".s."b c" AS b ON b.k = a.k WHERE $period < \'2026\''
    )


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("-- s.a 中文\nSELECT '中 s.a' AS x /* s.a */ FROM s.a, s.b", "-- s.a 中文\nSELECT '中 s.a' AS x /* s.a */ FROM one AS a, s.b"),
        ('SELECT * FROM "s" . "a" AS a', "SELECT * FROM one AS a"),
        ("SELECT s.a FROM s.a AS s WHERE EXISTS (FROM s.a)", "SELECT s.a FROM one AS s WHERE EXISTS (FROM one AS a)"),
        ("WITH a AS (FROM s.a) FROM a UNION ALL FROM s.a", "WITH a AS (FROM one AS a) FROM a UNION ALL FROM one AS a"),
    ],
)  # fmt: skip
def test_retargeting_changes_the_names_of_tables_and_nothing_else_of_the_text(sql: str, wanted: str) -> None:
    assert retarget(sql, {"s.a": "one"}) == wanted


def test_every_model_retargeted_is_the_same_tree_over_other_tables() -> None:
    for table in all_tables().derived:
        names = {name: f"kept_{number}" for number, name in enumerate(table.inputs)}
        tree = parse(str(table.model))
        for reference in tree.find_all(exp.Table):
            if name := names.get(f"{reference.db}.{reference.name}"):
                reference.set(
                    "alias", reference.args.get("alias") or exp.TableAlias(this=exp.to_identifier(reference.name))
                )
                reference.set("this", exp.to_identifier(name))
                reference.set("db", None)
        assert render(parse(retarget(str(table.model), names))) == render(tree), table.qualified
