"""Dagster asset checks. With `warehouse/resource.py` the only module below `assets_defs` that knows Dagster.

Belongs here: turning what the lake measured into check results. Does not belong here: measuring (models of stage quality).
"""

import dagster as dg

from warehouse.lake import Lake

RECORD_EQUATION = "record_equation"


def record_equation(lake: Lake, asset: dg.AssetKey) -> dg.AssetCheckResult:
    """in = accepted + rejected + unchanged + held, for every delivery that was not withdrawn.

    What came in was counted by the readers when they split the files; what became of it, from the records' own tables.
    """
    with lake.reading() as connection:
        totals = (
            connection.execute(
                "SELECT coalesce(sum(in_count), 0), coalesce(sum(accepted_count), 0), coalesce(sum(rejected_count), 0), "
                "coalesce(sum(unchanged_count), 0), coalesce(sum(held_count), 0), count(*) FROM landing.delivery_outcome"
            ).fetchone()
            or (0,) * 6
        )
        broken = connection.execute(
            "SELECT o.deliverer_code, o.delivery_id, string_agg(f.source_file, ', ' ORDER BY f.file_no) "
            "FROM landing.delivery_outcome AS o LEFT JOIN landing.delivery_file AS f USING (delivery_id) "
            "WHERE o.in_count <> o.accepted_count + o.rejected_count + o.unchanged_count + o.held_count GROUP BY ALL ORDER BY ALL"
        ).fetchall()
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
