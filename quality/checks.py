"""Dagster asset checks. With `warehouse/resource.py` the only module below `assets_defs` that knows Dagster.

Belongs here: turning what the lake measured into check results. Does not belong here: measuring (models of stage quality).
"""

import dagster as dg

from warehouse import queries
from warehouse.lake import Lake

RECORD_EQUATION = "record_equation"


def record_equation(lake: Lake, asset: dg.AssetKey) -> dg.AssetCheckResult:
    """in = accepted + rejected + unchanged + held, for every delivery that was not withdrawn.

    What came in was counted by the readers when they split the files; what became of it, from the records' own tables.
    """
    with lake.reading() as connection:
        totals = connection.execute(queries.text("record_equation_totals")).fetchone() or (0,) * 6
        broken = connection.execute(queries.text("record_equation_broken")).fetchall()
    names = ("in", "accepted", "rejected", "unchanged", "held", "deliveries")
    lines = [f"{deliverer} {delivery}: {files}" for deliverer, delivery, files in broken]
    return dg.AssetCheckResult(
        passed=not broken,
        check_name=RECORD_EQUATION,
        asset_key=asset,
        severity=dg.AssetCheckSeverity.ERROR,
        description="来件 = 接受 + 拒收 + 未变 + 搁置 / in = accepted + rejected + unchanged + held"
        if not broken
        else "等式不成立的交付，请撤回后重新交付并报告 / deliveries whose equation does not hold; withdraw and deliver again: "
        + "; ".join(lines),
        metadata=dict(zip(names, (int(value) for value in totals), strict=True)),
    )
