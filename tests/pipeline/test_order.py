"""The order in which rows come to a model says nothing of what it gives: two homes with the same deliveries are equal, and a figure that is
made anew is the one that was shown."""

from tests.homes import lake_of
from warehouse.building.build import parameters
from warehouse.store.home import Home
from warehouse.tables.definitions import all_tables

PERIOD = "2026-06"


def test_every_model_gives_the_same_rows_whatever_the_order_of_its_inputs(city: Home) -> None:
    lake = lake_of(city)
    connection = lake.attach(read_only=True)
    try:
        connection.execute("USE memory")
        for table in all_tables().values():
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS memory.{table.stage}")
            connection.execute(
                f"CREATE TABLE memory.{table.qualified} AS FROM lake.{table.qualified} AS t ORDER BY hash(t, 1)"
            )
        differing = []
        for table in all_tables().derived:
            rows = f"lake.{table.qualified}" + (f" WHERE {table.partition} = '{PERIOD}'" if table.partition else "")
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE built AS {table.model}", parameters(str(table.model), PERIOD)
            )
            (count,) = connection.execute(
                f"SELECT count(*) FROM ((FROM {rows} EXCEPT ALL FROM built) UNION ALL (FROM built EXCEPT ALL FROM {rows}))"
            ).fetchone() or (0,)
            if count:
                differing.append((table.qualified, count))
        assert differing == []
    finally:
        connection.close()
