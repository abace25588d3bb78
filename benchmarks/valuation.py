"""A month of a city by its cost lines: 10,000, 100,000 or 1,000,000 cards, five lines and one row of the books a card, in 36 months.

The models of stages valuation and finance, and those of the register that say what became of each line and event, run bare on a DuckDB
file, as a run has them: their SQL in their order, each into its table; no keys checked, nothing hashed, no lake. Floors: one plain query
each that gives the sums of the units and keeps nothing of a card: `sql/snapshot_floor.sql` from the cost lines,
`sql/reconciliation_floor.sql` from the snapshot and the ledger. The sums are compared. Beside all models stand those
alone that the table with the sums is made from. CPU seconds are of all threads: where a machine has other work, their ratio is the one
to compare. Memory is that of filling the file and of the models, before the floor.
"""

import statistics
import tempfile
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import duckdb

from benchmarks.measure import Result, main, measured, peak_rss_mb
from readers.policy.files import load
from tests.policies import put_policy
from warehouse.building.build import parameters
from warehouse.tables.definitions import all_tables
from warehouse.tables.table import STAGES, Table

_CARDS = {"small": 10_000, "medium": 100_000, "large": 1_000_000}
_TIMES = {"small": 3, "medium": 3, "large": 1}
_PERIOD = "2026-06"
#: Of DuckDB; what it does not count comes on top.
_MEMORY = "3GB"
#: As the lake's connections have it (`warehouse.store.engine`); the floors need no such care.
_MODELS_WITHOUT = "top_n_window_elimination"
#: What the register says of lines and events, which the values start from; its cards are among the inputs.
_REGISTER = ("treated_cost", "resource_cost", "card_event", "succession_part", "succession")
_SNAPSHOT_SUMS = """
SELECT holder_code, balance_date, sum(cost) * 100, sum(amortisation) * 100, sum(impairment) * 100
FROM (
    SELECT holder_code, $year_start - 1 AS balance_date, opening_cost_cny AS cost,
        opening_amortisation_cny AS amortisation, opening_impairment_cny AS impairment, opening_count AS held
    FROM valuation.snapshot
    UNION ALL
    SELECT holder_code, $period_end, closing_cost_cny, closing_amortisation_cny, closing_impairment_cny, closing_count
    FROM valuation.snapshot
)
WHERE held > 0
GROUP BY ALL
"""
_RECONCILIATION_SUMS = """
SELECT holder_code, amount_kind, sum(card_amount_cny) AS card_cny, sum(ledger_amount_cny) AS ledger_cny,
    count(*) FILTER (WHERE difference_cny <> 0)
FROM finance.reconciliation
GROUP BY ALL
HAVING card_cny <> 0 OR ledger_cny <> 0
"""


@dataclass(frozen=True)
class _Time:
    """What a statement took: seconds on the clock, and CPU seconds of all threads."""

    seconds: float
    cpu: float


def run(size: str) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(Path(folder) / "city.duckdb") as connection:
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        connection.execute("SET preserve_insertion_order = false")
        _prepare(connection, _CARDS[size])
        register = [table for table in all_tables().of_stage("registry") if table.name in _REGISTER]
        valuation = [*register, *all_tables().of_stage("valuation")]
        yield from _compared(connection, "snapshot", size, valuation, _SNAPSHOT_SUMS, "delivered.cost")
        connection.execute(_sql("valuation_ledger"))
        finance = all_tables().of_stage("finance")
        books = [table for table in finance if table.name != "unit_rate"]
        yield from _compared(connection, "reconciliation", size, books, _RECONCILIATION_SUMS, "delivered.ledger")
        (rates,) = (table for table in finance if table.name == "unit_rate")
        yield measured(f"of finance {rates.qualified}", size, _timed(connection, _into(rates)).seconds)


def _compared(
    connection: duckdb.DuckDBPyConnection, name: str, size: str, tables: list[Table], sums: str, counted: str
) -> Iterator[Result]:
    """Models beside their floor, turn by turn, so that what else the machine does falls on both; then each model."""
    taken: dict[str, list[_Time]] = {table.qualified: [] for table in tables}
    floors: list[_Time] = []
    floor = f"CREATE OR REPLACE TABLE bench.floor AS {_sql(f'{name}_floor')}"
    peaks: list[float] = []
    for _ in range(_TIMES[size]):
        for table in tables:
            connection.execute(f"DELETE FROM {table.qualified}")
            taken[table.qualified].append(_timed(connection, _into(table)))
        peaks.append(peak_rss_mb())
        floors.append(_timed(connection, floor, without=""))
    _insist_on_equal_sums(connection, sums)
    (records,) = connection.execute(f"SELECT count(*) FROM {counted}").fetchone() or (0,)
    models = {table: _median(times) for table, times in taken.items()}
    needed = _needed(tables, f".{name}")
    monthly = _of_the_month(tables)

    def result(title: str, of: Collection[str], records: int | None = None) -> Result:
        return _beside(title, size, [models[table] for table in of], _median(floors), records, peaks[0])

    yield result(name, models, records)
    yield result(f"{name}, of these what its sums are made from", needed, records)
    yield result(f"{name}, of all what one more month takes", monthly, records)
    yield result(
        f"{name}, of its sums what one more month takes", [table for table in needed if table in monthly], records
    )
    for table in models:
        yield result(f"of {name} {table}", [table])


def _beside(name: str, size: str, times: list[_Time], floor: _Time, records: int | None, peak_mb: float) -> Result:
    cpu = sum(took.cpu for took in times)
    peers = {"CPU": cpu, "CPU of the floor": floor.cpu}
    seconds = sum(took.seconds for took in times)
    return measured(name, size, seconds, floor=floor.seconds, records=records, peers=peers, peak_mb=peak_mb)


def _needed(tables: list[Table], ending: str) -> list[str]:
    """Of tables in their order, those that the one with this ending is made from, and itself."""
    (last,) = (table.qualified for table in tables if table.qualified.endswith(ending))
    found = {last}
    for table in reversed(tables):
        if table.qualified in found:
            found.update(table.inputs)
    return [table.qualified for table in tables if table.qualified in found]


def _of_the_month(tables: list[Table]) -> list[str]:
    """Of tables in their order, those that are built for each month: the others stand as long as no line and no event comes."""
    found: set[str] = set()
    for table in tables:
        if parameters(table.model or "", _PERIOD) or found & set(table.inputs):
            found.add(table.qualified)
    return [table.qualified for table in tables if table.qualified in found]


def _median(times: list[_Time]) -> _Time:
    return _Time(statistics.median(t.seconds for t in times), statistics.median(t.cpu for t in times))


def _into(table: Table) -> str:
    return f"INSERT INTO {table.qualified} {table.model}"


def _timed(connection: duckdb.DuckDBPyConnection, statement: str, *, without: str = _MODELS_WITHOUT) -> _Time:
    connection.execute(f"SET disabled_optimizers = '{without}'")
    values = parameters(statement, _PERIOD)
    start, cpu = time.perf_counter(), time.process_time()
    connection.execute(statement, values)
    return _Time(time.perf_counter() - start, time.process_time() - cpu)


def _insist_on_equal_sums(connection: duckdb.DuckDBPyConnection, sums: str) -> None:
    found = [set(connection.execute(sums, parameters(sums, _PERIOD)).fetchall())]
    found.append(set(connection.execute("SELECT * FROM bench.floor").fetchall()))
    if not found[0] or found[0] != found[1]:
        raise AssertionError(f"sums differ: {sorted(found[0] ^ found[1], key=str)[:6]}")


def _prepare(connection: duckdb.DuckDBPyConnection, cards: int) -> None:
    for stage in (*STAGES, "bench"):
        connection.execute(f"CREATE SCHEMA {stage}")
    for table in all_tables().values():
        if table.stage != "policy":
            connection.execute(table.ddl())
    with as_file(files("policy")) as folder:
        put_policy(connection, load(folder).entries)
    connection.execute(f"SET VARIABLE cards = {cards}")
    connection.execute(_sql("valuation_inputs"))


def _sql(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text("utf-8")


if __name__ == "__main__":
    main(__doc__, run)
