"""Stage valuation: cost lines and movements, and the book value of each card at the end of a period.

The check on the costs of cards warns: a person settles what it names, and the models say what counts meanwhile.
"""

import dagster as dg

from assets_defs.stage import asset_key, stage_assets
from quality.checks import COSTS_CONTROLLED, costs_controlled
from warehouse.tables.definitions import all_tables

valuation_stage = stage_assets(
    "valuation",
    checks={
        COSTS_CONTROLLED: (
            dg.AssetCheckSpec(
                COSTS_CONTROLLED,
                asset=asset_key(all_tables()["valuation.control_finding"]),
                description="卡片成本没有待核对之处 / nothing is to be checked in the costs of cards",
            ),
            costs_controlled,
        )
    },
)
valuation_by_period_stage = stage_assets("valuation", by_period=True)
