"""Column lineage of all models, cold and unchanged. `medium` and `large` repeat the models under other names, 10 and 100 times.

Floor: the same models parsed and qualified by sqlglot, which any analysis of columns needs. Peer: `sqlglot.lineage`, a call a
column (small only; it takes minutes beyond).
"""

from collections.abc import Iterator, Mapping

import sqlglot
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify

from benchmarks.measure import Result, main, measured, median_seconds
from warehouse.provenance.columns import column_lineage
from warehouse.tables.definitions import all_tables
from warehouse.tables.table import Table
from warehouse.trace import graph
from warehouse.trace.graph import table_lineage

_COPIES = {"small": 1, "medium": 10, "large": 100}


def run(size: str) -> Iterator[Result]:
    tables = all_tables()
    # A comment makes another model of the same SQL: nothing can be shared between copies.
    models = [f"-- {n}\n{table.model}" for n in range(_COPIES[size]) for table in tables.derived]
    schema = _schema(list(tables.values()))
    columns = sum(len(table.columns) for table in tables.derived) * _COPIES[size]
    floor = median_seconds(lambda: [qualify(sqlglot.parse_one(m, dialect="duckdb"), schema=schema) for m in models])
    cold = median_seconds(lambda: [column_lineage(model, tables.relations) for model in models])
    peers = {"sqlglot.lineage, a call a column": _peer(tables.derived, schema)} if size == "small" else {}
    yield measured("column lineage, cold", size, cold, floor=floor, records=columns, peers=peers)
    graph.LineageGraph(tables).edges  # noqa: B018 - derives what the next line finds unchanged
    unchanged = median_seconds(
        lambda: [table_lineage(tables, table) for _ in range(_COPIES[size]) for table in tables.derived]
    )
    yield measured("column lineage, unchanged", size, unchanged, floor=floor, records=columns)


def _schema(tables: list[Table]) -> dict[str, object]:
    stages: dict[str, dict[str, Mapping[str, str]]] = {}
    for table in tables:
        stages.setdefault(table.stage, {})[table.name] = {c.name: c.type for c in table.columns}
    return dict(stages)


def _peer(tables: list[Table], schema: dict[str, object]) -> float:
    return median_seconds(
        lambda: [lineage(c.name, str(t.model), schema=schema, dialect="duckdb") for t in tables for c in t.columns],
        times=1,
    )


if __name__ == "__main__":
    main(__doc__, run)
