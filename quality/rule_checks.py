"""Dagster asset checks of the rules of quality: one a rule, one for those that a home added, and one for the gate.

Belongs here: turning measures and verdicts into check results. Does not belong here: measuring (models of stage quality), the verdict
(`gate.py`).
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import dagster as dg

from quality.rules import RULES, RuleMeasure

#: Dagster must know which checks block before it knows the policy of a home, which says so of rules: this one blocks for all of them.
GATE_OPEN = "gate_open"
#: One check for all rules that a home has beside the shipped ones: Dagster must know its checks before it knows the home.
ADDED_RULES = "added_rules"


def rule_results(
    measures: list[RuleMeasure],
    verdicts: Mapping[str, bool],
    asset: dg.AssetKey,
    docs: Path,
    trends: Mapping[str, str],
) -> Iterator[dg.AssetCheckResult]:
    """One result a shipped rule, and one for those that the home added: an error only where policy says that it blocks, else a warning.

    Args:
        verdicts: what the gate said of each rule that was assessed; a rule that is for information alone is passed whatever it said.
        docs: first page of the Data Docs.
        trends: what each rule came to in the last runs.
    """
    measured = {rule.rule_code: rule for rule in measures}
    for code in RULES:
        if code not in measured:
            yield dg.AssetCheckResult(
                passed=True,
                check_name=code,
                asset_key=asset,
                severity=dg.AssetCheckSeverity.WARN,
                description="没有可评价的数据，或政策中已无此规则 / nothing to assess, or no such rule in this home's policy",
            )
    yield _added(
        [rule for rule in measures if rule.rule_code not in RULES], lambda rule: _passes(rule, verdicts), asset, docs
    )
    for rule in (measured[code] for code in RULES if code in measured):
        blocks = rule.severity == "block"
        passed = _passes(rule, verdicts)
        share = "未评价 not assessed" if rule.share_pct is None else f"{rule.share_pct:.2f} %"
        yield dg.AssetCheckResult(
            passed=passed,
            check_name=rule.rule_code,
            asset_key=asset,
            severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
            description=f"{rule.dimension} {rule.indicator_code}: {rule.name_zh} / {rule.name_en}: {share}, "
            f"阈值 threshold {rule.threshold_pct} %" + ("" if passed else f". {rule.mend}"),
            metadata={
                "numerator": rule.numerator,
                "denominator": rule.denominator,
                "share_pct": rule.share_pct if rule.share_pct is not None else "not assessed",
                "threshold_pct": rule.threshold_pct,
                "trend": trends.get(rule.rule_code, ""),
                "subjects": rule.subjects,
                "failing_subjects": rule.failing,
                "not_assessed_subjects": rule.not_assessed,
                "not_assessed_reason": rule.not_assessed_reason,
                "worst": ", ".join(rule.worst),
                "data_docs": dg.MetadataValue.path(docs),
            },
        )


def gate_open(
    measures: list[RuleMeasure], verdicts: Mapping[str, bool], asset: dg.AssetKey, docs: Path
) -> dg.AssetCheckResult:
    """Every rule that policy lets block reaches its threshold; an error that names those that do not, else. Arguments: `rule_results`."""
    blocking = [rule for rule in measures if rule.severity == "block"]
    closed = [rule.rule_code for rule in blocking if not _passes(rule, verdicts)]
    return dg.AssetCheckResult(
        passed=not closed,
        check_name=GATE_OPEN,
        asset_key=asset,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"关口未开，其后都不生成；原因和改正办法见各规则的检查 / the gate is closed and nothing after it is built; cause and "
        f"mend: the checks of {', '.join(closed)}"
        if closed
        else "阻断的规则都达到阈值 / every rule that blocks reaches its threshold",
        metadata={"blocking_rules": len(blocking), "data_docs": dg.MetadataValue.path(docs)},
    )


def _passes(rule: RuleMeasure, verdicts: Mapping[str, bool]) -> bool:
    return rule.severity == "info" or verdicts.get(rule.rule_code, True)


def _added(
    rules: list[RuleMeasure], passes: Callable[[RuleMeasure], bool], asset: dg.AssetKey, docs: Path
) -> dg.AssetCheckResult:
    failing = [rule for rule in rules if not passes(rule)]
    blocks = any(rule.severity == "block" for rule in failing)
    return dg.AssetCheckResult(
        passed=not failing,
        check_name=ADDED_RULES,
        asset_key=asset,
        severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
        description="; ".join(
            f"{rule.rule_code} {rule.name_zh} / {rule.name_en}: {rule.share_pct} %, 阈值 threshold {rule.threshold_pct} %. {rule.mend}"
            for rule in failing
        )
        or "本家目录增加的规则 / rules that this home has added",
        metadata={
            **{rule.rule_code: f"{rule.numerator} / {rule.denominator}" for rule in rules},
            "data_docs": dg.MetadataValue.path(docs),
        },
    )
