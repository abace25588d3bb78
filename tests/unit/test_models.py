"""Every model keeps its contract: the defined columns and types, no float near money, a rewriting that provenance knows."""

import json
from datetime import date
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from warehouse.building.build import check_columns, parameters
from warehouse.provenance.columns import column_lineage
from warehouse.provenance.rewrite import rewrite
from warehouse.tables.definitions import all_tables
from warehouse.tables.table import Table

DERIVED = all_tables().derived
NAMES = [table.qualified for table in DERIVED]


@pytest.fixture(scope="module")
def empty() -> duckdb.DuckDBPyConnection:
    """A database with every table, empty."""
    connection = duckdb.connect()
    for table in all_tables().values():
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.stage}")
        connection.execute(table.ddl())
        for comment in table.comments():
            connection.execute(comment)
    return connection


def _values(table: Table) -> dict[str, str | date]:
    return parameters(str(table.model), "2026-06")


@pytest.mark.parametrize("table", DERIVED, ids=NAMES)
def test_columns_and_types_are_the_defined_ones(empty: duckdb.DuckDBPyConnection, table: Table) -> None:
    empty.execute(f"CREATE OR REPLACE TEMP TABLE built AS {table.model}", _values(table))
    check_columns(empty, table, "built")


@pytest.mark.parametrize("table", DERIVED, ids=NAMES)
def test_provenance_handles_the_model(empty: duckdb.DuckDBPyConnection, table: Table) -> None:
    rewritten = rewrite(str(table.model), all_tables().relations)
    cursor = empty.execute(f"SELECT * FROM ({rewritten.sql}) LIMIT 0", _values(table))
    names = [description[0] for description in cursor.description or ()]
    assert names == [column.name for column in table.columns] + [column for column, _ in rewritten.sources]
    assert {name for _, name in rewritten.sources} <= set(table.inputs)


@pytest.mark.parametrize("table", DERIVED, ids=NAMES)
def test_every_column_has_lineage_or_is_a_constant(table: Table) -> None:
    lineage = column_lineage(str(table.model), all_tables().relations)
    assert set(lineage) == {column.name for column in table.columns}
    for origins in lineage.values():
        for source, column, influence in origins:
            assert source in table.inputs
            assert column in all_tables().relations[source].columns
            assert influence in ("value", "filter")


@pytest.mark.parametrize(
    "table",
    [t for t in DERIVED if any(c.name.endswith("_cny") for c in t.columns)],
    ids=lambda t: t.qualified,
)
def test_no_double_feeds_a_money_column(empty: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Each expression under a projection of a CTE or of the model is typed by DuckDB; in models with money none is a DOUBLE."""
    typed = 0
    for select, expressions in _expressions(str(table.model)):
        probe = select.copy()
        probe.set("expressions", [exp.alias_(one.copy(), f"probe_{n}") for n, one in enumerate(expressions)])
        for clause in ("qualify", "group", "order", "distinct"):
            probe.set(clause, None)
        outer = select.find_ancestor(exp.Select)
        root = select.root()
        with_clause = root.args.get("with_") or root.args.get("with")
        if with_clause is not None and (outer is not None or probe is not root):
            probe.set("with_", with_clause.copy())
        sql = probe.sql(dialect="duckdb")
        found = empty.execute(f"DESCRIBE {sql}", parameters(sql, "2026-06")).fetchall()
        for expression, (_, of_type, *_) in zip(expressions, found, strict=True):
            assert of_type not in ("DOUBLE", "FLOAT"), f"{table.qualified}: {expression.sql(dialect='duckdb')}"
        typed += len(found)
    assert typed > 0


@pytest.mark.parametrize("table", DERIVED, ids=NAMES)
def test_no_outer_join_compares_each_row_with_each(empty: duckdb.DuckDBPyConnection, table: Table) -> None:
    """An outer join whose condition is more than comparisons of one side with the other has no key in DuckDB (1.5.5), whatever else
    stands in it: the cost of a table would go with the square of its rows. A list of policy on its right does not grow with them."""
    plan = empty.execute(f"EXPLAIN (FORMAT json) {table.model}", _values(table)).fetchall()[0][1]
    for join in _nodes(json.loads(plan), "BLOCKWISE_NL_JOIN"):
        of = join["extra_info"]
        is_one_row = of["Condition"] == "true"
        right = [scan["extra_info"].get("Table", "") for scan in _nodes(join["children"][1:], "SEQ_SCAN", "CTE_SCAN")]
        is_policy = bool(right) and all('."policy".' in name for name in right)
        assert of["Join Type"] == "INNER" or is_one_row or is_policy, of["Condition"]


def _nodes(nodes: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    """The operators of these names in a plan."""
    found: list[dict[str, Any]] = []
    for node in nodes:
        found += [node] if node["name"].strip() in names else []
        found += _nodes(node["children"], *names)
    return found


def _expressions(model: str) -> list[tuple[exp.Select, list[exp.Expr]]]:
    """Every arithmetic, aggregate, cast and CASE expression below the projections, by its SELECT; aggregates apart from what is none."""
    wanted = (
        exp.Add,
        exp.Sub,
        exp.Mul,
        exp.Div,
        exp.IntDiv,
        exp.Neg,
        exp.AggFunc,
        exp.Cast,
        exp.Case,
        exp.Coalesce,
    )
    tree = sqlglot.parse_one(model, read="duckdb")
    found: list[tuple[exp.Select, list[exp.Expr]]] = []
    for select in tree.find_all(exp.Select):
        nodes = [
            node
            for projection in select.expressions
            for node in projection.find_all(*wanted)
            if node.find_ancestor(exp.Select) is select and node.find_ancestor(exp.Window) is None
        ]
        for is_aggregate in (True, False):
            alike = [node for node in nodes if (node.find(exp.AggFunc) is not None) == is_aggregate]
            if alike:
                found.append((select, alike))
    return found
