"""The graph of the lake's columns: ways up and down, and how lineage stands as text."""

import random

import pytest

from warehouse.provenance.columns import column_lineage
from warehouse.publish.lineage_table import lineage_table
from warehouse.tables.definitions import all_tables
from warehouse.trace.graph import ColumnRef, LineageError, LineageGraph, table_lineage

pytestmark = pytest.mark.slow

GRAPH = LineageGraph(all_tables())
CLOSING = ColumnRef("report.form_r1", "closing_cost_cny")
SEED = 20260630


def test_the_graph_holds_the_lineage_of_every_model() -> None:
    wanted = {
        (source, source_column, table.qualified, column, influence)
        for table in all_tables().derived
        for column, origins in column_lineage(str(table.model), all_tables().relations).items()
        for source, source_column, influence in origins
    }
    assert {
        (e.source.table, e.source.column, e.target.table, e.target.column, e.influence) for e in GRAPH.edges
    } == wanted


def test_every_edge_joins_columns_that_are_defined() -> None:
    known = {ColumnRef(t.qualified, c.name) for t in all_tables().values() for c in t.columns}
    assert {ref for edge in GRAPH.edges for ref in (edge.source, edge.target)} <= known


def test_the_closing_amount_of_r1_goes_up_to_the_delivered_records() -> None:
    way = GRAPH.up([CLOSING])
    assert ColumnRef("landing.record", "body") in {edge.source for edge in way}
    assert {edge.influence for edge in way} == {"value"}
    assert ColumnRef("valuation.cost_line", "amount_cny") in {edge.source for edge in way}


@pytest.mark.parametrize("filters", [False, True])
def test_down_is_up_turned_round(filters: bool) -> None:
    above = {edge.source for edge in GRAPH.up([CLOSING], filters=filters)}
    others = {ref for edge in GRAPH.edges for ref in (edge.source, edge.target)} - above - {CLOSING}
    assert others
    assert CLOSING not in {edge.target for edge in GRAPH.down(others, filters=filters)}
    for ref in random.Random(SEED).sample(sorted(above, key=str), min(100, len(above))):  # noqa: S311
        assert CLOSING in {edge.target for edge in GRAPH.down([ref], filters=filters)}


def test_filters_only_add_to_the_way() -> None:
    assert set(GRAPH.up([CLOSING])) < set(GRAPH.up([CLOSING], filters=True))


def test_a_table_names_all_its_columns() -> None:
    table = all_tables()["valuation.snapshot"]
    assert GRAPH.find("valuation.snapshot") == [ColumnRef(table.qualified, c.name) for c in table.columns]
    assert GRAPH.find("report.form_r1.closing_cost_cny") == [CLOSING]


@pytest.mark.parametrize(
    ("text", "near"), [("report.from_r1", "report.form_r1"), ("report.form_r1.closing_cost", "closing_cost_cny")]
)
def test_what_is_not_there_is_refused_with_what_is_near(text: str, near: str) -> None:
    with pytest.raises(LineageError, match=near):
        GRAPH.find(text)


@pytest.mark.parametrize("table", all_tables().derived, ids=lambda table: table.qualified)
def test_the_markdown_table_names_every_column_and_origin(table) -> None:
    text = lineage_table(all_tables(), table)
    for column in table.columns:
        assert f"| `{column.name}` | {column.label} |" in text
    for origins in table_lineage(all_tables(), table).values():
        for source, column, _ in origins:
            assert f"`{source}` (" in text
            assert column in text


def test_a_table_that_a_reader_fills_says_so() -> None:
    assert "delivered files" in lineage_table(all_tables(), all_tables()["landing.record"])
