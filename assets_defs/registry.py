"""Stage registry: recognition, asset cards and the memo register, behind the gate of quality.

The check on the conditions of management and use warns: they end no card and change no amount.
"""

import dagster as dg

from assets_defs.quality import GATE
from assets_defs.stage import asset_key, stage_assets
from quality.checks import CONDITIONS_MET, conditions_met
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
        )
    },
)
