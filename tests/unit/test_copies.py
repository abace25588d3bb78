"""Small tables are read from copies that are as the lake is, and that nobody trusts once somebody else has written."""

from pathlib import Path

import duckdb
import pytest

from warehouse.building.copies import Copies
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake

INFO = CommitInfo("test", "test", "run")
NAME = "catalog.roll_up"


def insert(connection: duckdb.DuckDBPyConnection, unit: str) -> None:
    connection.execute(f"INSERT INTO {NAME} VALUES ('{unit}', 'unit', '{unit}', '单位', NULL, '0001-01-01', NULL)")


def read(connection: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    return [unit for (unit,) in connection.execute(f"SELECT unit_code FROM {relation} ORDER BY ALL").fetchall()]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(Home(tmp_path).create())
    lake.commit(INFO, lambda connection: insert(connection, "A"))
    return lake


def copied(lake: Lake) -> list[str]:
    """What a model would read in place of the table, in a commit that keeps copies."""
    found: list[str] = []

    def work(connection: duckdb.DuckDBPyConnection) -> None:
        (relation,) = Copies(lake, connection).instead([NAME]).values()
        found.extend(read(connection, relation))

    lake.commit(INFO, work, keeps=True)
    return found


def test_a_copy_outlives_its_commit_and_not_one_that_does_not_say_what_it_writes(lake: Lake) -> None:
    assert copied(lake) == ["A"]
    assert list(lake.kept) == [NAME]
    assert copied(lake) == ["A"]
    lake.commit(INFO, lambda connection: insert(connection, "B"))
    assert copied(lake) == ["A", "B"]


def test_a_copy_is_not_trusted_once_somebody_else_has_committed(lake: Lake) -> None:
    assert copied(lake) == ["A"]
    assert lake.is_as_left()
    other = Lake(lake.home)
    other.commit(INFO, lambda connection: insert(connection, "B"))
    assert not lake.is_as_left()
    assert copied(lake) == ["A", "B"]
    with lake.attach(read_only=False) as connection:
        connection.execute(f"DELETE FROM {NAME} WHERE unit_code = 'A'")
    assert not lake.is_as_left()
    assert copied(lake) == ["B"]


def test_what_a_commit_that_failed_kept_is_gone(lake: Lake) -> None:
    def fail(connection: duckdb.DuckDBPyConnection) -> None:
        Copies(lake, connection).instead([NAME])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        lake.commit(INFO, fail, keeps=True)
    assert lake.kept == {}
    assert copied(lake) == ["A"]


def test_what_is_built_is_kept_in_place_of_what_was_there_and_what_is_written_in_part_is_read_anew(lake: Lake) -> None:
    table = lake.tables[NAME]

    def work(connection: duckdb.DuckDBPyConnection) -> None:
        copies = Copies(lake, connection)
        assert read(connection, copies.relation(NAME)) == ["A"]
        connection.execute(f"CREATE TEMP TABLE built AS SELECT * REPLACE ('C' AS unit_code) FROM {NAME}")
        connection.execute(f"DELETE FROM {NAME}")
        connection.execute(f"INSERT INTO {NAME} FROM built")
        copies.wrote(table, 1, whole="built")
        assert copies.relation(NAME) != NAME
        assert read(connection, copies.relation(NAME)) == ["C"]
        insert(connection, "D")
        copies.wrote(table, 1)
        assert read(connection, copies.relation(NAME)) == ["C", "D"]

    lake.commit(INFO, work, keeps=True)
    assert copied(lake) == ["C", "D"]


def test_tables_of_a_stage_that_is_written_in_other_ways_are_read_where_they_are(lake: Lake) -> None:
    copied(lake)
    lake.commit(
        INFO, lambda connection: Copies(lake, connection, but_of="catalog").instead([NAME]) and None, keeps=True
    )
    assert NAME not in lake.kept
