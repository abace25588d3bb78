"""Two homes, table by table: the same columns and the same rows, save what a written mapping allows.

`python -m tests.equal_homes BEFORE AFTER [--mapping FILE.toml]`: before and after a change of the code, which may be one of shapes, so
nothing here knows how either version defines its tables. Does not belong here: building the homes (`make run`, `tests/real.py`).

A mapping has one TOML table a lake table, `["stage.table"]`, with its `reason` and one or more of: `ignore`, columns that are not
compared; `new`, the table is in AFTER alone; `gone`, in BEFORE alone; `before` and `after`, a SELECT over that home's tables that
stands for the table where its shape changed; `both`, one that stands for it in either home. `new` and `gone` may also be said of a
pattern, `["stage.*"]`: of the tables that it meets and that are in one home alone.
"""

import argparse
import fnmatch
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.store.engine import connect
from warehouse.tables.quoting import identifier, literal

#: Runs, times and snapshots: what it says of another home is another thing by nature.
NOT_COMPARED = frozenset({"audit.materialization", "audit.event", "audit.rows_hash"})
SIDES = ("before", "after")
_SHOWN_ROWS = 3
_SHOWN_CHARS = 40


class MappingError(Exception):
    """The mapping is wrong, or says what is not so in these homes."""


@dataclass(frozen=True)
class Allowance:
    """What the mapping says of a table."""

    reason: str
    ignore: tuple[str, ...] = ()
    new: bool = False
    gone: bool = False
    before: str | None = None
    after: str | None = None
    both: str | None = None

    def select(self, side: str) -> str | None:
        """The SELECT that stands for the table on a side."""
        return (self.before if side == "before" else self.after) or self.both


@dataclass(frozen=True)
class Verdict:
    """What the comparison of a table found; `lines` explain it."""

    table: str
    equal: bool
    summary: str
    lines: tuple[str, ...] = ()


def read_mapping(file: Path | None) -> dict[str, Allowance]:
    """The mapping in a file, by table.

    Raises:
        MappingError: it names the table and what is wrong with its entry.
    """
    found = {}
    for name, entry in (tomllib.loads(file.read_text("utf-8")) if file else {}).items():
        unknown = set(entry) - set(Allowance.__dataclass_fields__)
        if unknown or not str(entry.get("reason", "")).strip() or len(entry) < 2:
            raise MappingError(f"{name}: a reason and an allowance are wanted, and {sorted(unknown)} are not known")
        if "*" in name and not set(entry) <= {"reason", "new", "gone"}:
            raise MappingError(f"{name}: a pattern has a reason, and new or gone")
        found[name] = Allowance(**entry | {"ignore": tuple(entry.get("ignore", ()))})
    return found


def compare(before: Path, after: Path, mapping: Mapping[str, Allowance]) -> Iterator[Verdict]:
    """Every table of two homes, in the order of their names.

    Raises:
        MappingError: the mapping names a table or column that neither home has, or a SELECT that fails.
    """
    with closing(connect()) as connection:
        tables = {side: _attach(connection, side, home) for side, home in zip(SIDES, (before, after), strict=True)}
        names = sorted(set().union(*tables.values()) - NOT_COMPARED)
        allowed = _by_table(mapping, tables["before"], tables["after"])
        for name in names:
            present = {side: name in tables[side] for side in SIDES}
            yield _verdict(connection, name, present, allowed.get(name, Allowance("")))


def _by_table(mapping: Mapping[str, Allowance], before: set[str], after: set[str]) -> dict[str, Allowance]:
    """The mapping with the tables that its patterns meet; what it says of a table by name comes first."""
    found: dict[str, Allowance] = {}
    for name, allowed in sorted(mapping.items(), key=lambda entry: "*" in entry[0]):
        if "*" not in name:
            met = {name} & (before | after)
        else:
            met = set(fnmatch.filter(after - before if allowed.new else before - after, name)) - mapping.keys()
        if not met:
            raise MappingError(f"{name}: there is no such table")
        found |= {table: found.get(table, allowed) for table in met}
    return found


def _attach(connection: duckdb.DuckDBPyConnection, side: str, home: Path) -> set[str]:
    """Attach the lake of a home under the name of its side, for reading; returns its tables."""
    catalogue = home / "lake" / "catalog.sqlite"
    if not catalogue.is_file():
        raise FileNotFoundError(f"{catalogue}: no lake")
    connection.execute(
        f"ATTACH {literal(f'ducklake:sqlite:{catalogue}')} AS {side} "
        f"(DATA_PATH {literal(f'{home}/lake/data/')}, OVERRIDE_DATA_PATH true, READ_ONLY)"
    )
    rows = connection.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = $side", {"side": side}
    ).fetchall()
    return {name for (name,) in rows}


def _verdict(
    connection: duckdb.DuckDBPyConnection, name: str, present: Mapping[str, bool], allowed: Allowance
) -> Verdict:
    for side, flag in (("after", allowed.new), ("before", allowed.gone)):
        if flag and not (present[side] and not all(present.values())):
            raise MappingError(f"{name}: it is not in {side} alone")
    lacking = [side for side in SIDES if not present[side] and allowed.select(side) is None]
    if lacking:
        fine = allowed.new or allowed.gone
        where = "new" if lacking == ["before"] else "gone"
        return Verdict(name, fine, f"{where}, allowed: {allowed.reason}" if fine else f"MISSING in {lacking[0]}")
    relations = {side: _relation(connection, name, side, allowed.select(side)) for side in SIDES}
    columns = {side: _columns(connection, relation) for side, relation in relations.items()}
    if strangers := sorted(set(allowed.ignore) - set(columns["before"]) - set(columns["after"])):
        raise MappingError(f"{name}: no such columns to ignore: {strangers}")
    kept = {side: {c: t for c, t in found.items() if c not in allowed.ignore} for side, found in columns.items()}
    lines = list(_column_differences(kept))
    shared = [column for column in kept["before"] if column in kept["after"]]
    lines += _row_differences(connection, relations, shared) if shared else []
    counts = {
        side: connection.sql(f"SELECT count(*) FROM {relation}").fetchall()[0][0]
        for side, relation in relations.items()
    }
    summary = f"{counts['before']} rows / {counts['after']} rows, {'DIFFERENT' if lines else 'equal'}"
    if allowed.reason:
        summary += f" (mapping: {allowed.reason})"
    return Verdict(name, not lines, summary, tuple(lines))


def _relation(connection: duckdb.DuckDBPyConnection, name: str, side: str, select: str | None) -> str:
    """What stands for a table on one side: itself, or the rows of the mapping's SELECT."""
    stage, _, table = name.partition(".")
    if select is None:
        return f"{side}.{identifier(stage)}.{identifier(table)}"
    connection.execute(f"USE {side}")
    try:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE shaped_{side} AS {select}")
    except duckdb.Error as error:
        raise MappingError(f"{name}: {side}: {error}") from error
    finally:
        connection.execute("USE memory")
    return f"temp.shaped_{side}"


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"DESCRIBE {relation}").fetchall()}


def _column_differences(columns: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    before, after = columns["before"], columns["after"]
    for side, ours, others in (("before", before, after), ("after", after, before)):
        if only := [column for column in ours if column not in others]:
            yield f"columns only {side}: {', '.join(only)}"
    for column in before:
        if column in after and before[column] != after[column]:
            yield f"column {column}: {before[column]} before, {after[column]} after"
    if set(before) == set(after) and list(before) != list(after):
        yield f"order of columns: {', '.join(before)} before, {', '.join(after)} after"


def _row_differences(
    connection: duckdb.DuckDBPyConnection, relations: Mapping[str, str], columns: list[str]
) -> Iterator[str]:
    """Rows that one side has more often than the other, a few of them, and in which columns their values differ."""
    selected = ", ".join(identifier(column) for column in columns)
    found = {}
    for side, other in (SIDES, SIDES[::-1]):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE only_{side} AS "
            f"SELECT {selected} FROM {relations[side]} EXCEPT ALL SELECT {selected} FROM {relations[other]}"
        )
        found[side] = connection.sql(f"SELECT count(*) FROM only_{side}").fetchall()[0][0]
    if not any(found.values()):
        return
    differing = [column for column in columns if _values_differ(connection, identifier(column))]
    yield f"rows only before: {found['before']}, only after: {found['after']}; their values differ in: " + (
        ", ".join(differing) or "no column by itself"
    )
    for side in SIDES:
        for row in connection.sql(f"SELECT * FROM only_{side} ORDER BY ALL LIMIT {_SHOWN_ROWS}").fetchall():
            values = dict(zip(columns, row, strict=True))
            cells = (f"{column}={_cell(values[column])}" for column in dict.fromkeys([*differing, *columns]))
            yield f"  only {side}: {', '.join(cells)}"


def _values_differ(connection: duckdb.DuckDBPyConnection, column: str) -> bool:
    return any(
        connection.execute(
            f"SELECT {column} FROM only_{side} EXCEPT ALL SELECT {column} FROM only_{other} LIMIT 1"
        ).fetchone()
        for side, other in (SIDES, SIDES[::-1])
    )


def _cell(value: object) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 1]}…"


def main(arguments: list[str]) -> int:
    """Say what the comparison found, a line a table; returns 0 if all is equal or allowed, 1 if not, 2 if the mapping is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.equal_homes", description="compare two homes, table by table"
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--mapping", type=Path, action="append", default=[])
    given = parser.parse_args(arguments)
    different = total = 0
    try:
        for verdict in compare(
            given.before.absolute(),
            given.after.absolute(),
            {name: allowed for file in given.mapping for name, allowed in read_mapping(file).items()},
        ):
            total, different = total + 1, different + (not verdict.equal)
            print("\n    ".join((f"{verdict.table}: {verdict.summary}", *verdict.lines)))
    except (MappingError, tomllib.TOMLDecodeError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{total} tables, {different} of them different")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
