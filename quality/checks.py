"""Dagster asset checks: what must hold of the lake, and the tables of findings that must be without one that warns.

Belongs here: turning what the lake measured into check results. Does not belong here: measuring (models), the checks of the rules of
quality (`rule_checks.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg

from warehouse import queries
from warehouse.asking.reconcile import entry_counts
from warehouse.intake.guard import undecided
from warehouse.intake.landed import judged_day
from warehouse.intake.received import read_counts
from warehouse.store.lake import Lake
from warehouse.tables.own_forms import home_policy, own_tables
from warehouse.trace.column_grade import DOORS, overflows

RECORD_EQUATION = "record_equation"
NOTHING_HELD = "nothing_held"
RECONCILED = "reconciled"
JOURNALS_BALANCE = "journals_balance"
DOORS_KEPT = "doors_kept"


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
    """No published table carries a column of a higher grade than its door allows; an error that names all that do, else.

    A city's own form stops nothing else: it is judged before it is built (stage report).
    """
    policy = home_policy(lake.home.policy)
    tables, in_force = lake.tables.under(policy), policy.on(judged_day(lake))
    own = {table.qualified for table in own_tables(tables)}
    found = {door: [o for o in overflows(tables, in_force, door) if o.column.table not in own] for door in DOORS}
    lines = [str(overflow) for door in DOORS for overflow in found[door]]
    return dg.AssetCheckResult(
        passed=not lines,
        check_name=DOORS_KEPT,
        asset_key=asset,
        severity=dg.AssetCheckSeverity.ERROR,
        description="\n".join(lines) or "各出口的表均不超过其上限 / no table carries more than its door allows",
        metadata={door: len(columns) for door, columns in found.items()},
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


@dataclass(frozen=True)
class FindingsCheck:
    """A check that a table of findings has none that warns; one for information passes it.

    table: qualified name of the table, which the named question `<table>s` counts by severity and kind. title: what must hold. good, bad:
    what is said where it does, and where it does not.
    """

    name: str
    table: str
    title: str
    good: str
    bad: str

    def result(self, lake: Lake, asset: dg.AssetKey) -> dg.AssetCheckResult:
        """A warning where there are findings that warn; counts by severity, and by severity and kind."""
        with lake.reading() as connection:
            rows = connection.execute(queries.text(f"{asset.path[-1]}s")).fetchall()
        counts: dict[str, int] = {}
        for severity, kind, count in rows:
            counts[severity] = counts.get(severity, 0) + count
            counts[f"{severity}: {kind}"] = count
        return dg.AssetCheckResult(
            passed="warn" not in counts,
            check_name=self.name,
            asset_key=asset,
            severity=dg.AssetCheckSeverity.WARN,
            description=self.bad if "warn" in counts else self.good,
            metadata=counts,
        )


#: The checks of findings, by name.
FINDINGS_CHECKS: Mapping[str, FindingsCheck] = {
    check.name: check
    for check in (
        FindingsCheck(
            "access_agrees",
            "classification.access_finding",
            "声明的开放、共享在允许之内 / opening and sharing are declared within what is allowed",
            "声明的开放、共享均在允许之内 / opening and sharing are declared within what is allowed",
            "开放、共享的声明与级别、保密或政策不一致，见 classification.access_finding / "
            "declarations contradict grade, confidentiality or policy; see that table",
        ),
        FindingsCheck(
            "grades_settled",
            "classification.grade_finding",
            "没有待人处理的级别 / no grade waits for a person",
            "没有待处理的级别 / no grade waits for a person",
            "有级别待人处理，见 classification.grade_finding / grades wait for a person; see that table",
        ),
        FindingsCheck(
            "conditions_met",
            "registry.card_finding",
            "卡片满足管理和使用条件 / cards meet the conditions of management and use",
            "卡片的管理和使用条件都满足 / every card meets the conditions of management and use",
            "有卡片的管理和使用条件不通过、到期或缺少，见 registry.card_finding / "
            "conditions of cards failed, expired or are missing; see that table",
        ),
        FindingsCheck(
            "reality_agrees",
            "registry.reality_finding",
            "账实相符 / what is registered is there",
            "账实相符 / what is registered is there",
            "登记与实际不符，见 registry.reality_finding 和 registry.count_finding / "
            "the register and what is there disagree; see those tables",
        ),
        FindingsCheck(
            "costs_controlled",
            "valuation.control_finding",
            "卡片成本没有待核对之处 / nothing is to be checked in the costs of cards",
            "卡片成本没有待核对之处 / nothing is to be checked in the costs of cards",
            "卡片成本有待核对之处，见 valuation.control_finding / costs of cards are to be checked; see that table",
        ),
    )
}
