"""Stage quality: what the rules come to, by row, by holder and by delivery, and the gate that stands before the register.

The gate is Great Expectations over the measures; a rule that policy lets block and that is below its threshold keeps everything
after it from being built. Does not belong here: rules (`policy/quality`), counting (`warehouse/sql/quality`).
"""

from collections.abc import Iterator

import dagster as dg

from assets_defs.stage import asset_key, asset_spec, build_selected, cause_first, results, stage_assets
from quality.rule_checks import ADDED_RULES, GATE_OPEN, gate_open, rule_results
from quality.rules import rule_measures, rule_trends
from warehouse.resource import LakeResource
from warehouse.store.owed import owe, strike_out
from warehouse.tables.definitions import all_tables
from warehouse.tables.rules import rule_titles

GATE_TABLE = "quality.measure"
GATE = asset_key(all_tables()[GATE_TABLE])

quality_stage = stage_assets("quality", without=[GATE_TABLE])


@dg.multi_asset(
    name="quality_gate",
    specs=[asset_spec(all_tables()[GATE_TABLE])],
    # A rule that warns is not to be headed as one that blocks: one check blocks for those that do.
    check_specs=[
        *(
            dg.AssetCheckSpec(rule, asset=GATE, description=title)
            for rule, title in (
                *rule_titles().items(),
                (ADDED_RULES, "本家目录增加的规则 / rules that this home has added"),
            )
        ),
        dg.AssetCheckSpec(
            GATE_OPEN,
            asset=GATE,
            blocking=True,
            description="政策规定阻断的规则都达到阈值 / every rule that policy lets block reaches its threshold",
        ),
    ],
    description="质量关口 / quality gate",
)
@cause_first
def quality_gate(
    context: dg.AssetExecutionContext, lake: LakeResource
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    store = lake.open()
    owe(store.home, GATE_TABLE, [""])
    built = build_selected(context, lake, [all_tables()[GATE_TABLE]], "quality gate")
    # Great Expectations takes 6 to 9 seconds to import: here alone, and once a process.
    from quality.gate import judge

    measures, docs = rule_measures(store), store.home.reports / "quality"
    verdicts = judge(measures, docs)
    strike_out(store.home, GATE_TABLE, "")
    yield from results(built)
    yield from rule_results(measures, verdicts, GATE, docs / "index.html", rule_trends(store))
    yield gate_open(measures, verdicts, GATE, docs / "index.html")
