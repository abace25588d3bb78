"""Small tables that models read from a copy in memory.

Opening the Parquet files of a table takes DuckLake (d8a1881e) 8 ms a time that a model names it, whatever their size: of a run after one
small delivery that was two thirds. So a small table is copied on its first use, and what was just built is kept. The copies outlive their
transaction as long as nobody else commits (`Lake.kept`).

Belongs here: making and keeping them. Does not belong here: writing tables (`build.py`).
"""

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from warehouse import queries
from warehouse.building.unfilled import Unfilled
from warehouse.store.lake import Lake
from warehouse.tables.table import Table

#: Larger tables are read where they are: a copy would take memory, and their files are worth opening.
_MOST_ROWS = 20_000


class Copies:
    """The relations to read in place of tables of the lake, in an open transaction that says what it writes."""

    def __init__(self, lake: Lake, connection: duckdb.DuckDBPyConnection, *, but_of: str = "") -> None:
        """but_of: a stage whose tables the transaction writes in other ways too; they are read where they are, if they hold any row."""
        self._connection = connection
        self._kept = lake.kept
        self._but_of = but_of
        rows = connection.execute(queries.text("filled_tables")).fetchall()
        self._counts: dict[str, int] = dict(rows)
        self.unfilled = Unfilled(table for name, table in lake.tables.items() if name not in self._counts)
        for name in [name for name in self._kept if self._is_excepted(name)]:
            self._forget(name)

    def instead(self, names: Iterable[str]) -> dict[str, str]:
        """The relations to read in place of those of some tables that have one."""
        names = list(names)
        for name in names:
            if name not in self._kept and not self._is_excepted(name) and 0 < self._counts.get(name, 0) <= _MOST_ROWS:
                self._connection.execute(f"CREATE TEMP TABLE {_relation(name)} AS FROM {name}")
                self._kept[name] = _relation(name)
        return {name: self._kept[name] for name in names if name in self._kept} | self.unfilled.copies(
            self._connection, names
        )

    def relation(self, name: str) -> str:
        """The relation to read in place of a table: itself where there is no other."""
        return self.instead([name]).get(name, name)

    def append(self, table: Table, rows: pa.Table) -> None:
        """Add rows to a table, by the names of its columns."""
        name = table.qualified
        if table in self.unfilled:
            self._connection.execute(table.ddl(_relation(name), temporary=True))
            self._kept[name] = _relation(name)
        self._connection.register("appended", rows)
        for relation in {name, self._kept.get(name, name)}:
            self._connection.execute(f"INSERT INTO {relation} BY NAME FROM appended")
        self._connection.unregister("appended")
        self._counts[name] = self._counts.get(name, 0) + rows.num_rows
        self.unfilled.written(table)

    def wrote(self, table: Table, rows: int, whole: str | None = None) -> None:
        """So many rows were written to a table. whole: a temporary table of all that it has, which may be taken over."""
        name = table.qualified
        self._forget(name)
        self._counts[name] = rows if whole else self._counts.get(name, 0) + rows
        if rows:
            self.unfilled.written(table)
        if whole and not self._is_excepted(name) and 0 < rows <= _MOST_ROWS:
            self._connection.execute(f"ALTER TABLE {whole} RENAME TO {_relation(name)}")
            self._kept[name] = _relation(name)

    def _is_excepted(self, name: str) -> bool:
        return name.partition(".")[0] == self._but_of

    def _forget(self, name: str) -> None:
        if relation := self._kept.pop(name, None):
            self._connection.execute(f"DROP TABLE {relation}")


def _relation(name: str) -> str:
    return f"kept_{name.replace('.', '_')}"
