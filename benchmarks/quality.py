"""Twenty rules over a table of 1,000,000 rows and 36 columns: verdicts of every row, then counts. `small` has 100,000, `large` 10 million.

The rules are those that are shipped for catalogue resources. Floor: one plain DuckDB query that counts the same, two
filtered counts a rule, and keeps nothing of a row. Peers, small and medium: Great Expectations on pandas, as many expectations on columns
of that table, each of one condition and without holders, which holds the table several times over; and soda-core-duckdb with the same
predicates, as rows that fail, without holders, which is installed aside from the network.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

import duckdb
import pandas as pd

from benchmarks.aside import seconds_aside
from benchmarks.measure import Result, main, measured, median_seconds, peak_rss_mb
from readers.policy.files import PolicySet, load
from readers.policy.predicates import rule_tables
from tests.policies import put_policy
from warehouse.tables import rules as rule_models
from warehouse.tables.definitions import all_tables

_ROWS = {"small": 100_000, "medium": 1_000_000, "large": 10_000_000}
_TABLE = "catalog.resource"
_RULES = 20
_TIMES = 5
_SODA = """
import sys, time
import duckdb
from soda.scan import Scan
file, _, checks = sys.stdin.read().partition("\\n")
connection = duckdb.connect()
connection.execute(f"CREATE TABLE looked_at AS FROM '{file}'")
scan = Scan()
scan.add_duckdb_connection(connection)
scan.set_data_source_name("duckdb")
scan.add_sodacl_yaml_str(checks)
start = time.perf_counter()
scan.execute()
seconds = time.perf_counter() - start
assert not scan.has_error_logs(), scan.get_logs_text()
print(seconds)
"""


def run(size: str) -> Iterator[Result]:
    policy = _policy()
    rows = _ROWS[size]
    with duckdb.connect() as connection:
        _prepare(connection, policy, rows)
        model = str(all_tables()["quality.resource_measure"].template).replace(
            f"(/*+ table {_TABLE} */)", "bench.looked_at"
        )
        verdicts = f"CREATE OR REPLACE TABLE quality.resource_measure AS {rule_models.expanded(model, policy)}"
        counts = f"CREATE OR REPLACE TABLE quality.measure AS {all_tables()['quality.measure'].model}"
        plain = f"CREATE OR REPLACE TABLE bench.plain AS {_plain(policy)}"

        # Turn by turn, so that what else the machine does falls on all of them.
        taken: dict[str, list[float]] = {plain: [], verdicts: [], counts: []}
        for _ in range(_TIMES):
            for statement, seconds in taken.items():
                start = time.perf_counter()
                connection.execute(statement)
                seconds.append(time.perf_counter() - start)
        _insist_on_equal_counts(connection)
        floor, judging, counting = (statistics.median(seconds) for seconds in taken.values())
        peak = peak_rss_mb()
        peers = (
            {}
            if size == "large"
            else {"Great Expectations on pandas": _great_expectations(connection), **_soda(connection, policy)}
        )
        name = f"{_RULES} rules, verdicts and counts"
        yield measured(name, size, judging + counting, floor=floor, records=rows, peers=peers, peak_mb=peak)
        yield measured("of these the counts", size, counting, floor=floor, records=rows, peak_mb=peak)


def _policy() -> PolicySet:
    with as_file(files("policy")) as folder:
        shipped = load(folder)
    rules = [rule for rule in shipped.on(date.max).of("quality_rule") if rule.body["table_name"] == _TABLE]
    while len(rules) < _RULES:
        code = f"title_at_most_{200 - len(rules)}"
        body = {**rules[0].body, "rule_code": code, "predicate": f"length(title) <= {200 - len(rules)}"}
        rules.append(replace(rules[0], entry_key=code, body=body))
    return PolicySet({**shipped.lists, "quality_rule": tuple(rules[:_RULES])})


def _prepare(connection: duckdb.DuckDBPyConnection, policy: PolicySet, rows: int) -> None:
    for stage in ("delivered", "quality", "bench"):
        connection.execute(f"CREATE SCHEMA {stage}")
    put_policy(connection, policy.entries)
    connection.execute(all_tables()["delivered.horizon"].ddl())
    connection.execute("INSERT INTO delivered.horizon VALUES (DATE '2026-06-30', 'd')")
    tables = all_tables().under(policy)
    for name in ("quality.indicator", "quality.rule"):
        connection.execute(f"CREATE TABLE {name} AS {tables[name].model}")
    others = ("field", "delivery", "content_table", "content_column", "share")
    for name in (f"quality.{other}_measure" for other in others):
        connection.execute(tables[name].ddl())
    # Every value is drawn by a hash of its row and column. Of 200 holders a tenth leaves a column empty; of the rest two rows in a
    # hundred are empty there, and as many have a value that breaks a rule.
    columns = ", ".join(
        f"{_value(kind, name, number)} AS {name}" for number, (name, kind) in enumerate(_columns().items(), 1)
    )
    connection.execute(f"CREATE TABLE bench.looked_at AS SELECT {columns} FROM range({rows}) AS r(i)")


def _columns() -> dict[str, str]:
    return {**rule_tables()[_TABLE].types, "delivery_id": "VARCHAR", "ordinal": "BIGINT"}


def _value(kind: str, name: str, number: int) -> str:
    draw = f"CAST(hash(i * 64 + {number}) >> 2 AS BIGINT)"
    if name in ("resource_id", "holder_code"):
        return "'r' || i" if name == "resource_id" else "'h' || i % 200"
    of_kind = {
        "VARCHAR": f"CASE WHEN {draw} // 64 % 50 > 0 THEN '{name} ' || {draw} // 64 % 1000 ELSE '无' END",
        "DATE": f"DATE '2024-01-01' + CAST({draw} // 64 % 900 AS INTEGER)",
        "INTEGER": f"CAST({draw} // 64 % 400 AS INTEGER)",
        "BIGINT": f"CASE WHEN {draw} // 64 % 50 > 0 THEN CAST(1 AS BIGINT) ELSE CAST(2 AS BIGINT) END",
    }
    words = {
        "share_type": ("none", "conditional", "unconditional"),
        "open_type": ("none", "conditional", "unconditional"),
        "format_type": ("spreadsheet", "database", "document", "service"),
    }.get(name)
    value = f"{list(words)}[1 + {draw} // 64 % {len(words)}]" if words else of_kind[kind]
    if name == "landing_page":
        value = f"'https://data.example.cn/' || {of_kind[kind]}"
    holder = f"CAST(hash((i % 200) * 64 + {number}) >> 2 AS BIGINT)"
    return f"CASE WHEN {holder} % 10 > 0 AND {draw} % 50 > 0 THEN {value} END"


def _plain(policy: PolicySet) -> str:
    """One query a person would write: of each rule how many rows were assessed, and how many meet it."""
    counts = ", ".join(
        f"count(*) FILTER (WHERE ({rule.body.get('needs', 'TRUE')}) AND ({rule.body['predicate']})) AS met_{rule.entry_key}, "
        f"count(*) FILTER (WHERE {rule.body.get('needs', 'TRUE')}) AS of_{rule.entry_key}"
        for rule in policy.on(date.max).of("quality_rule")
    )
    return f"SELECT holder_code, {counts} FROM bench.looked_at GROUP BY holder_code"


def _insist_on_equal_counts(connection: duckdb.DuckDBPyConnection) -> None:
    differing = connection.execute(
        "SELECT count(*) FROM quality.measure AS m FULL JOIN ("
        "  SELECT a.holder_code, a.name[5:] AS rule_code, a.n AS numerator, b.n AS denominator "
        "  FROM (UNPIVOT bench.plain ON COLUMNS('^met_') INTO NAME name VALUE n) AS a "
        "  JOIN (UNPIVOT bench.plain ON COLUMNS('^of_') INTO NAME name VALUE n) AS b "
        "    ON a.holder_code = b.holder_code AND a.name[5:] = b.name[4:]"
        ") AS p ON p.holder_code = m.subject_key AND p.rule_code = m.rule_code "
        "WHERE (m.numerator, m.denominator) IS DISTINCT FROM (p.numerator, p.denominator)"
    ).fetchone()
    if differing != (0,):
        raise AssertionError(f"{differing} counts differ from those of the plain query")


def _soda(connection: duckdb.DuckDBPyConnection, policy: PolicySet) -> dict[str, float]:
    """Seconds of soda-core-duckdb for the same predicates, as rows that fail, in memory, without what it takes to start."""
    checks = "".join(
        f" - failed rows:\n    name: {rule.entry_key}\n    samples limit: 0\n    fail condition: |\n"
        f"      ({_flat(rule.body.get('needs', 'TRUE'))}) AND NOT coalesce(({_flat(rule.body['predicate'])}), FALSE)\n"
        for rule in policy.on(date.max).of("quality_rule")
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "looked_at.parquet"
        connection.execute(f"COPY (SELECT {', '.join(_columns())} FROM bench.looked_at) TO '{file}'")
        seconds = seconds_aside("soda-core-duckdb", _SODA, given=f"{file}\nchecks for looked_at:\n{checks}")
    return {} if seconds is None else {"soda-core-duckdb": seconds}


def _flat(text: str) -> str:
    return " ".join(text.split())


def _great_expectations(connection: duckdb.DuckDBPyConnection) -> float:

    # First, since it switches the analytics off.
    from quality.gate import ProgressBarsConfig, gx

    # isort: split
    from great_expectations.expectations.core.expect_column_value_lengths_to_be_between import (
        ExpectColumnValueLengthsToBeBetween,
    )
    from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull

    chosen = [name for name, kind in _columns().items() if kind == "VARCHAR"][:_RULES]
    frame: pd.DataFrame = connection.execute(f"SELECT {', '.join(chosen)} FROM bench.looked_at").df()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    suite = context.suites.add(gx.ExpectationSuite(name="bench"))
    for number in range(_RULES):
        column = chosen[number % len(chosen)]
        if number % 2:
            suite.add_expectation(ExpectColumnValuesToNotBeNull(column=column))
        else:
            suite.add_expectation(ExpectColumnValueLengthsToBeBetween(column=column, max_value=200))
    asset = context.data_sources.add_pandas("bench").add_dataframe_asset("bench")
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name="bench", data=asset.add_batch_definition_whole_dataframe("bench"), suite=suite)
    )
    return median_seconds(lambda: definition.run(batch_parameters={"dataframe": frame}), times=1)


if __name__ == "__main__":
    main(__doc__, run)
