"""Stage registry: recognition, asset cards and the memo register, behind the gate of quality.

The checks on the conditions of management and use and on what is there warn: neither ends a card or changes an amount.
"""

import dagster as dg

from assets_defs.quality import GATE
from assets_defs.stage import asset_key, stage_assets
from quality.checks import CONDITIONS_MET, REALITY_AGREES, conditions_met, reality_agrees
from warehouse.tables.definitions import all_tables

registry_stage = stage_assets(
    "registry",
    gate=GATE,
    checks={
        CONDITIONS_MET: (
            dg.AssetCheckSpec(
                CONDITIONS_MET,
                asset=asset_key(all_tables()["registry.card_finding"]),
                description="卡片满足管理和使用条件 / cards meet the conditions of management and use",
            ),
            conditions_met,
        ),
        REALITY_AGREES: (
            dg.AssetCheckSpec(
                REALITY_AGREES,
                asset=asset_key(all_tables()["registry.reality_finding"]),
                description="账实相符 / what is registered is there",
            ),
            reality_agrees,
        ),
    },
)
