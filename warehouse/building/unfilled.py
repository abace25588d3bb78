"""Tables that have never held a row, which models read from an empty copy in memory.

DuckLake (d8a1881e) keeps statistics of a table from its first row on. Of a table without, DuckDB's optimizer asks for those of every
column, and each time the catalogue is asked anew: 4 ms a column and plan, 60 ms for a model over one such table of 14 columns.

Belongs here: knowing them and making the copies. Does not belong here: writing tables (`build.py`).
"""

from collections.abc import Iterable

import duckdb

from warehouse import queries
from warehouse.tables.quoting import identifier
from warehouse.tables.table import Table, Tables


class Unfilled:
    """The tables of an open transaction that hold no row and never did; each leaves when it is written."""

    def __init__(self, tables: Iterable[Table] = ()) -> None:
        self._tables = {table.qualified: table for table in tables}

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, tables: Tables) -> "Unfilled":
        """Those of a lake, as the transaction found it: ask before it writes."""
        filled = {name for name, _ in connection.execute(queries.text("filled_tables")).fetchall()}
        return cls(table for name, table in tables.items() if name not in filled)

    def __contains__(self, table: Table) -> bool:
        return table.qualified in self._tables

    def written(self, table: Table) -> None:
        """Rows were written to it."""
        self._tables.pop(table.qualified, None)

    def copies(self, connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> dict[str, str]:
        """The relation to read in place of each of these tables that is empty."""
        found = {name: f"unfilled_{name.replace('.', '_')}" for name in names if name in self._tables}
        for name, copy in found.items():
            columns = ", ".join(f"{identifier(c.name)} {c.type}" for c in self._tables[name].columns)
            connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {copy} ({columns})")
        return found
