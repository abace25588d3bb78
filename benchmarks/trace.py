"""Tracing and verifying one figure of R1 among 1,000, 100,000 or 1,000,000 resources, most of them cards.

The figures: the closing cost of one unit, and that of the whole city. Floor: the model's own query for that row, over the lake.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.deliveries import write_deliveries
from benchmarks.measure import Result, main, measured, median_seconds
from benchmarks.run import deliver
from pipelines.run import run as run_pipeline
from warehouse.building.build import parameters
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.trace.tracer import Tracer

RESOURCES = {"small": 1_000, "medium": 100_000, "large": 1_000_000}
#: A page of the sources, as the command line shows them; all of them are found and counted.
_PAGE = 20


def run(size: str) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as name:
        home = Home(Path(name) / "home")
        write_deliveries(Path(name) / "deliveries", RESOURCES[size])
        deliver(home, Path(name) / "deliveries")
        outcome = run_pipeline(home)
        if outcome.problems:
            raise AssertionError(outcome)
        yield from _figure(
            Lake(home),
            size,
            {"period": outcome.period, "report_kind": "government", "level": "unit", "entity_code": "U00001"},
        )
        yield from _figure(
            Lake(home),
            size,
            {"period": outcome.period, "report_kind": "government", "level": "city", "entity_code": "city"},
        )


def _figure(lake: Lake, size: str, key: dict[str, str]) -> Iterator[Result]:
    table = lake.tables["report.form_r1"]
    where = " AND ".join(f"{name} = ${name}" for name in key)
    with lake.reading() as connection:
        query = f"SELECT * FROM ({table.model}) WHERE {where}"
        floor = median_seconds(
            lambda: connection.execute(query, key | parameters(str(table.model), key["period"])).fetchall()
        )
    for verify in (False, True):

        def work(verify: bool = verify) -> int:
            with Tracer(lake) as tracer:
                found = tracer.trace(table.qualified, key, column="closing_cost_cny", verify=verify, limit=_PAGE)
            if found.verified is False:
                raise AssertionError(found.differences)
            return found.source_count

        sources = work()
        name = f"{'trace and verify' if verify else 'trace'} the closing cost of the {key['level']}"
        yield measured(name, size, median_seconds(work), floor=floor, records=sources)


if __name__ == "__main__":
    main(__doc__, run)
