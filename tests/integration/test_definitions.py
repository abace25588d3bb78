"""What Dagster is told: every asset, its group, owner, kinds, partitions, inputs, schema and lineage; the job; the check."""

import dagster as dg
import pytest

from pipelines.definitions import EVERYTHING, build_definitions
from warehouse.registry import registry

DEFINITIONS = build_definitions()
GRAPH = DEFINITIONS.resolve_asset_graph()
TABLES = [table for table in registry().values() if table.stage != "audit"]

#: stage/table -> the assets that it is made from; what changes here is a change of the pipeline's shape.
SHAPE = {
    "policy/entry": [],
    "landing/delivery": ["policy/entry"],
    "landing/delivery_file": ["policy/entry"],
    "landing/record": ["policy/entry"],
    "landing/rejected_record": ["landing/record", "policy/entry"],
    "landing/record_change": ["landing/delivery", "landing/record", "landing/rejected_record"],
    "landing/current_record": ["landing/delivery", "landing/record", "landing/record_change", "landing/rejected_record"],
    "landing/delivery_outcome": [
        "landing/delivery", "landing/delivery_file", "landing/record_change", "landing/rejected_record",
    ],
    "catalog/organisation": ["landing/current_record", "landing/record", "policy/entry"],
    "catalog/resource": [
        "catalog/organisation", "landing/current_record", "landing/delivery", "landing/record", "policy/entry",
    ],
    "catalog/resource_field": ["catalog/resource", "landing/record"],
    "catalog/distribution": ["catalog/resource", "landing/record"],
    "quality/measure": ["landing/delivery_outcome"],
    "classification/rule_grade": ["policy/entry"],
    "classification/field_grade": ["catalog/resource_field", "classification/rule_grade"],
    "classification/resource_grade": [
        "catalog/resource", "classification/field_grade", "classification/rule_grade",
    ],
    "registry/recognition_decision": [
        "catalog/resource", "landing/current_record", "landing/record", "policy/entry",
    ],
    "registry/asset_card": [
        "catalog/resource", "classification/resource_grade", "landing/current_record", "landing/record", "policy/entry",
        "registry/recognition_decision",
    ],
    "registry/memo_register": ["catalog/resource", "registry/recognition_decision"],
    "valuation/cost_line": ["catalog/resource", "landing/current_record", "landing/record", "policy/entry"],
    "valuation/movement": ["registry/asset_card", "valuation/cost_line"],
    "valuation/snapshot": ["registry/asset_card", "valuation/movement"],
    "report/form_r1": ["catalog/organisation", "registry/asset_card", "registry/memo_register", "valuation/snapshot"],
}  # fmt: skip


def test_the_shape_of_the_pipeline() -> None:
    found = {
        key.to_user_string(): sorted(parent.to_user_string() for parent in GRAPH.get(key).parent_keys)
        for key in GRAPH.get_all_asset_keys()
    }
    assert found == SHAPE


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.qualified)
def test_every_asset_is_described_from_the_registry(table) -> None:
    node = GRAPH.get(dg.AssetKey([table.stage, table.name]))
    assert node.group_name == table.stage
    assert node.owners == ["team:data-team"]
    assert "duckdb" in node.kinds
    assert table.label in (node.description or "")
    assert table.en in (node.description or "")
    assert (node.partitions_def is not None) == (table.partition is not None)
    schema = node.metadata["dagster/column_schema"]
    assert [(column.name, column.type) for column in schema.columns] == [(c.name, c.type) for c in table.columns]
    assert all(c.label in (column.description or "") for c, column in zip(table.columns, schema.columns, strict=True))
    if table.model:
        lineage = node.metadata["dagster/column_lineage"].deps_by_column
        assert set(lineage) == {column.name for column in table.columns}
        parents = {dep.asset_key for deps in lineage.values() for dep in deps}
        assert parents <= set(node.parent_keys)


def test_the_closing_cost_of_r1_comes_from_the_snapshot() -> None:
    node = GRAPH.get(dg.AssetKey(["report", "form_r1"]))
    deps = node.metadata["dagster/column_lineage"].deps_by_column["closing_cost_cny"]
    assert [(dep.asset_key.to_user_string(), dep.column_name) for dep in deps] == [
        ("valuation/snapshot", "closing_cost_cny")
    ]


def test_one_job_and_one_blocking_check() -> None:
    assert [job.name for job in DEFINITIONS.jobs or ()] == [EVERYTHING]
    assert DEFINITIONS.executor is dg.in_process_executor
    checks = [GRAPH.get_check_spec(key) for key in GRAPH.asset_check_keys]
    assert [(check.key.name, check.asset_key.to_user_string(), check.blocking) for check in checks] == [
        ("record_equation", "landing/current_record", True)
    ]
