"""Tables that never had a row are known, and read from a copy until they get one."""

from pathlib import Path

from warehouse.building.unfilled import Unfilled
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake

INFO = CommitInfo("test", "test", "run")


def test_a_table_is_unfilled_until_it_is_written(tmp_path: Path) -> None:
    lake = Lake(Home(tmp_path).create())
    roll_up = lake.tables["catalog.roll_up"]
    with lake.reading() as connection:
        unfilled = Unfilled.of(connection, lake.tables)
        assert roll_up in unfilled
        (copy,) = unfilled.copies(connection, ["catalog.roll_up"]).values()
        assert [(row[0], row[1]) for row in connection.execute(f"DESCRIBE {copy}").fetchall()] == [
            (column.name, column.type) for column in roll_up.columns
        ]
    unfilled.written(roll_up)
    assert roll_up not in unfilled
    assert unfilled.copies(connection, ["catalog.roll_up"]) == {}


def test_a_table_that_lost_its_rows_is_no_more_unfilled_than_one_that_has_some(tmp_path: Path) -> None:
    lake = Lake(Home(tmp_path).create())
    row = "'U', 'unit', 'U', '单位', NULL, '0001-01-01', NULL"
    lake.commit(INFO, lambda connection: connection.execute(f"INSERT INTO catalog.roll_up VALUES ({row})"))
    lake.commit(INFO, lambda connection: connection.execute("DELETE FROM catalog.roll_up"))
    with lake.reading() as connection:
        assert connection.execute("SELECT count(*) FROM catalog.roll_up").fetchall() == [(0,)]
        assert lake.tables["catalog.roll_up"] not in Unfilled.of(connection, lake.tables)
