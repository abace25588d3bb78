"""`shuzhang sql` reads the lake and does nothing else: every kind of statement, every way to a file, and the engine's own locks."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from warehouse.asking.judge import TABLE_FUNCTIONS, RefusedError, UnknownTableError, WrongSqlError, reading
from warehouse.asking.query import Answer, answers, query
from warehouse.store.engine import connect
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.tables.definitions import all_tables
from warehouse.tables.table import Tables

pytestmark = pytest.mark.slow

#: One harmless statement of each kind that DuckDB tells apart; `{file}` is a file that is not there.
STATEMENTS = {
    "INSERT": "INSERT INTO landing.record FROM landing.record",
    "UPDATE": "UPDATE landing.record SET raw = raw",
    "CREATE": "CREATE TEMP TABLE aside AS SELECT 1",
    "DELETE": "DELETE FROM landing.record",
    "PREPARE": "PREPARE asked AS SELECT 1",
    "EXECUTE": "EXECUTE asked",
    "ALTER": "COMMENT ON TABLE landing.record IS 'x'",
    "TRANSACTION": "BEGIN",
    "COPY": "COPY (SELECT 1) TO '{file}'",
    "EXPLAIN": "EXPLAIN ANALYZE COPY (SELECT 1) TO '{file}'",
    "DROP": "DROP TABLE landing.record",
    "EXPORT": "EXPORT DATABASE '{file}'",
    "PRAGMA": "PRAGMA enable_profiling",
    "VACUUM": "VACUUM",
    "CALL": "CALL lake.set_option('parquet_compression', 'zstd')",
    "SET": "SET VARIABLE x = 1",
    "LOAD": "INSTALL httpfs",
    "ATTACH": "ATTACH '{file}' AS elsewhere",
    "DETACH": "DETACH lake",
    "COPY_DATABASE": "COPY FROM DATABASE lake TO memory",
    "MERGE_INTO": "MERGE INTO landing.record USING landing.delivery USING (delivery_id) WHEN MATCHED THEN DELETE",
}
#: What no text of SQL gives: statements made by programs, and kinds that stand in the list under another name (ANALYZE is VACUUM).
NO_TEXT = {"INVALID", "ANALYZE", "VARIABLE_SET", "CREATE_FUNC", "RELATION", "EXTENSION", "LOGICAL_PLAN", "MULTI"}

EXPLAINED = [
    "COPY (SELECT 1) TO '{file}'",
    "INSERT INTO landing.record FROM landing.record",
    "CREATE TEMP TABLE aside AS SELECT 1",
    "DELETE FROM landing.record",
    "SELECT * FROM read_blob('{catalogue}')",
    "FROM '{parquet}'",
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    # A few tables stand for all: making each takes 50 ms.
    tables = Tables(
        {name: table for name, table in all_tables().items() if table.stage == "landing" and table.model is None}
    )
    lake = Lake(Home(tmp_path_factory.mktemp("door") / "home"), tables)
    query(lake, "SELECT 1")
    data = lake.home.lake / "data" / "landing" / "record"
    data.mkdir(parents=True)
    with connect() as connection:
        connection.execute(f"COPY (SELECT 42 AS x) TO '{data / 'part.parquet'}'")
        connection.execute(f"COPY (SELECT 42 AS x) TO '{data / 'part.csv'}'")
    return lake


@pytest.fixture(scope="module")
def door(lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that was asked once: attaching takes half a second, and what locks it is the same each time."""
    with closing(lake.attach(read_only=True)) as connection:
        answers(connection, lake, "SELECT 1")
        yield connection


def _ask(door: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    """The rows of the last statement, all judged before any is run, as `answers` does."""
    rows: list[tuple[object, ...]] = []
    for statement in reading(door, sql):
        rows = door.execute(statement).fetchall()
    return rows


def _written(lake: Lake, sql: str) -> str:
    data = lake.home.lake / "data"
    return sql.format(
        file=data / "out", parquet=data / "landing/record/part.parquet", catalogue=lake.home.lake / "catalog.sqlite"
    )


def _files(folder: Path) -> dict[Path, str]:
    return {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*") if file.is_file()}


def test_every_kind_of_statement_but_reading_is_refused_and_none_leaves_a_trace(
    lake: Lake, door: duckdb.DuckDBPyConnection
) -> None:
    assert set(duckdb.StatementType.__members__) == {*STATEMENTS, *NO_TEXT, "SELECT"}
    before = _files(lake.home.root)
    for kind, sql in STATEMENTS.items():
        written = _written(lake, sql)
        assert kind in [statement.type.name for statement in duckdb.extract_statements(written)]
        with pytest.raises(RefusedError):
            _ask(door, written)
        with pytest.raises(RefusedError):
            _ask(door, f"SELECT 1; {written}")
    with pytest.raises(RefusedError):
        _ask(door, "UPDATE EXTENSIONS")
    with pytest.raises(WrongSqlError, match="Permission Error"):
        _ask(door, f"IMPORT DATABASE '{lake.home.root}'")
    assert _files(lake.home.root) == before


@pytest.mark.parametrize(
    "prefix", ["EXPLAIN", "explain\nANALYZE", "EXPLAIN (ANALYZE, FORMAT json)", "EXPLAIN (FORMAT json)"]
)
def test_what_is_explained_is_judged_as_what_is_run(lake: Lake, door: duckdb.DuckDBPyConnection, prefix: str) -> None:
    before = _files(lake.home.root)
    for sql in EXPLAINED:
        with pytest.raises((RefusedError, UnknownTableError)):
            _ask(door, f"{prefix} {_written(lake, sql)}")
    assert _files(lake.home.root) == before
    assert _ask(door, f"{prefix} SELECT count(*) FROM landing.record")


def _functions() -> list[str]:
    with connect() as connection:
        rows = connection.execute(
            "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('table', 'table_macro', 'pragma') ORDER BY 1"
        ).fetchall()
    return [name for (name,) in rows]


def test_a_table_function_that_is_taken_opens_no_file_that_it_is_given(
    lake: Lake, door: duckdb.DuckDBPyConnection
) -> None:
    """Every table function of DuckDB is given a path: what is not taken is refused, and what is taken knows no paths."""
    functions = _functions()
    assert {"read_blob", "parquet_metadata", "glob", "sqlite_scan", "query", "ducklake_delete_orphaned_files"} <= set(
        functions
    )
    before = _files(lake.home.root)
    path = str(lake.home.root / "outside.csv")
    told = dict.fromkeys(functions, "")
    for name in functions:
        for arguments in (f"'{path}'", f"['{path}']", f"'{path}', 't'"):
            try:
                _ask(door, f'FROM "{name}"({arguments})')
            except (RefusedError, duckdb.Error) as error:
                told[name] += f"{type(error).__name__}: {error}\n"
    refused = {name for name, text in told.items() if text.count("RefusedError") == 3}
    assert set(functions) - refused == TABLE_FUNCTIONS & set(functions)
    assert not [name for name in TABLE_FUNCTIONS & set(functions) if "file system operations" in told[name]]
    assert _files(lake.home.root) == before


@pytest.mark.parametrize(
    "where",
    [
        "FROM {name}",
        "SELECT (FROM {name} LIMIT 1)",
        "SUMMARIZE {name}",
        "DESCRIBE {name}",
        "SHOW {name}",
        "TABLE {name}",
        "PIVOT {name} ON x IN (1)",
        "UNPIVOT {name} ON x",
        "WITH c AS (FROM {name}) FROM c",
        'WITH "a.csv" AS (SELECT 1) FROM {name}',
        "SELECT 1 ORDER BY (SELECT x FROM {name})",
        "SELECT 1 LIMIT (SELECT x FROM {name})",
        "SELECT [x FOR x IN [1] IF x IN (FROM {name})]",
        "SELECT 1 UNION ALL FROM {name}",
        "FROM landing.record AS r ANTI JOIN {name} AS p ON r.raw = p.x::VARCHAR",
        "FROM range((SELECT x FROM {name}))",
        "FROM query('FROM {name}')",
        "FROM query_table('{name}')",
    ],
)
def test_a_name_that_is_a_path_is_no_table(lake: Lake, door: duckdb.DuckDBPyConnection, where: str) -> None:
    folder = lake.home.lake / "data" / "landing" / "record"
    names = [f"{folder}/part.parquet", f"{folder}/part.csv", f"{folder}/*.parquet", f"{lake.home.lake}/catalog.sqlite"]
    quoted = [f'"{name}"' for name in names] + [f'"{folder}/part".parquet', f'lake."{folder}/part".csv']
    for name in quoted:
        with pytest.raises((UnknownTableError, RefusedError)):
            _ask(door, where.format(name=name))


@pytest.mark.parametrize(
    "sql",
    [
        "FROM __ducklake_metadata_lake.ducklake_snapshot",
        "FROM __ducklake_metadata_lake.main.ducklake_data_file",
        "FROM lake.main.ducklake_snapshot",
    ],
)
def test_the_catalogue_is_not_read_past_the_tables(lake: Lake, door: duckdb.DuckDBPyConnection, sql: str) -> None:
    with pytest.raises(UnknownTableError):
        _ask(door, sql)


def test_a_variable_of_the_program_is_no_table(lake: Lake, door: duckdb.DuckDBPyConnection) -> None:
    secret = duckdb.sql("SELECT 42 AS x").fetchnumpy()
    assert secret
    with pytest.raises(UnknownTableError):
        _ask(door, "FROM secret")


def test_the_engine_holds_where_nothing_was_judged(lake: Lake, door: duckdb.DuckDBPyConnection) -> None:
    """What was asked once has the connection locked: no file elsewhere, no setting, no writing to the lake."""
    elsewhere = lake.home.root / "elsewhere"
    for sql in (
        f"COPY (SELECT 1) TO '{elsewhere}'",
        f"FROM read_blob('{lake.home.root}/**')",
        f"ATTACH '{elsewhere}' AS elsewhere",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET temp_directory = '/'",
        "LOAD httpfs",
        "INSERT INTO landing.record FROM landing.record",
        "DROP TABLE landing.record",
        "CALL lake.set_option('parquet_compression', 'zstd')",
    ):
        with pytest.raises(duckdb.Error):
            door.execute(sql)
    assert not elsewhere.exists()
    allowed = door.execute("SELECT current_setting('allowed_directories')").fetchone()
    assert allowed == ([f"{lake.home.lake}/data/"],)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM landing.record",
        "from LAKE.Landing.Record limit 0",
        "FROM landing.record AT (VERSION => 1)",
        "DESCRIBE landing.record",
        "SUMMARIZE landing.record",
        "SHOW ALL TABLES",
        "SHOW TABLES FROM landing",
        "SHOW DATABASES",
        "VALUES (1)",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) FROM R",
        "PIVOT landing.record ON raw IN ('a', 'b') USING count(*)",
        "FROM information_schema.tables",
        "FROM duckdb_columns() LIMIT 1",
        "PRAGMA table_info('landing.record')",
        "FROM lake.snapshots()",
        "FROM ducklake_snapshots('lake')",
        "SELECT x FROM unnest([1, 2]) AS t(x), range(x)",
        "SELECT 1; SELECT 2",
        "-- a comment\nSELECT 'a; b' AS \"x.parquet\"; ",
        "EXPLAIN SELECT 1",
    ],
)
def test_reading_is_taken(lake: Lake, door: duckdb.DuckDBPyConnection, sql: str) -> None:
    _ask(door, sql)


def test_values_are_bound_in_what_was_judged(lake: Lake, door: duckdb.DuckDBPyConnection) -> None:
    assert query(lake, "SELECT $x || '''' AS \"数\"", {"x": "a"}) == Answer(["数"], [("a'",)])


def test_a_table_that_is_not_there_has_what_is_near_named(lake: Lake, door: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UnknownTableError, match=r"您是否要找: landing\.record"):
        _ask(door, "FROM landing.recrod")
    with pytest.raises(UnknownTableError, match=r"landing\.record"):
        _ask(door, "FROM record")


def test_what_is_nested_too_deeply_to_be_judged_is_refused(
    lake: Lake, door: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deep(_: str) -> object:
        raise RecursionError

    monkeypatch.setattr("warehouse.asking.judge.json.loads", deep)
    with pytest.raises(RefusedError, match="嵌套过深"):
        _ask(door, "SELECT 1")
