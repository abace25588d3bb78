"""Dagster asset checks. With `warehouse/resource.py` the only module below `assets_defs` that knows Dagster.

Belongs here: turning what the lake measured into check results. Does not belong here: measuring (models of stage quality).
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import dagster as dg

from quality.rules import RULES, RuleMeasure
from readers.policy.files import load
from warehouse import queries
from warehouse.asking.reconcile import entry_counts
from warehouse.intake.guard import undecided
from warehouse.intake.landed import judged_day
from warehouse.intake.received import read_counts
from warehouse.store.lake import Lake
from warehouse.trace.column_grade import DOORS, overflows

RECORD_EQUATION = "record_equation"
NOTHING_HELD = "nothing_held"
RECONCILED = "reconciled"
ACCESS_AGREES = "access_agrees"
GRADES_SETTLED = "grades_settled"
COSTS_CONTROLLED = "costs_controlled"
CONDITIONS_MET = "conditions_met"
REALITY_AGREES = "reality_agrees"
JOURNALS_BALANCE = "journals_balance"
DOORS_KEPT = "doors_kept"
#: Dagster must know which checks block before it knows the policy of a home, which says so of rules: this one blocks for all of them.
GATE_OPEN = "gate_open"
#: One check for all rules that a home has beside the shipped ones: Dagster must know its checks before it knows the home.
ADDED_RULES = "added_rules"


def record_equation(lake: Lake, asset: dg.AssetKey) -> dg.AssetCheckResult:
    """in = accepted + rejected + unchanged + held, for every delivery that was not withdrawn.

    What came in was counted by the readers when they split the files; what became of it, from the records' own tables. The readers' count
    stands in the chain of events too, which no table of the lake can lose with its records.
    """
    with lake.reading() as connection:
        totals = connection.execute(queries.text("record_equation_totals")).fetchone() or (0,) * 6
        broken = connection.execute(queries.text("record_equation_broken")).fetchall()
        counted = dict(connection.execute(queries.text("record_equation_counted")).fetchall())
        present = {
            delivery for (delivery,) in connection.execute("SELECT delivery_id FROM landing.delivery").fetchall()
        }
    names = ("in", "accepted", "rejected", "unchanged", "held", "deliveries")
    lines = [f"{deliverer} {delivery}: {files}" for deliverer, delivery, files in broken]
    for delivery, count in read_counts(lake.chain).items():
        here = counted.get(delivery) if delivery in present else 0
        if here is not None and here != count:
            lines.append(
                f"{delivery}: 读取时 {count} 条，落地 {here} 条 / {count} records when it was read, {here} here"
            )
    return dg.AssetCheckResult(
        passed=not lines,
        check_name=RECORD_EQUATION,
        asset_key=asset,
        severity=dg.AssetCheckSeverity.ERROR,
        description="来件 = 接受 + 拒收 + 未变 + 搁置 / in = accepted + rejected + unchanged + held"
        if not lines
        else "等式不成立的交付，请撤回后重新交付并报告 / deliveries whose equation does not hold; withdraw and deliver again: "
        + "; ".join(lines),
        metadata=dict(zip(names, (int(value) for value in totals), strict=True)),
    )


def nothing_held(lake: Lake, asset: dg.AssetKey) -> dg.AssetCheckResult:
    """No full delivery waits for a person because of what it would delete; where one does, a warning that says what to do."""
    with lake.reading() as connection:
        waiting = undecided(connection)
    return dg.AssetCheckResult(
        passed=not waiting,
        check_name=NOTHING_HELD,
        asset_key=asset,
        severity=dg.AssetCheckSeverity.WARN,
        description="没有待决定的交付 / no delivery waits for a decision" if not waiting else "; ".join(waiting),
        metadata={"held": len(waiting)},
    )


def reconciled(lake: Lake, asset: dg.AssetKey, period: str) -> dg.AssetCheckResult:
    """Every card agrees with the books at the end of a period; where one does not, a warning with counts and sums."""
    with lake.reading() as connection:
        values = {"period": period}
        kinds = connection.execute(queries.text("reconciliation_kinds"), values).fetchall()
        sums = connection.execute(queries.text("reconciliation_sums"), values).fetchone() or (0, 0, 0)
    differing = {kind: count for kind, count in kinds if kind != "matched"}
    names = ("difference_cost_cny", "difference_amortisation_cny", "difference_net_cny")
    return dg.AssetCheckResult(
        passed=not differing,
        check_name=RECONCILED,
        asset_key=asset,
        severity=dg.AssetCheckSeverity.WARN,
        description="卡片与财务账全部相符 / all cards agree with the books"
        if not differing
        else "卡片与财务账有差异，见 reconciliation.xlsx 的“待处理” / cards and books differ; see its sheet “待处理” (to do)",
        # Text: Dagster keeps numbers as floats, and money is never one.
        metadata={**dict(kinds), **{name: f"{value:,}" for name, value in zip(names, sums, strict=True)}},
    )


def doors_kept(lake: Lake, asset: dg.AssetKey) -> dg.AssetCheckResult:
    """No published table carries a column of a higher grade than its door allows; an error that names all that do, else."""
    policy = load(lake.home.policy)
    tables, in_force = lake.tables.under(policy), policy.on(judged_day(lake))
    found = {door: overflows(tables, in_force, door) for door in DOORS}
    lines = [str(overflow) for door in DOORS for overflow in found[door]]
    return dg.AssetCheckResult(
        passed=not lines,
        check_name=DOORS_KEPT,
        asset_key=asset,
        severity=dg.AssetCheckSeverity.ERROR,
        description="\n".join(lines) or "各出口的表均不超过其上限 / no table carries more than its door allows",
        metadata={door: len(columns) for door, columns in found.items()},
    )


def access_agrees(lake: Lake, asset: dg.AssetKey) -> dg.AssetCheckResult:
    """No resource is declared wider open or shared than grade, confidentiality and policy allow; where one is, a warning."""
    return _findings(
        lake,
        asset,
        ACCESS_AGREES,
        "声明的开放、共享均在允许之内 / opening and sharing are declared within what is allowed",
        "开放、共享的声明与级别、保密或政策不一致，见 classification.access_finding / "
        "declarations contradict grade, confidentiality or policy; see that table",
    )


def costs_controlled(lake: Lake, asset: dg.AssetKey) -> dg.AssetCheckResult:
    """No control on costs, events or values found anything (`valuation.control_finding`); where one did, a warning."""
    return _findings(
        lake,
        asset,
        COSTS_CONTROLLED,
        "卡片成本没有待核对之处 / nothing is to be checked in the costs of cards",
        "卡片成本有待核对之处，见 valuation.control_finding / costs of cards are to be checked; see that table",
    )


def conditions_met(lake: Lake, asset: dg.AssetKey) -> dg.AssetCheckResult:
    """No card lacks a condition of management and use: none failed, expired or is missing; where one does, a warning."""
    return _findings(
        lake,
        asset,
        CONDITIONS_MET,
        "卡片的管理和使用条件都满足 / every card meets the conditions of management and use",
        "有卡片的管理和使用条件不通过、到期或缺少，见 registry.card_finding / "
        "conditions of cards failed, expired or are missing; see that table",
    )


def reality_agrees(lake: Lake, asset: dg.AssetKey) -> dg.AssetCheckResult:
    """What is registered is there: catalogue records, content that is kept, what counts found; where it is not, a warning."""
    return _findings(
        lake,
        asset,
        REALITY_AGREES,
        "账实相符 / what is registered is there",
        "登记与实际不符，见 registry.reality_finding 和 registry.count_finding / "
        "the register and what is there disagree; see those tables",
    )


def journals_balance(lake: Lake, asset: dg.AssetKey, period: str) -> dg.AssetCheckResult:
    """Debits and credits of every entry that is proposed are equal; where accounts of policy make them unequal, a warning."""
    with lake.reading() as connection:
        counts = entry_counts(connection, period).values()
    unbalanced = sum(count for _, count in counts)
    return dg.AssetCheckResult(
        passed=not unbalanced,
        check_name=JOURNALS_BALANCE,
        asset_key=asset,
        severity=dg.AssetCheckSeverity.WARN,
        description="凭证建议借贷相等 / debits and credits of every entry are equal"
        if not unbalanced
        else "有凭证建议借贷不等，请核对 policy/journal_account.csv / entries do not balance; check that list",
        metadata={"entries": sum(count for count, _ in counts), "unbalanced": unbalanced},
    )


def grades_settled(lake: Lake, asset: dg.AssetKey) -> dg.AssetCheckResult:
    """No grade waits for a person: no rule above a decision, no expired decision, no candidate; where one does, a warning."""
    return _findings(
        lake,
        asset,
        GRADES_SETTLED,
        "没有待处理的级别 / no grade waits for a person",
        "有级别待人处理，见 classification.grade_finding / grades wait for a person; see that table",
    )


def _findings(lake: Lake, asset: dg.AssetKey, check: str, good: str, bad: str) -> dg.AssetCheckResult:
    """A warning where there are findings that warn; counts by severity, and by severity and kind."""
    with lake.reading() as connection:
        rows = connection.execute(queries.text(f"{asset.path[-1]}s")).fetchall()
    counts: dict[str, int] = {}
    for severity, kind, count in rows:
        counts[severity] = counts.get(severity, 0) + count
        counts[f"{severity}: {kind}"] = count
    return dg.AssetCheckResult(
        passed="warn" not in counts,
        check_name=check,
        asset_key=asset,
        severity=dg.AssetCheckSeverity.WARN,
        description=bad if "warn" in counts else good,
        metadata=counts,
    )


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
