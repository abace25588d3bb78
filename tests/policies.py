"""The tables of stage policy in a database of a test, filled from entries as a run fills them."""

import duckdb
import pyarrow as pa

from warehouse.tables.definitions import all_tables
from warehouse.tables.table import POLICY, POLICY_ENTRY


def put_policy(connection: duckdb.DuckDBPyConnection, entries: pa.Table) -> None:
    """Make the stage's tables, with these entries (the columns of `policy.entry`)."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {POLICY}")
    for table in all_tables().of_stage(POLICY):
        connection.execute(table.ddl())
    connection.register("entries", entries)
    connection.execute(f"INSERT INTO {POLICY_ENTRY} BY NAME FROM entries")
    connection.unregister("entries")
    refill_lists(connection)


def refill_lists(connection: duckdb.DuckDBPyConnection) -> None:
    """Build the lists' tables anew from the entries, which the test may have changed."""
    for table in all_tables().of_stage(POLICY):
        if table.model:
            connection.execute(f"DELETE FROM {table.qualified}")
            connection.execute(f"INSERT INTO {table.qualified} {table.model}")
