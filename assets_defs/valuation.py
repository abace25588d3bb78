"""Stage valuation: cost lines and movements, and the book value of each card at the end of a period.

The check on the costs of cards warns: a person settles what it names, and the models say what counts meanwhile.
"""

from collections.abc import Mapping

import dagster as dg

from assets_defs.stage import findings_checks, stage_assets
from warehouse import queries
from warehouse.store.lake import Lake


def _holds(lake: Lake) -> Mapping[str, dg.MetadataValue]:
    """How many findings of each control hold cost, and how much: numbers that Dagster plots over the runs."""
    with lake.reading() as connection:
        rows = connection.execute(queries.text("control_holds")).fetchall()
    found: dict[str, dg.MetadataValue] = {"held_findings": dg.MetadataValue.int(sum(count for _, count, _ in rows))}
    for kind, count, amount in rows:
        found[f"held: {kind}"] = dg.MetadataValue.int(count)
        found[f"held_cny: {kind}"] = dg.MetadataValue.float(float(amount))
    return found


valuation_stage = stage_assets(
    "valuation", checks=findings_checks("valuation"), numbers={"valuation.control_finding": _holds}
)
valuation_by_period_stage = stage_assets("valuation", by_period=True)
