"""Stage quality: what the rules come to, by holder and by delivery, and the gate that stands before the register.

The gate is Great Expectations over the measures; a rule that policy lets block and that is below its threshold keeps everything
after it from being built. Does not belong here: rules (`policy/quality_rule.csv`), their predicates (`warehouse/sql/quality`).
"""

from collections.abc import Iterator

import dagster as dg

from assets_defs.stage import asset_key, asset_spec, build_selected, results
from quality.checks import rule_results
from quality.rules import RULES, rule_measures
from warehouse.owed import owe, settle
from warehouse.registry import registry
from warehouse.resource import LakeResource

_TABLES = registry().of_stage("quality")
GATE_TABLE = "quality.measure"
GATE = asset_key(registry()[GATE_TABLE])


@dg.multi_asset(
    name="quality",
    specs=[asset_spec(table) for table in _TABLES],
    # Whether a rule blocks is policy's to say, and policy may change: a warning never blocks, so each check may.
    check_specs=[dg.AssetCheckSpec(rule, asset=GATE, blocking=True) for rule in RULES],
    description="质量 / quality",
)
def quality_stage(
    context: dg.AssetExecutionContext, lake: LakeResource
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    store = lake.open()
    owe(store.home, GATE_TABLE, [""])
    built = build_selected(context, lake, _TABLES, "quality")
    # Great Expectations takes 6 to 9 seconds to import: here alone, and once a process.
    from quality.gate import judge

    measures, docs = rule_measures(store), store.home.reports / "quality"
    verdicts = judge(measures, docs)
    settle(store.home, GATE_TABLE, "")
    yield from results(built)
    yield from rule_results(measures, verdicts, GATE, docs / "index.html")
