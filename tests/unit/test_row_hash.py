"""The hash of a set of rows: any other set has another, and plain DuckDB gives the same."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from warehouse.building.row_hash import RowHashes, ordered_rows_query, row_hashes
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake, SchemaDriftError
from warehouse.tables.definitions import all_tables
from warehouse.tables.table import Column, Table, Tables
from warehouse.trace.row_set import differing_sets

COLUMNS = {
    "holder_code": "VARCHAR",
    "line_no": "BIGINT",
    "first": "VARCHAR",
    "second": "VARCHAR",
    "amount_cny": "DECIMAL(20,2)",
    "share": "DECIMAL(5,4)",
    "is_open": "BOOLEAN",
    "posted_date": "DATE",
    "noted_at": "TIMESTAMP WITH TIME ZONE",
    "body": "JSON",
}
TABLE = Table(
    "registry", "line", "", "", "", "", "", ("line_no",),
    tuple(Column(name, type_, "", "", "") for name, type_ in COLUMNS.items()),
    None, None,
)  # fmt: skip
#: As docs/auditors.md says that a row is written.
PLAIN = """
    SELECT coalesce(holder_code, ''), count(*), sha256(string_agg(concat(
        strlen(holder_code), ':', holder_code, line_no, ',', strlen("first"), ':', "first", strlen(second), ':', second,
        amount_cny, ',', share, ',', is_open, ',', posted_date, ',', epoch_us(noted_at), ',', strlen(body), ':', body
    ), '' ORDER BY line_no))
    FROM line GROUP BY ALL ORDER BY ALL
"""
ROWS = [
    "('U1', 1, 'a', '甲', 999999999999999999.99, 0.5, true, '2026-01-31', '2026-01-31 08:00:00+08', '{\"a\": 1}')",
    "('U2', 2, '', NULL, -12345678901234567.89, NULL, false, '0001-01-01', NULL, NULL)",
    "('U1', 3, NULL, '', -0.01, -0.0001, NULL, NULL, '1969-12-31 23:59:59.999999+00', '[]')",
    "(NULL, 4, 'ab', 'c', 0.00, 0, true, '2026-01-31', NULL, NULL)",
]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(TABLE.ddl("line"))
        connection.execute(f"INSERT INTO line VALUES {', '.join(ROWS)}")
        yield connection


def hashes(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Each group, whether the rows are read in key order or put there in it."""
    ordered = row_hashes(connection, TABLE, "line")
    connection.execute("CREATE OR REPLACE TEMP TABLE put AS FROM line ORDER BY line_no")
    assert row_hashes(connection, TABLE, "put", is_ordered=True).equals(ordered)
    return [tuple(row.values()) for row in ordered.to_pylist()]


def test_plain_duckdb_gives_the_same_hashes(connection: duckdb.DuckDBPyConnection) -> None:
    assert hashes(connection) == connection.execute(PLAIN).fetchall()
    assert [group for group, _, _ in hashes(connection)] == ["", "U1", "U2"]


@pytest.mark.parametrize(
    "change",
    [
        *(f"UPDATE line SET {column} = {value} WHERE line_no = 4" for column, value in {
            "holder_code": "'U1'", "line_no": "5", '"first"': "'abc'", "second": "NULL", "amount_cny": "0.01", "share": "NULL",
            "is_open": "false", "posted_date": "'2026-01-30'", "noted_at": "'1970-01-01 00:00:00+00'", "body": "'null'",
        }.items()),
        "DELETE FROM line WHERE line_no = 4",
        "INSERT INTO line SELECT * REPLACE (6 AS line_no) FROM line WHERE line_no = 4",
        "UPDATE line SET \"first\" = 'a', second = 'bc' WHERE line_no = 4",
        "UPDATE line SET \"first\" = 'ab1:c', second = NULL WHERE line_no = 4",
        "UPDATE line SET \"first\" = '' WHERE \"first\" IS NULL",
        "UPDATE line SET \"first\" = second, second = \"first\" WHERE line_no = 2",
        "UPDATE line SET amount_cny = -999999999999999999.99 WHERE line_no = 1",
    ],
)  # fmt: skip
def test_another_cell_another_row_or_cells_that_run_together_make_another_hash(
    connection: duckdb.DuckDBPyConnection, change: str
) -> None:
    before = hashes(connection)
    connection.execute(change)
    assert hashes(connection) != before


def test_the_order_in_which_rows_are_stored_makes_no_other_hash(connection: duckdb.DuckDBPyConnection) -> None:
    before = hashes(connection)
    connection.execute("CREATE OR REPLACE TABLE line AS FROM line ORDER BY line_no DESC")
    assert hashes(connection) == before


def test_groups_that_alternate_and_go_over_many_batches_are_hashed_as_plain_duckdb_does(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute(
        "INSERT INTO line SELECT 'U' || i % 3, 10 + i, 'x' || i, NULL, i / 7, NULL, i % 2 = 0, NULL, NULL, NULL "
        "FROM range(5000) AS r(i)"
    )
    assert hashes(connection) == connection.execute(PLAIN).fetchall()


def test_no_rows_make_no_group_but_those_that_are_asked_for(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DELETE FROM line")
    assert hashes(connection) == []
    taken = RowHashes().take(connection.execute(ordered_rows_query(TABLE, "line")))
    assert taken.groups(["U9"]).to_pylist() == [{"group_key": "U9", "row_count": 0, "group_sha256": ""}]


def test_a_lake_that_was_hashed_in_another_way_is_of_another_version_and_not_tampered_with(tmp_path: Path) -> None:
    record = all_tables()["audit.rows_hash"]
    former = replace(
        record, columns=tuple(replace(c, name=c.name.replace("group_sha", "rows_sha")) for c in record.columns)
    )
    home, nothing = Home(tmp_path).create(), CommitInfo("test", "test", "run")
    Lake(home, Tables({former.qualified: former})).commit(nothing, lambda _: None)
    for reading in (lambda: [*differing_sets(Lake(home), [])], lambda: Lake(home).commit(nothing, lambda _: None)):
        with pytest.raises(SchemaDriftError, match="shuzhang rebuild"):
            reading()
