"""Every model keeps its contract: the defined columns and types, no float near money, a rewriting that provenance knows."""

from datetime import date

import duckdb
import pytest

from warehouse.building.build import check_columns, parameters
from warehouse.provenance.columns import column_lineage
from warehouse.provenance.rewrite import rewrite
from warehouse.tables.definitions import all_tables
from warehouse.tables.model_rules import compared_with_each, floats
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
    assert list(floats(empty, str(table.model))) == []


@pytest.mark.parametrize("table", DERIVED, ids=NAMES)
def test_no_outer_join_compares_each_row_with_each(empty: duckdb.DuckDBPyConnection, table: Table) -> None:
    assert list(compared_with_each(empty, str(table.model))) == []


def test_a_float_and_a_join_of_each_with_each_are_found() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE a (x INTEGER, y DECIMAL(20, 2)); CREATE TABLE b (x INTEGER, z INTEGER)")
    assert list(floats(connection, "WITH w AS (SELECT y / 3 AS q FROM a) SELECT q + 1 AS r FROM w")) == [
        "q + 1",
        "y / 3",
    ]
    assert list(floats(connection, "SELECT sum(y) AS q, CAST(x AS BIGINT) AS r FROM a GROUP BY x")) == []
    assert list(compared_with_each(connection, "SELECT a.x FROM a LEFT JOIN b ON a.x = b.x OR b.z = 1"))
    assert not list(compared_with_each(connection, "SELECT a.x FROM a LEFT JOIN b ON a.x = b.x AND b.z = 1"))
